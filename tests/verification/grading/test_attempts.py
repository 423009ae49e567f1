"""Good will: names, orders, shapes and forms that mean the same, and libraries that are not there."""

from __future__ import annotations

import pytest
from in_process import InProcess
from programs_of import code_of, correct_programs, wrong_programs

from verification.grading.criteria_catalog import load_criterion
from verification.grading.findings import FunctionGrade
from verification.grading.judge import grade
from verification.grading.repairs import without_assertions
from verification.grading.rubric import Rubric, Task, parse_rubric
from verification.grading.submission import Program
from verification.grading.synonyms import meant_by

ALS = "latent_factor_alternating_optimization"


def source(criterion: str, title: str) -> str:
    return next(p.source for p in correct_programs(criterion) if p.name.startswith(title))


def judged(text: str, criterion: str, **settings: object) -> FunctionGrade:
    task = Task(criterion, criterion, 10.0)
    return grade(code_of(text), task, Rubric((task,), **settings), InProcess(5.0), seed=6)  # type: ignore[arg-type]


def codes(result: FunctionGrade) -> list[str]:
    return [defect.code for defect in result.defects]


@pytest.mark.parametrize(
    ("name", "known", "meant"),
    [
        ("mu", {"mu", "m"}, "mu"),
        ("K", {"k", "X"}, "k"),
        ("covs", {"X", "pi", "mu", "sigma"}, "sigma"),
        ("responsibilities", {"X", "gamma"}, "gamma"),
        ("verbose", {"X", "k"}, None),
    ],
)
def test_a_name_means_what_students_mean_by_it(name: str, known: set[str], meant: str | None) -> None:
    assert meant_by(name, known) == meant


def test_arguments_of_another_year_are_told_apart_by_their_names() -> None:
    text = source("e_step", "other names, other order")
    assert judged(text, "e_step").status == "correct"
    # With names that mean nothing the exercise's own order holds.
    for name in ("means", "covs", "mixing_coefs"):
        text = text.replace(name, "abc"[("means", "covs", "mixing_coefs").index(name)] * 4)
    assert judged(text, "e_step").status != "correct"


def test_results_in_another_order_are_told_apart_by_their_shapes_where_exercises_differ() -> None:
    assert judged(source("m_step", "means first"), "m_step").status == "correct"
    swapped = source("em", "log-sum-exp, likelihood").replace("return pi, mu, sigma", "return mu, pi, sigma")
    assert "wrong-return-order" in codes(judged(swapped, "em"))


def test_the_order_of_the_rubric_comes_first() -> None:
    task = '[functions.m_step]\nreturns = ["sigma", "mu", "pi"]\n'
    rubric = parse_rubric(task)
    result = grade(code_of(source("m_step", "means first")), rubric.tasks[0], rubric, InProcess(5.0), seed=6)
    assert result.status == "wrong"


@pytest.mark.parametrize(
    ("old", "new", "form"),
    [
        ("rows, cols = non_zero_idx.T", "rows, cols = non_zero_idx", "non_zero_idx as two arrays"),
        ("(Q @ P)[val_idx]", "(Q @ P)[tuple(np.transpose([v for v in val_idx]))]", ""),
    ],
    ids=["two arrays", "any form"],
)
def test_indices_in_another_form_cost_a_minor_defect(old: str, new: str, form: str) -> None:
    text = source(ALS, "arrays of losses filled in part")
    text = text.replace("rows, cols = non_zero_idx[:, 0], non_zero_idx[:, 1]", "rows, cols = non_zero_idx.T")
    text = text.replace("return np.sum((values - Q.dot(P)[ixs])", "return np.sum((values - (Q @ P)[ixs])")
    result = judged(text.replace(old, new), ALS)
    assert result.status == "correct"
    assert codes(result) == (["index-form"] if form else [])
    assert not form or form in result.defects[0].message


def test_pairs_of_validation_indices_are_a_form_too() -> None:
    text = source(ALS, "arrays of losses filled in part")
    looped = "loss(val_values, tuple(np.array([[u, i] for u, i in val_idx]).T), Q, P, reg_lambda)"
    result = judged(text.replace("loss(val_values, val_idx, Q, P, reg_lambda)", looped), ALS)
    assert (result.status, codes(result)) == ("correct", ["index-form"])
    assert "list of pairs" in " ".join(result.notes)


def test_more_results_than_documented_are_a_minor_defect() -> None:
    text = source("kmeans", "vectorized").replace("return mu, z", "return mu, z, 0.0")
    assert (judged(text, "kmeans").status, codes(judged(text, "kmeans"))) == ("correct", ["extra-results"])
    ignored = judged(text, "kmeans", severities={"extra-results": "ignore"})
    assert (ignored.points, codes(ignored)) == (10.0, [])


def test_a_failed_assertion_is_quoted_and_what_it_hides_is_told() -> None:
    program = next(p for p in wrong_programs("initialize_Q_P") if p.code == "assertion-failed")
    result = judged(program.source, "initialize_Q_P")
    assert result.status == "raises"
    assert "assert Q.shape == (matrix.shape[0], k)" in result.defects[0].message
    assert "wrong-shape" in codes(result)


def test_an_assertion_that_is_wrong_itself_costs_what_a_repair_costs() -> None:
    text = source("kmeans", "vectorized").replace("(X, k):\n", "(X, k):\n    assert k == 0\n")
    result = judged(text, "kmeans")
    assert (result.status, result.points) == ("raises", 5.0)


def test_a_library_that_is_not_there_is_not_the_students_mistake() -> None:
    text = source("loss", "rows only").replace("i, j = ixs", "i, j = no_such_library.split(ixs)")
    text = "import no_such_library\n" + text
    result = judged(text, "loss")
    assert (result.status, codes(result)) == ("not-run", ["library-not-there"])
    assert "no_such_library" in result.defects[0].message


def test_a_program_for_older_libraries_is_judged_with_their_names() -> None:
    text = source("kmeans", "vectorized").replace("astype(float)", "astype(np.float)")
    worse = text.replace("mean(axis=0)", "mean()").replace("np.array([X", "np.array([np.ones(X.shape[1]) * X")
    assert judged(text, "kmeans").status == "correct"
    result = judged(worse, "kmeans")
    assert result.status == "wrong"
    assert {"missing-axis", "needs-older-library"} <= set(codes(result))


def test_parameters_of_the_criterion_that_few_exercises_have_are_passed_by_name_only() -> None:
    names = [parameter.name for parameter in load_criterion(ALS).signature.parameters if parameter.by_name]
    assert names == ["optimizer"]
    assert judged(source(ALS, "one function for two methods"), ALS).status == "correct"
    seeded = source(ALS, "arrays of losses").replace("eval_every=1):", "eval_every=1, seed=None):")
    seeded = seeded.replace("    Q, P = initialize", "    np.random.seed(seed)\n    Q, P = initialize", 1)
    assert judged(seeded, ALS).status == "correct"


def test_places_survive_repairs() -> None:
    program = Program("x = 1\nassert (x ==\n        2)\ny = 3\n", (None,) * 5)
    repair = without_assertions(program)
    assert repair is not None
    assert repair.program.source.split("\n") == ["x = 1", "pass", "", "y = 3", ""]
