"""Every layout of a class is recognized, every student keeps what is theirs."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from algorithms.errors import InputError
from verification.grading.intake.read import Intake, read_class

KMEANS = "def kmeans(X, k):\n    return X, k\n"
EM = "def em(X, k):\n    return X\n"


def notebook(*cells: str, minor: int = 5, metadata: Mapping[str, Any] | None = None) -> str:
    """A notebook of nbformat 4 with these code cells."""
    made = [{"cell_type": "code", "source": cell, "metadata": {}, "outputs": []} for cell in cells]
    return json.dumps({"nbformat": 4, "nbformat_minor": minor, "metadata": metadata or {}, "cells": made})


def lay_out(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def zipped(folder: Path) -> Path:
    target = folder.with_suffix(".zip")
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, path.relative_to(folder.parent))
    return target


LAYOUTS = {
    "Moodle": (
        {
            "Ada Lovelace_123_assignsubmission_file/hw.ipynb": notebook(KMEANS),
            "Ada Lovelace_123_assignsubmission_file/extra.py": EM,
            "Émile Borel_77_assignsubmission_file_/hw.py": KMEANS,
        },
        {"Ada-Lovelace-123": "Ada Lovelace", "Emile-Borel-77": "Émile Borel"},
    ),
    "Moodle without folders": (
        {
            "Ada Lovelace_123_assignsubmission_file_hw.ipynb": notebook(KMEANS),
            "Bob_9_assignsubmission_file_b.py": EM,
        },
        {"Ada-Lovelace-123": "Ada Lovelace", "Bob-9": "Bob"},
    ),
    "Canvas": (
        {"lovelaceada_123_456_hw.ipynb": notebook(KMEANS), "borelemile_LATE_77_999_hw-1.py": KMEANS},
        {"lovelaceada-123": "lovelaceada", "borelemile-77": "borelemile"},
    ),
    "Gradescope": (
        {
            "submission_metadata.yml": "---\nsubmission_11:\n  :submitters:\n"
            "  - :name: Ada Lovelace\n    :sid: '1'\n"
            "submission_12:\n  :submitters:\n  - :name: Bob\n  - :name: 'Cy'\n",
            "submission_11/hw.ipynb": notebook(KMEANS),
            "submission_12/src/hw.py": EM,
        },
        {"submission-11": "Ada Lovelace", "submission-12": "Bob, Cy"},
    ),
    "Gradescope, one": (
        {
            "submission_metadata.json": '{"id": 5, "users": [{"name": "Ada", "email": "a@b.c"}]}',
            "submission/hw.ipynb": notebook(KMEANS),
        },
        {"submission": "Ada"},
    ),
    "nbgrader": (
        {
            "submitted/ada/hw12/a.ipynb": notebook(KMEANS),
            "submitted/bob/hw12/a.ipynb": notebook(EM),
            "source/x.py": EM,
        },
        {"ada": "ada", "bob": "bob"},
    ),
    "folders": (
        {
            "ada/a.ipynb": notebook(KMEANS),
            "ada/b.ipynb": notebook(EM),
            "bob/deep/er/x.py": EM,
            "cy.py": KMEANS,
        },
        {"ada": "ada", "bob": "bob", "cy": "cy"},
    ),
    "loose files": (
        {"ada.ipynb": notebook(KMEANS), "bob.py": KMEANS},
        {"ada": "ada", "bob": "bob"},
    ),
}


@pytest.mark.parametrize("as_zip", [False, True], ids=["folder", "zip"])
@pytest.mark.parametrize("title", LAYOUTS)
def test_layouts_are_recognized(tmp_path: Path, title: str, as_zip: bool) -> None:
    files, students = LAYOUTS[title]
    folder = lay_out(tmp_path / "class", files)
    intake = read_class([zipped(folder) if as_zip else folder])
    if as_zip and title == "loose files":
        # In a zip, files in one folder around all are one student's: the folder is the only name there is.
        assert [s.name for s in intake.submissions] == ["class"]
        return
    assert {s.id: s.name for s in intake.submissions} == students
    assert all(submission.files for submission in intake.submissions)
    assert intake.layouts == (
        title.split(",")[0].removesuffix(" without folders").replace("loose files", "folders"),
    )


def test_feedback_goes_back_to_the_platforms_folder(tmp_path: Path) -> None:
    intake = read_class([lay_out(tmp_path, LAYOUTS["Moodle"][0])])
    assert {s.folder for s in intake.submissions} == {
        "Ada Lovelace_123_assignsubmission_file",
        "Émile Borel_77_assignsubmission_file_",
    }


def test_all_files_of_a_student_are_kept_together(tmp_path: Path) -> None:
    intake = read_class(
        [lay_out(tmp_path, {"ada/mf.ipynb": notebook(EM), "ada/gmm.ipynb": notebook(KMEANS)})]
    )
    (ada,) = intake.submissions
    assert [file.path.split("/")[-1] for file in ada.files] == ["gmm.ipynb", "mf.ipynb"]


def test_loose_files_that_complete_each_other_are_one_hand_in(tmp_path: Path) -> None:
    intake = read_class([lay_out(tmp_path, {"mf.ipynb": notebook(EM), "gmm.ipynb": notebook(KMEANS)})])
    (one,) = intake.submissions
    assert len(one.files) == 2
    assert "taken as one hand-in" in one.notes[-1]


def test_a_zip_in_a_students_folder_is_looked_into(tmp_path: Path) -> None:
    inner = zipped(lay_out(tmp_path / "hw", {"a.ipynb": notebook(KMEANS), "data.npy": "x"}))
    target = tmp_path / "class" / "Ada_1_assignsubmission_file"
    target.mkdir(parents=True)
    inner.rename(target / "hw.zip")
    (ada,) = read_class([tmp_path / "class"]).submissions
    assert [file.text for file in ada.files] == [KMEANS]


def test_single_files_and_several_paths_are_taken(tmp_path: Path) -> None:
    lay_out(tmp_path, {"ada.ipynb": notebook(KMEANS), "more/bob.py": KMEANS, "ignored.py": EM})
    intake = read_class([tmp_path / "ada.ipynb", tmp_path / "more"])
    assert [s.id for s in intake.submissions] == ["ada", "bob"]


def test_two_students_of_one_name_are_told_apart(tmp_path: Path) -> None:
    lay_out(tmp_path / "x", {"Ada/a.py": KMEANS})
    lay_out(tmp_path / "y", {"ada/a.py": EM})
    intake = read_class([tmp_path / "x" / "Ada", tmp_path / "y" / "ada"])
    assert [s.id for s in intake.submissions] == ["a", "a-2"]
    assert "another hand-in has the name" in intake.submissions[1].notes[-1]
    moodle = {"Ada_1_assignsubmission_file/a.py": KMEANS, "Ada_2_assignsubmission_file/a.py": EM}
    assert [s.id for s in read_class([lay_out(tmp_path / "z", moodle)]).submissions] == ["Ada-1", "Ada-2"]


def test_a_script_exported_from_the_notebook_is_not_read_twice(tmp_path: Path) -> None:
    (ada,) = read_class(
        [lay_out(tmp_path, {"ada/a.ipynb": notebook(KMEANS), "ada/a.py": KMEANS})]
    ).submissions
    assert len(ada.files) == 1
    assert "holds the same code" in ada.notes[0]


def test_hidden_copies_are_passed_over(tmp_path: Path) -> None:
    files = {
        "ada/a.py": KMEANS,
        "ada/.ipynb_checkpoints/a-checkpoint.ipynb": notebook(EM),
        "ada/__pycache__/b.py": EM,
        "__MACOSX/ada/._a.py": "x",
    }
    (ada,) = read_class([lay_out(tmp_path, files)]).submissions
    assert len(ada.files) == 1


@pytest.mark.parametrize("minor", range(6))
def test_notebooks_of_nbformat_4_are_read(tmp_path: Path, minor: int) -> None:
    (ada,) = read_class([lay_out(tmp_path, {"ada.ipynb": notebook(KMEANS, EM, minor=minor)})]).submissions
    assert [cell.text for cell in ada.files[0].cells] == [KMEANS, EM]
    assert [cell.number for cell in ada.files[0].cells] == [1, 2]


def test_notebooks_of_nbformat_3_are_read(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "heading", "source": ["Title"], "level": 1},
        {"cell_type": "code", "input": ["a = 1\n", "b = 2"], "language": "python", "outputs": []},
    ]
    text = json.dumps(
        {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": "x"}, "worksheets": [{"cells": cells}]}
    )
    (ada,) = read_class([lay_out(tmp_path, {"ada.ipynb": text})]).submissions
    assert ada.files[0].text == "a = 1\nb = 2"
    assert ada.files[0].prose == "Title"


def test_lines_may_be_a_list_and_end_as_on_windows(tmp_path: Path) -> None:
    text = json.dumps({"nbformat": 4, "cells": [{"cell_type": "code", "source": ["a = 1\r\n", "b = 2"]}]})
    (ada,) = read_class([lay_out(tmp_path, {"ada.ipynb": text})]).submissions
    assert ada.files[0].text == "a = 1\nb = 2"


@pytest.mark.parametrize(
    "metadata",
    [
        {"language_info": {"name": "python", "version": "2.7.13"}},
        {"kernelspec": {"name": "python2", "language": "python"}},
    ],
)
def test_python_2_is_named(tmp_path: Path, metadata: dict[str, Any]) -> None:
    (ada,) = read_class(
        [lay_out(tmp_path, {"ada.ipynb": notebook("print 1", metadata=metadata)})]
    ).submissions
    assert ada.files[0].python.startswith("2")
    assert "written in Python 2" in ada.notes[0]


def test_another_language_is_named(tmp_path: Path) -> None:
    metadata = {"kernelspec": {"language": "R", "name": "ir"}}
    (ada,) = read_class([lay_out(tmp_path, {"ada.ipynb": notebook("x <- 1", metadata=metadata)})]).submissions
    assert "written in r, not Python" in ada.notes[0]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("\ufeffx = 'é'".encode(), "x = 'é'"),
        ("# -*- coding: latin-1 -*-\nx = 'é'".encode("latin-1"), "# -*- coding: latin-1 -*-\nx = 'é'"),
        ("x = 'é'".encode("utf-16"), "x = 'é'"),
        ("x = 'é'".encode("latin-1"), "x = 'é'"),
    ],
)
def test_scripts_are_read_in_their_encoding(tmp_path: Path, data: bytes, text: str) -> None:
    (tmp_path / "ada.py").write_bytes(data)
    (ada,) = read_class([tmp_path]).submissions
    assert ada.files[0].text == text


def test_nothing_is_run(tmp_path: Path) -> None:
    trap = f"open({str(tmp_path / 'trap')!r}, 'w')\n"
    read_class(
        [
            lay_out(
                tmp_path / "class",
                {"ada.ipynb": notebook(trap), "conftest.py": trap, "bob/__init__.py": trap},
            )
        ]
    )
    assert not (tmp_path / "trap").exists()


def test_nothing_at_all_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no hand-ins in"):
        read_class([tmp_path])
    with pytest.raises(InputError, match="there is no file or folder"):
        read_class([tmp_path / "missing"])


def test_the_same_class_is_read_the_same_way_twice(tmp_path: Path) -> None:
    folder = lay_out(tmp_path, LAYOUTS["folders"][0])
    first, second = read_class([folder]), read_class([folder])
    assert isinstance(first, Intake)
    assert first == second
