"""Images as samples: one color a row, compressed by k-means or EM, and sampled anew from a mixture.

Statement.   The N pixels of an image are N points in R^3. Replacing each by the center, or the mean, of its
             cluster leaves k colors (Bishop, PRML 9.1.1). A mixture fitted to them can be sampled, pixel by
             pixel independently: such an image has the right colors and no shapes.
Notation.    `pixels` (h, w, 3), 8-bit red, green, blue; `colors` (m, 3) the distinct ones, `counts` (m,)
             how many pixels have each.
Assumptions. Both algorithms see samples only through sums over them, so fitting the distinct colors weighted
             by their counts is exactly fitting all pixels, at a fraction of the cost.
Source.      The exercise; Bishop, PRML 9.1.1.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int, UInt8

from algorithms import em, image_files, kmeans, native
from algorithms.errors import InputError
from algorithms.mixture import Mixture
from algorithms.samples import check_count

# Pixels are whole numbers: rounding alone gives a channel the variance 1/12, so less is not in the data.
PIXEL_COVARIANCE_FLOOR = 1 / 12


@dataclass(frozen=True, eq=False)
class Image:
    """An RGB image of height h and width w; `notes` tell what was done to the file to get it."""

    pixels: UInt8[np.ndarray, "h w 3"]
    notes: tuple[str, ...]
    name: str


@dataclass(frozen=True, eq=False)
class Palette:
    """The distinct colors of an image, how many pixels have each, and which one each pixel has."""

    colors: Float[np.ndarray, "m 3"]
    counts: Int[np.ndarray, " m"]
    indices: Int[np.ndarray, "h w"]


@dataclass(frozen=True, eq=False)
class KMeansCompression:
    """`pixels` shows every pixel in its center's color; `labels` (h, w) names the center."""

    pixels: UInt8[np.ndarray, "h w 3"]
    labels: Int[np.ndarray, "h w"]
    fit: kmeans.KMeansFit
    distortion: float


@dataclass(frozen=True, eq=False)
class EMCompression:
    """`pixels` shows every pixel in the mean of its most probable component; `labels` (h, w) names it."""

    pixels: UInt8[np.ndarray, "h w 3"]
    labels: Int[np.ndarray, "h w"]
    fit: em.EMFit
    distortion: float


@dataclass(frozen=True)
class NeighbourCorrelation:
    """Correlation of pixels with their right and lower neighbors, in [-1, 1]; None where undefined."""

    horizontal: float | None
    vertical: float | None


def load(path: str | os.PathLike[str]) -> Image:
    """The image in a file, as 8-bit RGB of at most 2^21 pixels; see `image_files` for what is done to it."""
    pixels, notes = image_files.read(Path(path))
    return Image(pixels, notes, Path(path).name)


def flower() -> Image:
    """scikit-learn's sample image flower.jpg (427, 640, 3), the one the exercise uses."""
    from sklearn.datasets import load_sample_image  # takes a second to import, and few callers need it

    return Image(np.array(load_sample_image("flower.jpg")), (), "flower.jpg")


def palette(pixels: UInt8[np.ndarray, "h w 3"]) -> Palette:
    """The distinct colors, sorted by red, then green, then blue; InputError for anything but 8-bit RGB."""
    _check_pixels(pixels)
    if native.available() and pixels.size:
        return Palette(*native.distinct_colors(pixels))
    red, green, blue = np.moveaxis(pixels.astype(np.int64), -1, 0)
    codes, indices, counts = np.unique(red << 16 | green << 8 | blue, return_inverse=True, return_counts=True)
    colors = np.stack([codes >> 16, codes >> 8 & 255, codes & 255], axis=1).astype(np.float64)
    return Palette(colors, counts, indices.reshape(pixels.shape[:2]))


def compress_kmeans(
    pixels: UInt8[np.ndarray, "h w 3"],
    n_clusters: int,
    *,
    rng: np.random.Generator,
    max_iter: int = 300,
    on_iteration: Callable[[int, int], None] | None = None,
) -> KMeansCompression:
    """Reduce an image to `n_clusters` colors by k-means; an image with no more than that keeps them all."""
    distinct = palette(pixels)
    fit = kmeans.fit(
        distinct.colors,
        n_clusters,
        rng=rng,
        sample_weight=distinct.counts,
        max_iter=max_iter,
        on_iteration=on_iteration,
    )
    labels = fit.labels[distinct.indices]
    compressed = to_pixels(fit.centers)[labels]
    return KMeansCompression(compressed, labels, fit, distortion(pixels, compressed))


