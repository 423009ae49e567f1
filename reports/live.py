"""Figures that a reader can move: the numbers that the scripts of the HTML report draw from.

A `Figure` with `live` shows its picture everywhere; where scripts run, controls stand below it. All that an
algorithm has to find is found beforehand, in Python, by the algorithms of the report. The scripts do
arithmetic that is written beside them on the page (adding two means) and draw.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

Point = tuple[float, float]
Color = tuple[int, int, int]


@dataclass(frozen=True)
class LineMixture:
    """A mixture of Gaussians on the line, one entry a component; `deviations` are standard deviations."""

    weights: tuple[float, ...]
    means: tuple[float, ...]
    deviations: tuple[float, ...]


@dataclass(frozen=True)
class SumOfMixtures:
    """Two mixtures to change, and their sum; these are the values at the start."""

    x: LineMixture
    y: LineMixture


@dataclass(frozen=True)
class Palette:
    """The colors (0 to 255) a picture is shown in, and the mean squared distance of its pixels to them."""

    colors: tuple[Color, ...]
    distortion: float


@dataclass(frozen=True)
class Palettes:
    """A picture to be shown in more or fewer colors, those of `palettes`, `size` of them at the start.

    The original is the image number `image` (from 0) within the figure's own picture, so that the page holds
    it once.
    """

    image: int
    palettes: tuple[Palette, ...]
    size: int


@dataclass(frozen=True)
class Frame:
    """A moment in the run of an algorithm.

    `shares` has for each point the percentages with which it belongs to the components; `covariances` are
    (variance of x, covariance, variance of y), empty where the algorithm has none. `said`: what was done.
    """

    said: str
    objective: float
    centers: tuple[Point, ...]
    shares: tuple[tuple[int, ...], ...]
    covariances: tuple[tuple[float, float, float], ...] = ()


@dataclass(frozen=True)
class Walk:
    """A run of `algorithm` on points in the plane, moment by moment; `objective` is measured in each."""

    algorithm: str
    points: tuple[Point, ...]
    frames: tuple[Frame, ...]
    objective: str


Live = SumOfMixtures | Palettes | Walk


def to_json(live: Live) -> str:
    """The numbers as JSON."""
    return json.dumps(asdict(live), separators=(",", ":"), allow_nan=False)
