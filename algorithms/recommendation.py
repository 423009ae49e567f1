"""Does the factorization predict held-out ratings better than a mean? The honest comparison.

Statement.   All predictors see the training ratings only and are judged by the root mean squared error
             (RMSE) on the same test ratings: user mean, item mean, and user mean plus q_i . p_x.
Assumptions. Test ratings are drawn at random from all ratings. The difference of two mean squared errors has
             a standard error, taken over the test ratings; a difference below two of them shows nothing.
Defaults.    Chosen on the bundled ratings over 20 splits: fewer factors and more regularization than for a
             large matrix. No choice beat the user mean there; weaker regularization is clearly worse.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float

from algorithms import matrix_factorization
from algorithms.errors import InputError
from algorithms.ratings import (
    Ratings,
    Split,
    cold_start_filter,
    item_means,
    remove_user_means,
    split,
    user_means,
)


@dataclass(frozen=True, eq=False)
class Recommendation:
    """A factorization, the split it was judged on, and the test RMSE of it and of two baselines.

    `gain_over_user_mean` is the drop in mean squared test error that the factors bring over the user mean
    alone, and `gain_standard_error` its standard error.
    """

    filtered: Ratings
    parts: Split
    fit: matrix_factorization.FactorizationFit
    rmse_factorization: float
    rmse_user_mean: float
    rmse_item_mean: float
    gain_over_user_mean: float
    gain_standard_error: float


def evaluate(
    ratings: Ratings,
    *,
    rng: np.random.Generator,
    min_entries: int = 3,
    n_validation: int = 100,
    n_test: int = 100,
    n_factors: int = 2,
    regularization: float = 3.0,
    init: Literal["random", "svd"] = "random",
    max_steps: int = 100,
    patience: int = 5,
    on_iteration: Callable[[int, int], None] | None = None,
) -> Recommendation:
    """Filter, split, remove user means, factorize, and compare on the test ratings.

    Raises InputError when nothing survives the cold-start filter, too few ratings are left to split, or a
    parameter is out of range; at least two test ratings are needed for a standard error.
    """
    if n_test < 2:
        raise InputError(f"expected at least 2 test ratings, got {n_test}; hold out more")
    filtered = cold_start_filter(ratings, min_entries)
    parts = split(filtered, n_validation, n_test, rng)
    centered = remove_user_means(parts)
    fit = matrix_factorization.fit(
        centered.train,
        centered.validation,
        n_factors=n_factors,
        regularization=regularization,
        rng=rng,
        init=init,
        max_steps=max_steps,
        patience=patience,
        on_iteration=on_iteration,
    )
    test = parts.test
    by_user = user_mean_baseline(parts.train, test)
    by_factors = by_user + fit.factors.predict(test)
    gains = (test.values - by_user) ** 2 - (test.values - by_factors) ** 2
    return Recommendation(
        filtered=filtered,
        parts=parts,
        fit=fit,
        rmse_factorization=rmse(by_factors, test),
        rmse_user_mean=rmse(by_user, test),
        rmse_item_mean=rmse(item_mean_baseline(parts.train, test), test),
        gain_over_user_mean=float(gains.mean()),
        gain_standard_error=float(gains.std(ddof=1) / np.sqrt(len(gains))),
    )


def user_mean_baseline(train: Ratings, ratings: Ratings) -> Float[np.ndarray, " n"]:
    """Predict each rating by its user's training mean, or the mean of all if there is none."""
    return np.asarray(user_means(train)[ratings.users])


def item_mean_baseline(train: Ratings, ratings: Ratings) -> Float[np.ndarray, " n"]:
    """Predict each rating by its item's training mean, or the mean of all if there is none."""
    return np.asarray(item_means(train)[ratings.items])


def rmse(predictions: Float[np.ndarray, " n"], ratings: Ratings) -> float:
    """The root mean squared error of `predictions`, in units of the rating."""
    return float(np.sqrt(np.mean((ratings.values - predictions) ** 2)))
