"""Attempts at one function, in the order of good will, until one is right.

The program is run as it is; with the names of older libraries; with indices in another form than the exercise
tells; on the dense matrix that the author's own previous function returned; and all this again with correct
versions of the functions of the exercise that it calls.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

import numpy as np

from verification.grading.adapter import adapter_for
from verification.grading.criterion import Call, Criterion, Stopped
from verification.grading.findings import Defect, Violation
from verification.grading.index_forms import FORMS, IndexForm, pair_is_expected
from verification.grading.repairs import needs_older_library, with_dense_input, with_older_libraries
from verification.grading.replacements import REPLACEMENTS
from verification.grading.rubric import Rubric, Task
from verification.grading.sandbox.caller import (
    Caller,
    CallResult,
    NotRun,
    OutOfMemory,
    Raised,
    Returned,
    Tampering,
    TimedOut,
)
from verification.grading.submission import Extracted, Program

SPARSE_INPUT = ("latent_factor_alternating_optimization", "latent_factor_gradient_descent", "initialize_Q_P")
"""Criteria whose functions get the matrix that the student's own previous function returned."""
NEEDS_DENSE_INPUT = Defect(
    "needs-dense-input",
    "minor",
    "The function fails on the documented sparse matrix, and works only on a dense one. Convert where you "
    "need it: dense matrices of all users and restaurants fill the memory.",
)
EXTRA_RESULTS = Defect(
    "extra-results",
    "minor",
    "More is returned than documented, so whoever calls the function as the exercise does cannot unpack it.",
)
FORM_ERRORS = ("IndexError", "TypeError", "ValueError", "AttributeError", "KeyError", "AssertionError")
"""What programs raise that get indices in another form than they expect."""
REPLACED = "the functions it calls were replaced by correct ones"


@dataclass(frozen=True)
class Attempt:
    """A program that was judged. notes: what was changed in it. violations: None if something stopped it."""

    program: Program
    calls: tuple[Call, ...] = ()
    violations: tuple[Violation, ...] = ()
    stopped: CallResult | None = None
    notes: tuple[str, ...] = ()
    minor: tuple[Defect, ...] = ()
    form: IndexForm = field(default_factory=IndexForm)

    @property
    def is_right(self) -> bool:
        """Whether all major properties hold."""
        return self.stopped is None and all(violation.severity != "major" for violation in self.violations)

    @property
    def progress(self) -> tuple[bool, bool, int]:
        """How far it came: to its end, not stopped by its age, with few violations or after many calls."""
        if self.stopped is None:
            return True, True, -sum(violation.severity == "major" for violation in self.violations)
        returned = sum(isinstance(call.result, Returned) for call in self.calls)
        aged = isinstance(self.stopped, Raised) and needs_older_library(self.stopped)
        return False, not aged, returned


@dataclass(frozen=True)
class Attempts:
    """Makes them. The inputs are the same for all, and hidden from all."""

    extracted: Extracted
    task: Task
    criterion: Criterion
    rubric: Rubric
    caller: Caller
    seed: int

    def at(self, program: Program) -> list[Attempt]:
        """The program as it is and in better circumstances, up to the first that is right."""
        attempts = self._in_all_forms(Attempt(program))
        over = any(
            attempt.is_right or isinstance(attempt.stopped, NotRun | Tampering | OutOfMemory | TimedOut)
            for attempt in attempts
        )
        replaced = None if over else self._with_replacements(program)
        if replaced is not None:
            attempts += self._in_all_forms(Attempt(replaced, notes=(REPLACED,)))
        return attempts

    def _in_all_forms(self, circumstance: Attempt) -> list[Attempt]:
        """One attempt; if it fails for that, with indices in other forms, or on the author's dense matrix."""
        attempts = self._with_old(circumstance)
        for form in self._forms(attempts[-1]):
            attempts += self._with_old(
                replace(circumstance, form=form, minor=form.defects, notes=(*circumstance.notes, form.note))
            )
            if attempts[-1].is_right:
                return attempts
        if isinstance(attempts[-1].stopped, Raised) and self.criterion.id in SPARSE_INPUT:
            best = max(attempts, key=lambda attempt: attempt.progress)
            dense = replace(
                circumstance,
                program=with_dense_input(circumstance.program, self.extracted.defined_as),
                notes=(*circumstance.notes, "run on a dense matrix"),
                minor=(*best.form.defects, NEEDS_DENSE_INPUT),
                form=best.form,
            )
            attempts += self._with_old(dense)
        return attempts

    def _forms(self, attempt: Attempt) -> tuple[IndexForm, ...]:
        """The forms worth trying after `attempt`."""
        forms = FORMS.get(self.criterion.id, ())
        if attempt.is_right or not forms:
            return ()
        if isinstance(attempt.stopped, Raised):
            from_the_start = not any(isinstance(call.result, Returned) for call in attempt.calls)
            return forms if from_the_start and attempt.stopped.type_name in FORM_ERRORS else ()
        return pair_is_expected(self.extracted, forms) if attempt.stopped is None else ()

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
            if name in REPLACEMENTS
            and re.search(rf"\b{name}\(", program.source)
            and name != self.extracted.defined_as
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
            forms=circumstance.form.changes,
            timeout=self.task.timeout,
            seed=self.seed,
        )
        rng = np.random.default_rng([self.seed, *self.criterion.id.encode()])
        try:
            violations = self.criterion.judge(student, rng)
        except Stopped as stop:
            return replace(circumstance, calls=tuple(student.calls), stopped=stop.call.result)
        return replace(
            circumstance,
            calls=tuple(student.calls),
            violations=tuple(self._weighed(violations)),
            minor=(*circumstance.minor, *([EXTRA_RESULTS] if student.surplus else [])),
        )

    def _weighed(self, violations: tuple[Violation, ...]) -> list[Violation]:
        """Violations with the severities of the rubric."""
        weighed = []
        for violation in violations:
            severity = self.rubric.severities.get(violation.code, violation.severity)
            if severity != "ignore":
                weighed.append(replace(violation, severity=severity))
        return weighed
