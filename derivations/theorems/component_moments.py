r"""Mean and second moment of a Gaussian component x_k = mu_k + A_k z with Sigma_k = A_k A_k^T.

    E[x_k] = mu_k,    E[x_k x_k^T] = Sigma_k + mu_k mu_k^T

Source: Bishop, PRML, eqs. 2.59 and 2.62.
"""

from derivations.claims import Chain, ClosedForm, Theorem
from derivations.notation.mixtures import A, Sigma, covariance_factor, mu, x_k, z
from derivations.notation.sizes import k
from derivations.notation.words import E
from derivations.theorems import standard_normal

component_mean = (
    Chain("Mean of a component", E(x_k))
    .equals(mu[k] + A[k] @ E(z.alone), r"$x_k = \mu_k + A_k z$, and expectation is linear")
    .equals(mu[k], r"$\mathbb{E}[z] = 0$", standard_normal.mean)
)

second_moment = (
    Chain("Second moment of a component", E(x_k @ x_k.T))
    .equals(
        mu[k] @ mu[k].T
        + mu[k] @ E(z.alone).T @ A[k].T
        + A[k] @ E(z.alone) @ mu[k].T
        + A[k] @ E(z.alone @ z.alone.T) @ A[k].T,
        "multiply out; expectation is linear",
    )
    .equals(
        mu[k] @ mu[k].T + A[k] @ A[k].T,
        r"$\mathbb{E}[z] = 0$ and $\mathbb{E}[z z^{\top}] = I$",
        (standard_normal.mean, standard_normal.covariance),
    )
    .equals(Sigma[k] + mu[k] @ mu[k].T, r"$\Sigma_k = A_k A_k^{\top}$", covariance_factor)
)

THEOREM = Theorem(
    id="component_moments",
    title="Moments of a Gaussian component",
    source="Bishop, PRML, eqs. 2.59 and 2.62",
    claims=(component_mean, second_moment),
    states=(component_mean, second_moment),
    remarks=(
        r"No density is used: $\Sigma_k$ may be singular, and then $x_k$ lives in a subspace.",
        r"Writing $A_k^{\top} z$ for $A_k z$ gives the covariance $A_k^{\top} A_k$, which is another matrix.",
    ),
    closed_forms=(
        ClosedForm("component_mean", component_mean, component_mean.result, single=k),
        ClosedForm("component_second_moment", second_moment, second_moment.result, single=k),
    ),
)
