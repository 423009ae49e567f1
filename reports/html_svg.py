"""Makes an SVG picture part of an HTML page, so that it takes the page's text color in light and dark.

Inline SVG shares the page's ids and could bring scripts, styles and links with it: ids get a prefix, and only
what draws is kept.
"""

from __future__ import annotations

import hashlib
import re
import xml.etree.ElementTree as ET

from markupsafe import Markup

from reports.document import INK

_SVG = "{http://www.w3.org/2000/svg}"
_XLINK_HREF = "{http://www.w3.org/1999/xlink}href"
_DRAWING = (
    "svg g defs path rect circle ellipse line polyline polygon text tspan image use symbol clipPath mask"
)
_PAINTING = "pattern marker linearGradient radialGradient stop"
_KEPT = {f"{_SVG}{name}" for name in f"{_DRAWING} {_PAINTING}".split()}
_LOCAL_URL = re.compile(r"url\(#([^)]+)\)")


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
    _clean(root, prefix)
    if "viewBox" not in root.attrib:
        width, height = (root.get(name, "").rstrip("ptx") for name in ("width", "height"))
        root.set("viewBox", f"0 0 {width} {height}")
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    root.set("aria-hidden", "true")  # the element around it carries the alternative text
    text = ET.tostring(root, encoding="unicode")
    text = re.sub(r"(</?)ns\d+:", r"\1", re.sub(r' xmlns:ns\d+="[^"]*"', "", text))
    return Markup(text.replace(INK, "currentColor"))


def _clean(element: ET.Element, prefix: str) -> None:
    for child in list(element):
        if child.tag in _KEPT:
            _clean(child, prefix)
        else:
            element.remove(child)
    element.text = (element.text or "").strip() or None
    element.tail = None
    for name, value in list(element.attrib.items()):
        del element.attrib[name]
        if name == "id":
            element.set("id", prefix + value)
        elif name in (_XLINK_HREF, "href"):
            if value.startswith("#"):
                element.set("href", "#" + prefix + value[1:])
            elif value.startswith("data:image/png;"):
                element.set("href", value)
        elif not name.lower().startswith("on"):
            element.set(name, _LOCAL_URL.sub(rf"url(#{prefix}\1)", value))
