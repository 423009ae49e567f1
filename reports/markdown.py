"""A document as Markdown with formulas between dollar signs, as GitHub and notebooks show it.

Letters that Markdown would read as markup are escaped. Pictures are left out; their alternative text stands
in for them.
"""

from __future__ import annotations

import re
from urllib.parse import quote

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
    Report,
    Section,
    Strong,
    Table,
    Text,
)
from reports.numbering import Numbered, resolve
from reports.tones import SYMBOLS, WORDS
from reports.visible import visible

_ADDRESS = "!#$%&'()*+,/:;=?@[]~"  # the letters of an address that have a meaning in it
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|$~])")


def render(report: Report) -> bytes:
    """The report as Markdown in UTF-8. Raises ValueError for what `numbering.resolve` refuses."""
    numbered = resolve(report)
    writer = _Writer(numbered)
    head = [f"# {_escaped(report.title)}", _escaped(report.subtitle)]
    return ("\n\n".join([*head, *writer.blocks(numbered.report.body, 2)]) + "\n").encode()


class _Writer:
    def __init__(self, numbered: Numbered) -> None:
        self._numbered = numbered

    def blocks(self, blocks: tuple[Block, ...], level: int) -> list[str]:
        """One paragraph each; `level` is that of the next heading."""
        return [paragraph for block in blocks for paragraph in self._block(block, level)]

    def inlines(self, inlines: Inlines) -> str:
        return "".join(map(self._inline, inlines))

    def _inline(self, inline: Inline) -> str:
        match inline:
            case Text(text):
                return _escaped(text)
            case Code(text):
                return _code(text)
            case Math(tex):
                return f"${tex}$"
            case Emph(text):
                return f"*{_escaped(text)}*"
            case Strong(text):
                return f"**{_escaped(text)}**"
            case Ref(to, text):
                return _escaped(text or str(self._numbered.labels[to]))
            case Link(url, text):
                leads = inline.leads_to_the_web or inline.leads_to_a_page_beside
                return f"[{_escaped(text)}](<{quote(url, safe=_ADDRESS)}>)" if leads else _escaped(text)
            case Badge(tone, word):
                return f"**{SYMBOLS[tone]} {_escaped(word or WORDS[tone])}**"

    def _block(self, block: Block, level: int) -> list[str]:
        match block:
            case Section():
                number = self._numbered.number(block.id)
                heading = f"{'#' * min(level, 6)} {number} {self.inlines(block.title)}"
                return [heading, *self.blocks(block.body, level + 1)]
            case Prose():
                return [self.inlines(block.body)]
            case Bullets():
                marks = [f"{n}." if block.ordered else "-" for n in range(1, len(block.items) + 1)]
                items = zip(marks, map(self.inlines, block.items), strict=True)
                return ["\n".join(f"{mark} {item}" for mark, item in items)]
            case Equation():
                tag = rf" \tag{{{self._numbered.number(block.id)}}}" if block.id else ""
                return [f"$$\n{block.tex}{tag}\n$$"]
            case Derivation():
                return self._derivation(block)
            case CheckTable():
                rows = [
                    [self.inlines(row.title), *map(_escaped, check_cells.cells(row)), WORDS[row.verdict]]
                    for row in block.rows
                ]
                return [self._caption(block.id, block.caption), _table(list(check_cells.HEADER), rows)]
            case Table():
                cells = [[self.inlines(cell) for cell in row] for row in block.rows]
                header = [self.inlines(cell) for cell in block.header]
                return [self._caption(block.id, block.caption), _table(header, cells)]
            case Figure():
                return [f"{self._caption(block.id, block.caption)} *{_escaped(block.alt)}*"]
            case Listing():
                fence = "`" * (1 + max((len(run) for run in re.findall("`+", block.code)), default=2))
                return [f"{fence}{block.lang}\n{visible(block.code)}\n{fence}"]
            case Callout():
                title = f"**{SYMBOLS[block.tone]} {self.inlines(block.title)}**"
                inner = "\n\n".join([title, *self.blocks(block.body, level)])
                return ["\n".join(f"> {line}".rstrip() for line in inner.split("\n"))]

    def _derivation(self, block: Derivation) -> list[str]:
        lines = r" \\".join(
            f"\n&{step.relation} {step.tex} && \\text{{({n})}}" for n, step in enumerate(block.steps, 1)
        )
        chain = f"$$\n\\begin{{aligned}}\n{block.lhs}{lines}\n\\end{{aligned}}\n$$"
        title = f"**{self._numbered.labels[block.id]}.** {self.inlines(block.title)} ({block.count})"
        reasons = []
        for number, step in enumerate(block.steps, start=1):
            mark = {True: "✓ ", False: "✗ ", None: ""}[step.verified]
            cited = f" ({self.inlines(step.cites)})" if step.cites else ""
            reasons.append(f"{number}. {mark}{self.inlines(step.why)}{cited}")
        return [title, chain, "\n".join(reasons)]

    def _caption(self, id: str, caption: Inlines) -> str:
        return f"**{self._numbered.labels[id]}.** {self.inlines(caption)}"


def _table(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("\n", " ") for cell in line) + " |" for line in lines)


def _escaped(text: str) -> str:
    return _MARKUP.sub(r"\\\1", visible(text))


def _code(text: str) -> str:
    line = " ".join(visible(text).split("\n"))  # an empty line would end the paragraph, and the code with it
    if not line.strip():
        return line
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", line)), default=0))
    space = " " if "`" in line else ""
    return f"{fence}{space}{line}{space}{fence}"
