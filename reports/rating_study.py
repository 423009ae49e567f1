"""How well a file of ratings can be predicted: cross-validation, and the choice of k and lambda.

The cross-validation uses settings fixed beforehand, `cross_validation.recommended`, so nothing about the
held-out ratings has been looked at. The choice is made on validation ratings of a split of its own; its
winner is judged on test ratings that neither the fits nor the choice have seen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from algorithms import cross_validation, rating_selection
from algorithms.cross_validation import N_STEPS, CrossValidation, recommended
from algorithms.rating_model import Predictor, rmse
from algorithms.rating_selection import Selection
from algorithms.ratings import Ratings, split, user_means

NUMBERS_OF_FACTORS = (2, 10, 20, 40)
REGULARIZATIONS = (0.03, 0.06, 0.12, 0.25, 0.5)
# Of all ratings, each of the validation and the test part of the choice takes one in this many.
HELD_OUT_ONE_IN = 10

OnProgress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class MeansOfUsers:
    """Predicts every rating by the mean of its user's training ratings: what factors have to beat."""

    means: Float[np.ndarray, " n_users"]

    def predict(self, ratings: Ratings) -> Float[np.ndarray, " n"]:
        """One mean an entry."""
        return np.asarray(self.means[ratings.users])


@dataclass(frozen=True)
class Evaluation:
    """Root mean squared errors of each fold, by factors and biases and by the users' means alone."""

    model: CrossValidation
    user_means: CrossValidation


@dataclass(frozen=True)
class Choice:
    """Every pair tried, and the root mean squared error of the best one on the test ratings."""

    selection: Selection
    n_train: int
    n_validation: int
    n_test: int
    test_error: float


def evaluate(ratings: Ratings, *, n_folds: int, seed: int, on_progress: OnProgress) -> Evaluation:
    """Cross-validate; the folds and all starts follow from `seed`. InputError for a bad number of folds."""
    done, rng = 0, np.random.default_rng(seed)

    def fit(train: Ratings) -> Predictor:
        nonlocal done
        before = done
        done += N_STEPS
        return recommended(
            train,
            rng,
            on_iteration=lambda step, _: on_progress("cross-validating", before + step, n_folds * N_STEPS),
        )

    # The generator that deals the folds is the same for both, so the folds are.
    model = cross_validation.cross_validate(
        ratings, fit, rng=np.random.default_rng([seed, 1]), n_folds=n_folds
    )
    means = cross_validation.cross_validate(
        ratings,
        lambda train: MeansOfUsers(user_means(train)),
        rng=np.random.default_rng([seed, 1]),
        n_folds=n_folds,
    )
    return Evaluation(model, means)


def choose(ratings: Ratings, *, seed: int, on_progress: OnProgress) -> Choice:
    """Try every pair of the grid. Raises InputError when there are too few ratings to hold any out."""
    held_out = max(1, len(ratings) // HELD_OUT_ONE_IN)
    parts = split(ratings, held_out, held_out, np.random.default_rng([seed, 2]))

    def fit(n_factors: int, regularization: float) -> Predictor:
        # The same start for all with as many factors: pairs differ in what is compared, not by chance.
        rng = np.random.default_rng([seed, 3])
        return recommended(parts.train, rng, n_factors=n_factors, regularization=regularization)

    selection = rating_selection.select(
        parts.train,
        parts.validation,
        fit,
        NUMBERS_OF_FACTORS,
        REGULARIZATIONS,
        on_iteration=lambda done, of: on_progress("choosing k and lambda", done, of),
    )
    best = fit(selection.best.n_factors, selection.best.regularization)
    return Choice(selection, len(parts.train), len(parts.validation), len(parts.test), rmse(best, parts.test))
