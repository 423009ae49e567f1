"""What the two factorization functions share: their data, what they return, and the rules of early stopping.

Statement.  Minimize sum_{(i,x) in W} (M_ix - q_i . p_x)^2 + lambda (sum |q_i|^2 + sum |p_x|^2), return the
            factors with the smallest validation loss, stop after `patience` evaluations without improvement.
Tolerance.  The validation loss may be the squared error or its mean or root, with or without the penalty;
            "no improvement" may be against the best so far or against the evaluation before; counts may
            begin at 0 or 1, and the start may be evaluated or not.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sparse

from verification.grading.findings import Violation
from verification.grading.reading import Numbers, kind_of, numbers, parts, violation

RELATIVE = 1e-6
"""Agreement of two losses of the same factors: rounding, and nothing else, may differ."""


@dataclass(frozen=True)
class Problem:
    """A factorization to compute. values: (N, D), 0 where not observed. observed: (N, D), which cells are."""

    values: Numbers
    observed: np.ndarray
    k: int
    val_idx: tuple[np.ndarray, np.ndarray]
    val_values: Numbers
    reg_lambda: float
    max_steps: int
    patience: int
    eval_every: int = 1
    init: str = "random"

    @property
    def matrix(self) -> sparse.csr_matrix:
        """M as the exercise hands it over: entries that are 0 are not stored."""
        return sparse.csr_matrix(self.values)

    @property
    def non_zero_idx(self) -> np.ndarray:
        """(nnz, 2), observed cells whose value is 0 among them."""
        return np.argwhere(self.observed)

    @property
    def inputs(self) -> dict[str, Any]:
        """The arguments by name, for evidence."""
        return {
            "M": self.values,
            "non_zero_idx": self.non_zero_idx,
            "k": self.k,
            "val_idx": self.val_idx,
            "val_values": self.val_values,
            "reg_lambda": self.reg_lambda,
            "max_steps": self.max_steps,
            "init": self.init,
            "patience": self.patience,
            "eval_every": self.eval_every,
        }


@dataclass(frozen=True)
class Trained:
    """What was returned, read."""

    problem: Problem
    Q: Numbers
    P: Numbers
    validation_losses: Numbers
    train_losses: Numbers
    converged_after: Any


def low_rank_problem(
    rng: np.random.Generator, *, noise: float, k: int, with_zeros: bool = False
) -> dict[str, Any]:
    """Cells of a matrix of rank 2 plus noise, some held out; every row and column keeps at least four.

    with_zeros: some observed values are exactly 0, and so are not stored in M.
    """
    n_users, n_items = 10, 8
    truth = rng.standard_normal((n_users, 2)) @ (1.5 * rng.standard_normal((2, n_items)))
    full = truth + noise * rng.standard_normal(truth.shape)
    while True:
        observed = rng.random(full.shape) < 0.75
        held_out = observed & (rng.random(full.shape) < 0.15)
        observed &= ~held_out
        if min(observed.sum(axis=0).min(), observed.sum(axis=1).min()) >= 4 and held_out.sum() >= 6:
            break
    values = np.where(observed, full, 0.0)
    if with_zeros:
        values[rng.random(full.shape) < 0.15] = 0.0
    cells = np.nonzero(held_out)
    return {"values": values, "observed": observed, "k": k, "val_idx": cells, "val_values": full[cells]}


def on_training_entries(parts: dict[str, Any]) -> dict[str, Any]:
    """The same problem, validated on its training entries: the best factors are late ones, not the start."""
    cells = np.nonzero(parts["observed"])
    return {**parts, "val_idx": cells, "val_values": parts["values"][cells]}


def unpredictable_problem(rng: np.random.Generator) -> dict[str, Any]:
    """Noisy entries, validated on shuffled ones: what is learned does not help, and patience runs out."""
    parts = low_rank_problem(rng, noise=2.0, k=3)
    return {**parts, "val_values": 1.5 * rng.permutation(parts["val_values"])}


def read(problem: Problem, value: Any) -> Trained | Violation:
    """The five results, or the violation of not being readable as such."""
    n, d = problem.values.shape
    five = parts(value, 5)
    expected = f"Q of shape ({n}, {problem.k}), P of shape ({problem.k}, {d}), two lists of losses, a number"
    if five is not None:
        Q, P = numbers(five[0], n, problem.k), numbers(five[1], problem.k, d)
        validation, train = _recorded(five[2]), _recorded(five[3])
        if (
            (
                Q is not None
                and P is not None
                and validation is not None
                and train is not None
                and validation.size
            )
            and np.isfinite(Q).all()
            and np.isfinite(P).all()
        ):
            return Trained(problem, Q, P, validation, train, five[4])
    return violation(
        "wrong-shape",
        f"The function should return five things: {expected}.",
        inputs=problem.inputs,
        expected=expected,
        got=kind_of(value),
        violated="The results have the order and shapes of the docstring, and are finite.",
    )


def _recorded(value: Any) -> Numbers | None:
    """Losses without what pads them: lists and arrays of `max_steps` entries may be filled in part."""
    if isinstance(value, tuple | list):
        value = [item for item in value if item is not None]
    losses = numbers(value)
    if losses is None:
        return None
    losses = losses.ravel()
    filled = np.flatnonzero(np.isfinite(losses) & (losses != 0))
    return losses[: filled[-1] + 1] if filled.size else losses


def objective(problem: Problem, Q: Numbers, P: Numbers) -> float:
    """Squared error on observed cells plus penalty."""
    errors = (problem.values - Q @ P)[problem.observed]
    return float(np.sum(errors**2) + problem.reg_lambda * (np.sum(Q**2) + np.sum(P**2)))


def ridge_rows(values: Numbers, observed: np.ndarray, factors: Numbers, penalty: float) -> Numbers:
    """For each row r of `values` the minimizer over its observed cells, `factors` (k, D) given."""
    k = len(factors)
    masked = observed[:, None, :] * factors[None]
    gram = masked @ factors.T + penalty * np.eye(k)
    return np.asarray(np.linalg.solve(gram, (masked @ values[:, :, None]))[:, :, 0])


def descend(problem: Problem, Q: Numbers, P: Numbers) -> float:
    """The objective after fifty exact alternating steps from these factors: the valley they are in."""
    for _ in range(50):
        Q = ridge_rows(problem.values, problem.observed, P, problem.reg_lambda)
        P = ridge_rows(problem.values.T, problem.observed.T, Q.T, problem.reg_lambda).T
    return objective(problem, Q, P)


def losses_of(trained: Trained, errors: Numbers) -> list[float]:
    """All losses that an honest reading of the docstring gives for these errors."""
    problem, count = trained.problem, errors.size
    penalty = problem.reg_lambda * float(np.sum(trained.Q**2) + np.sum(trained.P**2))
    squares = float(np.sum(errors**2))
    return [
        squares,
        squares + penalty,
        squares / count,
        float(np.sqrt(squares / count)),
        squares / count + penalty,
        (squares + penalty) / count,
        squares / 2,
        (squares + penalty) / 2,
        float(np.abs(errors).mean()),
    ]


def best_is_returned(trained: Trained) -> Violation | None:
    """The smallest recorded validation loss is that of the returned factors."""
    problem = trained.problem
    errors = problem.val_values - (trained.Q @ trained.P)[problem.val_idx]
    candidates = losses_of(trained, errors)
    best = float(np.min(trained.validation_losses))
    if any(abs(best - candidate) <= RELATIVE * max(abs(best), 1e-12) for candidate in candidates):
        return None
    last = float(trained.validation_losses[-1])
    is_last = any(abs(last - candidate) <= RELATIVE * abs(last) for candidate in candidates)
    nearest = min(candidates[:2], key=lambda candidate: abs(candidate - best))
    return violation(
        "last-factors-returned" if is_last else "best-factors-not-returned",
        "The returned Q and P are not those with the smallest validation loss"
        + (", but those of the last evaluation. " if is_last else ". ")
        + "Store copies of both whenever the validation loss is smaller than ever before.",
        inputs=problem.inputs,
        expected=f"factors with validation loss {best:.6g}, the smallest of validation_losses",
        got=f"factors with validation loss {nearest:.6g}; the last recorded one is {last:.6g}",
        violated="best_Q and best_P have the smallest validation loss observed during training.",
    )


def stops_as_told(trained: Trained) -> Violation | None:
    """Neither later than `max_steps` nor earlier or later than `patience` says."""
    problem, losses = trained.problem, trained.validation_losses
    at_most = problem.max_steps // problem.eval_every
    if len(losses) > at_most + 2:
        return violation(
            "max-steps-ignored",
            f"Training went on after max_steps = {problem.max_steps}: {len(losses)} evaluations were "
            "recorded.",
            inputs=problem.inputs,
            expected=f"at most {at_most + 1} validation losses",
            got=f"{len(losses)}",
            violated="Training stops after max_steps steps at the latest.",
        )
    counts = (_since_best(losses, 0.0), _since_best(losses, 1e-3), _rising(losses))
    allowed = range(max(1, problem.patience - 1), problem.patience + 2)
    if len(losses) < at_most:
        if any(int(count[-1]) in allowed for count in counts):
            return None
        got = f"it stopped after {int(counts[0][-1])} evaluations without a new smallest loss"
    else:
        if any(count.max() <= problem.patience + 1 for count in counts):
            return None
        got = f"it went on for {int(counts[0].max())} evaluations without a new smallest loss"
    return violation(
        "early-stopping",
        f"With patience = {problem.patience} training should stop after {problem.patience} evaluations in "
        "a row "
        f"without improvement of the validation loss; {got}.",
        inputs=problem.inputs,
        expected=f"a stop after {problem.patience} evaluations without improvement",
        got=f"{got}; validation losses {_some(losses)}",
        violated="Training stops when the validation loss has not improved for `patience` evaluations.",
    )


def tells_when(trained: Trained) -> Violation | None:
    """`converged_after` is the step of the best factors, or -1 when `max_steps` came first."""
    problem, losses = trained.problem, trained.validation_losses
    told = numbers(trained.converged_after)
    every, at_most = problem.eval_every, problem.max_steps // problem.eval_every
    best = int(np.argmin(losses)) * every
    stopped_early = len(losses) < at_most
    fits = told is not None and told.size == 1
    if fits:
        step = float(told.ravel()[0])  # type: ignore[union-attr]
        near_best = abs(step - best) <= 2 * every
        rising = (len(losses) - problem.patience) * every  # "improvement" against the evaluation before
        near_best |= abs(step - rising) <= 2 * every
        near_best &= step >= 0 or best < every  # -1 says that training did not stop early
        # Patience may also run out in the very last steps; then both answers are right.
        ran_out = int(_since_best(losses, 0.0)[-1]) >= problem.patience - 1
        fits = near_best if stopped_early else step == -1 or (ran_out and near_best)
    if fits:
        return None
    expected = f"about {best}" if stopped_early else "-1"
    return violation(
        "wrong-converged-after",
        "converged_after should be the iteration after which the validation loss did not improve any more, "
        "it - patience * eval_every, and -1 if max_steps was reached first.",
        inputs=problem.inputs,
        expected=expected,
        got=f"{kind_of(trained.converged_after)} after {len(losses)} evaluations",
        violated="converged_after is it - patience * eval_every, or -1.",
        severity="minor",
    )


def train_losses_fit(trained: Trained) -> Violation | None:
    """A recorded training loss is that of the returned factors on the observed cells."""
    problem = trained.problem
    errors = (problem.values - trained.Q @ trained.P)[problem.observed]
    candidates = losses_of(trained, errors)
    recorded = trained.train_losses
    if any(
        np.any(np.abs(recorded - candidate) <= RELATIVE * max(abs(candidate), 1e-12))
        for candidate in candidates
    ):
        return None
    return violation(
        "wrong-train-losses",
        "No recorded training loss is the loss of the returned factors on the observed entries.",
        inputs=problem.inputs,
        expected=f"{candidates[1]:.6g} (or {candidates[0]:.6g} without the penalty) among the training "
        "losses",
        got=_some(recorded),
        violated="train_losses holds the loss on the entries non_zero_idx at every evaluation.",
        severity="minor",
    )


def _since_best(losses: Numbers, least: float) -> np.ndarray:
    """At each evaluation, how many have passed since the last improvement by more than a share `least`."""
    counts, best, count = [], np.inf, 0
    for loss in losses:
        count = 0 if loss < best * (1 - least) or best == np.inf else count + 1
        best = min(best, loss)
        counts.append(count)
    return np.array(counts)


def _rising(losses: Numbers) -> np.ndarray:
    """At each evaluation, how many in a row were no smaller than the one before."""
    counts = [0]
    for before, after in itertools.pairwise(losses):
        counts.append(0 if after < before else counts[-1] + 1)
    return np.array(counts)


def _some(losses: Numbers) -> str:
    text = ", ".join(f"{loss:.5g}" for loss in losses[:12])
    return f"[{text}{', ...' if len(losses) > 12 else ''}]"
