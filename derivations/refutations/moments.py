r"""False claims about the mean and the covariance of a mixture x ~ sum_k pi_k N(mu_k, Sigma_k).

The truth is taken from the definition Cov[x] = E[(x - m)(x - m)^T]: within component k the deviation x - m
has mean mu_k - m and covariance Sigma_k. The theorem's own formula, sum_k pi_k (Sigma_k + mu_k mu_k^T) - m
m^T, is not used.

Source: Bishop, PRML 9.3.3, eqs. 9.49 and 9.50, whose ingredients are dropped or changed here one at a time.
"""

from __future__ import annotations

from itertools import product

import numpy as np
from jaxtyping import Shaped

from derivations.enumeration import Variable
from derivations.false_claim import FalseClaim
from derivations.mixture_variables import MIXTURE

Weights = Shaped[np.ndarray, "k"]
Means = Shaped[np.ndarray, "k d"]
Covariances = Shaped[np.ndarray, "k d d"]
Vector = Shaped[np.ndarray, "d"]
Matrix = Shaped[np.ndarray, "d d"]


def mean(weights: Weights, means: Means, covariances: Covariances) -> Vector:
    """m = E x, one component at a time."""
    return np.asarray(sum(weight * center for weight, center in zip(weights, means, strict=True)))


def covariance(weights: Weights, means: Means, covariances: Covariances) -> Matrix:
    """E[(x - m)(x - m)^T], one component at a time."""
    deviations = means - mean(weights, means, covariances)
    return np.asarray(
        sum(
            weight * (spread + np.outer(deviation, deviation))
            for weight, deviation, spread in zip(weights, deviations, covariances, strict=True)
        )
    )


def _average(weights: Weights, family: Shaped[np.ndarray, k * shape]) -> Shaped[np.ndarray, "*shape"]:
    return np.asarray(np.tensordot(weights, family, axes=1))


def _squares(vectors: Means) -> Covariances:
    """The outer products mu_k mu_k^T."""
    return np.asarray(vectors[:, :, None] * vectors[:, None, :])


def unweighted_mean(weights: Weights, means: Means, covariances: Covariances) -> Vector:
    """(1/K) sum mu_k."""
    return np.asarray(means.sum(axis=0) / len(means))


def without_component_covariances(weights: Weights, means: Means, covariances: Covariances) -> Matrix:
    """Sum pi_k mu_k mu_k^T - m m^T."""
    m = _average(weights, means)
    return np.asarray(_average(weights, _squares(means)) - np.outer(m, m))


def without_mean_square(weights: Weights, means: Means, covariances: Covariances) -> Matrix:
    """Sum pi_k (Sigma_k + mu_k mu_k^T)."""
    return _average(weights, covariances + _squares(means))


def with_added_mean_square(weights: Weights, means: Means, covariances: Covariances) -> Matrix:
    """Sum pi_k (Sigma_k + mu_k mu_k^T) + m m^T."""
    m = _average(weights, means)
    return np.asarray(_average(weights, covariances + _squares(means)) + np.outer(m, m))


def with_inner_product(weights: Weights, means: Means, covariances: Covariances) -> Matrix:
    """Sum pi_k (Sigma_k + mu_k mu_k^T) - m^T m, the number taken from every entry."""
    m = _average(weights, means)
    return np.asarray(_average(weights, covariances + _squares(means)) - m @ m)


def within_only(weights: Weights, means: Means, covariances: Covariances) -> Matrix:
    """Sum pi_k Sigma_k."""
    return _average(weights, covariances)


def without_weights(weights: Weights, means: Means, covariances: Covariances) -> Matrix:
    """Sum (Sigma_k + mu_k mu_k^T) - m m^T."""
    m = _average(weights, means)
    return np.asarray((covariances + _squares(means)).sum(axis=0) - np.outer(m, m))


def sum_of_covariances(weights: Weights, means: Means, covariances: Covariances) -> Matrix:
    """Sum Sigma_k."""
    return np.asarray(covariances.sum(axis=0))


def squared_weights(weights: Weights, means: Means, covariances: Covariances) -> Matrix:
    """Sum pi_k^2 Sigma_k."""
    return _average(weights**2, covariances)


def transposed_factor(factor: Matrix) -> Matrix:
    """L^T L."""
    return np.asarray(factor.T @ factor)


def covariance_of_linear_image(factor: Matrix) -> Matrix:
    """Cov[L z] over the corners z of the cube {-1, 1}^D, equally likely: a law with mean 0 and covariance
    I."""
    corners = [np.array(corner, dtype=int) for corner in product((-1, 1), repeat=len(factor))]
    return np.asarray(sum(np.outer(factor @ z, factor @ z) for z in corners) / len(corners))


COVARIANCE = (r"\operatorname{Cov}[x]",)
TRUE_COVARIANCE = (
    r"\operatorname{Cov}[x] = \sum_k \pi_k (\Sigma_k + \mu_k \mu_k^{\mathsf T}) - m m^{\mathsf T},"
    r" \quad m = \sum_k \pi_k \mu_k"
)

