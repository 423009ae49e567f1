"""Alternating optimization: half-steps that solve masked ridge regressions, and early stopping as documented.

Properties. The factors that were updated last solve their ridge regressions over the OBSERVED entries, given
            the others; the factors with the smallest validation loss are returned; max_steps, patience,
            eval_every and converged_after are obeyed.
Tolerance.  Either half-step first; any exact or iterative ridge solver; see `training` for the losses.
Source.     The exercise; Koren, Bell and Volinsky (2009); Bishop, PRML 3.1.4, eq. 3.28.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from verification.grading.criterion import Criterion, Parameter, Signature, Student
from verification.grading.findings import Violation
from verification.grading.reading import Numbers, outcomes, violation
from verification.grading.training import (
    Problem,
    Trained,
    best_is_returned,
    descend,
    low_rank_problem,
    objective,
    on_training_entries,
    read,
    ridge_rows,
    stops_as_told,
    tells_when,
    train_losses_fit,
    unpredictable_problem,
)

NEAR = 1.5
"""The loss after 25 steps, as a multiple of that after 50 more, that a slow but honest descent stays below;
or else it crawls, and then both half-steps nearly hold."""
CRAWLING = 0.5
"""Relative change by a half-step that is far more than crawling."""
SOLVED = 2e-3
"""Relative error of a half-step that iterative ridge solvers with their default tolerance stay below."""


def judge(student: Student, rng: np.random.Generator) -> tuple[Violation, ...]:
    """Problems that can be learned, that overfit, that end at max_steps, with zeros among the ratings."""
    easy = on_training_entries(low_rank_problem(rng, noise=0.2, k=2))
    noisy, noisier = unpredictable_problem(rng), unpredictable_problem(rng)
    zeros = on_training_entries(low_rank_problem(rng, noise=0.2, k=2, with_zeros=True))
    problems = (
        Problem(**easy, reg_lambda=0.3, max_steps=25, patience=40),
        Problem(**noisy, reg_lambda=0.1, max_steps=30, patience=5),
        Problem(**noisier, reg_lambda=0.1, max_steps=30, patience=4),
        Problem(**noisy, reg_lambda=0.1, max_steps=45, patience=4, eval_every=3),
        Problem(**easy, reg_lambda=0.2, max_steps=8, patience=20, init="svd"),
        Problem(**zeros, reg_lambda=0.3, max_steps=5, patience=40),
    )
    calls = [
        (
            p.matrix,
            p.non_zero_idx,
            p.k,
            p.val_idx,
            p.val_values,
            p.reg_lambda,
            p.max_steps,
            p.init,
            1000,
            p.patience,
            p.eval_every,
            "als",  # for exercises that let one function do both
        )
        for p in problems
    ]
    readings = [read(p, result.value) for p, result in zip(problems, outcomes(student, calls), strict=True)]
    unreadable = [reading for reading in readings if isinstance(reading, Violation)]
    trained = {i: reading for i, reading in enumerate(readings) if isinstance(reading, Trained)}
    if 0 not in trained:
        return (unreadable[0],)
    majors = [*(unsolved(trained[i]) for i in (0, 4) if i in trained), *unreadable[:1]]
    if majors[0] is None:
        majors.append(not_descended(trained[0]))
    stopping = [trained[i] for i in range(4) if i in trained]
    majors += [best_is_returned(one) for one in stopping]
    stops = [stops_as_told(one) for one in stopping]
    # Patience counted in steps and not in evaluations shows only where these differ: a minor defect.
    majors += [v for v, one in zip(stops, stopping, strict=True) if one.problem.eval_every == 1]
    minors = [None if v is None else replace(v, severity="minor") for v in stops]
    minors += [tells_when(one) for one in stopping]
    if majors[0] is None:
        minors += [zeros_are_lost(trained[5])] if 5 in trained else []
        minors += [train_losses_fit(trained[i]) for i in (0, 1) if i in trained]
    by_code = {v.code: v for v in reversed([*majors, *minors]) if v is not None}
    return tuple(reversed(by_code.values()))


def unsolved(trained: Trained) -> Violation | None:
    """The half-step that the returned factors do not solve, or None."""
    problem = trained.problem
    best_Q, _, error_Q, error_P = half_step_errors(trained)
    if min(error_Q, error_P) <= SOLVED:
        return None
    # The example is a user for whom the regression is as far off as for any.
    user = int(np.argmax(np.linalg.norm(best_Q - trained.Q, axis=1)))
    items = np.flatnonzero(problem.observed[user])
    return violation(
        "half-step-not-solved",
        "The factors do not solve the regularized regressions over the observed entries: neither Q given "
        "P nor P "
        f"given Q (relative errors {error_Q:.2g} and {error_P:.2g}).",
        inputs={
            "user": user,
            "its items": items,
            "its ratings": problem.values[user, items],
            "reg_lambda": problem.reg_lambda,
            "returned P, columns of these items": trained.P[:, items],
        },
        expected=f"q = (sum p p^T + lambda I)^-1 sum r p = {np.round(best_Q[user], 4)}",
        got=f"q = {np.round(trained.Q[user], 4)}",
        violated="Each user's factors minimize the squared error over THEIR observed ratings plus lambda "
        "|q|^2, "
        "or each item's do likewise, whichever was updated last.",
    )


def half_step_errors(trained: Trained) -> tuple[Numbers, Numbers, float, float]:
    """The best Q given P, the best P given Q, and how far the returned ones are from them, relatively."""
    problem = trained.problem
    best_Q = ridge_rows(problem.values, problem.observed, trained.P, problem.reg_lambda)
    best_P = ridge_rows(problem.values.T, problem.observed.T, trained.Q.T, problem.reg_lambda).T
    return best_Q, best_P, _relative_error(trained.Q, best_Q), _relative_error(trained.P, best_P)


def _relative_error(got: Numbers, best: Numbers) -> float:
    """Of factors of 0 it is infinite: they solve their regressions and explain nothing."""
    size = float(np.linalg.norm(best))
    return float(np.linalg.norm(best - got)) / size if size > 0 else np.inf


def not_descended(trained: Trained) -> Violation | None:
    """After many steps the loss is near that of the valley: BOTH half-steps were done, and done right."""
    problem = trained.problem
    reached, possible = objective(problem, trained.Q, trained.P), descend(problem, trained.Q, trained.P)
    if reached <= NEAR * possible or max(half_step_errors(trained)[2:]) <= CRAWLING:
        return None
    return violation(
        "half-step-missing",
        f"After {problem.max_steps} steps the loss is {reached:.5g}, and alternating on from there "
        f"lowers it to {possible:.5g}: one of the two half-steps is wrong or never done.",
        inputs=problem.inputs,
        expected=f"a loss near {possible:.5g}",
        got=f"{reached:.5g}",
        violated="Every step updates Q with P fixed, and P with Q fixed; neither raises the loss.",
    )


def zeros_are_lost(trained: Trained) -> Violation | None:
    """Observed entries whose value is 0 take part in the regressions."""
    found = unsolved(trained)
    if found is None:
        return None
    return violation(
        "explicit-zeros-lost",
        "Observed ratings that are 0 after subtracting the user's mean are treated as unobserved. That is "
        "what "
        "non_zero_idx is for: use it, not the nonzero entries of M.",
        inputs=dict(found.evidence.inputs),
        expected=found.evidence.expected,
        got=found.evidence.got,
        violated="All entries of non_zero_idx are observed, also those that are 0 in M.",
        severity="minor",
    )


CRITERION = Criterion(
    id="latent_factor_alternating_optimization",
    title="Matrix factorization by alternating optimization",
    signature=Signature(
        (
            Parameter("M"),
            Parameter("non_zero_idx"),
            Parameter("k"),
            Parameter("val_idx"),
            Parameter("val_values"),
            Parameter("reg_lambda"),
            Parameter("max_steps", optional=True),
            Parameter("init", optional=True),
            Parameter("log_every", optional=True),
            Parameter("patience", optional=True),
            Parameter("eval_every", optional=True),
            Parameter("optimizer", optional=True, by_name=True),
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
