"""An algorithm at work on points in the plane, moment by moment, as small multiples."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reports.document import INK
from reports.figures.mixtures import ellipse
from reports.figures.style import COMPONENTS, MARKERS, svg
from reports.live import Frame, Walk

PANELS = 6


def moments(walk: Walk, stride: int) -> tuple[int, ...]:
    """Which frames are shown: the first, the last, and between them more early ones than late ones.

    Only every frame of number `stride`, 2 `stride`, ... is a candidate, so that all show the same half of an
    iteration.
    """
    candidates = range(0, len(walk.frames), stride)
    last = len(candidates) - 1
    places = np.rint(np.geomspace(1, last + 1, PANELS) - 1).astype(int)
    return tuple(candidates[place] for place in np.unique(np.minimum(places, last)))


def small_multiples(walk: Walk, *, stride: int, symbol: str, key: str) -> bytes:
    """One panel a moment: points marked by component, centers as crosses, covariances as ellipses.

    `symbol` is the objective in the title of each panel.
    """
    points = np.array(walk.points)
    low, high = points.min(axis=0) - 0.6, points.max(axis=0) + 0.6
    shown = [walk.frames[number] for number in moments(walk, stride)]

    def draw(figure: Figure) -> None:
        panels = figure.subplots(1, len(shown), sharex=True, sharey=True, squeeze=False)[0]
        for axes, frame in zip(panels, shown, strict=True):
            _draw(axes, points, frame)
            when = frame.said.split(":")[0].lower()
            axes.set_title(f"{when}\n${symbol} = {frame.objective:.0f}$", fontsize=7.5)
            axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), xticks=[], yticks=[], aspect="equal")
            axes.spines[:].set_visible(True)
            axes.spines[:].set_alpha(0.35)

    width = 6.8
    panel = width / len(shown) * (high[1] - low[1]) / (high[0] - low[0])
    return svg(draw, width=width, height=panel + 0.42, key=key)


def _draw(axes: Axes, points: np.ndarray, frame: Frame) -> None:
    labels = np.argmax(frame.shares, axis=1)
    for k, center in enumerate(frame.centers):
        own = points[labels == k]
        color, marker = COMPONENTS[k % len(COMPONENTS)], MARKERS[k % len(MARKERS)]
        axes.scatter(own[:, 0], own[:, 1], s=6, marker=marker, color=color, alpha=0.65, linewidths=0)
        axes.scatter(*center, marker="X", s=34, color=INK, linewidths=0, zorder=3)
    for center, (xx, xy, yy) in zip(frame.centers, frame.covariances, strict=False):
        for scale in (1, 2):
            shape = ellipse(np.array(center), np.array([[xx, xy], [xy, yy]]), scale)
            shape.set(edgecolor=INK, linewidth=1.2 / scale)
            axes.add_patch(shape)
