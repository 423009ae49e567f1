"""Runs a check: draw a piece, add up, look; until the claim and every control are decided or the budget ends.

One run is one e-process carried on to its end. The verdict is

    pass        the claim was accepted and every control rejected
    fail        the claim was rejected, or a control survived: a check that accepts a wrong answer tests nothing
    undecided   the budget ended first; that is not a pass
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Literal

import numpy as np

from algorithms.errors import InputError
from verification.check import Check, Experiment
from verification.level import FULL, QUICK, Level
from verification.outcome import ControlOutcome, ControlVerdict, Outcome, PathPoint, Verdict
from verification.statistics.claim import Entry
from verification.statistics.process import Decision
from verification.stream import generator, piece_sizes
from verification.trial import Trial

LEVELS = {level.name: level for level in (QUICK, FULL)}
PATH_POINTS = 200
NOTHING = Entry("", math.nan, math.nan, math.nan)
CONTROL_VERDICTS: dict[Decision, ControlVerdict] = {
    "rejected": "rejected",
    "accepted": "survived",
    "open": "undecided",
}

OnProgress = Callable[[int, int], None]
"""Called after each piece with the draws done and the most that may be needed."""


def run_check(
    check: Check, *, level: Literal["quick", "full"], seed: int, on_progress: OnProgress | None = None
) -> Outcome:
    """The outcome of `check` at a named level.

    The same check, level and seed give the same outcome, but for `seconds`. Raises InputError for an unknown level
    or a negative seed.
    """
    if level not in LEVELS:
        raise InputError(f"there is no level {level!r}; choose from {', '.join(LEVELS)}")
    return run_at(check, LEVELS[level], seed=seed, on_progress=on_progress)


def run_at(check: Check, level: Level, *, seed: int, on_progress: OnProgress | None = None) -> Outcome:
    """The outcome of `check` at any `level`. A closed form that cannot even be claimed fails the check."""
    if seed < 0:
        raise InputError(f"the seed must be 0 or larger, got {seed}")
    start = time.perf_counter()
    try:
        experiment = check.experiment(level.delta)
    except InputError as error:
        return _untestable(check, level, seed, str(error), time.perf_counter() - start)
    truth, controls, path = _decide(experiment, level, check.id, seed, on_progress)
    control_outcomes = tuple(
        ControlOutcome(control.mutant, control.title, CONTROL_VERDICTS[trial.decision], trial.process.n)
        for control, trial in zip(experiment.controls, controls, strict=True)
    )
    entries = () if truth.sums is None else truth.claim.entries(truth.sums)
    worst = max(entries, key=lambda entry: abs(entry.z), default=NOTHING)
    needed = _needed((truth, *controls), level)
    verdict, failure = _verdict(truth, control_outcomes, worst, needed, level)
    return Outcome(
        id=check.id,
        theorem=check.theorem,
        title=check.title,
        claim_latex=check.claim_latex,
        design=check.design,
        level=level.name,
        statistic=worst.label,
        estimate=worst.estimate,
        closed_form=worst.closed_form,
        standard_error=worst.standard_error,
        z=worst.z,
        e_value=truth.process.e_value,
        p_value=truth.process.p_value,
        n=truth.process.n,
        alpha=level.alpha,
        beta=level.beta,
        delta=level.delta,
        verdict=verdict,
        controls=control_outcomes,
        entries=entries,
        path=path,
        needed=needed if verdict == "undecided" else None,
        failure=failure,
        seed=seed,
        seconds=time.perf_counter() - start,
    )


def _decide(
    experiment: Experiment, level: Level, check_id: str, seed: int, on_progress: OnProgress | None
) -> tuple[Trial, tuple[Trial, ...], tuple[PathPoint, ...]]:
    """The trials of the truth and of the controls, all on the same draws, and the path of the truth's."""
    truth = Trial(experiment.truth, level.claim_bounds)
    controls = tuple(Trial(control.claim, level.control_bounds) for control in experiment.controls)
    path: list[PathPoint] = []
    sums = np.zeros(experiment.measurement.size)
    n = 0
    for piece, size in enumerate(piece_sizes(level.budget)):
        sums = sums + experiment.measurement.sums(experiment.draw(size, generator(seed, check_id, piece)))
        n += size
        if truth.decision == "open":
            truth = truth.after(n, sums)
            path.append(PathPoint(n, truth.process.log_e, truth.process.log_acceptance))
        controls = tuple(trial.after(n, sums) for trial in controls)
        if on_progress is not None:
            on_progress(n, level.budget)
        if all(trial.decision != "open" for trial in (truth, *controls)):
            break
    return truth, controls, _thinned(path)


def _thinned(path: list[PathPoint]) -> tuple[PathPoint, ...]:
    """At most PATH_POINTS points, evenly chosen, the first and the last among them."""
    if len(path) <= PATH_POINTS:
        return tuple(path)
    return tuple(path[i] for i in np.linspace(0, len(path) - 1, PATH_POINTS).round().astype(int))


def _needed(trials: tuple[Trial, ...], level: Level) -> int:
    """Draws the slowest trial needs at the rate seen, to two digits; ten budgets if the rate is unknown."""
    slowest = max(trial.projected() for trial in trials)
    draws = slowest if math.isfinite(slowest) else 10.0 * level.budget
    unit = 10 ** max(0, math.floor(math.log10(draws)) - 1)
    return math.ceil(draws / unit) * unit


def _verdict(
    truth: Trial, controls: tuple[ControlOutcome, ...], worst: Entry, needed: int, level: Level
) -> tuple[Verdict, str]:
    """The verdict and, unless it is "pass", the reason in one line."""
    if truth.decision == "rejected":
        return "fail", _contradiction(truth, worst)
    survivors = [control.title for control in controls if control.verdict == "survived"]
    if survivors:
        return "fail", "wrong answers were accepted: " + "; ".join(survivors)
    if truth.decision == "open" or any(control.verdict == "undecided" for control in controls):
        return "undecided", f"{level.budget:,} draws did not decide; about {needed:,} would"
    return "pass", ""


def _contradiction(truth: Trial, worst: Entry) -> str:
    """What the draws say against a rejected claim."""
    if abs(worst.z) < 4:  # no single number stands out: it is the law as a whole that a rival explains better
        return "the draws follow another law: a rival explains them better"
    return (
        f"the draws contradict the closed form: {worst.label} is {worst.estimate:.6g} "
        f"(standard error {worst.standard_error:.2g}), not {worst.closed_form:.6g}"
    )


def _untestable(check: Check, level: Level, seed: int, reason: str, seconds: float) -> Outcome:
    """The failed outcome of a check whose closed form returned what no law can have; no draws, no numbers."""
    return Outcome(
        id=check.id,
        theorem=check.theorem,
        title=check.title,
        claim_latex=check.claim_latex,
        design=check.design,
        level=level.name,
        statistic=NOTHING.label,
        estimate=NOTHING.estimate,
        closed_form=NOTHING.closed_form,
        standard_error=NOTHING.standard_error,
        z=math.nan,
        e_value=1.0,
        p_value=1.0,
        n=0,
        alpha=level.alpha,
        beta=level.beta,
        delta=level.delta,
        verdict="fail",
        controls=(),
        entries=(),
        path=(),
        needed=None,
        failure=f"the closed form cannot be claimed: {reason}",
        seed=seed,
        seconds=seconds,
    )
