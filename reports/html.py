"""A report as one HTML file: nothing is fetched, nothing but our own script runs.

Formulas are native MathML in a bundled font. The content security policy allows the one script by its hash,
and no connection: a page opened from a memory stick in ten years shows the same.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path

from markupsafe import Markup

from reports.document import Report
from reports.html_blocks import BlockWriter, environment
from reports.numbering import resolve

_HERE = Path(__file__).parent
_CONTENTS_DEPTH = 2
_FONTS = (
    ("Report Serif", "normal", 400, "LibertinusSerif-Regular"),
    ("Report Serif", "italic", 400, "LibertinusSerif-Italic"),
    ("Report Serif", "normal", 600, "LibertinusSerif-Semibold"),
    ("Report Math", "normal", 400, "NewCMMath-Book"),
)


def render(report: Report) -> bytes:
    """The report as HTML in UTF-8, the same bytes for the same report.

    Raises ValueError for what `numbering.resolve` and `maths.parse` refuse.
    """
    numbered = resolve(report)
    templates = environment()
    writer = BlockWriter(numbered, templates)
    script = _text("templates/report.js")
    page = templates.get_template("page.html.j2").render(
        report=numbered.report,
        summary=writer.summary(numbered.report.summary) if numbered.report.summary else "",
        contents=[(e, writer.inlines(e.title)) for e in numbered.contents if e.depth < _CONTENTS_DEPTH],
        body=writer.blocks(numbered.report.body, level=2),
        style=Markup(_font_faces() + _text("templates/report.css")),
        script=Markup(script),
        policy=_policy(script),
    )
    return page.encode("utf-8")


def _policy(script: str) -> str:
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    return (
        "default-src 'none'; img-src data:; font-src data:; style-src 'unsafe-inline'; "
        f"script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


@cache
def _text(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


@cache
def _font_faces() -> str:
    faces = []
    for family, style, weight, file in _FONTS:
        data = base64.b64encode((_HERE / "fonts" / f"{file}.woff2").read_bytes()).decode("ascii")
        faces.append(
            f'@font-face {{ font-family: "{family}"; font-style: {style}; font-weight: {weight}; '
            f'src: url(data:font/woff2;base64,{data}) format("woff2"); }}\n'
        )
    return "".join(faces)
