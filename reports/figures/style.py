"""One visual language for all figures.

Lines and letters are drawn in INK, which the HTML report replaces by the color of the surrounding text, so
that figures read well on light and dark pages. Colors are told apart with every common color blindness, and
no figure says by color alone what it could also say by line style, marker or label.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.rcsetup import cycler

from reports.document import INK

BLUE, ORANGE, GREEN, PURPLE = "#3b78c4", "#c9541c", "#2c8c5a", "#9a5fb8"
COMPONENTS = (BLUE, GREEN, PURPLE, ORANGE)  # in grey they are told apart by MARKERS
MARKERS = ("o", "^", "s", "D", "v")

_COORDINATES = re.compile(rb'\b(?:d|x|y|cx|cy)="[^"]*"')
_BELOW_A_HUNDREDTH = re.compile(rb"(\.\d\d)\d+")
_ALIKE = re.compile(
    rb'(<g clip-path="[^"]*")>((?:\s*<use [^>]*?) style="([^"]*)"/>(?:\s*<use [^>]*? style="\3"/>)+)'
)

_STYLE: dict[Any, Any] = {
    "svg.fonttype": "path",  # letters as outlines: the same in every viewer
    "font.family": "DejaVu Sans",  # comes with matplotlib, so the bytes do not depend on the machine's fonts
    "font.size": 9,
    "mathtext.fontset": "dejavusans",
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.titlesize": 9.5,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#88888844",
    "axes.prop_cycle": cycler(color=[BLUE, ORANGE, GREEN, PURPLE]),
    "axes.formatter.useoffset": False,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "legend.frameon": False,
    "figure.constrained_layout.use": True,
}


def svg(draw: Callable[[Figure], None], *, width: float, height: float, key: str) -> bytes:
    """Call `draw` on an empty figure of `width` by `height` inches and return it as SVG.

    The ids in the file are made from `key` and the content, and no date is written: equal input, equal bytes.
    """
    with mpl.rc_context({**_STYLE, "svg.hashsalt": key}):
        figure = Figure(figsize=(width, height))
        FigureCanvasSVG(figure)
        draw(figure)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return _smaller(buffer.getvalue())


def _smaller(drawn: bytes) -> bytes:
    """The same picture in half the bytes: hundredths of a point, one style for markers that are alike."""
    rounded = _COORDINATES.sub(lambda found: _BELOW_A_HUNDREDTH.sub(rb"\1", found[0]), drawn)
    return _ALIKE.sub(_styled_once, rounded)


def _styled_once(found: re.Match[bytes]) -> bytes:
    group, markers, style = found.groups()
    return b'%s style="%s">%s' % (group, style, markers.replace(b' style="%s"' % style, b""))
