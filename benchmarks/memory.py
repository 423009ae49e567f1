"""How much memory a fit takes beyond its input, measured in a process of its own."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from algorithms import kmeans
from algorithms import matrix_factorization as mf
from benchmarks import data
from benchmarks.em import run


@dataclass(frozen=True)
class Peak:
    """Bytes of the input, and of the highest use during the fit beyond what was in use before it."""

    name: str
    input: int
    beyond: int


def peaks() -> list[Peak]:
    """One child process for each fit: the highest use of a process never falls."""
    found = []
    for name in TASKS:
        command = [sys.executable, "-m", "benchmarks.memory", name]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        found.append(Peak(name, *json.loads(said)))
    return found


def _kmeans() -> tuple[int, Callable[[], object]]:
    X = np.random.default_rng(0).random((1_000_000, 16))
    return X.nbytes, lambda: kmeans.fit_from(X, X[:32], max_iter=5)


def _kmeans_of_points_in_space() -> tuple[int, Callable[[], object]]:
    X = np.random.default_rng(0).random((2_000_000, 3))
    return X.nbytes, lambda: kmeans.fit_from(X, X[:32], max_iter=5)


def _em() -> tuple[int, Callable[[], object]]:
    X = np.random.default_rng(0).random((1_000_000, 16))
    start = data.rough_start(X, 10)
    return X.nbytes, lambda: run(X, start, 2)


def _factorization() -> tuple[int, Callable[[], object]]:
    ratings = data.ratings(200_000, 5_000, 2_000_000)
    size = ratings.users.nbytes + ratings.items.nbytes + ratings.values.nbytes
    rng = np.random.default_rng(0)
    return size, lambda: mf.fit(ratings, ratings, n_factors=20, regularization=1.0, rng=rng, max_steps=2)


TASKS = {
    "k-means 1000000 x 16": _kmeans,
    "k-means 2000000 x 3": _kmeans_of_points_in_space,
    "EM 1000000 x 16, K = 10": _em,
    "matrix factorization, 2000000 ratings, k = 20": _factorization,
}


def _highest() -> int:
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


if __name__ == "__main__":
    size, work = TASKS[sys.argv[1]]()
    before = _highest()
    work()
    print(json.dumps([size, _highest() - before]))
