"""The journal: what is in it survives anything, and what was torn is graded again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from algorithms.errors import InputError
from verification.grading import journal as module
from verification.grading.journal import Journal, key_of
from verification.grading.submission import Cell, SourceFile, Submission


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.jsonl"


def test_what_was_recorded_is_found_again(path: Path) -> None:
    with Journal(path) as journal:
        journal.record("a", {"points": 1.5, "name": "\ud800é"})
        assert journal.find("a") == {"points": 1.5, "name": "\ud800é"}
        assert journal.find("b") is None
    with Journal(path) as journal:
        assert len(journal) == 1
        assert journal.find("a") == {"points": 1.5, "name": "\ud800é"}


def test_a_later_record_replaces_an_earlier_one(path: Path) -> None:
    with Journal(path) as journal:
        journal.record("a", {"points": 1})
        journal.record("a", {"points": 2})
    with Journal(path) as journal:
        assert journal.find("a") == {"points": 2}


@pytest.mark.parametrize("cut", range(1, 40))
def test_a_torn_last_line_is_written_over(path: Path, cut: int) -> None:
    with Journal(path) as journal:
        journal.record("a", {"points": 1})
        journal.record("b", {"points": 2})
    data = path.read_bytes()
    second = data.index(b"\n") + 1
    path.write_bytes(data[: max(second, len(data) - cut)])
    with Journal(path) as journal:
        assert journal.find("a") == {"points": 1}
        assert journal.find("b") is None
        journal.record("c", {"points": 3})
    assert path.read_bytes().startswith(data[:second])
    with Journal(path) as journal:
        assert (len(journal), journal.find("c")) == (2, {"points": 3})


@pytest.mark.parametrize("damage", [b"\0\0\0\n", b"[1, 2]\n", b'{"key": []}\n', b"[" * 100_000 + b"\n"])
def test_a_damaged_line_costs_only_itself(path: Path, damage: bytes) -> None:
    with Journal(path) as journal:
        journal.record("a", {})
    path.write_bytes(damage + path.read_bytes())
    with Journal(path) as journal:
        assert (len(journal), journal.find("a")) == (1, {})


def test_a_run_killed_while_writing_leaves_whole_records(path: Path) -> None:
    script = f"""
from pathlib import Path
from verification.grading.journal import Journal
journal = Journal(Path({str(path)!r}))
for i in range(10**6):
    journal.record(str(i), {{"points": i, "filler": "x" * 3000}})
    if i == 20:
        print("go", flush=True)
"""
    run = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    assert run.stdout is not None
    run.stdout.readline()
    run.send_signal(signal.SIGKILL)
    run.wait()
    run.stdout.close()
    with Journal(path) as journal:
        assert len(journal) > 20
        for i in range(len(journal)):
            assert journal.find(str(i)) == {"points": i, "filler": "x" * 3000}


def test_two_runs_cannot_share_a_journal(path: Path) -> None:
    with Journal(path), pytest.raises(InputError, match="in use by another run"):
        Journal(path)
    Journal(path).close()


def test_a_full_disk_is_one_line_and_leaves_the_journal_whole(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Journal(path) as journal:
        journal.record("a", {})

        def full(file: int, data: bytes, offset: int) -> int:
            if len(data) > 5:
                return os.pwritev(file, [data[:5]], offset)
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(module.os, "pwrite", full)
            patch.setattr(module.os, "pwritev", os.pwritev)
            full_once = iter([5])
            patch.setattr(module.os, "pwrite", lambda f, d, o: next(full_once, None) or _no_space())
            with pytest.raises(InputError, match="No space left on device; make room and resume"):
                journal.record("b", {})
        journal.record("c", {})
    with Journal(path) as journal:
        assert [journal.find(key) for key in "abc"] == [{}, None, {}]


def _no_space() -> int:
    raise OSError(28, "No space left on device")


def test_a_folder_is_no_journal(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be opened"):
        Journal(tmp_path)


def submission(text: str = "x = 1", *, number: int = 1, path: str = "a.py", name: str = "A") -> Submission:
    return Submission("id", name, (SourceFile(path, "script", (Cell(number, "code", text),)),))


def test_equal_hand_ins_under_equal_settings_have_one_key() -> None:
    assert key_of(submission(), "rubric", "1") == key_of(submission(), "rubric", "1")


@pytest.mark.parametrize(
    "other",
    [
        key_of(submission("x = 2"), "rubric", "1"),
        key_of(submission(number=2), "rubric", "1"),
        key_of(submission(path="b.py"), "rubric", "1"),
        key_of(submission(name="B"), "rubric", "1"),
        key_of(submission(), "rubric", "2"),
        key_of(submission(), "rubri", "c1"),
        key_of(submission(), "rubric1"),
    ],
)
def test_whatever_a_grade_depends_on_changes_the_key(other: str) -> None:
    assert other != key_of(submission(), "rubric", "1")
