"""What a course amounts to: the verdict, its reason in one line, and the numbers behind it."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from verification.check import Check, Experiment
from verification.course import Course, thinned
from verification.forecast import draws_needed
from verification.level import Level
from verification.outcome import ControlOutcome, ControlVerdict, Outcome, PathPoint, Verdict
from verification.statistics.claim import Entry
from verification.statistics.confidence import Interval
from verification.statistics.process import Decision, Process

INTERVALS = 16
STANDS_OUT = 4.0
"""Words the failure: an entry this many standard errors off is named. No verdict rests on it."""
NOTHING = Entry("", math.nan, math.nan, math.nan)
CONTROL_VERDICTS: dict[Decision, ControlVerdict] = {
    "rejected": "rejected",
    "accepted": "survived",
    "open": "undecided",
}


def outcome_of(
    check: Check, experiment: Experiment, course: Course, level: Level, seed: int, seconds: float
) -> Outcome:
    """The outcome of a course that is over."""
    truth = course.truth
    entries = () if truth.sums is None else truth.claim.entries(truth.sums)
    controls = tuple(
        ControlOutcome(control.mutant, control.title, CONTROL_VERDICTS[trial.decision], trial.process.n)
        for control, trial in zip(experiment.controls, course.controls, strict=True)
    )
    verdict, failure, needed = _verdict(course, entries, controls, level)
    return _outcome(
        check,
        level,
        seed,
        verdict=verdict,
        failure=failure,
        needed=needed,
        process=truth.process,
        entries=entries,
        controls=controls,
        path=thinned(course.path),
        seconds=seconds,
        confidence=confidence_of(course, entries, level.alpha),
    )


def outcome_without_draws(check: Check, level: Level, seed: int, refusal: str) -> Outcome:
    """A closed form that cannot even be claimed, or code that breaks down, fails its check."""
    return _outcome(check, level, seed, verdict="fail", failure=refusal)


def _outcome(
    check: Check,
    level: Level,
    seed: int,
    *,
    verdict: Verdict,
    failure: str,
    needed: int | None = None,
    process: Process | None = None,
    entries: tuple[Entry, ...] = (),
    controls: tuple[ControlOutcome, ...] = (),
    path: tuple[PathPoint, ...] = (),
    seconds: float = 0.0,
    confidence: tuple[Interval, ...] = (),
) -> Outcome:
    process = Process() if process is None else process
    worst = max(entries, key=lambda entry: abs(entry.z), default=NOTHING)
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
        e_value=process.e_value,
        p_value=process.p_value,
        n=process.n,
        alpha=level.alpha,
        beta=level.beta,
        delta=level.delta,
        verdict=verdict,
        controls=controls,
        entries=entries,
        path=path,
        needed=needed,
        failure=failure,
        seed=seed,
        seconds=seconds,
        confidence=confidence,
    )


def confidence_of(course: Course, entries: tuple[Entry, ...], alpha: float) -> tuple[Interval, ...]:
    """The confidence sequence of the entry that deviates most, at looks that lie evenly on a log scale.

    The entry was chosen after the draws were seen, so each of them gets an equal share of alpha.
    """
    if not entries:
        return ()
    worst = max(range(len(entries)), key=lambda number: abs(entries[number].z))
    looks = np.cumsum([piece.size for piece in course.pieces])
    looks = looks[looks <= course.truth.process.n]
    chosen = np.unique(np.geomspace(1, len(looks), INTERVALS).round().astype(int)) - 1
    sums = np.cumsum([piece.sums for piece in course.pieces[: len(looks)]], axis=0)[chosen]
    claim = course.truth.claim
    # Before every component was drawn some entries have no estimate yet, and no number of their own.
    known = [
        (n, total)
        for n, total in zip(looks[chosen], sums, strict=True)
        if len(claim.entries(total)) == len(entries)
    ]
    found = [(int(n), claim.interval(total, worst, alpha / len(entries))) for n, total in known]
    # A claim counts what it looks at: draws of one component, degrees of freedom.
    return tuple(replace(i, n=n) for n, i in found if i is not None and math.isfinite(i.low + i.high))


def _verdict(
    course: Course, entries: tuple[Entry, ...], controls: tuple[ControlOutcome, ...], level: Level
) -> tuple[Verdict, str, int | None]:
    """The verdict, why it is not "pass", and the draws that would have decided."""
    if course.truth.decision == "rejected":
        return "fail", _contradiction(entries), None
    survivors = [control.title for control in controls if control.verdict == "survived"]
    if survivors:
        return "fail", "wrong answers accepted: " + "; ".join(survivors), None
    if course.is_open:
        needed = draws_needed(course, level)
        return "undecided", f"{course.n:,} draws did not decide; about {needed:,} would", needed
    return "pass", "", None


def _contradiction(entries: tuple[Entry, ...]) -> str:
    """What the draws say against a rejected claim, by its worst entry."""
    worst = max(entries, key=lambda entry: abs(entry.z), default=NOTHING)
    if not abs(worst.z) > STANDS_OUT:
        return "the draws follow another law than the claimed one: a rival explains them better"
    return (
        f"the draws contradict the closed form: {worst.label} is {worst.estimate:.6g} "
        f"(standard error {worst.standard_error:.2g}), not {worst.closed_form:.6g}"
    )
