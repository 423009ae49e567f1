r"""Through K < D dimensions nothing is reconstructed exactly: B W is at least D - K away from I.

    ||B W - I||_F^2 = (D - K) + ||(B W - I) P||_F^2 + ||I - Q||_F^2   >=  D - K

with P = W^+ W, the orthogonal projection onto the rows of W, and Q = W W^+, that onto its columns. The
identity holds for all B, W, K and D; if K < D the bound is positive, so no B undoes W.

Source: Penrose, A generalized inverse for matrices (1955), for W^+ and its projections.
"""

from derivations.claims import Assumption, Chain, ClosedForm, LowerBound, Theorem, WithPseudoInverse
from derivations.matrix import SizeOf, SquaredNorm, Trace
from derivations.notation.reconstruction import B, P, Q, W, W_plus
from derivations.notation.sizes import I_D, I_K, D, K

b, w, w_plus, p, q = B.alone, W.alone, W_plus.alone, P.alone, Q.alone
PENROSE = "one of Penrose's equations"
reproduces = Assumption("first Penrose equation", w @ w_plus @ w, w, PENROSE)
row_projection = Assumption(
    "projection onto rows", p, w_plus @ w, "abbreviation; symmetric by Penrose's equations"
)
column_projection = Assumption(
    "projection onto columns", q, w @ w_plus, "abbreviation; symmetric by Penrose's equations"
)

p_idempotent = (
    Chain("P is a projection", p @ p)
    .equals(w_plus @ (w @ w_plus @ w), "$P = W^+ W$ twice", row_projection)
    .equals(w_plus @ w, "$W W^+ W = W$", reproduces)
    .equals(p, "$P = W^+ W$", row_projection)
)
q_idempotent = (
    Chain("Q is a projection", q @ q)
    .equals((w @ w_plus @ w) @ w_plus, "$Q = W W^+$ twice", column_projection)
    .equals(w @ w_plus, "$W W^+ W = W$", reproduces)
    .equals(q, "$Q = W W^+$", column_projection)
)
w_kept = (
    Chain("P keeps the rows of W", w @ p)
    .equals(w @ w_plus @ w, "$P = W^+ W$", row_projection)
    .equals(w, "$W W^+ W = W$", reproduces)
)
equal_traces = (
    Chain("The two projections have the same trace", Trace(p))
    .equals(Trace(w_plus @ w), "$P = W^+ W$", row_projection)
    .equals(Trace(w @ w_plus), r"$\operatorname{tr}(X Y) = \operatorname{tr}(Y X)$")
    .equals(Trace(q), "$Q = W W^+$", column_projection)
)

error = SquaredNorm(b @ w - I_D)
inside, outside, missing = SquaredNorm((b @ w - I_D) @ p), SquaredNorm(I_D - p), SquaredNorm(I_K - q)
bound = SizeOf(D) - SizeOf(K)

identity = (
    Chain("The error of reconstruction", error)
    .equals(
        inside + SquaredNorm((b @ w - I_D) @ (I_D - p)),
        r"Pythagoras, row by row: $P$ is symmetric and $P P = P$",
        p_idempotent,
    )
    .equals(inside + outside, r"$W P = W$, so $(B W - I)(I - P) = -(I - P)$", w_kept)
    .equals(
        inside + (SizeOf(D) - Trace(p)), r"$\lVert I - P \rVert_F^2 = \operatorname{tr}(I - P)$", p_idempotent
    )
    .equals(inside + (SizeOf(D) - Trace(q)), r"$\operatorname{tr} P = \operatorname{tr} Q$", equal_traces)
    .equals(bound + inside + missing, r"$\lVert I - Q \rVert_F^2 = K - \operatorname{tr} Q$", q_idempotent)
)

at_least = LowerBound("At least D - K", identity, bound, (inside, missing), "squares are not negative")

no_left_inverse = WithPseudoInverse(
    at_least.title,
    at_least,
    W_plus,
    P,
    Q,
    r"every $W$ has a pseudo-inverse, and the bound does not mention it",
)

THEOREM = Theorem(
    id="no_left_inverse",
    title="No exact reconstruction through fewer dimensions",
    source="Penrose, A generalized inverse for matrices (1955)",
    claims=(p_idempotent, q_idempotent, w_kept, equal_traces, identity, no_left_inverse),
    states=(no_left_inverse,),
    remarks=(
        r"If $K < D$ the bound is positive: no $B$ gives $B W = I$, because $B W$ has rank at most $K$.",
        r"The bound is reached by $B = W^+$ for every $W$ of rank $K$: then $B W = P$ and $Q = I$.",
        r"This is about all vectors. A data set $X$ is reconstructed as soon as $B W$ fixes its columns.",
    ),
    closed_forms=(
        ClosedForm("reconstruction_error", identity, error),
        ClosedForm("reconstruction_error_bound", identity, bound),
    ),
)
