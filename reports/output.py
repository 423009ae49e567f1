"""Writing the files of a report: all of them or none.

Every file is first written under another name beside its place, in full and flushed to the disk; only when
all are there are they renamed. A reader never sees half a file, and a run that fails leaves the old report as
it was.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from algorithms.errors import InputError


def check_directory(directory: Path) -> None:
    """Refuse, before any work is done, a place that cannot take the report. Creates nothing.

    Raises InputError if `directory` is a file, lies under one, or may not be written.
    """
    nearest = directory
    while not nearest.exists() and nearest != nearest.parent:
        nearest = nearest.parent
    if not nearest.is_dir():
        raise InputError(
            f"--out: expected a folder, but {nearest} is a file; name another folder or move the file away"
        )
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise InputError(
            f"--out: expected a folder to write to, but {nearest} is not writable; name another with --out"
        )


def write_together(directory: Path, files: Mapping[str, bytes]) -> tuple[Path, ...]:
    """Write `files` (name -> content) into `directory`, creating it if need be; return their paths.

    Raises InputError if a file cannot be written (no permission, disk full, a folder in its place). Then
    nothing is left of the new files, and files of the same names that were there before are untouched.
    """
    check_directory(directory)
    created = _create(directory)
    parts: dict[Path, Path] = {}
    written = False
    try:
        for name, content in files.items():
            target = directory / name
            if target.is_dir():
                raise InputError(
                    f"--out: expected to write the file {target}, but a folder has that name; move it"
                )
            parts[target] = directory / f".{name}.{os.getpid()}.part"
            _write(parts[target], content)
        _rename(parts)
        written = True
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(
            f"--out: expected to write to {directory}, but: {reason}; make room or name another folder with "
            f"--out"
        ) from error
    finally:
        if not written:
            for part in parts.values():
                part.unlink(missing_ok=True)
            for folder in created:
                folder.rmdir()
    return tuple(parts)


def _create(directory: Path) -> list[Path]:
    """Make `directory` and its missing parents; return those made, innermost first."""
    missing = []
    folder = directory
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"--out: expected to create {directory}, but: {error.strerror}; name another folder with --out"
        ) from error
    return missing


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())  # a full disk or a quota may show itself only here


def _rename(parts: Mapping[Path, Path]) -> None:
    """Rename every part to its target. A Ctrl-C that comes now comes too late: old and new must not mix."""
    pending = list(parts.items())
    while pending:
        target, part = pending[-1]
        try:
            if part.exists():
                part.replace(target)
            pending.pop()
        except KeyboardInterrupt:
            continue
