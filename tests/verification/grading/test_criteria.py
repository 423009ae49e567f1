"""Every criterion accepts what is right, however it is written, and rejects what is wrong, by its name."""

from __future__ import annotations

import pytest
from in_process import InProcess
from programs_of import StudentProgram, code_of, correct_programs, wrong_programs

from verification.grading.criteria_catalog import criterion_ids, load_criterion
from verification.grading.findings import FunctionGrade
from verification.grading.judge import grade
from verification.grading.rubric import Rubric, Task

SEED = 3
CHUNK = 40
"""Seeds of one long test: `-k "seeds from 80"` runs a fifth of them."""
DERIVED = ("best_decoder", "mixture_covariance", "mixture_mean", "sum_of_mixtures")
"""Criteria of the derivations, whose functions are one formula each."""
CORRECT = [program for criterion in criterion_ids() for program in correct_programs(criterion)]
WRONG = [program for criterion in criterion_ids() for program in wrong_programs(criterion)]
SLOW = (
    "lsqr solver",
    "dense only",
    "intercept-left-on",
    "regularization-unused: alpha",
    "tol-ignored",
    "entry by entry",
    "sparse residuals",
    "max-steps-ignored: while true",
    "stored-under-wrong-condition: smaller than the one before",
)
"""Programs that take seconds, most because they call scikit-learn for every row; the long test runs them."""


MINOR = ("tol-ignored", "empty-cluster", "input-mutated")
"""Mistakes that leave most results right: a deduction at least."""


def named(program: StudentProgram) -> str:
    return f"{program.criterion}: {program.name}"


def verdict(program: StudentProgram, seed: int, longest: float = 10.0) -> FunctionGrade:
    task = Task(program.criterion, program.criterion, points=10.0)
    return grade(code_of(program.source), task, Rubric((task,)), InProcess(longest), seed=seed)


@pytest.mark.parametrize("criterion", criterion_ids())
def test_each_criterion_has_programs_to_accept_and_to_reject(criterion: str) -> None:
    assert load_criterion(criterion).id == criterion
    assert len(correct_programs(criterion)) >= (3 if criterion in DERIVED else 10)
    assert len(wrong_programs(criterion)) >= 2


@pytest.mark.parametrize("program", [p for p in CORRECT if not p.name.startswith(SLOW)], ids=named)
def test_a_correct_program_is_accepted(program: StudentProgram) -> None:
    result = verdict(program, SEED)
    assert result.status == "correct", result
    minors = [defect.code for defect in result.defects]
    assert bool(minors) == program.is_minor, minors
    assert result.points == pytest.approx(10.0 - len(minors))


@pytest.mark.parametrize("program", [p for p in WRONG if not p.name.startswith(SLOW)], ids=named)
def test_a_wrong_program_is_rejected_and_its_mistake_named(program: StudentProgram) -> None:
    result = verdict(program, SEED, longest=0.5 if program.code == "endless" else 10.0)
    assert result.status != "grader-error", result.notes
    codes = [defect.code for defect in result.defects]
    assert program.code in codes
    if program.code not in MINOR:
        assert result.status != "correct", codes
        assert result.points == 0 or program.code == "undefined-name"


@pytest.mark.full
@pytest.mark.parametrize("first", range(0, 200, CHUNK), ids=lambda first: f"seeds from {first}")
@pytest.mark.parametrize("program", CORRECT, ids=named)
def test_a_correct_program_is_accepted_whatever_the_seed(program: StudentProgram, first: int) -> None:
    seeds = range(first, first + CHUNK)
    wrong = [seed for seed in seeds if verdict(program, seed).status != "correct"]
    assert wrong == []


@pytest.mark.full
@pytest.mark.parametrize("program", WRONG, ids=named)
def test_a_wrong_program_is_rejected_whatever_the_seed(program: StudentProgram) -> None:
    if program.code in MINOR or program.code == "endless":
        return  # a deduction at most, or judged once, in the short test
    results = [verdict(program, seed) for seed in range(20)]
    assert [seed for seed, result in enumerate(results) if result.status == "correct"] == []
