r"""Bets on the means of linear and quadratic statistics: exponential tilts.

Statement. Let s = q(x) - c be a statistic less its claimed mean c, and Lambda(t) = log E exp(t (q - E q))
the log-moment-generating function of its noise, in closed form (`statistics.quadratic`). Under the claim
(the law of the draws is the design's, and E q = c)

    b+(x) = t s - Lambda(t)      and      b-(x) = -t s - Lambda(-t)

have E exp b = 1: they are bets in the sense of `statistics.process`, one against each direction.

**What they are for.** Choose t > 0 with Lambda(t) + Lambda(-t) <= t Delta. Let s be the noise shifted by
d >= Delta. Then E exp(-b+) = E exp(-t s + Lambda(t)) = exp(Lambda(-t) - t d + Lambda(t)) <= 1, so b+ is
for every shift by Delta or more, b- for every shift by -Delta or less. A wrong closed form c' is exactly
a shift, by E q - c', so the miss rate is exact for every wrong closed form that is off by Delta or more
in at least one statistic. For a wrong SAMPLER, b+ is for every law under which E exp(-t s) <=
exp(-Lambda(t)), for instance every one under which s is stochastically larger than the noise shifted by
Delta; a sampler that also changes the noise is rejected as soon as its draws win a bet, but its miss rate
is not bounded here.

**Tolerance and tilt.** Delta = delta * |E q|, a relative error. h(t) = Lambda(t) + Lambda(-t) is convex
and even, h(0) = 0, so h(t)/t rises from 0 and there is one root of h(t) = t Delta: the largest admissible
tilt, and the one that is a likelihood ratio in the Gaussian case (t = Delta / sigma^2). It depends on the
design alone, not on the claim.

Source: A. Wald, Ann. Math. Stat. 16 (1945); Howard et al., Ann. Stat. 49 (2021), for E exp(t s -
Lambda(t)) = 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from algorithms.errors import InputError
from algorithms.mixture import Mixture, Samples
from verification.statistics.claim import Entry, mean_entry, samples_of
from verification.statistics.confidence import Interval, tilt_grid, tilted_interval
from verification.statistics.quadratic import QuadraticLaw, Quadratics, law_of

BISECTIONS = 60
"""Halvings of the bracket of a tilt: 2^-60 of it is below its rounding."""


@dataclass(frozen=True)
class Tilt:
    """Measures J statistics and bets on their means. Build it with `tilt`.

    component: only draws with this label are looked at (None: all). The label is known before the bet, so
    a bet on the others is a bet of nothing and the guarantees stay.
    """

    statistics: Quadratics
    deviations: Float[np.ndarray, " j"]
    tilts: Float[np.ndarray, " j"]
    log_mgf_up: Float[np.ndarray, " j"]
    log_mgf_down: Float[np.ndarray, " j"]
    noise: QuadraticLaw
    component: int | None = None

    @property
    def size(self) -> int:
        """The number of draws looked at, and J sums."""
        return 1 + len(self.tilts)

    def sums(self, samples: Samples) -> Float[np.ndarray, " s"]:
        """Draws looked at, then each statistic summed over them."""
        X = (samples if self.component is None else samples_of(samples, self.component)).X
        return np.concatenate([[float(len(X))], self.statistics.sums(X)])

    def claim(self, means: Float[np.ndarray, " j"]) -> TiltClaim:
        """The claim that the statistics have these means. InputError for a mean that is not finite."""
        for label, mean in zip(self.statistics.labels, means, strict=True):
            if not np.isfinite(mean):
                raise InputError(f"the claimed {label} must be a finite number, got {mean}")
        return TiltClaim(self, means)


@dataclass(frozen=True)
class TiltClaim:
    """E q_j = means_j for every statistic of `design`."""

    design: Tilt
    means: Float[np.ndarray, " j"]

    def log_bets(self, sums: Float[np.ndarray, " s"]) -> Float[np.ndarray, " two_j"]:
        """J bets that the means are larger, then J that they are smaller."""
        count, totals = sums[0], sums[1:]
        pull = self.design.tilts * (totals - count * self.means)
        return np.concatenate(
            [pull - count * self.design.log_mgf_up, -pull - count * self.design.log_mgf_down]
        )

    def entries(self, sums: Float[np.ndarray, " s"]) -> tuple[Entry, ...]:
        """Estimated means; none when no draw was looked at."""
        count, totals = float(sums[0]), sums[1:]
        if count == 0:
            return ()
        return tuple(
            mean_entry(label, float(total), count, float(mean), float(deviation))
            for label, total, mean, deviation in zip(
                self.design.statistics.labels, totals, self.means, self.design.deviations, strict=True
            )
        )

    def interval(self, sums: Float[np.ndarray, " s"], number: int, alpha: float) -> Interval | None:
        """By mixtures of tilts: exact if the noise is the design's, whatever the means."""
        design = self.design
        tilts = tilt_grid(float(design.noise.largest_tilt[number]), float(design.deviations[number]))
        noise = design.noise.statistic(number, len(tilts))
        up, down = noise.log_mgf(tilts), noise.log_mgf(-tilts)
        return tilted_interval(float(sums[0]), float(sums[1 + number]), tilts, up, down, alpha)


