"""What is broken, or made to break: one clear line for it, and the rest of the class goes on."""

from __future__ import annotations

import json
import os
import stat
import zipfile
from pathlib import Path

import pytest

from algorithms.errors import InputError
from verification.grading.intake import entries
from verification.grading.intake.read import read_class
from verification.grading.submission import printable

GOOD = "def kmeans(X, k):\n    return X, k\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A class with one good hand-in."""
    made = tmp_path / "class"
    (made / "good").mkdir(parents=True)
    (made / "good" / "hw.py").write_text(GOOD)
    return made


def notes_of(folder: Path, id_: str) -> tuple[str, ...]:
    """The notes of one student, after seeing that the others are whole."""
    submissions = {submission.id: submission for submission in read_class([folder]).submissions}
    assert submissions["good"].files[0].text == GOOD
    assert submissions["good"].notes == ()
    for note in submissions[id_].notes:
        assert "\n" not in note
        assert len(note) < 300
    return submissions[id_].notes


HOSTILE_NOTEBOOKS = {
    "200,000 nested lists": (b"[" * 200_000 + b"]" * 200_000, "nested deeper than any notebook"),
    "200,000 nested lists in a cell": (
        b'{"nbformat": 4, "cells": [{"source": ' + b"[" * 200_000 + b"]" * 200_000 + b"}]}",
        "nested deeper than any notebook",
    ),
    "not JSON": (b"hello", "is not a notebook"),
    "cut short": (b'{"nbformat": 4, "cells": [', "is not a notebook"),
    "JSON but no object": (b"[1, 2]", "JSON, but no notebook"),
    "no cells": (b'{"nbformat": 4}', "no notebook of nbformat 3 or 4"),
    "cells that are no list": (b'{"nbformat": 4, "cells": {"a": 1}}', "no notebook of nbformat 3 or 4"),
    "nothing": (b"", "is empty"),
    "white space": (b" \n ", "is empty"),
    "a PDF": (b"%PDF-1.7 ...", "is a PDF inside"),
    "a Word document": (b"PK\x03\x04...", "Word document inside"),
    "NUL bytes": (b"\0" * 100, "is not a notebook"),
}


@pytest.mark.parametrize("name", HOSTILE_NOTEBOOKS)
def test_hostile_notebooks_are_one_line(folder: Path, name: str) -> None:
    data, message = HOSTILE_NOTEBOOKS[name]
    (folder / "bad").mkdir()
    (folder / "bad" / "hw.ipynb").write_bytes(data)
    notes = notes_of(folder, "bad")
    assert message in notes[0]
    assert notes[0].startswith("bad/hw.ipynb ")


CODE = b'{"cell_type": "code", "source": "x"}'
HARMLESS = {
    "an integer of 5,000 digits": b'{"nbformat": 4, "n": ' + b"9" * 5000 + b', "cells": [' + CODE + b"]}",
    "NaN": b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": "x", "n": NaN}]}',
    "a lone surrogate": b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": "x # \\ud800"}]}',
    "cells that are none": b'{"nbformat": 4, "cells": [5, null, {}, {"cell_type": "code", "source": "x"}]}',
    "metadata that is none": b'{"nbformat": 4, "metadata": 5, "cells": [' + CODE + b"]}",
    "a source that is none": b'{"cells": [{"cell_type": "code", "source": {}}, ' + CODE + b"]}",
}


@pytest.mark.parametrize("name", HARMLESS)
def test_oddities_that_can_be_lived_with_do_not_cost_the_code(folder: Path, name: str) -> None:
    (folder / "odd").mkdir()
    (folder / "odd" / "hw.ipynb").write_bytes(HARMLESS[name])
    notes_of(folder, "odd")
    (odd,) = [s for s in read_class([folder]).submissions if s.id == "odd"]
    assert odd.files[0].text.startswith("x")
    odd.files[0].text.encode("utf-8")  # raises for a lone surrogate


def test_a_giant_notebook_is_one_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entries, "MAX_FILE", 1 << 16)
    (folder / "big").mkdir()
    (folder / "big" / "hw.ipynb").write_text(json.dumps({"nbformat": 4, "cells": [], "x": "y" * (1 << 17)}))
    assert "is larger than 65,536 bytes" in notes_of(folder, "big")[0]


@pytest.mark.parametrize(
    ("file", "kind"),
    [("hw.pdf", "a PDF"), ("hw.docx", "a Word document"), ("hw.rar", "not a zip"), ("a.png", "not code")],
)
def test_something_else_than_code_is_one_line(folder: Path, file: str, kind: str) -> None:
    (folder / "other").mkdir()
    (folder / "other" / file).write_bytes(b"%PDF")
    (note,) = notes_of(folder, "other")
    assert note.startswith("no notebook or Python file")
    assert f"{file} ({kind})" in note or kind in note
    assert note.endswith("ask for the .ipynb or .py")


