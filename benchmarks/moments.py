"""Mean and covariance of samples in memory."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from algorithms.streaming import ArrayRows, Blocks
from algorithms.streaming.moments import mean_and_covariance
from benchmarks.timing import Entry, Workload, void


def workloads(quick: bool) -> Iterator[Workload]:
    yield _moments(1_000_000 if quick else 10_000_000, 3)


def _moments(n: int, d: int) -> Workload:
    def prepare() -> dict[str, Entry]:
        X = np.random.default_rng(6).standard_normal((n, d)) + 3.0
        return {
            "ksquared": lambda: void(mean_and_covariance(Blocks(ArrayRows(X)))),
            "NumPy mean and cov": lambda: void((X.mean(axis=0), np.cov(X, rowvar=False))),
            "oneDAL (daal4py covariance)": lambda: _onedal(X),
        }

    return Workload(f"mean and covariance {n} x {d}", prepare, 1, 4.0, repetitions=5)


def _onedal(X: np.ndarray) -> None:
    import daal4py

    daal4py.covariance().compute(X)
