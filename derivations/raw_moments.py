r"""Raw moments of Gaussian mixtures, by exact arithmetic.

A refutation needs the truth by a route that does not pass through the theorem it defends. Here that route
is moments:

    Gaussian         M_0 = 1,  M_1 = mu,  M_p = mu M_{p-1} + (p - 1) sigma^2 M_{p-2}
    mixture          the weighted sum of the moments of its components
    independent sum  M_p(s + t) = \sum_j \binom{p}{j} M_j(s) M_{p-j}(t)

Laws in D dimensions are looked at through the sum of their coordinates, s = 1^T x, which has mean 1^T mu
and variance 1^T Sigma 1. Two laws that differ in one of these moments are different; agreement proves
nothing.

Everything works on arrays of `Fraction` and on arrays of floats.

Source: the recursion is integration by parts, also known as Stein's identity; its first steps are Bishop,
PRML, eqs. 1.49 and 1.50."""

from __future__ import annotations

from math import comb
from typing import NamedTuple

import numpy as np
from jaxtyping import Shaped

HIGHEST = 4
"""Third moments tell skewed laws apart; symmetric ones with equal variances need the fourth."""

Moments = Shaped[np.ndarray, "p"]


class Law(NamedTuple):
    """The components of a Gaussian mixture. False claims may give weights that do not sum to 1."""

    weights: Shaped[np.ndarray, c]
    means: Shaped[np.ndarray, "c d"]
    covariances: Shaped[np.ndarray, "c d d"]


def moments(law: Law) -> Moments:
    """Moments 0 to 4 of the sum of the coordinates; moment 0 is the total mass."""
    mean, variance = law.means.sum(axis=-1), law.covariances.sum(axis=(-2, -1))
    by_component = [mean**0, mean]
    for order in range(2, HIGHEST + 1):
        by_component.append(mean * by_component[-1] + (order - 1) * variance * by_component[-2])
    return np.array([(law.weights * moment).sum() for moment in by_component])


def moments_of_independent_sum(first: Moments, second: Moments) -> Moments:
    """Moments of s + t from the moments of s and of t, for independent s and t."""
    return np.array(
        [
            sum(comb(order, j) * first[j] * second[order - j] for j in range(order + 1))
            for order in range(len(first))
        ]
    )
