"""Samples of mixtures beside what the formulas, right and wrong, say of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse

from algorithms.mixture import Mixture
from reports.document import INK
from reports.figures.style import BLUE, COMPONENTS, MARKERS, ORANGE, svg

SHARES = (0.95, 0.8, 0.5)  # of the samples that lie within a contour, from the outermost


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
                marker=MARKERS[k % len(MARKERS)],
                color=COMPONENTS[k % len(COMPONENTS)],
                alpha=0.45,
                linewidths=0,
                label=f"component {k + 1}",
            )
        styles = iter(("--", ":", "-."))
        for spread in spreads:
            shape = ellipse(spread.mean, spread.covariance, 2)
            shape.set(
                linewidth=2 if spread.right else 1.6,
                linestyle="-" if spread.right else next(styles),
                edgecolor=INK if spread.right else ORANGE,
                label=spread.label,
            )
            axes.add_patch(shape)
        axes.set(xlabel="$x_1$", ylabel="$x_2$", aspect="equal")
        axes.autoscale_view()
        axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), markerscale=1.6)

    return svg(draw, width=6.4, height=3.4, key="cloud")


def ellipse(mean: Float[np.ndarray, " 2"], covariance: Float[np.ndarray, "2 2"], scale: float) -> Ellipse:
    """The points `scale` standard deviations from the mean, in every direction."""
    values, vectors = np.linalg.eigh(covariance)
    width, height = 2 * scale * np.sqrt(np.maximum(values, 0))
    angle = float(np.degrees(np.arctan2(vectors[1, 0], vectors[0, 0])))
    return Ellipse((float(mean[0]), float(mean[1])), width, height, angle=angle, fill=False)


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


@dataclass(frozen=True)
class Mass:
    """A mixture on the line: the densities of its components, each times its weight, and their names."""

    title: str
    names: tuple[str, ...]
    parts: Float[np.ndarray, "k g"]


def components(grid: Float[np.ndarray, " g"], above: tuple[Mass, Mass], below: Mass) -> bytes:
    """Two mixtures above and that of their sum below: components filled, the density as a line over them."""

    def draw(figure: Figure) -> None:
        panels = figure.subplot_mosaic([["x", "y"], ["z", "z"]], height_ratios=(1, 1.5))
        for axes, mass in zip(panels.values(), (*above, below), strict=True):
            _stacked(axes, grid, mass)
        panels["x"].set_ylabel("density")
        panels["z"].set_ylabel("density")

    return svg(draw, width=6.8, height=3.9, key="components")


def _stacked(axes: Axes, grid: Float[np.ndarray, " g"], mass: Mass) -> None:
    """Components on top of one another, each with its name in its middle."""
    base = np.zeros_like(grid)
    for k, (name, part) in enumerate(zip(mass.names, mass.parts, strict=True)):
        color = COMPONENTS[k % len(COMPONENTS)]
        seen = part > 1e-3 * part.max()
        axes.fill_between(
            grid, base, base + part, where=list(seen), facecolor=f"{color}44", edgecolor=color, linewidth=0.8
        )
        peak = int(part.argmax())
        axes.text(grid[peak], base[peak] + part[peak] / 2, name, ha="center", va="center", fontsize=8)
        base = base + part
    axes.plot(grid, base, color=INK, linewidth=1.4)
    axes.set(title=mass.title, xlim=(grid[0], grid[-1]), ylim=(0, 1.18 * float(base.max())))


@dataclass(frozen=True)
class Pixels:
    """Colors (0 to 255) shown as points in the plane of two channels."""

    title: str
    colors: Float[np.ndarray, "n 3"]


def contours(clouds: Sequence[Pixels], mixture: Mixture, channels: tuple[int, int]) -> bytes:
    """Clouds of colors side by side under the same contours, those of the mixture's marginal density.

    A contour encloses one of SHARES of what the mixture draws; where it draws it is found with its own
    samples, so no integral is needed.
    """
    plane = Mixture(
        mixture.weights,
        mixture.means[:, list(channels)],
        mixture.covariances[:, list(channels)][:, :, list(channels)],
    )
    drawn = plane.sample(4000, np.random.default_rng(0)).X
    levels = np.quantile(plane.log_prob(drawn), [1 - share for share in SHARES])
    axis = np.linspace(-30, 285, 160)
    grid = np.stack(np.meshgrid(axis, axis), axis=-1)
    heights = plane.log_prob(grid.reshape(-1, 2)).reshape(len(axis), len(axis))
    names = ("red", "green", "blue")

    def draw(figure: Figure) -> None:
        panels = figure.subplots(1, len(clouds), sharey=True, squeeze=False)[0]
        for axes, cloud in zip(panels, clouds, strict=True):
            shown = np.clip(cloud.colors, 0, 255)
            axes.scatter(*shown[:, list(channels)].T, c=shown / 255, s=8, linewidths=0.2, edgecolors=INK)
            axes.contour(
                axis, axis, heights, levels=levels, colors=INK, linewidths=(0.8, 1.2, 1.6), linestyles="-"
            )
            axes.set(title=cloud.title, xlabel=names[channels[0]], aspect="equal")
            axes.set(xlim=(axis[0], axis[-1]), ylim=(axis[0], axis[-1]), xticks=(0, 128, 255))
        panels[0].set(ylabel=names[channels[1]], yticks=(0, 128, 255))

    return svg(draw, width=6.8, height=3.5, key="contours")
