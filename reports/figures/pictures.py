"""Photographs side by side, and the colors an algorithm found."""

from __future__ import annotations

import io

import numpy as np
from jaxtyping import Float, UInt8
from matplotlib.figure import Figure
from PIL import Image

from reports.document import INK
from reports.figures.style import svg

WIDEST = 640  # pixels of one picture; a report shows no more
GAP = 16  # transparent pixels between the two
LARGEST = 1_000_000  # bytes of one pair; three pairs of photographs stay well below 3 MB


def side_by_side(left: UInt8[np.ndarray, "h w 3"], right: UInt8[np.ndarray, "h w 3"]) -> bytes:
    """Two pictures of the same size beside one another, as PNG.

    Larger pictures are thinned, not averaged: averaging would invent colors the compression does not have and
    would calm the noise of sampled pixels. Pictures that compress badly are thinned until the pair has
    LARGEST bytes.
    """
    step = -(-left.shape[1] // WIDEST)
    content = _pair(left[::step, ::step], right[::step, ::step])
    while len(content) > LARGEST:
        step += 1
        content = _pair(left[::step, ::step], right[::step, ::step])
    return content


def palette(colors: Float[np.ndarray, "k 3"], shares: Float[np.ndarray, " k"], *, key: str) -> bytes:
    """Each color (0 to 255) as a bar of the length of its share of the pixels, largest first."""

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        left = 0.0
        for index in np.argsort(-shares, kind="stable"):
            share = float(shares[index])
            axes.barh(
                0, share, left=left, height=1, color=np.clip(colors[index], 0, 255) / 255, edgecolor=INK
            )
            if share >= 0.05:
                axes.annotate(f"{share:.0%}", (left + share / 2, -0.55), ha="center", va="top")
            left += share
        axes.set(xlim=(0, 1), ylim=(-1.0, 0.52))
        axes.set_axis_off()

    return svg(draw, width=6.8, height=0.7, key=key)


def _pair(left: UInt8[np.ndarray, "h w 3"], right: UInt8[np.ndarray, "h w 3"]) -> bytes:
    gap = np.zeros((left.shape[0], GAP, 4), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(np.concatenate([_opaque(left), gap, _opaque(right)], axis=1)).save(
        buffer, "PNG", optimize=True
    )
    return buffer.getvalue()


def _opaque(pixels: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "h w 4"]:
    alpha = np.full((*pixels.shape[:2], 1), 255, np.uint8)
    return np.concatenate([pixels, alpha], axis=2)
