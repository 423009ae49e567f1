"""Limits and recurrences: SymPy decides, exact or numerical evaluation confirms."""

from __future__ import annotations

import itertools

import mpmath
import sympy as sp

from derivations.kernel.rules import NUMBER, PREVIOUS, Recurrence
from derivations.kernel.signature import RESERVED, Signature
from derivations.kernel.terms import Expr, KernelError, entry, size

TRIED = range(1, 7)
"""Values of the number and of the sizes at which a recurrence is confirmed exactly."""
SMALL = mpmath.mpf(10) ** -3
CLOSE = mpmath.mpf(10) ** -12
"""At the variable 1e-3 a term must be this close to its limit; parameters are near 1."""


def check_recurrence(rule: Recurrence, signature: Signature) -> None:
    """Raise KernelError unless closed(1) = first and closed(n + 1) = step(closed(n), n)."""
    scalars = {entry(d.name) for d in signature if not d.slots}
    taken = rule.name in signature or rule.name in signature.sizes or rule.name in RESERVED
    if taken or not rule.name.isidentifier():
        raise KernelError(f"{rule.name} cannot name a sequence")
    known = {size(s) for s in signature.sizes} | scalars | {NUMBER, PREVIOUS}
    for e in (rule.first, rule.step, rule.closed):
        if not e.free_symbols <= known:
            raise KernelError(
                f"a recurrence may mention sizes and scalars only, not {e.free_symbols - known}"
            )
    for e in (rule.first, rule.step, rule.closed):
        _check_rational(e)
    first_gap = rule.closed.xreplace({NUMBER: sp.Integer(1)}) - rule.first
    following = rule.step.xreplace({PREVIOUS: rule.closed})
    step_gap = rule.closed.xreplace({NUMBER: NUMBER + 1}) - following
    for what, gap in (("first member", first_gap), ("step", step_gap)):
        symbols = sorted(gap.free_symbols, key=str)
        for values in itertools.product(TRIED, repeat=len(symbols)):
            if gap.xreplace(dict(zip(symbols, map(sp.Integer, values), strict=True))) != 0:
                at = ", ".join(f"{s} = {v}" for s, v in zip(symbols, values, strict=True))
                raise KernelError(f"the {what} of the recurrence fails at {at}")
        if sp.gammasimp(sp.expand_func(gap)) != 0 and sp.simplify(gap) != 0:
            raise KernelError(f"the {what} of the recurrence does not follow: {gap} is not shown to be zero")


def _check_rational(e: Expr) -> None:
    """Raise KernelError unless `e` is made by arithmetic, whole powers and binomial coefficients."""
    match e:
        case sp.Rational() | sp.Symbol():
            return
        case sp.Add() | sp.Mul() | sp.binomial():
            pass
        case sp.Pow() if e.exp.is_Integer or (e.exp == NUMBER and e.base.is_Symbol):
            pass
        case _:
            raise KernelError(f"{type(e).__name__} in a recurrence: {e}")
    for a in e.args:
        _check_rational(a)


def check_limit(term: Expr, variable: str, value: Expr, signature: Signature) -> None:
    """Raise KernelError unless term -> value as the positive scalar `variable` falls to zero."""
    scalars = sorted(term.free_symbols | value.free_symbols, key=str)
    for s in scalars:
        if s.name not in signature or not signature[s.name].positive or signature[s.name].slots:
            raise KernelError(f"{s} must be a positive scalar in a limit")
    if variable not in {s.name for s in scalars}:
        raise KernelError(f"the term does not depend on {variable}")
    positive = {s: sp.Symbol(s.name, positive=True) for s in scalars}
    symbol = sp.Symbol(variable, positive=True)
    try:
        found = sp.limit(term.xreplace(positive), symbol, 0, "+")
    except Exception as error:  # SymPy raises errors of many kinds where it cannot tell
        raise KernelError(f"SymPy finds no limit: {error}") from error
    if sp.simplify(found - value.xreplace(positive)) != 0:
        raise KernelError(f"SymPy finds the limit {found}, not {value}")
    with mpmath.workdps(40):
        near = {s: SMALL if s.name == variable else mpmath.mpf(1) + n for n, s in enumerate(scalars)}
        at = [near[s] for s in scalars]
        gap = sp.lambdify(scalars, term - value, "mpmath")(*at)
        if not abs(gap) <= CLOSE:
            raise KernelError(f"near the limit the term differs by {mpmath.nstr(gap, 5)}")
