r"""The covariance of a mixture is positive semidefinite.

    v^T Cov[x] v = sum_k pi_k ||A_k^T v||^2 + sum_k pi_k (v^T (mu_k - m))^2  >=  0

Source: Bishop, PRML, eq. 9.50, with a sum of squares in place of the general fact about covariances.
"""

from derivations.claims import Chain, LowerBound, Theorem
from derivations.matrix import SquaredNorm
from derivations.matrix.base import as_matrix
from derivations.notation.mixtures import A, covariance_factor, m_x, mu, pi, v
from derivations.notation.sizes import k
from derivations.notation.words import named, sum_over
from derivations.theorems.mixture_covariance import decomposition

direction = v.alone
variance = named(r"v^{\top} \operatorname{Cov}[x]\, v", direction.T @ decomposition @ direction)
spread = sum_over(k, pi[k] * SquaredNorm(A[k].T @ direction))
shifts = sum_over(k, pi[k] * SquaredNorm(direction.T @ (mu[k] - m_x)))

as_squares = (
    Chain("Variance in a direction", variance)
    .equals(direction.T @ decomposition @ direction, "covariance within and between the components")
    .equals(spread + shifts, r"$\Sigma_k = A_k A_k^{\top}$; both are squares", covariance_factor)
)

covariance_is_psd = LowerBound(
    "The covariance is positive semidefinite", as_squares, as_matrix(0), (spread, shifts), r"$\pi_k \ge 0$"
)

THEOREM = Theorem(
    id="covariance_is_psd",
    title="The covariance of a mixture is positive semidefinite",
    source="Bishop, PRML, eq. 9.50",
    given=r"\text{for every } v",
    claims=(as_squares, covariance_is_psd),
    states=(covariance_is_psd,),
    remarks=(
        r"So no direction $v$ has a variance below that of the components, averaged with weights $\pi_k$.",
    ),
)
