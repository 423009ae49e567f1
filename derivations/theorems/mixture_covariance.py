r"""The covariance of a mixture is the covariance within the components plus that between their means.

    Cov[x] = sum_k pi_k (Sigma_k + mu_k mu_k^T) - m m^T
           = sum_k pi_k Sigma_k + sum_k pi_k (mu_k - m)(mu_k - m)^T,    m = sum_k pi_k mu_k

Source: Bishop, PRML, eq. 9.50.
"""

from derivations.claims import Chain, ClosedForm, Theorem
from derivations.notation.mixtures import Sigma, mu, pi, weights_sum_to_one, x_k
from derivations.notation.mixtures import m_x as m
from derivations.notation.sizes import k
from derivations.notation.words import E, named, sum_over
from derivations.theorems.component_moments import second_moment
from derivations.theorems.mixture_mean import expected_x, mixture_mean

second_moment_of_x = named(r"\mathbb{E}[x x^{\top}]", sum_over(k, pi[k] * E(x_k @ x_k.T)))
covariance = named(r"\operatorname{Cov}[x]", second_moment_of_x - expected_x @ expected_x.T)

within = sum_over(k, pi[k] * Sigma[k])
between = sum_over(k, pi[k] * ((mu[k] - m) @ (mu[k] - m).T))
total = sum_over(k, pi[k] * (Sigma[k] + mu[k] @ mu[k].T)) - m @ m.T
decomposition = within + between

mixture_covariance = (
    Chain("Covariance of a mixture", covariance)
    .equals(second_moment_of_x - expected_x @ expected_x.T, "definition of the covariance")
    .equals(
        sum_over(k, pi[k] * E(x_k @ x_k.T)) - m @ m.T,
        r"law of total expectation; the mean is $m = \sum_k \pi_k \mu_k$",
        mixture_mean,
    )
    .equals(total, "second moment of a component", second_moment)
    .equals(
        decomposition,
        r"multiply out $(\mu_k - m)(\mu_k - m)^{\top}$; $\sum_k \pi_k = 1$ and $\sum_k \pi_k \mu_k = m$",
        weights_sum_to_one,
    )
    .showing(total)
)

THEOREM = Theorem(
    id="mixture_covariance",
    title="Covariance of a Gaussian mixture",
    source="Bishop, PRML, eq. 9.50",
    given=r"m = \mathbb{E}[x] = \sum_k \pi_k \mu_k",
    claims=(mixture_covariance,),
    states=(mixture_covariance,),
    remarks=(
        "The first sum is the covariance within the components, the second that between their means.",
        "Both are positive semidefinite, so a mixture never varies less than its components do on average.",
    ),
    closed_forms=(
        ClosedForm("mixture_covariance", mixture_covariance, decomposition),
        ClosedForm("within_covariance", mixture_covariance, within),
        ClosedForm("between_covariance", mixture_covariance, between),
    ),
)
