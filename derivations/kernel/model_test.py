"""The second check of a step: exact evaluation on random models of its hypotheses.

Why models of small size are a strong test: a nonzero combination of different monomials with at most n
indices of a sort is nonzero in some model in which that size is n, namely where all its indices take
different values. The sizes are computed from the step (`normal_form.indices_per_sort`) and cut at
`models.LARGEST`; beyond that the models are a test, and the normal form alone the proof.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable

from derivations.kernel import models
from derivations.kernel.budget import LIGHT_WORK, MOST_WORK, work
from derivations.kernel.evaluation import Model, evaluate
from derivations.kernel.normal_form import indices_per_sort, normal_form
from derivations.kernel.numbers import Number, add, approximate, context, equal
from derivations.kernel.signature import Signature
from derivations.kernel.terms import Expr, KernelError, free_indices, names

Hypothesis = tuple[str, Expr, Expr]

TRIALS = 3
"""Models drawn for a step that is light work (`budget`), one for a heavy one."""


def disagreement(left: Expr, right: Expr, hypotheses: Iterable[Hypothesis], signature: Signature) -> str:
    """A model of the hypotheses in which two terms differ, in words, or the empty string.

    Raises KernelError if a model does not satisfy the hypotheses: then they are contradictory, or
    the declarations do not say how to draw a model of them.
    """
    if left == right:
        return ""
    hypotheses = sorted(hypotheses, key=lambda h: (h[0], str(h[1])))
    assumed: set[str] = set().union(*(names(a) | names(b) for _, a, b in hypotheses))
    signature = models.restricted(signature, names(left) | names(right), assumed)
    depth = _depth((left, right), signature)

    def affordable(sizes: models.Sizes) -> bool:
        return work(left, right, sizes, signature) <= MOST_WORK

    for trial in range(TRIALS):
        rng = random.Random(hashlib.sha256(f"{trial} {left} {right}".encode()).digest())
        sizes = models.draw_sizes(rng, depth, signature, affordable)
        model = _model_of(hypotheses, rng, sizes, signature)
        if found := differing(left, right, model):
            return found
        if work(left, right, sizes, signature) > LIGHT_WORK:
            break
    return ""


def _model_of(
    hypotheses: list[Hypothesis], rng: random.Random, sizes: dict[str, int], signature: Signature
) -> Model:
    """A model that satisfies the hypotheses."""
    for _ in range(models.REDRAWS):
        model = models.draw_model(rng, sizes, signature)
        failed = [(name, found) for name, a, b in hypotheses if (found := differing(a, b, model))]
        if not failed:
            return model
    name, found = failed[0]
    raise KernelError(f"the models do not satisfy hypothesis {name}: {found}")


def differing(left: Expr, right: Expr, model: Model) -> str:
    """Where two terms differ in a model, in words, or the empty string."""
    free = sorted(free_indices(left) | free_indices(right), key=str)
    for at in model.assignments(free):
        x, y = evaluate(left, model, at), evaluate(right, model, at)
        if not equal(x, y):
            where = [f"{s} = {n}" for s, n in sorted(model.sizes.items())]
            where += [f"{i.name.split(':')[0]} = {n}" for i, n in at.items()]
            gap = context.nstr(approximate(add(x, -y)), 6)
            return f"at {', '.join(where)} the sides are {_brief(x)} and {_brief(y)}, a difference of {gap}"
    return ""


def _depth(terms: tuple[Expr, ...], signature: Signature) -> dict[str, int]:
    """The most indices of each sort in one monomial of the terms."""
    depth: dict[str, int] = {}
    for e in terms:
        for sort, n in indices_per_sort(normal_form(e, signature)).items():
            depth[sort] = max(depth.get(sort, 0), n)
    return depth


def _brief(x: Number) -> str:
    return str(context.nstr(x, 8)) if hasattr(x, "ae") else str(x)
