"""One pass of EM in C: the log-likelihood of a mixture and the moments its M-step needs.

Agreement. The log-likelihood is that of the reference to about 1e-13 of the sum of its terms' sizes. Moments
are exact to about 1e-14 of the second moment about their origin. Nothing depends on the number of threads.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from algorithms.native.library import call, pointer, thread_count

# Work for one sample, one component and one feature squared, in the elementary steps of `thread_count`.
SAMPLES_A_STEP = 8


@dataclass(frozen=True, eq=False)
class Moments:
    """Sums over samples of r, r (x - o_k) and r (x - o_k)(x - o_k)^T, r = weight times responsibility.

    `log_likelihood` is the sum of weight times log-density.
    """

    log_likelihood: float
    counts: Float[np.ndarray, " k"]
    first: Float[np.ndarray, "k d"]
    second: Float[np.ndarray, "k d d"]


class Expectation:
    """Passes over the same contiguous samples, for one mixture after the other.

    A sample counts `weight_scale` times its weight: weights are brought to the size of one without a copy.
    """

    def __init__(
        self, X: Float[np.ndarray, "n d"], sample_weight: Float[np.ndarray, " n"], weight_scale: float = 1.0
    ) -> None:
        (n, d), self._arrays = X.shape, (X, sample_weight)  # kept alive for the addresses below
        self._shape, self._samples = (
            (n, d),
            (pointer(X, np.float64, n, d), pointer(sample_weight, np.float64, n), float(weight_scale)),
        )

    def moments(
        self,
        weights: Float[np.ndarray, " k"],
        means: Float[np.ndarray, "k d"],
        covariances: Float[np.ndarray, "k d d"],
        origins: Float[np.ndarray, "k d"],
    ) -> Moments | None:
        """The moments about `origins` under the given mixture, from contiguous arrays.

        None where the reference has something to say: a singular covariance, a sample out of reach of every
        component, or a log-likelihood that is not finite.
        """
        (n, d), k = self._shape, len(weights)
        size = k * (1 + d + d * d)
        found = np.empty(size + 1)
        result = call(
            "em_pass",
            n,
            d,
            k,
            *self._samples,
            pointer(weights, np.float64, k),
            pointer(means, np.float64, k, d),
            pointer(covariances, np.float64, k, d, d),
            pointer(origins, np.float64, k, d),
            pointer(found, np.float64, size + 1),
            thread_count(n * k * (d + 1) ** 2 // SAMPLES_A_STEP),
        )
        if result != 0 or not math.isfinite(found[size]):
            return None
        sums = found[:size].reshape(k, 1 + d + d * d)
        return Moments(float(found[size]), sums[:, 0], sums[:, 1 : 1 + d], sums[:, 1 + d :].reshape(k, d, d))


def moments(
    X: Float[np.ndarray, "n d"],
    sample_weight: Float[np.ndarray, " n"],
    weights: Float[np.ndarray, " k"],
    means: Float[np.ndarray, "k d"],
    covariances: Float[np.ndarray, "k d d"],
    origins: Float[np.ndarray, "k d"],
) -> Moments | None:
    """`Expectation.moments` for samples that are passed over once."""
    return Expectation(X, sample_weight).moments(weights, means, covariances, origins)
