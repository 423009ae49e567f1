"""The data behind the pictures of Problems 2, 3 and 4: samples beside right and wrong formulas."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int

from algorithms.mixture import Mixture
from derivations.closed_forms import closed_form
from reports.figures.learning import Convergence, Heat, RankErrors
from reports.figures.mixtures import Curve, Mass, Spread

N_SUMS = 40_000  # sums simulated for a picture
SUMMANDS = (
    Mixture(np.array([0.2, 0.8]), np.array([[-3.0], [2.0]]), np.array([[[0.2]], [[1.0]]])),
    Mixture(np.array([0.6, 0.4]), np.array([[-1.0], [6.0]]), np.array([[[0.1]], [[0.9]]])),
)
"""The mixtures x and y on the line whose sum is shown."""


@dataclass(frozen=True)
class MomentsPicture:
    """Samples in the plane with their components, and what the formulas say of their spread."""

    points: Float[np.ndarray, "n 2"]
    labels: Int[np.ndarray, " n"]
    spreads: tuple[Spread, ...]


@dataclass(frozen=True)
class SumPicture:
    """Sums z = x + y on the line, the densities claimed for them on a grid, the mixtures of x and y."""

    samples: Float[np.ndarray, " n"]
    grid: Float[np.ndarray, " g"]
    curves: tuple[Curve, ...]
    x: Mixture
    y: Mixture

    @property
    def masses(self) -> tuple[Mass, Mass, Mass]:
        """What the densities of x, of y and of z consist of."""
        x, y = (_mass(f"${name}$", m, self.grid) for name, m in (("x", self.x), ("y", self.y)))
        pairs = tuple(f"({k}, {l})" for k in x.names for l in y.names)
        return x, y, replace(_mass("$z = x + y$", self.x.sum_with(self.y), self.grid), names=pairs)


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
    drawn = mixture.sample(500, rng)
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
    x, y = SUMMANDS
    samples = x.sample(N_SUMS, rng).X + y.sample(N_SUMS, rng).X
    grid = np.linspace(samples.min(), samples.max(), 400)
    return SumPicture(
        samples=samples[:, 0],
        grid=grid,
        curves=(
            Curve("the theorem", _density(x.sum_with(y), grid), right=True),
            Curve("indices slipped", _density(_with_slipped_indices(x, y), grid), right=False),
            Curve("half the sum of the densities", (_density(x, grid) + _density(y, grid)) / 2, right=False),
        ),
        x=x,
        y=y,
    )


def rank_errors(rng: np.random.Generator) -> RankErrors:
    """D = 8: best decoders of random codes, random ones, and 40 vectors from 3 dimensions."""
    n_features, n_random, rank = 8, 5, 3
    identity = np.eye(n_features)
    best, at_random = [], np.empty((n_random, n_features + 1))
    for size in range(n_features + 1):
        code = rng.standard_normal((size, n_features))
        best.append(float(np.sum((np.linalg.pinv(code) @ code - identity) ** 2)))
        for number in range(n_random):
            decoder = rng.standard_normal((n_features, size)) / n_features
            at_random[number, size] = np.sum((decoder @ code - identity) ** 2)
    data = rng.standard_normal((n_features, rank)) @ rng.standard_normal((rank, 40))
    values = np.linalg.svd(data, compute_uv=False) ** 2
    left_over = np.array([values[size:].sum() for size in range(n_features + 1)]) / values.sum()
    return RankErrors(np.array(best), at_random, left_over, rank)


def convergence(rng: np.random.Generator) -> Convergence:
    """Errors of the sample mean and the sample covariance of a mixture over 24 repetitions."""
    x = Mixture(np.array([0.3, 0.7]), np.array([[-2.0], [1.0]]), np.array([[[0.5]], [[1.5]]]))
    mean = closed_form("mixture_mean")(weights=x.weights, means=x.means)
    covariance = closed_form("mixture_covariance")(
        weights=x.weights, means=x.means, covariances=x.covariances
    )
    sizes = 4 ** np.arange(2, 8)
    errors = np.empty((24, len(sizes), 2))
    for repetition in errors:
        drawn = x.sample(int(sizes[-1]), rng).X[:, 0]
        for place, size in enumerate(sizes):
            part = drawn[:size]
            repetition[place] = part.mean() - mean[0], np.mean((part - mean[0]) ** 2) - covariance[0, 0]
    root_mean_square = np.sqrt(np.mean(errors**2, axis=0))
    return Convergence(sizes, root_mean_square[:, 0], root_mean_square[:, 1])


def _two_in_space() -> tuple[Mixture, Mixture]:
    """Two mixtures of two components in three dimensions."""
    x = Mixture(
        np.array([0.5, 0.5]), np.array([[-1.0, 0.0, 0.5], [1.0, 0.5, -0.5]]), np.array([np.eye(3) / 2] * 2)
    )
    spread = np.array([[1.0, -0.6, 0.0], [-0.6, 1.0, 0.3], [0.0, 0.3, 0.5]])
    y = Mixture(np.array([0.2, 0.8]), np.array([[0.0, 1.0, 0.0], [0.0, -1.0, 0.5]]), np.array([spread] * 2))
    return x, y


def means_of_sum() -> tuple[Heat, ...]:
    """The means of the components of x, of y and, one row for each pair, of x + y."""
    x, y = _two_in_space()
    pairs = closed_form("sum_means")(means=x.means, other_means=y.means)
    return (
        Heat(r"means $\mu_k$ of $x$", x.means, _numbered(r"\mu_{}", x)),
        Heat(r"means $\nu_l$ of $y$", y.means, _numbered(r"\nu_{}", y)),
        Heat(
            "means of $x + y$",
            pairs.reshape(-1, x.n_features),
            tuple(
                f"$\\mu_{k} + \\nu_{l}$"
                for k in range(1, x.n_components + 1)
                for l in range(1, y.n_components + 1)
            ),
        ),
    )


def covariances_of_sum(rng: np.random.Generator) -> tuple[Heat, ...]:
    """Cov[x], Cov[y] and Cov[x + y] by their closed forms, and the covariance of N_SUMS sums."""
    x, y = _two_in_space()
    of_x, of_y = (
        closed_form("mixture_covariance")(weights=m.weights, means=m.means, covariances=m.covariances)
        for m in (x, y)
    )
    drawn = x.sample(N_SUMS, rng).X + y.sample(N_SUMS, rng).X
    return (
        Heat(r"$\mathrm{Cov}[x]$", of_x),
        Heat(r"$\mathrm{Cov}[y]$", of_y),
        Heat("their sum", of_x + of_y),
        Heat("simulated $x + y$", np.cov(drawn, rowvar=False)),
    )


def _with_slipped_indices(x: Mixture, y: Mixture) -> Mixture:
    """Weights pi_l rho_k and covariances Sigma_k + T_k beside the right means mu_k + nu_l (K = L)."""
    true = x.sum_with(y)
    k, l = np.divmod(np.arange(true.n_components), y.n_components)
    return Mixture(x.weights[l] * y.weights[k], true.means, x.covariances[k] + y.covariances[k])


def _numbered(name: str, mixture: Mixture) -> tuple[str, ...]:
    return tuple(f"${name.format(k)}$" for k in range(1, mixture.n_components + 1))


def _mass(title: str, mixture: Mixture, grid: Float[np.ndarray, " g"]) -> Mass:
    """The components of a mixture on the line, numbered from 1."""
    parts = np.exp(mixture.joint_log_prob(grid[:, None])).T
    return Mass(title, tuple(str(k + 1) for k in range(mixture.n_components)), parts)


def _density(mixture: Mixture, grid: Float[np.ndarray, " g"]) -> Float[np.ndarray, " g"]:
    return np.asarray(np.exp(mixture.log_prob(grid[:, None])))
