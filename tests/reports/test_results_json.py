"""results.json: exactly the schema, no NaN, and seconds only where they are announced."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import pytest
from sample_results import MEAN, MEAN_CHECK, broken_results, sample_results

from reports import results_json
from reports.results import Results

SCHEMA = {
    "": {
        "schema",
        "version",
        "seed",
        "inputs",
        "environment",
        "theorems",
        "refutations",
        "algorithms",
        "checks",
    },
    "theorems": {
        "id",
        "statement_latex",
        "verdict",
        "general_in",
        "steps",
        "hypotheses",
        "axioms",
        "seconds",
    },
    "refutations": {"id", "claim_latex", "verdict", "counterexample", "why"},
    "checks": {
        "id",
        "theorem",
        "estimate",
        "closed_form",
        "standard_error",
        "n",
        "alpha",
        "beta",
        "e_value",
        "p_value",
        "verdict",
        "controls",
    },
}


@pytest.fixture(scope="module")
def results() -> Results:
    return sample_results()


def read(results: Results) -> dict[str, Any]:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    loaded: dict[str, Any] = json.loads(results_json.render(results), parse_constant=refuse)
    return loaded


@pytest.mark.parametrize("part", SCHEMA, ids=lambda part: part or "the whole")
def test_each_part_has_exactly_the_keys_of_the_schema(results: Results, part: str) -> None:
    document = read(results)
    for entry in document[part] if part else [document]:
        assert set(entry) == SCHEMA[part]


def test_algorithms_are_the_four_of_the_homework(results: Results) -> None:
    assert set(read(results)["algorithms"]) == {"kmeans", "em", "sampling", "matrix_factorization"}


def test_a_control_is_a_mutant_and_its_verdict(results: Results) -> None:
    assert read(results)["checks"][0]["controls"] == [{"mutant": "unweighted_mean", "verdict": "rejected"}]


def test_a_counterexample_keeps_its_exact_fractions(results: Results) -> None:
    found = read(results)["refutations"][0]["counterexample"]
    assert found["values"] == {"pi": ["1/3", "2/3"], "mu": [["0"], ["1"]]}
    assert (found["claimed"], found["true"], found["sizes"]) == ("1/2", "2/3", {"K": 2, "D": 1})


def test_a_claim_without_counterexample_says_null() -> None:
    assert read(broken_results())["refutations"][0]["counterexample"] is None


def test_keys_are_sorted_at_every_level(results: Results) -> None:
    def assert_sorted(value: object) -> None:
        if isinstance(value, dict):
            assert list(value) == sorted(value)
            for entry in value.values():
                assert_sorted(entry)
        elif isinstance(value, list):
            for entry in value:
                assert_sorted(entry)

    assert_sorted(read(results))


@pytest.mark.parametrize("number", [math.inf, -math.inf, math.nan])
def test_a_number_that_is_not_finite_becomes_null(results: Results, number: float) -> None:
    changed = replace(results, checks=(replace(MEAN_CHECK, e_value=number),))
    assert read(changed)["checks"][0]["e_value"] is None


def test_wall_times_change_nothing_but_the_keys_called_seconds(results: Results) -> None:
    slower = replace(
        results,
        theorems=(replace(MEAN, seconds=99.0),),
        refutations=tuple(replace(claim, seconds=99.0) for claim in results.refutations),
        checks=(replace(MEAN_CHECK, seconds=99.0),),
    )
    fast, slow = results_json.render(results).splitlines(), results_json.render(slower).splitlines()
    differing = [before for before, after in zip(fast, slow, strict=True) if before != after]
    assert differing
    assert all(b'"seconds"' in line for line in differing)


def test_the_numbers_are_those_of_the_results(results: Results) -> None:
    algorithms = read(results)["algorithms"]
    assert algorithms["kmeans"]["distortion"] == results.images.kmeans.distortion
    assert algorithms["em"]["trace"] == list(results.images.em.fit.trace)
    assert algorithms["sampling"]["neighbor_correlation"]["sampled"]["horizontal"] == (
        results.images.sampled_correlation.horizontal
    )
    assert algorithms["matrix_factorization"]["test_rmse"] == results.factorization.factorization.rmse
    losses = algorithms["matrix_factorization"]["validation_loss_by_regularization"]
    assert losses[str(results.factorization.regularization)] == min(losses.values())
