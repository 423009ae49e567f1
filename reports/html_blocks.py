"""Turns the blocks of a document into HTML, one template macro a block (`templates/blocks.html.j2`).

Every string reaches the page through a template with autoescape, and through `visible` on the way.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from pygments import lex
from pygments.lexers import get_lexer_by_name
from pygments.lexers.special import TextLexer
from pygments.token import STANDARD_TYPES
from pygments.util import ClassNotFound

from reports import check_cells
from reports.document import (
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
    Section,
    Strong,
    Summary,
    Table,
    Text,
)
from reports.html_live import panel
from reports.html_picture import data_url
from reports.html_svg import inline_svg
from reports.maths import parse, to_mathml, tree_of, width
from reports.numbering import Numbered
from reports.tones import SYMBOLS, WORDS
from reports.visible import visible

LONG_LEFT_SIDE = 11  # ems; a longer left side of a derivation gets a line of its own
LONG_LINE = 24  # ems; a chain with longer lines has its reasons below them instead of beside
WIDEST = 36  # ems that the column has room for on a wide screen; longer formulas are set smaller
SMALLEST = 0.7  # of the usual size; what is still too long then scrolls
_WORD_END = re.compile("(?<=[_.])(?=.)")


def environment() -> Environment:
    """Templates that escape every string, show hidden characters, and fail on a name they do not know."""
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: visible(value) if type(value) is str else value,
    )


class BlockWriter:
    """Writes the blocks of one numbered report."""

    def __init__(self, numbered: Numbered, templates: Environment) -> None:
        self._numbered = numbered
        self.panels: set[str] = set()  # the kinds of panels that were written
        self._macros: Any = templates.get_template("blocks.html.j2").module

    def inlines(self, inlines: Inlines) -> Markup:
        """A run of text."""
        return Markup("").join(map(self._inline, inlines))

    def blocks(self, blocks: tuple[Block, ...], level: int) -> Markup:
        """Blocks one after the other; `level` is that of the next heading, 2 for `h2`."""
        return Markup("\n").join(self._block(block, level) for block in blocks)

    def summary(self, summary: Summary) -> Markup:
        """The verdict on the first screen."""
        return Markup(
            self._macros.summary(
                summary, self.inlines(summary.title), self.blocks(summary.body, 2), SYMBOLS[summary.tone]
            )
        )

    def _inline(self, inline: Inline) -> Markup:
        macros = self._macros
        match inline:
            case Text(text):
                return Markup(macros.text(text))
            case Code(text):
                return Markup(macros.code(text))
            case Math(_, alt):
                return Markup(macros.math(to_mathml(tree_of(inline)), alt))
            case Emph(text):
                return Markup(macros.emph(text))
            case Strong(text):
                return Markup(macros.strong(text))
            case Ref(to, text):
                return Markup(macros.ref(to, text or str(self._numbered.labels[to])))
            case Link(url, text):
                if inline.leads_to_the_web or inline.leads_to_a_page_beside:
                    return Markup(macros.link(url, text))
                return Markup(macros.text(text))
            case Badge(tone, word):
                return Markup(macros.badge(tone, SYMBOLS[tone], word or WORDS[tone]))

    def _block(self, block: Block, level: int) -> Markup:
        macros = self._macros
        match block:
            case Section():
                title, body = self.inlines(block.title), self.blocks(block.body, level + 1)
                number = self._numbered.number(block.id)
                return Markup(macros.section(block.id, number, title, body, min(level, 6)))
            case Prose():
                return Markup(macros.prose(self.inlines(block.body)))
            case Bullets():
                return Markup(macros.bullets([self.inlines(i) for i in block.items], block.ordered))
            case Equation():
                formula = tree_of(block, display=True)
                number = self._numbered.number(block.id)
                return Markup(macros.equation(block, number, to_mathml(formula), _fit(width(formula))))
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
                title, body = self.inlines(block.title), self.blocks(block.body, level)
                return Markup(macros.callout(block.tone, SYMBOLS[block.tone], title, body))

    def _derivation(self, block: Derivation) -> Markup:
        left = parse(block.lhs, display=True)
        # The empty group makes the relation stand between two sides, with the space it has there.
        lines = [parse(f"{{}}{step.relation} {step.tex}", display=True) for step in block.steps]
        left_is_long = width(left) > LONG_LEFT_SIDE
        reach = max(map(width, lines)) + (0 if left_is_long else width(left))
        steps = [
            {
                "formula": to_mathml(line),
                "why": self.inlines(step.why),
                "cites": self.inlines(step.cites),
                "verified": step.verified,
            }
            for step, line in zip(block.steps, lines, strict=True)
        ]
        layout = f"{'long-left' if left_is_long else ''} {'long-lines' if reach > LONG_LINE else ''}"
        return Markup(
            self._macros.derivation(
                block,
                self._label(block.id),
                self.inlines(block.title),
                to_mathml(left),
                layout.strip(),
                _fit(max(width(left), *map(width, lines)) if left_is_long else reach),
                steps,
                _aligned(block),
                self._cited(block.id),
            )
        )

    def _check_table(self, block: CheckTable) -> Markup:
        rows = [
            {
                "title": self.inlines(check.title),
                "cells": check_cells.cells(check),
                "tone": check.verdict,
                "badge": self._inline(Badge(check.verdict)),
            }
            for check in block.rows
        ]
        caption = self._caption(block.id, block.caption)
        return Markup(self._macros.check_table(block.id, caption, check_cells.HEADER, rows))

    def _table(self, block: Table) -> Markup:
        align = block.align or "l" * len(block.header)
        rows = [
            {"tone": _tone(row), "cells": list(zip(map(self._cell, row), align, strict=True))}
            for row in block.rows
        ]
        header = list(zip(map(self.inlines, block.header), align, strict=True))
        return Markup(self._macros.table(block.id, self._caption(block.id, block.caption), header, rows))

    def _cell(self, cell: Inlines) -> Markup:
        match cell:
            case (Code(text),):
                return Markup(self._macros.name(_WORD_END.split(text)))
            case _:
                return self.inlines(cell)

    def _figure(self, block: Figure) -> Markup:
        if block.mime == "image/svg+xml":
            picture = self._macros.svg_picture(inline_svg(block.data), block.alt)
        else:
            picture = self._macros.picture(data_url(block.data), block.alt)
        panels = [panel(live) for live in block.live]
        self.panels |= {each.kind for each in panels}
        caption = self._caption(block.id, block.caption)
        return Markup(self._macros.figure(block.id, picture, f"{block.width:.0%}", caption, panels))

    def _listing(self, block: Listing) -> Markup:
        caption = self._caption(block.id, block.caption) if block.id else ""
        lines = [
            (pieces, number in block.highlight)
            for number, pieces in enumerate(_colored_lines(block.code, block.lang), start=1)
        ]
        return Markup(self._macros.listing(block.id, caption, lines))

    def _caption(self, id: str, caption: Inlines) -> Markup:
        return Markup(self._macros.caption(self._label(id), self.inlines(caption), self._cited(id)))

    def _label(self, id: str) -> str:
        return str(self._numbered.labels[id])

    def _cited(self, id: str) -> list[tuple[str, str]]:
        return [(section, self._numbered.number(section)) for section in self._numbered.cited_in.get(id, ())]


def _fit(reach: float) -> str:
    """The share of its usual size that lets a formula of `reach` ems fit; empty if it fits as it is."""
    return f"{max(SMALLEST, WIDEST / reach):.2f}" if reach > WIDEST else ""


def _aligned(block: Derivation) -> str:
    lines = [f"&{step.relation} {step.tex}" for step in block.steps]
    return "\\begin{aligned}\n" + block.lhs + " " + " \\\\\n".join(lines) + "\n\\end{aligned}"


def _tone(row: tuple[Inlines, ...]) -> str:
    badges = [inline.tone for cell in row for inline in cell if isinstance(inline, Badge)]
    return badges[0] if badges else ""


def _colored_lines(code: str, lang: str) -> list[list[tuple[str, str]]]:
    """The lines of a listing as (class of the token, text); hidden characters are spelled out first."""
    try:
        lexer = get_lexer_by_name(lang, stripnl=False)
    except ClassNotFound:
        lexer = TextLexer(stripnl=False)
    lines: list[list[tuple[str, str]]] = [[]]
    for kind, text in lex(visible(code).rstrip("\n"), lexer):
        first, *rest = text.split("\n")
        lines[-1].append((STANDARD_TYPES.get(kind, ""), first))
        for piece in rest:
            lines.append([(STANDARD_TYPES.get(kind, ""), piece)])
    if len(lines) > 1 and not any(text for _, text in lines[-1]):
        lines.pop()  # lexers end every text with a newline
    return lines
