"""The loop that drives every way of fitting a `RatingModel`, with early stopping.

Statement.   Repeat `step` and keep the model with the smallest validation error; stop once `patience` steps
             in a row bring no smaller one. Without validation ratings all steps are taken and the last model
             is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from algorithms.rating_model import Penalty, RatingModel, objective, rmse
from algorithms.ratings import Ratings, check_numbered_alike
from algorithms.samples import check_count


@dataclass(frozen=True, eq=False)
class RatingFit:
    """The model kept, and the way to it: entry t of a trace belongs to step t, entry 0 to the start.

    `train_trace` is the objective, `validation_trace` the root mean squared error (empty without validation
    ratings); `best_iteration` the step of `model`; `converged` whether patience ran out before `max_steps`.
    """

    model: RatingModel
    train_trace: tuple[float, ...]
    validation_trace: tuple[float, ...]
    best_iteration: int
    n_iter: int
    converged: bool

    def predict(self, ratings: Ratings) -> Float[np.ndarray, " n"]:
        """The predictions of `model`."""
        return self.model.predict(ratings)


def drive(
    train: Ratings,
    validation: Ratings | None,
    start: RatingModel,
    step: Callable[[RatingModel], RatingModel],
    *,
    penalty: Penalty,
    max_steps: int,
    patience: int,
    on_iteration: Callable[[int, int], None] | None,
) -> RatingFit:
    """Run the loop; InputError for counts below one, or no or other users' validation ratings."""
    check_count(max_steps, "max_steps")
    check_count(patience, "patience")
    if validation is not None:
        check_numbered_alike(train, validation)
    model = best = start
    train_trace = [objective(train, model, penalty)]
    validation_trace = [] if validation is None else [rmse(model, validation)]
    del start  # so that its memory can be had again once it is surpassed
    best_iteration, converged = 0, False
    while not converged and len(train_trace) <= max_steps:
        model = step(model)
        n_iter = len(train_trace)
        train_trace.append(objective(train, model, penalty))
        if validation is None:
            best, best_iteration = model, n_iter
        else:
            error = rmse(model, validation)
            if error < min(validation_trace):
                best, best_iteration = model, n_iter
            validation_trace.append(error)
            converged = n_iter - best_iteration >= patience
        if on_iteration is not None:
            on_iteration(n_iter, max_steps)
    return RatingFit(
        best, tuple(train_trace), tuple(validation_trace), best_iteration, len(train_trace) - 1, converged
    )
