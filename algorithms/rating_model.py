"""Ratings predicted from a mean, biases and factors; what every way of fitting them shares.

Statement.   M_ix is predicted by m + b_i + c_x + q_i . p_x, and the model is judged by
             sum_{(i,x) in W} (M_ix - m - b_i - c_x - q_i . p_x)^2
             + lambda (sum_i u_i (|q_i|^2 + b_i^2) + sum_x v_x (|p_x|^2 + c_x^2)).
Notation.    `mean` m, `user_biases` b, `item_biases` c, `user_factors` Q, `item_factors` P^T, W the observed
             entries. The weights u, v are 1, or, if the penalty goes `by_count`, the number of entries in W
             of each user and each item: then the penalty of an entry does not fade as entries gather.
Assumptions. m is the mean of the training ratings and stays. A model without biases has zeros there.
Source.      Koren, Bell and Volinsky, "Matrix factorization techniques for recommender systems", IEEE
             Computer 42(8), 2009; by count: Zhou, Wilkinson, Schreiber and Pan, "Large-scale parallel
             collaborative filtering for the Netflix prize", AAIM 2008.
"""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float, Int

from algorithms.errors import InputError
from algorithms.matrix_factorization import Factors, in_parts
from algorithms.ratings import Ratings, check_numbering, subtract_user_means
from algorithms.samples import check_count, check_rng, is_number

# Spread of random factors: small beside ratings, so that biases explain what they can first.
START_SCALE = 0.1


@runtime_checkable
class Predictor(Protocol):
    """Anything that predicts the entries of some ratings, whose values it does not read."""

    def predict(self, ratings: Ratings) -> Float[np.ndarray, " n"]:
        """One number an entry."""
        ...


@dataclass(frozen=True)
class Penalty:
    """lambda, at least 0, and whether it is multiplied by the number of a row's entries."""

    regularization: float
    by_count: bool = False

    def __post_init__(self) -> None:
        if not (is_number(self.regularization) and self.regularization >= 0):
            raise InputError(
                f"expected a finite regularization of 0 or more, got {self.regularization!r}; choose another"
            )

    def of_rows(self, rows: Int[np.ndarray, " n"], n_rows: int) -> Float[np.ndarray, " n_rows"]:
        """lambda times the weight of each row, given the row of each entry."""
        counts = np.bincount(rows, minlength=n_rows) if self.by_count else np.ones(n_rows)
        return np.asarray(self.regularization * counts)


@dataclass(frozen=True, eq=False)
class Recommendations:
    """The best items for one user, best first, and the ratings predicted for them."""

    items: Int[np.ndarray, " n"]
    predictions: Float[np.ndarray, " n"]


@dataclass(frozen=True, eq=False)
class RatingModel:
    """m, b, c, Q and P; predictions stay between the `lowest` and `highest` rating seen in training."""

    mean: float
    user_biases: Float[np.ndarray, " n_users"]
    item_biases: Float[np.ndarray, " n_items"]
    factors: Factors
    lowest: float
    highest: float

    def estimate(self, ratings: Ratings) -> Float[np.ndarray, " n"]:
        """m + b_i + c_x + q_i . p_x for each entry of `ratings`, whose values are not read."""
        estimates = self.factors.predict(ratings)  # added to in place: of many ratings, few copies
        estimates += self.user_biases[ratings.users]
        estimates += self.item_biases[ratings.items]
        estimates += self.mean
        return estimates

    def predict(self, ratings: Ratings) -> Float[np.ndarray, " n"]:
        """The estimates, moved into the range of the training ratings."""
        estimates = self.estimate(ratings)
        return np.clip(estimates, self.lowest, self.highest, out=estimates)

    def recommend(self, user: int, n: int, seen: Ratings) -> Recommendations:
        """The `n` items (or fewer) with the largest estimates that `user` has not rated in `seen`.

        Ties go to the lower number; predictions are not clipped, or the best would all be equal. Raises
        InputError for a user the model does not know, n < 1, or `seen` with other numbers of users or items.
        """
        check_count(n, "n")
        if not (isinstance(user, Integral) and 0 <= user < len(self.user_biases)):
            raise InputError(
                f"expected a user number from 0 to {len(self.user_biases) - 1}, got {user!r}; "
                "look the user up in user_ids"
            )
        check_numbering(seen, len(self.user_biases), len(self.item_biases))
        products = self.factors.item_factors @ self.factors.user_factors[user]
        estimates = self.mean + self.user_biases[user] + self.item_biases + products
        unseen = np.setdiff1d(np.arange(len(self.item_biases)), seen.items[seen.users == user])
        best = unseen[np.argsort(-estimates[unseen], kind="stable")[:n]]
        return Recommendations(best, estimates[best])


def model_of_factors(
    factors: Factors, centered_train: Ratings, user_means: Float[np.ndarray, " n_users"]
) -> RatingModel:
    """Factors fitted to ratings less `user_means`, as a model of the ratings: it predicts and recommends.

    The means that were removed, by user or all the same, are the biases of the users. Raises InputError
    unless every user has a mean and every user and item of `centered_train` has factors.
    """
    train = subtract_user_means(centered_train, -user_means)
    check_numbering(train, len(factors.user_factors), len(factors.item_factors))
    if len(train) == 0:
        raise InputError("expected training ratings, got none; bring some")
    lowest, highest = float(train.values.min()), float(train.values.max())
    return RatingModel(0.0, user_means, np.zeros(train.n_items), factors, lowest, highest)


def random_model(train: Ratings, n_factors: int, rng: np.random.Generator) -> RatingModel:
    """A start: the mean, no biases, and normal factors of standard deviation 0.1."""
    check_count(n_factors, "n_factors")
    check_rng(rng)
    if len(train) == 0:
        raise InputError("expected training ratings, got none; bring some")
    factors = Factors(
        START_SCALE * rng.standard_normal((train.n_users, n_factors)),
        START_SCALE * rng.standard_normal((train.n_items, n_factors)),
    )
    return RatingModel(
        mean=float(train.values.mean()),
        user_biases=np.zeros(train.n_users),
        item_biases=np.zeros(train.n_items),
        factors=factors,
        lowest=float(train.values.min()),
        highest=float(train.values.max()),
    )


def objective(train: Ratings, model: RatingModel, penalty: Penalty) -> float:
    """The squared error of the estimates plus the penalty, as the module states it."""
    users = penalty.of_rows(train.users, train.n_users)
    items = penalty.of_rows(train.items, train.n_items)
    Q, P = model.factors.user_factors, model.factors.item_factors
    total = float(users @ (np.einsum("ik,ik->i", Q, Q) + model.user_biases**2))
    total += float(items @ (np.einsum("xk,xk->x", P, P) + model.item_biases**2))
    for part in in_parts(train):
        errors = model.estimate(part)
        errors -= part.values
        total += float(errors @ errors)
    return total


def rmse(predictor: Predictor, ratings: Ratings) -> float:
    """The root mean squared error of the predictions.

    Raises InputError when there is nothing to predict, or a prediction is not finite.
    """
    if len(ratings) == 0:
        raise InputError("expected ratings to compare with, got none; hold out at least one")
    total = 0.0
    for part in in_parts(ratings):
        errors = part.values - predictor.predict(part)
        total += float(errors @ errors)
    if not np.isfinite(total):
        raise InputError("expected finite predictions, got NaN or numbers that overflow; check the model")
    return float(np.sqrt(total / len(ratings)))
