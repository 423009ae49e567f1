"""LaTeX formulas, parsed once: one tree of MathML elements that HTML and PDF both print.

math-core turns LaTeX into MathML Core. Its parser recurses natively, so `guard` bounds length and nesting
before it is called, and the tree is measured again before anything of ours recurses over it. `parse` is given
formulas of this project alone. LaTeX of others is parsed in a process apart (`notebooks.known_formulas`), of
which only the tree comes back, or it is shown as code.
"""

from __future__ import annotations

import html
import io
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from markupsafe import Markup, escape
from math_core import LatexError, LatexToMathML

MAX_LENGTH = 20_000
MAX_DEPTH = 60
MAX_TREE_DEPTH = 3 * MAX_DEPTH  # one level of LaTeX makes up to three of MathML
MAX_UNCLOSED = 10

_PARSER = LatexToMathML(annotation=False)
_TERMINAL_COLOR = re.compile(r"\x1b\[[0-9;]*m")
_NAMED_ENTITY = re.compile(r"&(?!lt;|gt;|amp;|quot;|apos;)(\w+);")
_NESTING = re.compile(r"\\left\b|\\right\b|\\begin\b|\\end\b|\\.|[{}()\[\]]", re.DOTALL)
_OPENING = {"{": "{", "(": "(", "[": "[", r"\left": "left", r"\begin": "begin"}
_CLOSING = {"}": "{", ")": "(", "]": "[", r"\right": "left", r"\end": "begin"}

_BRACKETS = frozenset("()[]{}|‖⌊⌋⌈⌉⟨⟩")
_TALL = {"mfrac", "mtable", "munder", "munderover", "msqrt", "mroot"}
_LARGE_OPERATORS = frozenset("∑∏∫")


@dataclass(frozen=True)
class Node:
    """A MathML element: leaves (mi, mn, mo, mtext, mspace) have `text`, the others have `children`."""

    tag: str
    attributes: tuple[tuple[str, str], ...] = ()
    children: tuple[Node, ...] = ()
    text: str = ""

    def attribute(self, name: str) -> str:
        """The value of attribute `name`, empty if it is not there."""
        return dict(self.attributes).get(name, "")


class Formula(Protocol):
    """What stands in a document: LaTeX, and its tree where the source is not to be parsed here."""

    @property
    def tex(self) -> str: ...

    @property
    def tree(self) -> Node | None: ...


@lru_cache(maxsize=8192)
def parse(tex: str, *, display: bool = False) -> Node:
    """The `math` element of a formula, set in display or text style.

    Raises ValueError, naming the formula, if it is too long, nested too deep, or not understood.
    """
    guard(tex)
    try:
        mathml = _PARSER.convert_with_local_state(tex, displaystyle=display)
    except LatexError as error:
        lines = _TERMINAL_COLOR.sub("", str(error)).strip().splitlines()
        raise ValueError(
            f"cannot read the formula {_short(tex)}: {lines[0].removeprefix('Error: ')}"
        ) from None
    xml = _NAMED_ENTITY.sub(lambda match: html.unescape(match[0]), mathml)
    return _node(_shallow_element(xml, tex))


def tree_of(formula: Formula, *, display: bool = False) -> Node:
    """The `math` element of a formula in a document: the tree that it brings, or its source parsed.

    Raises what `parse` raises.
    """
    return formula.tree or parse(formula.tex, display=display)


def guard(tex: str) -> None:
    """Raise ValueError if `tex` is longer than 20,000 characters or nested deeper than 60 levels.

    Brackets that never close are counted as well: each one after a function name doubles the parser's time.
    """
    if len(tex) > MAX_LENGTH:
        raise ValueError(f"the formula {_short(tex)} has {len(tex)} characters; at most {MAX_LENGTH} pass")
    open_now = dict.fromkeys(_OPENING.values(), 0)
    for match in _NESTING.finditer(tex):
        if match[0] in _OPENING:
            open_now[_OPENING[match[0]]] += 1
            if sum(open_now.values()) > MAX_DEPTH:
                raise ValueError(f"the formula {_short(tex)} is nested deeper than {MAX_DEPTH} levels")
        elif match[0] in _CLOSING:
            kind = _CLOSING[match[0]]
            open_now[kind] = max(open_now[kind] - 1, 0)
    if sum(open_now.values()) > MAX_UNCLOSED:
        raise ValueError(f"the formula {_short(tex)} leaves more than {MAX_UNCLOSED} brackets open")


