"""The data behind the pictures of Problems 3 and 4: samples beside right and wrong formulas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from algorithms.mixture import Mixture
from derivations.closed_forms import closed_form
from reports.figures.mixtures import Curve, Spread


@dataclass(frozen=True)
class MomentsPicture:
    """Samples in the plane with their components, and what the formulas say of their spread."""

    points: Float[np.ndarray, "n 2"]
    labels: Int[np.ndarray, " n"]
    spreads: tuple[Spread, ...]


@dataclass(frozen=True)
class SumPicture:
    """Sums of samples on the line, and the densities claimed for them on a grid."""

    samples: Float[np.ndarray, " n"]
    grid: Float[np.ndarray, " g"]
    curves: tuple[Curve, ...]


def moments_picture(rng: np.random.Generator) -> MomentsPicture:
    """Three components in the plane; the covariance of the theorem and two that forget a part of it."""
    mixture = Mixture(
        weights=np.array([0.5, 0.3, 0.2]),
        means=np.array([[0.0, 0.0], [4.0, 1.0], [1.0, 4.0]]),
        covariances=np.array(
            [[[1.0, 0.6], [0.6, 1.0]], [[0.5, -0.2], [-0.2, 0.8]], [[0.6, 0.0], [0.0, 0.3]]]
        ),
    )
    weights, means = mixture.weights, mixture.means
    mean = closed_form("mixture_mean")(weights=weights, means=means)
    between = closed_form("between_covariance")(weights=weights, means=means)
    covariance = closed_form("mixture_covariance")(
        weights=weights, means=means, covariances=mixture.covariances
    )
    drawn = mixture.sample(900, rng)
    return MomentsPicture(
        points=drawn.X,
        labels=drawn.labels,
        spreads=(
            Spread("the theorem", mean, covariance, right=True),
            Spread(r"forgot $\Sigma_k$", mean, between, right=False),
            Spread(r"forgot $-m\,m^T$", mean, covariance + np.outer(mean, mean), right=False),
        ),
    )


def sum_picture(rng: np.random.Generator) -> SumPicture:
    """The sum of two mixtures of two components; the density of the theorem and two often written."""
    x = Mixture(np.array([0.2, 0.8]), np.array([[-3.0], [2.0]]), np.array([[[0.2]], [[1.0]]]))
    y = Mixture(np.array([0.6, 0.4]), np.array([[-1.0], [6.0]]), np.array([[[0.1]], [[0.9]]]))
    samples = x.sample(40_000, rng).X + y.sample(40_000, rng).X
    grid = np.linspace(samples.min(), samples.max(), 400)
    return SumPicture(
        samples=samples[:, 0],
        grid=grid,
        curves=(
            Curve("the theorem", _density(x.sum_with(y), grid), right=True),
            Curve("indices slipped", _density(_with_slipped_indices(x, y), grid), right=False),
            Curve("half the sum of the densities", (_density(x, grid) + _density(y, grid)) / 2, right=False),
        ),
    )


def _with_slipped_indices(x: Mixture, y: Mixture) -> Mixture:
    """Weights pi_l rho_k and covariances Sigma_k + T_k beside the right means mu_k + nu_l (K = L)."""
    true = x.sum_with(y)
    k, l = np.divmod(np.arange(true.n_components), y.n_components)
    return Mixture(x.weights[l] * y.weights[k], true.means, x.covariances[k] + y.covariances[k])


def _density(mixture: Mixture, grid: Float[np.ndarray, " g"]) -> Float[np.ndarray, " g"]:
    return np.asarray(np.exp(mixture.log_prob(grid[:, None])))
