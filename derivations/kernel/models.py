"""Random models: sizes and exact values for every declared symbol, drawn as its declaration says.

What a declaration claims (symmetry, positivity) is checked on every model, and so are the hypotheses a
step rests on (`checker`): a model that does not satisfy them is an error. A contradictory set of
hypotheses therefore proves nothing, because no model of it can be drawn.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable
from fractions import Fraction

import sympy as sp

from derivations.kernel.evaluation import Model, evaluate
from derivations.kernel.numbers import Number
from derivations.kernel.signature import (
    Declaration,
    Defined,
    Free,
    Inverse,
    PseudoInverse,
    Signature,
    Simplex,
    StandardNormal,
)
from derivations.kernel.terms import KernelError, names

LARGEST = 3
"""No size of a model is larger: a term with six nested sums then costs 3^6 evaluations."""
REDRAWS = 50

Values = dict[tuple[int, ...], Number]


def restricted(signature: Signature, used: Iterable[str]) -> Signature:
    """The symbols in `used`, those their laws are defined through, and the sizes they need."""
    todo = [n for n in used if n in signature]
    wanted: set[str] = set()
    while todo:
        name = todo.pop()
        if name not in wanted:
            wanted.add(name)
            todo += [n for n in _needs(signature[name]) if n in signature]
    kept = tuple(d for d in signature if d.name in wanted)
    sizes = {n for n in used if n in signature.sizes} | {s for d in kept for s in d.slots}
    return Signature(frozenset(sizes), kept, tuple(p for p in signature.at_most if set(p) <= sizes))


def draw_sizes(rng: random.Random, needed: dict[str, int], signature: Signature) -> dict[str, int]:
    """Sizes up to `needed` (at most LARGEST), different from each other where that is possible."""
    names = sorted(signature.sizes)
    ranges = [range(1, min(max(needed.get(n, 1), 2), LARGEST) + 1) for n in names]
    choices = [
        c
        for c in itertools.product(*ranges)
        if all(c[names.index(a)] <= c[names.index(b)] for a, b in signature.at_most)
    ]
    # Prefer large and distinct sizes: those decide most; a random tie-break visits the others.
    best = max(choices, key=lambda c: (len(set(c)) + sum(c) + 2 * rng.random(), c))
    return dict(zip(names, best, strict=True))


def smaller(sizes: dict[str, int], signature: Signature) -> dict[str, int]:
    """The sizes with the largest one that may shrink made smaller by one."""
    lower_bounds = {b: max((sizes[a] for a, c in signature.at_most if c == b), default=1) for b in sizes}
    shrinkable = [n for n in sorted(sizes) if sizes[n] > lower_bounds[n]]
    if not shrinkable:
        raise KernelError("the expectation cannot be tested: no model is small enough")
    largest = max(shrinkable, key=lambda n: sizes[n])
    return {**sizes, largest: sizes[largest] - 1}


def draw_model(rng: random.Random, sizes: dict[str, int], signature: Signature) -> Model:
    """A model of these sizes; raises KernelError if a declaration cannot be satisfied."""
    for _ in range(REDRAWS):
        try:
            return _draw(rng, sizes, signature)
        except ZeroDivisionError:
            continue
    raise KernelError("no model could be drawn: a matrix declared invertible was always singular")


def _draw(rng: random.Random, sizes: dict[str, int], signature: Signature) -> Model:
    values: dict[str, Values] = {}
    model = Model(sizes, values, {d.name: d.slots for d in signature if d.random})
    waiting = [d for d in signature if not d.random]
    while waiting:
        ready = next((d for d in waiting if _needs(d) <= set(values) | signature.sizes), None)
        if ready is None:
            raise KernelError(f"{waiting[0].name} is defined through symbols that are not declared")
        waiting.remove(ready)
        values[ready.name] = _values(ready, rng, model)
        _check_claims(ready, values[ready.name])
    return model


def _needs(d: Declaration) -> set[str]:
    match d.law:
        case Defined(_, term) | Inverse(_, term):
            return names(term)
        case PseudoInverse(of):
            return {of}
        case _:
            return set()


def _values(d: Declaration, rng: random.Random, model: Model) -> Values:
    positions = list(model.positions(d.slots))
    match d.law:
        case Free():
            return _free(d, rng, positions)
        case Simplex():
            weights = {p: Fraction(rng.randint(1, 7)) for p in positions}
            total = {p[:-1]: sum(w for q, w in weights.items() if q[:-1] == p[:-1]) for p in positions}
            return {p: w / total[p[:-1]] for p, w in weights.items()}
        case Defined(indices, term):
            return {p: evaluate(term, model, dict(zip(indices, p, strict=True))) for p in positions}
        case PseudoInverse(of):
            rows, columns = (model.sizes[s] for s in d.slots)
            matrix = sp.Matrix(columns, rows, lambda r, c: _rational(model.values[of][(r + 1, c + 1)]))
            return _entries(matrix.pinv())
        case Inverse(indices, term):
            n = model.sizes[d.slots[0]]
            matrix = sp.Matrix(n, n, lambda r, c: _rational(
                evaluate(term, model, {indices[0]: r + 1, indices[1]: c + 1})))  # fmt: skip
            if matrix.det() == 0:
                raise ZeroDivisionError
            return _entries(matrix.inv())
        case StandardNormal():
            raise KernelError(f"{d.name} is random and has no value")


def _free(d: Declaration, rng: random.Random, positions: list[tuple[int, ...]]) -> Values:
    """Rationals in [-1, 1] (in (0, 1] if positive); a third of the matrices get two proportional rows."""
    low = 1 if d.positive else -4
    values: Values = {p: Fraction(rng.randint(low, 4), 4) for p in positions}
    if len(d.slots) == 2 and rng.random() < 1 / 3:
        for p in positions:
            if p[0] == 1 and (2, p[1]) in values:
                values[p] = 2 * values[(2, p[1])]
    return values


def _check_claims(d: Declaration, values: Values) -> None:
    for p, v in values.items():
        if d.symmetric and values[(*p[:-2], p[-1], p[-2])] != v:
            raise KernelError(f"{d.name} is declared symmetric, but a model of its law is not")
        if d.positive and not v > 0:
            raise KernelError(f"{d.name} is declared positive, but a model of its law is not")


def _rational(x: Number) -> sp.Rational:
    if not isinstance(x, Fraction):
        raise KernelError("the inverse of a matrix that is not rational")
    return sp.Rational(x.numerator, x.denominator)


def _entries(m: sp.Matrix) -> Values:
    rows, columns = m.shape
    return {
        (r + 1, c + 1): Fraction(int(m[r, c].p), int(m[r, c].q)) for r in range(rows) for c in range(columns)
    }
