"""What is measured on draws, and what a claim says about it.

A `Measurement` turns draws into a few numbers that ADD UP over draws; everything a verdict needs is in
those sums. So all claims about one measurement (the truth and every wrong answer) are judged on the same
draws at no further cost, draws may come in pieces of any size, and a run is resumed from its sums.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

from algorithms.mixture import Samples
from verification.statistics.confidence import Interval


@dataclass(frozen=True)
class Entry:
    """One claimed number beside its estimate. `standard_error` is that of the estimate under the claim."""

    label: str
    estimate: float
    closed_form: float
    standard_error: float

    @property
    def z(self) -> float:
        """Deviation in standard errors: for the eye only, no verdict rests on it."""
        return (self.estimate - self.closed_form) / self.standard_error


@runtime_checkable
class Measurement(Protocol):
    """Sums of statistics over draws."""

    @property
    def size(self) -> int:
        """How many sums."""
        ...

    def sums(self, samples: Samples) -> Float[np.ndarray, " s"]:
        """The statistics summed over the rows of `samples`."""
        ...


@runtime_checkable
class Claim(Protocol):
    """A statement about the law of the draws that can be bet against, given the sums of a measurement."""

    def log_bets(self, sums: Float[np.ndarray, " s"]) -> Float[np.ndarray, " j"]:
        """L_jn of `statistics.process`, for every bet against this claim."""
        ...

    def entries(self, sums: Float[np.ndarray, " s"]) -> tuple[Entry, ...]:
        """The claimed numbers beside their estimates; empty for a claim that names no number."""
        ...

    def interval(self, sums: Float[np.ndarray, " s"], number: int, alpha: float) -> Interval | None:
        """An interval for the true number of entry `number`, as in `statistics.confidence`; None if unknown.

        It holds at all looks together with probability at least 1 - alpha.
        """
        ...


def mean_entry(label: str, total: float, count: float, closed_form: float, deviation: float) -> Entry:
    """A mean estimated by `total / count`; `deviation` is the standard deviation of one draw."""
    return Entry(label, total / count, closed_form, deviation / math.sqrt(count))


def samples_of(samples: Samples, component: int) -> Samples:
    """The draws with the label `component`."""
    own = samples.labels == component
    return Samples(samples.X[own], samples.labels[own])
