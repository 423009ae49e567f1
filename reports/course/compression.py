"""The programming task on a picture: its colors by k-means."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from algorithms.images import KMeansCompression
from reports import document as doc
from reports import walks
from reports.course.evidence import evidence
from reports.document import T
from reports.figures import curves, gallery, pictures, steps
from reports.image_study import GALLERY, N_COLORS, N_STARTS, ImageStudy, shares
from reports.numbers import count
from reports.palettes import palettes
from reports.results import Pictured

N_POINTS = 250  # pixels drawn in the space of colors
KMEANS_THEOREMS = ("kmeans_centroid", "kmeans_descent")


def kmeans_section(results: Pictured) -> doc.Section:
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
                        "in the nearest of them (Bishop, PRML 9.1.1)."
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
                pictures.side_by_side(compression.pixels, study.image.pixels, widest=pictures.WIDEST // 2),
                "image/png",
                alt=(
                    f"Left, the picture in {N_COLORS} flat colors; right, the original. Shapes and edges "
                    "stay, soft transitions become bands."
                ),
                caption=T(f"Compressed to {N_COLORS} colors by k-means (left) and the original (right)"),
                id="fig:kmeans",
            ),
            doc.Figure(
                pictures.palette(fit.centers, shares(compression.labels, N_COLORS), key="kmeans palette"),
                "image/svg+xml",
                alt=palette_alt(shares(compression.labels, N_COLORS)),
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
            _steps(),
            _gallery(study),
            *_sizes(study),
            *evidence(results, KMEANS_THEOREMS, "kmeans"),
        ),
        id="sec:kmeans",
    )


def _steps() -> doc.Figure:
    walk = walks.kmeans_walk()
    first, last = walk.frames[0], walk.frames[-1]
    shown = steps.moments(walk, stride=2)
    end = last.said.split(":")[0].lower()
    return doc.Figure(
        steps.small_multiples(walk, stride=2, symbol="J", key="k-means steps"),
        "image/svg+xml",
        alt=(
            f"{len(shown)} scatter plots of the same {len(walk.points)} points, from the start to {end}. "
            f"{len(first.centers)} crosses, the centers, leave one corner and settle among the points, which "
            f"carry the color and the marker of their nearest center. The distortion falls from "
            f"{first.objective:.0f} to {last.objective:.0f}."
        ),
        caption=T(
            "k-means in the plane, where each move can be seen: three centers (crosses) start in one corner; "
            f"the distortion $J$ falls until {end}, when no point changes its center. The two long clouds "
            "are cut across, because k-means knows no shapes; EM does (@fig:em-steps)."
        ),
        id="fig:kmeans-steps",
        live=(walk,),
    )


def _gallery(study: ImageStudy) -> doc.Figure:
    """The original, every compression and the sampled picture, each with its colors and its loss."""
    compressions = _by_size(study)
    tiles = (
        gallery.Tile(study.image.pixels, "original", f"{count(study.n_distinct)} colors"),
        *(
            gallery.Tile(each.pixels, f"k = {size}", f"distortion {each.distortion:.1f}")
            for size, each in compressions
        ),
        gallery.Tile(study.sampled, "sampled", f"from the mixture of {N_COLORS} Gaussians"),
    )
    losses = ", ".join(f"{each.distortion:.0f} for {size}" for size, each in compressions)
    return doc.Figure(
        gallery.gallery(tiles),
        "image/svg+xml",
        alt=(
            f"Six pictures of the same size: the original with {count(study.n_distinct)} colors; the same in "
            f"{', '.join(str(size) for size, _ in compressions)} colors, flat areas at first, then bands, "
            f"at last hardly told from the original (distortion {losses}); and a sampled picture, which is "
            "noise in the colors of the original."
        ),
        caption=T(
            "The picture in more and more colors, and sampled anew (@sec:sampling); the distortion is the "
            "mean squared distance of a pixel to the color it is shown in (@tab:sizes)"
        ),
        id="fig:gallery",
        live=(palettes(study, image=0),),
    )


def _by_size(study: ImageStudy) -> list[tuple[int, KMeansCompression]]:
    pairs = [(N_COLORS, study.kmeans), *zip(GALLERY, study.gallery, strict=True)]
    return sorted(pairs, key=lambda pair: pair[0])


def _sizes(study: ImageStudy) -> tuple[doc.Block, ...]:
    """What each number of colors takes and loses, and the colors in space."""
    rows = tuple(
        (
            T(f"$k = {size}$"),
            T(str(bits)),
            T(f"1 : {24 / bits:.0f}"),
            T(f"{compression.distortion:.1f}"),
            T(f"{_per_channel(compression.distortion):.1f}"),
        )
        for size, compression in _by_size(study)
        for bits in [(size - 1).bit_length()]
    )
    shown = np.linspace(0, study.n_pixels - 1, min(N_POINTS, study.n_pixels)).astype(int)
    colors = study.image.pixels.reshape(-1, 3)[shown].astype(float)
    centers = study.kmeans.fit.centers
    weights = shares(study.kmeans.labels, len(centers))
    return (
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
                f"The cube of red, green and blue with {len(colors)} pixels of the picture as points in "
                f"their own colors, and the {len(centers)} centers as diamonds within the clouds they stand "
                "for."
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


def palette_alt(shares: Float[np.ndarray, " k"]) -> str:
    """What is seen of a bar of colors."""
    listed = ", ".join(f"{share:.0%}" for share in sorted(shares, reverse=True))
    return f"A bar divided into {len(shares)} colors with {listed} of the pixels."
