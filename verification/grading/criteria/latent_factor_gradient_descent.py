"""Gradient descent on the factorization loss: it descends far, on the right loss, and stops as documented.

Properties. The returned factors are nearly stationary for the loss over the OBSERVED entries; the penalty
            shrinks them where nothing else holds them up; they have the smallest recorded validation
            loss; max_steps and patience are obeyed.
Tolerance.  Gradients with or without the factor 2, summed or averaged over the batch: of several learning
            rates one must do.
Source.     The exercise; Koren, Bell and Volinsky (2009).
"""

from __future__ import annotations

import numpy as np

from verification.grading.criterion import Call, Criterion, Parameter, Signature, Stopped, Student
from verification.grading.findings import Violation
from verification.grading.reading import violation
from verification.grading.sandbox.caller import Raised, Returned
from verification.grading.training import (
    Problem,
    Trained,
    best_is_returned,
    descend,
    low_rank_problem,
    objective,
    on_training_entries,
    read,
    stops_as_told,
    tells_when,
    train_losses_fit,
    unpredictable_problem,
)

RATES = (0.01, 0.4)
"""Learning rates: the first suits gradients that are sums over entries, the second means."""
SHRUNK = 1e-3
"""Mean square that shrunken factors may have. They start at 1/3; without the penalty 0.01 is left or more."""
NEAR = 1.4
"""The loss may be this many times what descending on from the result reaches."""


def judge(student: Student, rng: np.random.Generator) -> tuple[Violation, ...]:
    """Two problems at each rate, in small batches too, one that ends at max_steps, two that overfit."""
    easy, other = (on_training_entries(low_rank_problem(rng, noise=0.05, k=2)) for _ in range(2))
    empty = {**easy, "values": 0 * easy["values"], "val_values": 0 * easy["val_values"]}
    learned = Problem(**easy, reg_lambda=0.05, max_steps=600, patience=600, eval_every=5)
    again = Problem(**other, reg_lambda=0.05, max_steps=600, patience=600, eval_every=5)
    short = Problem(**easy, reg_lambda=1.0, max_steps=6, patience=40)
    shrunk = Problem(**empty, reg_lambda=8.0, max_steps=150, patience=150)
    plan = [(learned, RATES[0], -1), (learned, RATES[1], -1), (short, RATES[0], -1)]
    plan += [(shrunk, RATES[0], -1), (shrunk, RATES[1], -1), (learned, RATES[0], 12)]
    for _ in range(2):
        noisy = unpredictable_problem(rng)
        overfit = Problem(**noisy, reg_lambda=0.1, max_steps=600, patience=6, eval_every=5)
        plan.append((overfit, RATES[0], -1))
    plan += [(again, rate, -1) for rate in RATES]
    calls = [
        (
            p.matrix,
            p.non_zero_idx,
            p.k,
            p.val_idx,
            p.val_values,
            p.reg_lambda,
            rate,
            batch,
            p.max_steps,
            p.init,
            10**6,
            p.patience,
            p.eval_every,
        )
        for p, rate, batch in plan
    ]
    readings: list[Trained | Violation | None] = []
    for (problem, rate, _), arguments, result in zip(plan, calls, student.call_each(calls), strict=True):
        diverged = isinstance(result, Raised) and rate == RATES[1]  # where it is far too large
        if not isinstance(result, Returned) and not diverged:
            raise Stopped(Call(arguments, result))
        readings.append(read(problem, result.value) if isinstance(result, Returned) else None)
    # One of the rates may be too small or too large, and one of the problems may be a plateau to it.
    at_rates = [reading for reading in (*readings[:2], *readings[8:]) if isinstance(reading, Trained)]
    if isinstance(readings[0], Violation) and not at_rates:
        return (readings[0],)
    if isinstance(readings[2], Violation):
        return (readings[2],)
    shrunken = [reading for reading in readings[3:5] if isinstance(reading, Trained)]
    rest = [reading for reading in (readings[0], readings[2], *readings[6:8]) if isinstance(reading, Trained)]
    majors = [min((not_descended(t) for t in at_rates), key=lambda v: v is not None)]
    if shrunken:
        majors.append(min((not_shrunk(t) for t in shrunken), key=lambda v: v is not None))
    majors += [check(trained) for trained in rest for check in (best_is_returned, stops_as_told)]
    found = {v.code: v for v in reversed(majors) if v is not None}
    if found:
        return tuple(reversed(found.values()))
    minors = [tells_when(trained) for trained in rest] + [train_losses_fit(trained) for trained in rest[:2]]
    return tuple({v.code: v for v in minors if v is not None}.values())


def not_descended(trained: Trained) -> Violation | None:
    """Descending on from the returned factors gains next to nothing."""
    problem = trained.problem
    reached = objective(problem, trained.Q, trained.P)
    possible = descend(problem, trained.Q, trained.P)
    if reached <= NEAR * possible:
        return None
    return violation(
        "not-stationary",
        "Gradient descent did not come near a minimum of the regularized squared error over the observed "
        "entries.",
        inputs=problem.inputs,
        expected=f"a loss near {possible:.5g}, which descending on from the returned factors reaches",
        got=f"{reached:.5g}",
        violated="At a minimum the gradient of the loss over the observed entries vanishes.",
    )


def not_shrunk(trained: Trained) -> Violation | None:
    """All ratings are 0, and the penalty is large: only factors of 0 are a minimum."""
    size = float(np.mean(np.concatenate([trained.Q.ravel(), trained.P.ravel()]) ** 2))
    if size <= SHRUNK:
        return None
    return violation(
        "regularization-unused",
        "reg_lambda has too little influence: where all ratings are 0, the penalty must shrink the "
        "factors to 0.",
        inputs=trained.problem.inputs,
        expected="factors near 0",
        got=f"factors with a mean square of {size:.3g}; they start at 0.33",
        violated="The gradient of the penalty, 2 lambda Q and 2 lambda P, is part of every step.",
    )


CRITERION = Criterion(
    id="latent_factor_gradient_descent",
    title="Matrix factorization by gradient descent",
    signature=Signature(
        (
            Parameter("M"),
            Parameter("non_zero_idx"),
            Parameter("k"),
            Parameter("val_idx"),
            Parameter("val_values"),
            Parameter("reg_lambda"),
            Parameter("learning_rate"),
            Parameter("batch_size", optional=True),
            Parameter("max_steps", optional=True),
            Parameter("init", optional=True),
            Parameter("log_every", optional=True),
            Parameter("patience", optional=True),
            Parameter("eval_every", optional=True),
        ),
        (
            Parameter("best_Q"),
            Parameter("best_P"),
            Parameter("validation_losses"),
            Parameter("train_losses"),
            Parameter("converged_after"),
        ),
    ),
    judge=judge,
    uses=("initialize_Q_P", "loss"),
)
