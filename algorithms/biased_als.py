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
    old = model.factors
    users = half_step(
        by_user, model.mean + model.item_biases, old.item_factors, len(old.user_factors), penalty
    )
    b, Q = users[:, 0], users[:, 1:]
    items = half_step(by_item, model.mean + b, Q, len(old.item_factors), penalty)
    return replace(model, user_biases=b, item_biases=items[:, 0], factors=Factors(Q, items[:, 1:]))


def half_step(
    groups: tuple[RowGroup, ...],
    known: Float[np.ndarray, " m"],
    factors: Float[np.ndarray, "m k"],
    n_rows: int,
    penalty: Penalty,
) -> Float[np.ndarray, "n_rows k_plus_1"]:
    """(bias, factors) of every row for ratings less what is `known` of each column, and its factors."""
    extended = np.ones((len(factors), 1 + factors.shape[1]))
    extended[:, 1:] = factors
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
