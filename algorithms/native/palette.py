"""The distinct colors of an image, counted in C; exactly what the reference finds."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int, UInt8

from algorithms.native.library import call, pointer, thread_count

REDS, WORDS = 256, 1 << 18  # as in palette.c
MOST_PARTS = 8  # counts by that many threads: putting them together takes its time


def distinct_colors(
    pixels: UInt8[np.ndarray, "h w 3"],
) -> tuple[Float[np.ndarray, "m 3"], Int[np.ndarray, " m"], Int[np.ndarray, "h w"]]:
    """The colors sorted by red, then green, then blue; their counts; the color of each pixel."""
    height, width, _ = pixels.shape
    n, data = height * width, np.ascontiguousarray(pixels)
    n_threads = thread_count(n)
    present, before, reds = np.zeros(WORDS, np.uint64), np.empty(WORDS, np.uint16), np.empty(REDS, np.uint32)
    found = (
        n,
        pointer(data, np.uint8, height, width, 3),
        pointer(present, np.uint64, WORDS),
        pointer(before, np.uint16, WORDS),
        pointer(reds, np.uint32, REDS),
    )
    distinct = call("palette_find", *found, n_threads)
    n_parts = min(n_threads, MOST_PARTS)
    seen = np.empty((n_parts - 1, distinct), np.uint64)
    colors, counts = np.empty((distinct, 3)), np.empty(distinct, np.int64)
    indices = np.empty((height, width), np.int64)
    call(
        "palette_fill",
        *found,
        distinct,
        n_parts,
        pointer(seen, np.uint64, n_parts - 1, distinct),
        pointer(colors, np.float64, distinct, 3),
        pointer(counts, np.int64, distinct),
        pointer(indices, np.int64, height, width),
    )
    return colors, counts, indices
