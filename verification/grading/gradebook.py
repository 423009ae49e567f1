"""The grades of a class, as frozen values for every page and export, and as records for the journal.

What was not judged has no points at all: a grader error, a missing library or work for a human is no zero.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from verification.grading.findings import Defect, Evidence, FunctionGrade, Status
from verification.grading.journal import Record
from verification.grading.submission import Place

OPEN: frozenset[Status] = frozenset({"not-run", "needs-human", "grader-error"})
"""Statuses that say nothing about the student's work: someone has to look."""


@dataclass(frozen=True)
class Sandbox:
    """What kept students' code from the grader, and what it ran with.

    level: A to D. layers: what it consists of. versions: of Python and the libraries there, by name.
    """

    level: str
    layers: tuple[str, ...]
    versions: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return f"{self.level} ({', '.join(self.layers)})"


@dataclass(frozen=True)
class StudentGrade:
    """All verdicts on one submission. `id`, `name`, `folder`, `notes`, `number` as in `Submission`."""

    id: str
    name: str
    folder: str
    notes: tuple[str, ...]
    functions: tuple[FunctionGrade, ...]
    number: str = ""

    @property
    def open(self) -> tuple[FunctionGrade, ...]:
        """The functions without a verdict that are worth points."""
        return tuple(grade for grade in self.functions if grade.status in OPEN and grade.max_points > 0)

    @property
    def points_so_far(self) -> float:
        """Points of the functions that were judged."""
        return math.fsum(grade.points for grade in self.functions if grade.status not in OPEN)

    @property
    def points(self) -> float | None:
        """All points; None as long as one function has no verdict."""
        return None if self.open else self.points_so_far

    @property
    def max_points(self) -> float:
        """The points of a hand-in without a mistake."""
        return math.fsum(grade.max_points for grade in self.functions)

    def has(self, status: Status) -> bool:
        """Whether any function has this status."""
        return any(grade.status == status for grade in self.functions)


@dataclass(frozen=True)
class Gradebook:
    """A class: its students in the order of the intake, and what their grades depend on.

    notes: what the intake left out. version: that of the suite.
    """

    students: tuple[StudentGrade, ...]
    sandbox: Sandbox
    seed: int
    version: str
    notes: tuple[str, ...] = ()


def points_of(grade: FunctionGrade) -> float | None:
    """The points of a function, None without a verdict."""
    return None if grade.status in OPEN else grade.points


def to_record(student: StudentGrade) -> Record:
    """For the journal; `from_record` undoes it."""
    return asdict(student)


def from_record(record: Record) -> StudentGrade:
    """The grade in a record of the journal. Raises KeyError or TypeError for a record of another kind."""
    functions = tuple(_function(function) for function in record["functions"])
    return StudentGrade(
        **{**record, "notes": tuple(record["notes"]), "functions": functions},
    )


def _function(record: Mapping[str, Any]) -> FunctionGrade:
    defects = tuple(_defect(defect) for defect in record["defects"])
    return FunctionGrade(**{**record, "defects": defects, "notes": tuple(record["notes"])})


def _defect(record: Mapping[str, Any]) -> Defect:
    evidence, places = record["evidence"], record["places"]
    return Defect(
        **{
            **record,
            "evidence": None if evidence is None else _evidence(evidence),
            "places": None if places is None else (Place(**places[0]), Place(**places[1])),
        }
    )


def _evidence(record: Mapping[str, Any]) -> Evidence:
    return Evidence(**{**record, "inputs": tuple((name, value) for name, value in record["inputs"])})
