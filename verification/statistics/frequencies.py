r"""Bets on the weights of a multinomial: exact likelihood ratios of counts.

Statement. Let a draw fall into cell j with claimed probability p_j, sum_j p_j = 1. The alternative "p_j is
(1 + delta) p_j, the others shrink in proportion" has the likelihood ratio

    b = log(1 + delta)   in cell j,       b = log((1 - (1 + delta) p_j) / (1 - p_j))   elsewhere,

which is that of a coin: E exp b = 1 exactly under the claim. By `statistics.bounded` b is for EVERY law of
the cells that gives cell j at least (1 + delta) p_j; in the same way downwards. A draw in no claimed cell,
or in a cell of claimed probability 0, ends the matter: the claim says that it cannot happen.

Source: A. Wald, Ann. Math. Stat. 16 (1945).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from algorithms.errors import InputError
from algorithms.mixture import Samples
from verification.statistics.bounded import coin_bets
from verification.statistics.claim import Entry, mean_entry
from verification.statistics.confidence import Interval, bounded_interval

SUM_TOLERANCE = 1e-9
"""Weights are products and quotients of a few numbers: a sum of one is off by a few roundings each."""


def own_labels(samples: Samples) -> Int[np.ndarray, " n"]:
    """The cell of a draw is its label."""
    return samples.labels


@dataclass(frozen=True)
class Frequencies:
    """Counts the draws in each of J cells and bets on their probabilities.

    tolerances: the absolute error to notice in each. cells: the cell of each draw, from 0 on; a number
    outside 0 .. J - 1 is no cell.
    """

    labels: tuple[str, ...]
    tolerances: Float[np.ndarray, " j"]
    cells: Callable[[Samples], Int[np.ndarray, " n"]] = own_labels

    @property
    def size(self) -> int:
        """The number of draws, and J counts."""
        return 1 + len(self.labels)

    def sums(self, samples: Samples) -> Float[np.ndarray, " s"]:
        """The number of draws, then how many fell into each cell."""
        cells = self.cells(samples)
        inside = cells[(cells >= 0) & (cells < len(self.labels))]
        counts = np.bincount(inside, minlength=len(self.labels))
        return np.concatenate([[float(len(cells))], counts])

    def claim(self, probabilities: Float[np.ndarray, " j"]) -> FrequencyClaim:
        """The claim that the cells have these probabilities. InputError unless they are finite, and >= 0, and
        add up to 1.
        """
        total = float(probabilities.sum())
        if not (abs(total - 1) <= SUM_TOLERANCE and probabilities.min() >= 0):
            raise InputError(
                f"claimed probabilities must be 0 or more and add up to 1, got sum {total:.6g} "
                f"and smallest {probabilities.min():.6g}"
            )
        return FrequencyClaim(self, probabilities)


@dataclass(frozen=True)
class FrequencyClaim:
    """P(cell j) = probabilities_j for every cell of `design`, and nothing else happens."""

    design: Frequencies
    probabilities: Float[np.ndarray, " j"]

    def log_bets(self, sums: Float[np.ndarray, " s"]) -> Float[np.ndarray, " two_j"]:
        """J bets that the probabilities are larger, then J that they are smaller."""
        p, shift = self.probabilities, self.design.tolerances
        bets = np.concatenate([coin_bets(p, p + shift, sums), coin_bets(p, p - shift, sums)])
        return bets if sums[1:].sum() == sums[0] else np.full_like(bets, np.inf)

    def entries(self, sums: Float[np.ndarray, " s"]) -> tuple[Entry, ...]:
        """Observed frequencies. A cell claimed impossible has the standard error of one count in n."""
        count = float(sums[0])
        variances = np.maximum(self.probabilities * (1 - self.probabilities), 1 / count)
        return tuple(
            mean_entry(label, float(total), count, float(p), float(np.sqrt(variance)))
            for label, total, p, variance in zip(
                self.design.labels, sums[1:], self.probabilities, variances, strict=True
            )
        )

    def interval(self, sums: Float[np.ndarray, " s"], number: int, alpha: float) -> Interval | None:
        """By a mixture of coins, of the cell."""
        return bounded_interval(float(sums[0]), float(sums[1 + number]), alpha)
