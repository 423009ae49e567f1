r"""With full column rank there is a left inverse: (W^T W)^{-1} W^T W = I.

If W has rank D, then K >= D, and W^T W is invertible: W^T W v = 0 gives ||W v||^2 = v^T W^T W v = 0, so
W v = 0 and v = 0.

Source: Strang, Introduction to Linear Algebra, section on projections.
"""

from derivations.claims import Assumption, Chain, Theorem
from derivations.notation.reconstruction import G, W
from derivations.notation.sizes import I_D, D, K
from derivations.notation.words import named

w, gram_inverse = W.alone, G.alone

invertible = Assumption(
    "full column rank",
    gram_inverse @ (w.T @ w),
    I_D,
    r"$\operatorname{rank} W = D$, so $W^{\top} W$ is invertible",
)

left_inverse = (
    Chain("A left inverse", named("B W", (gram_inverse @ w.T) @ w))
    .equals((gram_inverse @ w.T) @ w, r"take $B = (W^{\top} W)^{-1} W^{\top}$")
    .equals(I_D, "definition of the inverse", invertible)
)

THEOREM = Theorem(
    id="left_inverse",
    title="The left inverse of a matrix of full column rank",
    source="Strang, Introduction to Linear Algebra, section 4.2",
    given=r"B = (W^{\top} W)^{-1} W^{\top},\ \operatorname{rank} W = D \le K",
    claims=(left_inverse,),
    states=(left_inverse,),
    remarks=(
        "So $B$ reconstructs every vector exactly, and then every data set.",
        r"$K \ge D$ alone is not enough: the rank must be $D$.",
    ),
    at_most=((D, K),),
)
