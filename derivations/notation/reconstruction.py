"""Linear reconstruction: x -> W x -> B W x, projections, and data sets X with N columns."""

from __future__ import annotations

from derivations.kernel import terms
from derivations.kernel.laws import Columns, Defined, Inverse, Orthogonal, PseudoInverse
from derivations.kernel.terms import Expr, entry
from derivations.matrix import Tensor
from derivations.notation.sizes import D, K, M, N, at_i, at_j, at_p, at_q

at_x, at_y = terms.index("x", N), terms.index("y", N)
_d, _e, _r, _x = terms.index("d", D), terms.index("e", M), terms.index("r", K), terms.index("g", N)


def product(left: str, row: Expr, inner: Expr, right: str, column: Expr) -> Expr:
    """The entry (row, column) of the product of two matrices."""
    return terms.sum_over(entry(left, row, inner) * entry(right, inner, column), inner)


# -- maps --------------------------------------------------------------------------------------

B = Tensor("B", "B", rows=D, columns=K, argument="B")
W = Tensor("W", "W", rows=K, columns=D, argument="W")
W_plus = Tensor("Wp", "W^{+}", rows=D, columns=K, law=PseudoInverse("W"))
P = Tensor(
    "P", "P", rows=D, columns=D, symmetric=True, law=Defined((at_i, at_j), product("Wp", at_i, _r, "W", at_j))
)
Q = Tensor(
    "Q", "Q", rows=K, columns=K, symmetric=True, law=Defined((at_p, at_q), product("W", at_p, _d, "Wp", at_q))
)
G = Tensor(
    "G",
    r"(W^{\top} W)^{-1}",
    rows=D,
    columns=D,
    law=Inverse((at_i, at_j), terms.sum_over(entry("W", _r, at_i) * entry("W", _r, at_j), _r)),
)
B_plus = Tensor("Bp", "B^{+}", rows=K, columns=D, law=PseudoInverse("B"))
PB = Tensor(
    "PB",
    "P",
    rows=D,
    columns=D,
    symmetric=True,
    law=Defined((at_i, at_j), product("B", at_i, _r, "Bp", at_j)),
)
QB = Tensor(
    "QB",
    "Q",
    rows=K,
    columns=K,
    symmetric=True,
    law=Defined((at_p, at_q), product("Bp", at_p, _d, "B", at_q)),
)

# -- data --------------------------------------------------------------------------------------

X = Tensor("X", "X", rows=D, columns=N)
X_plus = Tensor("Xp", "X^{+}", rows=N, columns=D, law=PseudoInverse("X"))
PX = Tensor(
    "PX",
    "P_X",
    rows=N,
    columns=N,
    symmetric=True,
    law=Defined((at_x, at_y), product("Xp", at_x, _d, "X", at_y)),
)
Y = Tensor("Y", "Y", rows=K, columns=N, law=Defined((at_p, at_x), product("W", at_p, _d, "X", at_x)))
Y_plus = Tensor("Yp", "Y^{+}", rows=N, columns=K, law=PseudoInverse("Y"))
PY = Tensor(
    "PY",
    "P_Y",
    rows=N,
    columns=N,
    symmetric=True,
    law=Defined((at_x, at_y), product("Yp", at_x, _r, "Y", at_y)),
)
codes = Tensor("codes", "Y", rows=K, columns=N)
codes_plus = Tensor("codesp", "Y^{+}", rows=N, columns=K, law=PseudoInverse("codes"))
decoded = Tensor(
    "decoded", "X", rows=D, columns=N, law=Defined((at_i, at_x), product("B", at_i, _r, "codes", at_x))
)

F = Tensor("F", "F", rows=D, columns=K)
F_plus = Tensor("Fp", "F^{+}", rows=K, columns=D, law=PseudoInverse("F"))
coordinates = Tensor("coordinates", "H", rows=K, columns=N)
factored = Tensor(
    "factored", "X", rows=D, columns=N, law=Defined((at_i, at_x), product("F", at_i, _r, "coordinates", at_x))
)

# -- singular value decomposition, split after K terms -----------------------------------------

U = Tensor("U", "U", rows=D, columns=D, law=Orthogonal())
V = Tensor("V", "V", rows=N, columns=N, law=Orthogonal())
left_head = Tensor("Uh", "U_K", rows=D, columns=K, law=Columns("U"))
left_tail = Tensor("Ut", "U_M", rows=D, columns=M, law=Columns("U", K))
right_head = Tensor("Vh", "V_K", rows=N, columns=K, law=Columns("V"))
right_tail = Tensor("Vt", "V_M", rows=N, columns=M, law=Columns("V", K))
threshold = Tensor("threshold", "c", nonnegative=True)
above = Tensor("above", "p", rows=K, nonnegative=True)
below = Tensor("below", "q", rows=M, nonnegative=True)
head = Tensor("head", "s", rows=K, law=Defined((at_p,), entry("threshold") + entry("above", at_p)))
tail = Tensor(
    "tail", "r", rows=M, nonnegative=True, law=Defined((_e,), entry("threshold") - entry("below", _e))
)
spectral = Tensor(
    "spectral",
    "X",
    rows=D,
    columns=N,
    law=Defined(
        (at_i, at_x),
        terms.sum_over(entry("Uh", at_i, _r) * entry("head", _r) * entry("Vh", at_x, _r), _r)
        + terms.sum_over(entry("Ut", at_i, _e) * entry("tail", _e) * entry("Vt", at_x, _e), _e),
    ),
)

TENSORS = (
    *(B, W, W_plus, P, Q, G, B_plus, PB, QB),
    *(X, X_plus, PX, Y, Y_plus, PY, codes, codes_plus, decoded, F, F_plus, coordinates, factored),
    *(U, V, left_head, left_tail, right_head, right_tail, threshold, above, below, head, tail, spectral),
)
