"""What rests on what: axioms left, theorems to the right of all they cite."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, PathPatch
from matplotlib.path import Path

from derivations.dependencies import Node, layers
from reports.document import INK
from reports.figures.style import BLUE, GREEN, svg

BOX_WIDTH, BOX_HEIGHT, COLUMN, ROW = 1.3, 0.4, 1.52, 0.47  # inches
WRAP = 23  # letters of a label in one line
PASSING = "through "  # how the name of a place begins where a line passes a column


def connected(nodes: Sequence[Node]) -> tuple[Node, ...]:
    """The theorems that rest on an axiom or a theorem, or that a theorem rests on."""
    cited = {name for node in nodes for name in node.theorems}
    return tuple(node for node in nodes if node.theorems or node.axioms or node.id in cited)


def graph(nodes: Sequence[Node]) -> bytes:
    """The graph of `connected` nodes; one without any edge may not be drawn."""
    columns, edges = _columns(nodes)
    n_rows = max(sum(map(_share, names)) for names in columns)
    place = {}
    for column, names in enumerate(columns):
        row = n_rows / sum(map(_share, names))
        above = 0.0
        for name in names:
            place[name] = (COLUMN * column, -(above + _share(name) / 2) * row * ROW)
            above += _share(name)
    titles = {_theorem(node.id): node.title for node in nodes}

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        for path in edges:
            _edge(axes, [place[name] for name in path], BLUE if path[0] in titles else GREEN)
        for name, (x, y) in place.items():
            if not name.startswith(PASSING):
                _box(axes, x, y, titles.get(name, name), is_axiom=name not in titles)
        axes.set(xlim=(-0.05, COLUMN * (len(columns) - 1) + BOX_WIDTH + 0.05), ylim=(-n_rows * ROW, 0))
        axes.set_aspect("equal")
        axes.set_axis_off()

    width = COLUMN * (len(columns) - 1) + BOX_WIDTH + 0.1
    return svg(draw, width=width, height=n_rows * ROW, key="dependencies")


def _theorem(id: str) -> str:
    return f"theorem {id}"  # an axiom may have the name of a theorem


def _share(name: str) -> float:
    """Of the height of a column; a line that only passes through needs less than a box."""
    return 0.35 if name.startswith(PASSING) else 1.0


def _columns(nodes: Sequence[Node]) -> tuple[list[list[str]], list[list[str]]]:
    """The axioms, then the layers of the theorems, each sorted so that edges cross little; and the edges.

    An edge is the names it goes through. One that passes a column has a place of its own there, so that no
    line runs through a box.
    """
    height = layers(nodes)
    axioms = list(dict.fromkeys(name for node in nodes for name in node.axioms))
    level = dict.fromkeys(axioms, 0) | {_theorem(node.id): height[node.id] + 1 for node in nodes}
    columns: list[list[str]] = [[] for _ in range(max(level.values(), default=0) + 1)]
    for name, layer in level.items():
        columns[layer].append(name)
    edges = []
    for node in nodes:
        end = _theorem(node.id)
        for start in (*map(_theorem, node.theorems), *node.axioms):
            passed = [f"{PASSING}{layer}: {start}, {end}" for layer in range(level[start] + 1, level[end])]
            for layer, name in enumerate(passed, start=level[start] + 1):
                columns[layer].append(name)
            edges.append([start, *passed, end])
    rests_on: dict[str, list[str]] = {name: [] for column in columns for name in column}
    carries: dict[str, list[str]] = {name: [] for column in columns for name in column}
    for path in edges:
        for below, above in pairwise(path):
            rests_on[above].append(below)
            carries[below].append(above)
    for _ in range(6):  # sweeps of the barycenter method; the order hardly changes after a few
        for number, column in enumerate(columns):
            columns[number] = _sorted(column, rests_on, carries, columns)
    return [column for column in columns if column], edges


def _sorted(
    column: list[str],
    rests_on: Mapping[str, list[str]],
    carries: Mapping[str, list[str]],
    columns: Sequence[Sequence[str]],
) -> list[str]:
    """A column in the order of the mean height of its neighbors."""
    at = {name: (place + 0.5) / len(names) for names in columns for place, name in enumerate(names)}

    def barycenter(name: str) -> tuple[float, float]:
        neighbors = [*rests_on.get(name, ()), *carries[name]]
        own = at[name]
        return (sum(at[other] for other in neighbors) / len(neighbors) if neighbors else own, own)

    return sorted(column, key=barycenter)


def _edge(axes: Axes, places: Sequence[tuple[float, float]], color: str) -> None:
    """A line from the right of the first place to the left of the last, straight through those between."""
    points: list[tuple[float, float]] = []
    codes: list[np.uint8] = []
    for (x, y), (to_x, to_y) in pairwise(places):
        start, bend = (x + BOX_WIDTH, y), (COLUMN - BOX_WIDTH) / 2
        points += [start, (start[0] + bend, y), (to_x - bend, to_y), (to_x, to_y)]
        codes += [Path.LINETO if codes else Path.MOVETO, *[Path.CURVE4] * 3]
    axes.add_patch(PathPatch(Path(points, codes), fill=False, edgecolor=color, linewidth=1.2, alpha=0.85))


def _box(axes: Axes, x: float, y: float, label: str, *, is_axiom: bool) -> None:
    shape = FancyBboxPatch(
        (x, y - BOX_HEIGHT / 2),
        BOX_WIDTH,
        BOX_HEIGHT,
        boxstyle="round,pad=0,rounding_size=0.05",
        facecolor=f"{GREEN if is_axiom else BLUE}22",
        edgecolor=INK,
        linewidth=0.7,
        linestyle="--" if is_axiom else "-",
    )
    axes.add_patch(shape)
    lines = "\n".join(textwrap.wrap(label, WRAP, max_lines=3, placeholder=" …"))
    axes.text(x + BOX_WIDTH / 2, y, lines, ha="center", va="center", fontsize=6.6, linespacing=1.05)
