r"""Weights, mean and covariance of the mixture of pairs: the weights sum to one, means and covariances add.

    E[x + y] = E[x] + E[y],    Cov[x + y] = Cov[x] + Cov[y]   for independent x and y

Computed from the parameters pi_k rho_l, mu_k + nu_l, Sigma_k + T_l of the sum, so this is also a check
of those parameters.

Source: Bishop, PRML, exercise 1.10.
"""

from derivations.claims import Chain, ClosedForm, Theorem
from derivations.matrix.base import as_matrix
from derivations.notation.mixtures import (
    Sigma,
    T,
    m_x,
    m_y,
    mu,
    nu,
    other_weights_sum_to_one,
    pi,
    rho,
    weights_sum_to_one,
)
from derivations.notation.sizes import k, l
from derivations.notation.words import named, sum_over
from derivations.theorems.sum_of_mixtures import law

both = (weights_sum_to_one, other_weights_sum_to_one)

weights = (
    Chain("The weights of the sum", sum_over(k, l, law.weight))
    .equals(sum_over(k, pi[k]) * sum_over(l, rho[l]), "a double sum of products")
    .equals(as_matrix(1), r"$\sum_k \pi_k = \sum_l \rho_l = 1$", both)
)

mean_x, mean_y = named(r"\mathbb{E}[x]", m_x), named(r"\mathbb{E}[y]", m_y)
pair_mean = sum_over(k, l, law.weight * law.mean)
mean = (
    Chain("The mean of the sum", named(r"\mathbb{E}[x + y]", pair_mean))
    .equals(pair_mean, "mean of the mixture of pairs")
    .equals(mean_x + mean_y, r"sum over $l$ in the first term and over $k$ in the second", both)
)

pair_second_moment = sum_over(k, l, law.weight * (law.covariance + law.mean @ law.mean.T))
covariance_x = named(
    r"\operatorname{Cov}[x]", sum_over(k, pi[k] * (Sigma[k] + mu[k] @ mu[k].T)) - m_x @ m_x.T
)
covariance_y = named(r"\operatorname{Cov}[y]", sum_over(l, rho[l] * (T[l] + nu[l] @ nu[l].T)) - m_y @ m_y.T)
covariance = (
    Chain(
        "The covariance of the sum",
        named(r"\operatorname{Cov}[x + y]", pair_second_moment - pair_mean @ pair_mean.T),
    )
    .equals(
        pair_second_moment - (mean_x + mean_y) @ (mean_x + mean_y).T,
        "covariance of the mixture of pairs",
        mean,
    )
    .equals(
        covariance_x + covariance_y,
        r"multiply out; the weights sum to one, and the terms with $\mu_k \nu_l^{\top}$ cancel",
        both,
    )
)

THEOREM = Theorem(
    id="moments_of_sum",
    title="Moments of the sum of two independent mixtures",
    source="Bishop, PRML, exercise 1.10",
    given=r"x \text{ and } y \text{ independent}",
    claims=(weights, mean, covariance),
    states=(weights, mean, covariance),
    remarks=(
        "A wrong covariance can have the right sum: moments alone do not decide whether the law is right.",
    ),
    closed_forms=(
        ClosedForm("sum_mean", mean, mean.result),
        ClosedForm("sum_covariance", covariance, covariance.result),
    ),
)
