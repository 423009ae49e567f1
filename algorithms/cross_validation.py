"""How well ratings are predicted: every rating is held out once.

Statement.   The ratings are dealt into folds of equal size; for each fold a model is fitted to the others
             and its root mean squared error (RMSE) on the fold is taken.
Assumptions. A user or item whose ratings all fall into one fold is unknown to that fold's model, which then
             predicts from what is left: the mean and the other's bias.
Figures.     On MovieLens 100K (943 users, 1,682 items, 100,000 ratings), which is not bundled, `recommended`
             has an RMSE of 0.913 in 5 folds (0.9126 and 0.9137 for two seeds); the published figure for
             stochastic descent on biases and 100 factors is 0.934 (Hug, "Surprise", Journal of Open Source
             Software 5(52), 2020).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from numbers import Integral

import numpy as np

from algorithms import biased_als
from algorithms.errors import InputError
from algorithms.rating_fit import RatingFit
from algorithms.rating_model import Penalty, Predictor, rmse
from algorithms.ratings import Ratings
from algorithms.samples import check_rng

# Steps of `recommended`; further ones change little.
N_STEPS = 15


@dataclass(frozen=True)
class CrossValidation:
    """The RMSE of each fold."""

    errors: tuple[float, ...]

    @property
    def mean(self) -> float:
        """The average over the folds."""
        return float(np.mean(self.errors))

    @property
    def spread(self) -> float:
        """The standard deviation over the folds, with n - 1 in the denominator."""
        return float(np.std(self.errors, ddof=1))


def folds(ratings: Ratings, n_folds: int, rng: np.random.Generator) -> Iterator[tuple[Ratings, Ratings]]:
    """(the others, the fold) for each fold, copied when its turn comes; sizes differ by at most one.

    InputError below two folds.
    """
    if not (isinstance(n_folds, Integral) and 2 <= n_folds <= len(ratings)):
        raise InputError(
            f"expected from 2 folds to one for each of the {len(ratings)} ratings, got {n_folds}; "
            "choose another number or bring more ratings"
        )
    check_rng(rng)
    fold_of = rng.permutation(len(ratings)) % n_folds
    return ((ratings.subset(fold_of != fold), ratings.subset(fold_of == fold)) for fold in range(n_folds))


def cross_validate(
    ratings: Ratings,
    fit: Callable[[Ratings], Predictor],
    *,
    rng: np.random.Generator,
    n_folds: int = 5,
    on_iteration: Callable[[int, int], None] | None = None,
) -> CrossValidation:
    """Fit to all folds but one, predict that one, in turn; `on_iteration(done, n_folds)` follows each."""
    errors: list[float] = []
    for train, test in folds(ratings, n_folds, rng):
        errors.append(rmse(fit(train), test))
        del train, test  # before the next ones are copied
        if on_iteration is not None:
            on_iteration(len(errors), n_folds)
    return CrossValidation(tuple(errors))


def recommended(
    train: Ratings,
    rng: np.random.Generator,
    *,
    n_factors: int = 20,
    regularization: float = 0.12,
    on_iteration: Callable[[int, int], None] | None = None,
) -> RatingFit:
    """Biases and factors by alternating regressions, with settings that suit ratings such as MovieLens's.

    The number of steps is fixed, so that no rating has to be kept back for stopping early;
    `on_iteration(done, N_STEPS)` follows each.
    """
    return biased_als.fit(
        train,
        None,
        n_factors=n_factors,
        penalty=Penalty(regularization, by_count=True),
        rng=rng,
        max_steps=N_STEPS,
        on_iteration=on_iteration,
    )
