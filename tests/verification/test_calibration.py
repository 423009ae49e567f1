"""Measured, not promised: how often runs err at alpha = beta = 0.05, against the bounds.

Counts are judged by exact binomial tails at 1e-6: a run of this file is red by chance once in 1e5.
"""

import numpy as np
import pytest
from scipy.stats import binom

from algorithms.mixture import Mixture
from verification.check import Check, Experiment
from verification.level import Level
from verification.run import run_at
from verification.statistics.quadratic import coordinates, products, upper_triangle
from verification.statistics.tilt import tilt

RATE = 0.05
LEVEL = Level("calibration", delta=0.3, alpha=RATE, beta=RATE, budget=20_000)
LAW = Mixture(np.array([0.6, 0.4]), np.array([[2.0], [-0.5]]), np.array([[[0.5]], [[1.0]]]))
MEAN, VARIANCE = 1.0, 0.6 * 0.5 + 0.4 * 1.0 + 0.6 * 0.4 * 2.5**2
STATISTICS = {
    "mean": (coordinates(("E[x]",)), np.array([MEAN])),
    "variance": (products("Var[x]", np.array([MEAN])), upper_triangle(np.array([[VARIANCE]]))),
}


def verdicts(statistic: str, factor: float, runs: int) -> dict[str, int]:
    """How often each verdict comes when the closed form is `factor` times the truth."""
    statistics, truth = STATISTICS[statistic]

    bets = tilt(statistics, LAW, LEVEL.delta)
    experiment = Experiment(LAW.sample, bets, bets.claim(factor * truth), ())
    check = Check("calibration", "mixture_mean", "", "", "", (), lambda delta: experiment)
    found = [run_at(check, LEVEL, seed=seed).verdict for seed in range(runs)]
    return {verdict: found.count(verdict) for verdict in ("pass", "fail", "undecided")}


def is_compatible(errors: int, runs: int) -> bool:
    """Could a procedure with error rate RATE make this many errors or more? (Exact, at 1e-6.)"""
    return bool(binom.sf(errors - 1, runs, RATE) > 1e-6)


RUNS = [pytest.param(200, id="200 runs"), pytest.param(5000, id="5000 runs", marks=pytest.mark.full)]


@pytest.mark.parametrize("runs", RUNS)
@pytest.mark.parametrize("statistic", STATISTICS)
def test_true_claims_are_rejected_at_most_at_rate_alpha(statistic, runs):
    counts = verdicts(statistic, 1.0, runs)
    assert counts["undecided"] == 0
    assert is_compatible(counts["fail"], runs)


@pytest.mark.parametrize("runs", RUNS)
@pytest.mark.parametrize("statistic", STATISTICS)
@pytest.mark.parametrize("factor", [1 - LEVEL.delta, 1 + LEVEL.delta], ids=["too small", "too large"])
def test_claims_that_are_off_by_delta_pass_at_most_at_rate_beta(statistic, factor, runs):
    counts = verdicts(statistic, factor, runs)
    assert counts["undecided"] == 0
    assert is_compatible(counts["pass"], runs)


def test_calibration_would_notice_a_rate_above_the_bound():
    """Claims closer than delta are not covered: at half a tolerance too many pass, and it shows."""
    assert not is_compatible(verdicts("mean", 1 + LEVEL.delta / 2, 200)["pass"], 200)
