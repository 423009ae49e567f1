"""Matrix factorization of one set of ratings, from the raw entries to an honest comparison.

Cold-start filter, split, user means removed, alternating optimization with early stopping for each of a few
regularizations. The validation entries choose both the iteration and the regularization; the test entries are
looked at once, at the end, beside two baselines that need no factors: the user's and the item's mean training
rating.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from algorithms import matrix_factorization
from algorithms.matrix_factorization import FactorizationFit
from algorithms.ratings import CenteredSplit, Ratings, cold_start_filter, item_means, remove_user_means, split

N_FACTORS = 5
REGULARIZATIONS = (0.3, 1.0, 3.0, 10.0)
PATIENCE = 10
MAX_STEPS = 100
# Held out for validation and for test, each: a fifth of the ratings, within these limits. Fewer than 20 say
# nothing about an error, more than 200 (the homework's number) are not needed.
FEWEST_HELD_OUT, MOST_HELD_OUT = 20, 200


@dataclass(frozen=True)
class Shape:
    """How many ratings, by how many users, of how many items."""

    n_ratings: int
    n_users: int
    n_items: int


@dataclass(frozen=True)
class Rival:
    """A way to predict, its root mean squared error on the test entries and the standard error of that.

    Both are in units of the ratings.
    """

    name: str
    rmse: float
    error: float


@dataclass(frozen=True)
class FactorizationStudy:
    """What was given, what was kept, what was fitted, how well it predicts.

    `fits` has one fit for each of REGULARIZATIONS; `chosen` is the index of the one with the least validation
    loss. `advantage` is the mean over the test entries of the squared error of the user means less that of
    the factorization, `advantage_error` its standard error: within two of them, the two are not told apart.
    """

    given: Shape
    kept: Shape
    cold_start: int
    n_train: int
    n_validation: int
    n_test: int
    scale: tuple[float, float]
    fits: tuple[FactorizationFit, ...]
    chosen: int
    factorization: Rival
    user_mean: Rival
    item_mean: Rival
    advantage: float
    advantage_error: float
    n_constant_users: int

    @property
    def fit(self) -> FactorizationFit:
        """The chosen fit."""
        return self.fits[self.chosen]

    @property
    def regularization(self) -> float:
        """The chosen regularization."""
        return REGULARIZATIONS[self.chosen]


def study(
    ratings: Ratings,
    *,
    cold_start: int,
    rng: np.random.Generator,
    on_iteration: Callable[[int, int], None] | None = None,
) -> FactorizationStudy:
    """Factorize `ratings` after dropping users and items with `cold_start` ratings or fewer.

    Raises InputError if too few ratings are left.
    """
    kept = cold_start_filter(ratings, cold_start)
    held_out = min(max(FEWEST_HELD_OUT, len(kept) // 5), MOST_HELD_OUT)
    parts = split(kept, held_out, held_out, rng)
    centered = remove_user_means(parts)
    fits = tuple(
        matrix_factorization.fit(
            centered.train,
            centered.validation,
            n_factors=N_FACTORS,
            regularization=regularization,
            rng=rng,
            max_steps=MAX_STEPS,
            patience=PATIENCE,
            on_iteration=_one_of(on_iteration, number),
        )
        for number, regularization in enumerate(REGULARIZATIONS)
    )
    chosen = int(np.argmin([fit.validation_trace[fit.best_iteration] for fit in fits]))
    test = centered.test
    factor_errors = test.values - fits[chosen].factors.predict(test)
    user_errors = test.values  # the user means are removed already
    item_errors = parts.test.values - item_means(parts.train)[parts.test.items]
    gains = user_errors**2 - factor_errors**2
    return FactorizationStudy(
        given=Shape(len(ratings), ratings.n_users, ratings.n_items),
        kept=Shape(len(kept), kept.n_users, kept.n_items),
        cold_start=cold_start,
        n_train=len(parts.train),
        n_validation=len(parts.validation),
        n_test=len(parts.test),
        scale=(float(ratings.values.min()), float(ratings.values.max())),
        fits=fits,
        chosen=chosen,
        factorization=_rival("matrix factorization", factor_errors),
        user_mean=_rival("mean rating of the user", user_errors),
        item_mean=_rival("mean rating of the item", item_errors),
        advantage=float(gains.mean()),
        advantage_error=float(gains.std(ddof=1)) / math.sqrt(len(gains)),
        n_constant_users=_n_constant_users(centered),
    )


def _one_of(
    on_iteration: Callable[[int, int], None] | None, number: int
) -> Callable[[int, int], None] | None:
    """Progress of one fit as its part of all fits."""
    if on_iteration is None:
        return None

    def update(done: int, at_most: int) -> None:
        on_iteration(number * at_most + done, len(REGULARIZATIONS) * at_most)

    return update


def _rival(name: str, errors: Float[np.ndarray, " n"]) -> Rival:
    squared = errors**2
    rmse = math.sqrt(float(squared.mean()))
    # The root has the slope 1 / (2 root), by which it passes on the standard error of the mean square.
    error = float(squared.std(ddof=1)) / math.sqrt(len(squared)) / (2 * rmse) if rmse else 0.0
    return Rival(name, rmse, error)


def _n_constant_users(centered: CenteredSplit) -> int:
    """Users whose training ratings are all equal: zeros after centering, which must stay observed entries."""
    train = centered.train
    differs = np.bincount(train.users, weights=train.values != 0, minlength=train.n_users)
    rated = np.bincount(train.users, minlength=train.n_users)
    return int(np.sum((rated > 0) & (differs == 0)))
