"""Confidence sequences: all intervals of a run hold together at least as often as stated, and they shrink."""

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom

from algorithms.errors import InputError
from algorithms.mixture import Mixture
from verification import catalog
from verification.level import QUICK
from verification.run import run_at
from verification.statistics.confidence import bounded_interval, scale_interval
from verification.statistics.quadratic import coordinates, law_of, products
from verification.statistics.tilt import tilt

ALPHA = 0.1
LAW = Mixture(np.array([0.7, 0.3]), np.array([[1.0], [3.0]]), np.array([[[0.5]], [[1.0]]]))


def ever_outside(chance: float, throws: int, narrow: float = 1.0) -> float:
    """P(the interval of a coin ever misses its chance), by exact recursion over all sequences of throws."""
    alive, missed = {0: 1.0}, 0.0
    for n in range(1, throws + 1):
        following: dict[int, float] = defaultdict(float)
        for heads, mass in alive.items():
            for more, weight in ((1, chance), (0, 1 - chance)):
                interval = bounded_interval(float(n), float(heads + more), ALPHA)
                middle, half = (interval.low + interval.high) / 2, (interval.high - interval.low) / 2
                if abs(chance - middle) > narrow * half:
                    missed += mass * weight
                else:
                    following[heads + more] += mass * weight
        alive = following
    return missed


@pytest.mark.parametrize("chance", [0.5, 0.1, 0.02])
def test_intervals_of_a_coin_miss_together_at_most_at_rate_alpha(chance):
    missed = ever_outside(chance, throws=40)
    # Above zero, or the intervals would be needlessly wide.
    assert ALPHA / 100 < missed <= ALPHA


def test_oracle_sees_intervals_that_are_too_narrow():
    assert ever_outside(0.5, throws=40, narrow=0.5) > ALPHA


@pytest.mark.usefixtures("many_calls")
@pytest.mark.parametrize(
    "statistics", [coordinates(("x",)), products("x", np.array([0.4]))], ids=["x", "square"]
)
def test_intervals_of_a_mean_miss_together_at_most_at_rate_alpha(statistics):
    measurement = tilt(statistics, LAW, 0.1)
    truth = float(law_of(statistics, LAW).mean[0])
    claim = measurement.claim(np.array([truth]))
    runs, missed = 100, 0
    for seed in range(runs):
        rng = np.random.default_rng(seed)
        sums = np.zeros(2)
        for _ in range(6):
            sums = sums + measurement.sums(LAW.sample(int(2 + sums[0] / 2), rng))
            interval = claim.interval(sums, 0, ALPHA)
            if not interval.low <= truth <= interval.high:
                missed += 1
                break
    # Exact binomial tail: red by chance once in a million.
    assert binom.sf(missed - 1, runs, ALPHA) > 1e-6


def test_intervals_of_a_scale_miss_together_at_most_at_rate_alpha():
    rng = np.random.default_rng(0)
    runs, scale = 100, 2.5
    squares = scale * np.cumsum(rng.chisquare(3, size=(runs, 30)), axis=1)
    missed = 0
    for row in squares:
        found = [
            scale_interval(float(s), 3.0 * (i + 1), ALPHA) for i, s in enumerate(row) if i in (1, 5, 14, 29)
        ]
        missed += not all(one.low <= scale <= one.high for one in found)
    assert binom.sf(missed - 1, runs, ALPHA) > 1e-6


@pytest.mark.parametrize("times", [16, 256])
def test_intervals_shrink_like_the_root_of_n(times):
    measurement = tilt(coordinates(("x",)), LAW, 0.1)
    claim = measurement.claim(np.array([1.6]))
    narrow, wide = (claim.interval(np.array([n, 1.6 * n]), 0, ALPHA) for n in (1000.0 * times, 1000.0))
    ratio = (wide.high - wide.low) / (narrow.high - narrow.low)
    # Tilts lie on a grid of twos, which costs a few percent at some n.
    assert ratio == pytest.approx(np.sqrt(times), rel=0.1)


@pytest.mark.parametrize("heads", [0.0, 10.0])
def test_interval_of_a_coin_that_fell_on_one_side_only_ends_there(heads):
    interval = bounded_interval(10.0, heads, ALPHA)
    assert (interval.low == 0.0) if heads == 0 else (interval.high == 1.0)
    assert 0.2 < interval.high - interval.low < 0.5


def test_nothing_is_known_without_draws():
    assert bounded_interval(0.0, 0.0, ALPHA).high == 1.0
    assert (
        tilt(coordinates(("x",)), LAW, 0.1).claim(np.array([1.0])).interval(np.zeros(2), 0, ALPHA).low
        == -np.inf
    )
    assert scale_interval(0.0, 0.0, ALPHA).high == np.inf


@pytest.mark.parametrize(
    "check_id", ["mixture_covariance", "sampler", "gaussian_characteristic", "em_consistency"]
)
def test_outcome_draws_the_intervals_of_its_number(check_id):
    outcome = run_at(catalog.load(check_id), replace(QUICK, delta=0.2), seed=3)
    assert 2 <= len(outcome.confidence) <= 16
    assert all(one.low <= outcome.closed_form <= one.high for one in outcome.confidence)
    widths = [one.high - one.low for one in outcome.confidence]
    assert widths[-1] < widths[0]
    last = outcome.confidence[-1]
    assert last.n == outcome.n
    assert last.low <= outcome.estimate <= last.high


def test_closed_form_that_is_off_leaves_the_intervals():
    measurement = tilt(coordinates(("x",)), LAW, 0.1)
    sums = measurement.sums(LAW.sample(20_000, np.random.default_rng(0)))
    interval = measurement.claim(np.array([1.8])).interval(sums, 0, 1e-9)
    assert interval.low <= 1.6 <= interval.high < 1.8


@pytest.mark.parametrize("alpha", [0.0, 1.0, np.nan])
def test_rate_outside_zero_one_is_refused(alpha):
    with pytest.raises(InputError, match=r"^alpha must lie strictly between 0 and 1, got"):
        bounded_interval(10.0, 3.0, alpha)
