"""Photographs side by side, and the colors an algorithm found."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, UInt8
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator
from PIL import Image

from reports.document import INK
from reports.figures.style import svg

WIDEST = 640  # pixels of one picture; a report shows no more
GAP = 16  # transparent pixels between the two
LARGEST = 1_000_000  # bytes of one pair; three pairs of photographs stay well below 3 MB


def side_by_side(
    left: UInt8[np.ndarray, "h w 3"], right: UInt8[np.ndarray, "h w 3"], *, widest: int = WIDEST
) -> bytes:
    """Two pictures of the same size beside one another, each at most `widest` pixels wide, as PNG.

    Larger pictures are thinned, not averaged: averaging would invent colors the compression does not have and
    would calm the noise of sampled pixels. Pictures that compress badly are thinned until the pair has
    LARGEST bytes.
    """
    step = -(-left.shape[1] // widest)
    content = _pair(left[::step, ::step], right[::step, ::step])
    while len(content) > LARGEST:
        step += 1
        content = _pair(left[::step, ::step], right[::step, ::step])
    return content


def clusters(
    colors: Float[np.ndarray, "n 3"], centers: Float[np.ndarray, "k 3"], shares: Float[np.ndarray, " k"]
) -> bytes:
    """Colors of pixels (0 to 255) as points in the cube of red, green and blue, and the centers as diamonds.

    The diamonds are as large as the share of the pixels that they stand for.
    """

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot(projection="3d", computed_zorder=False)
        axes.scatter(*colors.T, c=np.clip(colors, 0, 255) / 255, s=9, linewidths=0.2, edgecolors=INK)
        axes.scatter(
            *centers.T,
            c=np.clip(centers, 0, 255) / 255,
            s=60 + 240 * shares,
            marker="D",
            linewidths=1.4,
            edgecolors=INK,
        )
        axes.set(xlim=(0, 255), ylim=(0, 255), zlim=(0, 255), xlabel="red", ylabel="green", zlabel="blue")
        axes.set_box_aspect(None, zoom=0.95)
        axes.view_init(elev=22, azim=-58)
        for axis in (axes.xaxis, axes.yaxis, axes.zaxis):
            axis.set_major_locator(FixedLocator([0, 128, 255]))
            axis.set_pane_color((0.5, 0.5, 0.5, 0.06))

    return svg(draw, width=4.6, height=3.3, key="clusters")


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
    return _png(_joined([left, right]))


def _joined(pictures: Sequence[UInt8[np.ndarray, "h w 3"]]) -> UInt8[np.ndarray, "h v 4"]:
    gap = np.zeros((pictures[0].shape[0], GAP, 4), np.uint8)
    return np.concatenate([_opaque(pictures[0]), gap, _opaque(pictures[1])], axis=1)


def _png(pixels: UInt8[np.ndarray, "h w 4"]) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _opaque(pixels: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "h w 4"]:
    alpha = np.full((*pixels.shape[:2], 1), 255, np.uint8)
    return np.concatenate([pixels, alpha], axis=2)
