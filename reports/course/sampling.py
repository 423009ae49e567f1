"""The last programming task: new pictures from the fitted mixture, and what they show."""

from __future__ import annotations

from reports import document as doc
from reports.course.evidence import evidence
from reports.document import T
from reports.figures import pictures
from reports.image_study import ImageStudy
from reports.numbers import fixed
from reports.results import Results

THEOREMS = ("ancestral_sampling",)


def section(results: Results) -> doc.Section:
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
                alt="Left, noise in the colors of the picture, without any shape; right, the original.",
                caption=T("Sampled from the mixture (left) and the original (right)"),
                id="fig:sampled",
            ),
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
