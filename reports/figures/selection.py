"""Validation errors over regularizations, a line for each number of factors."""

from __future__ import annotations

from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullFormatter, NullLocator

from algorithms.rating_selection import Selection
from reports.figures.style import GREEN, svg

# Told apart by marker as well as by color.
MARKERS = "osD^vXP*"


def validation_errors(selection: Selection) -> bytes:
    """The regularization on a logarithmic axis; the smallest error is ringed."""
    best = selection.best

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        for number, (k, errors) in enumerate(
            zip(selection.n_factors, selection.validation_errors(), strict=True)
        ):
            marker = MARKERS[number % len(MARKERS)]
            axes.plot(selection.regularizations, errors, marker=marker, markersize=4, label=f"$k = {k}$")
        axes.plot(
            best.regularization, best.validation_error,
            marker="o", markersize=10, markerfacecolor="none", color=GREEN, linestyle="none",
        )  # fmt: skip
        axes.set(xscale="log", xlabel=r"regularization $\lambda$", ylabel="validation error (RMSE)")
        axes.xaxis.set_major_locator(FixedLocator(selection.regularizations))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.set_xticklabels([f"{regularization:g}" for regularization in selection.regularizations])
        axes.legend()

    return svg(draw, width=5.4, height=3.0, key="selection")
