"""Problem 2: what a linear map to fewer dimensions must lose."""

from __future__ import annotations

from reports.course.problem import Problem

RANK = Problem(
    id="rank",
    number=2,
    title="Problem 2: reconstruction through fewer dimensions",
    question=(
        "A matrix $W \\in \\mathbb{R}^{K \\times D}$ maps vectors from $D$ to $K$ dimensions and a matrix $B "
        "\\in \\mathbb{R}^{D \\times K}$ maps them back. Can $BWx = x$ hold for every $x$ if $K < D$? And if "
        "$K \\ge D$?"
    ),
    answer=(
        "Not if $K < D$: whatever $B$ and $W$ are, $\\lVert BW - I \\rVert_F^2 \\ge D - K$, because $W$ has "
        "at most rank $K$. If $K \\ge D$ it is possible, but not for every $W$: its rank must be $D$, and "
        "then $B = (W^{\\top} W)^{-1} W^{\\top}$ does it. For given *data* $X$ the answer is another one: "
        "$BWX = X$ may hold with $K < D$, and then $BW \\ne I$, as the smallest counterexample below shows."
    ),
    theorems=("no_left_inverse", "left_inverse", "exact_on_data", "zero_error_iff_rank", "eckart_young"),
)
