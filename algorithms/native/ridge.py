"""The ridge regressions of alternating least squares, and predictions, in C.

Agreement. Both solve the same systems by stable factorizations: solutions differ by about 1e-15 times the
condition of the system, at most (largest eigenvalue + lambda) / lambda. Nothing depends on the number of
threads.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence

import numpy as np
from jaxtyping import Float, Int

from algorithms.native.library import call, pointer, thread_count

OUT_OF_RANGE, SINGULAR = 1, 2  # as in ridge.c
FACTORS_A_STEP = 8  # numbers that a vector holds
# Products of numbers in one call, some tenths of a second: an interrupt is heeded between calls.
PRODUCTS_A_CALL = 1 << 33

# Rows, the columns of their entries, equally many in each row, and where the entries' values stand.
Group = tuple[Int[np.ndarray, "_"], Int[np.ndarray, "_ _"], Int[np.ndarray, "_ _"]]


def ridge_rows(
    groups: Sequence[Group],
    values: Float[np.ndarray, " n"],
    factors: Float[np.ndarray, "m k"],
    n_rows: int,
    regularization: float,
) -> Float[np.ndarray, "n_rows k"] | None:
    """For each row the minimizer of |v - F b|^2 + regularization |b|^2; zero for a row in no group.

    None where some system is singular to rounding, which Cholesky cannot factor. Raises IndexError for a
    row, a column or an entry that does not exist. Indices are copied unless they are of 32 bits.
    """
    (m, k), result = factors.shape, np.zeros((n_rows, factors.shape[1]))
    singular = False
    for some in _in_calls(groups, k):
        table = _Table(some)
        outcome = call(
            "ridge_rows",
            len(some),
            *table.pointers,
            len(values),
            pointer(values, np.float64, len(values)),
            m,
            k,
            pointer(factors, np.float64, m, k),
            float(regularization),
            n_rows,
            pointer(result, np.float64, n_rows, k),
            thread_count(table.n_entries * k * k // FACTORS_A_STEP),
        )
        if outcome == OUT_OF_RANGE:
            raise IndexError("expected rows and columns within the matrix")
        singular |= outcome == SINGULAR
    return None if singular else result


def _in_calls(groups: Sequence[Group], k: int) -> Iterator[list[Group]]:
    """The same rows in groups that are cut so that no call takes long."""
    some: list[Group] = []
    products = 0
    for rows, columns, entries in groups:
        length = columns.shape[1]
        a_row = length * k * min(length, k)
        size = max(1, PRODUCTS_A_CALL // max(1, a_row))
        for begin in range(0, len(rows), size):
            part = slice(begin, begin + size)
            products += len(rows[part]) * a_row
            if some and products > PRODUCTS_A_CALL:
                yield some
                some, products = [], len(rows[part]) * a_row
            some.append((rows[part], columns[part], entries[part]))
    yield some


def predict(
    user_factors: Float[np.ndarray, "n_users k"],
    item_factors: Float[np.ndarray, "n_items k"],
    users: Int[np.ndarray, " n"],
    items: Int[np.ndarray, " n"],
) -> Float[np.ndarray, " n"]:
    """The product of the factors of each pair. Raises IndexError for a user or an item without factors."""
    n, (n_users, k) = len(users), user_factors.shape
    result, n_items = np.empty(n), len(item_factors)
    arrays = [np.ascontiguousarray(index, np.int64) for index in (users, items)]
    factors = [np.ascontiguousarray(factor) for factor in (user_factors, item_factors)]
    wrong = call(
        "predict",
        n,
        *(pointer(index, np.int64, n) for index in arrays),
        n_users,
        n_items,
        k,
        pointer(factors[0], np.float64, n_users, k),
        pointer(factors[1], np.float64, n_items, k),
        pointer(result, np.float64, n),
        thread_count(n * (k // FACTORS_A_STEP + 1)),
    )
    if wrong:
        raise IndexError("expected users and items with factors")
    return result


class _Table:
    """The groups as C wants them: counts, lengths, and the addresses of each group's arrays."""

    def __init__(self, groups: Sequence[Group]) -> None:
        self._arrays = [
            (_indices(rows), _indices(columns), _indices(entries)) for rows, columns, entries in groups
        ]
        shapes = [columns.shape for _, columns, _ in self._arrays]
        self.n_entries = sum(count * length for count, length in shapes)
        addresses = [
            (
                pointer(rows, np.int32, count),
                pointer(columns, np.int32, count, length),
                pointer(entries, np.int32, count, length),
            )
            for (rows, columns, entries), (count, length) in zip(self._arrays, shapes, strict=True)
        ]
        self._shapes = np.array(shapes, np.int64).reshape(-1, 2).T.copy()
        numbers = [[address.value for address in row] for row in addresses]
        self._addresses = np.array(numbers, np.uint64).reshape(-1, 3).T.copy()
        n_groups = len(groups)
        self.pointers: list[ctypes.c_void_p] = [
            *(pointer(row, np.int64, n_groups) for row in self._shapes),
            *(pointer(row, np.uint64, n_groups) for row in self._addresses),
        ]


def _indices(numbers: Int[np.ndarray, "*shape"]) -> Int[np.ndarray, "*shape"]:
    """As C reads them; IndexError for a number that 32 bits cannot hold and that would become another one."""
    if numbers.dtype != np.int32 and numbers.size:
        lowest, highest = numbers.min(), numbers.max()
        if not 0 <= lowest <= highest <= np.iinfo(np.int32).max:
            raise IndexError(
                f"expected rows, columns and entries from 0 to 2^31 - 1, got {lowest} to {highest}"
            )
    return np.ascontiguousarray(numbers, np.int32)
