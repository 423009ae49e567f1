"""The hand-in that came with the exercise: its two notebooks, and everything that is wrong with them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
from in_process import InProcess

from verification.grading.extraction_code import Code, read_code
from verification.grading.findings import FunctionGrade
from verification.grading.judge import grade
from verification.grading.rubric_texts import default_rubric
from verification.grading.submission import Cell, SourceFile, Submission

FOLDER = Path(__file__).parent / "seed"
EXPECTED: dict[str, tuple[str, set[str], set[str]]] = {
    "cold_start_preprocessing": ("correct", set(), set()),
    "split_data": ("correct", set(), set()),
    "loss": ("correct", set(), set()),
    "shift_user_mean": ("correct", set(), {"dense-result"}),
    "initialize_Q_P": (
        "raises",
        {"assertion-failed", "svds-without-k", "factors-swapped", "singular-values-dropped"},
        set(),
    ),
    "latent_factor_alternating_optimization": (
        "wrong",
        {"unobserved-as-zero", "intercept-left-on", "stored-under-wrong-condition", "two-counters"},
        {"needs-older-library", "explicit-zeros-lost", "argument-ignored", "wrong-converged-after"},
    ),
    "kmeans": (
        "raises",
        {"undefined-name", "missing-axis", "integer-centroids", "lists-never-reset", "aliased-state"},
        {"input-mutated"},
    ),
    "gmm_log_probability": (
        "raises",
        {"undefined-name", "exception", "misused-api", "summed-over-components", "only-first-point"},
        set(),
    ),
    "em": ("missing", {"todo-left"}, set()),
    "gmm_sample": ("missing", {"todo-left"}, set()),
}


@cache
def hand_in() -> Code:
    files = []
    for path in sorted(FOLDER.glob("*.ipynb")):
        cells = json.loads(path.read_text())["cells"]
        numbered = enumerate(cells, start=1)
        files.append(
            SourceFile(
                path.name,
                "notebook",
                tuple(Cell(i, cell["cell_type"], "".join(cell["source"])) for i, cell in numbered),
            )
        )
    return read_code(Submission("seed", "The seed", tuple(files)))


@cache
def verdict(function: str) -> FunctionGrade:
    rubric = default_rubric()
    task = next(task for task in rubric.tasks if task.name == function)
    return grade(hand_in(), task, rubric, InProcess(10.0), seed=1)


def test_every_function_of_the_default_rubric_is_expected() -> None:
    assert [task.name for task in default_rubric().tasks] == list(EXPECTED)


@pytest.mark.parametrize("function", EXPECTED)
def test_the_seed_gets_the_verdict_it_deserves(function: str) -> None:
    result = verdict(function)
    status, majors, minors = EXPECTED[function]
    assert result.status == status
    assert {defect.code for defect in result.defects if defect.severity == "major"} == majors
    assert {defect.code for defect in result.defects if defect.severity == "minor"} == minors


def test_a_defect_points_to_the_line_in_the_students_own_notebook() -> None:
    counters = next(
        d for d in verdict("latent_factor_alternating_optimization").defects if d.code == "two-counters"
    )
    assert counters.places is not None
    place = counters.places[0]
    assert place.path == "exercise_12_matrix_factorization.ipynb"
    text = json.loads((FOLDER / place.path).read_text())["cells"][(place.cell or 0) - 1]["source"]
    assert "if(noImprovement == patience)" in text[place.line - 1]
