"""The distinct colors of an image, counted in C; exactly what the reference finds."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int, UInt8

from algorithms.native.library import call, pointer, thread_count

CODES = 1 << 24  # possible colors of eight bits a channel


def distinct_colors(
    pixels: UInt8[np.ndarray, "h w 3"],
) -> tuple[Float[np.ndarray, "m 3"], Int[np.ndarray, " m"], Int[np.ndarray, "h w"]]:
    """The colors sorted by red, then green, then blue; their counts; the color of each pixel."""
    height, width, _ = pixels.shape
    n, data = height * width, np.ascontiguousarray(pixels)
    present, before = np.zeros(CODES // 64, np.uint64), np.empty(CODES // 64, np.uint32)
    found = (
        n,
        pointer(data, np.uint8, height, width, 3),
        pointer(present, np.uint64, CODES // 64),
        pointer(before, np.uint32, CODES // 64),
    )
    distinct = call("palette_find", *found)
    colors, counts = np.empty((distinct, 3)), np.zeros(distinct, np.int64)
    indices = np.empty((height, width), np.int64)
    call(
        "palette_fill",
        *found,
        pointer(colors, np.float64, distinct, 3),
        pointer(counts, np.int64, distinct),
        pointer(indices, np.int64, height, width),
        thread_count(n),
    )
    return colors, counts, indices
