r"""Bets on the scale of squared errors whose degrees of freedom are known.

Statement. Let s / c have a chi-squared law with nu degrees of freedom, where nu may differ from draw to draw
and is known before the bet. Against a scale c' the log likelihood ratio is

    b = (nu / 2) log(c / c') + (s / 2)(1 / c - 1 / c') ,

so E exp b = 1 under the claim and E exp(-b) = 1 under c'. For c' > c, exp(-b) falls in s, and s grows
stochastically with its scale: b is for every scale c' or more, and for c' < c for every scale c' or less.

This is the law of the squared error of an estimate: "at the rate theory says" means c = 1.

Source: A. Wald, Ann. Math. Stat. 16 (1945).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from algorithms.errors import InputError
from algorithms.mixture import Samples
from verification.statistics.claim import Entry
from verification.statistics.confidence import Interval, scale_interval


@dataclass(frozen=True)
class Scales:
    """Measures J squared errors and bets on their scales.

    squares, degrees: of draws, shape (n, J) each. delta: the relative error of a scale to notice.
    """

    labels: tuple[str, ...]
    squares: Callable[[Samples], Float[np.ndarray, "n j"]]
    degrees: Callable[[Samples], Float[np.ndarray, "n j"]]
    delta: float

    @property
    def size(self) -> int:
        """J sums of squares and J sums of degrees."""
        return 2 * len(self.labels)

    def sums(self, samples: Samples) -> Float[np.ndarray, " s"]:
        """The squared errors summed, then their degrees of freedom."""
        return np.concatenate([self.squares(samples).sum(axis=0), self.degrees(samples).sum(axis=0)])

    def claim(self, scales: Float[np.ndarray, " j"]) -> ScaleClaim:
        """The claim that the squared errors have these scales. InputError unless they are above 0."""
        for label, scale in zip(self.labels, scales, strict=True):
            if not (0 < scale < math.inf):
                raise InputError(f"the claimed {label} must be a number above 0, got {scale}")
        return ScaleClaim(self, scales)


@dataclass(frozen=True)
class ScaleClaim:
    """s_j / scales_j is chi-squared with the degrees of freedom of `design`, for every j."""

    design: Scales
    scales: Float[np.ndarray, " j"]

    def log_bets(self, sums: Float[np.ndarray, " s"]) -> Float[np.ndarray, " two_j"]:
        """J bets that the scales are larger, then J that they are smaller."""
        squares, degrees = np.split(sums, 2)
        return np.concatenate(
            [
                degrees / 2 * -math.log(ratio) + squares / (2 * self.scales) * (1 - 1 / ratio)
                for ratio in (1 + self.design.delta, 1 - self.design.delta)
            ]
        )

    def entries(self, sums: Float[np.ndarray, " s"]) -> tuple[Entry, ...]:
        """Squared error per degree of freedom; Var s = 2 nu c^2."""
        squares, degrees = np.split(sums, 2)
        return tuple(
            Entry(label, float(s / nu), float(c), float(c) * math.sqrt(2 / nu))
            for label, s, nu, c in zip(self.design.labels, squares, degrees, self.scales, strict=True)
        )

    def interval(self, sums: Float[np.ndarray, " s"], number: int, alpha: float) -> Interval | None:
        """By mixtures of tilts: exact for chi-squared errors of any scale."""
        squares, degrees = np.split(sums, 2)
        return scale_interval(float(squares[number]), float(degrees[number]), alpha)
