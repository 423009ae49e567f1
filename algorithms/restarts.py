"""Several starts, best result: k-means and EM find local optima only.

Statement.   Fit `n_init` times from independent starts and keep the smallest inertia, or the largest
             log-likelihood; the first of equals.
Source.      Bishop, PRML 9.1 and 9.2.2, on local optima.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from jaxtyping import Float

from algorithms import em, kmeans
from algorithms.samples import as_sample_weight, as_samples, check_count, check_rng

# Both starts of k-means look like this: (X, sample_weight, n_clusters, rng) -> centers.
Start = Callable[[np.ndarray, np.ndarray, int, np.random.Generator], np.ndarray]


def random_centers(
    X: Float[np.ndarray, "n d"],
    sample_weight: Float[np.ndarray, " n"],
    n_clusters: int,
    rng: np.random.Generator,
) -> Float[np.ndarray, "k d"]:
    """`n_clusters` samples drawn by weight without replacement; once all are drawn, the draw starts again."""
    check_rng(rng)
    chances = sample_weight / sample_weight.max()  # keeps the sum below from overflowing
    chances = chances / chances.sum()
    possible = int(np.count_nonzero(chances))
    drawn: list[np.ndarray] = []
    for begin in range(0, n_clusters, possible):
        size = min(possible, n_clusters - begin)
        drawn.append(rng.choice(len(X), size=size, replace=False, p=chances))
    return np.asarray(X[np.concatenate(drawn)])


def best_kmeans(
    X: npt.ArrayLike,
    n_clusters: int,
    *,
    rng: np.random.Generator,
    n_init: int = 10,
    start: Start = kmeans.plus_plus_centers,
    sample_weight: npt.ArrayLike | None = None,
    max_iter: int = 300,
) -> kmeans.KMeansFit:
    """The best of `n_init` runs of k-means, each from `start`: k-means++ or `random_centers`.

    Raises InputError as `kmeans.fit` does, and for `n_init` < 1.
    """
    samples = as_samples(X)
    weight = as_sample_weight(sample_weight, len(samples))
    check_count(n_clusters, "n_clusters")
    check_count(n_init, "n_init")
    fits = (
        kmeans.fit_from(
            samples, start(samples, weight, n_clusters, rng), sample_weight=weight, max_iter=max_iter
        )
        for _ in range(n_init)
    )
    return min(fits, key=lambda fit: fit.inertia)


def best_em(
    X: npt.ArrayLike,
    n_components: int,
    *,
    rng: np.random.Generator,
    n_init: int = 10,
    sample_weight: npt.ArrayLike | None = None,
    tol: float = 1e-4,
    max_iter: int = 200,
    covariance_floor: float | None = None,
) -> em.EMFit:
    """The best of `n_init` runs of EM, each from a k-means of its own; otherwise as `em.fit`."""
    check_count(n_init, "n_init")
    fits = (
        em.fit(
            X,
            n_components,
            rng=rng,
            sample_weight=sample_weight,
            tol=tol,
            max_iter=max_iter,
            covariance_floor=covariance_floor,
        )
        for _ in range(n_init)
    )
    return max(fits, key=lambda fit: fit.trace[-1])
