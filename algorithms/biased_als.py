"""Biases and factors together, by alternating ridge regressions.

Statement.   Minimize the objective of `rating_model` over (b, Q) for fixed (c, P), then over (c, P), and so
             on. With (c, P) fixed, user i's part is a ridge regression of M_ix - m - c_x on the vector
             (1, p_x), and its coefficients are (b_i, q_i): a bias is the factor of a constant. Each half-step
             is exact, so the objective never rises.
Notation.    As in `rating_model`.
Assumptions. lambda > 0. A row without entries gets bias and factors zero, the minimizer of its penalty.
Source.      Koren, Bell and Volinsky, IEEE Computer 42(8), 2009; Zhou et al., AAIM 2008.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from jaxtyping import Float

from algorithms.errors import InputError
from algorithms.matrix_factorization import Factors, RowGroup, group_rows, ridge_rows
from algorithms.rating_fit import RatingFit, drive
from algorithms.rating_model import Penalty, RatingModel, random_model
from algorithms.ratings import Ratings

# Rows that are moved together.
ROWS_AT_ONCE = 1 << 13


def fit(
    train: Ratings,
    validation: Ratings | None,
    *,
    n_factors: int,
    penalty: Penalty,
    rng: np.random.Generator,
    max_steps: int = 30,
    patience: int = 3,
    on_iteration: Callable[[int, int], None] | None = None,
) -> RatingFit:
    """Fit mean, biases and `n_factors` factors to `train`, stopping early on `validation` if that is given.

    Raises InputError for a regularization of 0, counts below one, or no ratings.
    """
    if penalty.regularization == 0:
        raise InputError("expected a regularization above 0, got 0; without it a row has no unique fit")
    by_user = group_rows(train.users, train.items, train.values)
    by_item = group_rows(train.items, train.users, train.values)
    return drive(
        train,
        validation,
        random_model(train, n_factors, rng),
        lambda model: step(by_user, by_item, model, penalty),
        penalty=penalty,
        max_steps=max_steps,
        patience=patience,
        on_iteration=on_iteration,
    )


def step(
    by_user: tuple[RowGroup, ...], by_item: tuple[RowGroup, ...], model: RatingModel, penalty: Penalty
) -> RatingModel:
    """One iteration: the best (b, Q) for the present (c, P), then the best (c, P) for those."""
    P, (n_users, n_items) = model.factors.item_factors, (len(model.user_biases), len(model.item_biases))
    extended = np.column_stack([np.ones(n_items), P])
    users = half_step(by_user, model.mean + model.item_biases, extended, n_users, penalty)
    b = users[:, 0].copy()
    users[:, 0] = 1.0  # extended in their turn, in the memory they have
    items = half_step(by_item, model.mean + b, users, n_items, penalty)
    factors = Factors(_without_first_column(users), items[:, 1:].copy())
    return replace(model, user_biases=b, item_biases=items[:, 0].copy(), factors=factors)


def _without_first_column(table: Float[np.ndarray, "m k_plus_1"]) -> Float[np.ndarray, "m k"]:
    """The other columns, contiguous, in the memory of `table`, which is lost: row after row moves up."""
    m, width = table.shape
    flat, k = table.reshape(-1), width - 1
    for begin in range(0, m, ROWS_AT_ONCE):
        rows = table[begin : begin + ROWS_AT_ONCE, 1:].ravel()
        flat[begin * k : begin * k + len(rows)] = rows
    return flat[: m * k].reshape(m, k)


def half_step(
    groups: tuple[RowGroup, ...],
    known: Float[np.ndarray, " m"],
    extended: Float[np.ndarray, "m k_plus_1"],
    n_rows: int,
    penalty: Penalty,
) -> Float[np.ndarray, "n_rows k_plus_1"]:
    """(bias, factors) of every row for ratings less what is `known` of each column.

    `extended` are the factors of the columns after a column of ones.
    """
    result = np.zeros((n_rows, extended.shape[1]))
    for group in groups:
        length = group.columns.shape[1]
        values = group.values
        values -= known[group.columns]
        alone = RowGroup(
            rows=np.arange(len(group.rows), dtype=np.int32),
            columns=group.columns,
            entries=np.arange(values.size, dtype=np.int32).reshape(values.shape),
            entry_values=values.ravel(),
        )
        strength = penalty.regularization * (length if penalty.by_count else 1)
        result[group.rows] = ridge_rows((alone,), extended, len(group.rows), strength)
    return result
