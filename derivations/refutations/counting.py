"""False claims about how many distinct components the sum of two mixtures has.

Components that agree in mean and covariance are one component of the law. All covariances are taken equal
here, so only the means (K, D) decide."""

from __future__ import annotations

import numpy as np
from jaxtyping import Shaped

from derivations.enumeration import Variable
from derivations.false_claim import FalseClaim
from derivations.mixture_variables import MEANS

OTHER_MEANS = Variable("other_means", r"\nu", MEANS.axes, MEANS.candidates, is_family=True)


def n_distinct(points: Shaped[np.ndarray, "c d"]) -> int:
    """The number of different rows."""
    return len({tuple(point) for point in points})


def are_distinct(means: Shaped[np.ndarray, "k d"], other_means: Shaped[np.ndarray, "k d"]) -> bool:
    """No mixture has the same component twice."""
    return n_distinct(means) == len(means) and n_distinct(other_means) == len(other_means)


def n_components_of_sum(
    means: Shaped[np.ndarray, "k d"], other_means: Shaped[np.ndarray, "k d"]
) -> Shaped[np.ndarray, ""]:
    """The number of different sums mu_k + nu_l, counted."""
    sums = means[:, None, :] + other_means[None, :, :]
    return np.asarray(n_distinct(sums.reshape(-1, means.shape[1])))


def squared(
    means: Shaped[np.ndarray, "k d"], other_means: Shaped[np.ndarray, "k d"]
) -> Shaped[np.ndarray, ""]:
    """K^2."""
    return np.asarray(len(means) ** 2)


def unchanged(
    means: Shaped[np.ndarray, "k d"], other_means: Shaped[np.ndarray, "k d"]
) -> Shaped[np.ndarray, ""]:
    """K."""
    return np.asarray(len(means))


COUNT = (r"\#\{\text{distinct components of } z\}",)

CLAIMS = (
    FalseClaim(
        id="always_k_squared_components",
        title="The sum always has K^2 distinct components",
        theorem="sum_of_mixtures",
        claim_latex=r"x, y \text{ with } K \text{ distinct components each} \implies z \text{ has } K^2",
        true_latex=(
            r"z \text{ has at most } K^2 \text{ distinct components, and at most } \tfrac{K(K+1)}{2} \text{"
            r" if } x, y \text{ have one law}"
        ),
        why=(
            r"All $K^2$ pairs have a positive weight, but two pairs can have the same mean $\mu_k + \nu_l$"
            " and covariance."
        ),
        variables=(MEANS, OTHER_MEANS),
        premise=are_distinct,
        quantities=COUNT,
        claimed=squared,
        true=n_components_of_sum,
    ),
    FalseClaim(
        id="still_k_components",
        title="The sum of two K-component mixtures has K components",
        theorem="sum_of_mixtures",
        claim_latex=r"x, y \text{ with } K \text{ distinct components each} \implies z \text{ has } K",
        true_latex=r"z \text{ has up to } K^2 \text{ distinct components, one for each pair } (k, l)",
        why=(
            "Sums of Gaussians stay Gaussian, and one expects mixtures of $K$ components to stay mixtures of"
            " $K$ components."
        ),
        variables=(MEANS, OTHER_MEANS),
        premise=are_distinct,
        quantities=COUNT,
        claimed=unchanged,
        true=n_components_of_sum,
    ),
)
