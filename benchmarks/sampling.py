"""Draws from a mixture."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks import data
from benchmarks.timing import Entry, Workload, void


def workloads(quick: bool) -> Iterator[Workload]:
    for n, d, k in ((10_000_000, 3, 5), (1_000_000, 32, 10)):
        yield _draws(n // 10 if quick else n, d, k)


def _draws(n: int, d: int, k: int) -> Workload:
    def prepare() -> dict[str, Entry]:
        mixture = data.mixture(d, k)

        def by_component() -> None:
            rng = np.random.default_rng(1)
            counts = rng.multinomial(n, mixture.weights)
            parts = zip(mixture.means, mixture.covariances, counts, strict=True)
            np.vstack([rng.multivariate_normal(mean, cov, count) for mean, cov, count in parts])

        def scikit_learn() -> None:
            from sklearn.mixture import GaussianMixture

            model = GaussianMixture(k, random_state=0)
            model.weights_, model.means_ = mixture.weights, mixture.means
            model.covariances_ = mixture.covariances
            model.sample(n)

        def normals() -> None:
            np.random.default_rng(1).standard_normal((n, d))

        return {
            "ksquared": lambda: void(mixture.sample(n, np.random.default_rng(1))),
            "limit: the normals alone": normals,
            "NumPy multivariate_normal": by_component,
            "scikit-learn": scikit_learn,
        }

    return Workload(f"sampling {n} x {d}, K = {k}", prepare, 1, 3.0, repetitions=3)
