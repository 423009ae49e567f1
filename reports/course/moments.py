"""Problem 3: mean and covariance of a mixture."""

from __future__ import annotations

import numpy as np

from reports import document as doc
from reports.course.problem import Problem
from reports.document import T
from reports.figures import learning, mixtures
from reports.figures.learning import Convergence
from reports.illustration import MomentsPicture
from reports.numbers import count


def problem(picture: MomentsPicture, errors: Convergence) -> Problem:
    """The problem with its pictures."""
    figure = doc.Figure(
        mixtures.cloud(picture.points, picture.labels, picture.spreads),
        "image/svg+xml",
        alt=(
            f"Scatter plot of {len(picture.points)} samples of a mixture of three components in two "
            f"dimensions, with ellipses of two standard deviations. They enclose {_enclosed(picture)}. The "
            "ellipse without the covariances of the components is too small, the one without the product of "
            "the means too large."
        ),
        caption=T(
            f"{count(len(picture.points))} samples of a mixture with $K = 3$, $D = 2$, and the ellipse of "
            "two standard deviations that each formula claims for them. Only that of the theorem fits."
        ),
        id="fig:cloud",
        width=0.9,
    )
    shrinking = doc.Figure(
        learning.convergence(errors),
        "image/svg+xml",
        alt=(
            "Chart on logarithmic axes: the errors of the sample mean and of the sample covariance fall "
            f"along straight dashed lines of slope minus one half, from {errors.n[0]} to "
            f"{count(int(errors.n[-1]))} samples."
        ),
        caption=T(
            "How far samples are from the closed forms: the error falls like $1/\\sqrt{n}$, for the mean and "
            "for the covariance. A wrong formula would leave an error that does not fall."
        ),
        id="fig:convergence",
        width=0.75,
    )
    return Problem(
        id="moments",
        number=3,
        title="Problem 3: mean and covariance of a mixture",
        question=(
            "The vector $x$ is drawn from the mixture $p(x) = \\sum_{k=1}^{K} \\pi_k\\, \\mathcal{N}(x \\mid "
            "\\mu_k, \\Sigma_k)$. What are its mean and its covariance?"
        ),
        answer=(
            "$\\mathbb{E}[x] = \\sum_k \\pi_k \\mu_k$ and, with $m = \\mathbb{E}[x]$, "
            "$\\operatorname{Cov}[x] = \\sum_k \\pi_k (\\Sigma_k + \\mu_k \\mu_k^{\\top}) - m m^{\\top}$: "
            "the spread within the components plus the spread of their means."
        ),
        theorems=("component_moments", "mixture_mean", "mixture_covariance", "covariance_is_psd"),
        seen=(
            "@fig:cloud lays what each formula claims over samples, and @fig:convergence shows how fast "
            "samples approach the formulas."
        ),
        pictures=(figure, shrinking),
    )


def _enclosed(picture: MomentsPicture) -> str:
    """The share of the samples within each ellipse."""
    shares = []
    for spread in picture.spreads:
        off = picture.points - spread.mean
        squared = np.einsum("nd,de,ne->n", off, np.linalg.pinv(spread.covariance), off)
        name = "that of the theorem" if spread.right else "a wrong one"
        shares.append(f"{np.mean(squared <= 4):.0%} ({name})")
    return ", ".join(shares)