def test_links_and_pipes_are_not_followed(folder: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.py"
    secret.write_text("SECRET = 1\n")
    (folder / "bad").mkdir()
    (folder / "bad" / "hw.py").symlink_to(secret)
    (folder / "bad" / "loop").symlink_to(folder)
    os.mkfifo(folder / "bad" / "pipe.py")
    (folder / "bad" / "own.py").write_text("x = 1\n")
    intake = read_class([folder])
    (bad,) = [s for s in intake.submissions if s.id == "bad"]
    assert [file.text for file in bad.files] == ["x = 1\n"]
    assert sorted(intake.notes) == [
        "bad/hw.py is a link, which is not followed; hand in the file itself",
        "bad/loop is a link, which is not followed; hand in the file itself",
    ]


# ---- zips


def pack(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return path


@pytest.mark.parametrize(
    "name", ["../evil.py", "/etc/evil.py", "a/../../evil.py", "C:/evil.py", "..\\evil.py"]
)
def test_members_that_point_outside_are_left_out(tmp_path: Path, name: str) -> None:
    intake = read_class([pack(tmp_path / "c.zip", {name: b"EVIL = 1", "good/hw.py": GOOD.encode()})])
    assert [file.text for s in intake.submissions for file in s.files] == [GOOD]
    assert "would be unpacked outside of its folder" in intake.notes[0]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c.zip"]


def test_links_in_a_zip_are_left_out(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
        link = zipfile.ZipInfo("ada/hw.py")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("good/hw.py", GOOD)
    intake = read_class([tmp_path / "c.zip"])
    assert [s.id for s in intake.submissions] == ["good"]
    assert "is a link" in intake.notes[0]


def test_a_bomb_is_named_and_not_unpacked(tmp_path: Path) -> None:
    bomb = pack(tmp_path / "c.zip", {"ada/hw.py": b"#" * (50 << 20), "good/hw.py": GOOD.encode()})
    assert bomb.stat().st_size < 100 << 10
    intake = read_class([bomb])
    assert [s.id for s in intake.submissions] == ["good"]
    assert "times its size: a zip bomb" in intake.notes[0]


def test_a_bomb_that_lies_about_its_size_is_cut(tmp_path: Path) -> None:
    path = pack(tmp_path / "c.zip", {"ada/hw.py": b"#" * (50 << 20), "good/hw.py": GOOD.encode()})
    size = (50 << 20).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(size, (1000).to_bytes(4, "little")))
    submissions = {s.id: s for s in read_class([path]).submissions}
    assert submissions["ada"].files == ()
    assert "cannot be unpacked" in submissions["ada"].notes[0]
    assert submissions["good"].files


def test_many_members_together_cannot_unpack_more_than_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entries, "MAX_UNPACKED", 1 << 20)
    members = {f"s{i}/hw.py": bytes([65 + i]) * (400 << 10) for i in range(5)}
    submissions = read_class([pack(tmp_path / "c.zip", members)]).submissions
    assert sum(len(file.text) for s in submissions for file in s.files) <= 1 << 20
    assert any("unpacks to more than" in note for s in submissions for note in s.notes)


def test_zips_within_zips_end_somewhere(tmp_path: Path, folder: Path) -> None:
    data = GOOD.encode()
    for depth in range(5):
        data = pack(tmp_path / f"{depth}.zip", {"hw.zip" if depth else "hw.py": data}).read_bytes()
    (folder / "deep").mkdir()
    (folder / "deep" / "hw.zip").write_bytes(data)
    assert "zip in a zip in a zip" in notes_of(folder, "deep")[0]


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 broken", b"hello" * 100])
def test_a_zip_that_is_none_is_one_line(tmp_path: Path, folder: Path, data: bytes) -> None:
    (folder / "bad").mkdir()
    (folder / "bad" / "hw.zip").write_bytes(data)
    assert "is not a zip that can be opened" in notes_of(folder, "bad")[0]
    (tmp_path / "class.zip").write_bytes(data)
    with pytest.raises(InputError, match="is not a zip that can be opened"):
        read_class([tmp_path / "class.zip"])


def test_a_member_that_is_there_twice_is_read_once(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
        archive.writestr("ada/hw.py", GOOD)
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("ada/hw.py", "EVIL = 1")
    intake = read_class([tmp_path / "c.zip"])
    assert [file.text for file in intake.submissions[0].files] == [GOOD]
    assert intake.notes == ("ada/hw.py is there twice; the first is read",)


# ---- names


@pytest.mark.parametrize(
    "name",
    ["<script>alert(1)<", "=1+1", "\x1b[31mred", "..", "a" * 240, "CON", "\u202eevil", "日本", "a b/c"],
)
def test_names_become_ids_that_are_safe_as_folders(tmp_path: Path, name: str) -> None:
    (tmp_path / "class.zip").unlink(missing_ok=True)
    pack(tmp_path / "class.zip", {f"x{name}/hw.py": GOOD.encode(), "good/hw.py": GOOD.encode()})
    for submission in read_class([tmp_path / "class.zip"]).submissions:
        assert submission.id
        assert len(submission.id) <= 80
        assert set(submission.id) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")
        assert submission.name == printable(submission.name)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é 日本 🎉", "plain é 日本 🎉"),
        ("\x1b[2J\x07", "\ufffd[2J\ufffd"),
        ("a\u202eb\u200bc", "a\ufffdb\ufffdc"),
        ("\ud800", "\ufffd"),
        ("tab\tline\n", "tab\tline\n"),
        ("x" * 3000, "x" * 2000 + " [...]"),
    ],
)
def test_text_of_others_is_made_printable(text: str, shown: str) -> None:
    assert printable(text) == shown
