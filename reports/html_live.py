"""The panels of controls below figures that a reader can move, and the scripts they need."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from markupsafe import Markup

from reports.live import Live, Palettes, SumOfMixtures, Walk, to_json


@dataclass(frozen=True)
class Panel:
    """What the page holds of one panel: `templates/live_<kind>.js` fills it from `data`."""

    kind: str
    title: str
    data: Markup


def panel(live: Live) -> Panel:
    """The panel of one figure that moves."""
    data = in_script(to_json(live))
    match live:
        case SumOfMixtures():
            return Panel("sum", "Try it: two mixtures and their sum", data)
        case Palettes():
            return Panel("palettes", "Try it: more or fewer colors", data)
        case Walk():
            return Panel("walk", f"Try it: step through {live.algorithm}", data)


def in_script(json: str) -> Markup:
    """JSON that can stand in a `script` element: no `<` is left that could end it."""
    return Markup(json.replace("<", "\\u003c"))


def scripts(panels: Set[str]) -> tuple[str, ...]:
    """The templates that make up the script of a page with these kinds of panels, in order."""
    moving = ("live.js", *(f"live_{kind}.js" for kind in sorted(panels))) if panels else ()
    return ("report.js", "previews.js", *moving)
