"""How an objective moved while an algorithm ran. Entry 0 of a trace is the start, before the first step."""

from __future__ import annotations

from collections.abc import Sequence

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


def _curve(axes: Axes, values: Sequence[float], first: int, *, color: str, marker: str) -> None:
    iterations = range(first, len(values))
    # Markers say where the iterations are; on a long run they would only thicken the line.
    axes.plot(
        iterations, values[first:], color=color, marker=marker if len(values) <= 40 else None, markersize=3
    )
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
