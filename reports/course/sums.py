"""Problem 4: the sum of two independent mixtures."""

from __future__ import annotations

from algorithms.mixture import Mixture
from reports import document as doc
from reports.course.problem import Problem
from reports.document import T
from reports.figures import learning, mixtures
from reports.figures.learning import Heat
from reports.illustration import N_SUMS, SUMMANDS, SumPicture
from reports.live import LineMixture, SumOfMixtures
from reports.numbers import count


def problem(picture: SumPicture, means: tuple[Heat, ...], covariances: tuple[Heat, ...]) -> Problem:
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
            ),
            id="sec:sums-c",
        ),
    )
    pictures = (
        doc.Figure(
            mixtures.densities(picture.samples, picture.grid, picture.curves),
            "image/svg+xml",
            alt=_densities_alt(picture),
            caption=T(
                f"{count(len(picture.samples))} sums $z = x + y$ drawn as in @sec:sums-a ($K = L = 2$, "
                "$D = 1$) and the density @eq:sum-density. With the indices slipped, $\\pi_l \\rho_k$ and "
                "$\\Sigma_k + T_k$, the components stand in the right places with wrong weights and widths; "
                "half the sum of the densities is another law altogether."
            ),
            id="fig:sum",
            width=0.95,
        ),
        _components(picture),
        doc.Figure(
            learning.heat_maps(means, key="means"),
            "image/svg+xml",
            alt=_means_alt(means),
            caption=T(
                "Means of two mixtures in three dimensions, a row for each component: every pair "
                "$(k, l)$ gives the sum one component with mean $\\mu_k + \\nu_l$."
            ),
            id="fig:means",
            width=0.9,
        ),
        doc.Figure(
            learning.heat_maps(covariances),
            "image/svg+xml",
            alt=_covariances_alt(covariances),
            caption=T(
                "Covariances add, entry by entry: those of the mixtures of @fig:means, and the covariance of "
                f"{count(N_SUMS)} simulated sums."
            ),
            id="fig:covariances",
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
        parts=parts,
        seen=(
            "@fig:sum compares three candidates with simulated sums, @fig:components takes the right one "
            "apart, and @fig:means and @fig:covariances show the same for means and covariances in three "
            "dimensions."
        ),
        pictures=pictures,
    )


def _densities_alt(picture: SumPicture) -> str:
    right = next(curve.density for curve in picture.curves if curve.right)
    inner = right[1:-1]
    n_peaks = int(((inner > right[:-2]) & (inner >= right[2:])).sum())
    wrong = "; ".join(
        f"the curve “{curve.label}” is up to {abs(curve.density - right).max():.2f} off"
        for curve in picture.curves
        if not curve.right
    )
    return (
        f"Histogram of {len(picture.samples)} simulated sums with {n_peaks} peaks, the highest of height "
        f"{right.max():.2f}. The density of the theorem runs along its top; {wrong}."
    )


def _components(picture: SumPicture) -> doc.Figure:
    x, y, z = picture.masses
    step = float(picture.grid[1] - picture.grid[0])
    listed = ", ".join(f"{name} {part.sum() * step:.2f}" for name, part in zip(z.names, z.parts, strict=True))
    return doc.Figure(
        mixtures.components(picture.grid, (x, y), z),
        "image/svg+xml",
        alt=(
            f"Above, the densities of x and of y, each of {len(x.parts)} and {len(y.parts)} components. "
            f"Below, the density of their sum, filled by its {len(z.parts)} components; their weights are "
            f"{listed}."
        ),
        caption=T(
            f"Where the density comes from: $x$ has {len(x.parts)} components and $y$ has {len(y.parts)}, so "
            f"$z$ has {len(z.parts)}, one for each pair $(k, l)$. The line is the sum of what is filled."
        ),
        id="fig:components",
        live=(SumOfMixtures(*map(_on_the_line, SUMMANDS)),),
    )


def _on_the_line(mixture: Mixture) -> LineMixture:
    """A mixture in numbers that sliders can show: deviations in steps of 0.05."""
    return LineMixture(
        weights=tuple(map(float, mixture.weights)),
        means=tuple(map(float, mixture.means[:, 0])),
        deviations=tuple(
            round(20 * float(variance) ** 0.5) / 20 for variance in mixture.covariances[:, 0, 0]
        ),
    )


def _means_alt(maps: tuple[Heat, ...]) -> str:
    *given, pairs = maps
    sizes = " and ".join(str(len(heat.matrix)) for heat in given)
    return (
        f"Three heat maps: the means of x and of y with {sizes} rows, and the {len(pairs.matrix)} means of "
        f"the sum, each the sum of one row of either; its entries go from {pairs.matrix.min():.2f} to "
        f"{pairs.matrix.max():.2f}."
    )


def _covariances_alt(maps: tuple[Heat, ...]) -> str:
    *_, total, simulated = maps
    off = float(abs(total.matrix - simulated.matrix).max())
    return (
        "Four heat maps of covariance matrices in a row: that of x, that of y, their sum, and that of "
        f"simulated sums, which differs from the sum by at most {off:.2f} in any cell."
    )
