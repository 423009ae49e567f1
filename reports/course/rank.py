"""Problem 2: what a linear map to fewer dimensions must lose."""

from __future__ import annotations

from reports import document as doc
from reports.course.problem import Problem
from reports.document import T
from reports.figures import learning
from reports.figures.learning import RankErrors


def problem(picture: RankErrors) -> Problem:
    """The problem with its picture."""
    n_features = len(picture.best) - 1
    figure = doc.Figure(
        learning.rank_errors(picture),
        "image/svg+xml",
        alt=(
            "Two charts over the number K of dimensions kept. Left, over all vectors: the best error falls "
            f"along the straight line from {n_features} to 0; random choices have errors from "
            f"{picture.random.min():.1f} to {picture.random.max():.1f}, none below the line. Right, for data "
            f"of rank {picture.rank}: bars show the spectrum, {_listed(picture)}; the least error falls from "
            f"1 by the height of each bar, to zero at K = {picture.rank}, and stays there."
        ),
        caption=T(
            f"Two questions, two answers ($D = {n_features}$). Over all vectors no $B$ and $W$ get below "
            f"$D - K$. Of given data the first $K$ singular directions leave what the rest of the spectrum "
            f"holds: data of rank {picture.rank} are reconstructed exactly from $K = {picture.rank}$ on."
        ),
        id="fig:rank",
    )
    return Problem(
        id="rank",
        number=2,
        title="Problem 2: reconstruction through fewer dimensions",
        question=(
            "A matrix $W \\in \\mathbb{R}^{K \\times D}$ maps vectors from $D$ to $K$ dimensions and a "
            "matrix $B \\in \\mathbb{R}^{D \\times K}$ maps them back. Can $BWx = x$ hold for every $x$ if "
            "$K < D$? And if $K \\ge D$?"
        ),
        answer=(
            "Not if $K < D$: whatever $B$ and $W$ are, $\\lVert BW - I \\rVert_F^2 \\ge D - K$, because $W$ "
            "has at most rank $K$. If $K \\ge D$ it is possible, but not for every $W$: its rank must be "
            "$D$, and then $B = (W^{\\top} W)^{-1} W^{\\top}$ does it. For given *data* $X$ the answer is "
            "another one: $BWX = X$ may hold with $K < D$, and then $BW \\ne I$, as the smallest "
            "counterexample below shows."
        ),
        theorems=("no_left_inverse", "left_inverse", "exact_on_data", "zero_error_iff_rank", "eckart_young"),
        seen=(
            "@fig:rank puts both questions side by side: what every linear code loses over all vectors, and "
            "what the best one loses of given data."
        ),
        pictures=(figure,),
    )


def _listed(picture: RankErrors) -> str:
    return ", ".join(f"{share:.0%}" for share in picture.spectrum[: picture.rank])
