"""How an interval around an estimate shrank while samples came in, and that it kept the closed form."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from reports.document import INK
from reports.figures.style import BLUE, svg
from verification.outcome import Outcome

ACROSS = 2


def sequences(outcomes: Sequence[Outcome]) -> bytes:
    """A chart for each check: the confidence sequence of its estimate; dashed, the closed form."""

    def draw(figure: Figure) -> None:
        rows = -(-len(outcomes) // ACROSS)
        panels = figure.subplots(rows, ACROSS, squeeze=False).ravel()
        for axes, outcome in zip(panels, outcomes, strict=False):
            n = [interval.n for interval in outcome.confidence]
            low = [interval.low for interval in outcome.confidence]
            high = [interval.high for interval in outcome.confidence]
            axes.fill_between(n, low, high, color=BLUE, alpha=0.3, linewidth=0)
            axes.plot(n, low, color=BLUE, linewidth=1, marker="_", markersize=4)
            axes.plot(n, high, color=BLUE, linewidth=1, marker="_", markersize=4)
            axes.axhline(outcome.closed_form, linestyle=(0, (5, 3)), linewidth=1, color=INK)
            # The first intervals are so wide that nothing could be seen of the others.
            middle = outcome.confidence[len(outcome.confidence) // 2]
            room = 1.2 * max(
                abs(end - outcome.closed_form) for end in (middle.low, middle.high, outcome.estimate)
            )
            axes.set_ylim(outcome.closed_form - room, outcome.closed_form + room)
            axes.set_xscale("log")
            axes.xaxis.set_minor_formatter(NullFormatter())
            axes.set_title(f"{outcome.id}\n{outcome.statistic}", fontsize=8)
        for axes in panels[len(outcomes) :]:
            axes.set_visible(False)
        for axes in panels[max(0, len(outcomes) - ACROSS) : len(outcomes)]:
            axes.set_xlabel("samples")

    return svg(draw, width=6.8, height=2.0 * -(-len(outcomes) // ACROSS) + 0.3, key="confidence")
