"""The weighted mean and covariance of samples.

Statement.   m = sum_n w_n x_n / W and C = sum_n w_n (x_n - m)(x_n - m)^T / W, with W = sum_n w_n.
Assumptions. Offsets are taken from a sample, then from the mean: nothing large is ever subtracted, however
             far from zero the samples lie.
Source.      Bishop, PRML 2.3.4, eqs. 2.121 and 2.122, with weights.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from algorithms import native

# Samples that the reference looks at together.
SAMPLES_AT_ONCE = 1 << 15


def covariance_of(
    X: Float[np.ndarray, "n d"], sample_weight: Float[np.ndarray, " n"]
) -> Float[np.ndarray, "d d"]:
    """The weighted covariance of all samples, divided by the total weight."""
    return mean_and_covariance(X, sample_weight)[1]


def mean_and_covariance(
    X: Float[np.ndarray, "n d"], sample_weight: Float[np.ndarray, " n"]
) -> tuple[Float[np.ndarray, " d"], Float[np.ndarray, "d d"]]:
    """The weighted mean of all samples, and their covariance, divided by the total weight.

    Offsets are taken from the heaviest sample first, so that it is exactly zero where all samples are equal.
    """
    origin, weight = X[sample_weight.argmax()].copy(), sample_weight / sample_weight.max()
    total = float(weight.sum())
    if native.available():
        samples = np.ascontiguousarray(X)
        mean = origin + native.scatter(samples, weight, origin).first / total
        about_mean = native.scatter(samples, weight, mean)
        second, first = about_mean.second, about_mean.first / total
        return mean + first, second / total - np.outer(first, first)
    parts = stretches(len(X))
    mean = origin + sum(weight[rows] @ (X[rows] - origin) for rows in parts) / total
    second = np.zeros((len(mean), len(mean)))
    for rows in parts:
        offsets = X[rows] - mean
        second += (weight[rows, None] * offsets).T @ offsets
    return mean, second / total


def stretches(n: int) -> list[slice]:
    """Rows that are worked on together, so that nothing as large as the samples is made of them."""
    return [slice(begin, begin + SAMPLES_AT_ONCE) for begin in range(0, n, SAMPLES_AT_ONCE)]
