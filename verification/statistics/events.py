r"""Bets on things that never happen: an objective that rises, a solution that is not the best one.

Statement. Let u be 1 if an event happens in a replicate, else 0, and let the claim be P(u = 1) = 0. Against
the alternative P(u = 1) = delta the log likelihood ratio is

    b = log(1 - delta)   if it did not happen,       b = +infinity   if it did.

One event refutes the claim. Without any, the claim is accepted after log(1/beta) / -log(1 - delta)
replicates: 135 at delta = 5 % and beta = 1e-3, 688 at 1 %. E exp(-b) <= 1 under every law with P(u = 1) >=
delta, so an event that happens in a share delta of the replicates is missed with probability at most beta.

Several solvers may be watched on the same replicates, one column each: the right one is the truth, and
each broken one is a control that must be seen to break its promise.

Source: A. Wald, Ann. Math. Stat. 16 (1945), with p = 0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from algorithms.mixture import Samples
from verification.statistics.claim import Entry, mean_entry
from verification.statistics.confidence import Interval, bounded_interval


@dataclass(frozen=True)
class Events:
    """Counts events: row n of `Samples.X` is replicate n, column c is 1 where event c happened, else 0.

    labels: names of the events, one a column. share: delta, the share of replicates to notice.
    """

    labels: tuple[str, ...]
    share: float

    @property
    def size(self) -> int:
        """The number of replicates, and a count for each column."""
        return 1 + len(self.labels)

    def sums(self, samples: Samples) -> Float[np.ndarray, " s"]:
        """The number of replicates, then the events of each column."""
        return np.concatenate([[float(len(samples.X))], samples.X.sum(axis=0)])

    def never(self, *columns: int) -> NeverClaim:
        """The claim that the events of these columns never happen."""
        return NeverClaim(self, columns)


@dataclass(frozen=True)
class NeverClaim:
    """The events of `columns` of `design` have probability 0."""

    design: Events
    columns: tuple[int, ...]

    def log_bets(self, sums: Float[np.ndarray, " s"]) -> Float[np.ndarray, " j"]:
        """For each event, the bet that it happens in a share delta of all replicates."""
        happened = sums[1:][list(self.columns)] > 0
        return np.where(happened, np.inf, sums[0] * math.log1p(-self.design.share))

    def entries(self, sums: Float[np.ndarray, " s"]) -> tuple[Entry, ...]:
        """How often each happened; the standard error is one event in all replicates."""
        count = float(sums[0])
        return tuple(
            mean_entry(self.design.labels[c], float(sums[1 + c]), count, 0.0, 1 / math.sqrt(count))
            for c in self.columns
        )

    def interval(self, sums: Float[np.ndarray, " s"], number: int, alpha: float) -> Interval | None:
        """By a mixture of coins, of the event."""
        return bounded_interval(float(sums[0]), float(sums[1 + self.columns[number]]), alpha)
