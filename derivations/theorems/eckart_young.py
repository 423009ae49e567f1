r"""The least error of reconstruction through K dimensions is the sum of the discarded sigma^2.

    X = sum_k s_k u_k v_k^T + sum_m r_m u_m v_m^T,    s_k = c + p_k >= c >= c - q_m = r_m

For every B and W, with P the projection onto the columns of B and Q = B^+ B,

    ||X - B W X||^2 = sum_m r_m^2 + (terms that are not negative),

and the first K singular directions reach the bound (principal component analysis).

Source: Eckart and Young (1936); Golub and Van Loan, Matrix Computations (2013), Theorem 2.4.8; the step
from traces to singular values is Ky Fan's.
"""

from derivations.claims import Assumption, Chain, LowerBound, Theorem
from derivations.matrix import Column, Diagonal, Identity, SizeOf, SquaredNorm, Trace, Zero
from derivations.notation.reconstruction import (
    PB,
    QB,
    B,
    B_plus,
    W,
    above,
    below,
    head,
    left_head,
    left_tail,
    right_head,
    right_tail,
    spectral,
    tail,
    threshold,
)
from derivations.notation.sizes import I_D, I_K, D, K, M, N, k, m
from derivations.notation.words import coordinate, sum_over

b, w, b_plus, p, q, x = (s.alone for s in (B, W, B_plus, PB, QB, spectral))
U, U2, V, V2 = (s.alone for s in (left_head, left_tail, right_head, right_tail))
s, r, c, up, down = (t.alone for t in (head, tail, threshold, above, below))
S, R, UP, DOWN = (Diagonal(d) for d in (s, r, up, down))
I_M = Identity(M)
PENROSE = "Penrose's equations; the projections are symmetric"
ORTHONORMAL = "singular vectors are orthonormal, and those of X on the left are a basis"

# -- the projection onto the columns of B ------------------------------------------------------

p_is = Assumption("projection onto columns", p, b @ b_plus, PENROSE)
q_is = Assumption("projection onto rows", q, b_plus @ b, PENROSE)
reproduces = Assumption("first Penrose equation", b @ b_plus @ b, b, PENROSE)
p_idempotent = Chain("P is a projection", p @ p).equals(b @ b_plus @ b @ b_plus, "$P = B B^+$", p_is).equals(
    b @ b_plus, "$B B^+ B = B$", reproduces
).equals(p, "$P = B B^+$", p_is)  # fmt: skip
q_idempotent = Chain("Q is a projection", q @ q).equals(b_plus @ b @ b_plus @ b, "$Q = B^+ B$", q_is).equals(
    b_plus @ b, "$B B^+ B = B$", reproduces
).equals(q, "$Q = B^+ B$", q_is)  # fmt: skip
b_kept = (
    Chain("P keeps the columns of B", p @ b)
    .equals(b @ b_plus @ b, "$P = B B^+$", p_is)
    .equals(b, "$B B^+ B = B$", reproduces)
)
equal_traces = (
    Chain("The projections have the same trace", Trace(p))
    .equals(Trace(b @ b_plus), "$P = B B^+$", p_is)
    .equals(Trace(b_plus @ b), r"$\operatorname{tr}(X Y) = \operatorname{tr}(Y X)$")
    .equals(Trace(q), "$Q = B^+ B$", q_is)
)

# -- the data in their singular directions -----------------------------------------------------

data = Assumption("singular value decomposition", x, U @ S @ V.T + U2 @ R @ V2.T, "every matrix has one")
u_orthonormal = Assumption("kept left directions", U.T @ U, I_K, ORTHONORMAL)
u_orthogonal = Assumption("kept and discarded left directions", U.T @ U2, Zero(K, M), ORTHONORMAL)
u2_orthonormal = Assumption("discarded left directions", U2.T @ U2, I_M, ORTHONORMAL)
v_orthonormal = Assumption("kept right directions", V.T @ V, I_K, ORTHONORMAL)
v_orthogonal = Assumption("kept and discarded right directions", V.T @ V2, Zero(K, M), ORTHONORMAL)
v2_orthonormal = Assumption("discarded right directions", V2.T @ V2, I_M, ORTHONORMAL)
complete = Assumption("a basis", U @ U.T + U2 @ U2.T, I_D, ORTHONORMAL)
s_k, p_k, r_m, q_m = coordinate(s, k), coordinate(up, k), coordinate(r, m), coordinate(down, m)
large = Assumption("kept values", s_k, c + p_k, "the kept singular values are at least $c$")
small = Assumption("discarded values", q_m, c - r_m, "the discarded ones are at most $c$")

