"""The theorems and false claims by id, checked, as readable results.

    check_theorem("mixture_covariance").verdict == "proved"

A theorem is "refuted" if a step of it fails in a model, "undecided" if a step is merely not justified;
both are failures. The theorem files are found by walking `derivations.theorems`.
"""

from __future__ import annotations

import time
from difflib import get_close_matches
from functools import cache
from typing import Any

from derivations import notation
from derivations.claims import Claim, Theorem
from derivations.discovery import theorem_modules
from derivations.exposition import assumptions, axioms, derivation, everything_cited, general_in, statement
from derivations.kernel.certificate import certify
from derivations.kernel.checker import Checker, Rejected
from derivations.kernel.terms import KernelError
from derivations.prover import Prover
from derivations.refute import load_claim, refutation_ids, refute
from derivations.results import Derivation, TheoremResult, Verdict

__all__ = ["certificate", "check", "check_theorem", "load", "refutation_ids", "refute", "theorem_ids"]


@cache
def _theorems() -> dict[str, Theorem]:
    """All theorems, each after those it cites."""
    found = {module.THEOREM.id: module.THEOREM for module in theorem_modules()}
    owner = {id(claim): theorem.id for theorem in found.values() for claim in theorem.claims}
    ordered: dict[str, Theorem] = {}

    def place(theorem: Theorem) -> None:
        for claim in theorem.claims:
            for cited in everything_cited(claim):
                other = owner.get(id(cited), theorem.id)
                if other != theorem.id and other not in ordered:
                    place(found[other])
        ordered[theorem.id] = theorem

    for theorem in found.values():
        if theorem.id not in ordered:
            place(theorem)
    return ordered


def theorem_ids() -> tuple[str, ...]:
    """The ids of all theorems, each after those it cites."""
    return tuple(_theorems())


def load(theorem_id: str) -> Theorem:
    """The theorem as its file states it; raises LookupError, naming the nearest ids, if there is none."""
    if theorem_id not in _theorems():
        near = get_close_matches(theorem_id, theorem_ids(), cutoff=0.4) or theorem_ids()
        raise LookupError(f"there is no theorem called {theorem_id!r}; did you mean {', '.join(near)}?")
    return _theorems()[theorem_id]


@cache
def _prover(at_most: tuple[tuple[str, str], ...], split: tuple[tuple[str, str, str], ...]) -> Prover:
    return Prover(Checker(notation.signature(at_most, split)))


def prover_for(theorem: Theorem) -> Prover:
    """The prover in which the theorem's claims are checked; theorems share it, and so their lemmas."""
    return _prover(theorem.at_most, theorem.split)


@cache
def check_theorem(theorem_id: str) -> TheoremResult:
    """Check a theorem, or recall the result; raises LookupError for an unknown id."""
    theorem = load(theorem_id)
    return check(theorem, prover_for(theorem))


def check(theorem: Theorem, prover: Prover) -> TheoremResult:
    """Check every claim of a theorem."""
    start = time.perf_counter()
    verdict: Verdict = "proved"
    failure = ""
    shown: list[Derivation] = []
    for claim in theorem.claims:
        failed_at: int | None = None
        try:
            prover.conclusion(claim)
        except KernelError as error:
            failed_at = error.line or 1 if isinstance(error, Rejected) else 1
            if not failure:
                disproved = isinstance(error, Rejected) and bool(error.model)
                verdict = "refuted" if disproved else "undecided"
                failure = _explain(claim, error)
        shown.append(derivation(claim, failed_at))
    conclusions = [] if failure else [prover.conclusion(claim) for claim in theorem.states]
    return TheoremResult(
        id=theorem.id,
        title=theorem.title,
        source=theorem.source,
        statement_latex=statement(theorem),
        general_in=general_in(theorem),
        hypotheses=assumptions(theorem, conclusions),
        axioms=axioms(theorem, conclusions),
        derivations=tuple(shown),
        remarks=theorem.remarks,
        mistakes=tuple(i for i in refutation_ids() if load_claim(i).theorem == theorem.id),
        verdict=verdict,
        failure=failure,
        seconds=time.perf_counter() - start,
    )


def certificate(theorem_id: str) -> dict[str, Any]:
    """The certificate of a theorem: JSON that `python -m derivations.kernel` replays.

    Raises LookupError for an unknown id and KernelError if the theorem is not proved.
    """
    theorem = load(theorem_id)
    prover = prover_for(theorem)
    return certify(theorem.id, [prover.proof(claim) for claim in theorem.states], prover.checker)


def _explain(claim: Claim, error: KernelError) -> str:
    text = f"{claim.title}: {error}"
    if isinstance(error, Rejected):
        text += f"; left over: {error.residue}" if error.residue else ""
        text += f"; {error.model}" if error.model else ""
    return text
