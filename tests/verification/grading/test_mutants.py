"""Criteria notice small changes of correct programs: all that are not equivalent, but for very few."""

from __future__ import annotations

import pytest
from free_choices import is_free
from mutants import is_equivalent, judged, mutants_of
from programs_of import StudentProgram, correct_programs

from verification.grading.criteria_catalog import criterion_ids, load_criterion

SHORT = (
    ("gmm_log_probability", "einsum"),
    ("m_step", "einsum"),
    ("shift_user_mean", "coo"),
    ("loss", "loop"),
)
NOTICED = 0.99
SEEDS = range(40, 46)


def chosen(criterion: str, title: str) -> StudentProgram:
    return next(program for program in correct_programs(criterion) if program.name == title)


def survivors(program: StudentProgram) -> tuple[int, list[str]]:
    """How many mutants are no equivalents, and those of them that were found right, without a defect."""
    count, unnoticed = 0, []
    for what, source in mutants_of(program.source, load_criterion(program.criterion).uses):
        results = [judged(program, source, seed)[0] for seed in (1, 2)]
        found = any(result.status != "correct" or result.defects for result in results)
        if not found and is_equivalent(program, source, SEEDS):
            continue
        count += 1
        if not found:
            unnoticed.append(f"{program.criterion}, {program.name}, {what}")
    return count, unnoticed


@pytest.mark.parametrize(("criterion", "title"), SHORT, ids=[f"{c}: {t}" for c, t in SHORT])
def test_no_change_of_a_formula_goes_unnoticed(criterion: str, title: str) -> None:
    count, unnoticed = survivors(chosen(criterion, title))
    assert count >= 8
    assert unnoticed == []


@pytest.mark.full
@pytest.mark.parametrize("criterion", criterion_ids())
def test_nearly_no_change_of_any_correct_program_goes_unnoticed(criterion: str) -> None:
    programs = [program for program in correct_programs(criterion) if not program.is_minor]
    results = [survivors(program) for program in programs]
    unnoticed = [text for _, texts in results for text in texts if not is_free(text)]
    assert 1 - len(unnoticed) / sum(count for count, _ in results) >= NOTICED, "\n".join(unnoticed)
