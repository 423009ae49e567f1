"""Each rating of a row predicted from the row's other ratings, without a single refit.

Statement.   With F the factors of a row's items, A = F F^T + lambda and H = A^-1 F F^T, the ridge regression
             of targets t on F without entry j predicts t_j - (t_j - (H t)_j) / (1 - H_jj) for it. With
             G = F F^T + lambda that is t_j - (G^-1 t)_j / (G^-1)_jj. The second form serves rows with no
             more entries than factors: there H_jj may be so near to 1 that the first loses its digits.
             If the row's mean m is removed first, leaving out r_j moves the mean to m - c, with
             c = (r_j - m) / (n - 1), and adds c to every other target. The regression is linear in its
             targets, so its prediction is that for t = r - m plus c times that for t = 1.
Assumptions. lambda > 0, so H_jj < 1. The item factors are given: they must not have seen these ratings, or
             must be fitted to so many others that these do not matter.
Source.      Hastie, Tibshirani and Friedman, "The Elements of Statistical Learning", 7.10, eq. 7.52.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from algorithms.errors import InputError
from algorithms.matrix_factorization import NUMBERS_AT_ONCE, group_rows
from algorithms.ratings import Ratings
from algorithms.samples import as_numbers, check_positive


def predictions(
    ratings: Ratings,
    item_factors: Float[np.ndarray, "n_items k"],
    regularization: float,
    *,
    remove_means: bool,
    lonely: float,
) -> Float[np.ndarray, " n"]:
    """The prediction of every entry from its user's other entries.

    With `remove_means` the user's mean (over those other entries) is subtracted first and added back. A
    user's only entry is predicted as `lonely` then, and as 0 otherwise, the regression's answer to no data.
    Raises InputError unless the regularization is above 0 and every item has as many finite factors; and
    where the regularization is so small that a regression has no unique answer in float64.
    """
    check_positive(regularization, "regularization")
    item_factors = as_numbers(item_factors, "item factors")
    if item_factors.ndim != 2 or len(item_factors) != ratings.n_items or item_factors.size == 0:
        raise InputError(
            f"expected item factors of shape ({ratings.n_items}, k), got {item_factors.shape}; "
            "take those fitted to ratings of the same items"
        )
    result, k = np.empty(len(ratings)), item_factors.shape[1]
    # The position of an entry travels in place of its value: groups then tell where each result belongs.
    for group in group_rows(ratings.users, ratings.items, np.arange(len(ratings), dtype=np.float64)):
        size = max(1, NUMBERS_AT_ONCE // (max(group.columns.shape[1], k) * k))
        for begin in range(0, len(group.rows), size):
            positions = group.values[begin : begin + size].astype(np.intp)
            F = item_factors[group.columns[begin : begin + size]]
            rows = ratings.values[positions]
            result[positions] = _rows(rows, F, regularization, remove_means, lonely)
    return result


def _rows(
    rows: Float[np.ndarray, "m n"],
    F: Float[np.ndarray, "m n k"],
    regularization: float,
    remove_means: bool,
    lonely: float,
) -> Float[np.ndarray, "m n"]:
    """The same for users with equally many entries."""
    if not remove_means:
        return _left_out(rows[:, :, None], F, regularization)[:, :, 0]
    n = rows.shape[1]
    if n == 1:
        return np.full(rows.shape, lonely)
    means = rows.mean(axis=1, keepdims=True)
    offsets = rows - means
    shifts = offsets / (n - 1)
    left_out = _left_out(np.stack([offsets, np.ones_like(rows)], axis=2), F, regularization)
    return np.asarray(means - shifts + left_out[:, :, 0] + shifts * left_out[:, :, 1])


def _left_out(
    targets: Float[np.ndarray, "m n c"], F: Float[np.ndarray, "m n k"], regularization: float
) -> Float[np.ndarray, "m n c"]:
    Ft, (n, k) = F.transpose(0, 2, 1), F.shape[1:]
    try:
        if n <= k:
            inverse = np.linalg.inv(F @ Ft + regularization * np.eye(n))
            diagonals = np.diagonal(inverse, axis1=1, axis2=2)
            return np.asarray(targets - inverse @ targets / diagonals[:, :, None])
        solution = np.linalg.solve(Ft @ F + regularization * np.eye(k), Ft)
    except np.linalg.LinAlgError as error:
        raise InputError(
            f"expected regularization that makes each fit unique, got {regularization}; raise it"
        ) from error
    leverages = np.einsum("mnk,mkn->mn", F, solution)
    return np.asarray(targets - (targets - F @ (solution @ targets)) / (1 - leverages)[:, :, None])
