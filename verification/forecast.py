r"""The budget that a check needed but did not have, from what was drawn of it.

A sum of bets is a walk. After T draws with drift mu and variance s^2 each it has come mu T, less about two
deviations 2 s sqrt(T) in an unlucky run (1 of 40); so to come as far as b

    mu T - 2 s sqrt(T) = b,     sqrt(T) = (s + sqrt(s^2 + mu b)) / mu .

The drift of a bet against a claim that is right, or nearly so, is tiny and drowns in noise; but as E exp b is
1 it is -s^2 / 2 up to third order, and s^2 is known well from the pieces. A drift that stands out speaks for
itself. A wrong claim falls by the bets in which it differs from the right one. All of it is an estimate, no
verdict rests on it.

Source: A. Wald, Sequential Analysis (1947), section 3.5.
"""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Bool, Float

from verification.course import Course
from verification.level import Level
from verification.statistics.claim import Claim

STANDS_OUT = 6.0
"""Standard errors from which on a drift is taken as seen."""


def draws_needed(course: Course, level: Level) -> int:
    """Draws that would decide all of `course` in nearly all runs; ten times its own if nobody can tell."""
    sizes = np.array([piece.size for piece in course.pieces], dtype=float)
    if len(sizes) < 2:
        return 10 * course.n
    needs = []
    right = course.truth.claim.log_bets(course.sums)
    if course.truth.decision == "open":
        drifts, deviations = _walks(course.truth.claim, course, sizes, np.full(len(right), True))
        falls = _rates(-drifts, deviations, course.n)
        needs.append(_slowest(falls, deviations, level.claim_bounds.log_accept))
    for trial in course.controls:
        if trial.decision == "open":
            wrong = trial.claim.log_bets(course.sums)
            others = wrong != right if len(wrong) == len(right) else np.full(len(wrong), True)
            drifts, deviations = _walks(trial.claim, course, sizes, others)
            bound = level.control_bounds.log_reject + math.log(len(wrong))
            needs.append(_fastest(drifts, deviations, course.n, bound))
    most = max(needs, default=0.0)
    return _rounded(max(most if math.isfinite(most) else 10.0 * course.n, course.n + 1))


def _walks(
    claim: Claim, course: Course, sizes: Float[np.ndarray, " p"], chosen: Bool[np.ndarray, " j"]
) -> tuple[Float[np.ndarray, " alive"], Float[np.ndarray, " alive"]]:
    """Drift and standard deviation a draw, of every chosen bet that is still alive."""
    steps = np.array([claim.log_bets(piece.sums) for piece in course.pieces])[:, chosen]
    steps = steps[:, np.isfinite(steps).all(axis=0)]
    drifts = steps.sum(axis=0) / sizes.sum()
    squares = (steps - sizes[:, None] * drifts) ** 2 / sizes[:, None]
    return drifts, np.sqrt(squares.sum(axis=0) / (len(sizes) - 1))


def _rates(
    drifts: Float[np.ndarray, " j"], deviations: Float[np.ndarray, " j"], n: int
) -> Float[np.ndarray, " j"]:
    """Drifts where they stand out, else half the variance."""
    seen = np.abs(drifts) > STANDS_OUT * deviations / math.sqrt(n)
    return np.where(seen, drifts, deviations**2 / 2)


def _slowest(rates: Float[np.ndarray, " j"], deviations: Float[np.ndarray, " j"], bound: float) -> float:
    """Until the last of the bets has come as far as `bound`; infinite if one goes the other way."""
    if not (rates > 0).all():
        return math.inf
    return float(_draws(rates, deviations, bound).max(initial=0.0))


def _fastest(
    drifts: Float[np.ndarray, " j"], deviations: Float[np.ndarray, " j"], n: int, bound: float
) -> float:
    """Until one bet has come as far: the fastest that is seen to rise; else the slowest, as it may be any."""
    seen = np.abs(drifts) > STANDS_OUT * deviations / math.sqrt(n)
    rising, unclear = seen & (drifts > 0), ~seen & (deviations > 0)
    if rising.any():
        return float(_draws(drifts[rising], deviations[rising], bound).min())
    if unclear.any():
        return float(_draws(deviations[unclear] ** 2 / 2, deviations[unclear], bound).max())
    return math.inf


def _draws(
    rates: Float[np.ndarray, " j"], deviations: Float[np.ndarray, " j"], bound: float
) -> Float[np.ndarray, " j"]:
    return np.asarray(((deviations + np.sqrt(deviations**2 + rates * bound)) / rates) ** 2)


def _rounded(draws: float) -> int:
    """Up, to two digits."""
    unit = 10 ** max(0, len(str(int(draws))) - 2)
    return int(math.ceil(draws / unit) * unit)
