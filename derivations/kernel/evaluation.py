"""The value of a term in a model: sums are summed, products multiplied, expectations integrated.

The second of the two checks of every step. It shares no code with the normal form: it walks the SymPy
term itself and knows nothing of polynomials.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import sympy as sp

from derivations.kernel import numbers as num
from derivations.kernel.numbers import Number
from derivations.kernel.terms import E, Expr, KernelError, binders, is_index, names, sort_of, tensor_name

EXPONENTIAL_NODES = 8
"""For exponentials exp(i s z) with |s| <= 3/16 the error is below (3/16)^16 8!/16! < 5e-21; s is a sum of at
most three products of two model values, each at most 1/4 (see `laws.Free`)."""


Values = dict[tuple[int, ...], Number]
"""The entries of a tensor, by index values (from 1)."""


@dataclass(frozen=True)
class Model:
    """Sizes, and the value of every tensor that is not random: index values (from 1) to numbers."""

    sizes: Mapping[str, int]
    values: Mapping[str, Mapping[tuple[int, ...], Number]]
    random: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The slots of every random tensor; its entries are independent standard normal."""

    def positions(self, slots: tuple[str, ...]) -> Iterator[tuple[int, ...]]:
        """All index values of a tensor with these slots."""
        return itertools.product(*(range(1, self.sizes[s] + 1) for s in slots))

    def assignments(self, indices: list[Expr]) -> Iterator[dict[Expr, int]]:
        """All ways to give values to free indices."""
        for values in self.positions(tuple(sort_of(i) for i in indices)):
            yield dict(zip(indices, values, strict=True))


def evaluate(e: Expr, model: Model, at: Mapping[Expr, int]) -> Number:
    """The value of `e` in `model` with its free indices at the values `at`."""
    match e:
        case sp.Rational():
            return Fraction(int(e.p), int(e.q))
        case sp.core.numbers.ImaginaryUnit():
            return num.context.mpc(0, 1)
        case sp.core.numbers.Exp1():
            return num.context.exp(1)
        case sp.Symbol() if is_index(e):
            raise KernelError(f"index {e} used as a number")
        case sp.Symbol():
            return Fraction(model.sizes[e.name]) if e.name in model.sizes else model.values[e.name][()]
        case sp.Indexed():
            return model.values[tensor_name(e)][tuple(at[i] for i in e.indices)]
        case sp.KroneckerDelta():
            return Fraction(int(at[e.args[0]] == at[e.args[1]]))
        case sp.Add():
            return _fold(num.add, Fraction(0), (evaluate(a, model, at) for a in e.args))
        case sp.Mul():
            return _fold(num.multiply, Fraction(1), (evaluate(a, model, at) for a in e.args))
        case sp.exp():
            return num.context.exp(num.approximate(evaluate(e.args[0], model, at)))
        case sp.log():
            value = num.approximate(evaluate(e.args[0], model, at))
            if not value > 0:
                raise KernelError(f"logarithm of {num.context.nstr(value, 5)}, which is not positive")
            return num.context.log(value)
        case sp.Pow():
            return evaluate(e.base, model, at) ** int(e.exp)
        case sp.Sum() | sp.Product():
            indices = list(binders(e))
            terms = (evaluate(e.function, model, {**at, **v}) for v in model.assignments(indices))
            if isinstance(e, sp.Sum):
                return _fold(num.add, Fraction(0), terms)
            return _fold(num.multiply, Fraction(1), terms)
        case E():
            return expectation(e.args[0], model, at)
        case _:
            raise KernelError(f"{type(e).__name__} has no value: {e}")


def expectation(body: Expr, model: Model, at: Mapping[Expr, int]) -> Number:
    """The mean of `body` over its random entries, by Gauss-Hermite quadrature in every entry."""
    entries: dict[Entry, None] = {}
    value = _in_random_entries(body, model, at, entries)
    if not callable(value):
        return value
    # n nodes are exact for polynomials of degree up to 2 n - 1.
    rule = num.normal_nodes(EXPONENTIAL_NODES if body.has(sp.exp) else degree(body, model.random) // 2 + 1)
    total: Number = Fraction(0)
    for draw in itertools.product(rule, repeat=len(entries)):
        weight = _fold(num.multiply, Fraction(1), (w for _, w in draw))
        nodes = dict(zip(entries, (node for node, _ in draw), strict=True))
        total = num.add(total, num.multiply(weight, value(nodes)))
    return total


Entry = tuple[str, tuple[int, ...]]
Function = Callable[[Mapping[Entry, Number]], Number]


def _in_random_entries(
    e: Expr, model: Model, at: Mapping[Expr, int], entries: dict[Entry, None]
) -> Number | Function:
    """The value of `e` as a function of its random entries, which are noted; a number if it has none."""
    if not names(e) & set(model.random):
        return evaluate(e, model, at)

    def inner(x: Expr, more: Mapping[Expr, int] | None = None) -> Number | Function:
        return _in_random_entries(x, model, {**at, **(more or {})}, entries)

    match e:
        case sp.Indexed():
            entry = (tensor_name(e), tuple(at[i] for i in e.indices))
            entries[entry] = None
            return lambda nodes: nodes[entry]
        case sp.Add():
            return _combined(num.add, [inner(a) for a in e.args])
        case sp.Mul():
            return _combined(num.multiply, [inner(a) for a in e.args])
        case sp.Sum():
            return _combined(num.add, [inner(e.function, v) for v in model.assignments(list(binders(e)))])
        case sp.exp():
            exponent = inner(e.args[0])
            return lambda nodes: num.context.exp(num.approximate(exponent(nodes)))
        case sp.Pow():
            base, n = inner(e.base), int(e.exp)
            return lambda nodes: base(nodes) ** n
        case _:
            raise KernelError(f"expectation of {type(e).__name__}")


def _combined(operation: Any, parts: list[Number | Function]) -> Function:
    """The sum or product of numbers and functions, the numbers taken together first."""
    functions = [p for p in parts if callable(p)]
    numbers = [p for p in parts if not callable(p)]
    if not numbers:
        first, *others = functions
        return lambda nodes: _fold(operation, first(nodes), (f(nodes) for f in others))
    constant = _fold(operation, numbers[0], iter(numbers[1:]))
    return lambda nodes: _fold(operation, constant, (f(nodes) for f in functions))


def degree(e: Expr, random: Collection[str]) -> int:
    """The degree of a polynomial term in the entries of the random tensors, or more."""
    match e:
        case sp.Indexed():
            return int(tensor_name(e) in random)
        case sp.Mul():
            return sum(degree(a, random) for a in e.args)
        case sp.Pow():
            return degree(e.base, random) * int(e.exp)
        case sp.Sum():
            return degree(e.function, random)
        case _:
            return max((degree(a, random) for a in e.args), default=0)


def _fold(operation: Any, start: Number, values: Iterator[Number]) -> Number:
    for value in values:
        start = operation(start, value)
    return start
