"""Exact numbers where possible, 50 digits where not.

A value is a Fraction as long as only rationals meet; `I`, `exp` and Gauss-Hermite nodes make it a
50-digit mpmath number. Two Fractions are equal if they are equal; other values are called equal if they
differ by less than 1e-20 of their size. That is above the rounding (about 1e-46) and the quadrature
error (below 5e-21, see `evaluation`), and far below any difference between small rational models.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Any

import mpmath

DIGITS = 50
TOLERANCE = mpmath.mpf(10) ** -20
Number = Any
"""A Fraction, or a real or complex mpmath number."""

context = mpmath.MPContext()
context.dps = DIGITS


def approximate(x: Number) -> Number:
    """The 50-digit value of a number."""
    return context.mpf(x.numerator) / x.denominator if isinstance(x, Fraction) else x


def add(x: Number, y: Number) -> Number:
    """x + y, exact if both are."""
    exact = isinstance(x, Fraction) and isinstance(y, Fraction)
    return x + y if exact else approximate(x) + approximate(y)


def multiply(x: Number, y: Number) -> Number:
    """x * y, exact if both are."""
    exact = isinstance(x, Fraction) and isinstance(y, Fraction)
    return x * y if exact else approximate(x) * approximate(y)


def equal(x: Number, y: Number) -> bool:
    """Whether two values are equal: exactly for Fractions, else to 1e-20 of their size."""
    if isinstance(x, Fraction) and isinstance(y, Fraction):
        return x == y
    a, b = approximate(x), approximate(y)
    return bool(abs(a - b) <= TOLERANCE * (1 + abs(a) + abs(b)))


@cache
def normal_nodes(n: int) -> tuple[tuple[Number, Number], ...]:
    """Nodes and weights of the n-point Gauss-Hermite rule for the standard normal law.

    Exact for polynomials of degree up to 2 n - 1 (Abramowitz and Stegun 25.4.46, with the weight
    exp(-x^2/2) / sqrt(2 pi)); the nodes are the zeros of the Hermite polynomial He_n, found by
    Newton's method from the double-precision ones. Up to two nodes everything is rational.
    """
    if n == 1:
        return ((Fraction(0), Fraction(1)),)
    if n == 2:
        return ((Fraction(-1), Fraction(1, 2)), (Fraction(1), Fraction(1, 2)))
    from numpy.polynomial.hermite_e import hermegauss

    found = []
    for start in hermegauss(n)[0]:
        x = context.mpf(float(start))
        for _ in range(8):
            below, here = _hermite(n, x)
            x = x - here / (n * below)
        below, _ = _hermite(n, x)
        found.append((x, context.factorial(n - 1) / (n * below**2)))
    return tuple(found)


def _hermite(n: int, x: Number) -> tuple[Number, Number]:
    """He_{n-1}(x) and He_n(x) by the three-term recurrence."""
    previous, current = context.mpf(1), x
    for k in range(1, n):
        previous, current = current, x * current - k * previous
    return previous, current
