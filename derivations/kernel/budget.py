"""How much work a test in a model is, so that none goes on for ever."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

import sympy as sp

from derivations.kernel.evaluation import EXPONENTIAL_NODES, degree
from derivations.kernel.signature import Signature
from derivations.kernel.terms import E, Expr, binders, free_indices, names, sort_of

Sizes = Mapping[str, int]

MOST_WORK = 1_000_000
"""Evaluations of single symbols that one comparison may take: a few seconds."""
LIGHT_WORK = 5_000
"""Up to this much, a step is tested on several models."""


def work(left: Expr, right: Expr, sizes: Sizes, signature: Signature) -> int:
    """Evaluations of single symbols in comparing two terms at all values of their free indices."""
    free = free_indices(left) | free_indices(right)
    values = prod(sizes[sort_of(i)] for i in free)
    return values * (_work(left, sizes, signature) + _work(right, sizes, signature))


def _work(e: Expr, sizes: Sizes, signature: Signature) -> int:
    match e:
        case sp.Sum() | sp.Product():
            return prod(sizes[sort_of(i)] for i in binders(e)) * _work(e.function, sizes, signature)
        case E():
            return _nodes(e.args[0], sizes, signature) * _work(e.args[0], sizes, signature)
        case _:
            return 1 + sum(_work(a, sizes, signature) for a in e.args)


def _nodes(body: Expr, sizes: Sizes, signature: Signature) -> int:
    """Quadrature nodes for an expectation, if it depends on all entries of its random tensors."""
    random = [signature[n] for n in names(body) if n in signature and signature[n].random]
    entries = sum(prod(sizes[s] for s in d.slots) for d in random)
    rule = EXPONENTIAL_NODES if body.has(sp.exp) else degree(body, {d.name for d in random}) // 2 + 1
    return int(rule**entries)
