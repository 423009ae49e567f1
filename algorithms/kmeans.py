"""k-means: k-means++ start, then Lloyd's iteration to its exact fixed point.

Statement.   Minimize J = sum_n w_n |x_n - mu_{z_n}|^2 over centers mu and labels z.
Notation.    `centers` mu (k, D), `labels` z (N,), `inertia` J, `sample_weight` w: a sample of weight w
             counts as w equal samples, which makes clustering the distinct colors of an image exact.
Assumptions. Finite data. Lloyd's iteration never raises J, and it stops where neither half-step changes
             anything: every label is a nearest center (the lowest on a tie), every center the mean of its
             samples.
Policy.      A cluster that lost all its samples moves its center onto the sample that is now farthest from
             its own center; when every sample sits on its center, it stays. So k may exceed the number of
             distinct samples: J is then zero, and each surplus center coincides with another one and owns
             no sample.
Source.      Bishop, PRML 9.1, eqs. 9.1 to 9.4; Arthur and Vassilvitskii, "k-means++", SODA 2007.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from jaxtyping import Float, Int
from scipy.sparse import csc_array
from scipy.spatial.distance import cdist

from algorithms.native.labeling import Labeling, labeling_of
from algorithms.samples import as_sample_weight, as_samples, check_count, check_rng

# Samples that `assign` looks at together: they and their distances stay in the second-level cache.
SAMPLES_AT_ONCE = 1 << 15


@dataclass(frozen=True, eq=False)
class LloydState:
    """Centers, the label of each sample's nearest center, and the objective they give."""

    centers: Float[np.ndarray, "k d"]
    labels: Int[np.ndarray, " n"]
    inertia: float


@dataclass(frozen=True, eq=False)
class KMeansFit:
    """The result of `fit`: `trace[t]` is the inertia after t iterations, `trace[0]` that of the start."""

    centers: Float[np.ndarray, "k d"]
    labels: Int[np.ndarray, " n"]
    inertia: float
    trace: tuple[float, ...]
    n_iter: int
    converged: bool


def fit(
    X: npt.ArrayLike,
    n_clusters: int,
    *,
    rng: np.random.Generator,
    sample_weight: npt.ArrayLike | None = None,
    max_iter: int = 300,
    on_iteration: Callable[[int, int], None] | None = None,
) -> KMeansFit:
    """Cluster the rows of X (N, D), starting from k-means++.

    `on_iteration(done, max_iter)` is called after each iteration. `converged` says whether the fixed
    point was reached within `max_iter`. Raises InputError for bad data, weights or `n_clusters` < 1.
    """
    samples = as_samples(X)
    weight = as_sample_weight(sample_weight, len(samples))
    check_count(n_clusters, "n_clusters")
    centers = plus_plus_centers(samples, weight, n_clusters, rng)
    return fit_from(samples, centers, sample_weight=weight, max_iter=max_iter, on_iteration=on_iteration)


def fit_from(
    X: npt.ArrayLike,
    centers: npt.ArrayLike,
    *,
    sample_weight: npt.ArrayLike | None = None,
    max_iter: int = 300,
    on_iteration: Callable[[int, int], None] | None = None,
) -> KMeansFit:
    """Lloyd's iteration from the given centers (k, D); otherwise as `fit`."""
    samples = as_samples(X)
    weight = as_sample_weight(sample_weight, len(samples))
    check_count(max_iter, "max_iter")
    lloyd = lloyd_from(samples, weight, as_samples(centers, samples.shape[1]).copy())
    trace, converged = [lloyd.inertia], False
    while not converged and len(trace) <= max_iter:
        converged = lloyd.advance()
        trace.append(lloyd.inertia)
        if on_iteration is not None:
            on_iteration(len(trace) - 1, max_iter)
    state = lloyd.state()
    return KMeansFit(state.centers, state.labels, state.inertia, tuple(trace), len(trace) - 1, converged)


def lloyd_from(
    X: Float[np.ndarray, "n d"], sample_weight: Float[np.ndarray, " n"], centers: Float[np.ndarray, "k d"]
) -> ReferenceLloyd | CompiledLloyd:
    """Lloyd's iteration from `centers`: the compiled one where it is there, else the reference.

    Either tells its `inertia` and `state`, and takes a step by `advance`, which says whether labels repeated.
    """
    labeling = labeling_of(X, sample_weight)
    if labeling is None:
        return ReferenceLloyd(X, sample_weight, centers)
    return CompiledLloyd(X, sample_weight, centers, labeling)


class ReferenceLloyd:
    """`start`, then `step` after `step`."""

    def __init__(
        self,
        X: Float[np.ndarray, "n d"],
        sample_weight: Float[np.ndarray, " n"],
        centers: Float[np.ndarray, "k d"],
    ) -> None:
        self._X, self._sample_weight = X, sample_weight
        self._state = start(X, sample_weight, centers)

    @property
    def inertia(self) -> float:
        return self._state.inertia

    def advance(self) -> bool:
        previous, self._state = self._state, step(self._X, self._sample_weight, self._state)
        return np.array_equal(previous.labels, self._state.labels)

    def state(self) -> LloydState:
        return self._state


class CompiledLloyd:
    """The same with samples labeled and clusters averaged in C; empty clusters are left to the reference."""

    def __init__(
        self,
        X: Float[np.ndarray, "n d"],
        sample_weight: Float[np.ndarray, " n"],
        centers: Float[np.ndarray, "k d"],
        labeling: Labeling,
    ) -> None:
        self._X, self._sample_weight, self._labeling = X, sample_weight, labeling
        self._centers, self._result = centers, labeling.assign(centers)

    @property
    def inertia(self) -> float:
        return self._result.inertia

    def advance(self) -> bool:
        if self._result.n_empty:
            self._centers = updated_centers(self._X, self._sample_weight, self.state())
        else:
            self._centers = self._result.means
        self._result = self._labeling.assign(self._centers)
        return self._result.repeated

    def state(self) -> LloydState:
        return LloydState(self._centers, self._labeling.labels(), self._result.inertia)


