"""The last programming task: new pictures from the fitted mixture, and what they show."""

from __future__ import annotations

import numpy as np

from reports import document as doc
from reports.course.evidence import evidence
from reports.document import T
from reports.figures import mixtures, pictures
from reports.image_study import ImageStudy
from reports.numbers import fixed
from reports.results import Pictured

THEOREMS = ("ancestral_sampling",)
N_POINTS = 200  # pixels drawn in either cloud of colors
RED_AND_BLUE = (0, 2)  # the channels that tell the colors of most photographs apart


def section(results: Pictured) -> doc.Section:
    """Task, picture, explanation, the numbers behind it."""
    study = results.images
    original, sampled = study.original_correlation, study.sampled_correlation
    rows = (
        (T("original"), T(_number(original.horizontal)), T(_number(original.vertical))),
        (T("sampled"), T(_number(sampled.horizontal)), T(_number(sampled.vertical))),
    )
    return doc.Section(
        T("Sampling new pixels"),
        (
            doc.Prose(
                (
                    doc.Strong("Question."),
                    *T(
                        " Draw as many pixels from the fitted mixture as the picture has, and explain what "
                        "you see."
                    ),
                )
            ),
            doc.Callout("info", T("Answer: explain what you see"), (doc.Prose(T(_explanation(study))),)),
            doc.Figure(
                pictures.side_by_side(study.sampled, study.image.pixels, widest=pictures.WIDEST // 3),
                "image/png",
                alt=(
                    "Left, noise in the colors of the picture, without any shape; right, the original. "
                    f"Neighbors in a row have correlation {_number(sampled.horizontal)} on the left and "
                    f"{_number(original.horizontal)} on the right."
                ),
                caption=T("Sampled from the mixture (left) and the original (right)"),
                id="fig:sampled",
            ),
            _contours(study),
            doc.Table(
                T("Correlation of neighboring pixels: 1 means alike, 0 unrelated"),
                (T("image"), T("left and right"), T("above and below")),
                rows,
                id="tab:neighbors",
                align="xrr",
            ),
            *evidence(results, THEOREMS, "sampling"),
        ),
        id="sec:sampling",
    )


def _contours(study: ImageStudy) -> doc.Figure:
    """Colors of the picture and of the sample in the plane of red and blue, under the fitted density."""
    chosen = np.linspace(0, study.n_pixels - 1, min(N_POINTS, study.n_pixels)).astype(int)
    clouds = [
        mixtures.Pixels(title, pixels.reshape(-1, 3)[chosen].astype(float))
        for title, pixels in (
            ("pixels of the picture", study.image.pixels),
            ("sampled pixels", study.sampled),
        )
    ]
    within = ", ".join(f"{share:.0%}" for share in sorted(mixtures.SHARES))
    return doc.Figure(
        mixtures.contours(clouds, study.em.fit.mixture, RED_AND_BLUE),
        "image/svg+xml",
        alt=(
            f"Two scatter plots of {len(chosen)} pixels each, red against blue, under the same contour lines "
            "of the fitted mixture. Pixels of the picture and sampled pixels fill the same regions."
        ),
        caption=T(
            f"The mixture fits: {len(chosen)} pixels of the picture (left) and {len(chosen)} sampled ones "
            "(right) in their own colors, and contours of the fitted density in red and blue that enclose "
            "{within} of what it draws",
            within=within,
        ),
        id="fig:contours",
    )


def _explanation(study: ImageStudy) -> str:
    original, sampled = study.original_correlation.horizontal, study.sampled_correlation.horizontal
    text = (
        "The sampled picture has the colors of the original in the same proportions, yet nothing can be "
        "recognized: the mixture describes the color of one pixel and knows nothing of where it lies, so "
        "every pixel is drawn independently of its neighbors. "
    )
    if original is None or sampled is None:
        return text + "(The picture is too small or too plain for a correlation of neighbors.)"
    return text + (
        f"Neighboring pixels have a correlation of **{fixed(original, 3)}** in the original and "
        f"**{fixed(sampled, 3)}** in the sample; shapes are nothing but such dependence."
    )


def _number(correlation: float | None) -> str:
    return "undefined" if correlation is None else fixed(correlation, 4)
