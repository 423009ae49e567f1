r"""The product of two mixture densities is, up to a factor, the density of a mixture of K L components.

With precisions A_k = Sigma_k^{-1}, B_l = T_l^{-1}, G = (A_k + B_l)^{-1} and c = G (A_k mu_k + B_l nu_l),

    (x - mu)^T A (x - mu) + (x - nu)^T B (x - nu)
        = (x - c)^T (A + B) (x - c) + (mu - nu)^T A G B (mu - nu)

so N(x | mu, Sigma) N(x | nu, T) is proportional to N(x | c, G), with a factor that depends on mu - nu.

Source: Petersen and Pedersen, The Matrix Cookbook (2012), section 8.1.8.
"""

from derivations.claims import Assumption, Chain, ClosedForm, Theorem
from derivations.matrix import Matrix
from derivations.notation.mixtures import joint_covariance, mu, nu, other_precision, place, precision
from derivations.notation.sizes import I_D, k, l
from derivations.notation.words import named

A, B, G, x = precision[k], other_precision[l], joint_covariance[k, l], place.alone

inverse = Assumption(
    "inverse of the summed precisions",
    G @ (A + B),
    I_D,
    "the precisions are positive definite, so is their sum",
)


def form(deviation: Matrix, matrix: Matrix) -> Matrix:
    """The quadratic form of a deviation."""
    return deviation.T @ matrix @ deviation


def center_between(second: Matrix) -> Matrix:
    """The mean of the product, for a second Gaussian centered at `second`."""
    return named("c", G @ (A @ mu[k] + B @ second))


def completed_square(second: Matrix, center: Matrix, title: str) -> Chain:
    """Completing the square in x, for a second Gaussian centered at `second`."""
    return Chain(title, form(x - mu[k], A) + form(x - second, B)).equals(
        form(x - center, A + B) + form(mu[k] - second, A @ G @ B),
        r"$c = G (A_k \mu_k + B_l " + second.print() + r")$; use $G (A + B) = I$",
        inverse,
    )


center = center_between(nu[l])
square = completed_square(nu[l], center, "Completing the square")

THEOREM = Theorem(
    id="product",
    title="The product of two mixture densities",
    source="Petersen and Pedersen, The Matrix Cookbook (2012), section 8.1.8",
    given=r"A_k = \Sigma_k^{-1},\ B_l = T_l^{-1},\ G = (A_k + B_l)^{-1}",
    claims=(square,),
    states=(square,),
    closed_forms=(
        ClosedForm("product_means", square, center, (k, l)),
        ClosedForm("product_covariances", square, G, (k, l)),
    ),
    remarks=(
        r"Component $(k, l)$ has a weight proportional to"
        r" $\pi_k \rho_l\, \mathcal{N}(\mu_k \mid \nu_l, \Sigma_k + T_l)$.",
        "The product of densities is not the density of a sum or of a product of the variables.",
    ),
)