gram = (
    Chain("The data in their singular directions", x @ x.T)
    .equals(
        (U @ S @ V.T + U2 @ R @ V2.T) @ (U @ S @ V.T + U2 @ R @ V2.T).T, "singular value decomposition", data
    )
    .equals(
        U @ S @ S @ U.T + U2 @ R @ R @ U2.T,
        "the right singular vectors are orthonormal",
        (v_orthonormal, v_orthogonal, v2_orthonormal),
    )
)

# -- Ky Fan's step -----------------------------------------------------------------------------

outside = sum_over(k, SquaredNorm((I_D - p) @ Column(U, k)))
inside = sum_over(m, SquaredNorm(p @ Column(U2, m)))
missing = SquaredNorm(I_K - q)
balance = (
    Chain("What the projection misses", outside - inside)
    .equals(Trace(U.T @ U) - Trace(p @ (U @ U.T + U2 @ U2.T)), "$P P = P$", p_idempotent)
    .equals(
        SizeOf(K) - Trace(p), "the left singular vectors are an orthonormal basis", (u_orthonormal, complete)
    )
    .equals(SizeOf(K) - Trace(q), r"$\operatorname{tr} P = \operatorname{tr} Q$", equal_traces)
    .equals(missing, r"$\lVert I - Q \rVert_F^2 = K - \operatorname{tr} Q$", q_idempotent)
)

discarded = SquaredNorm(r)
error = SquaredNorm(x - b @ w @ x)
elsewhere = SquaredNorm(p @ x - b @ w @ x)
kept_loss = sum_over(k, s_k * s_k * SquaredNorm((I_D - p) @ Column(U, k)))
regained = sum_over(m, r_m * r_m * SquaredNorm(p @ Column(U2, m)))
head_part = sum_over(k, p_k * (2 * c + p_k) * SquaredNorm((I_D - p) @ Column(U, k)))
tail_part = sum_over(m, q_m * (c + r_m) * SquaredNorm(p @ Column(U2, m)))

lower_bound = (
    Chain("The error of any reconstruction", error)
    .equals(
        SquaredNorm((I_D - p) @ x) + elsewhere,
        "Pythagoras: $P B = B$, so the two parts are orthogonal",
        (p_idempotent, b_kept),
    )
    .equals(Trace((I_D - p) @ (x @ x.T)) + elsewhere, "$P$ is symmetric and $P P = P$", p_idempotent)
    .equals(
        Trace((I_D - p) @ (U @ S @ S @ U.T + U2 @ R @ R @ U2.T)) + elsewhere,
        "singular directions",
        gram,
    )
    .equals(
        kept_loss + discarded - regained + elsewhere,
        r"direction by direction; $U_M^{\top} U_M = I$",
        (p_idempotent, u2_orthonormal),
    )
    .equals(
        discarded + head_part + tail_part + (c * c) * (outside - inside) + elsewhere,
        "$s_k^2 = c^2 + p_k (2 c + p_k)$ and $c^2 = r_m^2 + q_m (c + r_m)$",
        (large, small),
    )
    .equals(
        discarded + head_part + tail_part + (c * c) * missing + elsewhere,
        "what the projection misses",
        balance,
    )
)
bound = LowerBound(
    "No reconstruction is better",
    lower_bound,
    discarded,
    (head_part, tail_part, (c * c) * missing, elsewhere),
    r"$p_k, q_m, r_m, c \ge 0$",
)

reached = (
    Chain("Principal components reach the bound", SquaredNorm(x - U @ U.T @ x))
    .equals(
        SquaredNorm(U2 @ R @ V2.T),
        r"$U_K^{\top} X = \operatorname{diag}(s) V_K^{\top}$",
        (data, u_orthonormal, u_orthogonal),
    )
    .equals(discarded, "the singular vectors are orthonormal", (u2_orthonormal, v2_orthonormal))
)

THEOREM = Theorem(
    id="eckart_young",
    title="The least error of a linear reconstruction",
    source="Eckart and Young (1936); Golub and Van Loan (2013), Theorem 2.4.8",
    given=r"s_k \ge c \ge r_m \text{ the singular values of } X,\ D = K + M \le N",
    claims=(p_idempotent, q_idempotent, b_kept, equal_traces, gram, balance, lower_bound, bound, reached),
    states=(bound, reached),
    remarks=("So the first $K$ principal directions lose the discarded values, and nothing loses less.",),
    also_rests_on=("pseudo-inverse", "singular value decomposition"),
    at_most=((D, N),),
    split=((D, K, M),),
)
