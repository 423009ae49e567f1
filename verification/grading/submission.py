"""What a student handed in, and the program that one function of it needs.

Everything here is text: nothing of a submission is imported, evaluated or unpickled in this process.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Literal

FileKind = Literal["notebook", "script"]
CellKind = Literal["code", "markdown"]


@dataclass(frozen=True)
class Place:
    """A line of a submission, as the student sees it: line `line` (from 1) of cell `cell` (from 1) of `path`.

    A script has no cells: `cell` is None.
    """

    path: str
    cell: int | None
    line: int

    def __str__(self) -> str:
        where = f"line {self.line}" if self.cell is None else f"cell {self.cell}, line {self.line}"
        return f"{self.path}, {where}"


@dataclass(frozen=True)
class Cell:
    """A cell of a notebook, with its number among all cells; a script is one code cell, number None."""

    number: int | None
    kind: CellKind
    text: str


@dataclass(frozen=True)
class SourceFile:
    """One file of a submission. `python` is the version the file itself declares ("2.7.13"), or empty."""

    path: str
    kind: FileKind
    cells: tuple[Cell, ...]
    python: str = ""

    @property
    def text(self) -> str:
        """The code, cell after cell."""
        return "\n".join(cell.text for cell in self.cells if cell.kind == "code")

    @property
    def prose(self) -> str:
        """The text around the code, for a human to read."""
        return "\n\n".join(cell.text for cell in self.cells if cell.kind == "markdown")


@dataclass(frozen=True)
class Submission:
    """What one student handed in.

    id: unique within a class, safe as the name of a folder.
    name: the student's name as the platform gives it; untrusted text.
    folder: the name of the student's folder in a platform's download, where feedback goes back ("": none).
    notes: what the intake found odd, one clear line each.
    number: the student's number on the platform, as far as the names of files tell ("": unknown).
    """

    id: str
    name: str
    files: tuple[SourceFile, ...]
    notes: tuple[str, ...] = ()
    folder: str = ""
    number: str = ""


@dataclass(frozen=True)
class Program:
    """Source text to run in the sandbox, and where each of its lines stands in the submission.

    places: places[i] is that of line i + 1; None for a line that the student did not write.
    """

    source: str
    places: tuple[Place | None, ...]

    def place(self, line: int) -> Place | None:
        """Where line `line` (from 1) of the program stands in the submission."""
        return self.places[line - 1] if 1 <= line <= len(self.places) else None


@dataclass(frozen=True)
class Extracted:
    """A function and all that it needs, taken out of a submission by name.

    function: the name asked for, the first of the names tried.
    defined_as: the name it has in the submission, to be called by; "" if it is not there.
    program: what to run; None if the function is not there.
    parameters: the names of its parameters, in order.
    notes: duplicates, a similar name, names set by code that is not run; one clear line each.
    broken: definitions of the function that do not parse, with place and reason ("Python 2 code ...").
    missing: names that are used and that nothing in the program defines. outside: those of them that other
    code of the submission sets, which is not run.
    """

    function: str
    defined_as: str
    program: Program | None
    parameters: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()


def printable(text: str, limit: int = 2000) -> str:
    """`text` without control characters (ANSI escapes), direction marks, lone surrogates; cut at `limit`."""
    kept = "".join(letter if _harmless(letter) else "\N{REPLACEMENT CHARACTER}" for letter in text[:limit])
    return kept + " [...]" if len(text) > limit else kept


def _harmless(letter: str) -> bool:
    return letter in "\n\t" or unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
