"""EM over blocks: `algorithms.em` with one pass over the data an iteration.

An iteration's pass computes the E-step of a block, and right away what the M-step needs of it: the moments of
every component. No responsibilities are kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from jaxtyping import Float

from algorithms import em, kmeans, native
from algorithms.errors import InputError
from algorithms.mixture import Mixture, normalize_joint
from algorithms.samples import check_count, is_number
from algorithms.streaming.blocks import Block, Blocks
from algorithms.streaming.kmeans import ROWS_FOR_START
from algorithms.streaming.moments import Moments, mean_and_covariance, merged, weighted


@dataclass(frozen=True, eq=False)
class Expectation:
    """Of some rows: every component's moments, with its present mean as origin, and the log-likelihood."""

    moments: Moments
    log_likelihood: float


def fit(
    data: Blocks,
    n_components: int,
    *,
    rng: np.random.Generator,
    tol: float = 1e-4,
    max_iter: int = 200,
    covariance_floor: float | None = None,
    on_iteration: Callable[[int, int], None] | None = None,
) -> em.EMFit:
    """Fit a mixture to all rows, starting from k-means on 50,000 of them; otherwise as `em.fit`."""
    check_count(n_components, "n_components")
    drawn = data.sample(ROWS_FOR_START, rng)
    clusters = kmeans.fit(drawn.X, n_components, rng=rng, sample_weight=drawn.sample_weight)
    start = em.cluster_mixture(drawn.X, drawn.weights(), clusters)
    return fit_from(
        data,
        start,
        tol=tol,
        max_iter=max_iter,
        covariance_floor=covariance_floor,
        on_iteration=on_iteration,
    )


def fit_from(
    data: Blocks,
    mixture: Mixture,
    *,
    tol: float = 1e-4,
    max_iter: int = 200,
    covariance_floor: float | None = None,
    on_iteration: Callable[[int, int], None] | None = None,
) -> em.EMFit:
    """EM from the given mixture, whose covariances are raised to the floor first; otherwise as `fit`."""
    check_count(max_iter, "max_iter")
    floor = _default_floor(data) if covariance_floor is None else covariance_floor
    if mixture.n_features != data.source.n_features:
        raise InputError(
            f"expected a mixture of {data.source.n_features} features, got {mixture.n_features}; "
            "start from one of the data's width"
        )
    if not (is_number(tol) and is_number(floor) and tol >= 0 and floor >= 0):
        raise InputError(f"expected tol and covariance_floor of 0 or more, got {tol} and {floor}; raise them")
    floored = np.stack([em.raise_eigenvalues(covariance, floor) for covariance in mixture.covariances])
    now = Mixture(mixture.weights, mixture.means, floored)
    scale = data.largest_weight()
    expectation = _expectation(data, now, scale)
    trace, converged = [scale * expectation.log_likelihood], False
    while not converged and len(trace) <= max_iter:
        now = _maximized(expectation.moments, floor, now)
        expectation = _expectation(data, now, scale)
        trace.append(scale * expectation.log_likelihood)
        converged = trace[-1] - trace[-2] <= tol * abs(trace[-2])
        if on_iteration is not None:
            on_iteration(len(trace) - 1, max_iter)
    return em.EMFit(now, tuple(trace), len(trace) - 1, converged)


def _expectation(data: Blocks, mixture: Mixture, scale: float) -> Expectation:
    """The expectation for weights that are divided by `scale`."""
    return data.reduce(partial(_expectation_of_block, mixture, scale), _merged_expectations)


def _expectation_of_block(mixture: Mixture, scale: float, block: Block) -> Expectation:
    X, weight = block.X, block.weights() / scale
    compiled = _compiled(mixture, X, weight, mixture.means) if native.available() else None
    if compiled is None:
        responsibilities, log_prob = normalize_joint(mixture.joint_log_prob(X))
        moments = weighted(X, responsibilities * weight[:, None], mixture.means)
        return Expectation(moments, float(weight @ log_prob))
    moved = _shares(compiled.first, compiled.counts)
    again = _compiled(mixture, X, weight, mixture.means + moved)
    # About the block's own means: a second moment is never a difference of large numbers.
    exact = compiled if again is None else again
    rest = _shares(exact.first, exact.counts)
    scatters = exact.second - exact.counts[:, None, None] * rest[:, :, None] * rest[:, None, :]
    offsets = rest if again is None else moved + rest
    return Expectation(Moments(exact.counts, offsets, scatters), compiled.log_likelihood)


def _compiled(
    mixture: Mixture,
    X: Float[np.ndarray, "n d"],
    weight: Float[np.ndarray, " n"],
    origins: Float[np.ndarray, "k d"],
) -> native.Moments | None:
    # What another process sent may lie at odd addresses.
    state = (mixture.weights, mixture.means, mixture.covariances, origins)
    weights, means, covariances, about = (np.require(part, requirements=["C", "A"]) for part in state)
    return native.moments(X, weight, weights, means, covariances, about)


def _shares(sums: Float[np.ndarray, "k d"], counts: Float[np.ndarray, " k"]) -> Float[np.ndarray, "k d"]:
    """sums / counts, zero where a count is."""
    return np.asarray(np.divide(sums, counts[:, None], out=np.zeros_like(sums), where=counts[:, None] > 0))


def _merged_expectations(one: Expectation, other: Expectation) -> Expectation:
    return Expectation(merged(one.moments, other.moments), one.log_likelihood + other.log_likelihood)


def _maximized(moments: Moments, floor: float, previous: Mixture) -> Mixture:
    """The M-step; a component that lost all rows keeps its mean and covariance at weight zero."""
    weights = moments.weights / moments.weights.sum()
    means, covariances = previous.means.copy(), previous.covariances.copy()
    for k in np.flatnonzero(weights >= em.SMALLEST_WEIGHT):
        means[k] += moments.offsets[k]
        covariances[k] = em.raise_eigenvalues(moments.covariances[k], floor)
    return Mixture(weights / weights.sum(), means, covariances)


def _default_floor(data: Blocks) -> float:
    """As `em.default_floor`: 1e-6 times the average variance of the columns; 1e-6 when all rows are equal."""
    covariance = mean_and_covariance(data).covariance
    average_variance = float(np.trace(covariance)) / len(covariance)
    return em.RELATIVE_FLOOR * (average_variance if average_variance > 0 else 1.0)
