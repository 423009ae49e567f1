"""Which compiled k-means fits which samples."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from algorithms.native import library
from algorithms.native.lloyd import Lloyd
from algorithms.native.lloyd3 import MOST_SAMPLES, Lloyd3

Labeling = Lloyd | Lloyd3


def labeling_of(X: Float[np.ndarray, "n d"], sample_weight: Float[np.ndarray, " n"]) -> Labeling | None:
    """The kernel for these samples; None where the reference runs."""
    if not library.available():
        return None
    if X.shape[1] == 3 and len(X) < MOST_SAMPLES:
        return Lloyd3(X, sample_weight)
    return Lloyd(X, sample_weight)
