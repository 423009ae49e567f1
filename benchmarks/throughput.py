"""Points a second of sampling and statistics together, K = 5 and D = 3, beside NumPy's normal numbers alone.

python benchmarks/throughput.py [threads]
"""

import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from verification.designs import spread_out
from verification.over_designs import experiment
from verification.stream import LARGEST_PIECE, generator

LAW = spread_out(5, 3)
WORK = experiment(LAW, 0.01)
PIECES = 400


def piece(number: int) -> np.ndarray:
    """Sums over one piece of draws, from a stream of its own: the same whoever draws it."""
    return WORK.measurement.sums(WORK.draw(LARGEST_PIECE, generator(0, "throughput", number)))


def normals(number: int) -> float:
    return float(generator(0, "normals", number).standard_normal((LARGEST_PIECE, 3)).sum())


def timed(function, threads: int) -> float:
    """Points a second."""
    with ThreadPoolExecutor(threads) as pool:
        started = time.perf_counter()
        list(pool.map(function, range(PIECES)))
        return PIECES * LARGEST_PIECE / (time.perf_counter() - started)


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    for threads in range(1, count + 1):
        own, numpy = timed(piece, threads), timed(normals, threads)
        print(
            f"{threads} threads: {own / 1e6:6.1f} million points/s; normal numbers alone {numpy / 1e6:6.1f}"
        )
