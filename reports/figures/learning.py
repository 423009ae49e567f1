"""Pictures that explain a formula: errors against sizes, and covariances as heat maps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from reports.document import INK
from reports.figures.style import BLUE, GREEN, ORANGE, svg


@dataclass(frozen=True)
class Convergence:
    """Root mean square errors of two estimates after `n` samples each."""

    n: Int[np.ndarray, " p"]
    mean_errors: Float[np.ndarray, " p"]
    covariance_errors: Float[np.ndarray, " p"]


@dataclass(frozen=True)
class RankErrors:
    """Errors for K = 0, ..., D: over all vectors, best and at random, and for data of a given rank."""

    best: Float[np.ndarray, " k"]
    random: Float[np.ndarray, "r k"]
    data: Float[np.ndarray, " k"]
    rank: int

    @property
    def spectrum(self) -> Float[np.ndarray, " d"]:
        """What each further dimension of the data explains: the squared singular values, as shares."""
        return -np.diff(self.data)


@dataclass(frozen=True)
class Heat:
    """A matrix, what it is, and what its rows are, where that is worth saying."""

    label: str
    matrix: Float[np.ndarray, "r c"]
    rows: tuple[str, ...] = ()


def convergence(picture: Convergence) -> bytes:
    """Errors against the number of samples on logarithmic axes, with lines of slope -1/2."""

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        root = 1 / np.sqrt(picture.n)
        for errors, marker, color, label in (
            (picture.covariance_errors, "s", ORANGE, "covariance"),
            (picture.mean_errors, "o", BLUE, "mean"),
        ):
            axes.loglog(
                picture.n, errors, marker=marker, markersize=4, linestyle="none", color=color, label=label
            )
            scale = float(np.exp(np.mean(np.log(errors / root))))
            axes.loglog(picture.n, scale * root, linestyle="--", linewidth=1, color=color)
        axes.plot([], [], linestyle="--", linewidth=1, color=INK, label=r"$c\,/\sqrt{n}$")
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.yaxis.set_minor_formatter(NullFormatter())
        axes.set(xlabel="samples $n$", ylabel="error (root mean square)")
        axes.legend()

    return svg(draw, width=5.4, height=2.7, key="convergence")


def rank_errors(picture: RankErrors) -> bytes:
    """Left the error over all vectors with its bound D - K, right that of data and their spectrum."""

    def draw(figure: Figure) -> None:
        left, right = figure.subplots(1, 2)
        sizes = np.arange(len(picture.best))
        for number, errors in enumerate(picture.random):
            left.plot(
                sizes, errors, marker="x", markersize=4, linestyle="none", color=ORANGE,
                label="random $B$, $W$" if number == 0 else None,
            )  # fmt: skip
        left.plot(sizes, sizes[-1] - sizes, color=INK, linewidth=1.2, label="bound $D - K$")
        left.plot(
            sizes, picture.best, marker="o", markersize=4, linestyle="none", color=BLUE, label="best $B$, $W$"
        )
        left.set(title=r"All vectors: $\Vert BW - I\Vert_F^2$", xlabel="$K$", ylim=(-0.5, 2.6 * sizes[-1]))
        left.legend(fontsize=8)
        right.bar(
            sizes[1:], picture.spectrum, width=0.6, color=f"{ORANGE}55", edgecolor=ORANGE, hatch="////",
            label=r"spectrum $s_K^2\,/\,\Vert X\Vert_F^2$",
        )  # fmt: skip
        right.plot(
            sizes, picture.data, marker="o", markersize=4, color=BLUE,
            label=r"least $\Vert BWX - X\Vert_F^2\,/\,\Vert X\Vert_F^2$",
        )  # fmt: skip
        right.axvline(picture.rank, linestyle="--", linewidth=1, color=GREEN)
        right.annotate(f"rank of $X$: {picture.rank}", (picture.rank + 0.15, 0.45 * picture.data[0]))
        right.set(title=r"Given data $X$", xlabel="$K$")
        right.legend(fontsize=8)

    return svg(draw, width=6.8, height=2.8, key="rank errors")


def heat_maps(maps: Sequence[Heat], *, key: str = "heat maps") -> bytes:
    """Matrices side by side on one scale, each entry written in its cell."""
    largest = max(float(np.abs(heat.matrix).max()) for heat in maps)

    def draw(figure: Figure) -> None:
        for axes, heat in zip(np.atleast_1d(figure.subplots(1, len(maps))), maps, strict=True):
            n_rows, n_columns = heat.matrix.shape
            axes.pcolormesh(
                heat.matrix[::-1], cmap="RdBu_r", vmin=-largest, vmax=largest, edgecolors=INK, linewidth=0.5
            )
            for row in range(n_rows):
                for column in range(n_columns):
                    value = float(heat.matrix[row, column])
                    dark = abs(value) > 0.6 * largest
                    axes.text(
                        column + 0.5,
                        n_rows - row - 0.5,
                        f"{value:.2f}".replace("-", "−"),
                        ha="center",
                        va="center",
                        fontsize=7.5,
                        color="white" if dark else "black",
                    )
            axes.set(aspect="equal", anchor="N", xticks=[])
            axes.set_yticks(n_rows - 0.5 - np.arange(len(heat.rows)), heat.rows, fontsize=8)
            axes.tick_params(length=0)
            axes.set_title(heat.label)
            axes.spines[:].set_visible(False)
            axes.grid(visible=False)

    tallest = max(len(heat.matrix) for heat in maps)
    cell = 6.3 / sum(heat.matrix.shape[1] for heat in maps)
    return svg(draw, width=6.8, height=0.35 + min(cell, 0.53) * tallest, key=key)
