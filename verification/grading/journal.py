"""The journal of a run: one JSON line for each submission that is done, on disk before the next is begun.

A run that was killed, at whatever moment, is resumed from it: a submission is in the journal, whole, or it
is graded again. A line is found by its key, which names everything that a grade depends on, so the journal
is at once the cache: another rubric or another version is another key.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from algorithms.errors import InputError
from verification.grading.submission import Submission

Record = Mapping[str, Any]


def key_of(submission: Submission, *settings: str) -> str:
    """The key of a grade: of what was handed in, and of all `settings` (rubric, version, seed, level)."""
    digest = hashlib.sha256()
    parts = [submission.id, submission.name, *settings]
    for file in submission.files:
        parts += [file.path, file.kind, file.python]
        parts += [part for cell in file.cells for part in (cell.kind, str(cell.number), cell.text)]
    for part in (*parts, *submission.notes):
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "little") + data)  # lengths, so that no two lists run together
    return digest.hexdigest()


class Journal:
    """The journal at `path`, created if need be, for one run at a time. Raises InputError."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise InputError(f"the journal {path} cannot be opened: {error.strerror}") from None
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._file)
            raise InputError(
                f"the journal {path} is in use by another run; wait for it, or choose another folder"
            ) from None
        self._records, self._end = self._read()
        _sync_folder(path.parent)

    def __len__(self) -> int:
        return len(self._records)

    def find(self, key: str) -> Record | None:
        """What was recorded under `key`, or None."""
        return self._records.get(key)

    def record(self, key: str, record: Record) -> None:
        """Writes a line, and returns when it is on the disk. Raises InputError if the disk is full."""
        line = json.dumps({"key": key, "record": record}, allow_nan=False).encode("ascii") + b"\n"
        try:
            _write_all(self._file, line, self._end)
            os.fsync(self._file)
        except OSError as error:
            raise InputError(
                f"the journal {self.path} cannot be written: {error.strerror}; make room and resume"
            ) from None
        self._end += len(line)
        self._records[key] = record

    def close(self) -> None:
        """Lets another run have the journal."""
        os.close(self._file)

    def _read(self) -> tuple[dict[str, Record], int]:
        """The records, and where the next line goes: over a last line that was torn by a crash."""
        with open(self.path, "rb") as file:
            data = file.read()
        records: dict[str, Record] = {}
        end = 0
        for line in data.splitlines(keepends=True):
            if not line.endswith(b"\n"):
                break
            end += len(line)
            try:
                entry = json.loads(line)
                records[entry["key"]] = entry["record"]
            except (ValueError, KeyError, TypeError, RecursionError):
                continue  # a damaged line: that submission is graded again
        os.ftruncate(self._file, end)
        return records, end

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def _write_all(file: int, data: bytes, offset: int) -> None:
    while data:
        written = os.pwrite(file, data, offset)
        data, offset = data[written:], offset + written


def _sync_folder(folder: Path) -> None:
    """Puts the name of a new file on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
