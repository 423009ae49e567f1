"""Problem 4: the sum of two independent mixtures."""

from __future__ import annotations

from reports import document as doc
from reports.course.problem import Problem
from reports.document import T
from reports.figures import learning, mixtures
from reports.figures.learning import Heat
from reports.illustration import SumPicture
from reports.numbers import count


def problem(picture: SumPicture, covariances: tuple[Heat, ...]) -> Problem:
    """The problem with its three parts and its pictures."""
    parts = (
        doc.Section(
            T("a) How to draw $z$"),
            (
                doc.Bullets(
                    (
                        T("Draw a component $k \\sim \\operatorname{Cat}(\\pi)$ of the first mixture."),
                        T("Draw $x \\sim \\mathcal{N}(\\mu_k, \\Sigma_k)$."),
                        T(
                            "Independently draw a component $l \\sim \\operatorname{Cat}(\\rho)$ of the "
                            "second mixture."
                        ),
                        T(
                            "Draw $y \\sim \\mathcal{N}(\\nu_l, T_l)$, with the parameters of the *second* "
                            "mixture."
                        ),
                        T("Return $z = x + y$."),
                    ),
                    ordered=True,
                ),
            ),
            id="sec:sums-a",
        ),
        doc.Section(
            T("b) Why $z$ is a mixture again"),
            (
                doc.Prose(
                    T(
                        "Given the pair $(k, l)$, the sum of two independent Gaussians is Gaussian with mean "
                        "$\\mu_k + \\nu_l$ and covariance $\\Sigma_k + T_l$. The pair has probability "
                        "$\\pi_k \\rho_l$, for every one of the $K L$ pairs. So $z$ is one of $K L$ "
                        "Gaussians, drawn with these probabilities. The proof below multiplies "
                        "characteristic functions, so the covariances may even be singular."
                    )
                ),
            ),
            id="sec:sums-b",
        ),
        doc.Section(
            T("c) The density of $z$"),
            (
                doc.Prose(T("If the covariances are invertible, the density is")),
                doc.Equation(
                    "p(z) = \\sum_{k=1}^{K} \\sum_{l=1}^{L} \\pi_k\\, \\rho_l\\; \\mathcal{N}(z \\mid \\mu_k "
                    "+ \\nu_l,\\ \\Sigma_k + T_l)",
                    id="eq:sum-density",
                ),
                doc.Figure(
                    mixtures.densities(picture.samples, picture.grid, picture.curves),
                    "image/svg+xml",
                    alt=(
                        "Histogram of simulated sums with four peaks. The density of the four-component "
                        "mixture follows it; the density with slipped indices has peaks of the wrong height "
                        "and width, half the sum of the densities has them in the wrong places."
                    ),
                    caption=T(
                        f"{count(len(picture.samples))} sums $z = x + y$ drawn as in @sec:sums-a ($K = L = "
                        f"2$, $D = 1$) and the density @eq:sum-density. "
                        "With the indices slipped, $\\pi_l \\rho_k$ and $\\Sigma_k + T_k$, the peaks stand "
                        "in the right places with wrong heights and widths; half the sum of the densities is "
                        "another law altogether."
                    ),
                    id="fig:sum",
                    width=0.95,
                ),
                doc.Figure(
                    learning.heat_maps(covariances),
                    "image/svg+xml",
                    alt=(
                        "Four heat maps of covariance matrices in a row: that of x, that of y, their sum,"
                        " and that of "
                        "simulated sums, which agrees with the sum in every cell."
                    ),
                    caption=T(
                        "Covariances add, entry by entry: two mixtures in three dimensions, and the"
                        " covariance of "
                        "40,000 simulated sums."
                    ),
                    id="fig:covariances",
                ),
            ),
            id="sec:sums-c",
        ),
    )
    return Problem(
        id="sums",
        number=4,
        title="Problem 4: the sum of two mixtures",
        question=(
            "Let $x$ and $y$ be independent, each drawn from a mixture of Gaussians: $x$ with weights "
            "$\\pi_k$, means $\\mu_k$, covariances $\\Sigma_k$ ($K$ components), $y$ with $\\rho_l$, "
            "$\\nu_l$, $T_l$ ($L$ components). How is $z = x + y$ drawn, why is it a mixture of Gaussians "
            "again, and what is its density?"
        ),
        answer=(
            "$z$ has the mixture of $K L$ components with weights $\\pi_k \\rho_l$, means $\\mu_k + \\nu_l$ "
            "and covariances $\\Sigma_k + T_l$, one for each pair $(k, l)$. Means add and covariances add; "
            "densities do not."
        ),
        theorems=("gaussian_characteristic", "sum_of_mixtures", "moments_of_sum"),
        pictures=parts,
    )
