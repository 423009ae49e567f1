r"""Confidence sequences: intervals for a mean that all hold at once, after every number of draws.

**From bets.** Let E_n(m) be a mixture of bets that is fair if the mean is m, one for upward and one for
downward alternatives. By Ville's inequality P(E_n(m) >= 2/alpha for some n) <= alpha/2 for each side, so the
means that neither side has rejected contain the true one for ALL n together with probability >= 1 - alpha.

**Statistics with a log-moment-generating function Lambda** (`statistics.quadratic`; the law of the noise is
the design's). With tilts t_1 .. t_G > 0, deviation D = S_n - n m and prices Lambda(+-t),

    E+_n(m) = (1/G) sum_g exp(t_g D - n Lambda(t_g)),     E-_n(m) = (1/G) sum_g exp(-t_g D - n Lambda(-t_g)) .

One tilt is sharp at one n; a grid, each twice the next, is sharp at all, for the price of log G. E+ falls in
m and E- rises, so each side has one root, found by bisection below the least root of a single tilt.

**Bounded statistics**, of any law on [0, 1]. The bets of `statistics.bounded` towards p', averaged over a
Beta(1/2, 1/2) law of p', have the closed form

    log E_n(p) = log B(S + 1/2, n - S + 1/2) - log B(1/2, 1/2) - S log p - (n - S) log(1 - p) ,

fair for every law with mean p, least at p = S / n: the interval is found by bisection on each side.

Sources: H. Robbins, Ann. Math. Stat. 41 (1970), for mixtures of tilts; S. Howard, A. Ramdas, J. McAuliffe, J.
Sekhon, Ann. Stat. 49 (2021); I. Waudby-Smith, A. Ramdas, J. Roy. Stat. Soc. B 86 (2024), for bounded means.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.special import betaln

from algorithms.errors import InputError

TILTS = 28
"""Each half the one before: from the largest allowed to one that is sharp after 1e16 times as many draws."""
BISECTIONS = 30


@dataclass(frozen=True)
class Interval:
    """After n draws the mean lies in [low, high], at all n together with the stated probability."""

    n: int
    low: float
    high: float


def tilt_grid(largest: float, deviation: float) -> Float[np.ndarray, " g"]:
    """Tilts to average over, from 9/10 of the largest for which Lambda is finite, or 4 / deviation, down."""
    return np.asarray(min(0.9 * largest, 4.0 / deviation) * 0.5 ** np.arange(TILTS))


def tilted_interval(
    count: float,
    total: float,
    tilts: Float[np.ndarray, " g"],
    log_mgf_up: Float[np.ndarray, " g"],
    log_mgf_down: Float[np.ndarray, " g"],
    alpha: float,
) -> Interval:
    """The interval for a mean after `count` draws with sum `total`; log_mgf are Lambda(t) and Lambda(-t)."""
    _check_rate(alpha)
    if count == 0:
        return Interval(0, -math.inf, math.inf)
    bound = math.log(2 * len(tilts) / alpha)

    def half_width(prices: Float[np.ndarray, " g"]) -> float:
        def excess(deviation: float) -> float:
            return log_sum_exp(tilts * deviation - count * prices) - bound

        # A single tilt rejects where its own term alone reaches the bound: the least of these is too far.
        far = float(((bound + count * prices) / tilts).min())
        return _root(excess, 0.0, far)

    return Interval(
        int(count), (total - half_width(log_mgf_up)) / count, (total + half_width(log_mgf_down)) / count
    )


def bounded_interval(count: float, total: float, alpha: float) -> Interval:
    """The interval for the mean of a statistic in [0, 1] after `count` draws with sum `total`."""
    _check_rate(alpha)
    if count == 0:
        return Interval(0, 0.0, 1.0)
    total = min(max(total, 0.0), count)
    constant = float(betaln(total + 0.5, count - total + 0.5) - betaln(0.5, 0.5)) + math.log(alpha)
    estimate = total / count

    def excess(p: float) -> float:
        heads = total * math.log(p) if total > 0 else 0.0
        tails = (count - total) * math.log1p(-p) if total < count else 0.0
        return constant - heads - tails

    low = 0.0 if total == 0 else _root(lambda p: -excess(p), 1e-300, estimate)
    high = 1.0 if total == count else _root(excess, estimate, 1.0 - 1e-16)
    return Interval(int(count), low, high)


def scale_interval(squares: float, degrees: float, alpha: float) -> Interval:
    """The interval for the scale c of squared errors, squares / c being chi-squared with `degrees` in all.

    The mixtures are those above with Lambda(u) = -(degrees / 2) log(1 - 2 u), where u = t c and S / c for D.
    """
    _check_rate(alpha)
    if degrees == 0:
        return Interval(0, 0.0, math.inf)
    tilts = 0.45 * 0.5 ** np.arange(TILTS)
    bound = math.log(2 * len(tilts) / alpha)
    up, down = (-degrees / 2 * np.log1p(-2 * sign * tilts) for sign in (1, -1))

    def too_large(ratio: float) -> float:
        return log_sum_exp(tilts * ratio - up) - bound

    def too_small(ratio: float) -> float:
        return bound - log_sum_exp(-tilts * ratio - down)

    largest = _root(too_large, 0.0, float(((bound + up) / tilts).min()))
    smallest = 0.0 if too_small(0.0) >= 0 else _root(too_small, 0.0, degrees)
    return Interval(int(degrees), squares / largest, squares / smallest if smallest > 0 else math.inf)


def log_sum_exp(values: Float[np.ndarray, " g"]) -> float:
    """log of the sum of exp(values), all finite; SciPy's takes ten times as long for so few."""
    top = float(values.max())
    return top + math.log(float(np.exp(values - top).sum()))


def _root(rising: Callable[[float], float], low: float, high: float) -> float:
    """Where a rising function crosses zero between `low` and `high`, to 2^-30 of their distance."""
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
    return high


def _check_rate(alpha: float) -> None:
    if not 0 < alpha < 1:
        raise InputError(f"alpha must lie strictly between 0 and 1, got {alpha}")
