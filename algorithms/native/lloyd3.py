"""Lloyd's iteration in C for points in three dimensions: the colors of images above all.

Agreement. Distances have the bits of the reference, so labels for given centers are the same. Centers and
inertia are sums in another order: equal to about 1e-14 of the data's extent. Nothing depends on the number of
threads.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

from algorithms.native.assignment import Assignment
from algorithms.native.library import call, pointer, thread_count

BLOCK, GROUP, BOX_FIELDS, BLOCK_FIELDS = 64, 8, 6, 11  # as in lloyd3.c
MOST_SAMPLES = 1 << 32  # positions are packed into 32 bits
CENTERS_A_STEP = 32  # pruning makes a sample about this much cheaper than a search among all centers


class Lloyd3:
    """Assigns samples to centers, and keeps their labels in the order of a space-filling curve."""

    def __init__(self, X: Float[np.ndarray, "n 3"], sample_weight: Float[np.ndarray, " n"]) -> None:
        n = len(X)
        n_blocks = -(-n // BLOCK)
        n_groups = -(-n_blocks // GROUP)
        self._scale = float(sample_weight.max())
        self._order = np.empty(n, np.int64)
        self._labels = np.full(n_blocks * BLOCK, -1.0)
        self._points = np.empty((4, n_blocks * BLOCK))
        self._blocks, self._groups = np.empty((n_blocks, BLOCK_FIELDS)), np.empty((n_groups, BOX_FIELDS))
        self._sorted = (
            n_blocks,
            pointer(self._points, np.float64, 4, n_blocks * BLOCK),
            pointer(self._blocks, np.float64, n_blocks, BLOCK_FIELDS),
            pointer(self._groups, np.float64, n_groups, BOX_FIELDS),
        )
        samples, weight = np.ascontiguousarray(X), sample_weight / self._scale
        keys, spare = np.empty((2, n), np.uint64)
        data, order = pointer(samples, np.float64, n, 3), pointer(self._order, np.int64, n)
        call("lloyd3_order", n, data, pointer(keys, np.uint64, n), pointer(spare, np.uint64, n), order)
        call("lloyd3_prepare", n, data, pointer(weight, np.float64, n), order, *self._sorted, thread_count(n))

    def assign(self, centers: Float[np.ndarray, "k 3"]) -> Assignment:
        """Label every sample with its nearest center, the lowest index on a tie."""
        k, means, totals = len(centers), np.empty_like(centers), np.empty(2)
        changed = call(
            "lloyd3_pass",
            *self._sorted,
            k,
            pointer(centers, np.float64, k, 3),
            pointer(self._labels, np.float64, len(self._labels)),
            pointer(means, np.float64, k, 3),
            pointer(totals, np.float64, 2),
            thread_count(len(self._labels) * k // CENTERS_A_STEP),
        )
        return Assignment(float(totals[0]) * self._scale, not changed, means, int(totals[1]))

    def labels(self) -> Int[np.ndarray, " n"]:
        """The labels in the order of the samples."""
        labels = np.empty(len(self._order), np.intp)
        labels[self._order] = self._labels[: len(self._order)]
        return labels
