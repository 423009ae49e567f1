"""What an export is, and all exports, found by walking `exports`.

Text of students is hostile in spreadsheets too: a cell that begins like a formula would be computed.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from algorithms.errors import InputError
from verification.grading import exports
from verification.grading.findings import FunctionGrade
from verification.grading.gradebook import Gradebook, StudentGrade
from verification.grading.submission import Submission, printable

FORMULA = ("=", "+", "-", "@", "\t", "\n", "＝", "＋", "－", "＠")
"""Also in their full width, which some spreadsheets compute as well."""


File = tuple[str, bytes]
"""Name and content."""


@dataclass(frozen=True)
class Material:
    """What exports are made of.

    page: the feedback page of a student, by id, as HTML. submissions: what the students handed in, in the
    order of the gradebook. worksheet: the table that the instructor downloaded from a platform, if given.
    assignment: what the exercise is called there.
    """

    gradebook: Gradebook
    page: Callable[[str], bytes]
    submissions: tuple[Submission, ...] = ()
    worksheet: Path | None = None
    assignment: str = "homework"


@dataclass(frozen=True)
class Exporter:
    """id: the name of its file here.

    write: the files one by one, each with its name, "/" between folders: those of a large class need not fit
    into memory. It raises InputError for a worksheet it cannot fill in, also if the class is empty: so it is
    asked before any work. worksheet: which it takes, if any.
    """

    id: str
    title: str
    write: Callable[[Material], Iterator[File]]
    worksheet: str = ""


def exporter_ids() -> tuple[str, ...]:
    """The ids of all exports, in alphabetical order."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(exports.__path__)))


def load_exporter(exporter_id: str) -> Exporter:
    """The export with this id. Raises InputError, with the ids there are, for an unknown one."""
    if exporter_id not in exporter_ids():
        raise InputError(f"--exports: there is no {exporter_id!r}; choose from {', '.join(exporter_ids())}")
    exporter = import_module(f"{exports.__name__}.{exporter_id}").EXPORTER
    if not isinstance(exporter, Exporter) or exporter.id != exporter_id:
        raise TypeError(f"exports/{exporter_id}.py must define EXPORTER, whose id is its file name")
    return exporter


def cell(text: str) -> str:
    """Text for a spreadsheet: shown, never computed."""
    shown = printable(text)
    return f"'{shown}" if shown.lstrip(" ").startswith(FORMULA) else shown


def number(value: float | None) -> str:
    """Points as a cell: empty, not 0, where there is no verdict."""
    return "" if value is None else f"{value:.10g}"


def told(grade: FunctionGrade) -> str:
    """The verdict on a function as plain text: its defects with their evidence, and notes."""
    lines: list[str] = []
    for defect in grade.defects:
        where = f" ({defect.places[0]})" if defect.places is not None else ""
        lines.append(f"{defect.message}{where}")
        if defect.evidence is not None:
            lines += [f"    {name} = {value}" for name, value in defect.evidence.inputs]
            lines += [f"    expected: {defect.evidence.expected}", f"    got: {defect.evidence.got}"]
    lines += [f"Note: {note}" for note in grade.notes]
    return printable("\n".join(lines), 4000)


def summary(student: StudentGrade) -> str:
    """One line for a whole hand-in: what is not right yet."""
    parts = [
        f"{grade.function}: {grade.status}"
        + (f" ({', '.join(defect.code for defect in grade.defects)})" if grade.defects else "")
        for grade in student.functions
        if grade.status != "correct" or grade.defects
    ]
    return printable("; ".join(parts) or "all correct")
