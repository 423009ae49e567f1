"""What mixtures turn into: sums of many, affine images, marginals, conditionals, products, fewer components.

Statement.   For x ~ sum_k pi_k N(mu_k, Sigma_k), split into blocks x = (u, v):
             - H x + c has components N(H mu_k + c, H Sigma_k H^T) with weights pi_k;
             - u has components N(mu^u_k, Sigma^uu_k) with weights pi_k;
             - u given v has components N(mu^u_k + G_k (v - mu^v_k), Sigma^uu_k - G_k Sigma^vu_k) with
               G_k = Sigma^uv_k (Sigma^vv_k)^-1, and weights in proportion to pi_k N(v | mu^v_k, Sigma^vv_k);
             - the sum of n independent copies has one component for each way to draw n component labels;
               draws that agree up to order give the same component, so that C(K + n - 1, n) are left of K^n;
             - the product of two densities is Z times a mixture of the pairs: with T_l the other covariance
               and S = Sigma_k + T_l, component N(mu_k + Sigma_k S^-1 (nu_l - mu_k), Sigma_k S^-1 T_l), with
               weights in proportion to pi_k rho_l N(mu_k | nu_l, S), whose sum is Z.
Assumptions. Covariances may be singular. Only what a formula inverts must be regular: Sigma^vv_k for a
             conditional, Sigma_k + T_l for a product. InputError says so otherwise.
Source.      Bishop, PRML, eqs. 2.81, 2.82, 2.98, 2.115; Petersen and Pedersen, "The Matrix Cookbook", 8.1.8.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, islice

import numpy as np
import numpy.typing as npt
from jaxtyping import Float, Int
from scipy.special import gammaln, logsumexp, xlogy

from algorithms.errors import InputError
from algorithms.mixture import Mixture
from algorithms.samples import as_numbers, check_count, is_number

# The largest number of components that `n_fold_sum` lays out.
MOST_COMPONENTS = 1_000_000
# Draws up to here are counted exactly by float64.
MOST_DRAWS = 1 << 53
# Numbers of draws held at once while they are laid out: 8 MiB.
NUMBERS_AT_ONCE = 1 << 20


@dataclass(frozen=True, eq=False)
class Product:
    """The product of two densities: exp(`log_scale`) times the density of `mixture`."""

    mixture: Mixture
    log_scale: float


def affine_image(mixture: Mixture, matrix: npt.ArrayLike, shift: npt.ArrayLike) -> Mixture:
    """The law of H x + c, for H (M, D) of any rank and c (M,); InputError when they do not fit."""
    H, c = as_numbers(matrix, "matrix"), as_numbers(shift, "shift")
    if H.ndim != 2 or len(H) == 0 or H.shape[1] != mixture.n_features or c.shape != (len(H),):
        raise InputError(
            f"expected a matrix (M, {mixture.n_features}) and a shift (M,), got shapes {H.shape} and "
            f"{c.shape}; make them agree"
        )
    return Mixture(mixture.weights, mixture.means @ H.T + c, _symmetric(H @ mixture.covariances @ H.T))


def marginal(mixture: Mixture, features: npt.ArrayLike) -> Mixture:
    """The law of the coordinates `features`, in that order; InputError unless they are distinct and exist."""
    chosen = _features(mixture, features)
    covariances = mixture.covariances[:, chosen[:, None], chosen]
    return Mixture(mixture.weights, mixture.means[:, chosen], covariances)


def conditional(mixture: Mixture, features: npt.ArrayLike, values: npt.ArrayLike) -> Mixture:
    """The law of the other coordinates, in their order, given that the coordinates `features` are `values`.

    Raises InputError unless the features are distinct, exist and leave some over, when there is not one value
    for each, when a component's covariance of them is singular, or when the values are so far away that no
    component has a density there.
    """
    given = _features(mixture, features)
    rest = np.setdiff1d(np.arange(mixture.n_features), given)
    v = as_numbers(values, "values")
    if rest.size == 0 or v.shape != given.shape:
        raise InputError(
            f"expected {given.size} values for fewer than {mixture.n_features} features, got shape {v.shape} "
            "for them; leave at least one feature over"
        )
    known = marginal(mixture, features)
    weights = known.responsibilities(v[None])[0]
    means, covariances = [], []
    for mean, covariance in zip(mixture.means, mixture.covariances, strict=True):
        mixed = covariance[np.ix_(given, rest)]
        gain = np.linalg.solve(covariance[np.ix_(given, given)], mixed).T
        means.append(mean[rest] + gain @ (v - mean[given]))
        covariances.append(
            _rounded_to_psd(covariance[np.ix_(rest, rest)] - gain @ mixed, np.diagonal(covariance)[rest])
        )
    return Mixture(weights, np.stack(means), np.stack(covariances))


def n_fold_sum(mixture: Mixture, n: int) -> Mixture:
    """The law of the sum of n independent draws, with equal components already gathered.

    Components are ordered by how often each of the K is drawn, most of the first one first. Raises InputError
    for n < 1 or n > 2^53, and when there were more than a million components.
    """
    check_count(n, "n")
    k, d = mixture.n_components, mixture.n_features
    size = _number_of_compositions(n, k)
    if n > MOST_DRAWS:
        raise InputError("expected n to be 2^53 or less, got more; add fewer draws")
    if size > MOST_COMPONENTS:
        raise InputError(
            f"expected a sum of up to {MOST_COMPONENTS} components, got more from {n} draws of {k}; "
            "merge components or add fewer"
        )
    weights, means, covariances = np.empty(size), np.empty((size, d)), np.empty((size, d, d))
    start = 0
    for counts in _compositions(n, k):
        part = slice(start, start + len(counts))
        start = part.stop
        ways = gammaln(n + 1) - gammaln(counts + 1).sum(axis=1)
        weights[part] = np.exp(ways + xlogy(counts, mixture.weights).sum(axis=1))
        means[part] = counts @ mixture.means
        covariances[part] = np.einsum("ck,kij->cij", counts, mixture.covariances)
    return Mixture(weights[::-1] / weights.sum(), means[::-1], covariances[::-1])


def product(mixture: Mixture, other: Mixture) -> Product:
    """The product of the two densities; component k * L + l comes from the pair (k, l).

    Raises InputError when the dimensions differ or the sum of a pair's covariances is singular.
    """
    if mixture.n_features != other.n_features:
        raise InputError(
            f"expected two mixtures in the same dimension, got {mixture.n_features} and {other.n_features}; "
            "only densities on the same space can be multiplied"
        )
    log_weights, means, covariances = [], [], []
    for weight, mean, covariance in zip(mixture.weights, mixture.means, mixture.covariances, strict=True):
        joint = Mixture(other.weights, other.means, other.covariances + covariance)
        with np.errstate(divide="ignore"):
            log_weights.append(np.log(weight) + joint.joint_log_prob(mean[None])[0])
        shares = np.linalg.solve(joint.covariances, np.broadcast_to(covariance, joint.covariances.shape))
        means.append(mean + np.einsum("lij,li->lj", shares, other.means - mean))
        for share, second in zip(shares, other.covariances, strict=True):
            smaller = np.minimum(np.diagonal(covariance), np.diagonal(second))
            covariances.append(_rounded_to_psd(share.T @ second, smaller))
    logs = np.concatenate(log_weights)
    total = float(logsumexp(logs))
    if not np.isfinite(total):
        raise InputError(
            "expected densities that overlap, got a product of zero in float64; move them closer together"
        )
    weights = np.exp(logs - total)
    return Product(Mixture(weights / weights.sum(), np.concatenate(means), np.stack(covariances)), total)


def merge_equal(mixture: Mixture, tolerance: float = 0.0) -> Mixture:
    """The same law with components of equal mean and covariance gathered into the first of them.

    Numbers count as equal when they differ by no more than `tolerance` times the largest of their kind.
    Raises InputError unless the tolerance is a finite number of 0 or more.
    """
    if not (is_number(tolerance) and tolerance >= 0):
        raise InputError(f"expected a finite tolerance of 0 or more, got {tolerance!r}; choose another")
    k = mixture.n_components
    mean_slack = tolerance * np.abs(mixture.means).max()
    covariance_slack = tolerance * np.abs(mixture.covariances).max()
    weights = mixture.weights.copy()
    left = np.ones(k, dtype=bool)
    for first in range(k):
        if left[first]:
            near = np.abs(mixture.means - mixture.means[first]).max(axis=1) <= mean_slack
            apart = np.abs(mixture.covariances - mixture.covariances[first]).max(axis=(1, 2))
            same = left & near & (apart <= covariance_slack)
            same[: first + 1] = False
            weights[first] += weights[same].sum()
            left &= ~same
    return Mixture(weights[left], mixture.means[left], mixture.covariances[left])


def _number_of_compositions(total: int, parts: int) -> int:
    """C(parts + total - 1, total), or some number above MOST_COMPONENTS if it is above."""
    few, many = sorted((total, parts - 1))
    number = 1
    for i in range(1, few + 1):
        number = number * (many + i) // i  # C(many + i, i)
        if number > MOST_COMPONENTS:
            break
    return number


def _compositions(total: int, parts: int) -> Iterator[Float[np.ndarray, "_ parts"]]:
    """All ways to write `total` as an ordered sum of `parts` numbers of 0 or more, small first ones first.

    A way is a choice of places for parts - 1 bars among as many and `total` stars. They come a few at a time.
    """
    places = combinations(range(total + parts - 1), parts - 1) if parts > 1 else iter([()])
    rows = max(1, NUMBERS_AT_ONCE // parts)
    while bars := list(islice(places, rows)):
        walls = np.empty((len(bars), parts + 1))
        walls[:, 0], walls[:, 1:-1], walls[:, -1] = -1, np.array(bars), total + parts - 1
        yield np.diff(walls, axis=1) - 1


def _features(mixture: Mixture, features: npt.ArrayLike) -> Int[np.ndarray, " m"]:
    try:
        chosen = np.asarray(features)
    except ValueError:  # nested lists that make no array
        chosen = np.empty(0)
    known = chosen.ndim == 1 and chosen.size > 0 and chosen.dtype.kind in "iu"
    if (
        not known
        or chosen.min() < 0
        or chosen.max() >= mixture.n_features
        or np.unique(chosen).size < chosen.size
    ):
        raise InputError(
            f"expected distinct features from 0 to {mixture.n_features - 1}, got {features!r}; "
            "name them by their numbers"
        )
    return chosen.astype(np.intp)


def _symmetric(matrices: Float[np.ndarray, "*k d d"]) -> Float[np.ndarray, "*k d d"]:
    return np.asarray((matrices + np.swapaxes(matrices, -1, -2)) / 2)


def _rounded_to_psd(
    difference: Float[np.ndarray, "m m"], variances: Float[np.ndarray, " m"]
) -> Float[np.ndarray, "m m"]:
    """A covariance that came out of numbers of the size of `variances`, with its noise set to zero.

    In units where those are one, its entries are known to some roundings, so eigenvalues below ten times
    their number cannot be told from zero and may even be negative.
    """
    units = np.sqrt(np.where(variances > 0, variances, 1.0))
    eigenvalues, vectors = np.linalg.eigh(_symmetric(difference / units / units[:, None]))
    noise = 10 * len(units) * np.finfo(np.float64).eps
    if eigenvalues[0] >= noise:
        return _symmetric(difference)
    cleaned = (vectors * np.where(eigenvalues < noise, 0.0, eigenvalues)) @ vectors.T
    return _symmetric(cleaned * units * units[:, None])
