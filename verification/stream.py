"""The random stream of a check: keyed by seed, check and piece, so that no order of calls changes a number.

Draws come in pieces; after each piece the process is looked at. Every piece has its own generator, so
pieces may be drawn anywhere and in any order. They grow in proportion to what was drawn before: early
decisions come early, late ones cost few looks.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

FIRST_PIECE = 32
GROWTH = 1.1
LARGEST_PIECE = 1 << 16
"""Points of a piece stay in cache: 65,536 points in 3 dimensions are 1.5 MB."""


def piece_sizes(budget: int, drawn: int = 0, pieces: int = 0) -> Iterator[int]:
    """Sizes of the pieces that follow the first `pieces`, which held `drawn` draws, up to `budget` in all."""
    left = budget - drawn
    ideal = min(FIRST_PIECE * GROWTH ** min(pieces, 1000), float(LARGEST_PIECE))
    while left > 0:
        size = min(math.ceil(ideal), LARGEST_PIECE, left)
        yield size
        left -= size
        ideal = min(ideal * GROWTH, float(LARGEST_PIECE))


def generator(seed: int, check_id: str, piece: int) -> np.random.Generator:
    """The generator of one piece of one check.

    The characters of the id and the number of the piece are the spawn key of a SeedSequence, so different
    checks and pieces have streams independent for all purposes, under any seed.
    """
    key = (*check_id.encode(), piece)
    return np.random.Generator(np.random.PCG64DXSM(np.random.SeedSequence(seed, spawn_key=key)))
