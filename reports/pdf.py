"""A report as PDF, set by Typst: tagged for screen readers (PDF/UA-1), with bookmarks and page references.

The document goes to the compiler as JSON beside a fixed template; no string of it is ever Typst source. Only
the compiler's own fonts and matplotlib's are used and no date is written, so equal reports give equal bytes.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import typst

from reports.document import Report
from reports.numbering import resolve
from reports.pdf_data import FONT_FOLDER, DataWriter

_TEMPLATES = Path(__file__).parent / "templates"
_SOURCES = ("report.typ", "inlines.typ", "maths.typ", "emblem.typ")


def render(report: Report) -> bytes:
    """The report as PDF, the same bytes for the same report.

    Raises ValueError for what `numbering.resolve` and `maths.parse` refuse.
    """
    writer = DataWriter(resolve(report))
    attached = [{"name": each.name, "description": each.description} for each in report.attachments]
    document = {**writer.document(), "attachments": attached}
    with tempfile.TemporaryDirectory(prefix="ksquared-") as name:
        folder = Path(name)
        for source in _SOURCES:
            (folder / source).write_bytes((_TEMPLATES / source).read_bytes())
        for file, data in writer.files.items():
            (folder / file).write_bytes(data)
        (folder / "attached").mkdir()
        for attachment in report.attachments:
            (folder / "attached" / attachment.name).write_bytes(attachment.data)
        (folder / "document.json").write_text(json.dumps(document), encoding="utf-8")
        compiled: bytes = typst.compile(
            str(folder / "report.typ"),
            root=str(folder),
            format="pdf",
            font_paths=[str(FONT_FOLDER)],
            ignore_system_fonts=True,
            pdf_standards=["ua-1"],
        )
    return compiled