def start(
    X: Float[np.ndarray, "n d"], sample_weight: Float[np.ndarray, " n"], centers: Float[np.ndarray, "k d"]
) -> LloydState:
    """The state that belongs to `centers`: every sample with its nearest one."""
    labels, squared_distances = assign(X, centers)
    # Not a dot product: BLAS would share it among its threads, which then wait for more, as busy as before.
    return LloydState(centers, labels, float((sample_weight * squared_distances).sum()))


def step(
    X: Float[np.ndarray, "n d"], sample_weight: Float[np.ndarray, " n"], state: LloydState
) -> LloydState:
    """One iteration: centers become means of their samples (PRML eq. 9.4), then labels follow (eq. 9.2)."""
    return start(X, sample_weight, updated_centers(X, sample_weight, state))


def assign(
    X: Float[np.ndarray, "n d"], centers: Float[np.ndarray, "k d"]
) -> tuple[Int[np.ndarray, " n"], Float[np.ndarray, " n"]]:
    """The nearest center of each sample, the lowest index on a tie, and the squared distance to it.

    Distances are sums of squared differences; the cheaper |x|^2 - 2 x.c + |c|^2 cancels far from the origin.
    """
    labels = np.zeros(len(X), dtype=np.intp)
    squared_distances = np.full(len(X), np.inf)
    for begin in range(0, len(X), SAMPLES_AT_ONCE):
        part = slice(begin, begin + SAMPLES_AT_ONCE)
        nearest, smallest = labels[part], squared_distances[part]
        distances = np.empty((1, len(nearest)))
        for k in range(len(centers)):  # NumPy is fast on long rows; and no matrix of distances is stored
            cdist(centers[k : k + 1], X[part], "sqeuclidean", out=distances)
            np.copyto(nearest, k, where=distances[0] < smallest)
            np.minimum(smallest, distances[0], out=smallest)
    return labels, squared_distances


def updated_centers(
    X: Float[np.ndarray, "n d"], sample_weight: Float[np.ndarray, " n"], state: LloydState
) -> Float[np.ndarray, "k d"]:
    """The mean of each cluster; an empty cluster's center moves as the module's policy says.

    A mean is the old center plus the mean offset from it: exact for equal samples, and no digits are
    lost far from the origin. A center only moves onto a sample that its own cluster's new mean misses,
    so that sample changes its label: when labels repeat, nothing has moved and the fixed point is reached.
    """
    n_clusters = len(state.centers)
    weight = sample_weight / sample_weight.max()  # keeps the products below from underflowing
    counts = np.bincount(state.labels, weights=weight, minlength=n_clusters)
    filled = counts > 0
    centers = state.centers.copy()
    offsets = centers.take(state.labels, axis=0)
    np.subtract(X, offsets, out=offsets)
    # Column n of this sparse (k, N) matrix has the weight of sample n in the row of its cluster.
    columns = (weight, state.labels, np.arange(len(X) + 1))
    sums = csc_array(columns, shape=(n_clusters, len(X))) @ offsets
    centers[filled] += sums[filled] / counts[filled, None]
    empty = np.flatnonzero(~filled)
    if empty.size:
        missed = np.where(weight > 0, _squared_distances(X, centers[state.labels]), 0.0)
        for k in empty:
            farthest = missed.argmax()
            if missed[farthest] > 0:
                centers[k] = X[farthest]
                missed = np.minimum(missed, _squared_distances(X, centers[k]))
    return centers


def plus_plus_centers(
    X: Float[np.ndarray, "n d"],
    sample_weight: Float[np.ndarray, " n"],
    n_clusters: int,
    rng: np.random.Generator,
) -> Float[np.ndarray, "k d"]:
    """k-means++: each center is a sample drawn by its weight times its squared distance to those before it.

    Once every sample sits on a center the draw is by weight alone, so the surplus centers are copies.
    """
    check_rng(rng)
    weight = sample_weight / sample_weight.max()  # keeps the products below from underflowing
    nearest = np.full(len(X), np.inf)
    chances = weight
    centers = np.empty((n_clusters, X.shape[1]))
    for j in range(n_clusters):
        centers[j] = X[_draw_index(chances, rng)]
        nearest = np.minimum(nearest, _squared_distances(X, centers[j]))
        farthest = nearest.max(where=weight > 0, initial=0.0)
        chances = weight * (nearest / farthest) if farthest > 0 else weight
    return centers


def _squared_distances(
    X: Float[np.ndarray, "n d"], points: Float[np.ndarray, "*n d"]
) -> Float[np.ndarray, " n"]:
    """Squared distances to a point each, or to one; by stretches, so that nothing as large as X is made."""
    squares = np.empty(len(X))
    for start in range(0, len(X), SAMPLES_AT_ONCE):
        rows = slice(start, start + SAMPLES_AT_ONCE)
        squares[rows] = ((X[rows] - (points if points.ndim == 1 else points[rows])) ** 2).sum(axis=1)
    return squares


def _draw_index(chances: Float[np.ndarray, " n"], rng: np.random.Generator) -> int:
    """One index with probability proportional to `chances`."""
    thresholds = np.cumsum(chances)
    index = int(np.searchsorted(thresholds, rng.random() * thresholds[-1], side="right"))
    # The product can round up to the total; the last index with a chance is then the right one.
    return min(index, int(np.flatnonzero(chances)[-1]))
