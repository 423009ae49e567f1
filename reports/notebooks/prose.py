"""Markdown of anyone as blocks of a document: headings, paragraphs, lists, code, tables, formulas.

HTML is shown as the text it is, pictures by their alternative text. Formulas are found before Markdown is
read, as Jupyter does, because Markdown would take their underscores and backslashes for its own.

Source: the CommonMark specification; Jupyter's notebook format, "Markdown cells".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from reports import document as doc
from reports.notebooks.known_formulas import Parsed

_FORMULA = re.compile(
    r"(?P<code>(?P<ticks>`+)(?:(?!(?P=ticks)).)+?(?P=ticks)(?!`)|^(?:```|~~~).*?^(?:```|~~~)\s*?$)"
    r"|\$\$(?P<display>.+?)\$\$"
    r"|(?P<environment>\\begin\{(?P<name>[a-z]+\*?)\}.+?\\end\{(?P=name)\})"
    r"|(?<![\\$\w])\$(?P<inline>[^\s$](?:[^$]*?[^\s$\\])?)\$(?!\d)",
    re.DOTALL | re.MULTILINE,
)
_PLACE = re.compile("\ue000(\\d+)\ue001")
_PRIVATE = re.compile("[\ue000\ue001]")
_MARKDOWN = MarkdownIt("commonmark").enable("table")
LONGEST_MARKDOWN = 200_000


@dataclass(frozen=True)
class Heading:
    """A heading, level 1 to 6; what follows it is up to the next one of its level."""

    level: int
    title: doc.Inlines


@dataclass(frozen=True)
class Formula:
    """A formula as written, without its dollar signs."""

    tex: str
    display: bool


def formulas_of(markdown: str) -> tuple[str, ...]:
    """The formulas in a text."""
    return tuple(formula.tex for formula in _taken_out(markdown)[1])


def blocks_of(markdown: str, known: Mapping[str, Parsed]) -> list[doc.Block | Heading]:
    """The text as blocks; of its formulas those in `known` are set, the others shown as code."""
    if len(markdown) > LONGEST_MARKDOWN:
        return [doc.Listing(markdown, lang="text")]
    text, formulas = _taken_out(markdown)
    root = SyntaxTreeNode(_MARKDOWN.parse(text))
    return list(_Reader(text.split("\n"), formulas, known).blocks(root.children))


def _taken_out(markdown: str) -> tuple[str, list[Formula]]:
    """The text with a place held for each formula, and the formulas."""
    formulas: list[Formula] = []

    def hold(match: re.Match[str]) -> str:
        if match["code"] is not None:
            return match[0]
        tex = match["display"] or match["environment"] or match["inline"]
        formulas.append(Formula(tex.strip(), display=match["inline"] is None))
        return f"\ue000{len(formulas) - 1}\ue001"

    return _FORMULA.sub(hold, _PRIVATE.sub("", markdown)), formulas


@dataclass(frozen=True)
class _Reader:
    lines: list[str]
    formulas: list[Formula]
    known: Mapping[str, Parsed]

    def blocks(self, nodes: list[SyntaxTreeNode]) -> Iterator[doc.Block | Heading]:
        for node in nodes:
            match node.type:
                case "heading":
                    yield Heading(int(node.tag[1:]), self._line(node))
                case "paragraph":
                    yield from self._paragraph(self._line(node, displayed=True))
                case "bullet_list" | "ordered_list":
                    items = tuple(self._items(node))
                    yield doc.Bullets(items, ordered=node.type == "ordered_list")
                case "fence" | "code_block":
                    yield doc.Listing(self._restored(node.content), lang=node.info.split(" ")[0] or "text")
                case "html_block":
                    yield doc.Listing(self._restored(node.content), lang="text")
                case "blockquote" if node.children:
                    yield from self.blocks(node.children)
                case "blockquote":  # nested deeper than the reader goes
                    yield doc.Listing(self._as_typed(node), lang="text")
                case "table":
                    yield self._table(node)
                case _:
                    continue  # a rule

    def _paragraph(self, inlines: doc.Inlines) -> Iterator[doc.Block]:
        """A paragraph, cut where a displayed formula stands."""
        line: list[doc.Inline] = []
        for inline in inlines:
            if isinstance(inline, _Displayed):
                yield from self._prose(line)
                line = []
                yield doc.Equation(inline.tex, tree=inline.tree)
            else:
                line.append(inline)
        yield from self._prose(line)

    def _prose(self, line: list[doc.Inline]) -> Iterator[doc.Block]:
        if any(not isinstance(inline, doc.Text) or inline.text.strip() for inline in line):
            yield doc.Prose(tuple(line))

    def _items(self, node: SyntaxTreeNode) -> Iterator[doc.Inlines]:
        """One entry an item; those of a list within a list follow it."""
        for item in node.children:
            line: list[doc.Inline] = []
            inner: list[doc.Inlines] = []
            for child in item.children:
                if child.type in ("bullet_list", "ordered_list"):
                    inner += [(doc.Text("– "), *entry) for entry in self._items(child)]
                elif child.type == "paragraph":
                    line += [doc.Text(" ")] if line else []
                    line += self._line(child)
                else:
                    line.append(doc.Code(self._restored(child.content or "")))
            yield tuple(line) if item.children else (doc.Code(self._as_typed(item)),)
            yield from inner

    def _table(self, node: SyntaxTreeNode) -> doc.Block:
        rows = [
            tuple(self._line(cell) for cell in row.children)
            for part in node.children
            for row in part.children
        ]
        return doc.Table((), rows[0], tuple(rows[1:]))

    def _line(self, node: SyntaxTreeNode, *, displayed: bool = False) -> doc.Inlines:
        return tuple(inline for child in node.children for inline in self._inlines(child, displayed))

    def _inlines(self, node: SyntaxTreeNode, displayed: bool) -> Iterator[doc.Inline]:
        match node.type:
            case "inline":
                for child in node.children:
                    yield from self._inlines(child, displayed)
            case "text":
                yield from self._text(node.content, displayed)
            case "softbreak" | "hardbreak":
                yield doc.Text(" ")
            case "code_inline":
                yield doc.Code(self._restored(node.content))
            case "strong" | "em":
                words = doc.Strong if node.type == "strong" else doc.Emph
                for child in node.children:
                    for inline in self._inlines(child, displayed):
                        yield words(inline.text) if isinstance(inline, doc.Text) else inline
            case "link":
                yield doc.Link(str(node.attrs.get("href", "")), self._restored(_plain(node)) or "link")
            case "image":
                yield doc.Emph(f"[picture: {self._restored(node.content) or 'without a description'}]")
            case _:
                yield doc.Text(self._restored(node.content or ""))

    def _text(self, text: str, displayed: bool) -> Iterator[doc.Inline]:
        end = 0
        for match in _PLACE.finditer(text):
            if text[end : match.start()]:
                yield doc.Text(text[end : match.start()])
            end = match.end()
            formula = self.formulas[int(match[1])]
            trees = self.known.get(formula.tex)
            if trees is None:
                yield doc.Code(formula.tex)
            elif formula.display and displayed:
                yield _Displayed(formula.tex, tree=trees.displayed)
            else:
                yield doc.Math(formula.tex, tree=trees.inline)
        if text[end:]:
            yield doc.Text(text[end:])

    def _as_typed(self, node: SyntaxTreeNode) -> str:
        first, end = node.map or (0, 0)
        return self._restored("\n".join(self.lines[first:end]))

    def _restored(self, text: str) -> str:
        """A text that is shown as it was written, formulas included."""
        return _PLACE.sub(lambda match: _as_written(self.formulas[int(match[1])]), text)


class _Displayed(doc.Math):
    """A formula that stands on a line of its own; it ends the paragraph around it."""


def _as_written(formula: Formula) -> str:
    return f"$${formula.tex}$$" if formula.display else f"${formula.tex}$"


def _plain(node: SyntaxTreeNode) -> str:
    return "".join(_plain(child) for child in node.children) if node.children else node.content or ""
