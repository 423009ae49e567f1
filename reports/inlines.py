"""What a line of text is made of, and the light markup in which authors write it.

Strings are plain text and may come from anyone: the renderers show them and never run them. The one
exception is the LaTeX of `Math`, which is parsed; put only formulas of our own there. Those of others come
with their tree, parsed in a process apart, or are shown as `Code`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from reports.maths import Node

Tone = Literal["pass", "fail", "undecided", "warn", "info"]

LONGEST_INSERT = 1000
_PAGE_BESIDE = re.compile(r"(\.\./)?([A-Za-z0-9_-]+/)*[A-Za-z0-9_-]+\.html(#[A-Za-z0-9:_-]+)?")


@dataclass(frozen=True)
class Text:
    """Plain text."""

    text: str


@dataclass(frozen=True)
class Code:
    """A name or an expression in a typewriter face."""

    text: str


@dataclass(frozen=True)
class Math:
    """A formula within a line; `alt` is read aloud instead of the spoken form made from `tex`.

    tree: the formula parsed already; then `tex` is not.
    """

    tex: str
    alt: str = ""
    tree: Node | None = None


@dataclass(frozen=True)
class Emph:
    """Text in italics."""

    text: str


@dataclass(frozen=True)
class Strong:
    """Text in bold."""

    text: str


@dataclass(frozen=True)
class Ref:
    """A link to the block with id `to`; prints its name and number ("Figure 3") or `text` if given."""

    to: str
    text: str = ""


@dataclass(frozen=True)
class Link:
    """A link to the web, or to a page beside this one; any other address prints as text alone.

    Pages beside this one are linked in HTML and Markdown only: a PDF travels without them.
    """

    url: str
    text: str

    @property
    def leads_to_the_web(self) -> bool:
        """Whether the address is one of http, https or mailto, and short enough for every reader."""
        return len(self.url) <= 2000 and self.url.lower().startswith(("http://", "https://", "mailto:"))

    @property
    def leads_to_a_page_beside(self) -> bool:
        """Whether the address is a relative one of an HTML page, of plain letters, and so has no scheme."""
        return len(self.url) <= 500 and _PAGE_BESIDE.fullmatch(self.url) is not None


@dataclass(frozen=True)
class Badge:
    """A colored word with a symbol, such as "✓ pass"; `word` replaces the tone's own word."""

    tone: Tone
    word: str = ""


Inline = Text | Code | Math | Emph | Strong | Ref | Link | Badge
Inlines = tuple[Inline, ...]


# --- markup for authors

_TOKEN = re.compile(
    r"\\(?P<escape>[$`*@{}\\])"
    r"|\$(?P<math>[^$]+)\$"
    r"|`(?P<code>[^`]+)`"
    r"|\*\*(?P<strong>[^*]+)\*\*"
    r"|\*(?P<emph>[^*\s](?:[^*]*[^*\s])?)\*"
    r"|@(?P<ref>[a-z]+:[A-Za-z0-9_-]+)"
    r"|\{(?P<insert>\w+)\}"
)


def T(source: str, **inserts: object) -> tuple[Inline, ...]:
    r"""Inlines from a sentence of our own with light markup; `{name}` inserts text of others, unparsed.

    `$tex$`, `` `code` ``, `*emphasis*`, `**strong**` and `@fig:id` (a reference) are known; a backslash
    before one of ``$ ` * @ { } \`` prints the character itself. Inserts longer than 1000 characters are
    cut and say so.

    Raises ValueError for a dollar sign or backtick without its partner, a `{name}` without a value and a
    value without its `{name}`.
    """
    inlines: list[Inline] = []
    plain = ""
    end = 0
    used: set[str] = set()
    for match in _TOKEN.finditer(source):
        plain += _plain(source[end : match.start()], source)
        end = match.end()
        kind, value = str(match.lastgroup), str(match[str(match.lastgroup)])
        if kind == "escape":
            plain += value
            continue
        if kind == "insert":
            if value not in inserts:
                raise ValueError(f"no value for {{{value}}} in {source!r}")
            used.add(value)
            plain += _shortened(str(inserts[value]))
            continue
        if plain:
            inlines.append(Text(plain))
            plain = ""
        inlines.append(_inline(kind, value))
    plain += _plain(source[end:], source)
    if plain:
        inlines.append(Text(plain))
    if unused := set(inserts) - used:
        raise ValueError(f"values {sorted(unused)} are not used in {source!r}")
    return tuple(inlines)


def _plain(piece: str, source: str) -> str:
    for mark in "$`":
        if mark in piece:
            raise ValueError(f"{mark} without its partner in {source!r}")
    return piece


def _inline(kind: str, value: str) -> Inline:
    match kind:
        case "math":
            return Math(value)
        case "code":
            return Code(value)
        case "strong":
            return Strong(value)
        case "emph":
            return Emph(value)
        case _:
            return Ref(value)


def _shortened(text: str) -> str:
    if len(text) <= LONGEST_INSERT:
        return text
    return f"{text[:LONGEST_INSERT]} … [{len(text) - LONGEST_INSERT} more characters]"
