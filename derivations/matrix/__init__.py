"""Matrix notation: what theorem files are written in, what is printed, and what is checked.

    sum_over(k, pi[k] * (Sigma[k] + mu[k] @ mu[k].T)) - m @ m.T

`lowered` gives the kernel's term for the entry at row i and column j, `latex` the formula.
"""

from derivations.matrix.base import Index, Matrix
from derivations.matrix.lowering import COLUMN, ROW, lowered, tensors
from derivations.matrix.operations import (
    Coordinate,
    Exp,
    Expectation,
    Named,
    ProductOver,
    SquaredNorm,
    SumOver,
    Trace,
)
from derivations.matrix.symbols import Identity, Imaginary, SizeOf, Tensor, Zero

__all__ = [
    "COLUMN",
    "ROW",
    "Coordinate",
    "Exp",
    "Expectation",
    "Identity",
    "Imaginary",
    "Index",
    "Matrix",
    "Named",
    "ProductOver",
    "SizeOf",
    "SquaredNorm",
    "SumOver",
    "Tensor",
    "Trace",
    "Zero",
    "lowered",
    "tensors",
]
