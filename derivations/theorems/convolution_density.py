r"""The density of a sum is the convolution of the densities: the same result, the long way.

For positive definite covariances, complete the square in u in the exponent of N(u | mu, Sigma)
N(z - u | nu, T). What is left over has the matrix A G B, which is the inverse of Sigma + T; the integral
over u gives the determinants.

Source: Bishop, PRML, eqs. 2.108 to 2.117; Petersen and Pedersen (2012), section 8.1.8.
"""

from derivations.claims import Assumption, Chain, Theorem
from derivations.notation.mixtures import Sigma, T, joint_covariance, nu, other_precision, precision, v
from derivations.notation.sizes import I_D, k, l
from derivations.theorems.product import center_between, completed_square

A, B, G = precision[k], other_precision[l], joint_covariance[k, l]
first_inverse = Assumption("precision of x", Sigma[k] @ A, I_D, "$A_k$ is the precision of $x$")
second_inverse = Assumption("precision of y", T[l] @ B, I_D, "$B_l$ is the precision of $y$")
inverse_right = Assumption(
    "the same inverse from the right", (A + B) @ G, I_D, "$G$ is the inverse of the sum of the precisions"
)

remainder = v.alone - nu[l]
exponent = completed_square(remainder, center_between(remainder), "The exponent of the integrand")
left_over = (
    Chain("The matrix that is left over", (Sigma[k] + T[l]) @ (A @ G @ B))
    .equals(G @ B + T[l] @ A @ G @ B, r"$\Sigma_k A_k = I$", first_inverse)
    .equals(G @ B + (T[l] @ (A + B) - I_D) @ G @ B, r"$T_l A_k = T_l (A_k + B_l) - T_l B_l$", second_inverse)
    .equals(T[l] @ B, r"$(A_k + B_l) G = I$", inverse_right)
    .equals(I_D, r"$T_l B_l = I$", second_inverse)
)
determinants = (
    Chain("The matrices of the determinants", Sigma[k] @ (A + B) @ T[l])
    .equals(T[l] + Sigma[k] @ B @ T[l], r"$\Sigma_k A_k = I$", first_inverse)
    .equals(T[l] + Sigma[k], "$B_l T_l = I$", second_inverse)
)

THEOREM = Theorem(
    id="convolution_density",
    title="The density of the sum by convolution",
    source="Bishop, PRML, eqs. 2.108 to 2.117",
    given=r"\Sigma_k \text{ and } T_l \text{ positive definite},\ z = v",
    claims=(exponent, left_over, determinants),
    states=(exponent, left_over, determinants),
    remarks=(
        r"The exponent is a square in $u$ plus the exponent of"
        r" $\mathcal{N}(z \mid \mu_k + \nu_l, \Sigma_k + T_l)$.",
        r"Integrating the square gives $(2\pi)^{D/2} \det(A + B)^{-1/2}$, and"
        r" $\det \Sigma\, \det(A + B)\, \det T = \det(\Sigma + T)$: the constants are those of that density.",
    ),
    also_rests_on=("linear change of variables", "determinant of a product"),
)
