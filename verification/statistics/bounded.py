r"""Bets on the means of bounded statistics, whatever their law: indicators, cosines.

Statement. Let 0 <= u <= 1 with claimed mean p, and let p' be another mean. The bet

    b = u log(p'/p) + (1 - u) log((1 - p')/(1 - p))

is the likelihood ratio of two coins when u is 0 or 1. exp is convex, so exp b <= u p'/p + (1 - u)(1 -
p')/(1 - p), whose mean is 1 if E u = p: a bet, for every law on [0, 1] with mean p. In the same way
exp(-b) <= u p/p' + (1 - u)(1 - p)/(1 - p'), which at a mean r is r p/p' + (1 - r)(1 - p)/(1 - p'): 1 at r
= p', and falling in r if p' > p. So with p' = p + Delta the bet is for every law with mean p + Delta or
more, with p' = p - Delta for every law with mean p - Delta or less. Nothing else is assumed about the
law: the miss rate holds for any sampler.

Source: W. Hoeffding, J. Amer. Stat. Assoc. 58 (1963), for the convexity step; I. Waudby-Smith, A. Ramdas,
J. Roy. Stat. Soc. B 86 (2024), for bets on bounded means.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.special import xlogy

from algorithms.mixture import Samples
from verification.statistics.claim import Entry, mean_entry, samples_of
from verification.statistics.confidence import Interval, bounded_interval


@dataclass(frozen=True)
class Bounded:
    """Measures J statistics with values in [low, high] and bets on their means.

    values: the statistics of draws, shape (n, J). tolerances: the absolute error to notice in each mean.
    component: only draws with this label are looked at (None: all), as in `statistics.tilt`.
    """

    labels: tuple[str, ...]
    values: Callable[[Samples], Float[np.ndarray, "n j"]]
    tolerances: Float[np.ndarray, " j"]
    low: float = 0.0
    high: float = 1.0
    component: int | None = None

    @property
    def size(self) -> int:
        """The number of draws, and J sums."""
        return 1 + len(self.labels)

    def sums(self, samples: Samples) -> Float[np.ndarray, " s"]:
        """The number of draws, then each statistic summed over them, scaled to [0, 1]."""
        values = self.values(samples if self.component is None else samples_of(samples, self.component))
        return np.concatenate(
            [[float(len(values))], (values.sum(axis=0) - self.low * len(values)) / self.span]
        )

    @property
    def span(self) -> float:
        """high - low."""
        return self.high - self.low

    def claim(self, means: Float[np.ndarray, " j"]) -> BoundedClaim:
        """The claim that the statistics have these means."""
        return BoundedClaim(self, means)


@dataclass(frozen=True)
class BoundedClaim:
    """E u_j = means_j for every statistic of `design`."""

    design: Bounded
    means: Float[np.ndarray, " j"]

    def log_bets(self, sums: Float[np.ndarray, " s"]) -> Float[np.ndarray, " two_j"]:
        """J bets that the means are larger, then J that they are smaller.

        A claimed mean outside the range is no mean at all: its bets have won (plus infinity). An
        alternative outside the range does not exist: its bet has given up (minus infinity).
        """
        p = (self.means - self.design.low) / self.design.span
        shift = self.design.tolerances / self.design.span
        bets = [coin_bets(p, p + shift, sums), coin_bets(p, p - shift, sums)]
        return np.concatenate(bets)

    def entries(self, sums: Float[np.ndarray, " s"]) -> tuple[Entry, ...]:
        """Estimated means; their standard errors are those of coins, the largest a bounded law can have.

        None when no draw was looked at.
        """
        count = float(sums[0])
        if count == 0:
            return ()
        totals = self.design.low * count + self.design.span * sums[1:]
        variances = np.clip((self.means - self.design.low) * (self.design.high - self.means), 1e-12, None)
        return tuple(
            mean_entry(label, float(total), count, float(mean), float(np.sqrt(variance)))
            for label, total, mean, variance in zip(
                self.design.labels, totals, self.means, variances, strict=True
            )
        )

    def interval(self, sums: Float[np.ndarray, " s"], number: int, alpha: float) -> Interval | None:
        """By a mixture of coins: exact for every law on the range."""
        low, span = self.design.low, self.design.span
        one = bounded_interval(float(sums[0]), float(sums[1 + number]), alpha)
        return Interval(one.n, low + span * one.low, low + span * one.high)


def coin_bets(
    p: Float[np.ndarray, " j"], other: Float[np.ndarray, " j"], sums: Float[np.ndarray, " s"]
) -> Float[np.ndarray, " j"]:
    """Log likelihood ratios of coins, `other` against `p`, after sums[1:] heads in sums[0] throws.

    A p of 0 or 1 is a claim that one side never comes up: where it did, the bet has won.
    """
    count, heads = sums[0], sums[1:]
    possible = (p >= 0) & (p <= 1)
    exists = (other > 0) & (other < 1)
    p, other = np.where(possible, p, 0.5), np.where(exists, other, 0.5)
    with np.errstate(divide="ignore"):
        bets = xlogy(heads, other / p) + xlogy(count - heads, (1 - other) / (1 - p))
    return np.where(possible, np.where(exists, bets, -np.inf), np.inf)
