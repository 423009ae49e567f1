"""The term language: SymPy expressions over sorted indices.

A term is built from rational numbers, `I`, sizes (`K`, `D`), scalars, tensor entries `mu[k, i]`,
Kronecker deltas, sums and products over a whole size, `exp`, `log`, integer powers and expectations
`E(...)`.
Every index carries its sort in its name: `k:K` runs from 1 to K. There are no floats, no shadowed
indices, and no index of one sort in the slot of another; `grammar` refuses all of them.

SymPy's own `subs` and `xreplace` capture bound indices, so substitution is done here.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import sympy as sp

Expr = Any
"""A SymPy expression. SymPy ships no types, so this name says what is meant."""


class KernelError(Exception):
    """A term, a step or a proof was refused; the message says which and why."""


class E(sp.Function):  # type: ignore[misc]
    """Expectation over the random tensors in its argument; linear over everything else."""

    nargs = 1


HOLE = sp.Symbol("HOLE", real=True)
"""The place in a context where a rewrite happens: an arbitrary real number."""


def index(name: str, sort: str) -> Expr:
    """The index `name` running over 1..`sort`."""
    return sp.Symbol(f"{name}:{sort}", integer=True)


@cache
def sort_of(i: Expr) -> str:
    """The size over which an index runs; raises KernelError if `i` is not an index."""
    if not is_index(i):
        raise KernelError(f"expected an index, got {i}")
    name, sort = i.name.split(":", 1)
    if i != index(name, sort) or not (name.isidentifier() and sort.isidentifier()):
        raise KernelError(f"{i} is not an index of the term language")
    return str(sort)


def tensor_name(e: Expr) -> str:
    """The name of the tensor of an entry."""
    return str(e.base.label.name)


def is_index(e: Expr) -> bool:
    """Whether `e` is an index symbol."""
    return isinstance(e, sp.Symbol) and ":" in e.name


def size(name: str) -> Expr:
    """The size `name`, a positive integer."""
    return sp.Symbol(name, integer=True, positive=True)


def entry(name: str, *indices: Expr) -> Expr:
    """The entry of the tensor `name` at `indices`; a scalar if there are none."""
    return sp.IndexedBase(name)[indices] if indices else sp.Symbol(name, real=True)


def sum_over(body: Expr, *indices: Expr) -> Expr:
    """The sum of `body` with each index running over its whole sort."""
    return sp.Sum(body, *[(i, 1, size(sort_of(i))) for i in indices]) if indices else body


def product_over(body: Expr, i: Expr) -> Expr:
    """The product of `body` with `i` running over its whole sort."""
    return sp.Product(body, (i, 1, size(sort_of(i))))


@cache
def binders(e: Expr) -> tuple[Expr, ...]:
    """The indices a Sum or Product binds; raises KernelError unless each runs over its whole sort."""
    if any(len(limit) != 3 for limit in e.limits):
        raise KernelError("a sum or product without a range")
    for i, low, high in e.limits:
        if low != 1 or high != size(sort_of(i)):
            raise KernelError(f"index {i} must run from 1 to {sort_of(i)}, not from {low} to {high}")
    return tuple(i for i, _, _ in e.limits)


def free_indices(e: Expr) -> set[Expr]:
    """The indices that occur free in `e`."""
    if is_index(e):
        return {e}
    if isinstance(e, (sp.Sum, sp.Product)):
        return free_indices(e.function) - set(binders(e))
    return set().union(*(free_indices(a) for a in e.args)) if e.args else set()


def names(e: Expr) -> set[str]:
    """The names of the scalars, sizes and tensors that occur in `e`."""
    if is_index(e) or e == HOLE:
        return set()
    if isinstance(e, sp.Indexed):
        return {tensor_name(e)}
    if isinstance(e, sp.Symbol):
        return {e.name}
    return set().union(*(names(a) for a in e.args)) if e.args else set()


def substitute(e: Expr, replacement: Mapping[Expr, Expr]) -> Expr:
    """`e` with symbols replaced; bound indices are renamed first, so nothing is ever captured."""
    if e in replacement:
        return replacement[e]
    if isinstance(e, (sp.Sum, sp.Product)):
        body, limits = e.function, []
        incoming = set().union(*(free_indices(r) for r in replacement.values())) if replacement else set()
        for i in binders(e):
            fresh = i
            while fresh in incoming or (fresh != i and fresh in free_indices(body)):
                fresh = sp.Symbol(f"_{fresh.name}", integer=True)
            if fresh != i:
                body = substitute(body, {i: fresh})
            limits.append((fresh, 1, size(sort_of(i))))
        bound = {i for i, _, _ in limits} | set(binders(e))
        inner = {old: new for old, new in replacement.items() if not free_indices(old) & bound}
        return e.func(substitute(body, inner), *limits)
    if isinstance(e, sp.Indexed):
        return e.base[tuple(substitute(i, replacement) for i in e.indices)]
    return e.func(*(substitute(a, replacement) for a in e.args)) if e.args else e


def plug(context: Expr, filling: Expr) -> Expr:
    """`context` with its hole filled. Indices bound around the hole capture those of `filling`: meant."""
    if context == HOLE:
        return filling
    return context.func(*(plug(a, filling) for a in context.args)) if context.has(HOLE) else context