CLAIMS = (
    FalseClaim(
        id="unweighted_mean",
        title="The mean is the average of the component means",
        theorem="mixture_mean",
        claim_latex=r"\mathbb{E}[x] = \frac{1}{K} \sum_k \mu_k",
        true_latex=r"\mathbb{E}[x] = \sum_k \pi_k \mu_k",
        why="It holds for equal weights, the first example everybody draws.",
        variables=MIXTURE,
        quantities=(r"\mathbb{E}[x]",),
        claimed=unweighted_mean,
        true=mean,
    ),
    FalseClaim(
        id="forgot_component_covariances",
        title="The covariance without the component covariances",
        theorem="mixture_covariance",
        claim_latex=r"\operatorname{Cov}[x] = \sum_k \pi_k \mu_k \mu_k^{\mathsf T} - m m^{\mathsf T}",
        true_latex=TRUE_COVARIANCE,
        why=(
            r"One takes $\mathbb{E}[x x^{\mathsf T} \mid k]$ to be $\mu_k \mu_k^{\mathsf T}$, as if a"
            r" component were the single point $\mu_k$."
        ),
        variables=MIXTURE,
        quantities=COVARIANCE,
        claimed=without_component_covariances,
        true=covariance,
    ),
    FalseClaim(
        id="forgot_mean_square",
        title="The covariance without the square of the mean",
        theorem="mixture_covariance",
        claim_latex=r"\operatorname{Cov}[x] = \sum_k \pi_k (\Sigma_k + \mu_k \mu_k^{\mathsf T})",
        true_latex=TRUE_COVARIANCE,
        why=(
            r"That is the second moment $\mathbb{E}[x x^{\mathsf T}]$; it is the covariance only when the"
            " mean is $0$."
        ),
        variables=MIXTURE,
        quantities=COVARIANCE,
        claimed=without_mean_square,
        true=covariance,
    ),
    FalseClaim(
        id="added_mean_square",
        title="The covariance with the square of the mean added",
        theorem="mixture_covariance",
        claim_latex=(
            r"\operatorname{Cov}[x] = \sum_k \pi_k (\Sigma_k + \mu_k \mu_k^{\mathsf T}) + m m^{\mathsf T}"
        ),
        true_latex=TRUE_COVARIANCE,
        why=(
            r"The sign is carried over from $\mathbb{E}[x x^{\mathsf T}] = \operatorname{Cov}[x] + m"
            r" m^{\mathsf T}$ without solving for the covariance."
        ),
        variables=MIXTURE,
        quantities=COVARIANCE,
        claimed=with_added_mean_square,
        true=covariance,
    ),
    FalseClaim(
        id="inner_for_outer_product",
        title="The square of the mean as a number",
        theorem="mixture_covariance",
        claim_latex=(
            r"\operatorname{Cov}[x] = \sum_k \pi_k (\Sigma_k + \mu_k \mu_k^{\mathsf T}) - m^{\mathsf T} m"
        ),
        true_latex=TRUE_COVARIANCE,
        why=(
            "For $D = 1$ the two agree, and in NumPy `m @ m` is a number that is subtracted from every entry"
            " without complaint."
        ),
        variables=MIXTURE,
        quantities=COVARIANCE,
        claimed=with_inner_product,
        true=covariance,
    ),
    FalseClaim(
        id="forgot_between_part",
        title="The covariance is the average of the component covariances",
        theorem="mixture_covariance",
        claim_latex=r"\operatorname{Cov}[x] = \sum_k \pi_k \Sigma_k",
        true_latex=TRUE_COVARIANCE,
        why=(
            "Expectations average over the components, and one expects covariances to do the same; the"
            " spread of the means is lost."
        ),
        variables=MIXTURE,
        quantities=COVARIANCE,
        claimed=within_only,
        true=covariance,
    ),
    FalseClaim(
        id="forgot_weights",
        title="The covariance without the weights",
        theorem="mixture_covariance",
        claim_latex=r"\operatorname{Cov}[x] = \sum_k (\Sigma_k + \mu_k \mu_k^{\mathsf T}) - m m^{\mathsf T}",
        true_latex=TRUE_COVARIANCE,
        why=(
            "With one component there is no weight to see, and the formula for $K = 1$ is summed as it"
            " stands."
        ),
        variables=MIXTURE,
        quantities=COVARIANCE,
        claimed=without_weights,
        true=covariance,
    ),
    FalseClaim(
        id="sum_of_component_covariances",
        title="The covariance is the sum of the component covariances",
        theorem="mixture_covariance",
        claim_latex=r"\operatorname{Cov}[x] = \sum_k \Sigma_k",
        true_latex=TRUE_COVARIANCE,
        why=(
            "Covariances of independent variables add; but a draw from a mixture comes from one component,"
            " not from their sum."
        ),
        variables=MIXTURE,
        quantities=COVARIANCE,
        claimed=sum_of_covariances,
        true=covariance,
    ),
    FalseClaim(
        id="squared_weights",
        title="The covariance with squared weights",
        theorem="mixture_covariance",
        claim_latex=r"\operatorname{Cov}[x] = \sum_k \pi_k^2 \Sigma_k",
        true_latex=TRUE_COVARIANCE,
        why=(
            r"It is the covariance of the weighted sum $\sum_k \pi_k x_k$ of independent variables; a"
            " mixture averages densities, not variables."
        ),
        variables=MIXTURE,
        quantities=COVARIANCE,
        claimed=squared_weights,
        true=covariance,
    ),
    FalseClaim(
        id="transposed_factor",
        title="The factor of the covariance on the wrong side",
        theorem="component_moments",
        claim_latex=(
            r"x = \mu + L z,\; z \sim \mathcal{N}(0, I) \implies \operatorname{Cov}[x] = L^{\mathsf T} L"
        ),
        true_latex=r"\operatorname{Cov}[x] = L L^{\mathsf T}",
        why="The two agree for $D = 1$, and libraries differ in which triangle their Cholesky factor fills.",
        variables=(Variable("factor", "L", ("D", "D")),),
        quantities=COVARIANCE,
        claimed=transposed_factor,
        true=covariance_of_linear_image,
    ),
)
