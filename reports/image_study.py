"""One picture, compressed by k-means and by EM and sampled anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int, UInt8

from algorithms import images
from algorithms.images import EMCompression, Image, KMeansCompression, NeighbourCorrelation

N_COLORS = 5  # the homework's k
GALLERY = (2, 16, 64)  # sizes of palettes shown beside N_COLORS
N_STARTS = 5  # k-means ends in the optimum nearest to its random start, and some have twice the distortion

OnStage = Callable[[str, int, int], None]


@dataclass(frozen=True, eq=False)
class ImageStudy:
    """The picture, its compressions, and an image of independent pixels drawn from the fitted mixture.

    `gallery` has one compression for each of GALLERY.
    """

    image: Image
    n_distinct: int
    kmeans: KMeansCompression
    em: EMCompression
    gallery: tuple[KMeansCompression, ...]
    sampled: UInt8[np.ndarray, "h w 3"]
    original_correlation: NeighbourCorrelation
    sampled_correlation: NeighbourCorrelation

    @property
    def n_pixels(self) -> int:
        """Height times width."""
        return int(self.image.pixels.shape[0] * self.image.pixels.shape[1])


def study(image: Image, *, rng: np.random.Generator, on_stage: OnStage) -> ImageStudy:
    """Compress and sample `image`; `on_stage(name, done, at most)` is told of every iteration."""
    height, width = image.pixels.shape[:2]
    kmeans = min(
        (
            images.compress_kmeans(image.pixels, N_COLORS, rng=rng, on_iteration=_one_of_all(on_stage, start))
            for start in range(N_STARTS)
        ),
        key=lambda compression: compression.fit.inertia,
    )
    em = images.compress_em(
        image.pixels,
        N_COLORS,
        rng=rng,
        on_iteration=lambda done, at_most: on_stage("compressing by EM", done, at_most),
    )
    sampled = images.sample_image(em.fit.mixture, (height, width), rng)
    gallery = tuple(images.compress_kmeans(image.pixels, size, rng=rng) for size in GALLERY)
    return ImageStudy(
        image=image,
        n_distinct=len(images.palette(image.pixels).colors),
        kmeans=kmeans,
        em=em,
        gallery=gallery,
        sampled=sampled,
        original_correlation=images.neighbour_correlation(image.pixels),
        sampled_correlation=images.neighbour_correlation(sampled),
    )


def _one_of_all(on_stage: OnStage, start: int) -> Callable[[int, int], None]:
    """Progress of one start of k-means as its part of all starts."""

    def update(done: int, at_most: int) -> None:
        on_stage("compressing by k-means", start * at_most + done, N_STARTS * at_most)

    return update


def shares(labels: Int[np.ndarray, "h w"], n_colors: int) -> Float[np.ndarray, " k"]:
    """The share of the pixels that each color got."""
    return np.bincount(labels.ravel(), minlength=n_colors) / labels.size
