"""One picture many times: as it is, in fewer and fewer colors, and drawn anew, each with what it costs."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import UInt8
from matplotlib.figure import Figure
from PIL import Image

from reports.figures.style import svg

COLUMNS = 3
WIDEST = 320  # pixels of one picture, about 150 to the inch in print
LARGEST = 120_000  # bytes of one picture; six of them stay below 1 MB
_EMBEDDED = re.compile(rb"data:image/png;base64,\s*([A-Za-z0-9+/=\s]+)")


@dataclass(frozen=True)
class Tile:
    """A picture, its name and a line on its size and loss."""

    pixels: UInt8[np.ndarray, "h w 3"]
    name: str
    note: str


def gallery(tiles: Sequence[Tile]) -> bytes:
    """Pictures of one shape in rows of COLUMNS, their words below them.

    Large pictures are thinned, not averaged: averaging would invent colors a compression does not have and
    would calm the noise of sampled pixels.
    """
    height, width = tiles[0].pixels.shape[:2]
    n_rows = -(-len(tiles) // COLUMNS)

    def draw(figure: Figure) -> None:
        figure.set_layout_engine("constrained", w_pad=0.03, h_pad=0.03)
        for axes, tile in zip(figure.subplots(n_rows, COLUMNS, squeeze=False).flat, tiles, strict=False):
            # "none" embeds the pixels as they are and leaves their size to whoever shows them
            axes.imshow(_thinned(tile.pixels), interpolation="none", extent=(0, width, 0, height))
            axes.set_xlabel(f"$\\bf{{{tile.name}}}$\n{tile.note}", fontsize=8)
        for axes in figure.axes:
            axes.spines[:].set_visible(False)
            axes.set(xticks=[], yticks=[])

    drawn = svg(draw, width=6.8, height=n_rows * (2.2 * height / width + 0.42), key="gallery")
    return _EMBEDDED.sub(lambda found: _packed(base64.b64decode(found[1])), drawn)


def _thinned(pixels: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "h w 3"]:
    """Every second, third, ... row and column, until it is small enough."""
    step = -(-pixels.shape[1] // WIDEST)
    while len(small_png(pixels[::step, ::step])) > LARGEST:
        step += 1
    return pixels[::step, ::step]


def _packed(png: bytes) -> bytes:
    """The same pixels without opacity, in as few bytes as their colors allow."""
    pixels = np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))
    return b"data:image/png;base64," + base64.b64encode(small_png(pixels))


def small_png(pixels: UInt8[np.ndarray, "h w 3"]) -> bytes:
    """A PNG of exactly these pixels; up to 256 colors are numbered, which takes a fraction of the bytes."""
    colors, index = np.unique(pixels.reshape(-1, 3), axis=0, return_inverse=True)
    if len(colors) <= 256:
        image = Image.fromarray(index.reshape(pixels.shape[:2]).astype(np.uint8), mode="P")
        image.putpalette(colors.tobytes())
    else:
        image = Image.fromarray(pixels)
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
