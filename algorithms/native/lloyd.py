"""Lloyd's iteration in C for points in any dimension.

Agreement. Labels for given centers are those of the reference, ties included. Centers and inertia are sums in
another order, carried on from pass to pass: equal to about 1e-13 of the data's extent. Nothing depends on the
number of threads.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

from algorithms.native.assignment import Assignment
from algorithms.native.library import call, pointer, thread_count

FEATURES_A_STEP = 8  # numbers that a vector holds
GROUP = 32  # samples that lloyd.c searches together
FLOATS_TO_ALIGN = 16  # room for lloyd.c to begin where a vector may


class Lloyd:
    """Assigns samples to centers, and remembers how near other centers can be; see lloyd.c for the method."""

    def __init__(self, X: Float[np.ndarray, "n d"], sample_weight: Float[np.ndarray, " n"]) -> None:
        self._X = np.ascontiguousarray(X)
        self._scale = float(sample_weight.max())
        self._weight = sample_weight / self._scale
        self._labels = np.full(len(X), -1, np.int32)
        rows = (len(X) + GROUP - 1) // GROUP * GROUP
        self._framed = np.empty(rows * X.shape[1] + FLOATS_TO_ALIGN, np.float32)
        self._bounds, self._memory = np.empty((2, len(X)), np.float32), np.empty(0)

    def assign(self, centers: Float[np.ndarray, "k d"]) -> Assignment:
        """Label every sample with its nearest center, the lowest index on a tie."""
        (n, d), k = self._X.shape, len(centers)
        size = 3 + d + k * (3 * d + 4)
        if len(self._memory) != size:  # what is known of other centers means nothing
            self._labels[:] = -1
            self._memory = np.zeros(size)
            self._memory[0] = 1.0
        means, totals = np.empty_like(centers), np.empty(2)
        changed = call(
            "lloyd_pass",
            n,
            d,
            k,
            pointer(self._X, np.float64, n, d),
            pointer(self._weight, np.float64, n),
            pointer(centers, np.float64, k, d),
            pointer(self._memory, np.float64, size),
            pointer(self._framed, np.float32, len(self._framed)),
            pointer(self._labels, np.int32, n),
            pointer(self._bounds[0], np.float32, n),
            pointer(self._bounds[1], np.float32, n),
            pointer(means, np.float64, k, d),
            pointer(totals, np.float64, 2),
            thread_count(n * (d // FEATURES_A_STEP + 1) * (k // FEATURES_A_STEP + 1)),
        )
        return Assignment(float(totals[0]) * self._scale, not changed, means, int(totals[1]))

    def labels(self) -> Int[np.ndarray, " n"]:
        """The labels in the order of the samples."""
        return self._labels.astype(np.intp)
