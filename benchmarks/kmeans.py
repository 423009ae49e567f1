"""k-means from the same centers for the same number of iterations, labels included."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from algorithms import images, kmeans
from algorithms.native import library
from benchmarks import data
from benchmarks.timing import Entry, Workload, void

ITERATIONS = 50
COLOR_TARGETS = {5: 12.0, 16: 15.0, 64: 25.0, 256: 25.0}


def workloads(quick: bool) -> Iterator[Workload]:
    for k in (5, 16) if quick else COLOR_TARGETS:
        yield _colors(k)
    n = 100_000 if quick else 1_000_000
    yield _blobs(n)
    yield _uniform(n)


def _colors(k: int) -> Workload:
    def prepare() -> dict[str, Entry]:
        pixels = data.flower()
        start = data.starting_colors(pixels, k)
        X = pixels.reshape(-1, 3).astype(np.float64)

        def ours() -> None:
            palette = images.palette(pixels)
            fit = kmeans.fit_from(palette.colors, start, sample_weight=palette.counts, max_iter=ITERATIONS)
            fit.labels[palette.indices]

        def reference() -> None:
            with library.using("0"):
                ours()

        def scikit_learn_weighted() -> None:
            palette = images.palette(pixels)
            model = _scikit_learn(palette.colors, start, ITERATIONS, "lloyd", palette.counts)
            model.labels_[palette.indices]

        return {
            "ksquared": ours,
            "ksquared NumPy": reference,
            "limit: scikit-learn on our palette": scikit_learn_weighted,
            **_rivals(X, start, ITERATIONS),
        }

    return Workload(f"k-means flower.jpg, k = {k}", prepare, 1, COLOR_TARGETS[k])


def _blobs(n: int, iterations: int = 50) -> Workload:
    def prepare() -> dict[str, Entry]:
        X = data.blobs(n, 16, 32)
        return _entries(X, X[np.random.default_rng(0).choice(n, 32, replace=False)], iterations)

    name = f"k-means {n} x 16 blobs, k = 32, {iterations} iterations"
    return Workload(name, prepare, 1, 4.0, repetitions=3)


def _uniform(n: int, iterations: int = 20) -> Workload:
    def prepare() -> dict[str, Entry]:
        X = np.random.default_rng(9).random((n, 16))
        return _entries(X, X[:32].copy(), iterations)

    name = f"k-means {n} x 16 uniform, k = 32, {iterations} iterations"
    return Workload(name, prepare, 1, 2.5, repetitions=3)


def _entries(X: np.ndarray, start: np.ndarray, iterations: int) -> dict[str, Entry]:
    def ours() -> None:
        kmeans.fit_from(X, start, max_iter=iterations)

    return {"ksquared": ours, **_rivals(X, start, iterations)}


def _rivals(X: np.ndarray, start: np.ndarray, iterations: int) -> dict[str, Entry]:
    return {
        "scikit-learn lloyd": lambda: void(_scikit_learn(X, start, iterations, "lloyd")),
        "scikit-learn elkan": lambda: void(_scikit_learn(X, start, iterations, "elkan")),
        "oneDAL (scikit-learn-intelex)": lambda: _onedal(X, start, iterations),
        "faiss (float32)": lambda: _faiss(X, start, iterations),
    }


def _scikit_learn(X, start, iterations, algorithm, sample_weight=None):
    from sklearn.cluster import KMeans

    model = KMeans(len(start), init=start, n_init=1, max_iter=iterations, tol=0, algorithm=algorithm)
    return model.fit(X, sample_weight=sample_weight)


def _onedal(X: np.ndarray, start: np.ndarray, iterations: int) -> None:
    from sklearnex.cluster import KMeans

    KMeans(len(start), init=start, n_init=1, max_iter=iterations, tol=0, algorithm="lloyd").fit(X)


def _faiss(X: np.ndarray, start: np.ndarray, iterations: int) -> None:
    import faiss

    every = {"max_points_per_centroid": 10**9, "min_points_per_centroid": 1}  # it would take a sample
    model = faiss.Kmeans(X.shape[1], len(start), niter=iterations, nredo=1, **every)
    single = np.ascontiguousarray(X, np.float32)
    model.train(single, init_centroids=start.astype(np.float32))
    model.index.search(single, 1)
