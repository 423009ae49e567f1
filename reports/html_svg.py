"""Makes an SVG picture part of an HTML page, so that it takes the page's text color in light and dark.

Inline SVG shares the page's ids and could bring scripts, styles and links with it: only what draws is kept,
and ids that are used get names of this page. Places are rounded to hundredths of a point: no eye can tell.
"""

from __future__ import annotations

import base64
import hashlib
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping

from markupsafe import Markup

from reports.document import INK
from reports.html_picture import data_url

_SVG = "{http://www.w3.org/2000/svg}"
_LINKS = ("{http://www.w3.org/1999/xlink}href", "href")
_DRAWING = (
    "svg g defs path rect circle ellipse line polyline polygon text tspan image use symbol clipPath mask"
)
_PAINTING = "pattern marker linearGradient radialGradient stop"
_KEPT = {f"{_SVG}{name}" for name in f"{_DRAWING} {_PAINTING}".split()}
_LOCAL_URL = re.compile(r"url\(#([^)]+)\)")
_PNG = "data:image/png;base64,"
_PLACES = {"d", "points", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "width", "height"}
_AROUND_LETTERS = re.compile(r" ?([A-Za-z]) ?")
_LONG_NUMBER = re.compile(r"-?\d+\.\d{3,}")


def inline_svg(data: bytes) -> Markup:
    """The `svg` element of a picture, ready to stand in a page.

    Raises ValueError if `data` is not an SVG file.
    """
    try:
        root = ET.fromstring(data)
    except ET.ParseError as error:
        raise ValueError(f"the figure is not SVG: {error}") from None
    if root.tag != f"{_SVG}svg":
        raise ValueError(f"the figure is not SVG: its root element is {root.tag!r}")
    prefix = f"f{hashlib.sha256(data).hexdigest()[:8]}-"
    used = dict.fromkeys(id for element in root.iter() for id in _referred(element))
    _clean(root, {id: f"{prefix}{number}" for number, id in enumerate(used)})
    if "viewBox" not in root.attrib:
        width, height = (root.get(name, "").rstrip("ptx") for name in ("width", "height"))
        root.set("viewBox", f"0 0 {width} {height}")
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    root.set("aria-hidden", "true")  # the element around it carries the alternative text
    text = ET.tostring(root, encoding="unicode")
    text = re.sub(r"(</?)ns\d+:", r"\1", re.sub(r' xmlns:ns\d+="[^"]*"', "", text))
    return Markup(text.replace(INK, "currentColor"))


def _referred(element: ET.Element) -> Iterator[str]:
    """The ids that the attributes of an element refer to."""
    for name, value in element.attrib.items():
        if name in _LINKS and value.startswith("#"):
            yield value[1:]
        yield from _LOCAL_URL.findall(value)


def _clean(element: ET.Element, names: Mapping[str, str]) -> None:
    """Keep what draws; `names` are the new names of the ids that are used."""
    for child in list(element):
        if child.tag in _KEPT:
            _clean(child, names)
        else:
            element.remove(child)
    element.text = (element.text or "").strip() or None
    element.tail = None
    for name, value in list(element.attrib.items()):
        del element.attrib[name]
        if name == "id":
            if value in names:
                element.set("id", names[value])
        elif name in _LINKS:
            if value.startswith("#"):
                element.set("href", "#" + names[value[1:]])
            elif value.startswith(_PNG):
                element.set("href", data_url(base64.b64decode(value.removeprefix(_PNG))))
        elif not name.lower().startswith("on"):
            value = _LOCAL_URL.sub(lambda match: f"url(#{names[match[1]]})", value)
            if name in _PLACES:
                value = _shorter(value)
            elif name == "style":
                value = value.replace(": ", ":").replace("; ", ";")
            element.set(name, value)


def _shorter(places: str) -> str:
    """Coordinates with at most two decimals and no more space than needed."""
    rounded = _LONG_NUMBER.sub(lambda number: f"{float(number[0]):.2f}", places)
    return _AROUND_LETTERS.sub(r"\1", " ".join(rounded.split()))
