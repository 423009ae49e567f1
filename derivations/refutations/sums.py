r"""False claims about the law of z = x + y, for independent mixtures x and y.

x has K components (pi_k, mu_k, Sigma_k) and y has L components (rho_l, nu_l, T_l). Each claim names a
mixture and says that it is the law of z. Claim and truth are compared by the moments 0 to 4 of the sum of
the coordinates of z; the truth comes from the moments of x and of y by the binomial theorem, without the
theorem on the K*L components.

Mean and variance alone do not decide: the slip in the covariances and the single Gaussian can have both
right.

Each claim is a function of two laws, so that the wrong law can also be sampled from. A claim that gives
both mixtures the same index needs K = L, as in the homework."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Shaped

from derivations.false_claim import Array, FalseClaim
from derivations.mixture_variables import independent_mixtures
from derivations.raw_moments import Law, moments, moments_of_independent_sum


def claimed_moments(law: Callable[[Law, Law], Law]) -> Callable[..., Array]:
    """The moments of the claimed law as a function of the six arrays, under the names of the closed forms."""

    def function(
        weights: Shaped[np.ndarray, k],
        means: Shaped[np.ndarray, "k d"],
        covariances: Shaped[np.ndarray, "k d d"],
        other_weights: Shaped[np.ndarray, l],
        other_means: Shaped[np.ndarray, "l d"],
        other_covariances: Shaped[np.ndarray, "l d d"],
    ) -> Shaped[np.ndarray, p]:
        x = Law(weights, means, covariances)
        y = Law(other_weights, other_means, other_covariances)
        return moments(law(x, y))

    return function


def true_moments(
    weights: Shaped[np.ndarray, k],
    means: Shaped[np.ndarray, "k d"],
    covariances: Shaped[np.ndarray, "k d d"],
    other_weights: Shaped[np.ndarray, l],
    other_means: Shaped[np.ndarray, "l d"],
    other_covariances: Shaped[np.ndarray, "l d d"],
) -> Shaped[np.ndarray, p]:
    """E (s + t)^p for independent s and t."""
    return moments_of_independent_sum(
        moments(Law(weights, means, covariances)),
        moments(Law(other_weights, other_means, other_covariances)),
    )


def added_densities(x: Law, y: Law) -> Law:
    """p(z) = p_x(z) + p_y(z)."""
    return Law(*(np.concatenate(both) for both in zip(x, y, strict=True)))


def averaged_densities(x: Law, y: Law) -> Law:
    """p(z) = (p_x(z) + p_y(z)) / 2."""
    both = added_densities(x, y)
    return both._replace(weights=both.weights / 2)


def pairs(x: Law, y: Law) -> Shaped[np.ndarray, "2 c"]:
    """All index pairs (k, l), as two aligned arrays."""
    return np.indices((len(x.weights), len(y.weights))).reshape(2, -1)


def swapped_weights(x: Law, y: Law) -> Law:
    """Component (k, l) has weight pi_l rho_k, mean mu_k + nu_l and covariance Sigma_k + T_l."""
    k, l = pairs(x, y)
    return Law(x.weights[l] * y.weights[k], x.means[k] + y.means[l], x.covariances[k] + y.covariances[l])


def slipped_covariances(x: Law, y: Law) -> Law:
    """Component (k, l) has weight pi_k rho_l, mean mu_k + nu_l and covariance Sigma_k + T_k."""
    k, l = pairs(x, y)
    return Law(x.weights[k] * y.weights[l], x.means[k] + y.means[l], x.covariances[k] + y.covariances[k])


def second_drawn_as_first(x: Law, y: Law) -> Law:
    """Component (k, l) has weight pi_k rho_l, mean mu_k + mu_l and covariance Sigma_k + Sigma_l."""
    k, l = pairs(x, y)
    return Law(x.weights[k] * y.weights[l], x.means[k] + x.means[l], x.covariances[k] + x.covariances[l])


def paired_components(x: Law, y: Law) -> Law:
    """Component k has weight pi_k rho_k, mean mu_k + nu_k and covariance Sigma_k + T_k."""
    return Law(x.weights * y.weights, x.means + y.means, x.covariances + y.covariances)


def paired_and_normalized(x: Law, y: Law) -> Law:
    """The same components, their weights divided by the sum of the weights."""
    paired = paired_components(x, y)
    return paired._replace(weights=paired.weights / paired.weights.sum())


def single_gaussian(x: Law, y: Law) -> Law:
    """One component with the mean and the covariance of z."""
    mean, covariance = (
        first + second for first, second in zip(_mean_and_spread(x), _mean_and_spread(y), strict=True)
    )
    return Law(x.weights.sum(keepdims=True), mean[None], covariance[None])


def _mean_and_spread(law: Law) -> tuple[Array, Array]:
    """Mean (D,) and covariance (D, D) of a law, from the deviations of its components from the mean."""
    mean = (law.weights[:, None] * law.means).sum(axis=0)
    deviations = law.means - mean
    spreads = law.covariances + deviations[:, :, None] * deviations[:, None, :]
    return mean, (law.weights[:, None, None] * spreads).sum(axis=0)


MOMENTS = (r"\int p(z)\,dz", r"\mathbb{E}[z]", r"\mathbb{E}[z^2]", r"\mathbb{E}[z^3]", r"\mathbb{E}[z^4]")
TRUTH = r"p(z) = \sum_k \sum_l \pi_k \rho_l \, \mathcal{N}(z \mid \mu_k + \nu_l, \Sigma_k + T_l)"

CLAIMS = (
    FalseClaim(
        id="swapped_weights",
        title="The weights with their indices swapped",
        theorem="sum_of_mixtures",
        claim_latex=r"p(z) = \sum_k \sum_l \pi_l \rho_k \, \mathcal{N}(z \mid \mu_k + \nu_l, \Sigma_k + T_l)",
        true_latex=TRUTH,
        why=(
            r"The hand-in writes $\pi_l^x \pi_k^y$: both indices run over the same range, so the slip does"
            " not show in the shape of the formula."
        ),
        variables=independent_mixtures("K"),
        quantities=MOMENTS,
        claimed=claimed_moments(swapped_weights),
        true=true_moments,
    ),
    FalseClaim(
        id="slipped_covariances",
        title="Both covariances with the index k",
        theorem="sum_of_mixtures",
        claim_latex=r"p(z) = \sum_k \sum_l \pi_k \rho_l \, \mathcal{N}(z \mid \mu_k + \nu_l, \Sigma_k + T_k)",
        true_latex=TRUTH,
        why=(
            r"The hand-in writes $\Sigma_k^x + \Sigma_k^y$; mean and variance of $z$ can both come out right"
            " all the same, so the usual check finds nothing."
        ),
        variables=independent_mixtures("K"),
        quantities=MOMENTS,
        claimed=claimed_moments(slipped_covariances),
        true=true_moments,
    ),
    FalseClaim(
        id="second_drawn_as_first",
        title="y drawn with the parameters of x",
        theorem="sum_of_mixtures",
        claim_latex=(
            r"p(z) = \sum_k \sum_l \pi_k \rho_l \, \mathcal{N}(z \mid \mu_k + \mu_l, \Sigma_k + \Sigma_l)"
        ),
        true_latex=TRUTH,
        why=(
            r"The line for $x$ is copied for $y$, and only the index is changed: $y \sim"
            r" \mathcal{N}(\mu_l^x, \Sigma_l^x)$."
        ),
        variables=independent_mixtures("K"),
        quantities=MOMENTS,
        claimed=claimed_moments(second_drawn_as_first),
        true=true_moments,
    ),
    FalseClaim(
        id="added_densities",
        title="The density of the sum is the sum of the densities",
        theorem="sum_of_mixtures",
        claim_latex=r"p(z) = p_x(z) + p_y(z)",
        true_latex=TRUTH,
        why=(
            "The plus sign moves from the variables to their densities; the result does not even integrate"
            " to $1$."
        ),
        variables=independent_mixtures("L"),
        quantities=MOMENTS,
        claimed=claimed_moments(added_densities),
        true=true_moments,
    ),
    FalseClaim(
        id="averaged_densities",
        title="The density of the sum is the average of the densities",
        theorem="sum_of_mixtures",
        claim_latex=r"p(z) = \tfrac{1}{2} \, p_x(z) + \tfrac{1}{2} \, p_y(z)",
        true_latex=TRUTH,
        why=(
            "The factor mends the integral, and the formula becomes the law of a coin toss between $x$ and"
            " $y$."
        ),
        variables=independent_mixtures("L"),
        quantities=MOMENTS,
        claimed=claimed_moments(averaged_densities),
        true=true_moments,
    ),
    FalseClaim(
        id="paired_components",
        title="Component k of x only meets component k of y",
        theorem="sum_of_mixtures",
        claim_latex=r"p(z) = \sum_k \pi_k \rho_k \, \mathcal{N}(z \mid \mu_k + \nu_k, \Sigma_k + T_k)",
        true_latex=TRUTH,
        why=(
            "Two sums with equal ranges are merged into one, as if the two draws of a component were one"
            " draw."
        ),
        variables=independent_mixtures("K"),
        quantities=MOMENTS,
        claimed=claimed_moments(paired_components),
        true=true_moments,
    ),
    FalseClaim(
        id="paired_and_normalized",
        title="Component k of x only meets component k of y, with weights that sum to 1",
        theorem="sum_of_mixtures",
        claim_latex=(
            r"p(z) = \frac{\sum_k \pi_k \rho_k \, \mathcal{N}(z \mid \mu_k + \nu_k, \Sigma_k + T_k)}{\sum_k"
            r" \pi_k \rho_k}"
        ),
        true_latex=TRUTH,
        why="Dividing by the missing mass hides that the mixed pairs are still missing.",
        variables=independent_mixtures("K"),
        quantities=MOMENTS,
        claimed=claimed_moments(paired_and_normalized),
        true=true_moments,
    ),
    FalseClaim(
        id="single_gaussian",
        title="The sum is one Gaussian",
        theorem="sum_of_mixtures",
        claim_latex=r"p(z) = \mathcal{N}(z \mid \mathbb{E}[z], \operatorname{Cov}[z])",
        true_latex=TRUTH,
        why=(
            "A sum of independent Gaussians is Gaussian, and mixtures are taken for Gaussians; mean and"
            " covariance are right."
        ),
        variables=independent_mixtures("L"),
        quantities=MOMENTS,
        claimed=claimed_moments(single_gaussian),
        true=true_moments,
    ),
)