def compress_em(
    pixels: UInt8[np.ndarray, "h w 3"],
    n_components: int,
    *,
    rng: np.random.Generator,
    tol: float = 1e-6,
    max_iter: int = 200,
    on_iteration: Callable[[int, int], None] | None = None,
) -> EMCompression:
    """Reduce an image to the means of a mixture fitted to its colors, with covariances of at least 1/12.

    The floor is the variance of rounding to whole numbers; with it, even an image of one color can be fitted.
    """
    distinct = palette(pixels)
    fit = em.fit(
        distinct.colors,
        n_components,
        rng=rng,
        sample_weight=distinct.counts,
        tol=tol,
        max_iter=max_iter,
        covariance_floor=PIXEL_COVARIANCE_FLOOR,
        on_iteration=on_iteration,
    )
    labels = fit.mixture.joint_log_prob(distinct.colors).argmax(axis=1)[distinct.indices]
    compressed = to_pixels(fit.mixture.means)[labels]
    return EMCompression(compressed, labels, fit, distortion(pixels, compressed))


def sample_image(
    mixture: Mixture, shape: tuple[int, int], rng: np.random.Generator
) -> UInt8[np.ndarray, "h w 3"]:
    """An image of the given height and width of independent draws, rounded and clipped to 0..255.

    Raises InputError unless the mixture has three features and both sides are at least one.
    """
    height, width = shape
    check_count(height, "the height")
    check_count(width, "the width")
    if mixture.n_features != 3:
        raise InputError(
            f"expected a mixture of colors (3 features), got {mixture.n_features} features; fit it to pixels"
        )
    flat = np.empty((height * width, 3), dtype=np.uint8)
    start = 0
    for chunk in mixture.sample_chunks(height * width, rng):
        flat[start : start + len(chunk.labels)] = to_pixels(chunk.X)
        start += len(chunk.labels)
    return flat.reshape(height, width, 3)


def to_pixels(colors: Float[np.ndarray, "*shape 3"]) -> UInt8[np.ndarray, "*shape 3"]:
    """Colors rounded to the nearest whole number and clipped to 0..255 (a bare cast would wrap around)."""
    return np.asarray(np.clip(np.rint(colors), 0, 255).astype(np.uint8))


def distortion(original: UInt8[np.ndarray, "h w 3"], compressed: UInt8[np.ndarray, "h w 3"]) -> float:
    """The mean over pixels of the squared distance between the colors, as shown."""
    _check_pixels(original)
    _check_pixels(compressed)
    if original.shape != compressed.shape or original.size == 0:
        raise InputError(
            f"expected two images of one size, got {original.shape} and {compressed.shape}; "
            "compare an image with its own copy"
        )
    difference = original.astype(np.int64) - compressed
    return float(np.sum(difference**2) / (original.shape[0] * original.shape[1]))


def neighbour_correlation(pixels: UInt8[np.ndarray, "h w 3"]) -> NeighbourCorrelation:
    """How alike neighboring pixels are: the Pearson correlation pooled over the three channels.

    Near 1 in a photograph, near 0 in an image of independent pixels. None where there is nothing to
    correlate: a single column or row, or one side of the pairs is constant, as in an image of one color.
    """
    _check_pixels(pixels)
    return NeighbourCorrelation(
        horizontal=_correlation(pixels[:, :-1], pixels[:, 1:]), vertical=_correlation(pixels[:-1], pixels[1:])
    )


def _correlation(first: UInt8[np.ndarray, "h w 3"], second: UInt8[np.ndarray, "h w 3"]) -> float | None:
    if first.size == 0:
        return None
    a = first.reshape(-1, 3) - first.mean(axis=(0, 1))
    b = second.reshape(-1, 3) - second.mean(axis=(0, 1))
    scale = float(np.sqrt(np.sum(a**2) * np.sum(b**2)))
    return float(np.sum(a * b)) / scale if scale > 0 else None


def _check_pixels(pixels: object) -> None:
    """InputError unless these are pixels (h, w, 3) of 8-bit RGB."""
    if not isinstance(pixels, np.ndarray):
        raise InputError(f"expected an array of pixels, got {type(pixels).__name__}; load the image first")
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3:
        raise InputError(
            f"expected pixels (h, w, 3) of dtype uint8, got {pixels.shape} of {pixels.dtype}; "
            "scale to 0..255, round, and keep red, green and blue"
        )
