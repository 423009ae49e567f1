"""What rests on what: the theorems, the axioms, and the citations between them, as a graph.

An edge leads from a theorem to each theorem whose claims its own cite, and to each axiom its conclusions rest
on. "Directly" is meant: what a cited theorem rests on in turn is found along its own edges, and an axiom that
comes in through a cited theorem has no edge of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from derivations.exposition import everything_cited
from derivations.library import load, theorem_ids
from derivations.results import TheoremResult


@dataclass(frozen=True)
class Node:
    """A theorem and what it rests on directly: ids of theorems, names of axioms."""

    id: str
    title: str
    theorems: tuple[str, ...]
    axioms: tuple[str, ...]


def graph(results: Sequence[TheoremResult]) -> tuple[Node, ...]:
    """The checked theorems of the library, each after those it cites. Others among `results` are left out."""
    by_id = {result.id: result for result in results}
    cited = {name: _cited(name) for name in theorem_ids()}
    nodes = []
    for name in theorem_ids():
        if name in by_id:
            direct = _direct(name, cited)
            brought = {axiom.name for other in direct if other in by_id for axiom in by_id[other].axioms}
            own = tuple(axiom.name for axiom in by_id[name].axioms if axiom.name not in brought)
            nodes.append(Node(name, by_id[name].title, tuple(n for n in direct if n in by_id), own))
    return tuple(nodes)


def layers(nodes: Sequence[Node]) -> dict[str, int]:
    """The layer of each theorem: 0 if it cites none, else one above the highest it cites."""
    height: dict[str, int] = {}
    for node in nodes:
        height[node.id] = 1 + max((height[name] for name in node.theorems), default=-1)
    return height


def _cited(name: str) -> tuple[str, ...]:
    """The ids of the theorems whose claims the theorem cites, directly or not."""
    owners = {id(claim): other for other in theorem_ids() for claim in load(other).claims}
    found = {
        owners[id(cited)]
        for claim in load(name).claims
        for cited in everything_cited(claim)
        if id(cited) in owners
    }
    return tuple(other for other in theorem_ids() if other in found - {name})


def _direct(name: str, cited: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Those cited that are not cited by another cited one."""
    through = {further for other in cited[name] for further in cited[other]}
    return tuple(other for other in cited[name] if other not in through)
