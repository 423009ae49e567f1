"""Lloyd's iteration in C for points in three dimensions: the colors of images above all.

Agreement. Distances have the bits of the reference, so labels for given centers are the same. Centers and
inertia are sums in another order: equal to about 1e-14 of the data's extent. Nothing depends on the number of
threads.
"""

from __future__ import annotations

import ctypes

import numpy as np
from jaxtyping import Float, Int, UInt32

from algorithms.native.assignment import Assignment
from algorithms.native.library import call, pointer, thread_count

BLOCK, FAN, PART = 64, 8, 5  # as in boxes.h
BOXES = 6 * FAN
MOST_SAMPLES = 1 << 32  # positions are packed into 32 bits
CENTERS_A_STEP = 6  # pruning makes a sample about this much cheaper than a search among all centers


class Lloyd3:
    """Assigns samples to centers, and keeps their labels in the order of a space-filling curve.

    The samples are kept in that order as well; this copy is what takes most of the memory. It is given back
    when labels are asked for, which is usually the end, and made again should another assignment follow.
    """

    def __init__(self, X: Float[np.ndarray, "n 3"], sample_weight: Float[np.ndarray, " n"]) -> None:
        n = len(X)
        self._scale = float(sample_weight.max())
        self._X, self._sample_weight = np.ascontiguousarray(X), np.ascontiguousarray(sample_weight)
        self._order = np.empty(n, np.uint32)
        keys, spare = np.empty((2, n), np.uint64)
        call(
            "boxes_order",
            n,
            pointer(self._X, np.float64, n, 3),
            pointer(keys, np.uint64, n),
            pointer(spare, np.uint64, n),
            pointer(self._order, np.uint32, n),
            thread_count(n),
        )
        del keys, spare
        n_blocks = -(-n // BLOCK)
        self._owners, self._labels = np.full(n_blocks, -1, np.int32), np.empty(n_blocks * BLOCK)
        self._totals = np.empty(2)
        self._state = (
            pointer(self._owners, np.int32, n_blocks),
            pointer(self._labels, np.float64, n_blocks * BLOCK),
            pointer(self._totals, np.float64, 2),
        )
        self._points: _Points | None = None

    def assign(self, centers: Float[np.ndarray, "k 3"]) -> Assignment:
        """Label every sample with its nearest center, the lowest index on a tie."""
        if self._points is None:
            self._points = _Points(self._X, self._sample_weight, self._scale, self._order)
        k, means = len(centers), np.empty_like(centers)
        changed = call(
            "lloyd3_pass",
            *self._points.arguments,
            k,
            pointer(centers, np.float64, k, 3),
            pointer(means, np.float64, k, 3),
            *self._state,
            thread_count(len(self._labels) * k // CENTERS_A_STEP),
        )
        inertia, n_empty = self._totals.tolist()
        return Assignment(inertia * self._scale, not changed, means, int(n_empty))

    def labels(self) -> Int[np.ndarray, " n"]:
        """The labels in the order of the samples."""
        self._points = None
        n = len(self._order)
        labels = np.empty(n, np.int64)
        call(
            "lloyd3_labels",
            n,
            pointer(self._order, np.uint32, n),
            *self._state[:2],
            pointer(labels, np.int64, n),
        )
        return labels.astype(np.intp, copy=False)


class _Points:
    """The samples along the curve, and the boxes around them: `arguments` is how the kernels take them."""

    def __init__(
        self,
        X: Float[np.ndarray, "n 3"],
        sample_weight: Float[np.ndarray, " n"],
        scale: float,
        order: UInt32[np.ndarray, " n"],
    ) -> None:
        n = len(order)
        n_blocks = -(-n // BLOCK)
        n_groups = -(-n_blocks // FAN)
        n_bunches = -(-n_groups // FAN)
        shapes = (
            (4, n_blocks * BLOCK),
            (n_groups, BOXES),
            (n_blocks, PART),
            (n_bunches, BOXES),
            (n_groups, PART),
        )
        points = np.empty(shapes[0])
        self._arrays = (points, *(np.zeros(shape) for shape in shapes[1:]))  # alive while their addresses are
        self.arguments: tuple[int | ctypes.c_void_p, ...] = (
            n_blocks,
            *(pointer(array, np.float64, *shape) for array, shape in zip(self._arrays, shapes, strict=True)),
        )
        call(
            "boxes_fill",
            n,
            pointer(X, np.float64, n, 3),
            pointer(sample_weight, np.float64, n),
            scale,
            pointer(order, np.uint32, n),
            *self.arguments,
            thread_count(n),
        )
