"""LaTeX of exact arrays: fractions, columns, matrices, and families member by member."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from derivations.enumeration import FractionArray, Variable


def number(value: object) -> str:
    """An exact number; fractions are set small, as in running text."""
    fraction = Fraction(str(value))
    if fraction.denominator == 1:
        return str(fraction.numerator)
    sign = "-" if fraction < 0 else ""
    return rf"{sign}\tfrac{{{abs(fraction.numerator)}}}{{{fraction.denominator}}}"


def array(value: FractionArray) -> str:
    """A scalar, column vector or matrix; a 1 x 1 matrix is shown as the number it holds."""
    value = np.asarray(value, dtype=object)
    if value.size == 1:
        return number(value.item())
    rows = value.reshape(len(value), -1)
    body = r" \\ ".join(" & ".join(number(entry) for entry in row) for row in rows)
    return rf"\begin{{pmatrix}} {body} \end{{pmatrix}}"


def equation(left: str, relation: str, value: FractionArray) -> str:
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
