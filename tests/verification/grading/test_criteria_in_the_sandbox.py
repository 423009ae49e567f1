"""Verdicts are the same here and in the sandbox: one right and one wrong program of each function."""

from __future__ import annotations

import pytest
from programs_of import StudentProgram, code_of, correct_programs, wrong_programs

from verification.grading.criteria_catalog import criterion_ids
from verification.grading.judge import grade
from verification.grading.rubric import Rubric, Task
from verification.grading.sandbox.worker import Worker

FAST = {"latent_factor_alternating_optimization": 1}
"""Which of the correct programs is taken, where the first one is slow."""


def verdict(program: StudentProgram, worker: Worker) -> tuple[str, list[str]]:
    task = Task(program.criterion, program.criterion, 10.0)
    result = grade(code_of(program.source), task, Rubric((task,)), worker, seed=8)
    return result.status, [defect.code for defect in result.defects]


@pytest.mark.parametrize("criterion", criterion_ids())
def test_a_right_and_a_wrong_program_get_their_verdicts_in_the_sandbox(
    criterion: str, any_worker: Worker
) -> None:
    right = correct_programs(criterion)[FAST.get(criterion, 0)]
    assert verdict(right, any_worker) == ("correct", [])
    wrong = wrong_programs(criterion)[1]
    status, codes = verdict(wrong, any_worker)
    assert status in ("wrong", "raises")
    assert wrong.code in codes
