"""Lloyd's iteration in C for points in three dimensions: the colors of images above all.

Agreement. Distances have the bits of the reference, so labels for given centers are the same. Centers and
inertia are sums in another order: equal to about 1e-14 of the data's extent. Nothing depends on the number of
threads.
"""

from __future__ import annotations

import ctypes

import numpy as np
from jaxtyping import Float, Int

from algorithms.native.assignment import Assignment
from algorithms.native.library import call, pointer, thread_count

BLOCK, GROUP, BOX_FIELDS, BLOCK_FIELDS = 64, 8, 6, 11  # as in lloyd3.c
MOST_SAMPLES = 1 << 32  # positions are packed into 32 bits
CENTERS_A_STEP = 32  # pruning makes a sample about this much cheaper than a search among all centers


class Lloyd3:
    """Assigns samples to centers, and keeps their labels in the order of a space-filling curve.

    The samples are kept in that order as well; this copy is what takes most of the memory. It is given back
    when labels are asked for, which is usually the end, and made again should another assignment follow.
    """

    def __init__(self, X: Float[np.ndarray, "n 3"], sample_weight: Float[np.ndarray, " n"]) -> None:
        n = len(X)
        n_blocks = -(-n // BLOCK)
        n_groups = -(-n_blocks // GROUP)
        self._scale = float(sample_weight.max())
        self._X, self._sample_weight = np.ascontiguousarray(X), np.ascontiguousarray(sample_weight)
        self._order = np.empty(n, np.uint32)
        self._blocks, self._groups = np.empty((n_blocks, BLOCK_FIELDS)), np.empty((n_groups, BOX_FIELDS))
        self._points: np.ndarray | None = None
        keys, spare = np.empty((2, n), np.uint64)
        call(
            "lloyd3_order",
            n,
            pointer(self._X, np.float64, n, 3),
            pointer(keys, np.uint64, n),
            pointer(spare, np.uint64, n),
            pointer(self._order, np.uint32, n),
        )
        del keys, spare
        self._labels = np.full(n_blocks * BLOCK, -1.0)

    def assign(self, centers: Float[np.ndarray, "k 3"]) -> Assignment:
        """Label every sample with its nearest center, the lowest index on a tie."""
        k, means, totals = len(centers), np.empty_like(centers), np.empty(2)
        changed = call(
            "lloyd3_pass",
            *self._sorted(),
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
        self._points = None
        labels = np.empty(len(self._order), np.intp)
        labels[self._order] = self._labels[: len(self._order)]
        return labels

    def _sorted(self) -> tuple[int | ctypes.c_void_p, ...]:
        """The samples along the curve, their blocks and their groups, as the kernels take them."""
        n, n_blocks, n_groups = len(self._order), len(self._blocks), len(self._groups)
        missing = self._points is None
        points = np.empty((4, n_blocks * BLOCK)) if self._points is None else self._points
        self._points = points
        arrays = (
            n_blocks,
            pointer(points, np.float64, 4, n_blocks * BLOCK),
            pointer(self._blocks, np.float64, n_blocks, BLOCK_FIELDS),
            pointer(self._groups, np.float64, n_groups, BOX_FIELDS),
        )
        if missing:
            call(
                "lloyd3_prepare",
                n,
                pointer(self._X, np.float64, n, 3),
                pointer(self._sample_weight, np.float64, n),
                self._scale,
                pointer(self._order, np.uint32, n),
                *arrays,
                thread_count(n),
            )
        return arrays
