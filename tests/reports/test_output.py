"""All files of a report are written or none; what was there before stays until then."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from algorithms.errors import InputError
from reports import output

NEW = {"report.html": b"new html", "report.pdf": b"new pdf", "results.json": b"{}"}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_files_are_written_and_missing_folders_made(tmp_path: Path) -> None:
    paths = output.write_together(tmp_path / "a" / "b", NEW)
    assert contents(tmp_path / "a" / "b") == NEW
    assert [path.name for path in paths] == list(NEW)


def test_a_new_report_replaces_the_old_one_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "report.html").write_bytes(b"old")
    (tmp_path / "notes.txt").write_bytes(b"mine")
    output.write_together(tmp_path, NEW)
    assert contents(tmp_path) == {**NEW, "notes.txt": b"mine"}


@pytest.fixture
def disk_full_at_second_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second flush to the disk finds no room, as a real one does: after a part was written."""
    real, calls = os.fsync, []

    def fsync(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)


@pytest.mark.usefixtures("disk_full_at_second_file")
def test_a_full_disk_leaves_the_old_report_untouched(tmp_path: Path) -> None:
    old = {name: b"old " + content for name, content in NEW.items()}
    for name, content in old.items():
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match="No space left on device; make room"):
        output.write_together(tmp_path, NEW)
    assert contents(tmp_path) == old


@pytest.mark.usefixtures("disk_full_at_second_file")
def test_a_full_disk_leaves_no_folder_behind(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        output.write_together(tmp_path / "a" / "b", NEW)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system with room for 64 kB, where the machine lets us mount one."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("needs the right to mount a file system")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_that_is_really_too_small_keeps_the_old_report(tiny_disk: Path) -> None:
    (tiny_disk / "report.html").write_bytes(b"old")
    with pytest.raises(InputError, match="make room"):
        output.write_together(tiny_disk, {"report.html": b"new", "report.pdf": bytes(1_000_000)})
    assert contents(tiny_disk) == {"report.html": b"old"}


def test_ctrl_c_while_writing_leaves_nothing_half_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        output.write_together(tmp_path, NEW)
    assert contents(tmp_path) == {}


def test_ctrl_c_while_renaming_comes_too_late_to_mix_old_and_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in NEW:
        (tmp_path / name).write_bytes(b"old")
    real, interrupts = Path.replace, iter([True])

    def replace(self: Path, target: Path) -> Path:
        if next(interrupts, False):
            raise KeyboardInterrupt
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    output.write_together(tmp_path, NEW)
    assert contents(tmp_path) == NEW


@pytest.mark.parametrize(
    "below", ["", "deeper", "deeper/still"], ids=["itself", "its child", "its grandchild"]
)
def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path, below: str) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(InputError, match=r"expected a folder, but .*taken is a file"):
        output.check_directory(tmp_path / "taken" / below)


def test_a_folder_in_place_of_a_file_is_refused_before_anything_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "report.html").write_bytes(b"old")
    (tmp_path / "results.json").mkdir()
    with pytest.raises(InputError, match="a folder has that name"):
        output.write_together(tmp_path, NEW)
    assert (tmp_path / "report.html").read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.html", "results.json"]


def test_a_folder_without_write_permission_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    if os.access(tmp_path, os.W_OK):
        pytest.skip("permissions do not bind this user")
    with pytest.raises(InputError, match="not writable"):
        output.check_directory(tmp_path / "report")
    tmp_path.chmod(0o755)


def test_a_folder_the_system_calls_not_writable_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(InputError, match="not writable"):
        output.check_directory(tmp_path / "report")


def test_checking_the_folder_creates_nothing(tmp_path: Path) -> None:
    output.check_directory(tmp_path / "a" / "b")
    assert list(tmp_path.iterdir()) == []
