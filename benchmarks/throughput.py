"""Points a second of sampling and statistics together, K = 5 and D = 3, beside NumPy's normal numbers alone.

Drawn by processes, one thread each, as `ksquared verify --jobs` draws.

    python benchmarks/throughput.py [processes]
"""

import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np

from verification.designs import spread_out
from verification.over_designs import experiment
from verification.stream import LARGEST_PIECE, generator
from verification.work import one_thread

LAW = spread_out(5, 3)
WORK = experiment(LAW, 0.01)
PIECES, AT_ONCE = 400, 8


def pieces(first: int) -> None:
    """Sums over some pieces of draws, each from a stream of its own: the same whoever draws it."""
    one_thread()
    for number in range(first, first + AT_ONCE):
        WORK.measurement.sums(WORK.draw(LARGEST_PIECE, generator(0, "throughput", number)))


def normals(first: int) -> None:
    """As many normal numbers, thrown away."""
    for number in range(first, first + AT_ONCE):
        generator(0, "normals", number).standard_normal((LARGEST_PIECE, LAW.n_features))


def timed(function, pool: ProcessPoolExecutor) -> float:
    """Points a second, after a round that is not timed."""
    orders = range(0, PIECES, AT_ONCE)
    for _ in range(2):
        started = time.perf_counter()
        list(pool.map(function, orders))
        seconds = time.perf_counter() - started
    return PIECES * LARGEST_PIECE / seconds


if __name__ == "__main__":
    print(f"NumPy {np.__version__}")
    for processes in range(1, (int(sys.argv[1]) if len(sys.argv) > 1 else 2) + 1):
        with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
            own, numpy = timed(pieces, pool) / 1e6, timed(normals, pool) / 1e6
        print(
            f"{processes} processes: {own:5.1f} million points/s; normal numbers alone {numpy:5.1f}, "
            f"{numpy / own:.1f} times as many"
        )
