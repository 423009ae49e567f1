"""The verdict on one function of a submission: attempts, in the order of good will, until one is right.

The student's function is run as it is. If it is not right, it is run with correct versions of the other
functions it calls, with the dense matrix that the author's own previous function returned, with the names of
older libraries; if one of these is right, so is the function, with a note or a minor defect. What stops a
function outright is said first, then, with an obvious repair applied, what else is wrong.

Credit comes only from a criterion that returns without a major violation. Whatever goes wrong on our side
is a grader error, never a zero.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace

import numpy as np

from verification.grading.adapter import adapter_for
from verification.grading.criteria_catalog import load_criterion
from verification.grading.criterion import Call, Criterion, Stopped
from verification.grading.defects_catalog import named_defects
from verification.grading.detector import Case
from verification.grading.extraction import extract
from verification.grading.extraction_code import Code
from verification.grading.findings import Defect, FunctionGrade, Violation
from verification.grading.repairs import mended, needs_older_library, with_dense_input, with_older_libraries
from verification.grading.replacements import REPLACEMENTS
from verification.grading.rubric import Rubric, Task
from verification.grading.sandbox.caller import (
    Caller,
    CallResult,
    NotRun,
    OutOfMemory,
    Raised,
    Tampering,
    TimedOut,
)
from verification.grading.stops import status_of, stop_defect
from verification.grading.submission import Extracted, Program
from verification.grading.unfinished import is_unfinished

SPARSE_INPUT = ("latent_factor_alternating_optimization", "latent_factor_gradient_descent", "initialize_Q_P")
"""Criteria whose functions get the matrix that the student's own previous function returned."""
NEEDS_DENSE_INPUT = Defect(
    "needs-dense-input",
    "minor",
    "The function fails on the documented sparse matrix, and works only on a dense one. Convert where you "
    "need "
    "it: dense matrices of all users and restaurants fill the memory.",
)
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
REPLACED = "the functions it calls were replaced by correct ones"
MOST_REPAIRS = 4


