"""How the evidence of a sequential test grew until it decided."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from reports.document import INK
from reports.figures.style import svg
from verification.outcome import Outcome

_LINES = ("-", "--", "-.", ":")


def paths(outcomes: Sequence[Outcome]) -> bytes:
    """Left the evidence against each claim, right that for it, each with the bound for deciding."""

    def draw(figure: Figure) -> None:
        against, in_favor = figure.subplots(1, 2)
        for index, outcome in enumerate(outcomes):
            n = [point.n for point in outcome.path]
            style = _LINES[index % len(_LINES)]
            against.plot(n, [point.log_e_reject for point in outcome.path], linestyle=style)
            in_favor.plot(
                n, [point.log_e_accept for point in outcome.path], linestyle=style, label=outcome.id
            )
        bounds = (
            (against, outcomes[0].log_reject, "reject above", -10),
            (in_favor, outcomes[0].log_accept, "accept above", 3),
        )
        for axes, bound, text, points_above in bounds:
            axes.axhline(bound, linestyle=(0, (5, 3)), linewidth=1, color=INK)
            axes.annotate(
                text,
                (0.02, bound),
                xycoords=("axes fraction", "data"),
                xytext=(0, points_above),
                textcoords="offset points",
            )
            axes.set_xscale("log")
            axes.set_xlabel("samples")
        against.set(title="Evidence against the formula", ylabel="log e-value")
        in_favor.set(title="Evidence for the formula")
        figure.legend(loc="outside lower center", ncols=2)

    return svg(draw, width=6.8, height=3.0, key="paths")