def to_mathml(node: Node) -> Markup:
    """The tree as MathML text for HTML, every string escaped."""
    node = _for_browsers(node)
    attributes = Markup("").join(Markup(' {}="{}"').format(name, value) for name, value in node.attributes)
    content = Markup("").join(map(to_mathml, node.children)) if node.children else escape(node.text)
    return Markup("<{0}{1}>{2}</{0}>").format(Markup(node.tag), attributes, content)


def _for_browsers(node: Node) -> Node:
    # Browsers take a prime from the font as it is, already raised and small, and stretch no bar over letters.
    # Chromium leaves room for the widest form of a bracket that could stretch, even if it does not.
    match node:
        case Node("msup", _, (base, Node("mo", _, _, "′" | "″" | "‴") as prime)):
            return Node("mrow", (), (base, Node("mo", (("lspace", "0"), ("rspace", "0")), (), prime.text)))
        case Node("mover", _, (base, Node("mo", (("stretchy", "true"),), _, "\u00af"))):
            return Node("mrow", (("class", "overline"),), (base,))
        case Node("mrow", _, (Node("mo", (), _, left), *inside, Node("mo", (), _, right))) if (
            left in _BRACKETS
        ):
            style = ("class", "stretched") if any(map(_is_tall, inside)) else ("stretchy", "false")
            opening = Node("mo", (("form", "prefix"), style), (), left)
            closing = Node("mo", (("form", "postfix"), style), (), right)
            return Node("mrow", node.attributes, (opening, *inside, closing))
        case _:
            return node


def _is_tall(node: Node) -> bool:
    return node.tag in _TALL or node.text in _LARGE_OPERATORS or any(map(_is_tall, node.children))


def width(node: Node) -> float:
    """Roughly how wide a formula is printed, in ems: enough to decide what can stand beside it."""
    parts = [width(child) for child in node.children]
    match node.tag, parts:
        case "mspace", _:
            return 0.3
        case "msub" | "msup", [base, script]:
            return base + 0.7 * script
        case "msubsup", [base, below, above]:
            return base + 0.7 * max(below, above)
        case "munder" | "mover" | "munderover", [base, *scripts]:
            return max([base, *(0.7 * script for script in scripts)])
        case "mfrac", [above, below]:
            return max(above, below)
        case "mtable", _:
            rows = [[width(cell) for cell in row.children] for row in node.children]
            columns: list[tuple[float, ...]] = list(zip(*rows, strict=False))
            return sum(max(column) + 0.8 for column in columns)
        case "mo", _:
            return 0.4 if node.text in _BRACKETS or node.text in ",.∣|" else 1.1
        case _:
            return sum(parts) if parts else 0.55 * len(node.text)


def _short(tex: str) -> str:
    return repr(tex if len(tex) <= 60 else tex[:60] + "…")


def _shallow_element(xml: str, tex: str) -> ET.Element:
    depth = 0
    events = ET.iterparse(io.StringIO(xml), events=("start", "end"))
    for event, _ in events:
        depth += 1 if event == "start" else -1
        if depth > MAX_TREE_DEPTH:
            raise ValueError(f"the formula {_short(tex)} is nested deeper than {MAX_DEPTH} levels")
    root: ET.Element = events.root  # type: ignore[attr-defined]  # set by iterparse, unknown to the stubs
    return root


def _node(element: ET.Element) -> Node:
    children = tuple(_node(child) for child in element)
    text = "" if children else element.text or ""
    if element.tag == "mo" and text == "\u0332":  # \overline comes as a combining low line: a bar is meant
        text = "\u00af"
    return Node(element.tag, tuple(element.attrib.items()), children, text)