def tilt(statistics: Quadratics, law: Mixture, delta: float, component: int | None = None) -> Tilt:
    """Bets on `statistics` of draws from `law` that notice a relative error of `delta` in any of their means.

    Raises InputError for a statistic that is not finite (its center is no number), is constant under `law`
    (nothing to sample: compare it directly), or has mean zero (a relative error of nothing).
    """
    noise = law_of(statistics, law)
    deviations = _deviations(statistics, noise)
    for label, mean, deviation in zip(statistics.labels, noise.mean, deviations, strict=True):
        if abs(mean) <= 1e-9 * deviation:
            raise InputError(
                f"{label} has mean zero under the design, so no relative error: choose another design"
            )
    return _tilt(statistics, noise, deviations, delta * np.abs(noise.mean), component)


def tilt_in_deviations(
    statistics: Quadratics, law: Mixture, delta: float, component: int | None = None
) -> Tilt:
    """The same, where the error to notice is `delta` standard deviations of one draw: means may be zero.

    Raises InputError for a statistic that is not finite or is constant under `law`.
    """
    noise = law_of(statistics, law)
    deviations = _deviations(statistics, noise)
    return _tilt(statistics, noise, deviations, delta * deviations, component)


def _deviations(statistics: Quadratics, noise: QuadraticLaw) -> Float[np.ndarray, " j"]:
    """Standard deviations. Raises InputError for a statistic without mean or without spread."""
    deviations = np.sqrt(noise.variance)
    for label, mean, deviation in zip(statistics.labels, noise.mean, deviations, strict=True):
        if not np.isfinite(mean):
            raise InputError(f"{label} must have a finite mean under the design, got {mean}: see its center")
        if deviation <= 1e-12 * (1 + abs(mean)):
            raise InputError(f"{label} is constant under the design: compare it directly, without draws")
    return np.asarray(deviations)


def _tilt(
    statistics: Quadratics,
    noise: QuadraticLaw,
    deviations: Float[np.ndarray, " j"],
    tolerances: Float[np.ndarray, " j"],
    component: int | None,
) -> Tilt:
    tilts = solve_tilts(noise, tolerances)
    return Tilt(statistics, deviations, tilts, noise.log_mgf(tilts), noise.log_mgf(-tilts), noise, component)


def solve_tilts(noise: QuadraticLaw, tolerances: Float[np.ndarray, " j"]) -> Float[np.ndarray, " j"]:
    """The largest t_j with Lambda_j(t_j) + Lambda_j(-t_j) <= t_j * tolerance_j, by bisection, from below."""

    def admissible(t: Float[np.ndarray, " j"]) -> np.ndarray:
        return np.asarray(noise.log_mgf(t) + noise.log_mgf(-t) <= t * tolerances)

    low = np.zeros_like(tolerances)
    high = np.minimum(2 * tolerances / noise.variance, 0.9 * noise.largest_tilt)
    for _ in range(BISECTIONS):  # widen: double, but stay where the function is finite
        fits = admissible(high)
        if not fits.any():
            break
        low = np.where(fits, high, low)
        high = np.where(fits, np.minimum(2 * high, (high + noise.largest_tilt) / 2), high)
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        fits = admissible(middle)
        low, high = np.where(fits, middle, low), np.where(fits, high, middle)
    return low
