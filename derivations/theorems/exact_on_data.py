r"""When a given data set is reconstructed exactly: the codes Y = W X must keep the rank of X.

    B Y = X for some B   <=>   X Y^+ Y = X   <=>   rank Y = rank X

If B Y = X, then X Y^+ Y = B Y Y^+ Y = B Y = X. If X Y^+ Y = X, take B = X Y^+. The rank of a matrix is
the trace of the projection P_X = X^+ X onto its rows; P_Y P_X = P_Y because Y = W X, so
||P_X - P_Y||_F^2 = rank X - rank Y, and equal ranks mean equal projections.

Source: Penrose (1955); Ben-Israel and Greville, Generalized Inverses (2003), section 2.
"""

from derivations.claims import Assumption, Chain, Theorem, Vanishing
from derivations.matrix import SquaredNorm, Trace, Zero
from derivations.notation.reconstruction import (
    PX,
    PY,
    B,
    W,
    X,
    X_plus,
    Y,
    Y_plus,
    codes,
    codes_plus,
    decoded,
)
from derivations.notation.words import named

PENROSE = "one of Penrose's equations"
w, x, y, y_plus, x_plus, px, py = (s.alone for s in (W, X, Y, Y_plus, X_plus, PX, PY))
given_codes, given_codes_plus, given_x = codes.alone, codes_plus.alone, decoded.alone

reconstructed = Assumption("reconstruction", given_x, B.alone @ given_codes, "some B reconstructs the data")
codes_penrose = Assumption(
    "first Penrose equation", given_codes @ given_codes_plus @ given_codes, given_codes, PENROSE
)
fixed = Assumption(
    "condition on the data", given_x @ given_codes_plus @ given_codes, given_x, "the condition on the data"
)

necessary = (
    Chain("Necessary", given_x @ given_codes_plus @ given_codes)
    .equals(B.alone @ given_codes @ given_codes_plus @ given_codes, "$X = B Y$", reconstructed)
    .equals(B.alone @ given_codes, "$Y Y^+ Y = Y$", codes_penrose)
    .equals(given_x, "$X = B Y$", reconstructed)
)
sufficient = (
    Chain("Sufficient", named("B Y", (given_x @ given_codes_plus) @ given_codes))
    .equals((given_x @ given_codes_plus) @ given_codes, "take $B = X Y^+$")
    .equals(given_x, "$X Y^+ Y = X$", fixed)
)

y_is_wx = Assumption("codes", y, w @ x, "the codes of the data")
ROWS = "a projection onto rows; symmetric by Penrose's equations"
px_is = Assumption("projection onto the rows of X", px, x_plus @ x, ROWS)
py_is = Assumption("projection onto the rows of Y", py, y_plus @ y, ROWS)
x_penrose = Assumption("Penrose equation of X", x @ x_plus @ x, x, PENROSE)
y_penrose = Assumption("Penrose equation of W X", y @ y_plus @ y, y, PENROSE)

px_idempotent = (
    Chain("P_X is a projection", px @ px)
    .equals(x_plus @ x @ x_plus @ x, "$P_X = X^+ X$", px_is)
    .equals(x_plus @ x, "$X X^+ X = X$", x_penrose)
    .equals(px, "$P_X = X^+ X$", px_is)
)
py_idempotent = (
    Chain("P_Y is a projection", py @ py)
    .equals(y_plus @ y @ y_plus @ y, "$P_Y = Y^+ Y$", py_is)
    .equals(y_plus @ y, "$Y Y^+ Y = Y$", y_penrose)
    .equals(py, "$P_Y = Y^+ Y$", py_is)
)
x_kept = (
    Chain("P_X keeps the rows of X", x @ px)
    .equals(x @ x_plus @ x, "$P_X = X^+ X$", px_is)
    .equals(x, "$X X^+ X = X$", x_penrose)
)
nested = (
    Chain("The rows of Y lie among those of X", py @ px)
    .equals(y_plus @ y @ px, "$P_Y = Y^+ Y$", py_is)
    .equals(y_plus @ w @ x @ px, "$Y = W X$", y_is_wx)
    .equals(y_plus @ w @ x, "$X P_X = X$", x_kept)
    .equals(y_plus @ y, "$Y = W X$", y_is_wx)
    .equals(py, "$P_Y = Y^+ Y$", py_is)
)
rank_x, rank_y = named(r"\operatorname{rank} X", Trace(px)), named(r"\operatorname{rank} Y", Trace(py))
gap = SquaredNorm(px - py)

rank_gap = (
    Chain("The gap between the projections", gap)
    .equals(
        Trace(px @ px) - 2 * Trace(py @ px) + Trace(py @ py),
        r"multiply out; both are symmetric, and $\operatorname{tr}(U V) = \operatorname{tr}(V U)$",
    )
    .equals(
        Trace(px) - 2 * Trace(py) + Trace(py),
        "$P_X P_X = P_X$, $P_Y P_X = P_Y$, $P_Y P_Y = P_Y$",
        (px_idempotent, nested, py_idempotent),
    )
    .equals(rank_x - rank_y, "the rank is the trace of the projection")
)
equal_ranks = Assumption("equal ranks", Trace(px), Trace(py), "the condition on the ranks")
no_gap = (
    Chain("Equal ranks leave no gap", gap)
    .equals(rank_x - rank_y, "the gap between the projections", rank_gap)
    .equals(Zero("1"), "the ranks are equal", equal_ranks)
)
same_projection = Vanishing("Equal ranks, equal projections", no_gap, gap, "a sum of squares is zero")
rank_is_enough = (
    Chain("Equal ranks suffice", x @ y_plus @ y)
    .equals(x @ py, "$P_Y = Y^+ Y$", py_is)
    .equals(x @ px, "$P_X = P_Y$", same_projection)
    .equals(x, "$X P_X = X$", x_kept)
)

THEOREM = Theorem(
    id="exact_on_data",
    title="Exact reconstruction of given data",
    source="Ben-Israel and Greville, Generalized Inverses (2003), section 2",
    given=r"Y = W X",
    claims=(
        necessary,
        sufficient,
        px_idempotent,
        py_idempotent,
        x_kept,
        nested,
        rank_gap,
        no_gap,
        same_projection,
        rank_is_enough,
    ),
    states=(necessary, sufficient, rank_gap, rank_is_enough),
    remarks=(
        "So $K < D$ does not forbid exact reconstruction: data of rank at most $K$ allow it.",
        r"If $X = X Y^+ Y$, then $P_X P_Y = P_X$ and with $P_Y P_X = P_Y$ the ranks are equal: the conditions"
        " are equivalent.",
    ),
    also_rests_on=("pseudo-inverse", "rank"),
)
