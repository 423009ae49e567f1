"""Mixtures: x with components (pi_k, mu_k, Sigma_k), y independent of x with (rho_l, nu_l, T_l).

A component is the affine image mu_k + A_k z of a standard normal vector, so covariances A_k A_k^T may be
singular.
"""

from __future__ import annotations

from derivations.claims import Assumption
from derivations.kernel import terms
from derivations.kernel.laws import Defined, Inverse, Simplex, StandardNormal
from derivations.matrix import Tensor
from derivations.matrix.base import as_matrix
from derivations.notation.sizes import D, K, L, M, at_h, at_i, at_j, at_k, at_l, k, l
from derivations.notation.words import named, sum_over


def gram(factor: str, member: terms.Expr) -> terms.Expr:
    """The entry (i, j) of F F^T for a member F of a family of factors."""
    left, right = (terms.entry(factor, member, x, at_h) for x in (at_i, at_j))
    return terms.sum_over(left * right, at_h)


# -- the mixture x -----------------------------------------------------------------------------

pi = Tensor("pi", r"\pi", (K,), law=Simplex(), positive=True, argument="weights")
mu = Tensor("mu", r"\mu", (K,), rows=D, argument="means", member="mean")
A = Tensor("A", "A", (K,), rows=D, columns=D)
Sigma = Tensor(
    "Sigma",
    r"\Sigma",
    (K,),
    rows=D,
    columns=D,
    symmetric=True,
    law=Defined((at_k, at_i, at_j), gram("A", at_k)),
    argument="covariances",
    member="covariance",
)
Precision = Tensor(
    "Precision",
    r"\Lambda",
    (K,),
    rows=D,
    columns=D,
    symmetric=True,
    law=Inverse((at_k, at_i, at_j), terms.entry("Sigma", at_k, at_i, at_j)),
)
z = Tensor("z", "z", rows=D, law=StandardNormal())

# -- the mixture y, independent of x -----------------------------------------------------------

rho = Tensor("rho", r"\rho", (L,), law=Simplex(), positive=True, argument="other_weights")
nu = Tensor("nu", r"\nu", (L,), rows=D, argument="other_means")
C = Tensor("C", "C", (L,), rows=D, columns=D)
T = Tensor(
    "T",
    "T",
    (L,),
    rows=D,
    columns=D,
    symmetric=True,
    law=Defined((at_l, at_i, at_j), gram("C", at_l)),
    argument="other_covariances",
)
w = Tensor("w", "w", rows=D, law=StandardNormal())

# -- an affine map to M dimensions, directions and frequencies ---------------------------------

H = Tensor("H", "H", rows=M, columns=D, argument="matrix")
shift = Tensor("shift", "c", rows=M, argument="shift")
t = Tensor("t", "t", rows=D, argument="t")
tau = Tensor("tau", r"\tau", rows=M)
s = Tensor("s", "s")
v = Tensor("v", "v", rows=D)

TENSORS = (pi, mu, A, Sigma, Precision, z, rho, nu, C, T, w, H, shift, t, tau, s, v)

# -- abbreviations -----------------------------------------------------------------------------

x_k = named("x_k", mu[k] + A[k] @ z.alone)
"""A draw from component k of the first mixture."""
y_l = named("y_l", nu[l] + C[l] @ w.alone)
"""A draw from component l of the second mixture."""
m_x = named("m", sum_over(k, pi[k] * mu[k]))
m_y = named("n", sum_over(l, rho[l] * nu[l]))

# -- assumptions -------------------------------------------------------------------------------

PROBABILITIES = "the weights of a mixture are probabilities"
FACTOR = "a positive semidefinite matrix has such a factor, for instance from its spectral decomposition"

weights_sum_to_one = Assumption("weights of x", sum_over(k, pi[k]), as_matrix(1), PROBABILITIES)
other_weights_sum_to_one = Assumption("weights of y", sum_over(l, rho[l]), as_matrix(1), PROBABILITIES)
covariance_factor = Assumption("covariances of x", Sigma[k], A[k] @ A[k].T, FACTOR)
other_covariance_factor = Assumption("covariances of y", T[l], C[l] @ C[l].T, FACTOR)
