r"""A document as LaTeX source, ready for pdflatex or for \input into a hand-in (amsmath, amssymb, hyperref).

Numbers are those of the HTML and PDF reports. Strings are escaped, so that no text becomes a command.
Pictures are left out; their alternative text stands in for them.
"""

from __future__ import annotations

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
from reports.tones import WORDS
from reports.visible import visible

_HEAD = r"""\documentclass[11pt,a4paper]{article}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\usepackage[margin=25mm]{geometry}
\usepackage{amsmath,amssymb,longtable}
\usepackage[hidelinks]{hyperref}
\allowdisplaybreaks
"""
_ESCAPES = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "$": r"\$",
        "&": r"\&",
        "#": r"\#",
        "%": r"\%",
        "_": r"\_",
        "^": r"\textasciicircum{}",
        "~": r"\textasciitilde{}",
        "“": "``",
        "”": "''",
        "’": "'",
        "—": "---",
        "–": "--",
        "…": r"\ldots{}",
        "×": r"$\times$",
    }
)
_HEADINGS = ("section", "subsection", "subsubsection", "paragraph")


def render(report: Report) -> bytes:
    """The report as LaTeX in UTF-8. Raises ValueError for what `numbering.resolve` refuses."""
    numbered = resolve(report)
    title = rf"\title{{{_escaped(report.title)}\\[1ex] \large {_escaped(report.subtitle)}}}"
    head = [
        _HEAD + title,
        rf"\author{{{_escaped(report.author)}}}",
        r"\date{}",
        r"\begin{document}",
        r"\maketitle",
    ]
    body = _Writer(numbered).blocks(numbered.report.body, 0)
    return ("\n\n".join([*head, *body, r"\end{document}"]) + "\n").encode()


class _Writer:
    def __init__(self, numbered: Numbered) -> None:
        self._numbered = numbered

    def blocks(self, blocks: tuple[Block, ...], level: int) -> list[str]:
        """One paragraph each; `level` is that of the next heading, 0 for a section."""
        return [paragraph for block in blocks for paragraph in self._block(block, level)]

    def inlines(self, inlines: Inlines) -> str:
        return "".join(map(self._inline, inlines))

    def _inline(self, inline: Inline) -> str:
        match inline:
            case Text(text):
                return _escaped(text)
            case Code(text):
                return rf"\texttt{{{_escaped(text)}}}"
            case Math(tex):
                return f"${tex}$"
            case Emph(text):
                return rf"\emph{{{_escaped(text)}}}"
            case Strong(text):
                return rf"\textbf{{{_escaped(text)}}}"
            case Ref(to, text):
                return rf"\hyperlink{{{to}}}{{{_escaped(text or str(self._numbered.labels[to]))}}}"
            case Link(url, text):
                return (
                    rf"\href{{{_escaped(url)}}}{{{_escaped(text)}}}"
                    if inline.leads_to_the_web
                    else _escaped(text)
                )
            case Badge(tone, word):
                return rf"\textbf{{{_escaped(word or WORDS[tone])}}}"

    def _block(self, block: Block, level: int) -> list[str]:
        match block:
            case Section():
                command = _HEADINGS[min(level, len(_HEADINGS) - 1)]
                heading = rf"\{command}{{{self.inlines(block.title)}}}{_target(block.id)}"
                return [heading, *self.blocks(block.body, level + 1)]
            case Prose():
                return [self.inlines(block.body)]
            case Bullets():
                kind = "enumerate" if block.ordered else "itemize"
                return [_listed(kind, [self.inlines(item) for item in block.items])]
            case Equation():
                tag = rf" \tag{{{self._numbered.number(block.id)}}}" if block.id else ""
                return [f"{_target(block.id)}\\begin{{equation*}}\n{block.tex}{tag}\n\\end{{equation*}}"]
            case Derivation():
                return self._derivation(block)
            case CheckTable():
                rows = [
                    [self.inlines(row.title), *map(_escaped, check_cells.cells(row)), WORDS[row.verdict]]
                    for row in block.rows
                ]
                header = [_escaped(name) for name in check_cells.HEADER]
                return [self._caption(block.id, block.caption), _table(header, rows)]
            case Table():
                cells = [[self.inlines(cell) for cell in row] for row in block.rows]
                header = [self.inlines(cell) for cell in block.header]
                return [self._caption(block.id, block.caption), _table(header, cells)]
            case Figure():
                return [rf"{self._caption(block.id, block.caption)} \emph{{{_escaped(block.alt)}}}"]
            case Listing():
                lines = [rf"\texttt{{{_escaped(line) or '~'}}}" for line in block.code.splitlines()]
                return ["\\begin{flushleft}\n" + "\\\\\n".join(lines) + "\n\\end{flushleft}"]
            case Callout():
                inner = [rf"\textbf{{{self.inlines(block.title)}}}", *self.blocks(block.body, level)]
                return ["\\begin{quote}\n" + "\n\n".join(inner) + "\n\\end{quote}"]

    def _derivation(self, block: Derivation) -> list[str]:
        lines = "".join(
            f" \\\\\n&{step.relation} {step.tex} && \\text{{({number})}}"
            for number, step in enumerate(block.steps, start=1)
        ).removeprefix(" \\\\")
        chain = f"\\begin{{align*}}\n{block.lhs}{lines}\n\\end{{align*}}"
        label = self._numbered.labels[block.id]
        title = rf"{_target(block.id)}\textbf{{{label}.}} {self.inlines(block.title)} ({block.count})"
        reasons = []
        for step in block.steps:
            refused = r"\textbf{not confirmed:} " if step.verified is False else ""
            cited = f" [{self.inlines(step.cites)}]" if step.cites else ""
            reasons.append(f"{refused}{self.inlines(step.why)}{cited}")
        return [title, chain, _listed("enumerate", reasons)]

    def _caption(self, id: str, caption: Inlines) -> str:
        return rf"{_target(id)}\textbf{{{self._numbered.labels[id]}.}} {self.inlines(caption)}"


def _target(id: str) -> str:
    return rf"\hypertarget{{{id}}}{{}}" if id else ""


def _listed(kind: str, items: list[str]) -> str:
    entries = "\n".join(rf"\item {{}}{item}" for item in items)
    return f"\\begin{{{kind}}}\n{entries}\n\\end{{{kind}}}"


def _table(header: list[str], rows: list[list[str]]) -> str:
    width = 0.9 / len(header)
    columns = rf"p{{{width:.2f}\linewidth}}" * len(header)
    lines = [
        " & ".join(rf"\textbf{{{cell}}}" for cell in header),
        r"\hline",
        *(" & ".join(row) for row in rows),
    ]
    body = "\n".join(line if line == r"\hline" else rf"{line} \\" for line in lines)
    return f"\\begin{{longtable}}{{{columns}}}\n{body}\n\\end{{longtable}}"


def _escaped(text: str) -> str:
    return visible(text).translate(_ESCAPES)
