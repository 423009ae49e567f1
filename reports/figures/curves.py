"""How an objective moved while an algorithm ran. Entry 0 of a trace is the start, before the first step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from reports.figures.style import BLUE, GREEN, ORANGE, svg


def losses(train: Sequence[float], validation: Sequence[float], best: int) -> bytes:
    """Training and validation loss per iteration, side by side; `best` is the iteration returned.

    The start is left out unless it is the best: a random one is so bad that nothing else could be seen.
    """
    first = min(best, 1)

    def draw(figure: Figure) -> None:
        left, right = figure.subplots(1, 2)
        _curve(left, train, first, color=BLUE, marker="o")
        left.set(title="Training loss", xlabel="iteration", ylabel="loss")
        _curve(right, validation, first, color=ORANGE, marker="s")
        right.set(title=f"Validation loss, least at iteration {best}", xlabel="iteration")
        for axes, values in ((left, train), (right, validation)):
            axes.axvline(best, linestyle="--", linewidth=1, color=GREEN)
            axes.plot(best, values[best], marker="o", markersize=9, markerfacecolor="none", color=GREEN)

    return svg(draw, width=6.8, height=2.6, key="losses")


def objective(values: Sequence[float], *, title: str, ylabel: str, key: str) -> bytes:
    """One objective per iteration."""

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        _curve(axes, values, 0, color=BLUE, marker="o")
        axes.set(title=title, xlabel="iteration", ylabel=ylabel)

    return svg(draw, width=5.2, height=2.5, key=key)


@dataclass(frozen=True)
class Scored:
    """A way to predict, its error and the standard error of that."""

    name: str
    score: float
    error: float


def scores(rivals: Sequence[Scored], *, xlabel: str, key: str) -> bytes:
    """A point for each rival, least error on top, with two standard errors to each side."""
    listed = sorted(rivals, key=lambda rival: -rival.score)

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        for row, rival in enumerate(listed):
            color, marker = (BLUE, "o") if row == len(listed) - 1 else (ORANGE, "s")
            axes.errorbar(
                rival.score, row, xerr=2 * rival.error, marker=marker, color=color, capsize=3, linewidth=1.4
            )
            axes.text(rival.score, row + 0.15, f"{rival.score:.3f}", ha="center")
        axes.set(xlabel=xlabel, ylim=(-0.5, len(listed) - 0.3), yticks=range(len(listed)))
        axes.set_yticklabels([rival.name for rival in listed])
        axes.grid(visible=False, axis="y")

    return svg(draw, width=6.0, height=0.55 + 0.45 * len(listed), key=key)


def _curve(axes: Axes, values: Sequence[float], first: int, *, color: str, marker: str) -> None:
    iterations = range(first, len(values))
    # Markers say where the iterations are; on a long run they would only thicken the line.
    axes.plot(
        iterations, values[first:], color=color, marker=marker if len(values) <= 40 else None, markersize=3
    )
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
