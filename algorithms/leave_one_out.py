"""Each rating of a row predicted from the row's other ratings, without a single refit.

Statement.   With F the factors of a row's items, A = F F^T + lambda and H = A^-1 F F^T, the ridge regression
             of targets t on F without entry j predicts t_j - (t_j - (H t)_j) / (1 - H_jj) for it.
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

from algorithms.matrix_factorization import group_rows
from algorithms.ratings import Ratings


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
    """
    result = np.empty(len(ratings))
    # The position of an entry travels in place of its value: groups then tell where each result belongs.
    for group in group_rows(ratings.users, ratings.items, np.arange(len(ratings), dtype=np.float64)):
        for columns, positions in zip(group.columns, group.values.astype(np.intp), strict=True):
            row = ratings.values[positions]
            result[positions] = _row(row, item_factors[columns], regularization, remove_means, lonely)
    return result


def _row(
    row: Float[np.ndarray, " n"],
    F: Float[np.ndarray, "n k"],
    regularization: float,
    remove_means: bool,
    lonely: float,
) -> Float[np.ndarray, " n"]:
    if not remove_means:
        return _left_out(row[:, None], F, regularization)[:, 0]
    if len(row) == 1:
        return np.array([lonely])
    offsets = row - row.mean()
    shifts = offsets / (len(row) - 1)
    left_out = _left_out(np.stack([offsets, np.ones(len(row))], axis=1), F, regularization)
    return np.asarray(row.mean() - shifts + left_out[:, 0] + shifts * left_out[:, 1])


def _left_out(
    targets: Float[np.ndarray, "n m"], F: Float[np.ndarray, "n k"], regularization: float
) -> Float[np.ndarray, "n m"]:
    solution = np.linalg.solve(F.T @ F + regularization * np.eye(F.shape[1]), F.T)
    leverages = np.einsum("nk,kn->n", F, solution)
    return np.asarray(targets - (targets - F @ (solution @ targets)) / (1 - leverages)[:, None])
