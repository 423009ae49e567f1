"""Labels and points of a mixture out of random numbers, in C.

Agreement. Labels are those of the reference. Points are sums of D products in another order: equal to about
D * 1e-16 of the largest of them.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

from algorithms.native.library import call, pointer


def place_samples(
    thresholds: Float[np.ndarray, " k"],
    means: Float[np.ndarray, "k d"],
    roots: Float[np.ndarray, "k d d"],
    uniforms: Float[np.ndarray, " n"],
    X: Float[np.ndarray, "n d"],
    labels: Int[np.ndarray, " n"],
) -> None:
    """Fill `labels`, and turn the standard normal numbers in `X` into points, in place."""
    (n, d), k = X.shape, len(thresholds)
    call(
        "place_samples",
        n,
        d,
        k,
        pointer(thresholds, np.float64, k),
        pointer(means, np.float64, k, d),
        pointer(roots, np.float64, k, d, d),
        pointer(uniforms, np.float64, n),
        pointer(X, np.float64, n, d),
        pointer(labels, np.int64, n),
    )
