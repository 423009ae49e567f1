"""What rests on what: axioms left, theorems to the right of all they cite."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, PathPatch
from matplotlib.path import Path

from derivations.dependencies import Node, layers
from reports.document import INK
from reports.figures.style import BLUE, GREEN, svg

BOX_WIDTH, BOX_HEIGHT, COLUMN, ROW = 1.3, 0.4, 1.52, 0.47  # inches
WRAP = 23  # letters of a label in one line


def connected(nodes: Sequence[Node]) -> tuple[Node, ...]:
    """The theorems that rest on an axiom or a theorem, or that a theorem rests on."""
    cited = {name for node in nodes for name in node.theorems}
    return tuple(node for node in nodes if node.theorems or node.axioms or node.id in cited)


def graph(nodes: Sequence[Node]) -> bytes:
    """The graph of `connected` nodes; one without any edge may not be drawn."""
    columns = _columns(nodes)
    n_rows = max(map(len, columns))
    place = {
        name: (COLUMN * column, -(number + 0.5) * n_rows / len(names) * ROW)
        for column, names in enumerate(columns)
        for number, name in enumerate(names)
    }
    titles = {_theorem(node.id): node.title for node in nodes}

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        for node in nodes:
            for name in node.theorems:
                _edge(axes, place[_theorem(name)], place[_theorem(node.id)], BLUE, 1.5)
            for name in node.axioms:
                _edge(axes, place[name], place[_theorem(node.id)], GREEN, 0.9)
        for name, (x, y) in place.items():
            _box(axes, x, y, titles.get(name, name), is_axiom=name not in titles)
        axes.set(xlim=(-0.05, COLUMN * (len(columns) - 1) + BOX_WIDTH + 0.05), ylim=(-n_rows * ROW, 0))
        axes.set_aspect("equal")
        axes.set_axis_off()

    width = COLUMN * (len(columns) - 1) + BOX_WIDTH + 0.1
    return svg(draw, width=width, height=n_rows * ROW, key="dependencies")


def _theorem(id: str) -> str:
    return f"theorem {id}"  # an axiom may have the name of a theorem


def _columns(nodes: Sequence[Node]) -> list[list[str]]:
    """The axioms, then the layers of the theorems, each sorted so that edges cross little."""
    height = layers(nodes)
    axioms = list(dict.fromkeys(name for node in nodes for name in node.axioms))
    rests_on = {_theorem(n.id): [*n.axioms, *map(_theorem, n.theorems)] for n in nodes}
    columns = [axioms]
    columns += [
        [_theorem(node.id) for node in nodes if height[node.id] == layer]
        for layer in range(max(height.values(), default=-1) + 1)
    ]
    carries: dict[str, list[str]] = {name: [] for column in columns for name in column}
    for name, below in rests_on.items():
        for other in below:
            carries[other].append(name)
    for _ in range(6):  # sweeps of the barycenter method; the order hardly changes after a few
        for number, column in enumerate(columns):
            columns[number] = _sorted(column, rests_on, carries, columns)
    return [column for column in columns if column]


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


def _edge(axes: Axes, start: tuple[float, float], end: tuple[float, float], color: str, width: float) -> None:
    left, right = (start[0] + BOX_WIDTH, start[1]), end
    bend = min(0.2, (right[0] - left[0]) / 2)
    passes_others = right[0] - left[0] > COLUMN
    path = Path(
        [left, (left[0] + bend, left[1]), (right[0] - bend, right[1]), right],
        [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4],
    )
    edge = PathPatch(path, fill=False, edgecolor=color, linewidth=width, alpha=0.35 if passes_others else 0.8)
    axes.add_patch(edge)


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
