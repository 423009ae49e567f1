"""Runs a check: draw a piece, add up, look; until the claim and every control are decided or the budget ends.

One run is one e-process carried on to its end. The verdict is

    pass        the claim was accepted and every control rejected fail        the claim was rejected, or a
    control survived: a check that accepts a wrong answer tests nothing undecided   the budget ended
    first; that is not a pass
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from algorithms.errors import InputError
from derivations.kernel.terms import KernelError
from verification.check import Check, Experiment
from verification.level import FULL, QUICK, Level
from verification.outcome import ControlOutcome, ControlVerdict, Outcome, PathPoint, Verdict
from verification.statistics.claim import Entry
from verification.statistics.process import LARGEST_EXPONENT, Decision, Process
from verification.stream import generator, piece_sizes
from verification.trial import Trial

LEVELS = {level.name: level for level in (QUICK, FULL)}
PATH_POINTS = 200
STANDS_OUT = 4.0
"""Words the failure: an entry this many standard errors off is named. No verdict rests on it."""
NOTHING = Entry("", math.nan, math.nan, math.nan)
CONTROL_VERDICTS: dict[Decision, ControlVerdict] = {
    "rejected": "rejected",
    "accepted": "survived",
    "open": "undecided",
}

OnProgress = Callable[[int, int], None]
"""Called after each piece with the draws done and the most that may be needed."""


def run_check(check: Check, *, level: str, seed: int, on_progress: OnProgress | None = None) -> Outcome:
    """The outcome of `check` at level "quick" or "full".

    The same check, level and seed give the same outcome, but for `seconds`. Raises InputError for an
    unknown level or a negative seed.
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
    except (ValueError, KernelError) as error:
        findings = Findings("fail", f"the closed form cannot be claimed: {error}")
    else:
        findings = _findings(experiment, level, check.id, seed, on_progress)
    worst = max(findings.entries, key=lambda entry: abs(entry.z), default=NOTHING)
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
        e_value=findings.process.e_value,
        p_value=findings.process.p_value,
        n=findings.process.n,
        alpha=level.alpha,
        beta=level.beta,
        delta=level.delta,
        verdict=findings.verdict,
        controls=findings.controls,
        entries=findings.entries,
        path=findings.path,
        needed=findings.needed,
        failure=findings.failure,
        seed=seed,
        seconds=time.perf_counter() - start,
    )


@dataclass(frozen=True)
class Findings:
    """What a run found out, before it is put beside what the check says."""

    verdict: Verdict
    failure: str = ""
    needed: int | None = None
    process: Process = field(default_factory=Process)
    entries: tuple[Entry, ...] = ()
    controls: tuple[ControlOutcome, ...] = ()
    path: tuple[PathPoint, ...] = ()


def _findings(
    experiment: Experiment, level: Level, check_id: str, seed: int, on_progress: OnProgress | None
) -> Findings:
    """Runs the trials and judges them."""
    truth, controls, path = _decide(experiment, level, check_id, seed, on_progress)
    found = Findings(
        verdict="pass",
        process=truth.process,
        entries=() if truth.sums is None else truth.claim.entries(truth.sums),
        controls=tuple(
            ControlOutcome(control.mutant, control.title, CONTROL_VERDICTS[trial.decision], trial.process.n)
            for control, trial in zip(experiment.controls, controls, strict=True)
        ),
        path=path,
    )
    if truth.decision == "rejected":
        return replace(found, verdict="fail", failure=_contradiction(found.entries))
    survivors = [control.title for control in found.controls if control.verdict == "survived"]
    if survivors:
        return replace(found, verdict="fail", failure="wrong answers accepted: " + "; ".join(survivors))
    if any(trial.decision == "open" for trial in (truth, *controls)):
        needed = _needed((truth, *controls), level)
        failure = f"{level.budget:,} draws did not decide; about {needed:,} would"
        return replace(found, verdict="undecided", needed=needed, failure=failure)
    return found


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
            path.append(_point(truth.process))
        controls = tuple(trial.after(n, sums) for trial in controls)
        if on_progress is not None:
            on_progress(n, level.budget)
        if all(trial.decision != "open" for trial in (truth, *controls)):
            break
    return truth, controls, _thinned(path)


def _point(process: Process) -> PathPoint:
    """The process as a point to draw: finite, even where a claim is impossible and its bets infinite."""
    return PathPoint(
        process.n,
        float(np.clip(process.log_e, -LARGEST_EXPONENT, LARGEST_EXPONENT)),
        min(process.log_acceptance, LARGEST_EXPONENT),
    )


def _thinned(path: list[PathPoint]) -> tuple[PathPoint, ...]:
    """At most PATH_POINTS points, evenly chosen, the first and the last among them."""
    if len(path) <= PATH_POINTS:
        return tuple(path)
    return tuple(path[i] for i in np.linspace(0, len(path) - 1, PATH_POINTS).round().astype(int))


def _needed(trials: tuple[Trial, ...], level: Level) -> int:
    """Draws the slowest trial needs at the rate seen, to two digits; ten budgets if the rate is unknown."""
    slowest = max(trial.projected() for trial in trials)
    draws = slowest if math.isfinite(slowest) else 10.0 * level.budget
    unit = 10 ** max(0, len(str(int(draws))) - 2)
    return int(math.ceil(draws / unit) * unit)


def _contradiction(entries: tuple[Entry, ...]) -> str:
    """What the draws say against a rejected claim, by its worst entry."""
    worst = max(entries, key=lambda entry: abs(entry.z), default=NOTHING)
    if not abs(worst.z) > STANDS_OUT:
        return "the draws follow another law than the claimed one: a rival explains them better"
    return (
        f"the draws contradict the closed form: {worst.label} is {worst.estimate:.6g} "
        f"(standard error {worst.standard_error:.2g}), not {worst.closed_form:.6g}"
    )
