"""Every symbol once: its letter, its sizes, what is assumed of it, and how a model of it is drawn.

Letters follow Bishop, Pattern Recognition and Machine Learning, chapter 9 (pi_k, mu_k, Sigma_k), and the
homework (B, W). Vectors are columns. A second mixture has rho_l, nu_l, T_l.

| sizes | |
| --- | --- |
| K, L | components of the first and of the second mixture; in problem 2, K rows of W |
| D | features |
"""

from __future__ import annotations

from derivations.claims import Assumption
from derivations.kernel import terms
from derivations.kernel.laws import Defined, Inverse, PseudoInverse, Simplex, StandardNormal
from derivations.kernel.signature import Signature
from derivations.matrix import (
    Coordinate,
    Exp,
    Expectation,
    Identity,
    Imaginary,
    Index,
    Matrix,
    Named,
    SumOver,
    Tensor,
)
from derivations.matrix.base import as_matrix

K, L, D = "K", "L", "D"
SIZES = frozenset({K, L, D})

k, l, a, b = Index("k", K), Index("l", L), Index("a", D), Index("b", D)

_k, _l = k.symbol, l.symbol
_p, _q = terms.index("p", K), terms.index("q", K)
_i, _j, _m = terms.index("i", D), terms.index("j", D), terms.index("m", D)


def _gram(factor: str, member: terms.Expr) -> terms.Expr:
    """The entry (i, j) of F F^T for a member F of a family of factors."""
    return terms.sum_over(terms.entry(factor, member, _i, _m) * terms.entry(factor, member, _j, _m), _m)


I_D, I_K = Identity(D), Identity(K)
i = Imaginary()

# -- the mixture x, and its draws --------------------------------------------------------------

pi = Tensor("pi", r"\pi", (K,), law=Simplex(), positive=True, argument="weights")
mu = Tensor("mu", r"\mu", (K,), rows=D, argument="means", member="mean")
A = Tensor("A", "A", (K,), rows=D, columns=D, argument="factors")
Sigma = Tensor(
    "Sigma",
    r"\Sigma",
    (K,),
    rows=D,
    columns=D,
    symmetric=True,
    law=Defined((_k, _i, _j), _gram("A", _k)),
    argument="covariances",
    member="covariance",
)
z = Tensor("z", "z", rows=D, law=StandardNormal())

# -- the mixture y, independent of x -----------------------------------------------------------

rho = Tensor("rho", r"\rho", (L,), law=Simplex(), positive=True, argument="other_weights")
nu = Tensor("nu", r"\nu", (L,), rows=D, argument="other_means")
C = Tensor("C", "C", (L,), rows=D, columns=D, argument="other_factors")
T = Tensor(
    "T",
    "T",
    (L,),
    rows=D,
    columns=D,
    symmetric=True,
    law=Defined((_l, _i, _j), _gram("C", _l)),
    argument="other_covariances",
)
w = Tensor("w", "w", rows=D, law=StandardNormal())

# -- frequencies -------------------------------------------------------------------------------

t = Tensor("t", "t", rows=D, argument="t")
s = Tensor("s", "s")

# -- linear reconstruction ---------------------------------------------------------------------

B = Tensor("B", "B", rows=D, columns=K, argument="B")
W = Tensor("W", "W", rows=K, columns=D, argument="W")
W_plus = Tensor("Wp", "W^{+}", rows=D, columns=K, law=PseudoInverse("W"))
P = Tensor(
    "P",
    "P",
    rows=D,
    columns=D,
    symmetric=True,
    law=Defined((_i, _j), terms.sum_over(terms.entry("Wp", _i, _p) * terms.entry("W", _p, _j), _p)),
)
Q = Tensor(
    "Q",
    "Q",
    rows=K,
    columns=K,
    symmetric=True,
    law=Defined((_p, _q), terms.sum_over(terms.entry("W", _p, _m) * terms.entry("Wp", _m, _q), _m)),
)
G = Tensor(
    "G",
    r"(W^{\top} W)^{-1}",
    rows=D,
    columns=D,
    law=Inverse((_i, _j), terms.sum_over(terms.entry("W", _p, _i) * terms.entry("W", _p, _j), _p)),
)

VOCABULARY = (pi, mu, A, Sigma, z, rho, nu, C, T, w, t, s, B, W, W_plus, P, Q, G)


def signature(
    at_most: tuple[tuple[str, str], ...] = (), split: tuple[tuple[str, str, str], ...] = ()
) -> Signature:
    """All symbols, as the kernel is told of them."""
    return Signature(SIZES, tuple(tensor.declaration for tensor in VOCABULARY), at_most, split)


# -- words of the language ---------------------------------------------------------------------


def sum_over(*over: Index | Matrix) -> Matrix:
    """sum_over(k, l, body): the sum of the body over the indices."""
    *indices, body = over
    assert isinstance(body, Matrix)
    for index in reversed(indices):
        assert isinstance(index, Index)
        body = SumOver(index, body)
    return body


def E(body: Matrix) -> Matrix:
    """The expectation over z and w."""
    return Expectation(body)


def exp(body: Matrix) -> Matrix:
    """The exponential of a scalar."""
    return Exp(body)


def named(latex: str, body: Matrix) -> Matrix:
    """An abbreviation for `body`."""
    return Named(latex, body)


def coordinate(vector: Matrix, index: Index) -> Matrix:
    """An entry of a vector."""
    return Coordinate(vector, index)


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
