"""The distinct colors of an image, counted in C; exactly what the reference finds."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int, UInt8

from algorithms.native.library import call, pointer


def distinct_colors(
    pixels: UInt8[np.ndarray, "h w 3"],
) -> tuple[Float[np.ndarray, "m 3"], Int[np.ndarray, " m"], Int[np.ndarray, "h w"]]:
    """The colors sorted by red, then green, then blue; their counts; the color of each pixel."""
    height, width, _ = pixels.shape
    n, data = height * width, np.ascontiguousarray(pixels)
    keys = np.empty(n, np.uint64)
    colors, counts, indices = np.empty((n, 3)), np.empty(n, np.int64), np.empty((height, width), np.int64)
    distinct = call(
        "palette",
        n,
        pointer(data, np.uint8, height, width, 3),
        pointer(keys, np.uint64, n),
        pointer(colors, np.float64, n, 3),
        pointer(counts, np.int64, n),
        pointer(indices, np.int64, height, width),
    )
    return colors[:distinct], counts[:distinct], indices
