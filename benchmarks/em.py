"""EM with full covariances from the same start for the same number of iterations, no floor."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from algorithms import em, images
from algorithms.mixture import Mixture
from algorithms.native import library
from benchmarks import data
from benchmarks.timing import Entry, Workload


def workloads(quick: bool) -> Iterator[Workload]:
    for k in (5,) if quick else (5, 16):
        yield _colors(k)
    for d, k, target in ((8, 8, 3.0),) if quick else ((8, 8, 3.0), (32, 10, 2.0)):
        yield _samples(100_000 if quick else 1_000_000, d, k, target)


def _colors(k: int, iterations: int = 10) -> Workload:
    def prepare() -> dict[str, Entry]:
        pixels = data.flower()
        X = pixels.reshape(-1, 3) / 255.0
        start = data.rough_start(X, k)

        def ours() -> None:
            palette = images.palette(pixels)
            run(palette.colors / 255, start, iterations, palette.counts)

        def reference() -> None:
            with library.using("0"):
                ours()

        return {"ksquared": ours, "ksquared NumPy": reference, **_rivals(X, start, iterations)}

    return Workload(f"EM flower.jpg, K = {k}, an iteration", prepare, iterations, 10.0, repetitions=3)


def _samples(n: int, d: int, k: int, target: float, iterations: int = 5) -> Workload:
    def prepare() -> dict[str, Entry]:
        X = data.mixture(d, k).sample(n, np.random.default_rng(4)).X
        start = data.rough_start(X, k)
        return {"ksquared": lambda: run(X, start, iterations), **_rivals(X, start, iterations)}

    return Workload(f"EM {n} x {d}, K = {k}, an iteration", prepare, iterations, target, repetitions=3)


def run(X: np.ndarray, start: Mixture, iterations: int, sample_weight: np.ndarray | None = None) -> None:
    """So many iterations, whatever the gain; a floor far below the data keeps components from collapsing."""
    steps = em.em_from(X, np.ones(len(X)) if sample_weight is None else sample_weight * 1.0, start, 1e-12)
    for _ in range(iterations):
        steps.advance()


def _rivals(X: np.ndarray, start: Mixture, iterations: int) -> dict[str, Entry]:
    return {
        "scikit-learn": lambda: _scikit_learn(X, start, iterations),
        "oneDAL (daal4py em_gmm)": lambda: _onedal(X, start, iterations),
    }


def _scikit_learn(X: np.ndarray, start: Mixture, iterations: int) -> None:
    from sklearn.mixture import GaussianMixture

    GaussianMixture(
        start.n_components,
        max_iter=iterations,
        tol=0.0,
        reg_covar=0.0,
        weights_init=start.weights,
        means_init=start.means,
        precisions_init=np.linalg.inv(start.covariances),
        init_params="random_from_data",
        random_state=0,
    ).fit(X)


def _onedal(X: np.ndarray, start: Mixture, iterations: int) -> None:
    import daal4py

    model = daal4py.em_gmm(
        start.n_components,
        maxIterations=iterations,
        accuracyThreshold=0.0,
        regularizationFactor=0.0,
        covarianceStorage="full",
    )
    model.compute(X, start.weights[None].copy(), start.means.copy(), [c.copy() for c in start.covariances])
