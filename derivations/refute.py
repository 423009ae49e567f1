"""Search for the smallest counterexample to a false claim, exactly.

The claims are the constants `CLAIMS` of the modules in `derivations.refutations`. A claim is "refuted" when
a model satisfies its premise and breaks it in exact arithmetic, and "undecided" when the bounded search
ends without one: not finding a counterexample proves nothing."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from time import perf_counter

import numpy as np

from derivations import exact_latex, refutations
from derivations.enumeration import Model, models
from derivations.false_claim import Array, FalseClaim
from derivations.results import Counterexample, RefutationResult, Value

MAX_HEIGHT = 3


def refutation_ids() -> tuple[str, ...]:
    """The ids of all false claims, family by family."""
    return tuple(_claims())


def load_claim(claim_id: str) -> FalseClaim:
    """The false claim with this id. Raises LookupError, naming the nearest ids, if there is none."""
    if claim_id not in _claims():
        near = get_close_matches(claim_id, refutation_ids(), cutoff=0.4) or refutation_ids()
        raise LookupError(f"there is no false claim called {claim_id!r}; did you mean {', '.join(near)}?")
    return _claims()[claim_id]


def refute(claim_id: str) -> RefutationResult:
    """Search for a counterexample to the false claim with this id. Raises LookupError for an unknown id."""
    return search(load_claim(claim_id))


def search(claim: FalseClaim) -> RefutationResult:
    """The first model, smallest first, that satisfies the premise of `claim` and breaks it."""
    start = perf_counter()
    counterexample = _first_counterexample(claim)
    return RefutationResult(
        id=claim.id,
        title=claim.title,
        theorem=claim.theorem,
        claim_latex=claim.claim_latex,
        true_latex=claim.true_latex,
        why=claim.why,
        verdict="undecided" if counterexample is None else "refuted",
        counterexample=counterexample,
        seconds=perf_counter() - start,
    )


def _first_counterexample(claim: FalseClaim) -> Counterexample | None:
    candidates = models(claim.variables, largest=claim.largest_size, max_height=MAX_HEIGHT)
    for tried, model in enumerate(candidates, start=1):
        if not claim.premise(**model.arrays):
            continue
        claimed, true = claim.claimed(**model.arrays), claim.true(**model.arrays)
        if not claim.relation.holds(true, claimed):
            return _counterexample(claim, model, claimed, true, tried)
    return None


def _counterexample(
    claim: FalseClaim, model: Model, claimed: Array, true: Array, tried: int
) -> Counterexample:
    quantity = claim.quantities[0]
    if len(claim.quantities) > 1:
        shown = next(i for i in range(len(true)) if not claim.relation.holds(true[i], claimed[i]))
        quantity, claimed, true = claim.quantities[shown], claimed[shown], true[shown]
    return Counterexample(
        sizes=tuple(model.sizes.items()),
        values=tuple(
            Value(v.name, exact_latex.variable(v, model.arrays[v.name]), _as_text(model.arrays[v.name]))
            for v in claim.variables
        ),
        claimed=Value(
            "claimed", exact_latex.equation(quantity, claim.relation.latex, claimed), _as_text(claimed)
        ),
        true=Value("true", exact_latex.equation(quantity, "=", true), _as_text(true)),
        tried=tried,
    )


def _as_text(array: exact_latex.Exact) -> object:
    """Nested lists of the entries as text, such as "1/2"; a scalar stays one text."""
    return np.vectorize(str, otypes=[object])(array).tolist()


@cache
def _claims() -> dict[str, FalseClaim]:
    families = (
        import_module(f"{refutations.__name__}.{module.name}")
        for module in iter_modules(refutations.__path__)
    )
    claims: dict[str, FalseClaim] = {}
    for claim in (claim for family in families for claim in family.CLAIMS):
        if claim.id in claims:
            raise ValueError(f"two false claims are called {claim.id!r}")
        claims[claim.id] = claim
    return claims
