"""Mixtures: x with components (pi_k, mu_k, Sigma_k), y independent of x with (rho_l, nu_l, T_l).

A component is the affine image mu_k + A_k z of a standard normal vector, so covariances A_k A_k^T may be
singular.
"""

from __future__ import annotations

from derivations.claims import Assumption
from derivations.kernel import terms
from derivations.kernel.laws import Defined, Inverse, Simplex, StandardNormal
from derivations.kernel.terms import entry
from derivations.matrix import Tensor
from derivations.matrix.base import as_matrix
from derivations.notation.sizes import D, K, L, M, N, at_h, at_i, at_j, at_k, at_l, k, l
from derivations.notation.words import named, sum_over


def gram(factor: str, member: terms.Expr) -> terms.Expr:
    """The entry (i, j) of F F^T for a member F of a family of factors."""
    left, right = (terms.entry(factor, member, x, at_h) for x in (at_i, at_j))
    return terms.sum_over(left * right, at_h)


def _blocks(left: str, row: terms.Expr, right: str, column: terms.Expr) -> terms.Expr:
    """An entry of the product of one factor with another one transposed, for component k."""
    return terms.sum_over(entry(left, at_k, row, at_h) * entry(right, at_k, column, at_h), at_h)


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

# -- precisions of two Gaussians, and the inverse of their sum ---------------------------------

precision = Tensor("precision", "A", (K,), rows=D, columns=D, symmetric=True,
                   law=Inverse((at_k, at_i, at_j), entry("Sigma", at_k, at_i, at_j)))  # fmt: skip
other_precision = Tensor("other_precision", "B", (L,), rows=D, columns=D, symmetric=True,
                         law=Inverse((at_l, at_i, at_j), entry("T", at_l, at_i, at_j)))  # fmt: skip
joint_covariance = Tensor(
    "joint_covariance", "G", (K, L), rows=D, columns=D, symmetric=True,
    law=Inverse((at_k, at_l, at_i, at_j),
                entry("precision", at_k, at_i, at_j) + entry("other_precision", at_l, at_i, at_j)),
)  # fmt: skip
place = Tensor("place", "x", rows=D)

# -- two blocks of a draw: u_k = mu^u_k + F_k z in M dimensions, v_k = mu^v_k + E_k z in N -----

_e, _f, _g, _o = terms.index("e", M), terms.index("f", M), terms.index("g", N), terms.index("o", N)
mean_u = Tensor("mean_u", r"\mu^{u}", (K,), rows=M, argument="means_u", member="mean_u")
mean_v = Tensor("mean_v", r"\mu^{v}", (K,), rows=N, argument="means_v", member="mean_v")
factor_u = Tensor("factor_u", "F", (K,), rows=M, columns=D)
factor_v = Tensor("factor_v", "J", (K,), rows=N, columns=D)
cov_uu = Tensor("cov_uu", r"\Sigma^{uu}", (K,), rows=M, columns=M, symmetric=True, argument="covariances_uu",
                law=Defined((at_k, _e, _f), _blocks("factor_u", _e, "factor_u", _f)))  # fmt: skip
cov_vv = Tensor("cov_vv", r"\Sigma^{vv}", (K,), rows=N, columns=N, symmetric=True, argument="covariances_vv",
                law=Defined((at_k, _g, _o), _blocks("factor_v", _g, "factor_v", _o)))  # fmt: skip
cov_uv = Tensor("cov_uv", r"\Sigma^{uv}", (K,), rows=M, columns=N, argument="covariances_uv",
                law=Defined((at_k, _e, _g), _blocks("factor_u", _e, "factor_v", _g)))  # fmt: skip
cov_vv_inverse = Tensor("cov_vv_inverse", r"(\Sigma^{vv})^{-1}", (K,), rows=N, columns=N,
                        law=Inverse((at_k, _g, _o), entry("cov_vv", at_k, _g, _o)))  # fmt: skip
gain = Tensor("gain", "G", (K,), rows=M, columns=N,
              law=Defined((at_k, _e, _g), terms.sum_over(
                  entry("cov_uv", at_k, _e, _o) * entry("cov_vv_inverse", at_k, _o, _g), _o)))  # fmt: skip
t_v = Tensor("t_v", "t", rows=N)
value_v = Tensor("value_v", "v", rows=N, argument="value")

# -- places on a line, for counting sums -------------------------------------------------------

top = Tensor("top", "a_K")
newest = Tensor("newest", "b_{\\text{new}}")
first_gap = Tensor("first_gap", "p", (K,), nonnegative=True)
second_gap = Tensor("second_gap", "q", (L,), positive=True)
first_place = Tensor("first_place", "a", (K,), law=Defined((at_k,), entry("top") - entry("first_gap", at_k)))
second_place = Tensor("second_place", "b", (L,),
                      law=Defined((at_l,), entry("newest") - entry("second_gap", at_l)))  # fmt: skip
each = Tensor("each", "c")

TENSORS = (
    pi,
    mu,
    A,
    Sigma,
    z,
    rho,
    nu,
    C,
    T,
    w,
    H,
    shift,
    t,
    tau,
    s,
    v,
    precision,
    other_precision,
    joint_covariance,
    place,
    mean_u,
    mean_v,
    factor_u,
    factor_v,
    cov_uu,
    cov_vv,
    cov_uv,
    cov_vv_inverse,
    gain,
    t_v,
    value_v,
    top,
    newest,
    first_gap,
    second_gap,
    first_place,
    second_place,
    each,
)

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
