"""Choosing the number of factors and the regularization on the validation ratings.

Statement.   Fit once for every pair (k, lambda) of a grid and compare the root mean squared errors.
Assumptions. The validation error of the best pair is the smallest of many and too favorable for new ratings:
             report the error on a third, untouched part.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from algorithms.errors import InputError
from algorithms.rating_model import Predictor, rmse
from algorithms.ratings import Ratings


@dataclass(frozen=True)
class Candidate:
    """One pair, and the errors of the model fitted with it."""

    n_factors: int
    regularization: float
    train_error: float
    validation_error: float


@dataclass(frozen=True)
class Selection:
    """All candidates, by number of factors and then by regularization, as they were asked for."""

    n_factors: tuple[int, ...]
    regularizations: tuple[float, ...]
    candidates: tuple[Candidate, ...]

    @property
    def best(self) -> Candidate:
        """The one with the smallest validation error; the first of equals."""
        return min(self.candidates, key=lambda candidate: candidate.validation_error)

    def validation_errors(self) -> Float[np.ndarray, "n_ks n_lambdas"]:
        """The data of a plot: one line a number of factors, one point a regularization."""
        errors = np.array([candidate.validation_error for candidate in self.candidates])
        return errors.reshape(len(self.n_factors), len(self.regularizations))


def select(
    train: Ratings,
    validation: Ratings,
    fit: Callable[[int, float], Predictor],
    n_factors: Sequence[int],
    regularizations: Sequence[float],
    *,
    on_iteration: Callable[[int, int], None] | None = None,
) -> Selection:
    """Call `fit(k, lambda)`, which fits to `train`, for every pair; `on_iteration(done, of)` follows each.

    Raises InputError when there is nothing to choose from or to compare with.
    """
    if len(n_factors) == 0 or len(regularizations) == 0:
        raise InputError(
            f"expected numbers of factors and regularizations to choose from, got {len(n_factors)} and "
            f"{len(regularizations)}; name at least one of each"
        )
    candidates: list[Candidate] = []
    for k in n_factors:
        for regularization in regularizations:
            model = fit(k, regularization)
            errors = rmse(model, train), rmse(model, validation)
            candidates.append(Candidate(k, regularization, *errors))
            if on_iteration is not None:
                on_iteration(len(candidates), len(n_factors) * len(regularizations))
    return Selection(tuple(n_factors), tuple(regularizations), tuple(candidates))
