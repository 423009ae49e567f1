"""The programming task on a picture, continued: its colors by a mixture of Gaussians, fitted by EM."""

from __future__ import annotations

from reports import document as doc
from reports import walks
from reports.course.compression import palette_alt
from reports.course.evidence import evidence
from reports.document import T
from reports.figures import curves, pictures, steps
from reports.image_study import N_COLORS, ImageStudy, shares
from reports.numbers import fixed
from reports.results import Pictured

THEOREMS = ("elbo", "em_m_step", "em_ascent", "kmeans_as_em_limit")


def section(results: Pictured) -> doc.Section:
    """Task, answer, picture, colors, log-likelihood curve."""
    study = results.images
    compression = study.em
    fit = compression.fit
    return doc.Section(
        T("Image compression by EM"),
        (
            doc.Prose(
                (
                    doc.Strong("Question."),
                    *T(
                        f" Fit a mixture of {N_COLORS} Gaussians to the colors of the picture by maximum "
                        f"likelihood, and show every pixel in the mean "
                        "of its most probable component (Bishop, PRML 9.2.2)."
                    ),
                )
            ),
            doc.Callout(
                "info",
                T("Answer"),
                (
                    doc.Prose(
                        T(
                            f"EM raises the log-likelihood from {fixed(fit.trace[0] / study.n_pixels, 3)} to "
                            f"**{fixed(fit.trace[-1] / study.n_pixels, 3)}** per pixel. {_compared(study)} "
                            "The mixture knows how the colors spread around their means, so it can be "
                            "sampled (@sec:sampling)."
                        )
                    ),
                ),
            ),
            doc.Figure(
                pictures.side_by_side(compression.pixels, study.kmeans.pixels),
                "image/png",
                alt=(
                    f"Left, the picture in the {N_COLORS} mean colors of the mixture; right, in the "
                    f"{N_COLORS} colors of k-means."
                ),
                caption=T(
                    f"Compressed to the means of {N_COLORS} Gaussians (left) and to {N_COLORS} colors by "
                    "k-means (right); the original is in @fig:kmeans."
                ),
                id="fig:em",
            ),
            doc.Figure(
                pictures.palette(fit.mixture.means, shares(compression.labels, N_COLORS), key="em palette"),
                "image/svg+xml",
                alt=palette_alt(shares(compression.labels, N_COLORS)),
                caption=T("The means of the components, each as wide as its share of the pixels"),
                id="fig:em-palette",
                width=0.9,
            ),
            doc.Prose(
                T(
                    "Each iteration computes how probably each component made each pixel, then refits the "
                    "components with these probabilities as weights. The likelihood cannot fall "
                    "(@fig:em-trace); "
                    + (
                        f"after {fit.n_iter} iterations its relative gain was below the tolerance. "
                        if fit.converged
                        else f"it was stopped after {fit.n_iter} iterations. "
                    )
                    + "No covariance may have a variance below 1/12, that of rounding to whole numbers: "
                    "without it the likelihood has no maximum, since a component can shrink to one color."
                )
            ),
            doc.Figure(
                curves.objective(
                    [value / study.n_pixels for value in fit.trace],
                    title="Log-likelihood per pixel",
                    ylabel=r"$\frac{1}{N}\,\ln\,p(X)$",
                    key="em trace",
                ),
                "image/svg+xml",
                alt=(
                    f"Line chart: the log-likelihood per pixel rises from "
                    f"{fit.trace[0] / study.n_pixels:.4g} to {fit.trace[-1] / study.n_pixels:.4g} over "
                    f"{fit.n_iter} iterations and never falls."
                ),
                caption=T(
                    "EM: the log-likelihood after each iteration; iteration 0 is the result of k-means"
                ),
                id="fig:em-trace",
                width=0.75,
            ),
            _steps(),
            *evidence(results, THEOREMS, "em"),
        ),
        id="sec:em",
    )


def _steps() -> doc.Figure:
    walk = walks.em_walk()
    first, last = walk.frames[0], walk.frames[-1]
    shown = steps.moments(walk, stride=1)
    return doc.Figure(
        steps.small_multiples(walk, stride=1, symbol=r"\ln\,p", key="em steps"),
        "image/svg+xml",
        alt=(
            f"{len(shown)} scatter plots of the same {len(walk.points)} points, from the start to iteration "
            f"{len(walk.frames) - 1}, with {len(first.centers)} components as ellipses of one and two "
            "standard deviations. At the start all lie in one corner; at the end each covers one of the "
            f"three clouds. The log-likelihood rises from {first.objective:.0f} to {last.objective:.0f}."
        ),
        caption=T(
            "EM on the points of @fig:kmeans-steps, from the same start: the ellipses of one and two "
            "standard deviations turn into the long clouds, and $\\ln p$ rises until iteration "
            f"{len(walk.frames) - 1}."
        ),
        id="fig:em-steps",
        live=(walk,),
    )


def _compared(study: ImageStudy) -> str:
    em, kmeans = study.em.distortion, study.kmeans.distortion
    if em <= kmeans:
        return f"Its distortion is {em:.1f}, that of k-means {kmeans:.1f}."
    return (
        f"Its distortion, {em:.1f}, is larger than the {kmeans:.1f} of k-means: EM asks which Gaussian made "
        "a pixel, not which mean is nearest."
    )
