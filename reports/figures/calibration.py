"""How often checks erred in the calibration study, with exact intervals, against the rate they state."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reports.document import INK
from reports.figures.style import BLUE, ORANGE, svg
from verification.calibration import RATE, Row


def rates(alarms: Sequence[Row], misses: Sequence[Row]) -> bytes:
    """Left how often the truth was rejected, right how often a wrong answer was accepted; a row a check.

    `alarms` and `misses` are of the same checks in the same order.
    """

    def draw(figure: Figure) -> None:
        left, right = figure.subplots(1, 2, sharex=True, sharey=True)
        _panel(left, alarms, BLUE, "o")
        left.set(title="Right formula rejected", xlabel="share of runs (%)")
        left.set_yticks(range(len(alarms)), [row.check for row in alarms], fontsize=7)
        _panel(right, misses, ORANGE, "s")
        right.set(title="Wrong formula accepted", xlabel="share of runs (%)")
        right.set_xlim(-0.3, 100 * max(row.high for row in (*alarms, *misses)) + 0.3)

    return svg(draw, width=6.8, height=0.9 + 0.17 * len(alarms), key="calibration")


def _panel(axes: Axes, rows: Sequence[Row], color: str, marker: str) -> None:
    for place, row in enumerate(rows):
        axes.plot([100 * row.low, 100 * row.high], [place, place], color=color, linewidth=1.2)
        axes.plot(100 * row.rate, place, marker=marker, color=color, markersize=3.5)
    axes.axvline(100 * RATE, linestyle=(0, (5, 3)), linewidth=1, color=INK)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
