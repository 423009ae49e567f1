r"""Bets on means of statistics without a moment-generating function: third and fourth powers.

Statement. Let v have claimed mean m and variance at most V, and let phi be the odd function

    phi(u) = log(1 + u + u^2/2) for u >= 0,     phi(u) = -log(1 - u + u^2/2) for u < 0 .

Because (1 + u + u^2/2)(1 - u + u^2/2) = 1 + u^4/4 >= 1, exp phi(u) <= 1 + u + u^2/2 and exp(-phi(u)) <= 1 -
u + u^2/2 for all u. So for the two bets

    b+- = +-phi(lambda (v - m)) - log(1 + lambda^2 V / 2)

E exp b <= (1 + lambda^2 V / 2) / (1 + lambda^2 V / 2) = 1 for EVERY law with mean m and variance at most V:
no moment beyond the second of v is used, and one huge v changes b by its logarithm only.

**What they are for.** Let the true mean be m + Delta, the variance at most V. Then

    E exp(-b+) <= (1 - lambda Delta + lambda^2 (V + Delta^2) / 2)(1 + lambda^2 V / 2) ,

and lambda is the largest with a right side of at most 1, about Delta / V: in the limit of small Delta nothing
is lost against a Gaussian likelihood ratio. If v is m + d + noise with d > Delta and the same noise, exp(-b+)
is smaller still, for phi rises. In the same way downwards.

Source: O. Catoni, Ann. Inst. H. Poincare Probab. Statist. 48 (2012), for phi; H. Wang, A. Ramdas, Stoch.
Process. Appl. 163 (2023), for its sequential use.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.optimize import brentq

from algorithms.errors import InputError
from algorithms.mixture import Samples
from verification.statistics.claim import Entry, mean_entry
from verification.statistics.confidence import Interval


@dataclass(frozen=True)
class Heavy:
    """Measures J statistics and bets on their means under C claims at once.

    phi is not linear, so each claim has sums of its own: claims are given here and named by their number.

    values: the statistics of draws, shape (n, J). means: the claimed ones, shape (C, J). variances: the
    largest variance of each statistic. tolerances: the absolute error to notice in each mean.
    """

    labels: tuple[str, ...]
    values: Callable[[Samples], Float[np.ndarray, "n j"]]
    means: Float[np.ndarray, "c j"]
    variances: Float[np.ndarray, " j"]
    tolerances: Float[np.ndarray, " j"]

    def __post_init__(self) -> None:
        for label, claimed in zip(self.labels, self.means.T, strict=True):
            if not np.isfinite(claimed).all():
                raise InputError(
                    f"the claimed {label} must be a finite number, got {claimed[~np.isfinite(claimed)][0]}"
                )

    @property
    def scales(self) -> Float[np.ndarray, " j"]:
        """lambda of each statistic."""
        pairs = zip(self.variances, self.tolerances, strict=True)
        return np.array([largest_scale(float(variance), float(shift)) for variance, shift in pairs])

    @property
    def size(self) -> int:
        """The number of draws, J plain sums, and J sums for each claim."""
        return 1 + self.means.size + len(self.labels)

    def sums(self, samples: Samples) -> Float[np.ndarray, " s"]:
        """The number of draws, each statistic summed, then phi of each scaled deviation, claim by claim."""
        values, scales = self.values(samples), self.scales
        bets = [influence(scales * (values - claimed)).sum(axis=0) for claimed in self.means]
        return np.concatenate([[float(len(values))], values.sum(axis=0), *bets])

    def claim(self, number: int) -> HeavyClaim:
        """The claim that the statistics have the means of row `number`."""
        return HeavyClaim(self, number)


@dataclass(frozen=True)
class HeavyClaim:
    """E v_j = means[number, j] for every statistic of `design`."""

    design: Heavy
    number: int

    def log_bets(self, sums: Float[np.ndarray, " s"]) -> Float[np.ndarray, " two_j"]:
        """J bets that the means are larger, then J that they are smaller."""
        j = len(self.design.labels)
        first = 1 + j + self.number * j
        bets = sums[first : first + j]
        price = sums[0] * np.log1p(self.design.scales**2 * self.design.variances / 2)
        return np.concatenate([bets - price, -bets - price])

    def entries(self, sums: Float[np.ndarray, " s"]) -> tuple[Entry, ...]:
        """Estimated means, by the plain average."""
        return tuple(
            mean_entry(label, float(total), float(sums[0]), float(mean), float(np.sqrt(variance)))
            for label, total, mean, variance in zip(
                self.design.labels,
                sums[1:],
                self.design.means[self.number],
                self.design.variances,
                strict=False,
            )
        )

    def interval(self, sums: Float[np.ndarray, " s"], number: int, alpha: float) -> Interval | None:
        """None is known: a bet on another mean would need sums of its own."""
        return None


def influence(u: Float[np.ndarray, "*shape"]) -> Float[np.ndarray, "*shape"]:
    """phi: odd, rising, close to u near zero, and only as large as 2 log u far from it."""
    size = np.abs(u)
    return np.asarray(np.copysign(np.log1p(size + size**2 / 2), u))


def largest_scale(variance: float, shift: float) -> float:
    """The largest lambda with (1 - lambda D + lambda^2 (V + D^2)/2)(1 + lambda^2 V/2) <= 1, D the shift."""

    def excess(scale: float) -> float:
        # (f - 1) / lambda, so that the root at lambda = 0 is gone.
        spread, target = scale * variance / 2, scale * (variance + shift**2) / 2
        return spread + (target - shift) * (1 + scale * spread)

    # At 2 D / V the excess is D + D^3 / V + 2 D^5 / V^2 > 0, at 0 it is -D < 0.
    root = float(brentq(excess, 0.0, 2 * shift / variance, rtol=1e-14))
    return root * (1 - 1e-12)  # on the safe side of the root's own rounding
