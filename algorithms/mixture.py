"""Mixtures of Gaussians: densities, responsibilities, samples, and the sum of two independent ones.

Statement.   p(x) = sum_k pi_k N(x | mu_k, Sigma_k).
Notation.    `weights` pi (K,), `means` mu (K, D), `covariances` Sigma (K, D, D).
Assumptions. pi_k >= 0, sum_k pi_k = 1, every Sigma_k symmetric and positive semidefinite. A singular
             Sigma_k can be sampled and added but has no density; asking for one raises InputError.
Source.      Bishop, PRML 2.3.9 and 9.2, eqs. 9.7 to 9.13.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from jaxtyping import Float, Int
from scipy.special import logsumexp

from algorithms.errors import InputError
from algorithms.samples import as_numbers, as_samples, check_count
from algorithms.sampling import Draws, Law, triangular_roots

# Weights are quotients of counts or products of weights: their sum is off by a few roundings a component.
WEIGHT_SUM_TOLERANCE = 1e-9
# An honest covariance computed in float64 is symmetric and positive semidefinite to about D * 2e-16 of
# its largest entry. A million times that is still a rounding matter, anything above is another matrix.
COVARIANCE_TOLERANCE = 1e-9
# Points are never this many standard deviations from their mean: the chance is e^-800.
FARTHEST_DRAW = 40.0


@dataclass(frozen=True, eq=False)
class Samples:
    """Draws from a mixture: `X` (n, D), and `labels` (n,), the component each row came from."""

    X: Float[np.ndarray, "n d"]
    labels: Int[np.ndarray, " n"]


@dataclass(frozen=True, eq=False)
class Mixture:
    """A Gaussian mixture with K components in D dimensions; its arrays are read-only copies.

    Raises InputError when the shapes disagree, a number is not finite, the weights are negative or do
    not sum to one, or a covariance is not symmetric and positive semidefinite.
    """

    weights: Float[np.ndarray, " k"]
    means: Float[np.ndarray, "k d"]
    covariances: Float[np.ndarray, "k d d"]

    def __post_init__(self) -> None:
        for name in ("weights", "means", "covariances"):
            array = as_numbers(getattr(self, name), name).copy()
            array.flags.writeable = False
            object.__setattr__(self, name, array)
        _check_shapes(self.weights, self.means, self.covariances)
        _check_weights(self.weights)
        _check_covariances(self.covariances)

    @property
    def n_components(self) -> int:
        """K."""
        return int(self.means.shape[0])

    @property
    def n_features(self) -> int:
        """D."""
        return int(self.means.shape[1])

    def joint_log_prob(self, X: npt.ArrayLike) -> Float[np.ndarray, "n k"]:
        """ln(pi_k N(x_n | mu_k, Sigma_k)) for every sample and component (the terms of PRML eq. 9.7).

        With Sigma = L L^T the quadratic form is |L^-1 (x - mu)|^2 and the determinant prod(diag L)^2.
        A component of weight zero gets -inf, and so does a distance whose square overflows.
        Raises InputError when X does not fit or a covariance is singular.
        """
        samples = as_samples(X, self.n_features)
        # One component after the other in memory: sums over the few components then run over long rows.
        result = np.empty((self.n_components, len(samples))).T
        with np.errstate(over="ignore", divide="ignore"):
            log_weights = np.log(self.weights)
            for k, whitener in enumerate(self._whiteners):
                whitened = (samples - self.means[k]) @ whitener.T
                log_scale = np.log(np.diagonal(whitener)).sum() - 0.5 * self.n_features * np.log(2 * np.pi)
                result[:, k] = log_weights[k] + log_scale - 0.5 * np.einsum("nd,nd->n", whitened, whitened)
        return result

    def log_prob(self, X: npt.ArrayLike) -> Float[np.ndarray, " n"]:
        """ln p(x_n) for every sample, summed over the components without underflow."""
        return np.asarray(logsumexp(self.joint_log_prob(X), axis=1))

    def responsibilities(self, X: npt.ArrayLike) -> Float[np.ndarray, "n k"]:
        """gamma(z_nk), the posterior of each component given each sample (PRML eq. 9.13); rows sum to one."""
        return normalize_joint(self.joint_log_prob(X))[0]

    def place(
        self, labels: Int[np.ndarray, " n"], noise: Float[np.ndarray, "n d"]
    ) -> Float[np.ndarray, "n d"]:
        """The deterministic half of sampling: mu_k + A_k noise_n, k = labels_n, A_k A_k^T = Sigma_k.

        Raises InputError for labels of no component, or unless `noise` has D numbers for each.
        """
        if noise.shape != (len(labels), self.n_features):
            raise InputError(
                f"expected noise of shape {(len(labels), self.n_features)}, got {noise.shape}; "
                "give each label one row"
            )
        if labels.size and not 0 <= labels.min() <= labels.max() < self.n_components:
            raise InputError(
                f"expected labels from 0 to {self.n_components - 1}, got {labels.min()} to {labels.max()}; "
                "number the components from 0"
            )
        return self._law.place(labels, noise)

    def sample_chunks(self, n_samples: int, rng: np.random.Generator) -> Iterator[Samples]:
        """What `sample` draws, a chunk at a time: memory stays flat however many there are."""
        check_count(n_samples, "n_samples", least=0)
        return (Samples(X, labels) for X, labels in Draws(self._law, n_samples, rng).chunks())

    def sample(
        self, n_samples: int, rng: np.random.Generator, *, dtype: npt.DTypeLike = np.float64
    ) -> Samples:
        """`n_samples` independent draws: a component from Cat(pi), then a point from its Gaussian.

        Singular covariances are fine. `dtype` np.float32 rounds the points and halves their memory. The
        draws do not depend on the number of threads; see `algorithms.sampling`. Raises InputError when
        `n_samples` is negative or no whole number, and when points do not fit into the dtype.
        """
        check_count(n_samples, "n_samples", least=0)
        kind = np.dtype(dtype).type
        if kind not in (np.float64, np.float32):
            raise InputError(
                f"expected dtype np.float64 or np.float32, got {np.dtype(dtype)}; choose one of them"
            )
        variances = np.diagonal(self.covariances, axis1=1, axis2=2)
        farthest = float((np.abs(self.means) + FARTHEST_DRAW * np.sqrt(np.maximum(variances, 0.0))).max())
        if farthest > float(np.finfo(kind).max):
            raise InputError(
                f"expected points that fit into float32, got a mixture that reaches {farthest:.3g}; "
                "draw np.float64"
            )
        return Samples(*Draws(self._law, n_samples, rng).whole(kind))

    def sample_sum(
        self, other: Mixture, n_samples: int, rng: np.random.Generator
    ) -> Float[np.ndarray, "n d"]:
        """`n_samples` draws of x + y, x from this mixture and y from `other`, independent of each other.

        Their law is that of `sum_with`. Raises InputError when `n_samples` is negative or dimensions differ.
        """
        self._check_same_dimension(other)
        total = self.sample(n_samples, rng).X
        start = 0
        for chunk in other.sample_chunks(n_samples, rng):
            total[start : start + len(chunk.X)] += chunk.X
            start += len(chunk.X)
        return total

    def sum_with(self, other: Mixture) -> Mixture:
        """The law of x + y for independent x from this mixture and y from `other`: K * L components.

        Component k * L + l has weight pi_k rho_l, mean mu_k + nu_l and covariance Sigma_k + Tau_l.
        Raises InputError when the dimensions differ.
        """
        self._check_same_dimension(other)
        size, d = self.n_components * other.n_components, self.n_features
        return Mixture(
            weights=np.multiply.outer(self.weights, other.weights).reshape(size),
            means=(self.means[:, None] + other.means).reshape(size, d),
            covariances=(self.covariances[:, None] + other.covariances).reshape(size, d, d),
        )

    @cached_property
    def _whiteners(self) -> Float[np.ndarray, "k d d"]:
        """L^-1 of every covariance L L^T: it turns x - mu into standard normal coordinates."""
        return _inverse_triangular(np.stack([_cholesky(c, k) for k, c in enumerate(self.covariances)]))

    @cached_property
    def _law(self) -> Law:
        thresholds = np.cumsum(self.weights)
        return Law(thresholds / thresholds[-1], self.means, triangular_roots(self.covariances))

    def _check_same_dimension(self, other: Mixture) -> None:
        if self.n_features != other.n_features:
            raise InputError(
                f"expected two mixtures in the same dimension, got {self.n_features} and {other.n_features}; "
                "only vectors of equal length can be added"
            )


def normalize_joint(
    joint_log_prob: Float[np.ndarray, "n k"],
) -> tuple[Float[np.ndarray, "n k"], Float[np.ndarray, " n"]]:
    """Responsibilities and ln p(x_n) from the joint log-densities.

    Raises InputError for a sample whose log-density is -inf under every component: its posterior is 0/0.
    """
    largest = joint_log_prob.max(axis=1)
    lost = np.flatnonzero(np.isneginf(largest))
    if lost.size:
        raise InputError(
            f"expected samples within reach of the mixture, got sample {lost[0]} with log-density -inf; "
            "rescale the data or drop it"
        )
    relative = np.exp(joint_log_prob - largest[:, None])
    total = relative.sum(axis=1)
    return relative / total[:, None], largest + np.log(total)


def _cholesky(covariance: Float[np.ndarray, "d d"], k: int) -> Float[np.ndarray, "d d"]:
    """The lower Cholesky factor; InputError when the covariance is singular in float64.

    Measured on the correlation matrix, so that units do not matter: each of its entries is known up to about
    D roundings, hence its eigenvalues up to D^2, and one below that cannot be told from zero.
    """
    scales = np.sqrt(np.maximum(np.diagonal(covariance), 0.0))
    smallest = 0.0
    if scales.min() > 0:
        smallest = np.linalg.eigvalsh(covariance / scales / scales[:, None])[0]
    if not smallest > len(covariance) ** 2 * np.finfo(np.float64).eps:
        raise InputError(
            f"expected a regular covariance for a density, got a singular one in component {k}; "
            "raise the covariance floor or add to its diagonal"
        )
    return np.linalg.cholesky(covariance)


def _inverse_triangular(lower: Float[np.ndarray, "k d d"]) -> Float[np.ndarray, "k d d"]:
    """The inverses of lower triangular matrices, row by row: accurate where a general inverse is not."""
    inverse = np.zeros_like(lower)
    for j, unit in enumerate(np.eye(lower.shape[1])):
        known = np.einsum("ki,kid->kd", lower[:, j, :j], inverse[:, :j])
        inverse[:, j] = (unit - known) / lower[:, j, j, None]
    return inverse


def _check_shapes(
    weights: Float[np.ndarray, "*a"], means: Float[np.ndarray, "*b"], covariances: Float[np.ndarray, "*c"]
) -> None:
    k = weights.shape[0] if weights.ndim == 1 else 0
    d = means.shape[1] if means.ndim == 2 else 0
    if not k or not d or means.shape != (k, d) or covariances.shape != (k, d, d):
        raise InputError(
            "expected weights (K,), means (K, D), covariances (K, D, D), got shapes "
            f"{weights.shape}, {means.shape}, {covariances.shape}; make K and D agree"
        )


def _check_weights(weights: Float[np.ndarray, " k"]) -> None:
    total = float(weights.sum())
    if np.any(weights < 0) or abs(total - 1.0) > WEIGHT_SUM_TOLERANCE:
        raise InputError(
            f"expected nonnegative weights with sum 1, got minimum {weights.min():.6g} and sum {total:.12g}; "
            "divide them, in float64, by their sum"
        )


def _check_covariances(covariances: Float[np.ndarray, "k d d"]) -> None:
    largest = np.abs(covariances).max(axis=(1, 2))
    asymmetry = np.abs(covariances - covariances.transpose(0, 2, 1)).max(axis=(1, 2))
    smallest = np.linalg.eigvalsh(covariances)[:, 0]
    bad = np.flatnonzero(
        (asymmetry > COVARIANCE_TOLERANCE * largest) | (smallest < -COVARIANCE_TOLERANCE * largest)
    )
    if bad.size:
        raise InputError(
            "expected symmetric positive semidefinite covariances, got asymmetry "
            f"{asymmetry[bad[0]]:.3g} and smallest eigenvalue {smallest[bad[0]]:.3g} in component {bad[0]}; "
            "symmetrize it or check how it was computed"
        )
