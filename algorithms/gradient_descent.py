"""Matrix factorization by full gradient descent with exact line search.

Statement.   Minimize the objective f of `rating_model`: go from the present parameters along -grad f, as far
             as f falls on that line.
Notation.    As in `rating_model`; `e` the estimates less the ratings, on the observed entries.
Assumptions. Along a line the estimates are quadratic polynomials of the step length t, so f is one of fourth
             degree with coefficients that cost one pass over W. Its smallest value is at a root of its
             derivative, a cubic: no step length has to be guessed, and f never rises. The gradient touches
             observed entries alone; nothing becomes dense.
Source.      Koren, Bell and Volinsky, IEEE Computer 42(8), 2009; Nocedal and Wright, "Numerical
             Optimization", ch. 3.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from jaxtyping import Float

from algorithms.errors import InputError
from algorithms.matrix_factorization import ENTRIES_AT_ONCE, Factors, in_parts
from algorithms.rating_fit import RatingFit, drive
from algorithms.rating_model import Penalty, RatingModel, random_model
from algorithms.ratings import Ratings

# The line search sums sixth powers of the ratings' size.
LARGEST_RATING = 1e40


@dataclass(frozen=True, eq=False)
class Direction:
    """A change of every parameter of a model."""

    user_biases: Float[np.ndarray, " n_users"]
    item_biases: Float[np.ndarray, " n_items"]
    user_factors: Float[np.ndarray, "n_users k"]
    item_factors: Float[np.ndarray, "n_items k"]


def fit(
    train: Ratings,
    validation: Ratings | None,
    *,
    n_factors: int,
    penalty: Penalty,
    rng: np.random.Generator,
    with_biases: bool = True,
    max_steps: int = 300,
    patience: int = 20,
    on_iteration: Callable[[int, int], None] | None = None,
) -> RatingFit:
    """Fit by gradient descent, stopping early on `validation` if that is given.

    `with_biases=False` leaves the biases at zero. Raises InputError for counts below one, no ratings, or
    ratings beyond 1e40.
    """
    largest = max(train.values.max(initial=0.0), -train.values.min(initial=0.0))
    if largest > LARGEST_RATING:
        raise InputError(
            f"expected ratings of size up to {LARGEST_RATING:.0e}, got {largest:.3g}; rescale them"
        )
    return drive(
        train,
        validation,
        random_model(train, n_factors, rng),
        lambda model: step(train, model, penalty, with_biases),
        penalty=penalty,
        max_steps=max_steps,
        patience=patience,
        on_iteration=on_iteration,
    )


def step(train: Ratings, model: RatingModel, penalty: Penalty, with_biases: bool) -> RatingModel:
    """One iteration: to the lowest point on the line along the negative gradient."""
    downhill = descent(train, model, penalty, with_biases)
    return moved(model, downhill, line_minimum(train, model, downhill, penalty))


def descent(train: Ratings, model: RatingModel, penalty: Penalty, with_biases: bool) -> Direction:
    """Half the negative gradient of the objective."""
    u = penalty.of_rows(train.users, train.n_users)
    v = penalty.of_rows(train.items, train.n_items)
    Q, P = model.factors.user_factors, model.factors.item_factors
    switch = float(with_biases)
    b, c, towards_Q, towards_P = (
        -u * model.user_biases,
        -v * model.item_biases,
        -u[:, None] * Q,
        -v[:, None] * P,
    )
    for part in in_parts(train, ENTRIES_AT_ONCE):
        errors = model.estimate(part)
        np.subtract(part.values, errors, out=errors)
        users, own = np.unique(part.users, return_inverse=True)  # no row for users without ratings here
        indices = (own.astype(np.int32), part.items.astype(np.int32))
        residuals = sp.csr_array((errors, indices), shape=(len(users), train.n_items))
        b[users] += residuals.sum(axis=1)
        c += residuals.sum(axis=0)
        towards_Q[users] += residuals @ P
        towards_P += residuals.T @ Q[users]
    return Direction(switch * b, switch * c, towards_Q, towards_P)


def moved(model: RatingModel, direction: Direction, t: float) -> RatingModel:
    """The model with t times the direction added. It takes the arrays of `direction`, which is lost."""
    changes = (
        (model.user_biases, direction.user_biases),
        (model.item_biases, direction.item_biases),
        (model.factors.user_factors, direction.user_factors),
        (model.factors.item_factors, direction.item_factors),
    )
    for old, new in changes:
        new *= t
        new += old
    return replace(
        model,
        user_biases=direction.user_biases,
        item_biases=direction.item_biases,
        factors=Factors(direction.user_factors, direction.item_factors),
    )


def line_minimum(train: Ratings, model: RatingModel, direction: Direction, penalty: Penalty) -> float:
    """The t at which the objective of `moved(model, direction, t)` is smallest; 0 for a zero direction."""
    linear, quadratic = _penalty_along(train, model, direction, penalty)
    coefficients = np.array([0.0, 0.0, quadratic, linear, 0.0])
    for part in in_parts(train):
        first = Factors(direction.user_factors, model.factors.item_factors).predict(part)
        first += Factors(model.factors.user_factors, direction.item_factors).predict(part)
        first += direction.user_biases[part.users]
        first += direction.item_biases[part.items]
        second = Factors(direction.user_factors, direction.item_factors).predict(part)
        e = model.estimate(part)
        e -= part.values
        # f(t) - f(0) = sum ((e + t first + t^2 second)^2 - e^2) + linear t + quadratic t^2.
        coefficients[0] += second @ second
        coefficients[1] += 2 * (first @ second)
        coefficients[2] += first @ first + 2 * (e @ second)
        coefficients[3] += 2 * (e @ first)
    candidates = np.append(np.roots(np.polyder(coefficients)).real, 0.0)
    return float(candidates[np.polyval(coefficients, candidates).argmin()])


def _penalty_along(
    train: Ratings, model: RatingModel, direction: Direction, penalty: Penalty
) -> tuple[float, float]:
    """The coefficients of t and t^2 in the penalty of `moved(model, direction, t)`."""
    u = penalty.of_rows(train.users, train.n_users)
    v = penalty.of_rows(train.items, train.n_items)
    old, new = model.factors, direction
    linear = (
        u @ np.einsum("ik,ik->i", old.user_factors, new.user_factors)
        + v @ np.einsum("xk,xk->x", old.item_factors, new.item_factors)
        + u @ (model.user_biases * new.user_biases)
        + v @ (model.item_biases * new.item_biases)
    )
    quadratic = (
        u @ np.einsum("ik,ik->i", new.user_factors, new.user_factors)
        + v @ np.einsum("xk,xk->x", new.item_factors, new.item_factors)
        + u @ new.user_biases**2
        + v @ new.item_biases**2
    )
    return 2 * float(linear), float(quadratic)
