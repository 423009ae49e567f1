"""The graph of theorems and axioms says what the proofs say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from derivations.dependencies import Node, graph, layers
from derivations.exposition import everything_cited
from derivations.library import check_theorem, load, theorem_ids
from derivations.results import Assumption, TheoremResult

CITING = ("gaussian_characteristic", "sum_of_mixtures", "n_fold_sum", "mixture_mean", "mixture_covariance")


def stated(name: str, *axioms: str) -> TheoremResult:
    """A result without its proof: the graph reads the citations from the theorem and the axioms from here."""
    shown = tuple(Assumption(axiom, "") for axiom in axioms)
    return TheoremResult(name, name, "", "", (), (), shown, (), (), (), "proved", "", 0.0)


@pytest.fixture(scope="module")
def nodes() -> dict[str, Node]:
    return {node.id: node for node in graph([stated(name, "independence") for name in theorem_ids()])}


def test_every_theorem_is_there_once_and_after_those_it_cites(nodes: dict[str, Node]) -> None:
    assert tuple(nodes) == theorem_ids()
    place = {name: number for number, name in enumerate(nodes)}
    assert all(place[cited] < place[node.id] for node in nodes.values() for cited in node.theorems)


def test_an_edge_stands_for_a_citation(nodes: dict[str, Node]) -> None:
    for name in CITING:
        cited = {id(c) for claim in load(name).claims for c in everything_cited(claim)}
        for other in nodes[name].theorems:
            assert any(id(claim) in cited for claim in load(other).claims)


def test_what_is_reached_through_another_has_no_edge_of_its_own(nodes: dict[str, Node]) -> None:
    assert nodes["n_fold_sum"].theorems == ("sum_of_mixtures",)
    assert nodes["sum_of_mixtures"].theorems == ("gaussian_characteristic",)
    assert nodes["sum_of_mixtures"].axioms == ()
    assert nodes["gaussian_characteristic"].axioms == ("independence",)


def test_a_theorem_stands_above_all_it_cites(nodes: dict[str, Node]) -> None:
    height = layers(tuple(nodes.values()))
    assert height["gaussian_characteristic"] == 0
    assert height["n_fold_sum"] == 2
    assert all(height[cited] < height[node.id] for node in nodes.values() for cited in node.theorems)


def test_the_axioms_are_those_of_the_checked_result() -> None:
    result = check_theorem("elbo")
    (node,) = graph([result])
    assert node.axioms == tuple(axiom.name for axiom in result.axioms) != ()
    assert graph([replace(result, axioms=())])[0].axioms == ()


def test_results_of_other_theorems_are_left_out() -> None:
    assert graph([stated("made_up")]) == ()
