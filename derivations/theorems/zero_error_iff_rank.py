r"""Some B and W reconstruct X exactly if and only if rank X <= K.

Rank X <= K means X = F H with F of K columns. Then B = F and W = F^+ do it: F F^+ F H = F H. And if
B W X = X, then X is the product of B, with K columns, and W X.

Source: Ben-Israel and Greville, Generalized Inverses (2003), section 1.7 (full-rank factorization).
"""

from derivations.claims import Assumption, Chain, Theorem
from derivations.notation.reconstruction import F, F_plus, coordinates, factored
from derivations.notation.words import named

f, f_plus, h, x = F.alone, F_plus.alone, coordinates.alone, factored.alone

factorization = Assumption("factorization", x, f @ h, "the rank of X is at most K")
penrose = Assumption("first Penrose equation", f @ f_plus @ f, f, "$F^{+}$ is the pseudo-inverse of $F$")

zero_error = (
    Chain("Rank at most K suffices", named("B W X", f @ f_plus @ x))
    .equals(f @ f_plus @ x, "take $B = F$ and $W = F^{+}$")
    .equals(f @ f_plus @ f @ h, "$X = F H$", factorization)
    .equals(f @ h, "$F F^{+} F = F$", penrose)
    .equals(x, "$X = F H$", factorization)
)

THEOREM = Theorem(
    id="zero_error_iff_rank",
    title="Zero error if and only if the data have rank at most K",
    source="Ben-Israel and Greville, Generalized Inverses (2003), section 1.7",
    given=r"\operatorname{rank} X \le K",
    claims=(zero_error,),
    states=(zero_error,),
    remarks=(
        r"Conversely, $B W X = X$ writes $X$ as a product with $K$ inner dimensions: rank at most $K$.",
    ),
    also_rests_on=("pseudo-inverse", "rank"),
)
