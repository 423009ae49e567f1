"""The mean of a mixture is the weighted mean of the component means.

    E[x] = sum_k pi_k mu_k

Source: Bishop, PRML, eq. 9.49.
"""

from derivations.claims import Chain, ClosedForm, Theorem
from derivations.notation.mixtures import mu, pi, x_k
from derivations.notation.sizes import k
from derivations.notation.words import E, named, sum_over
from derivations.theorems.component_moments import component_mean

expected_x = named(r"\mathbb{E}[x]", sum_over(k, pi[k] * E(x_k)))

mixture_mean = (
    Chain("Mean of a mixture", expected_x)
    .equals(
        sum_over(k, pi[k] * E(x_k)),
        r"law of total expectation: draw $k$ with probability $\pi_k$, then $x_k$ from component $k$",
    )
    .equals(sum_over(k, pi[k] * mu[k]), r"mean of a component: $\mathbb{E}[x_k] = \mu_k$", component_mean)
)

THEOREM = Theorem(
    id="mixture_mean",
    title="Mean of a Gaussian mixture",
    source="Bishop, PRML, eq. 9.49",
    given=r"x \sim \sum_k \pi_k\, \mathcal{N}(\mu_k, \Sigma_k)",
    claims=(mixture_mean,),
    states=(mixture_mean,),
    remarks=("Only the mean of each component is used, so the result holds for mixtures of any laws.",),
    closed_forms=(ClosedForm("mixture_mean", mixture_mean, mixture_mean.result),),
)
