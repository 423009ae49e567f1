"""The table of a class that an instructor downloads from a platform, to be filled in and uploaded again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from algorithms.errors import InputError


@dataclass(frozen=True)
class Worksheet:
    """A CSV file. head: its first line. rows: the others, each as it is, also those of another length."""

    path: Path
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def column(self, known: Sequence[str], what: str) -> int:
        """The first column with one of the names `known`. Raises InputError with the names there are."""
        found = self.find(known)
        if found is None:
            raise InputError(
                f"the worksheet {self.path} has no column for the {what}; expected {known[0]!r} or a "
                f"translation, got {', '.join(self.head)[:300]}"
            )
        return found

    def find(self, known: Iterable[str]) -> int | None:
        """The first column with one of the names `known`, in small letters; None if there is none."""
        names = [name.strip().lower() for name in self.head]
        return next((names.index(name) for name in known if name in names), None)

    def rewritten(self, rows: Iterable[Sequence[str]]) -> bytes:
        """The file with other rows, in UTF-8 with the mark that spreadsheets look for."""
        text = io.StringIO()
        csv.writer(text).writerows([self.head, *rows])
        return b"\xef\xbb\xbf" + text.getvalue().encode()


def read_worksheet(path: Path, platform: str) -> Worksheet:
    """The table in a CSV file. Raises InputError for what is none."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        head, *rows = csv.reader(io.StringIO(text, newline=""))
    except OSError as error:
        raise InputError(f"cannot read the worksheet {path}: {error.strerror}; check the path") from None
    except (ValueError, csv.Error):
        raise InputError(
            f"the worksheet {path} is no CSV file; give the one downloaded from {platform}"
        ) from None
    return Worksheet(path, tuple(head), tuple(map(tuple, rows)))
