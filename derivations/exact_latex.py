"""LaTeX of exact arrays: fractions, columns, matrices, and families member by member."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from derivations.enumeration import FractionArray, Variable

Exact = NDArray[Any] | Fraction | int
"""An array of exact numbers, or one of them."""


def number(value: object) -> str:
    """An exact number; fractions are set small, as in running text."""
    fraction = Fraction(str(value))
    if fraction.denominator == 1:
        return str(fraction.numerator)
    sign = "-" if fraction < 0 else ""
    return rf"{sign}\tfrac{{{abs(fraction.numerator)}}}{{{fraction.denominator}}}"


def array(value: Exact) -> str:
    """A scalar, column vector or matrix; a 1 x 1 matrix is shown as the number it holds."""
    entries = np.asarray(value, dtype=object)
    if entries.size == 1:
        return number(entries.item())
    rows = entries.reshape(len(entries), -1)
    body = r" \\ ".join(" & ".join(number(entry) for entry in row) for row in rows)
    return rf"\begin{{pmatrix}} {body} \end{{pmatrix}}"


def equation(left: str, relation: str, value: Exact) -> str:
    """`left relation value`."""
    return f"{left} {relation} {array(value)}"


def variable(definition: Variable, value: FractionArray) -> str:
    r"""A variable with its value; a family as `\mu_1 = 0, \; \mu_2 = 1`."""
    if not definition.is_family:
        return equation(definition.symbol, "=", value)
    members = (
        equation(f"{definition.symbol}_{{{k}}}", "=", member) for k, member in enumerate(value, start=1)
    )
    return r",\; ".join(members)
