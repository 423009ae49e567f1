"""Palettes of many sizes for one picture, so that a reader can choose how many colors it gets.

Sizes that the report tells of anyway are taken from there. For the others k-means sees a regular sample of
the pixels, enough for a palette; what is said of its loss is measured on all of them.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, UInt8

from algorithms import images, kmeans
from reports.image_study import ImageStudy
from reports.live import Color, Palette, Palettes

SIZES = (2, 3, 4, 5, 6, 8, 12, 16, 24, 32, 48, 64)
N_STARTS = 3
LARGEST_SAMPLE = 6000  # pixels that k-means sees for a size that the report does not tell of


def palettes(study: ImageStudy, *, image: int) -> Palettes:
    """The palettes of `study`'s picture, which is number `image` in the figure they are for.

    Sizes larger than the number of its colors are left out. The random numbers are the same in every report.
    """
    told = {len(each.fit.centers): each for each in (study.kmeans, *study.gallery)}
    pixels = study.image.pixels
    colors = images.palette(pixels)
    found = [
        Palette(_dark_to_light(told[size].fit.centers), round(told[size].distortion, 1))
        if size in told
        else _fitted(pixels, colors, size)
        for size in SIZES
        if size in told or size <= study.n_distinct
    ]
    return Palettes(image, tuple(found), len(study.kmeans.fit.centers))


def _fitted(pixels: UInt8[np.ndarray, "h w 3"], colors: images.Palette, size: int) -> Palette:
    step = max(1, int(np.sqrt(pixels.shape[0] * pixels.shape[1] / LARGEST_SAMPLE)))
    rng = np.random.default_rng(size)
    fits = [images.compress_kmeans(pixels[::step, ::step], size, rng=rng).fit for _ in range(N_STARTS)]
    shown = _dark_to_light(min(fits, key=lambda fit: fit.inertia).centers)
    _, squared_distances = kmeans.assign(colors.colors, np.array(shown, dtype=float))
    return Palette(shown, round(float(squared_distances @ colors.counts / colors.counts.sum()), 1))


def _dark_to_light(centers: Float[np.ndarray, "k 3"]) -> tuple[Color, ...]:
    """The centers in whole numbers."""
    shown = [(int(red), int(green), int(blue)) for red, green, blue in images.to_pixels(centers)]
    return tuple(sorted(shown, key=sum))
