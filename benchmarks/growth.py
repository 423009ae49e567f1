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
class Growth:
    """A task over a few sizes. `operations` is the exponent that counting operations gives in the end."""

    name: str
    sizes: tuple[int, ...]
    task: Callable[[int], Callable[[], object]]
    operations: float


@dataclass(frozen=True)
class Curve:
    """Seconds at each size, and the exponent of the power law through them (least squares in logarithms)."""

    name: str
    operations: float
    points: list[tuple[int, float]]

    @property
    def exponent(self) -> float:
        sizes, seconds = np.log(np.array(self.points)).T
        return float(np.polyfit(sizes, seconds, 1)[0])


def growths(quick: bool) -> Iterator[Growth]:
    """k-means, EM and sampling in N, D and K; alternating least squares in ratings and factors."""
    n = 12_500 if quick else 50_000
    many, doublings = (n, 2 * n, 4 * n, 8 * n), (8, 16, 32, 64)
    for name, fit in (("k-means, 5 passes", _kmeans), ("EM, 2 iterations", _em)):
        yield Growth(f"{name}, in N", many, lambda n, fit=fit: fit(n, 8, 16), 1)
        square = 2 if fit is _em else 1
        yield Growth(f"{name}, in D", doublings, lambda d, fit=fit: fit(n, d, 16), square)
        yield Growth(f"{name}, in K", doublings, lambda k, fit=fit: fit(2 * n, 8, k), 1)
    yield Growth("sampling, in N", many, lambda n: _draws(n, 8, 16), 1)
    yield Growth("sampling, in D", doublings, lambda d: _draws(n, d, 16), 2)
    yield Growth("sampling, in K", doublings, lambda k: _draws(2 * n, 8, k), 0)
    yield Growth("ALS sweep, in ratings (nnz)", many, lambda nnz: _sweep(nnz, 20), 1)
    yield Growth("ALS sweep, in factors (k)", (16, 32, 64, 128), lambda k: _sweep(4 * n, k), 2)


def curve(growth: Growth, repetitions: int = 3) -> Curve:
    """The smallest of a few times: a busy machine only ever adds."""
    points = []
    for size in growth.sizes:
        work, seconds = growth.task(size), []
        for _ in range(repetitions):
            start = time.perf_counter()
            work()
            seconds.append(time.perf_counter() - start)
        points.append((size, min(seconds)))
    return Curve(growth.name, growth.operations, points)


def _kmeans(n: int, d: int, k: int) -> Callable[[], object]:
    X = np.random.default_rng(0).random((n, d))
    return lambda: kmeans.fit_from(X, X[:k], max_iter=5)


def _em(n: int, d: int, k: int) -> Callable[[], object]:
    X = np.random.default_rng(0).random((n, d))
    start = data.rough_start(X, k)
    return lambda: run(X, start, 2)


def _draws(n: int, d: int, k: int) -> Callable[[], object]:
    mixture = data.mixture(d, k)
    return lambda: mixture.sample(n, np.random.default_rng(0))


def _sweep(n_ratings: int, k: int) -> Callable[[], object]:
    ratings = data.ratings(20_000, 4_000, n_ratings)
    start = mf.random_factors(ratings, k, np.random.default_rng(0))
    by_user = mf.group_rows(ratings.users, ratings.items, ratings.values)
    by_item = mf.group_rows(ratings.items, ratings.users, ratings.values)
    return lambda: mf.step(by_user, by_item, start, 1.0)
