"""Means and scatter matrices of many blocks of rows, in C.

Agreement. A mean is exact to about 1e-14 of the extent of its block, a scatter matrix to about 1e-14 of its
diagonal. Nothing depends on the number of threads, nor on the other blocks.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from algorithms.native.library import call, pointer, thread_count


class BlockMoments(NamedTuple):
    """Of each block: the mean minus the origin, and the sum of (x - mean)(x - mean)^T."""

    offsets: Float[np.ndarray, "b d"]
    scatters: Float[np.ndarray, "b d d"]


def block_moments(
    X: Float[np.ndarray, "n d"],
    origin: Float[np.ndarray, " d"],
    block_rows: int,
    *,
    one_thread: bool = False,
) -> BlockMoments:
    """The moments of every `block_rows` rows of a contiguous X; the last block may have fewer.

    Numbers that are not finite, or whose squares are not, leave such numbers on the diagonals.
    `one_thread` is for callers that run in several threads themselves.
    """
    n, d = X.shape
    n_blocks = -(-n // block_rows)
    offsets, scatters = np.empty((n_blocks, d)), np.empty((n_blocks, d, d))
    call(
        "block_moments",
        n,
        d,
        block_rows,
        pointer(X, np.float64, n, d),
        pointer(origin, np.float64, d),
        pointer(offsets, np.float64, n_blocks, d),
        pointer(scatters, np.float64, n_blocks, d, d),
        1 if one_thread else thread_count(n * d),
    )
    return BlockMoments(offsets, scatters)
