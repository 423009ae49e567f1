"""The verdict on one function of a submission.

Of all attempts made in good will (see `attempts`) one that is right is enough: the function is right, with a
note or a minor defect. What stops a function outright is said first, then, with an obvious repair applied,
what else is wrong.

Credit comes only from a criterion that returns without a major violation. Whatever goes wrong on our side
is a grader error, never a zero.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace

from verification.grading.attempts import REPLACED, Attempt, Attempts
from verification.grading.criteria_catalog import load_criterion
from verification.grading.defects_catalog import Named, named_defects
from verification.grading.detector import Case
from verification.grading.extraction import extract
from verification.grading.extraction_code import Code
from verification.grading.findings import Defect, FunctionGrade, Violation
from verification.grading.repairs import Repair, mended, without_assertions
from verification.grading.rubric import Rubric, Task
from verification.grading.sandbox.caller import Caller, Raised, TimedOut
from verification.grading.stops import status_of, stop_defect
from verification.grading.submission import Extracted, Program
from verification.grading.unfinished import is_unfinished

GENERIC_PREFIXES = (
    "wrong-",
    "not-",
    "half-step-",
    "unobserved-changed",
    "label-",
    "clusters-",
    "best-",
    "last-",
)
"""Violations that a named mistake makes superfluous: it says the same, and why."""
MOST_REPAIRS = 4


def grade(code: Code, task: Task, rubric: Rubric, caller: Caller, *, seed: int) -> FunctionGrade:
    """The verdict on `task` for a submission with this code. Raises nothing: errors of ours become a status.

    seed: that of the hidden inputs; the same seed gives the same verdict.
    """
    blank = FunctionGrade(task.name, "grader-error", 0.0, task.points, criterion=task.criterion, seed=seed)
    try:
        return _grade(code, task, rubric, caller, blank)
    except Exception as error:
        return replace(blank, notes=(f"the grader failed: {type(error).__name__}: {str(error)[:200]}",))


def _grade(code: Code, task: Task, rubric: Rubric, caller: Caller, blank: FunctionGrade) -> FunctionGrade:
    criterion = load_criterion(task.criterion)
    extracted = extract(code, task.name, aliases=(*task.names, criterion.id))
    broken = tuple(f"another definition does not parse: {reason}" for reason in extracted.broken)
    notes = extracted.notes + (broken if extracted.program is not None else ())
    blank = replace(blank, notes=notes, defined_as=extracted.defined_as)
    if extracted.program is None:
        return _absent(extracted, blank)
    function = _function_in(_own_tree(extracted.program), extracted.defined_as)
    if function is not None and is_unfinished(function):
        message = "Nothing was implemented here: the function contains no more than the exercise gave."
        return replace(blank, status="missing", defects=(Defect("todo-left", "major", message),), notes=())
    return Run(extracted, rubric, Attempts(extracted, task, criterion, rubric, caller, blank.seed)).graded(
        blank
    )


def _absent(extracted: Extracted, blank: FunctionGrade) -> FunctionGrade:
    if not extracted.broken:
        message = f"There is no function `{extracted.function}` in the submission."
        return replace(blank, status="missing", defects=(Defect("function-missing", "major", message),))
    reason = extracted.broken[-1]
    message = f"The function cannot be read, so nothing of it was run: {reason}."
    defect = Defect("python-2" if "Python 2" in reason else "syntax-error", "major", message)
    return replace(blank, status="raises", defects=(defect,))


@dataclass(frozen=True)
class Run:
    """All attempts at one function."""

    extracted: Extracted
    rubric: Rubric
    attempts: Attempts

    def graded(self, blank: FunctionGrade) -> FunctionGrade:
        """The verdict."""
        assert self.extracted.program is not None
        attempts = self.attempts.at(self.extracted.program)
        right = next((attempt for attempt in attempts if attempt.is_right), None)
        if right is not None:
            return self._correct(blank, right)
        first, furthest = attempts[0], _furthest(attempts)
        repaired = self._repaired(furthest if furthest.stopped is not None else first)
        return self._wrong(blank, first, furthest, repaired)

    def _repaired(self, attempt: Attempt) -> Attempt | None:
        """What comes of the program when undefined names are mended and assertions left out; None if there is
        nothing to mend."""
        missing = list(self.extracted.missing)
        best: Attempt | None = None
        program, notes = attempt.program, attempt.notes
        for _ in range(MOST_REPAIRS):
            repair = self._repair(program, attempt, missing)
            if repair is None:
                return best
            program, notes, missing = repair.program, (*notes, *repair.done), []
            attempt = _furthest(self.attempts.at(program))
            best = replace(attempt, notes=(*notes, *attempt.notes))
            if attempt.stopped is None:
                return best
        return best

    def _repair(self, program: Program, attempt: Attempt, missing: list[str]) -> Repair | None:
        raised = attempt.stopped
        if isinstance(raised, Raised) and raised.type_name == "AssertionError":
            return without_assertions(program)
        if isinstance(raised, Raised) and raised.type_name == "NameError":
            missing += [part for part in raised.message.split("'")[1:2] if part not in missing]
        return mended(program, self.extracted.defined_as, tuple(missing)) if missing else None

    def _correct(self, blank: FunctionGrade, attempt: Attempt) -> FunctionGrade:
        defects = self._defects(attempt)
        lost = self.rubric.minor * self.attempts.task.points * len(defects)
        return replace(
            blank,
            status="correct",
            points=max(0.0, self.attempts.task.points - lost),
            defects=defects,
            notes=(*blank.notes, *attempt.notes),
        )

    def _wrong(
        self, blank: FunctionGrade, first: Attempt, furthest: Attempt, repaired: Attempt | None
    ) -> FunctionGrade:
        # A program for older libraries did not begin: what counts is how it went with their names.
        began = first if first.progress[1] else furthest
        status = status_of((furthest if repaired is None else began).stopped)
        told = repaired if repaired is not None else furthest
        defects = list(self._defects(told))
        if repaired is not None or furthest is not first:
            stop = stop_defect(first.stopped, first.program)
            if repaired is None and (REPLACED in furthest.notes or furthest.minor):
                # It came from another function, which is judged by itself, or a minor defect tells of it.
                stop = None if stop is None or stop.severity == "major" else stop
            if stop is not None and stop.code not in {defect.code for defect in defects}:
                defects.insert(0, stop)
        points = 0.0
        if repaired is not None and repaired.is_right and status == "raises":
            points = self.rubric.repaired * self.attempts.task.points
        if status == "grader-error":
            points = 0.0
        return replace(
            blank,
            status=status,
            points=points,
            defects=tuple(sorted(defects, key=lambda defect: defect.severity == "minor")),
            notes=(*blank.notes, *dict.fromkeys(told.notes)),
        )

    def _defects(self, attempt: Attempt) -> tuple[Defect, ...]:
        """What is wrong with an attempt: named mistakes first, then properties that no name explains."""
        stop = stop_defect(attempt.stopped, attempt.program)
        named = () if attempt.is_right else self._named(attempt)
        unexplained = [violation for violation in attempt.violations if violation.severity == "major"]
        told: list[Defect] = []
        for one in named:
            # Each violation is the evidence of one mistake.
            shown = next((v for v in unexplained if _explains(one, v)), None)
            if shown is not None:
                unexplained.remove(shown)
            told.append(one.defect if shown is None else replace(one.defect, evidence=shown.evidence))
        told.sort(key=lambda defect: defect.severity == "minor")
        plain = [
            Defect(violation.code, violation.severity, violation.message, violation.evidence)
            for violation in attempt.violations
            if not any(_makes_superfluous(one, violation) for one in named)
        ]
        together = [*([stop] if stop is not None else []), *told, *plain, *attempt.minor]
        by_code: dict[str, Defect] = {}
        for defect in together:
            by_code.setdefault(defect.code, defect)
        return tuple(defect for defect in map(self._with_severity, by_code.values()) if defect is not None)

    def _named(self, attempt: Attempt) -> tuple[Named, ...]:
        tree = _own_tree(attempt.program)
        function = _function_in(tree, self.extracted.defined_as)
        if function is None:
            return ()
        case = Case(
            self.attempts.criterion.id,
            function,
            tree,
            attempt.calls,
            attempt.violations,
            attempt.stopped if isinstance(attempt.stopped, Raised) else None,
            self.extracted.missing,
            self.extracted.outside,
            isinstance(attempt.stopped, TimedOut),
        )
        return named_defects(case, attempt.program)

    def _with_severity(self, defect: Defect) -> Defect | None:
        severity = self.rubric.severities.get(defect.code, defect.severity)
        return None if severity == "ignore" else replace(defect, severity=severity)


def _explains(named: Named, violation: Violation) -> bool:
    if named.defect.severity == "minor":
        return False
    return not named.explains or violation.code in named.explains


def _makes_superfluous(named: Named, violation: Violation) -> bool:
    """Whether the named mistake says what the property says, and why."""
    if named.defect.severity == "minor":
        return False
    if named.explains:
        return violation.code in named.explains
    return violation.severity == "major" and violation.code.startswith(GENERIC_PREFIXES)


def _furthest(attempts: list[Attempt]) -> Attempt:
    """The one that came furthest, the first of equals."""
    return max(attempts, key=lambda attempt: attempt.progress)


def _own_tree(program: Program) -> ast.Module:
    """The statements that the student wrote, without what repairs added; extraction has parsed them."""
    tree = ast.parse(program.source)
    tree.body = [node for node in tree.body if program.place(node.lineno) is not None]
    return tree


def _function_in(tree: ast.Module, name: str) -> ast.FunctionDef | None:
    """The last definition of a function at the top level; None for a lambda."""
    found = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name]
    return found[-1] if found else None
