"""Weights, means and second moments about them, which merge without losing digits.

Statement.   For weights r_nk: w_k = sum_n r_nk, mu_k = sum_n r_nk x_n / w_k, S_k = sum_n r_nk (x_n - mu_k)
             (x_n - mu_k)^T. Of two disjoint parts, with d = mu' - mu and total weight W = w + w':
             mean mu + (w' / W) d, second moment S + S' + (w w' / W) d d^T.
             Means are kept as offsets from an origin that all parts share, so that data far from zero lose
             no digits either.
Source.      Chan, Golub and LeVeque, 1979. Unlike sums of x x^T, nothing large is ever subtracted.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from jaxtyping import Bool, Float

from algorithms import native
from algorithms.native.block_moments import block_moments
from algorithms.samples import LARGEST_VALUE
from algorithms.streaming.blocks import Block, Blocks, Tree

# Blocks in memory that one call of C works on: a power of two, so that they make up a node of the tree.
BLOCKS_AT_ONCE = 256


@dataclass(frozen=True, eq=False)
class Moments:
    """`weights` w (K,), `offsets` (K, D) of the means mu from their origins, `scatters` S (K, D, D).

    Of K components, or of K blocks of rows. Where a weight is zero, so is the rest.
    """

    weights: Float[np.ndarray, " k"]
    offsets: Float[np.ndarray, "k d"]
    scatters: Float[np.ndarray, "k d d"]

    def __len__(self) -> int:
        return len(self.weights)

    def __getitem__(self, which: slice) -> Moments:
        return Moments(self.weights[which], self.offsets[which], self.scatters[which])

    @property
    def covariances(self) -> Float[np.ndarray, "k d d"]:
        """S_k / w_k; zeros where a weight is zero."""
        weights = np.where(self.weights > 0, self.weights, 1.0)
        return np.asarray(self.scatters / weights[:, None, None])


@dataclass(frozen=True, eq=False)
class MeanAndCovariance:
    """Of all rows: `mean` (D,) and `covariance` (D, D), divided by the total weight, which is the number of
    rows where they have no weights."""

    n_samples: int
    mean: Float[np.ndarray, " d"]
    covariance: Float[np.ndarray, "d d"]


def mean_and_covariance(data: Blocks) -> MeanAndCovariance:
    """One pass over the data, and one over the weights; InputError for numbers that are not finite."""
    origin = data.read(0).X[:1]
    in_memory = data.in_memory() if native.available() else None
    if in_memory is not None:
        total = _of_rows_in_memory(data, in_memory, origin)
    else:
        total = data.reduce(partial(_of_block, origin, data.largest_weight()), merged)
    mean = origin[0] + total.offsets[0]
    return MeanAndCovariance(data.source.n_samples, mean, total.covariances[0])


def _of_rows_in_memory(
    data: Blocks, X: Float[np.ndarray, "n d"], origin: Float[np.ndarray, "1 d"]
) -> Moments:
    """What `data.reduce` would give, to the bit, without a step of Python for each block.

    Nor is every number looked at first: those that `Blocks.read` refuses show in the moments.
    """
    tree = Tree(merged)
    for first in range(0, len(data), BLOCKS_AT_ONCE):
        begin, end = first * data.block_rows, (first + BLOCKS_AT_ONCE) * data.block_rows
        blocks = _unweighted(origin, X[begin:end], data.block_rows, one_thread=False)
        for number in np.flatnonzero(~_surely_allowed(origin, blocks)):
            data.read(first + int(number))
        tree.add(_merged_neighbors(blocks))
    return tree.total()


def _surely_allowed(origin: Float[np.ndarray, "1 d"], blocks: Moments) -> Bool[np.ndarray, " b"]:
    """False for every block with a number that is not finite or beyond the limit; seldom for another.

    No number is farther from the mean than the root of the scatter's diagonal. A tenth of the limit
    leaves ample room for roundings.
    """
    limit = LARGEST_VALUE / 10
    squares = np.diagonal(blocks.scatters, axis1=1, axis2=2)
    # Not finite, or NaN: these comparisons fail.
    return np.asarray(((np.abs(origin + blocks.offsets) <= limit) & (squares <= limit**2)).all(axis=1))


def _merged_neighbors(blocks: Moments) -> Moments:
    """All blocks merged along the same tree as by `Tree`, each of its levels at once."""
    rest: Moments | None = None  # right of the pairs
    while len(blocks) > 1:
        if len(blocks) % 2:
            rest = blocks[-1:] if rest is None else merged(blocks[-1:], rest)
            blocks = blocks[:-1]
        blocks = merged(blocks[::2], blocks[1::2])
    return blocks if rest is None else merged(blocks, rest)


def _of_block(origin: Float[np.ndarray, "1 d"], scale: float, block: Block) -> Moments:
    if block.sample_weight is not None:
        return weighted(block.X, block.sample_weight[:, None] / scale, origin)
    if native.available():
        return _unweighted(origin, block.X, len(block.X), one_thread=True)
    return _folded(origin, block.X)


def _unweighted(
    origin: Float[np.ndarray, "1 d"], X: Float[np.ndarray, "n d"], block_rows: int, *, one_thread: bool
) -> Moments:
    """The moments of every `block_rows` rows, each of weight one, compiled."""
    # What another process sent may lie at odd addresses.
    about = np.require(origin[0], requirements=["C", "A"])
    offsets, scatters = block_moments(X, about, block_rows, one_thread=one_thread)
    weights = np.full(len(offsets), float(block_rows))
    weights[-1] = len(X) - (len(offsets) - 1) * block_rows
    return Moments(weights, offsets, scatters)


def _folded(origin: Float[np.ndarray, "1 d"], X: Float[np.ndarray, "n d"]) -> Moments:
    """The moments of one block by NumPy.

    About 48 numbers of rows are laid side by side, because NumPy and BLAS are slow on short rows; the
    products of a row with its neighbors are computed for nothing and dropped.
    """
    n, d = X.shape
    side = min(n, max(1, 48 // d))
    folded = X[: n // side * side].reshape(-1, side * d) - np.tile(origin[0], side)
    rest = X[n // side * side :] - origin
    sums = (np.ones(len(folded)) @ folded).reshape(side, d).sum(axis=0) + rest.sum(axis=0)
    offset = sums / n
    folded -= np.tile(offset, side)
    rest -= offset
    products = (folded.T @ folded).reshape(side, d, side, d)
    scatter = np.einsum("iaib->ab", products) + rest.T @ rest
    return Moments(np.array([float(n)]), offset[None], scatter[None])


def weighted(
    X: Float[np.ndarray, "n d"], responsibilities: Float[np.ndarray, "n k"], origins: Float[np.ndarray, "k d"]
) -> Moments:
    """The moments of one block, for each column of weights and its origin."""
    weights = responsibilities.sum(axis=0)
    offsets, scatters = np.zeros_like(origins), np.zeros((*origins.shape, X.shape[1]))
    for k in np.flatnonzero(weights > 0):
        shifted, r = X - origins[k], responsibilities[:, k]
        offsets[k] = r @ shifted / weights[k]
        shifted -= offsets[k]
        scatters[k] = (r[:, None] * shifted).T @ shifted
    return Moments(weights, offsets, scatters)


def merged(one: Moments, other: Moments) -> Moments:
    """The moments of two disjoint parts together, for the origins that they share."""
    weights = one.weights + other.weights
    share = np.divide(other.weights, weights, out=np.zeros_like(weights), where=weights > 0)
    apart = other.offsets - one.offsets
    between = (one.weights * share)[:, None, None] * (apart[:, :, None] * apart[:, None, :])
    return Moments(weights, one.offsets + share[:, None] * apart, one.scatters + other.scatters + between)
