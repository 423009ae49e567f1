"""Random inputs for criteria: fresh in every run, repeatable from a generator."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy.sparse as sparse

from algorithms.mixture import Mixture
from verification.grading.reading import Numbers


def random_covariance(rng: np.random.Generator, d: int, condition: float = 4.0) -> Numbers:
    """A covariance with eigenvalues spread from about 1 down to 1 / condition, in a random direction."""
    directions, _ = np.linalg.qr(rng.standard_normal((d, d)))
    eigenvalues = np.geomspace(1.0, 1.0 / condition, d) * rng.uniform(0.8, 1.25)
    covariance = (directions * eigenvalues) @ directions.T
    return np.asarray((covariance + covariance.T) / 2)


def random_weights(rng: np.random.Generator, k: int) -> Numbers:
    """Weights between about 1/2k and 2/k, no two equal."""
    weights = rng.permutation(np.linspace(1.0, 2.0, k)) * rng.uniform(0.9, 1.1, k)
    return np.asarray(weights / weights.sum())


def random_mixture(
    rng: np.random.Generator, k: int, d: int, *, condition: float = 4.0, spread: float = 2.0
) -> Mixture:
    """A mixture with unequal weights, correlated components and no mean near the origin."""
    means = spread * rng.standard_normal((k, d)) + rng.uniform(1.0, 3.0, d) * rng.choice((-1.0, 1.0))
    covariances = np.stack([random_covariance(rng, d, condition) for _ in range(k)])
    return Mixture(random_weights(rng, k), means, covariances)


def separated_mixture(
    rng: np.random.Generator, k: int, d: int, *, distance: float = 7.0, condition: float = 4.0
) -> Mixture:
    """A mixture whose means are about `distance` standard deviations from each other: no doubt who is who."""
    steps = distance * (rng.permutation(k)[:, None] - (k - 1) / 2)
    direction = rng.standard_normal(d)
    direction /= np.linalg.norm(direction)
    means = steps * direction + rng.uniform(2.0, 4.0, d) + 0.5 * rng.standard_normal((k, d))
    covariances = np.stack([random_covariance(rng, d, condition) for _ in range(k)])
    return Mixture(random_weights(rng, k), means, covariances)


def random_ratings(
    rng: np.random.Generator, n_users: int, n_items: int, share: float = 0.5, least: int = 3
) -> npt.NDArray[np.int64]:
    """Whole ratings 1 to 5, about `share` of all cells, 0 where there is none.

    Every user and item has at least `least` ratings, and no user's ratings are all equal.
    """
    while True:
        observed = rng.random((n_users, n_items)) < share
        if (observed.sum(axis=1) >= least).all() and (observed.sum(axis=0) >= min(least, n_users)).all():
            break
        share = min(1.0, share + 0.02)
    ratings = rng.integers(1, 6, size=(n_users, n_items)) * observed
    for row in ratings:
        rated = np.flatnonzero(row)
        if len(set(row[rated])) == 1:
            row[rated[0]] = row[rated[0]] % 5 + 1
    return np.asarray(ratings, dtype=np.int64)


def as_sparse(matrix: npt.NDArray[np.int64] | Numbers) -> sparse.csr_matrix:
    """The nonzero entries, as the exercise stores them."""
    return sparse.csr_matrix(matrix)
