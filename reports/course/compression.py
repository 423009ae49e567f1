"""The programming tasks on a picture: its colors by k-means and by EM."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from reports import document as doc
from reports.course.evidence import evidence
from reports.document import T
from reports.figures import curves, pictures
from reports.image_study import GALLERY, N_COLORS, N_STARTS, ImageStudy, shares
from reports.numbers import count, fixed
from reports.results import Results

N_POINTS = 400  # pixels drawn in the space of colors
KMEANS_THEOREMS = ("kmeans_centroid", "kmeans_descent")
EM_THEOREMS = ("elbo", "em_m_step", "em_ascent", "kmeans_as_em_limit")


def kmeans_section(results: Results) -> doc.Section:
    """Task, answer, picture, colors, distortion curve."""
    study = results.images
    compression = study.kmeans
    fit = compression.fit
    notes = (
        (doc.Bullets(tuple(T("{note}", note=note) for note in study.image.notes)),)
        if study.image.notes
        else ()
    )
    return doc.Section(
        T("Image compression by k-means"),
        (
            doc.Prose(
                (
                    doc.Strong("Question."),
                    *T(
                        f" Find $k = {N_COLORS}$ colors that describe a picture well, and show every pixel "
                        f"in the nearest of them "
                        "(Bishop, PRML 9.1.1)."
                    ),
                )
            ),
            doc.Callout(
                "info",
                T("Answer"),
                (
                    doc.Prose(
                        (
                            *T(f"The {count(study.n_distinct)} colors of "),
                            doc.Code(results.picture.name),
                            *T(
                                f" become {N_COLORS}. The mean squared distance of a pixel to the color it "
                                f"is shown in is **{compression.distortion:.1f}** on the scale 0 to 255 "
                                f"({_per_channel(compression.distortion):.1f} in each channel, root mean "
                                "square)."
                            ),
                        )
                    ),
                ),
            ),
            *notes,
            doc.Figure(
                pictures.side_by_side(compression.pixels, study.image.pixels),
                "image/png",
                alt=(
                    f"Left, the picture in {N_COLORS} flat colors; right, the original. Shapes and edges "
                    f"stay, soft "
                    "transitions become bands."
                ),
                caption=T(f"Compressed to {N_COLORS} colors by k-means (left) and the original (right)"),
                id="fig:kmeans",
            ),
            doc.Figure(
                pictures.palette(fit.centers, shares(compression.labels, N_COLORS), key="kmeans palette"),
                "image/svg+xml",
                alt=_palette_alt(shares(compression.labels, N_COLORS)),
                caption=T("The colors k-means found, each as wide as its share of the pixels"),
                id="fig:kmeans-palette",
                width=0.9,
            ),
            doc.Prose(
                T(
                    "Each iteration moves every center to the mean of its pixels and every pixel to its "
                    "nearest center. Neither can raise the distortion $J = \\sum_n \\lVert x_n - \\mu_{z_n} "
                    "\\rVert^2$, and @fig:kmeans-trace shows that it never rose. "
                    + (
                        f"After {fit.n_iter} iterations no pixel changed its color: a fixed point, the best "
                        f"near its start. Of {N_STARTS} random starts the best is shown. "
                        if fit.converged
                        else f"It was stopped after {fit.n_iter} iterations. "
                    )
                    + "Pixels of equal color are counted, not repeated, which changes nothing but the time."
                )
            ),
            doc.Figure(
                curves.objective(
                    [value / study.n_pixels for value in fit.trace],
                    title="Distortion per pixel",
                    ylabel="$J / N$",
                    key="kmeans trace",
                ),
                "image/svg+xml",
                alt=(
                    f"Line chart: the distortion per pixel falls from {fit.trace[0] / study.n_pixels:.4g} to "
                    f"{fit.trace[-1] / study.n_pixels:.4g} over {fit.n_iter} iterations, fast at first, and "
                    f"never rises."
                ),
                caption=T("k-means: the distortion after each iteration; iteration 0 is the k-means++ start"),
                id="fig:kmeans-trace",
                width=0.75,
            ),
            *_sizes(study),
            *evidence(results, KMEANS_THEOREMS, "kmeans"),
        ),
        id="sec:kmeans",
    )


def em_section(results: Results) -> doc.Section:
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
                            f"The "
                            "mixture knows how the colors spread around their means, so it can be sampled "
                            "(@sec:sampling)."
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
                    "k-means (right); the original stands in @fig:kmeans."
                ),
                id="fig:em",
            ),
            doc.Figure(
                pictures.palette(fit.mixture.means, shares(compression.labels, N_COLORS), key="em palette"),
                "image/svg+xml",
                alt=_palette_alt(shares(compression.labels, N_COLORS)),
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
            *evidence(results, EM_THEOREMS, "em"),
        ),
        id="sec:em",
    )


def _sizes(study: ImageStudy) -> tuple[doc.Block, ...]:
    """The picture with fewer and more colors: what it looks like, how many bits it takes, what is lost."""
    fewer, more = study.gallery
    rows = tuple(
        (
            T(f"$k = {size}$"),
            T(str(bits)),
            T(f"1 : {24 / bits:.0f}"),
            T(f"{compression.distortion:.1f}"),
            T(f"{_per_channel(compression.distortion):.1f}"),
        )
        for size, bits, compression in (
            (GALLERY[0], 1, fewer),
            (N_COLORS, 3, study.kmeans),
            (GALLERY[1], 4, more),
        )
    )
    shown = np.linspace(0, study.n_pixels - 1, min(N_POINTS, study.n_pixels)).astype(int)
    colors = study.image.pixels.reshape(-1, 3)[shown].astype(float)
    centers = study.kmeans.fit.centers
    weights = shares(study.kmeans.labels, len(centers))
    return (
        doc.Figure(
            pictures.four(
                [fewer.pixels, study.kmeans.pixels, more.pixels, study.image.pixels],
            ),
            "image/png",
            alt=(
                f"The picture four times: in {GALLERY[0]}, {N_COLORS} and {GALLERY[1]} colors, and the"
                f" original. "
                "With more colors, bands turn into transitions."
            ),
            caption=T(
                f"$k = {GALLERY[0]}$ and $k = {N_COLORS}$ (above), $k = {GALLERY[1]}$ and the original"
                f" (below); "
                "@tab:sizes says what each costs"
            ),
            id="fig:gallery",
        ),
        doc.Table(
            T("Colors, size and loss: an uncompressed pixel takes 24 bits, the palette next to nothing"),
            (T("colors"), T("bits a pixel"), T("size"), T("distortion"), T("in each channel")),
            rows,
            id="tab:sizes",
            align="xrrrr",
        ),
        doc.Figure(
            pictures.clusters(colors, centers, weights),
            "image/svg+xml",
            alt=(
                f"The cube of red, green and blue with {len(colors)} pixels of the picture as points in"
                f" their own "
                f"colors, and the {len(centers)} centers as diamonds within the clouds they stand for."
            ),
            caption=T(
                f"{len(colors)} of the pixels in the space of colors, and the centers of k-means: larger "
                "diamonds stand for more pixels"
            ),
            id="fig:clusters",
            width=0.7,
        ),
    )


def _per_channel(distortion: float) -> float:
    return float((distortion / 3) ** 0.5)


def _compared(study: ImageStudy) -> str:
    em, kmeans = study.em.distortion, study.kmeans.distortion
    if em <= kmeans:
        return f"Its distortion is {em:.1f}, that of k-means {kmeans:.1f}."
    return (
        f"Its distortion, {em:.1f}, is larger than the {kmeans:.1f} of k-means: EM asks which Gaussian made "
        f"a pixel, "
        "not which mean is nearest."
    )


def _palette_alt(shares: Float[np.ndarray, " k"]) -> str:
    listed = ", ".join(f"{share:.0%}" for share in sorted(shares, reverse=True))
    return f"A bar divided into {len(shares)} colors with {listed} of the pixels."
