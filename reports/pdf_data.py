"""Turns the blocks of a document into the JSON that the Typst template reads.

The keys are those of `templates/report.typ`. Every string goes through `printable`: hidden characters and
those that no font of the PDF has are spelled out, and long words get places to break.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib
from fontTools.ttLib import TTFont

from reports import check_cells, numbers
from reports.document import (
    INK,
    Badge,
    Block,
    Bullets,
    Callout,
    CheckTable,
    Code,
    Derivation,
    Emph,
    Equation,
    Figure,
    Inline,
    Inlines,
    Link,
    Listing,
    Math,
    Prose,
    Ref,
    Report,
    Section,
    Strong,
    Summary,
    Table,
    Text,
    Tone,
)
from reports.maths import Node, parse, tree_of
from reports.numbering import Numbered
from reports.speech import speech
from reports.tones import SYMBOLS, WORDS
from reports.visible import code_point, visible

Json = dict[str, Any]

FONT_FOLDER = Path(matplotlib.get_data_path()) / "fonts" / "ttf"  # DejaVu Sans, for what Libertinus lacks
PRINT_INK = "#1b1f24"
LONGEST_WHOLE_LISTING = 45  # lines that fit on a page; longer listings may break
LONGEST_WHOLE_ROW = 1500  # characters of a table row or a box that stays on one page

_LONG_WORD = re.compile(r"[^\s\u200b]{28}(?=[^\s\u200b])")


class DataWriter:
    """Writes the blocks of one numbered report as JSON; `files` collects the pictures by file name."""

    def __init__(self, numbered: Numbered) -> None:
        self._numbered = numbered
        self.files: dict[str, bytes] = {}

    def document(self) -> Json:
        """The whole report."""
        report: Report = self._numbered.report
        return {
            "title": printable(report.title),
            "subtitle": printable(report.subtitle),
            "author": printable(report.author),
            "lang": report.lang,
            "meta": [[printable(name), printable(value)] for name, value in report.meta],
            "summary": self._summary(report.summary) if report.summary else None,
            "new-page": len(self._numbered.contents) >= 8,
            "body": self._blocks(report.body),
        }

    def _summary(self, summary: Summary) -> Json:
        tallies = [
            {"value": printable(tally.value), "label": printable(tally.label), "tone": tally.tone}
            for tally in summary.tallies
        ]
        return {**self._box(summary.tone, summary.title, summary.body), "tallies": tallies}

    def _box(self, tone: Tone, title: Inlines, body: tuple[Block, ...]) -> Json:
        return {
            "tone": tone,
            "symbol": SYMBOLS[tone],
            "title": self._inlines(title),
            "body": self._blocks(body),
            "long": not all(isinstance(block, Prose | Bullets | Equation) for block in body)
            or sum(map(_n_characters_of, body)) > LONGEST_WHOLE_ROW,
        }

    def _inlines(self, inlines: Inlines) -> list[Json]:
        return [self._inline(inline) for inline in inlines]

    def _inline(self, inline: Inline) -> Json:
        match inline:
            case Text(text):
                return {"kind": "text", "text": printable(text)}
            case Code(text):
                return {"kind": "code", "text": printable(text)}
            case Math(_, alt):
                return {"kind": "math", **_formula(tree_of(inline), alt)}
            case Emph(text):
                return {"kind": "emph", "text": printable(text)}
            case Strong(text):
                return {"kind": "strong", "text": printable(text)}
            case Ref(to, text):
                return {
                    "kind": "reference",
                    "to": to,
                    "text": printable(text or str(self._numbered.labels[to])),
                }
            case Link(url, text):
                if inline.leads_to_the_web:
                    return {"kind": "link", "url": visible(url), "text": printable(text)}
                return {"kind": "text", "text": printable(text)}
            case Badge(tone, word):
                return _badge(tone, word)

    def _blocks(self, blocks: tuple[Block, ...]) -> list[Json]:
        return [self._block(block) for block in blocks]

    def _block(self, block: Block) -> Json:
        match block:
            case Section():
                number = self._numbered.number(block.id)
                title, body = self._inlines(block.title), self._blocks(block.body)
                return {"kind": "section", "id": block.id, "number": number, "title": title, "body": body}
            case Prose():
                return {"kind": "prose", "body": self._inlines(block.body)}
            case Bullets():
                return {
                    "kind": "bullets",
                    "items": [self._inlines(item) for item in block.items],
                    "ordered": block.ordered,
                }
            case Equation():
                number = self._numbered.number(block.id)
                formula = _formula(tree_of(block, display=True), block.alt)
                return {"kind": "equation", "id": block.id, "number": number, **formula}
            case Derivation():
                return self._derivation(block)
            case CheckTable():
                return self._check_table(block)
            case Table():
                return self._table(block)
            case Figure():
                return self._figure(block)
            case Listing():
                return self._listing(block)
            case Callout():
                return {"kind": "callout", **self._box(block.tone, block.title, block.body)}

    def _captioned(self, kind: str, id: str, caption: Inlines) -> Json:
        label = str(self._numbered.labels[id])
        return {"kind": kind, "id": id, "label": label, "caption": self._inlines(caption)}

    def _derivation(self, block: Derivation) -> Json:
        steps = [
            {
                **_formula(parse(f"{{}}{step.relation} {step.tex}", display=True)),
                "why": self._inlines(step.why),
                "verified": step.verified,
                "cites": self._inlines(step.cites),
            }
            for step in block.steps
        ]
        return {
            "kind": "derivation",
            "id": block.id,
            "label": str(self._numbered.labels[block.id]),
            "title": self._inlines(block.title),
            "count": block.count,
            "left": _formula(parse(block.lhs, display=True)),
            "steps": steps,
        }

    def _check_table(self, block: CheckTable) -> Json:
        rows = [
            {
                "title": self._inlines(check.title),
                "cells": check_cells.cells(check),
                "badge": _badge(check.verdict),
            }
            for check in block.rows
        ]
        captioned = self._captioned("check-table", block.id, block.caption)
        return {**captioned, "header": check_cells.HEADER, "rows": rows}

    def _table(self, block: Table) -> Json:
        return {
            **self._captioned("table", block.id, block.caption),
            "align": list(block.align or "l" * len(block.header)),
            "header": [self._inlines(cell) for cell in block.header],
            "rows": [
                {
                    "cells": [self._inlines(cell) for cell in row],
                    "long": _n_characters(row) > LONGEST_WHOLE_ROW,
                }
                for row in block.rows
            ],
        }

    def _figure(self, block: Figure) -> Json:
        svg = block.mime == "image/svg+xml"
        data = block.data.replace(INK.encode(), PRINT_INK.encode()) if svg else block.data
        file = f"{hashlib.sha256(data).hexdigest()[:16]}.{'svg' if svg else 'png'}"
        self.files[file] = data
        captioned = self._captioned("figure", block.id, block.caption)
        return {**captioned, "file": file, "alt": visible(block.alt), "width": block.width}

    def _listing(self, block: Listing) -> Json:
        code = printable(block.code).rstrip("\n")
        captioned = (
            self._captioned("listing", block.id, block.caption) if block.id else {"kind": "listing", "id": ""}
        )
        return {
            **captioned,
            "code": code,
            "lang": visible(block.lang),
            "highlight": block.highlight,
            "long": code.count("\n") >= LONGEST_WHOLE_LISTING or len(code) > 80 * LONGEST_WHOLE_LISTING,
        }


def printable(text: str) -> str:
    """`text` with every character that no font of the PDF has spelled out, and long words breakable.

    PDF/UA refuses a document with a missing glyph, so one strange character would cost the whole report.
    """
    covered = _covered()
    unbroken = visible(text).replace(numbers.THIN_SPACE, "\u202f")  # no line ends within a number
    shown = "".join(
        character if ord(character) in covered or character in "\n\t" else code_point(character)
        for character in unbroken
    )
    return _LONG_WORD.sub(lambda match: match[0] + "\u200b", shown)


@cache
def _covered() -> frozenset[int]:
    with TTFont(FONT_FOLDER / "DejaVuSans.ttf", lazy=True) as font:
        return frozenset(font["cmap"].getBestCmap())


def _formula(node: Node, alt: str = "") -> Json:
    return {"tree": _tree(node), "alt": visible(alt) or speech(node)}


def _tree(node: Node) -> Json:
    return {
        "tag": node.tag,
        "attributes": dict(node.attributes),
        "children": [_tree(child) for child in node.children],
        "text": node.text,
    }


def _badge(tone: Tone, word: str = "") -> Json:
    return {"kind": "badge", "tone": tone, "symbol": SYMBOLS[tone], "text": printable(word) or WORDS[tone]}


def _n_characters_of(block: Block) -> int:
    """The letters of a paragraph, a list or a formula."""
    match block:
        case Prose(body):
            return _n_characters((body,))
        case Bullets(items):
            return _n_characters(items)
        case Equation(tex):
            return len(tex)
    return 0


def _n_characters(row: tuple[Inlines, ...]) -> int:
    return sum(len(inline.text) for cell in row for inline in cell if isinstance(inline, Text | Code))
