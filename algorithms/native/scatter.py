"""Weighted moments about an origin, in C.

Agreement. Equal to plain sums to about 1e-14 of the sum of their terms' sizes. Nothing depends on the
number of threads.
"""

from __future__ import annotations

import ctypes
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from algorithms.native.library import call, pointer, thread_count


class Scatter(NamedTuple):
    """Sums of w, w (x - o) and w (x - o)(x - o)^T."""

    weight: float
    first: Float[np.ndarray, " d"]
    second: Float[np.ndarray, "d d"]


def scatter(
    X: Float[np.ndarray, "n d"],
    sample_weight: Float[np.ndarray, " n"] | None,
    origin: Float[np.ndarray, " d"],
) -> Scatter:
    """The sums over the rows of a contiguous X; each counts once where `sample_weight` is None."""
    n, d = X.shape
    sums = np.empty(1 + d + d * d)
    weight = ctypes.c_void_p(None) if sample_weight is None else pointer(sample_weight, np.float64, n)
    call(
        "scatter",
        n,
        d,
        pointer(X, np.float64, n, d),
        weight,
        pointer(origin, np.float64, d),
        pointer(sums, np.float64, 1 + d + d * d),
        thread_count(n * d),
    )
    return Scatter(float(sums[0]), sums[1 : 1 + d], sums[1 + d :].reshape(d, d))
