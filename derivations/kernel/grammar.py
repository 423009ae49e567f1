"""What is a term of the language, and what is not.

Every index has the sort of the slot it stands in, none is bound twice, random tensors stand inside one
expectation, powers are small whole numbers. SymPy tells symbols of one name apart by their assumptions;
here a symbol must be the one of its name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy as sp

from derivations.kernel.signature import Signature
from derivations.kernel.terms import (
    HOLE,
    E,
    Expr,
    KernelError,
    binders,
    entry,
    is_index,
    size,
    sort_of,
    tensor_name,
)

MOST_POWER = 64


@dataclass(frozen=True)
class Grammar:
    """The terms over one signature; with `hole`, contexts too."""

    signature: Signature
    hole: bool = False

    def check(self, e: Expr, inside_expectation: bool = False) -> None:
        """Raise KernelError unless `e` is a term."""
        self._check(e, frozenset(), inside_expectation)

    def _check(self, e: Expr, scope: frozenset[Any], random: bool) -> None:
        if not isinstance(e, sp.Basic):
            raise KernelError(f"expected a term, got {type(e).__name__}")
        match e:
            case sp.Rational() | sp.core.numbers.ImaginaryUnit() | sp.core.numbers.Exp1():
                return
            case sp.Float():
                raise KernelError(f"floating-point number {e} in a proof")
            case sp.Symbol():
                self._check_symbol(e, random)
            case sp.Indexed():
                self._check_slots(tensor_name(e), e.indices, random)
                _check_same(e, entry(tensor_name(e), *e.indices))
            case sp.KroneckerDelta():
                left, right, *extra = e.args
                if extra or sort_of(left) != sort_of(right):
                    raise KernelError(f"delta between {left} and {right}, of different sorts")
            case sp.Sum() | sp.Product():
                self._check(e.function, self._inside(e, scope), random)
            case sp.Pow():
                if not e.exp.is_Integer or abs(int(e.exp)) > MOST_POWER:
                    raise KernelError(f"power {e.exp} of a term: integers up to {MOST_POWER} are allowed")
                self._check(e.base, scope, random)
            case E():
                if random:
                    raise KernelError("an expectation inside an expectation")
                self._check(e.args[0], scope, True)
            case sp.log() if random:
                raise KernelError("a logarithm inside an expectation")
            case sp.exp() | sp.log() | sp.Add() | sp.Mul():
                for a in e.args:
                    self._check(a, scope, random)
            case _:
                raise KernelError(f"{type(e).__name__} is not part of the term language: {e}")

    def _check_symbol(self, e: Expr, random: bool) -> None:
        if is_index(e):
            raise KernelError(f"index {e} used as a number")
        if e.name in self.signature.sizes:
            _check_same(e, size(e.name))
        elif not (e == HOLE and self.hole):
            self._check_slots(e.name, (), random)
            _check_same(e, entry(e.name))

    def _check_slots(self, name: str, indices: tuple[Expr, ...], random: bool) -> None:
        if name not in self.signature:
            raise KernelError(f"undeclared symbol {name}")
        declared = self.signature[name]
        if tuple(sort_of(i) for i in indices) != declared.slots:
            raise KernelError(f"{name} has slots {declared.slots}, used with {indices}")
        if declared.random and not random:
            raise KernelError(f"random {name} outside an expectation")

    def _inside(self, e: Expr, scope: frozenset[Any]) -> frozenset[Any]:
        """The scope inside a sum or product."""
        if isinstance(e, sp.Product) and len(e.limits) != 1:
            raise KernelError("a product over more than one index")
        for i in binders(e):
            if i in scope:
                raise KernelError(f"index {i} is bound twice")
            if sort_of(i) not in self.signature.sizes:
                raise KernelError(f"unknown size {sort_of(i)}")
            scope = scope | {i}
        return scope


def _check_same(e: Expr, expected: Expr) -> None:
    if e != expected:
        raise KernelError(f"{e} has other assumptions than the symbol of that name")


def check_laws(signature: Signature) -> None:
    """Raise KernelError unless the terms that laws compute from are terms over the signature."""
    for d in signature:
        term, indices = getattr(d.law, "term", None), getattr(d.law, "indices", ())
        if term is not None:
            Grammar(signature).check(term)
            sorts = tuple(sort_of(i) for i in indices)
            if sorts[: len(d.slots)] != d.slots or len(set(indices)) != len(indices):
                raise KernelError(f"the law of {d.name} does not fit its slots")
