"""Small changes to proofs: a sign, an index, a factor, a summand, a citation, a sort, one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any, NamedTuple

import sympy as sp

from derivations.kernel import rules
from derivations.kernel.normal_form import normal_form
from derivations.kernel.rules import AtLeast, Chain, Known, LogGap, Proof, Rewrite, Square
from derivations.kernel.signature import Signature
from derivations.kernel.terms import (
    E,
    binders,
    free_indices,
    index,
    is_index,
    plug,
    sort_of,
    substitute,
    sum_over,
)

Term = Any
PROOFS = Proof.__args__  # type: ignore[attr-defined]


class Mutant(NamedTuple):
    """A node of a proof, the node to put in its place, and what was changed."""

    original: Proof
    changed: Proof
    what: str


# -- proofs as trees -------------------------------------------------------------------------------


def nodes(proof: Proof, seen: dict[int, Proof] | None = None) -> dict[int, Proof]:
    """All nodes of a proof, each once, those it rests on first."""
    seen = {} if seen is None else seen
    if id(proof) not in seen:
        for premise in premises(proof):
            nodes(premise, seen)
        seen[id(proof)] = proof
    return seen


def premises(value: Any) -> Iterator[Proof]:
    """The proofs that a node cites."""
    for f in fields(value):
        yield from _proofs_in(getattr(value, f.name))


def _proofs_in(value: Any) -> Iterator[Proof]:
    if isinstance(value, PROOFS):
        yield value
    elif isinstance(value, tuple):
        for inner in value:
            yield from _proofs_in(inner)
    elif isinstance(value, (Rewrite, Known)):
        yield value.premise


def with_node(value: Any, mutant: Mutant, done: dict[int, Any]) -> Any:
    """The proof with one node exchanged wherever it is cited."""
    if value is mutant.original:
        return mutant.changed
    if isinstance(value, tuple):
        return tuple(with_node(inner, mutant, done) for inner in value)
    if not is_dataclass(value):
        return value
    if id(value) not in done:
        parts = {f.name: with_node(getattr(value, f.name), mutant, done) for f in fields(value)}
        same = all(
            parts[f.name] is getattr(value, f.name) or parts[f.name] == getattr(value, f.name)
            for f in fields(value)
        )
        done[id(value)] = value if same else type(value)(**parts)
    return done[id(value)]


# -- what may be changed ---------------------------------------------------------------------------


def mutants(node: Proof, others: list[Proof]) -> Iterator[Mutant]:
    """Every small change to one node; `others` are proofs that could be cited instead."""
    for f in fields(node):
        for changed, what in _changes(getattr(node, f.name), others):
            yield Mutant(node, replace(node, **{f.name: changed}), f"{type(node).__name__}.{f.name}: {what}")


def _changes(value: Any, others: list[Proof]) -> Iterator[tuple[Any, str]]:
    if isinstance(value, sp.Basic):
        for term, what in terms(value, ()):
            if term != value:
                yield term, what
    elif isinstance(value, PROOFS):
        for other in others:
            if other is not value:
                yield other, "another lemma"
    elif isinstance(value, tuple):
        for place, inner in enumerate(value):
            for changed, what in _changes(inner, others):
                yield (*value[:place], changed, *value[place + 1 :]), f"{place}: {what}"
            if isinstance(inner, (Rewrite, Square, LogGap, Known)):
                yield value[:place] + value[place + 1 :], f"{place}: dropped"
    elif isinstance(value, (Rewrite, Square, LogGap, Known)):
        for f in fields(value):
            for changed, what in _changes(getattr(value, f.name), others):
                yield replace(value, **{f.name: changed}), f"{f.name}: {what}"


def terms(e: Term, scope: tuple[Term, ...]) -> Iterator[tuple[Term, str]]:
    """Every small change to a term; `scope` are the indices bound around it."""
    if is_index(e):
        yield index("i", sort_of(e)), "another index"
        yield index(e.name.split(":")[0], "K" if sort_of(e) != "K" else "D"), "another sort"
        return
    if not scope:
        yield -e, "sign"
        yield 2 * e, "factor"
    for place, a in enumerate(e.args):
        others = e.args[:place] + e.args[place + 1 :]
        match e:
            case sp.Add():
                yield sp.Add(*others, -a), f"sign of {a}"
                yield sp.Add(*others), f"dropped {a}"
            case sp.Mul():
                yield sp.Mul(*others), f"dropped factor {a}"
                if a.is_Rational:
                    yield sp.Mul(*others, a + 1), f"factor {a} changed"
    yield from _inside(e, scope)


def _inside(e: Term, scope: tuple[Term, ...]) -> Iterator[tuple[Term, str]]:
    match e:
        case sp.Indexed() | sp.KroneckerDelta():
            yield from _other_indices(e, scope)
        case sp.Sum() | sp.Product():
            for body, what in terms(e.function, (*scope, *binders(e))):
                yield e.func(body, *e.limits), what
        case sp.Pow() if e.exp.is_Integer:
            yield e.base ** (e.exp + 1), f"power of {e.base}"
            for base, what in terms(e.base, scope or (e,)):
                yield base**e.exp, what
        case E():
            for body, what in terms(e.args[0], scope or (e,)):
                yield E(body), what
        case _ if not e.is_Atom:
            for place, a in enumerate(e.args):
                for changed, what in terms(a, scope or (e,)):
                    yield e.func(*e.args[:place], changed, *e.args[place + 1 :]), what


def _other_indices(e: Term, scope: tuple[Term, ...]) -> Iterator[tuple[Term, str]]:
    """An entry or a delta with one index exchanged, with two swapped, or with one of another sort."""
    places = list(e.indices if isinstance(e, sp.Indexed) else e.args)

    def made(new: list[Term]) -> Term:
        return e.base[tuple(new)] if isinstance(e, sp.Indexed) else sp.KroneckerDelta(*new)

    near = {x for x in (*scope, *places) if is_index(x)}
    for place, x in enumerate(places):
        candidates = sorted((y for y in near if y != x and sort_of(y) == sort_of(x)), key=str)
        for y in candidates[:2] or [index("other", sort_of(x))]:
            yield made([*places[:place], y, *places[place + 1 :]]), f"{y} for {x} in {e}"
        for y in places[place + 1 :]:
            if y != x and sort_of(y) == sort_of(x):
                new = [y if z == x else x if z == y else z for z in places]
                yield made(new), f"{x} and {y} swapped in {e}"
        foreign = "K" if sort_of(x) != "K" else "D"
        if isinstance(e, sp.Indexed):
            yield made([*places[:place], index("i", foreign), *places[place + 1 :]]), f"sort of {x} in {e}"


# -- when a change is none -------------------------------------------------------------------------


def meaning(node: Proof, conclude: Any, signature: Signature) -> Any:
    """What a node says, in normal forms: two nodes of one meaning are one proof in two spellings."""
    match node:
        case Chain(lines, rewrites):
            steps = [sum((_difference(use, conclude) for use in uses), sp.Integer(0)) for uses in rewrites]
            return tuple(normal_form(e, signature) for e in (*lines, *steps))
        case AtLeast(premise, bound, parts):
            values = sum((_value(part, conclude) for part in parts), sp.Integer(0))
            return (
                _said(conclude(premise), signature),
                normal_form(bound, signature),
                normal_form(values, signature),
            )
        case _:
            return _said(conclude(node), signature)


def _said(sequent: rules.Sequent, signature: Signature) -> Any:
    """A conclusion in normal form, up to the names of its free indices, which stand for all values."""
    if sequent.relation in ("recurs", "->"):
        return sequent
    free = sorted(free_indices(sequent.left) | free_indices(sequent.right), key=str)
    names = {old: index(f"free{n}", sort_of(old)) for n, old in enumerate(free)}
    sides = tuple(normal_form(substitute(e, names), signature) for e in (sequent.left, sequent.right))
    hypotheses = {(name, normal_form(a - b, signature)) for name, a, b in sequent.hypotheses}
    return sides, sequent.relation, frozenset(hypotheses), sequent.axioms


def _difference(use: Rewrite, conclude: Any) -> Term:
    shown, at = conclude(use.premise), dict(use.at)
    return plug(use.context, substitute(shown.left, at)) - plug(use.context, substitute(shown.right, at))


def _value(part: Any, conclude: Any) -> Term:
    match part:
        case Square(_, _, root):
            value = root**2
        case LogGap(_, _, u):
            value = u - 1 - sp.log(u)
        case _:
            shown = conclude(part.premise)
            value = shown.left - shown.right
    return sum_over(part.coefficient * value, *part.indices)
