"""k-means over blocks: `algorithms.kmeans` with one pass over the data an iteration.

Assumptions. As there, including its policy for empty clusters, which costs a pass each. Labels are compared
             between iterations by a 128-bit digest, so that they need not be kept: to stop too early, two
             different labelings would have to share one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b

import numpy as np
import numpy.typing as npt
from jaxtyping import Float, Int

from algorithms import kmeans, native
from algorithms.native.lloyd import Lloyd
from algorithms.samples import as_samples, check_count
from algorithms.streaming.blocks import Block, Blocks

# Rows drawn for the start: plenty for a few hundred clusters, and in memory whatever the size of the data.
ROWS_FOR_START = 50_000


@dataclass(frozen=True, eq=False)
class StreamedKMeans:
    """The result of a fit, as `kmeans.KMeansFit` but for the labels: `labels` yields those."""

    centers: Float[np.ndarray, "k d"]
    inertia: float
    trace: tuple[float, ...]
    n_iter: int
    converged: bool


@dataclass(frozen=True, eq=False)
class ClusterSums:
    """Of some rows: weights (k,), weighted sums (k, D) of offsets from the centers, inertia, and a digest of
    the labels."""

    weights: Float[np.ndarray, " k"]
    offsets: Float[np.ndarray, "k d"]
    inertia: float
    digest: bytes


@dataclass(frozen=True, eq=False)
class Farthest:
    """The row farthest from its center, and the squared distance."""

    squared_distance: float
    row: Float[np.ndarray, " d"]


def fit(
    data: Blocks,
    n_clusters: int,
    *,
    rng: np.random.Generator,
    max_iter: int = 300,
    on_iteration: Callable[[int, int], None] | None = None,
) -> StreamedKMeans:
    """Cluster all rows, starting from k-means on 50,000 of them; InputError as `kmeans.fit`."""
    drawn = data.sample(ROWS_FOR_START, rng)
    start = kmeans.fit(drawn.X, n_clusters, rng=rng, sample_weight=drawn.sample_weight, max_iter=max_iter)
    centers = start.centers
    return fit_from(data, centers, max_iter=max_iter, on_iteration=on_iteration)


def fit_from(
    data: Blocks,
    centers: npt.ArrayLike,
    *,
    max_iter: int = 300,
    on_iteration: Callable[[int, int], None] | None = None,
) -> StreamedKMeans:
    """Lloyd's iteration from the given centers (k, D)."""
    check_count(max_iter, "max_iter")
    now = as_samples(centers, data.source.n_features).copy()
    scale = data.largest_weight()
    sums = _sums(data, now, scale)
    trace, converged = [scale * sums.inertia], False
    while not converged and len(trace) <= max_iter:
        now = _updated(data, now, sums)
        previous, sums = sums, _sums(data, now, scale)
        trace.append(scale * sums.inertia)
        converged = previous.digest == sums.digest
        if on_iteration is not None:
            on_iteration(len(trace) - 1, max_iter)
    return StreamedKMeans(now, trace[-1], tuple(trace), len(trace) - 1, converged)


def labels(data: Blocks, centers: Float[np.ndarray, "k d"]) -> Iterator[Int[np.ndarray, " n"]]:
    """The nearest center of each row, block by block in order."""
    for number in range(len(data)):
        yield kmeans.assign(data.read(number).X, centers)[0]


def _sums(data: Blocks, centers: Float[np.ndarray, "k d"], scale: float) -> ClusterSums:
    """The sums for weights that are divided by `scale`."""
    return data.reduce(partial(_sums_of_block, centers, scale), _merged_sums)


def _sums_of_block(centers: Float[np.ndarray, "k d"], scale: float, block: Block) -> ClusterSums:
    X, weight, k = block.X, block.weights() / scale, len(centers)
    if native.available() and weight.max() > 0:
        labeling = Lloyd(X, weight)
        # What another process sent may lie at odd addresses.
        found = labeling.assign(np.require(centers, requirements=["C", "A"]))
        nearest, inertia = labeling.labels(), found.inertia
        weights = np.bincount(nearest, weights=weight, minlength=k)
        offsets = (found.means - centers) * weights[:, None]
    else:
        nearest, squared_distances = kmeans.assign(X, centers)
        inertia = float(weight @ squared_distances)
        weights = np.bincount(nearest, weights=weight, minlength=k)
        columns = ((X - centers[nearest]) * weight[:, None]).T
        offsets = np.stack([np.bincount(nearest, weights=column, minlength=k) for column in columns], axis=1)
    digest = blake2b(nearest.astype("<i8").tobytes(), digest_size=16).digest()
    return ClusterSums(weights, offsets, inertia, digest)


def _merged_sums(one: ClusterSums, other: ClusterSums) -> ClusterSums:
    return ClusterSums(
        one.weights + other.weights,
        one.offsets + other.offsets,
        one.inertia + other.inertia,
        blake2b(one.digest + other.digest, digest_size=16).digest(),
    )


def _updated(data: Blocks, centers: Float[np.ndarray, "k d"], sums: ClusterSums) -> Float[np.ndarray, "k d"]:
    """The mean of each cluster, as old center plus mean offset; empty ones move as the policy says."""
    filled = sums.weights > 0
    updated = centers.copy()
    updated[filled] += sums.offsets[filled] / sums.weights[filled, None]
    placed: list[int] = []
    for k in np.flatnonzero(~filled).tolist():
        found = data.reduce(partial(_farthest_of_block, centers, updated, updated[placed]), _farther)
        if found.squared_distance > 0:
            updated[k] = found.row
            placed.append(k)
    return updated


def _farthest_of_block(
    centers: Float[np.ndarray, "k d"],
    updated: Float[np.ndarray, "k d"],
    placed: Float[np.ndarray, "m d"],
    block: Block,
) -> Farthest:
    """The row of positive weight farthest from its cluster's new mean and from the centers placed already."""
    X = block.X
    nearest, _ = kmeans.assign(X, centers)
    missed = np.where(block.weights() > 0, ((X - updated[nearest]) ** 2).sum(axis=1), 0.0)
    for center in placed:
        missed = np.minimum(missed, ((X - center) ** 2).sum(axis=1))
    farthest = int(missed.argmax())
    return Farthest(float(missed[farthest]), X[farthest])


def _farther(one: Farthest, other: Farthest) -> Farthest:
    return other if other.squared_distance > one.squared_distance else one
