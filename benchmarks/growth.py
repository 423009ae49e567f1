"""How our times grow with the size of the task, as an exponent fitted to a few sizes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from algorithms import kmeans
from algorithms import matrix_factorization as mf
from benchmarks import data
from benchmarks.em import run


@dataclass(frozen=True)
class Curve:
    """Seconds at each size, and the exponent of the power law through them (least squares in logarithms)."""

    name: str
    points: list[tuple[int, float]]

    @property
    def exponent(self) -> float:
        sizes, seconds = np.log(np.array(self.points)).T
        return float(np.polyfit(sizes, seconds, 1)[0])


def curves() -> Iterator[Curve]:
    """k-means and EM in N, D and K; alternating least squares in the number of ratings and of factors."""
    X = np.random.default_rng(0).random((400_000, 64))
    sizes, doublings = (25_000, 50_000, 100_000, 200_000), (8, 16, 32, 64)
    yield _curve("k-means, 5 passes, in N", sizes, lambda n: _kmeans(X[:n, :8].copy(), 16))
    yield _curve("k-means, 5 passes, in D", doublings, lambda d: _kmeans(X[:50_000, :d].copy(), 16))
    yield _curve("k-means, 5 passes, in K", doublings, lambda k: _kmeans(X[:100_000, :8].copy(), k))
    yield _curve("EM, 2 iterations, in N", sizes, lambda n: _em(X[:n, :8].copy(), 16))
    yield _curve("EM, 2 iterations, in D", doublings, lambda d: _em(X[:50_000, :d].copy(), 16))
    yield _curve("EM, 2 iterations, in K", doublings, lambda k: _em(X[:100_000, :8].copy(), k))
    yield _curve("ALS sweep, in ratings", (50_000, 100_000, 200_000, 400_000), lambda n: _sweep(n, 20))
    yield _curve("ALS sweep, in factors", (10, 20, 40, 80), lambda k: _sweep(200_000, k))


def _curve(name: str, sizes: tuple[int, ...], task: Callable[[int], Callable[[], None]]) -> Curve:
    """The smallest of three times: a busy machine only ever adds."""
    points = []
    for size in sizes:
        work, seconds = task(size), []
        for _ in range(3):
            start = time.perf_counter()
            work()
            seconds.append(time.perf_counter() - start)
        points.append((size, min(seconds)))
    return Curve(name, points)


def _kmeans(X: np.ndarray, k: int) -> Callable[[], None]:
    def work() -> None:
        kmeans.fit_from(X, X[:k], max_iter=5)

    return work


def _em(X: np.ndarray, k: int) -> Callable[[], None]:
    start = data.rough_start(X, k)
    return lambda: run(X, start, 2)


def _sweep(n_ratings: int, k: int) -> Callable[[], None]:
    ratings = data.ratings(20_000, 4_000, n_ratings)
    start = mf.random_factors(ratings, k, np.random.default_rng(0))
    by_user = mf.group_rows(ratings.users, ratings.items, ratings.values)
    by_item = mf.group_rows(ratings.items, ratings.users, ratings.values)

    def work() -> None:
        mf.step(by_user, by_item, start, 1.0)

    return work
