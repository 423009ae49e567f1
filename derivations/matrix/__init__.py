"""Matrix notation: what theorem files are written in, what is printed, and what is checked.

    sum_over(k, pi[k] * (Sigma[k] + mu[k] @ mu[k].T)) - m @ m.T

`lowered` gives the kernel's term for the entry at row i and column j, `latex` the formula.
"""

from derivations.matrix.base import COLUMN, ROW, Index, Matrix
from derivations.matrix.lowering import lowered, tensors
from derivations.matrix.operations import (
    Column,
    Coordinate,
    Delta,
    Diagonal,
    Exp,
    Expectation,
    Log,
    LogGap,
    Named,
    ProductOver,
    Ratio,
    SquaredNorm,
    SumOver,
    Trace,
)
from derivations.matrix.symbols import Identity, Imaginary, SizeOf, Tensor, Zero

__all__ = [
    "COLUMN",
    "ROW",
    "Column",
    "Coordinate",
    "Delta",
    "Diagonal",
    "Exp",
    "Expectation",
    "Identity",
    "Imaginary",
    "Index",
    "Log",
    "LogGap",
    "Matrix",
    "Named",
    "ProductOver",
    "Ratio",
    "SizeOf",
    "SquaredNorm",
    "SumOver",
    "Tensor",
    "Trace",
    "Zero",
    "lowered",
    "tensors",
]
