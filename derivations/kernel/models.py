"""Random models: sizes and exact values for every declared symbol, drawn as its declaration says.

What a declaration claims (symmetry, sign) is checked on every model, and so are the hypotheses a step
rests on (`model_test`): a model that does not satisfy them is an error. A contradictory set of
hypotheses therefore proves nothing, because no model of it can be drawn.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import replace

from derivations.kernel.evaluation import Model, Values
from derivations.kernel.laws import Free, Redraw
from derivations.kernel.signature import Declaration, Signature
from derivations.kernel.terms import KernelError

LARGEST = 3
"""No size of a model is larger: a term with six nested sums then costs 3^6 evaluations."""
REDRAWS = 50
SIZE_DRAWS = 60
"""Choices of sizes looked at for one model."""

Sizes = dict[str, int]


def restricted(signature: Signature, used: Iterable[str], assumed: Iterable[str] = ()) -> Signature:
    """The symbols in `used` and `assumed`, and the sizes and further symbols that they need.

    A law is no hypothesis, so it may only serve to satisfy one: symbols that are not `assumed`, nor
    needed for one that is, are drawn freely (within their declared symmetry and sign).
    """
    todo = [n for n in assumed if n in signature]
    lawful: set[str] = set()
    while todo:
        name = todo.pop()
        if name not in lawful:
            lawful.add(name)
            todo += [n for n in signature[name].law.needs() if n in signature]
    needed = {n for name in lawful for n in signature[name].law.needs()}
    used = {*used, *assumed, *needed}
    kept = tuple(
        d if d.name in lawful or d.random else replace(d, law=Free()) for d in signature if d.name in used
    )
    sizes = (used & signature.sizes) | {s for d in kept for s in d.slots}
    related = [set(t) for t in (*signature.at_most, *signature.split)]
    sizes = sizes.union(*(t for t in related if t & sizes))
    return Signature(
        frozenset(sizes),
        kept,
        tuple(p for p in signature.at_most if set(p) <= sizes),
        tuple(t for t in signature.split if set(t) <= sizes),
    )


def draw_sizes(
    rng: random.Random, needed: dict[str, int], signature: Signature, affordable: Callable[[Sizes], bool]
) -> Sizes:
    """Sizes as large as `needed` (at most LARGEST) where that is affordable, and different from each other.

    A size that is the sum of two others follows from them. Raises KernelError if a size that needs to
    be two or more can only be one.
    """
    wholes = {whole: (part, rest) for whole, part, rest in signature.split}
    free = sorted(signature.sizes - set(wholes))
    drawn: list[tuple[tuple[float, float], Sizes]] = []
    for _ in range(SIZE_DRAWS):
        sizes = {n: rng.randint(1, min(max(needed.get(n, 1), 2), LARGEST)) for n in free}
        sizes |= {whole: sum(sizes.get(part, 1) for part in parts) for whole, parts in wholes.items()}
        for small, large in signature.at_most:
            if large not in wholes:
                sizes[large] = max(sizes[large], sizes[small])
        # Sizes that reach what is needed decide most; then larger and distinct ones.
        reached = sum(min(sizes[n], needed.get(n, 1), LARGEST) for n in sizes)
        variety = len(set(sizes.values())) + sum(sizes.values()) + 2 * rng.random()
        if signature.satisfied_by(sizes):
            drawn.append(((float(reached), variety), sizes))
    for _, sizes in sorted(drawn, key=lambda d: d[0], reverse=True):
        if any(sizes[n] < 2 <= needed.get(n, 1) for n in sizes):
            continue
        if affordable(sizes):
            return sizes
    raise KernelError("no model is large enough to decide the step, and small enough to test it")


def draw_model(rng: random.Random, sizes: dict[str, int], signature: Signature) -> Model:
    """A model of these sizes; raises KernelError if a declaration cannot be satisfied."""
    why = Redraw()
    for _ in range(REDRAWS):
        try:
            return _draw(rng, sizes, signature)
        except Redraw as redraw:
            why = redraw
    raise KernelError(f"no model could be drawn in {REDRAWS} tries: {why}")


def _draw(rng: random.Random, sizes: dict[str, int], signature: Signature) -> Model:
    values: dict[str, Values] = {}
    model = Model(sizes, values, {d.name: d.slots for d in signature if d.random})
    waiting = [d for d in signature if not d.random]
    while waiting:
        ready = next((d for d in waiting if d.law.needs() <= set(values) | signature.sizes), None)
        if ready is None:
            raise KernelError(f"{waiting[0].name} is defined through symbols that are not declared")
        waiting.remove(ready)
        values[ready.name] = ready.law.draw(ready, model, rng)
        _check_claims(ready, values[ready.name])
    return model


def _check_claims(d: Declaration, values: Values) -> None:
    """A draw that is not what its symbol is declared to be is drawn again."""
    for p, v in values.items():
        asymmetric = d.symmetric and values[(*p[:-2], p[-1], p[-2])] != v
        if asymmetric or (d.positive and not v > 0) or (d.nonnegative and not v >= 0):
            raise Redraw(f"{d.name} is not as declared")