@dataclass(frozen=True)
class Attempt:
    """A program that was judged. notes: what was changed in it. violations: None if something stopped it."""

    program: Program
    calls: tuple[Call, ...]
    violations: tuple[Violation, ...]
    stopped: CallResult | None = None
    notes: tuple[str, ...] = ()
    minor: tuple[Defect, ...] = ()

    @property
    def is_right(self) -> bool:
        """Whether all major properties hold."""
        return self.stopped is None and all(violation.severity != "major" for violation in self.violations)


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
        return replace(blank, status="missing", defects=(Defect("todo-left", "major", message),))
    run = Run(code, extracted, task, criterion, rubric, caller, blank.seed)
    return run.graded(blank)


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

    code: Code
    extracted: Extracted
    task: Task
    criterion: Criterion
    rubric: Rubric
    caller: Caller
    seed: int

    def graded(self, blank: FunctionGrade) -> FunctionGrade:
        """The verdict."""
        assert self.extracted.program is not None
        attempts = self._attempts(self.extracted.program)
        right = next((attempt for attempt in attempts if attempt.is_right), None)
        if right is not None:
            return self._correct(blank, right)
        first, furthest = attempts[0], max(attempts, key=_progress)
        repaired = self._repaired(furthest if furthest.stopped is not None else first)
        return self._wrong(blank, first, furthest, repaired)

    def _attempts(self, program: Program) -> list[Attempt]:
        """The program as it is and in better circumstances, up to the first that is right."""
        attempts = self._with_old_and_dense(Attempt(program, (), ()))
        if attempts[-1].is_right or isinstance(
            attempts[-1].stopped, NotRun | Tampering | OutOfMemory | TimedOut
        ):
            return attempts
        replaced = self._with_replacements(program)
        if replaced is not None:
            attempts += self._with_old_and_dense(Attempt(replaced, (), (), notes=(REPLACED,)))
        return attempts

    def _with_old_and_dense(self, circumstance: Attempt) -> list[Attempt]:
        """One attempt; if that raises, with older libraries or on the author's own dense matrix."""
        attempts = self._with_old(circumstance)
        if isinstance(attempts[-1].stopped, Raised) and self.criterion.id in SPARSE_INPUT:
            dense = replace(
                circumstance,
                program=with_dense_input(circumstance.program, self.extracted.defined_as),
                notes=(*circumstance.notes, "run on a dense matrix"),
                minor=(NEEDS_DENSE_INPUT,),
            )
            attempts += self._with_old(dense)
        return attempts

    def _with_old(self, circumstance: Attempt) -> list[Attempt]:
        """One attempt; if it fails for its age, another with the names of older libraries."""
        attempt = self._attempt(circumstance)
        if not (isinstance(attempt.stopped, Raised) and needs_older_library(attempt.stopped)):
            return [attempt]
        older = replace(
            circumstance,
            program=with_older_libraries(circumstance.program),
            notes=(*circumstance.notes, "written for older libraries; run with their names restored"),
        )
        return [attempt, self._attempt(older)]

    def _with_replacements(self, program: Program) -> Program | None:
        """The program with correct versions of what it calls, if it calls anything of the exercise."""
        texts = {
            name: REPLACEMENTS[name]
            for name in self.criterion.uses
            if name in REPLACEMENTS and f"{name}(" in program.source and name != self.extracted.defined_as
        }
        if not texts:
            return None
        places = list(program.places)
        source = program.source
        for text in texts.values():
            source += text
            places += [None] * text.count("\n")
        return Program(source, tuple(places))

    def _attempt(self, circumstance: Attempt) -> Attempt:
        student = adapter_for(
            self.caller,
            self.extracted,
            circumstance.program,
            self.criterion.signature,
            arguments=self.task.arguments,
            returns=self.task.returns,
            layouts=self.task.layouts,
            timeout=self.task.timeout,
            seed=self.seed,
        )
        # The criterion's own generator: the inputs are the same for all attempts, and hidden from all.
        rng = np.random.default_rng([self.seed, *self.criterion.id.encode()])
        try:
            violations = self.criterion.judge(student, rng)
        except Stopped as stop:
            return replace(circumstance, calls=tuple(student.calls), stopped=stop.call.result)
        violations = tuple(self._weighed(violations))
        return replace(circumstance, calls=tuple(student.calls), violations=violations)

    def _weighed(self, violations: tuple[Violation, ...]) -> list[Violation]:
        """Violations with the severities of the rubric."""
        weighed = []
        for violation in violations:
            severity = self.rubric.severities.get(violation.code, violation.severity)
            if severity != "ignore":
                weighed.append(replace(violation, severity=severity))
        return weighed

    def _repaired(self, attempt: Attempt) -> Attempt | None:
        """What comes of the program when undefined names are mended, or None if there is nothing to mend."""
        missing = list(self.extracted.missing)
        best: Attempt | None = None
        program, notes = attempt.program, attempt.notes
        for _ in range(MOST_REPAIRS):
            if isinstance(attempt.stopped, Raised) and attempt.stopped.type_name in (
                "NameError",
                "UnboundLocalError",
            ):
                missing += [part for part in attempt.stopped.message.split("'")[1:2] if part not in missing]
            repair = mended(program, self.extracted.defined_as, tuple(missing)) if missing else None
            if repair is None:
                return best
            program, notes, missing = repair.program, (*notes, *repair.done), []
            attempts = self._attempts(program)
            attempt = max(attempts, key=_progress)
            best = replace(attempt, notes=(*notes, *attempt.notes))
            if attempt.stopped is None:
                return best
        return best

    def _correct(self, blank: FunctionGrade, attempt: Attempt) -> FunctionGrade:
        defects = self._defects(attempt)
        lost = self.rubric.minor * self.task.points * len(defects)
        return replace(
            blank,
            status="correct",
            points=max(0.0, self.task.points - lost),
            defects=defects,
            notes=(*blank.notes, *attempt.notes),
        )

    def _wrong(
        self, blank: FunctionGrade, first: Attempt, furthest: Attempt, repaired: Attempt | None
    ) -> FunctionGrade:
        status = status_of((first if repaired is not None else furthest).stopped)
        told = repaired if repaired is not None else furthest
        defects = list(self._defects(told))
        if repaired is not None or furthest is not first:
            stop = stop_defect(first.stopped)
            if (
                repaired is None
                and REPLACED in furthest.notes
                and stop is not None
                and stop.severity == "major"
            ):
                stop = None  # it came from another function, which is judged by itself
            if stop is not None and stop.code not in {defect.code for defect in defects}:
                defects.insert(0, stop)
        points = 0.0
        if repaired is not None and repaired.is_right and status == "raises":
            points = self.rubric.repaired * self.task.points
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
        stop = stop_defect(attempt.stopped)
        tree = _own_tree(attempt.program)
        function = _function_in(tree, self.extracted.defined_as)
        named: tuple[Defect, ...] = ()
        if function is not None and not attempt.is_right:
            raised = attempt.stopped if isinstance(attempt.stopped, Raised) else None
            case = Case(
                self.criterion.id,
                function,
                tree,
                attempt.calls,
                attempt.violations,
                raised,
                self.extracted.missing,
            )
            named = named_defects(case, attempt.program)
        majors = [violation for violation in attempt.violations if violation.severity == "major"]
        explained = any(defect.severity == "major" for defect in named)
        if majors and explained:
            named = tuple(sorted(named, key=lambda defect: defect.severity == "minor"))
            named = (replace(named[0], evidence=majors[0].evidence), *named[1:])
        plain = [
            Defect(violation.code, violation.severity, violation.message, violation.evidence)
            for violation in attempt.violations
            if not (
                explained and violation.severity == "major" and violation.code.startswith(GENERIC_PREFIXES)
            )
        ]
        together = [*([stop] if stop is not None else []), *named, *plain, *attempt.minor]
        by_code: dict[str, Defect] = {}
        for defect in together:
            by_code.setdefault(defect.code, defect)
        return tuple(defect for defect in map(self._with_severity, by_code.values()) if defect is not None)

    def _with_severity(self, defect: Defect) -> Defect | None:
        severity = self.rubric.severities.get(defect.code, defect.severity)
        return None if severity == "ignore" else replace(defect, severity=severity)


def _progress(attempt: Attempt) -> tuple[bool, int]:
    """How far an attempt came: to its end, with few violations."""
    return attempt.stopped is None, -sum(violation.severity == "major" for violation in attempt.violations)


def _own_tree(program: Program) -> ast.Module:
    """The statements that the student wrote, without what repairs added; extraction has parsed them."""
    tree = ast.parse(program.source)
    tree.body = [node for node in tree.body if program.place(node.lineno) is not None]
    return tree


def _function_in(tree: ast.Module, name: str) -> ast.FunctionDef | None:
    """The last definition of a function at the top level; None for a lambda."""
    found = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name]
    return found[-1] if found else None
