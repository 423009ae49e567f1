"""Lists the files of a folder or a zip: follows no link, unpacks nothing to disk, trusts no size."""

from __future__ import annotations

import io
import os
import stat
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from verification.grading.submission import printable

MAX_FILE = 64 << 20
MAX_MEMBERS = 50_000
MAX_UNPACKED = 512 << 20
MAX_RATIO = 100
RATIO_MATTERS_FROM = 4 << 20
"""Text packs to a hundredth at best, unless it is small."""
SKIPPED = {"__MACOSX", "__pycache__", ".ipynb_checkpoints", ".git", ".DS_Store", "Thumbs.db"}


class Unreadable(Exception):
    """A file that cannot be used; the message says why, without naming the file."""


@dataclass(frozen=True)
class Entry:
    """A file: its path below what was listed, with `/`, and a way to its bytes that may raise Unreadable."""

    path: str
    content: Callable[[], bytes]

    @property
    def parts(self) -> tuple[str, ...]:
        return PurePosixPath(self.path).parts


@dataclass(frozen=True)
class Listing:
    """Files, sorted by path, and one line for each that is left out."""

    entries: tuple[Entry, ...]
    notes: tuple[str, ...]


def list_folder(folder: Path) -> Listing:
    """All regular files below `folder`."""
    entries: list[Entry] = []
    notes: list[str] = []
    for place, folders, files in os.walk(folder, onerror=lambda error: notes.append(_problem(error))):
        folders[:] = sorted(name for name in folders if not _is_skipped(name))
        if not (folders or files) and Path(place) != folder:
            notes.append(f"{_shown(Path(place).relative_to(folder).as_posix())} is empty: nothing handed in")
        for name in sorted([*folders, *files]):
            path = Path(place, name)
            shown = _shown(path.relative_to(folder).as_posix())
            mode = path.lstat().st_mode
            if stat.S_ISLNK(mode):
                notes.append(f"{shown} is a link, which is not followed; hand in the file itself")
            elif stat.S_ISREG(mode) and not _is_skipped(name):
                entries.append(Entry(shown, _reader(path)))
    return Listing(tuple(sorted(entries, key=lambda entry: entry.path)), tuple(notes))


def list_zip(data: bytes | Path, within: str = "") -> Listing:
    """All members of a zip that may be read, their paths put below `within`. Raises Unreadable."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data) if isinstance(data, bytes) else data)
        members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise Unreadable(f"is not a zip that can be opened ({printable(str(error), 80)})") from None
    if len(members) > MAX_MEMBERS:
        raise Unreadable(f"holds {len(members):,} files, more than {MAX_MEMBERS:,}")
    budget = _Budget(MAX_UNPACKED)
    entries: dict[str, Entry] = {}
    notes: list[str] = []
    for member in members:
        name = member.filename.replace("\\", "/")
        path = _shown(str(PurePosixPath(within, name)))
        if member.is_dir() or any(_is_skipped(part) for part in name.split("/")):
            continue
        problem = _problem_of_member(member, name)
        if problem is None and path in entries:
            problem = "is there twice; the first is read"
        if problem is not None:
            notes.append(f"{_shown(name)} {problem}")
        else:
            entries[path] = Entry(path, _unpacker(archive, member, budget))
    return Listing(tuple(sorted(entries.values(), key=lambda entry: entry.path)), tuple(notes))


@dataclass
class _Budget:
    """How many bytes may still come out of one zip, however its members overlap."""

    left: int


def _problem_of_member(member: zipfile.ZipInfo, name: str) -> str | None:
    if name.startswith("/") or ":" in name.split("/")[0] or ".." in name.split("/"):
        return "would be unpacked outside of its folder; it is left out"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "is a link, which is not followed; hand in the file itself"
    if member.flag_bits & 1:
        return "is locked with a password"
    if member.file_size > MAX_FILE:
        return f"unpacks to {member.file_size:,} bytes, more than {MAX_FILE:,}"
    if member.file_size > max(RATIO_MATTERS_FROM, MAX_RATIO * member.compress_size):
        return f"unpacks to {member.file_size // max(1, member.compress_size):,} times its size: a zip bomb"
    return None


def _unpacker(archive: zipfile.ZipFile, member: zipfile.ZipInfo, budget: _Budget) -> Callable[[], bytes]:
    def content() -> bytes:
        try:
            with archive.open(member) as file:
                # A header may lie about the size: no more than announced is ever unpacked.
                data = file.read(min(member.file_size, budget.left) + 1)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            NotImplementedError,
            RuntimeError,
        ) as error:
            raise Unreadable(f"cannot be unpacked ({printable(str(error), 80)})") from None
        if len(data) > member.file_size or len(data) > budget.left:
            raise Unreadable("unpacks to more than it says, or than a hand-in needs")
        budget.left -= len(data)
        return data

    return content


def _reader(path: Path) -> Callable[[], bytes]:
    def content() -> bytes:
        try:
            # O_NONBLOCK and O_NOFOLLOW: it may have become a pipe or a link since it was listed.
            with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW), "rb") as file:
                data = file.read(MAX_FILE + 1)
        except OSError as error:
            raise Unreadable(f"cannot be read ({error.strerror})") from None
        if len(data) > MAX_FILE:
            raise Unreadable(f"is larger than {MAX_FILE:,} bytes")
        return data

    return content


def _is_skipped(name: str) -> bool:
    return name in SKIPPED or name.startswith("._")


def _shown(path: str) -> str:
    return printable(path, 400).replace("\n", "\N{REPLACEMENT CHARACTER}")


def _problem(error: OSError) -> str:
    return f"{_shown(str(error.filename))} cannot be listed ({error.strerror})"
