"""The words of the language in which theorem files are written."""

from __future__ import annotations

from derivations.matrix import Coordinate, Exp, Expectation, Index, Log, Matrix, Named, Ratio, SumOver
from derivations.matrix.base import Operand, as_matrix


def sum_over(*over: Index | Matrix) -> Matrix:
    """sum_over(k, l, body): the sum of the body over the indices."""
    *indices, body = over
    assert isinstance(body, Matrix)
    for index in reversed(indices):
        assert isinstance(index, Index)
        body = SumOver(index, body)
    return body


def E(body: Matrix) -> Matrix:
    """The expectation over the random vectors in the body."""
    return Expectation(body)


def exp(body: Matrix) -> Matrix:
    """The exponential of a scalar."""
    return Exp(body)


def log(body: Matrix) -> Matrix:
    """The logarithm of a positive scalar."""
    return Log(body)


def ratio(over: Operand, under: Operand) -> Matrix:
    """A scalar divided by a positive one."""
    return Ratio(as_matrix(over), as_matrix(under))


def named(latex: str, body: Matrix) -> Matrix:
    """An abbreviation for `body`."""
    return Named(latex, body)


def coordinate(vector: Matrix, index: Index) -> Matrix:
    """An entry of a vector."""
    return Coordinate(vector, index)
