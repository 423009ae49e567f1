"""Matching a pattern monomial inside a monomial, up to the order of factors and the names of indices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from derivations.kernel.monomials import Atom, Ix, Monomial, Poly, atom_indices, poly_indices
from derivations.kernel.signature import Signature

Binding = Mapping[Ix, Ix]
"""Indices of the pattern to indices of the target."""


class Match(NamedTuple):
    """Where a pattern was found: the binding, and what of the target it leaves over."""

    binding: Binding
    factors: tuple[tuple[Atom, int], ...]
    exponent: Poly


def matches(pattern: Monomial, target: Monomial, signature: Signature) -> Iterator[Match]:
    """All ways in which the pattern divides the target, with its bound indices on bound ones."""
    inverses = tuple((a, n) for a, n in target.factors if n < 0)
    for binding, left in _choose(_expanded(pattern), _expanded(target), {}, signature):
        for full, rest in _choose_terms(pattern.exponent, target.exponent, binding, signature):
            if _bound_on_bound(full, pattern, target, [*left, *(a for a, _ in inverses)], rest):
                yield Match(full, (*((a, 1) for a in left), *inverses), rest)


def _bound_on_bound(
    binding: Binding, pattern: Monomial, target: Monomial, left: list[Atom], rest: Poly
) -> bool:
    """Whether the pattern's bound indices fall on different bound indices that occur nowhere else."""
    images = [binding.get(i) for i in pattern.bound]
    elsewhere = {i for a in left for i in atom_indices(a)} | set(poly_indices(rest))
    elsewhere |= {new for old, new in binding.items() if old not in pattern.bound}
    distinct = len(set(images)) == len(images)
    return distinct and all(i in target.bound and i not in elsewhere for i in images)


def _expanded(m: Monomial) -> list[Atom]:
    """The factors with multiplicity; negative powers are left out, nothing matches them."""
    return [a for a, n in m.factors for _ in range(n)]


def _choose(
    goal: list[Atom], supply: list[Atom], binding: Binding, signature: Signature
) -> Iterator[tuple[Binding, list[Atom]]]:
    """Unify each goal with a different atom of the supply; yields the binding and what is left."""
    if not goal:
        yield binding, supply
        return
    for n, atom in enumerate(supply):
        if atom not in supply[:n]:
            for extended in _unify(goal[0], atom, binding, signature):
                yield from _choose(goal[1:], supply[:n] + supply[n + 1 :], extended, signature)


def _choose_terms(
    goal: Poly, supply: Poly, binding: Binding, signature: Signature
) -> Iterator[tuple[Binding, Poly]]:
    """The same for the terms of a polynomial."""
    if not goal:
        yield binding, supply
        return
    monomial, coefficient = goal[0]
    for n, (candidate, c) in enumerate(supply):
        if c == coefficient:
            for extended in _unify_monomial(monomial, candidate, binding, signature):
                yield from _choose_terms(goal[1:], supply[:n] + supply[n + 1 :], extended, signature)


def _unify_monomial(p: Monomial, t: Monomial, binding: Binding, signature: Signature) -> Iterator[Binding]:
    """All bindings that make two whole monomials equal."""
    if sorted(i[0] for i in p.bound) != sorted(i[0] for i in t.bound):
        return
    for partial, left in _choose(_expanded(p), _expanded(t), binding, signature):
        if not left:
            for full, rest in _choose_terms(p.exponent, t.exponent, partial, signature):
                if not rest and all(full.get(i) in t.bound for i in p.bound):
                    yield {i: j for i, j in full.items() if i not in p.bound}


def _unify_poly(p: Poly, t: Poly, binding: Binding, signature: Signature) -> Iterator[Binding]:
    """All bindings that make two polynomials equal."""
    yield from (full for full, rest in _choose_terms(p, t, binding, signature) if not rest)


def _unify(p: Atom, t: Atom, binding: Binding, signature: Signature) -> Iterator[Binding]:
    """All bindings that make two atoms equal."""
    match p, t:
        case ("scalar", name), ("scalar", other) if name == other:
            yield binding
        case ("entry", name, *mine), ("entry", other, *theirs) if name == other:
            yield from _unify_indices(mine, theirs, binding)
            if signature[name].symmetric:
                yield from _unify_indices(mine, [*theirs[:-2], theirs[-1], theirs[-2]], binding)
        case ("delta", i, j), ("delta", x, y):
            yield from _unify_indices([i, j], [x, y], binding)
            yield from _unify_indices([i, j], [y, x], binding)
        case ("product", i, body), ("product", j, other):
            for inside in _unify_indices([i], [j], binding):
                for full in _unify_poly(body, other, inside, signature):
                    yield {a: b for a, b in full.items() if a != i}
        case ("expect" | "power" | "log", body), (kind, other) if kind == p[0]:
            yield from _unify_poly(body, other, binding, signature)


def _unify_indices(pattern: list[Ix], target: list[Ix], binding: Binding) -> Iterator[Binding]:
    extended = dict(binding)
    for i, j in zip(pattern, target, strict=True):
        if i[0] != j[0] or extended.setdefault(i, j) != j:
            return
    yield extended
