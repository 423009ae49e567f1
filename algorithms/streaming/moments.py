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
from jaxtyping import Float

from algorithms import native
from algorithms.streaming.blocks import Block, Blocks

# The rows whose mean a block's second moments are taken about, and the standard deviations it may be off.
ROWS_FOR_ORIGIN = 64
FAR = 1.0


@dataclass(frozen=True, eq=False)
class Moments:
    """`weights` w (K,), `offsets` (K, D) of the means mu from their origins, `scatters` S (K, D, D).

    Where a weight is zero, so is the rest.
    """

    weights: Float[np.ndarray, " k"]
    offsets: Float[np.ndarray, "k d"]
    scatters: Float[np.ndarray, "k d d"]

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
    total = data.reduce(partial(_of_block, origin, data.largest_weight()), merged)
    mean = origin[0] + total.offsets[0]
    return MeanAndCovariance(data.source.n_samples, mean, total.covariances[0])


def _of_block(origin: Float[np.ndarray, "1 d"], scale: float, block: Block) -> Moments:
    if block.sample_weight is None:
        return _unweighted(origin, block.X)
    return weighted(block.X, block.sample_weight[:, None] / scale, origin)


def _unweighted(origin: Float[np.ndarray, "1 d"], X: Float[np.ndarray, "n d"]) -> Moments:
    """`weighted` with weights of one.

    Compiled: about the mean of the block's first rows, which is so near to that of all that nothing large is
    subtracted; where it is not, once more about the mean itself.
    """
    if not native.available():
        return _folded(origin, X)
    n = len(X)
    about = origin[0] + (X[:ROWS_FOR_ORIGIN] - origin).mean(axis=0)
    sums = native.scatter(X, None, about, one_thread=True)
    if (sums.first**2 > FAR**2 * n * np.diagonal(sums.second) / (1 + FAR**2)).any():
        about = about + sums.first / n
        sums = native.scatter(X, None, about, one_thread=True)
    rest = sums.first / n
    scatter = sums.second - n * np.outer(rest, rest)
    return Moments(np.array([float(n)]), (about - origin[0] + rest)[None], scatter[None])


def _folded(origin: Float[np.ndarray, "1 d"], X: Float[np.ndarray, "n d"]) -> Moments:
    """The same by NumPy. About 48 numbers of rows are laid side by side, because NumPy and BLAS
    are slow on short rows; the products of a row with its neighbors are computed for nothing and dropped."""
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
