"""Mixtures to check on: one to twenty components, one to sixteen dimensions, and the awkward cases.

Every design is made by a formula, so the catalogue is the same everywhere; `verification.over_designs` makes
a check of each.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from algorithms.mixture import Mixture


def spread_out(n_components: int, n_features: int, *, distance: float = 3.0) -> Mixture:
    """Components of different weight, place and shape; `distance` is the size of the means in deviations."""
    k, d = np.arange(n_components), np.arange(n_features)
    weights = 1.0 + k % 3
    means = distance * np.cos(1.0 + 2.0 * k[:, None] + 3.0 * d)
    return Mixture(weights / weights.sum(), means, covariances(n_components, n_features))


def covariances(n_components: int, n_features: int) -> Float[np.ndarray, "k d d"]:
    """Regular covariances with correlations, no two alike."""
    k, i, j = np.ogrid[:n_components, :n_features, :n_features]
    roots = np.where(i == j, 1.0 + 0.3 * np.sin(k + i), 0.4 * np.sin(1.0 + k + 2 * i + 5 * j)) * (i >= j)
    return np.asarray(roots @ roots.transpose(0, 2, 1))


def with_eigenvalues(smallest: float, n_components: int = 3, n_features: int = 4) -> Mixture:
    """Every covariance has this smallest eigenvalue, in directions that differ; 0 makes it singular."""
    regular = spread_out(n_components, n_features)
    _, axes = np.linalg.eigh(regular.covariances)
    values = np.linspace(1.0, 2.0, n_features)
    values[0] = smallest
    flattened = (axes * values) @ axes.transpose(0, 2, 1)
    return Mixture(regular.weights, regular.means, (flattened + flattened.transpose(0, 2, 1)) / 2)


def in_a_plane() -> Mixture:
    """All of it, means and covariances, in one plane of three dimensions: Cov[x] is singular too."""
    plane = np.array([[1.0, 0.0], [0.5, 1.0], [-1.0, 2.0]])
    flat = spread_out(3, 2)
    return Mixture(flat.weights, flat.means @ plane.T, plane @ flat.covariances @ plane.T)


def equal_components() -> Mixture:
    """Four times the same component: one Gaussian, written with K = 4."""
    one = spread_out(1, 3)
    return Mixture(
        np.array([0.4, 0.3, 0.2, 0.1]), np.repeat(one.means, 4, axis=0), np.repeat(one.covariances, 4, axis=0)
    )


def tiny_weight(weight: float) -> Mixture:
    """The last of three components is rare, and far away."""
    base = spread_out(3, 2)
    means = base.means.copy()
    means[2] += 8.0
    return Mixture(np.array([0.6 - weight, 0.4, weight]), means, base.covariances)


def weight_of_zero() -> Mixture:
    """A component that never comes up."""
    base = spread_out(3, 2)
    return Mixture(np.array([0.7, 0.3, 0.0]), base.means, base.covariances)


def points() -> Mixture:
    """Covariances of zero: a discrete law."""
    base = spread_out(4, 2)
    return Mixture(base.weights, base.means, np.zeros((4, 2, 2)))


def far_from_the_origin() -> Mixture:
    """Means of a million: sums of squares lose twelve digits, differences keep them."""
    base = spread_out(3, 2)
    return Mixture(base.weights, base.means + 1e6, base.covariances)


def unequal_units() -> Mixture:
    """Features of size 1e-4, 1 and 1e4."""
    base = spread_out(3, 3)
    units = np.array([1e-4, 1.0, 1e4])
    return Mixture(base.weights, base.means * units, base.covariances * np.multiply.outer(units, units))


DESIGNS: dict[str, Callable[[], Mixture]] = {
    **{
        f"k{k}_d{d}": lambda k=k, d=d: spread_out(k, d)  # type: ignore[misc]
        for k, d in ((1, 1), (1, 4), (2, 1), (2, 16), (3, 2), (5, 3), (8, 8), (12, 5), (20, 1), (20, 16))
    },
    "far_apart": lambda: spread_out(4, 3, distance=1e3),
    "overlapping": lambda: spread_out(4, 3, distance=0.1),
    "nearly_singular": lambda: with_eigenvalues(1e-8),
    "singular": lambda: with_eigenvalues(0.0),
    "in_a_plane": in_a_plane,
    "points": points,
    "equal_components": equal_components,
    "weight_of_a_percent": lambda: tiny_weight(1e-2),
    "weight_of_a_millionth": lambda: tiny_weight(1e-6),
    "weight_of_zero": weight_of_zero,
    "far_from_the_origin": far_from_the_origin,
    "unequal_units": unequal_units,
}
