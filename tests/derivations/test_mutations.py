"""Change any step of any proof, and the kernel rejects it.

A mutant may be accepted only if it is the same proof in another spelling: every line and every use of an
equation has the normal form that it had (`proof_mutants.meaning`). Or if it states another limit, which
nothing cites, and which is true: twice what vanishes vanishes too. Any other accepted mutant fails.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import mpmath
import pytest
import sympy as sp
from proof_mutants import Mutant, meaning, mutants, nodes, with_node

from derivations import library
from derivations.kernel.checker import Checker
from derivations.kernel.normal_form import normal_form
from derivations.kernel.rules import Chain, Integrate, Limit, Proof
from derivations.kernel.terms import KernelError
from derivations.search.terms_again import poly_term

SAMPLE = 3
"""Mutants tried of each theorem where not all are."""


def proofs_of(theorem_id: str) -> tuple[Checker, list[Proof]]:
    theorem = library.load(theorem_id)
    prover = library.prover_for(theorem)
    return prover.checker, [prover.proof(claim) for claim in theorem.claims]


def outcome(mutant: Mutant, every: list[Proof], checker: Checker) -> str:
    """`rejected`, `same` (another spelling of the same proof), `true` (another limit), or what survived."""
    if _rejected(_around(mutant), checker):
        return "rejected"
    if not _rejected(mutant.changed, checker) and _same(mutant, checker):
        return "same"
    # It holds, but shows something else: then a step that cites it must fail.
    done: dict[int, Proof] = {}
    for node in every:
        changed = with_node(node, mutant, done)
        if changed is not node and _rejected(_around(Mutant(node, changed, "")), checker):
            return "rejected"
    if isinstance(mutant.changed, Limit) and holds_numerically(mutant.changed):
        return "true"
    return f"survived: {mutant.what}"


def holds_numerically(limit: Limit) -> bool:
    """Whether the term is close to its limit near zero, by other means than the kernel's."""
    scalars = sorted(limit.term.free_symbols, key=str)
    rng = random.Random(5)
    for _ in range(3):
        # exp(-c / variable) is below 1e-200 here, so 1e-12 is all that polynomial factors could need.
        values = {s: mpmath.mpf("1e-4") if s.name == limit.variable else rng.uniform(1, 3) for s in scalars}
        gap = sp.lambdify(scalars, limit.term - limit.value, "mpmath")(*values.values())
        if abs(gap) > 1e-12:
            return False
    return True


def _same(mutant: Mutant, checker: Checker) -> bool:
    said = [meaning(node, checker.check, checker.signature) for node in (mutant.original, mutant.changed)]
    return said[0] == said[1]


def _around(mutant: Mutant) -> Proof:
    """The steps of a chain that a change touches: the rest of it stays as it was and holds."""
    old, new = mutant.original, mutant.changed
    if not isinstance(new, Chain):
        return new
    pairs = enumerate(zip(old.lines, new.lines, strict=True))
    lines = [n for n, (a, b) in pairs if a != b]
    steps = [n for n, (a, b) in enumerate(zip(old.rewrites, new.rewrites, strict=True)) if a != b]
    first = min([max(n - 1, 0) for n in lines] + steps)
    last = max([min(n + 1, len(new.lines) - 1) for n in lines] + [n + 1 for n in steps])
    return Chain(new.lines[first : last + 1], new.rewrites[first:last])


def _rejected(proof: Proof, checker: Checker) -> bool:
    try:
        checker.check(proof)
    except KernelError:
        return True
    return False


def nodes_of(roots: list[Proof]) -> list[Proof]:
    found: dict[int, Proof] = {}
    for root in roots:
        nodes(root, found)
    return list(found.values())


@pytest.mark.parametrize("theorem_id", library.theorem_ids())
def test_sampled_mutants_are_rejected(theorem_id: str) -> None:
    checker, roots = proofs_of(theorem_id)
    rng = random.Random(theorem_id)
    every = nodes_of(roots)
    # A mutated integral takes SymPy seconds, so they are tried in the full run only.
    quick = [node for node in every if not isinstance(node, Integrate)]
    for _ in range(SAMPLE):
        mutant = rng.choice(list(mutants(rng.choice(quick), every[:3])))
        assert outcome(mutant, every, checker) in {"rejected", "same", "true"}


@pytest.mark.full
@pytest.mark.parametrize("theorem_id", library.theorem_ids())
def test_all_mutants_are_rejected(theorem_id: str) -> None:
    checker, roots = proofs_of(theorem_id)
    every = nodes_of(roots)
    counts = Counter(outcome(mutant, every, checker) for node in every for mutant in mutants(node, every[:3]))
    assert set(counts) <= {"rejected", "same", "true"}
    assert counts["same"] + counts["true"] < counts["rejected"]


def test_a_proof_in_another_spelling_is_recognized_as_the_same() -> None:
    checker, (*_, chain) = proofs_of("mixture_covariance")
    assert isinstance(chain, Chain)
    first, *rest = chain.lines
    again = poly_term(normal_form(first, checker.signature))
    assert again != first
    spelled = Mutant(chain, replace(chain, lines=(again, *rest)), "another spelling")
    doubled = Mutant(chain, replace(chain, lines=(2 * first, *rest)), "doubled")
    assert outcome(spelled, [chain], checker) == "same"
    assert outcome(doubled, [chain], checker) == "rejected"


def test_a_kernel_that_accepts_everything_leaves_survivors(monkeypatch: pytest.MonkeyPatch) -> None:
    # Otherwise "no survivors" would say nothing about the kernel.
    checker, roots = proofs_of("mixture_mean")
    monkeypatch.setattr("derivations.kernel.checker.normal_form", lambda e, signature: ())
    monkeypatch.setattr("derivations.kernel.checker.disagreement", lambda *arguments: "")
    blind = Checker(checker.signature)
    every = nodes_of(roots)
    tried = [mutant for node in every if isinstance(node, Chain) for mutant in mutants(node, [])]
    counts = Counter(outcome(mutant, every, blind).split(":")[0] for mutant in tried)
    assert counts["survived"] > counts["rejected"]
