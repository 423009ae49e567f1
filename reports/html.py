"""A report as one HTML file: nothing is fetched, nothing but our own script runs.

Formulas are native MathML in a bundled font. The content security policy allows the one script by its hash,
and no connection: a page opened from a memory stick in ten years shows the same. Without scripts the page
reads completely; what only a script can do is not shown then.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path

from markupsafe import Markup

from reports.document import Report
from reports.html_blocks import BlockWriter, environment
from reports.html_live import in_script, scripts
from reports.numbering import resolve

_HERE = Path(__file__).parent
_CONTENTS_DEPTH = 2
MATH_FONT = "Report Math"
_FONTS = (
    ("Report Serif", "normal", 400, "LibertinusSerif-Regular"),
    ("Report Serif", "italic", 400, "LibertinusSerif-Italic"),
    ("Report Serif", "normal", 600, "LibertinusSerif-Semibold"),
    (MATH_FONT, "normal", 400, "NewCMMath-Book"),
)


def render(report: Report, more_script: str = "") -> bytes:
    """The report as HTML in UTF-8, the same bytes for the same report.

    more_script: JavaScript of ours, for what this kind of page can do beyond others.
    Raises ValueError for what `numbering.resolve` and `maths.parse` refuse.
    """
    numbered = resolve(report)
    templates = environment()
    writer = BlockWriter(numbered, templates)
    body = writer.blocks(numbered.report.body, level=2)
    above = writer.summary(numbered.report.summary) if numbered.report.summary else Markup("")
    script = "".join(map(text_of, scripts(writer.panels))) + (f"{{\n{more_script}}}\n" if more_script else "")
    more_style = Markup(text_of("live.css")) if writer.panels else Markup("")
    page = templates.get_template("page.html.j2").render(
        report=numbered.report,
        summary=above,
        contents=[(e, writer.inlines(e.title)) for e in numbered.contents if e.depth < _CONTENTS_DEPTH],
        body=body,
        attachments=[(each, in_script(each.data.decode("utf-8"))) for each in numbered.report.attachments],
        style=style(with_formulas="<math" in above + body) + more_style,
        script=Markup(script),
        policy=policy(script),
    )
    return page.encode("utf-8")


def policy(script: str) -> str:
    """The content security policy of a page whose only script is `script`."""
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    return (
        "default-src 'none'; img-src data:; font-src data:; style-src 'unsafe-inline'; "
        f"script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


@cache
def text_of(name: str) -> str:
    """The file `name` of the templates: a script or a style sheet."""
    return (_HERE / "templates" / name).read_text(encoding="utf-8")


def style(*, with_formulas: bool) -> Markup:
    """The style sheet, with its fonts inside; that of formulas, the largest, only where there are some."""
    return Markup(_font_faces(with_formulas) + text_of("report.css"))


@cache
def _font_faces(with_formulas: bool) -> str:
    faces = []
    for family, slope, weight, file in _FONTS:
        if family == MATH_FONT and not with_formulas:
            continue
        data = base64.b64encode((_HERE / "fonts" / f"{file}.woff2").read_bytes()).decode("ascii")
        faces.append(
            f'@font-face {{ font-family: "{family}"; font-style: {slope}; font-weight: {weight}; '
            f'src: url(data:font/woff2;base64,{data}) format("woff2"); }}\n'
        )
    return "".join(faces)
