"""The data of the benchmarks, from fixed seeds."""

from __future__ import annotations

import numpy as np

from algorithms import images
from algorithms.mixture import Mixture
from algorithms.ratings import Ratings


def flower() -> np.ndarray:
    """The pixels (427, 640, 3) of the photograph that the exercise compresses."""
    return images.flower().pixels


def starting_colors(pixels: np.ndarray, k: int) -> np.ndarray:
    """k colors of the image, moved off the 8-bit grid: exact ties would send programs different ways."""
    rng = np.random.default_rng(0)
    distinct = np.unique(pixels.reshape(-1, 3)[rng.choice(pixels.size // 3, 20_000, replace=False)], axis=0)
    return distinct[rng.choice(len(distinct), k, replace=False)] + 0.2 * (rng.random((k, 3)) - 0.5)


def blobs(n: int, d: int, k: int) -> np.ndarray:
    """Round clusters, some of which overlap."""
    rng = np.random.default_rng(1)
    return 1.5 * rng.standard_normal((k, d))[rng.integers(k, size=n)] + rng.standard_normal((n, d))


def mixture(d: int, k: int) -> Mixture:
    """A mixture with covariances of all shapes."""
    rng = np.random.default_rng(2)
    roots = rng.standard_normal((k, d, d)) / np.sqrt(d)
    covariances = roots @ roots.transpose(0, 2, 1) + 0.3 * np.eye(d)
    return Mixture(rng.dirichlet(np.full(k, 5.0)), 2 * rng.standard_normal((k, d)), covariances)


def rough_start(X: np.ndarray, k: int) -> Mixture:
    """k samples as means, the covariance of all, equal weights."""
    rng = np.random.default_rng(3)
    covariance = np.cov(X[:50_000].T) + 1e-6 * np.eye(X.shape[1])
    return Mixture(np.full(k, 1 / k), X[rng.choice(len(X), k, replace=False)], np.stack([covariance] * k))


def ratings(n_users: int, n_items: int, n_ratings: int) -> Ratings:
    """Ratings 1 to 5 of low rank plus noise, with few very active users and very popular items."""
    rng = np.random.default_rng(5)
    users = rng.permutation(n_users)[_powers(rng, n_users, 0.7, 2 * n_ratings)]
    items = rng.permutation(n_items)[_powers(rng, n_items, 0.8, 2 * n_ratings)]
    pairs = np.unique(users * n_items + items)
    pairs = np.sort(rng.permutation(pairs)[:n_ratings])
    users, items = np.divmod(pairs, n_items)
    Q, P = rng.standard_normal((n_users, 8)), rng.standard_normal((n_items, 8))
    scores = 3.7 + 0.2 * np.sum(Q[users] * P[items], axis=1) + 0.8 * rng.standard_normal(len(pairs))
    values = np.clip(np.rint(scores), 1, 5)
    return Ratings(users, items, values, np.arange(n_users), np.arange(n_items))


def _powers(rng: np.random.Generator, n: int, exponent: float, size: int) -> np.ndarray:
    chances = np.arange(1, n + 1) ** -exponent
    return rng.choice(n, size, p=chances / chances.sum())
