"""The ratings of a compressed sparse matrix as the groups that ridge regressions take, hardly copied.

Once users stand in the order of their numbers of ratings, those with equally many are neighbors, so a group
is a stretch of the matrix's own arrays. Items are sorted alike, for the groups of the other side. What is
held is the sorted matrix (12 bytes a rating) and, by item, where each rating stands in it and whose it is
(8 bytes).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from jaxtyping import Float, Int

from algorithms import matrix_factorization as mf
from algorithms.errors import InputError
from algorithms.ratings import Ratings


@dataclass(frozen=True, eq=False)
class Slab:
    """Neighboring users of a sorted matrix; their groups count both rows and entries from the first on."""

    users: slice
    groups: tuple[mf.RowGroup, ...]


def by_length(ratings: sp.csr_array) -> tuple[Int[np.ndarray, " n_users"], sp.csr_array]:
    """The users in the order of their numbers of ratings, and a copy of the matrix with rows in that order.

    Its indices have 32 bits. InputError where these are too few.
    """
    largest = max(ratings.nnz, *ratings.shape)
    if largest >= mf.MOST_ENTRIES:
        raise InputError(
            f"expected fewer than {mf.MOST_ENTRIES} ratings, users and items, got {largest}; take some"
        )
    order = np.argsort(np.diff(ratings.indptr), kind="stable")
    rows = ratings[order]
    indices, starts = (array.astype(np.int32, copy=False) for array in (rows.indices, rows.indptr))
    return order, sp.csr_array((rows.data, indices, starts), shape=rows.shape)


def with_columns_by_length(ratings: sp.csr_array) -> tuple[Int[np.ndarray, " n_items"], sp.csr_array]:
    """The same for the items; within a row the entries keep their order, and the values are not copied."""
    order = np.argsort(np.bincount(ratings.indices, minlength=ratings.shape[1]), kind="stable")
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order))
    return order, sp.csr_array((ratings.data, rank[ratings.indices], ratings.indptr), shape=ratings.shape)


def slabs(ratings: sp.csr_array) -> tuple[Slab, ...]:
    """The groups of the users of a matrix that `by_length` returned."""
    starts, found = ratings.indptr, []
    stretches = list(_stretches(ratings))
    most = max(starts[users.stop] - starts[users.start] for users in stretches)
    numbers = np.arange(most, dtype=np.int32)  # shared by all slabs, for each counts its entries from 0
    for users in stretches:
        part = slice(starts[users.start], starts[users.stop])
        own = starts[users.start : users.stop + 1] - part.start
        groups = _groups(own, ratings.indices[part], numbers[: own[-1]], ratings.data[part])
        found.append(Slab(users, groups))
    return tuple(found)


def item_groups(ratings: sp.csr_array) -> tuple[mf.RowGroup, ...]:
    """The groups of the items of a matrix that `with_columns_by_length` returned.

    SciPy sorts the numbers of the entries as if they were ratings.
    """
    numbers = np.arange(ratings.nnz, dtype=np.int32)
    columns = sp.csr_array((numbers, ratings.indices, ratings.indptr), shape=ratings.shape).tocsc()
    return _groups(columns.indptr, columns.indices, columns.data, ratings.data)


def ridge_rows(
    parts: tuple[Slab, ...],
    item_factors: Float[np.ndarray, "n_items k"],
    regularization: float,
    order: Int[np.ndarray, " n_users"] | None = None,
) -> Float[np.ndarray, "n_users k"]:
    """The factors of all users, sorted as they are, or as they were before `by_length` returned `order`."""
    result = np.empty((parts[-1].users.stop, item_factors.shape[1]))
    for slab in parts:
        places = slab.users if order is None else order[slab.users]
        n_users = slab.users.stop - slab.users.start
        result[places] = mf.ridge_rows(slab.groups, item_factors, n_users, regularization)
    return result


def in_parts(ratings: sp.csr_array) -> Iterator[Ratings]:
    """All ratings of some users, then of the next: a sum over them needs little memory."""
    ids = [np.broadcast_to(0, size) for size in ratings.shape]
    for rows in _stretches(ratings):
        starts = ratings.indptr[rows.start : rows.stop + 1]
        part = slice(starts[0], starts[-1])
        users = np.repeat(np.arange(rows.start, rows.stop), np.diff(starts))
        yield Ratings(users, ratings.indices[part], ratings.data[part], *ids)


def _stretches(ratings: sp.csr_array) -> Iterator[slice]:
    """Neighboring rows, so many that they and their entries count a few ten thousand, or one longer row."""
    costs, begin = ratings.indptr + np.arange(len(ratings.indptr)), 0
    while begin < ratings.shape[0]:
        end = int(np.searchsorted(costs, costs[begin] + mf.ENTRIES_AT_ONCE, side="right")) - 1
        yield slice(begin, max(begin + 1, end))
        begin = max(begin + 1, end)


def _groups(
    starts: Int[np.ndarray, " m_plus_1"],
    columns: Int[np.ndarray, " n"],
    entries: Int[np.ndarray, " n"],
    values: Float[np.ndarray, " n"],
) -> tuple[mf.RowGroup, ...]:
    """Rows that are sorted by length; row r has the entries, and the columns, starts[r] to starts[r + 1]."""
    lengths, groups = np.diff(starts), []
    for length in np.unique(lengths[lengths > 0]):
        begin, end = np.searchsorted(lengths, [length, length + 1])
        part, shape = slice(starts[begin], starts[end]), (end - begin, length)
        rows = np.arange(begin, end, dtype=np.int32)
        groups.append(mf.RowGroup(rows, columns[part].reshape(shape), entries[part].reshape(shape), values))
    return tuple(groups)
