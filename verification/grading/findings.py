"""What grading finds out about one function of one submission, as frozen values for every report and export.

A `Violation` is what a criterion says: a property that does not hold, shown by an example. A `Defect` is
what the student reads: the same, named by a code and with the lines where it comes from, as far as a
detector recognized the mistake. A `FunctionGrade` is the whole verdict on a function.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from verification.grading.submission import Place

Severity = Literal["major", "minor"]
Status = Literal[
    "correct",
    "wrong",
    "raises",
    "missing",
    "timeout",
    "memory",
    "tampering",
    "not-run",
    "needs-human",
    "grader-error",
]
STATUSES: tuple[Status, ...] = get_args(Status)


@dataclass(frozen=True)
class Evidence:
    """The smallest example that shows a defect, as text to print; untrusted where it quotes the student.

    inputs: name and value of each argument, in order. expected, got: what should come back and what did.
    violated: the property in words, a full sentence.
    """

    inputs: tuple[tuple[str, str], ...]
    expected: str
    got: str
    violated: str

    def as_dict(self) -> dict[str, object]:
        """For `feedback.json`."""
        return {
            "inputs": dict(self.inputs),
            "expected": self.expected,
            "got": self.got,
            "violated": self.violated,
        }


@dataclass(frozen=True)
class Violation:
    """A property that does not hold. code: its name in kebab-case, the defect's name if nothing says more."""

    code: str
    severity: Severity
    message: str
    evidence: Evidence


@dataclass(frozen=True)
class Defect:
    """One mistake: what it is called, how bad it is, what to do about it, and what shows it.

    code: kebab-case, the same for all students who made the mistake. message: one or two sentences to the
    student. evidence: None where the source alone shows it, or where nothing was run. places: the first
    and the last line it is about; None where no line is to blame.
    """

    code: str
    severity: Severity
    message: str
    evidence: Evidence | None = None
    places: tuple[Place, Place] | None = None

    @property
    def lines(self) -> tuple[int, int] | None:
        """The numbers of the first and last line in their cell or script."""
        return None if self.places is None else (self.places[0].line, self.places[1].line)


@dataclass(frozen=True)
class FunctionGrade:
    """The verdict on one function.

    function: its name in the rubric. defined_as: its name in the submission, "" if it is not there.
    criterion: the id of the criterion that judged it. seed: that of the inputs, to repeat the verdict.
    points: between 0 and `max_points`; positive only if the status is "correct", or if it would be with an
    obvious repair. defects: the worst first. notes: what a reader should know and is no defect: duplicates,
    a repair that was applied, a library that was emulated.
    """

    function: str
    status: Status
    points: float
    max_points: float
    defects: tuple[Defect, ...] = ()
    notes: tuple[str, ...] = ()
    defined_as: str = ""
    criterion: str = ""
    seed: int = 0

    def as_dict(self) -> Mapping[str, object]:
        """For `feedback.json`, under the function's name."""
        return {
            "status": self.status,
            "points": self.points,
            "max_points": self.max_points,
            "defects": [
                {
                    "code": defect.code,
                    "severity": defect.severity,
                    "message": defect.message,
                    "evidence": {} if defect.evidence is None else defect.evidence.as_dict(),
                    "lines": list(defect.lines or ()),
                }
                for defect in self.defects
            ],
            "notes": list(self.notes),
        }
