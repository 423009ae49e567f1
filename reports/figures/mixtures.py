"""Samples of mixtures beside what the formulas, right and wrong, say of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse

from reports.document import INK
from reports.figures.style import BLUE, GREEN, ORANGE, PURPLE, svg

_MARKERS = ("o", "^", "s", "D", "v")
_COLORS = (BLUE, GREEN, PURPLE, ORANGE)


@dataclass(frozen=True)
class Spread:
    """A mean and a covariance, drawn as the ellipse of two standard deviations."""

    label: str
    mean: Float[np.ndarray, " 2"]
    covariance: Float[np.ndarray, "2 2"]
    right: bool


def cloud(
    points: Float[np.ndarray, "n 2"], labels: Int[np.ndarray, " n"], spreads: Sequence[Spread]
) -> bytes:
    """Samples marked by component, and one ellipse for each formula."""

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        for k in range(int(labels.max()) + 1):
            chosen = points[labels == k]
            axes.scatter(
                chosen[:, 0],
                chosen[:, 1],
                s=7,
                marker=_MARKERS[k % len(_MARKERS)],
                color=_COLORS[k % len(_COLORS)],
                alpha=0.45,
                linewidths=0,
                label=f"component {k + 1}",
            )
        styles = iter(("--", ":", "-."))
        for spread in spreads:
            values, vectors = np.linalg.eigh(spread.covariance)
            width, height = 4 * np.sqrt(np.maximum(values, 0))
            axes.add_patch(
                Ellipse(
                    (float(spread.mean[0]), float(spread.mean[1])),
                    width,
                    height,
                    angle=float(np.degrees(np.arctan2(vectors[1, 0], vectors[0, 0]))),
                    fill=False,
                    linewidth=2 if spread.right else 1.6,
                    linestyle="-" if spread.right else next(styles),
                    edgecolor=INK if spread.right else ORANGE,
                    label=spread.label,
                )
            )
        axes.set(xlabel="$x_1$", ylabel="$x_2$", aspect="equal")
        axes.autoscale_view()
        axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), markerscale=1.6)

    return svg(draw, width=6.4, height=3.4, key="cloud")


@dataclass(frozen=True)
class Curve:
    """A density on a grid; `right` says if it is the true one."""

    label: str
    density: Float[np.ndarray, " g"]
    right: bool


def densities(
    samples: Float[np.ndarray, " n"], grid: Float[np.ndarray, " g"], curves: Sequence[Curve]
) -> bytes:
    """A histogram of one-dimensional samples and the densities claimed for them."""

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        axes.hist(
            samples,
            bins=120,
            range=(grid[0], grid[-1]),
            density=True,
            color=BLUE,
            alpha=0.45,
            label="simulated",
        )
        styles = iter(("--", ":", "-."))
        for curve in curves:
            axes.plot(
                grid,
                curve.density,
                color=INK if curve.right else ORANGE,
                linestyle="-" if curve.right else next(styles),
                linewidth=1.6,
                label=curve.label,
            )
        axes.set(xlabel="$z$", ylabel="density", xlim=(grid[0], grid[-1]))
        axes.set_ylim(bottom=0)
        axes.legend()

    return svg(draw, width=6.6, height=2.9, key="densities")
