r"""What a check will cost, said beforehand: draws until the claim is accepted and all controls are rejected.

A bet is a walk with steps b. Wald's identity puts the time it takes to a bound at the bound over the drift
E b. Drifts are tiny (at a tolerance of 1 % one millionth), and a plain average over a small pilot would drown
in noise. But where E exp(+-b) = 1 the logarithm of that may be added or taken away,

    E b  =  E b - log E exp b      a bet against a claim that is right,
    E b  =  E b + log E exp(-b)    a bet for an alternative that is right,

and these a pilot estimates well: what is linear in b cancels. Where a bet is less than fair the plan is too
large. A bet that is far off has a drift that stands out by itself. All of it is an estimate, no verdict rests
on it.

Source: A. Wald, Sequential Analysis (1947), section 3.5.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from verification.check import Check
from verification.level import Level
from verification.statistics.claim import Claim
from verification.statistics.process import log_mean_exp
from verification.stream import generator

BLOCK, BLOCKS = 32, 96
"""A pilot draws 96 blocks of 32: enough to know a curvature to a sixth."""
TIMED = 1 << 12
"""Draws that are timed."""
FEWEST_BLOCKS, MOST_SECONDS = 8, 1.0
"""A pilot of costly draws stops after this time, with what blocks it has, but not with fewer."""
STANDS_OUT = 6.0
"""Standard errors from which on a plain average is good enough."""


@dataclass(frozen=True)
class Plan:
    """Expected draws to accept the claim and to reject the slowest control, and the seconds for all of it."""

    id: str
    accept: int
    reject: int
    seconds: float

    @property
    def draws(self) -> int:
        """Draws until all is decided."""
        return max(self.accept, self.reject)


def plan(check: Check, level: Level, *, seed: int) -> Plan:
    """The plan of `check` at `level`. The pilot has a stream of its own: no draw of it is used again."""
    experiment = check.experiment(level.delta)
    measurement = experiment.measurement
    started = time.perf_counter()
    blocks: list[Float[np.ndarray, " s"]] = []
    while len(blocks) < BLOCKS:
        rng = generator(seed, f"plan {check.id}", len(blocks))
        blocks.append(measurement.sums(experiment.draw(BLOCK, rng)))
        if len(blocks) >= FEWEST_BLOCKS and time.perf_counter() - started > MOST_SECONDS:
            break
    seconds_a_draw = (time.perf_counter() - started) / (BLOCK * len(blocks))
    if len(blocks) == BLOCKS:  # cheap draws are cheaper by the thousand
        started = time.perf_counter()
        measurement.sums(experiment.draw(TIMED, generator(seed, f"plan {check.id}", BLOCKS)))
        seconds_a_draw = (time.perf_counter() - started) / TIMED
    sums = np.array(blocks)
    accept = level.claim_bounds.log_accept / _slowest_fall(experiment.truth, sums)
    bound = level.control_bounds.log_reject
    reject = [_draws_to_reject(control.claim, sums, bound) for control in experiment.controls]
    slowest = max(reject, default=0.0)
    draws = max(accept, slowest)
    return Plan(check.id, _whole(accept), _whole(slowest), draws * seconds_a_draw)


def _whole(draws: float) -> int:
    """Rounded up; what would take forever is cut at 10^18."""
    return math.ceil(min(draws, 1e18))


def _bets(claim: Claim, sums: Float[np.ndarray, "b s"]) -> Float[np.ndarray, "b j"]:
    return np.array([claim.log_bets(block) for block in sums])


def _slowest_fall(truth: Claim, sums: Float[np.ndarray, "b s"]) -> float:
    """The least drift a draw by which a bet against the truth falls; bets that have given up do not count."""
    bets = _bets(truth, sums)
    falls = [
        -float(bet.mean()) if _stands_out(bet) else log_mean_exp(bet) - float(bet.mean())
        for bet in bets.T
        if np.isfinite(bet).all()
    ]
    return max(min(falls, default=math.inf), 1e-300) / BLOCK


def _draws_to_reject(wrong: Claim, sums: Float[np.ndarray, "b s"], bound: float) -> float:
    """Draws until the average of all bets reaches the bound, by a bet that is seen to rise, or may."""
    bets = _bets(wrong, sums)
    if np.isposinf(bets).any():
        return float(BLOCK)  # an impossible claim falls at once
    finite = [bet for bet in bets.T if np.isfinite(bet).all()]
    seen = [float(bet.mean()) for bet in finite if _stands_out(bet) and bet.mean() > 0]
    near = [float(bet.mean()) + log_mean_exp(-bet) for bet in finite if not _stands_out(bet)]
    # Which of the near ones is for the truth the pilot cannot tell: the slowest is assumed.
    fastest = max(seen, default=min(near, default=0.0)) / BLOCK
    return (bound + math.log(bets.shape[1])) / fastest if fastest > 0 else math.inf


def _stands_out(bet: Float[np.ndarray, " b"]) -> bool:
    """Is the average drift seen without any help?"""
    return abs(float(bet.mean())) > STANDS_OUT * float(bet.std()) / math.sqrt(len(bet))
