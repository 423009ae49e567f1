"""Maximum likelihood for Gaussian mixtures by expectation maximization (EM).

Statement.   Maximize ln p(X) = sum_n w_n ln sum_k pi_k N(x_n | mu_k, Sigma_k), no eigenvalue of a Sigma_k
             below the floor.
Notation.    `responsibilities` gamma(z_nk), `effective_counts` N_k = sum_n w_n gamma(z_nk); `sample_weight`
             w: a sample of weight w counts as w equal samples.
Assumptions. Finite data. Without the floor the likelihood is unbounded (PRML 9.2.1): a component shrinks
             onto one point. The M-step raises every eigenvalue below the floor up to it. That is the exact
             maximizer under the constraint, so EM stays monotone; adding the floor to the diagonal, as is
             often done, would break this.
Policy.      A component that no sample belongs to any more keeps its mean and covariance at weight zero.
Source.      Bishop, PRML 9.2.2, eqs. 9.23 to 9.28.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from jaxtyping import Float

from algorithms import kmeans, native
from algorithms.errors import InputError
from algorithms.mixture import Mixture, normalize_joint
from algorithms.sample_covariance import covariance_of, mean_and_covariance, stretches
from algorithms.samples import as_sample_weight, as_samples, check_count, is_number

# The default floor, as a share of the data's average variance: standard deviations stop at 1/1000.
RELATIVE_FLOOR = 1e-6
# Below this the shares w gamma / N_k are quotients of subnormal numbers and lose their digits.
SMALLEST_WEIGHT = float(np.finfo(np.float64).tiny / np.finfo(np.float64).eps)


@dataclass(frozen=True, eq=False)
class EMState:
    """A mixture with its E-step: the responsibilities and the log-likelihood of the data under it."""

    mixture: Mixture
    responsibilities: Float[np.ndarray, "n k"]
    log_likelihood: float


@dataclass(frozen=True, eq=False)
class EMFit:
    """The result of `fit`: `trace[t]` is ln p(X) after t iterations, `trace[0]` that of the start."""

    mixture: Mixture
    trace: tuple[float, ...]
    n_iter: int
    converged: bool


def fit(
    X: npt.ArrayLike,
    n_components: int,
    *,
    rng: np.random.Generator,
    sample_weight: npt.ArrayLike | None = None,
    tol: float = 1e-4,
    max_iter: int = 200,
    covariance_floor: float | None = None,
    on_iteration: Callable[[int, int], None] | None = None,
) -> EMFit:
    """Fit a mixture to the rows of X (N, D), starting from k-means.

    Stops when an iteration raises ln p(X) by no more than `tol` times its size. `covariance_floor` is
    the smallest eigenvalue a covariance may have, in squared units of X; None means 1e-6 times the
    average variance of the columns of X (1e-6 where that is zero). A floor of 0 is allowed; when a
    component then collapses, InputError says so. `on_iteration(done, max_iter)` follows each iteration.
    Raises InputError for bad data, weights, `n_components` < 1, a negative `tol` or floor.
    """
    samples = as_samples(X)
    weight = as_sample_weight(sample_weight, len(samples))
    check_count(n_components, "n_components")
    clusters = kmeans.fit(samples, n_components, rng=rng, sample_weight=weight)
    return fit_from(
        samples,
        cluster_mixture(samples, weight, clusters),
        sample_weight=weight,
        tol=tol,
        max_iter=max_iter,
        covariance_floor=covariance_floor,
        on_iteration=on_iteration,
    )


def fit_from(
    X: npt.ArrayLike,
    mixture: Mixture,
    *,
    sample_weight: npt.ArrayLike | None = None,
    tol: float = 1e-4,
    max_iter: int = 200,
    covariance_floor: float | None = None,
    on_iteration: Callable[[int, int], None] | None = None,
) -> EMFit:
    """EM from the given mixture, whose covariances are raised to the floor first; otherwise as `fit`."""
    samples = as_samples(X, mixture.n_features)
    weight = as_sample_weight(sample_weight, len(samples))
    check_count(max_iter, "max_iter")
    floor = default_floor(samples, weight) if covariance_floor is None else covariance_floor
    if not (is_number(tol) and is_number(floor) and tol >= 0 and floor >= 0):
        raise InputError(f"expected tol and covariance_floor of 0 or more, got {tol} and {floor}; raise them")
    floored = np.stack([raise_eigenvalues(covariance, floor) for covariance in mixture.covariances])
    em = em_from(samples, weight, Mixture(mixture.weights, mixture.means, floored), floor)
    trace, converged = [em.log_likelihood], False
    while not converged and len(trace) <= max_iter:
        em.advance()
        converged = em.log_likelihood - trace[-1] <= tol * abs(trace[-1])
        trace.append(em.log_likelihood)
        if on_iteration is not None:
            on_iteration(len(trace) - 1, max_iter)
    return EMFit(em.mixture, tuple(trace), len(trace) - 1, converged)


def em_from(
    X: Float[np.ndarray, "n d"], sample_weight: Float[np.ndarray, " n"], mixture: Mixture, floor: float
) -> ReferenceEM | CompiledEM:
    """EM from `mixture`: compiled where that is there, else the reference.

    Either tells its `mixture` and `log_likelihood`, and takes a step by `advance`.
    """
    return (CompiledEM if native.available() else ReferenceEM)(X, sample_weight, mixture, floor)


class ReferenceEM:
    """`e_step`, then one `step` after the other, without the old responsibilities beside the new ones."""

    def __init__(
        self,
        X: Float[np.ndarray, "n d"],
        sample_weight: Float[np.ndarray, " n"],
        mixture: Mixture,
        floor: float,
    ) -> None:
        self._X, self._sample_weight, self._floor = X, sample_weight, floor
        self._state = e_step(self._X, sample_weight, mixture)

    @property
    def mixture(self) -> Mixture:
        return self._state.mixture

    @property
    def log_likelihood(self) -> float:
        return self._state.log_likelihood

    def advance(self) -> None:
        state, X, weight = self._state, self._X, self._sample_weight
        mixture = m_step(X, weight, state.responsibilities, self._floor, state.mixture)
        del state, self._state  # whose responsibilities the next ones may replace
        self._state = e_step(X, weight, mixture)


class CompiledEM:
    """The same with E-step and sums in one pass in C, which stores no responsibilities.

    The pass takes moments about the old means; where a mean has moved by more than FAR_MOVE standard
    deviations (no less than the floor allows) they are taken again about the new one, so that the covariance
    is never a difference of large numbers. A pass waits until its results are asked for: the next step needs
    the same pass as the log-likelihood.
    """

    FAR_MOVE = 3.0

    def __init__(
        self,
        X: Float[np.ndarray, "n d"],
        sample_weight: Float[np.ndarray, " n"],
        mixture: Mixture,
        floor: float,
    ) -> None:
        self._X, self._sample_weight, self._floor = np.ascontiguousarray(X), sample_weight, floor
        self._total = float(sample_weight.sum())
        # Where weights are subnormal 1 / total is infinite, and so is the result: the reference takes over.
        self._expectation = native.Expectation(self._X, np.ascontiguousarray(sample_weight), 1 / self._total)
        self._place(mixture.weights, mixture.means, mixture.covariances)

    @property
    def mixture(self) -> Mixture:
        return Mixture(self._weights, self._means, self._covariances)

    @property
    def log_likelihood(self) -> float:
        found = self._expected()
        return found.log_likelihood * (self._total if isinstance(found, native.Moments) else 1.0)

    def advance(self) -> None:
        found = self._expected()
        if isinstance(found, EMState):
            new = m_step(self._X, self._sample_weight, found.responsibilities, self._floor, found.mixture)
            self._place(new.weights, new.means, new.covariances)
            return
        means, covariances = self._maximize(found, self._means)
        variances = np.maximum(np.diagonal(covariances, axis1=1, axis2=2), self._floor)
        if ((means - self._means) ** 2 > self.FAR_MOVE**2 * variances).any():
            about_new = self._moments_about(means)
            if about_new is not None:
                means, covariances = self._maximize(about_new, means)
        low = np.linalg.eigvalsh(covariances)[:, 0] < self._floor
        for k in np.flatnonzero(low):
            covariances[k] = raise_eigenvalues(covariances[k], self._floor)
        self._place(found.counts / found.counts.sum(), means, covariances)

    def _maximize(
        self, moments: native.Moments, origins: Float[np.ndarray, "k d"]
    ) -> tuple[Float[np.ndarray, "k d"], Float[np.ndarray, "k d d"]]:
        """Means and covariances from the moments about `origins` (PRML eqs. 9.24 and 9.25)."""
        used = moments.counts >= SMALLEST_WEIGHT
        counts = np.where(used, moments.counts, 1.0)[:, None]
        moves = moments.first / counts
        means = np.where(used[:, None], origins + moves, self._means)
        centered = moments.second / counts[:, None] - moves[:, :, None] * moves[:, None]
        return means, np.where(used[:, None, None], centered, self._covariances)

    def _moments_about(self, origins: Float[np.ndarray, "k d"]) -> native.Moments | None:
        return self._expectation.moments(self._weights, self._means, self._covariances, origins)

    def _place(
        self,
        weights: Float[np.ndarray, " k"],
        means: Float[np.ndarray, "k d"],
        covariances: Float[np.ndarray, "k d d"],
    ) -> None:
        self._weights, self._means, self._covariances = weights, means, covariances
        self._found: native.Moments | EMState | None = None

    def _expected(self) -> native.Moments | EMState:
        """The pass for the present mixture; where it cannot be made the reference takes over, or says why."""
        if self._found is None:
            moments = self._moments_about(self._means)
            self._found = e_step(self._X, self._sample_weight, self.mixture) if moments is None else moments
        return self._found


def step(
    X: Float[np.ndarray, "n d"], sample_weight: Float[np.ndarray, " n"], state: EMState, floor: float
) -> EMState:
    """One iteration: the M-step from the responsibilities, then the E-step of the new mixture."""
    return e_step(X, sample_weight, m_step(X, sample_weight, state.responsibilities, floor, state.mixture))


def e_step(X: Float[np.ndarray, "n d"], sample_weight: Float[np.ndarray, " n"], mixture: Mixture) -> EMState:
    """Responsibilities (PRML eq. 9.23) and log-likelihood (eq. 9.28), in logarithms throughout."""
    # One component after the other in memory: NumPy is much faster on long columns than on short rows.
    responsibilities, log_prob = np.empty((mixture.n_components, len(X))).T, np.empty(len(X))
    for rows in stretches(len(X)):
        samples = np.asfortranarray(X[rows])
        try:
            responsibilities[rows], log_prob[rows] = normalize_joint(mixture.joint_log_prob(samples))
        except InputError:
            normalize_joint(mixture.joint_log_prob(X))  # names the sample by its number among all
            raise
    return EMState(mixture, responsibilities, float(sample_weight @ log_prob))


def m_step(
    X: Float[np.ndarray, "n d"],
    sample_weight: Float[np.ndarray, " n"],
    responsibilities: Float[np.ndarray, "n k"],
    floor: float,
    previous: Mixture,
) -> Mixture:
    """The best mixture for the given responsibilities (PRML eqs. 9.24 to 9.27) above the floor.

    `previous` supplies mean and covariance of components without samples. Second moments are taken
    about the new mean, never as a difference of large numbers.
    """
    share_of_sample, parts = sample_weight / sample_weight.sum(), stretches(len(X))
    weights = np.array([column @ share_of_sample for column in responsibilities.T])
    means, covariances = previous.means.copy(), previous.covariances.copy()
    for k in np.flatnonzero(weights >= SMALLEST_WEIGHT):
        shares = responsibilities[:, k] * share_of_sample / weights[k]
        about = sum(shares[rows] @ X[rows] for rows in parts)
        first, second = np.zeros_like(means[k]), np.zeros_like(covariances[k])
        for rows in parts:
            offsets = np.asfortranarray(X[rows]) - about
            first += shares[rows] @ offsets
            second += (shares[rows, None] * offsets).T @ offsets
        means[k] = about + first  # which far from zero is what the first sum has lost to rounding
        covariances[k] = raise_eigenvalues(second - np.outer(first, first), floor)
    return Mixture(weights / weights.sum(), means, covariances)


def cluster_mixture(
    X: Float[np.ndarray, "n d"], sample_weight: Float[np.ndarray, " n"], clusters: kmeans.KMeansFit
) -> Mixture:
    """The mixture of the clusters' shares, means and covariances; an empty one gets the data's covariance."""
    n_clusters = len(clusters.centers)
    overall = np.broadcast_to(covariance_of(X, sample_weight), (n_clusters, X.shape[1], X.shape[1]))
    weights = np.bincount(clusters.labels, weights=sample_weight / sample_weight.sum(), minlength=n_clusters)
    means, covariances = clusters.centers.copy(), overall.copy()
    for k in np.flatnonzero(weights >= SMALLEST_WEIGHT):
        own = np.flatnonzero(clusters.labels == k)
        means[k], covariance = mean_and_covariance(X[own], sample_weight[own])
        covariances[k] = raise_eigenvalues(covariance, 0.0)
    return Mixture(weights / weights.sum(), means, covariances)


def default_floor(X: Float[np.ndarray, "n d"], sample_weight: Float[np.ndarray, " n"]) -> float:
    """1e-6 times the average variance of the columns; 1e-6 when all samples are equal."""
    average_variance = float(np.trace(covariance_of(X, sample_weight))) / X.shape[1]
    return RELATIVE_FLOOR * (average_variance if average_variance > 0 else 1.0)


def raise_eigenvalues(covariance: Float[np.ndarray, "d d"], floor: float) -> Float[np.ndarray, "d d"]:
    """The matrix with every eigenvalue below `floor` raised to it; unchanged, but symmetric, if none is."""
    symmetric = (covariance + covariance.T) / 2
    eigenvalues, vectors = np.linalg.eigh(symmetric)
    if eigenvalues[0] >= floor:
        return np.asarray(symmetric)
    raised = (vectors * np.maximum(eigenvalues, floor)) @ vectors.T
    return np.asarray((raised + raised.T) / 2)
