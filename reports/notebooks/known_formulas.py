"""Formulas of a stranger, parsed in a process apart: what comes back are trees, and no source is parsed here.

The parser of formulas is native code. A formula that it refuses, on which it takes too long or dies, or whose
letters a font may lack, is shown as code.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from reports.maths import MAX_TREE_DEPTH, Node, parse
from reports.speech import speech

LONGEST_FORMULA = 2000
MOST_FORMULAS = 2000
PATIENCE = 20.0
"""Seconds for all formulas of a notebook; a thousand long ones take less than one."""


@dataclass(frozen=True)
class Parsed:
    """The trees of a formula within a line and on a line of its own."""

    inline: Node
    displayed: Node


def parsed(formulas: Iterable[str]) -> dict[str, Parsed]:
    """LaTeX -> trees, for those of `formulas` that were parsed without harm."""
    short = [tex for tex in dict.fromkeys(formulas) if len(tex) <= LONGEST_FORMULA and _is_plain(tex)]
    if not short:
        return {}
    tried = subprocess.Popen(
        [sys.executable, "-m", __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        answer, _ = tried.communicate(json.dumps(short[:MOST_FORMULAS]), timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        tried.kill()
        answer, _ = tried.communicate()
    # One line a formula, in order: what came after the one that ended the process was never tried.
    trees = map(_read, answer.split("\n")[:-1])
    return {tex: tree for tex, tree in zip(short, trees, strict=False) if tree is not None}


def _read(line: str) -> Parsed | None:
    """What one line of the other process says; None if it is no two trees."""
    try:
        inline, displayed = json.loads(line)
        return Parsed(_node(inline), _node(displayed))
    except (ValueError, TypeError, RecursionError):
        return None


def _node(written: Any, depth: int = 0) -> Node:
    """Raises ValueError or TypeError for what is no node, or nested deeper than a formula."""
    tag, attributes, children, text = written
    pairs = tuple((name, value) for name, value in attributes)
    texts = [tag, text, *(word for pair in pairs for word in pair)]
    if depth > MAX_TREE_DEPTH or not all(isinstance(each, str) for each in texts) or not tag.isalpha():
        raise ValueError("expected a tag, attributes, children and text")
    return Node(tag, pairs, tuple(_node(child, depth + 1) for child in children), text)


def _written(node: Node) -> list[Any]:
    return [node.tag, node.attributes, [_written(child) for child in node.children], node.text]


def _is_plain(tex: str) -> bool:
    return tex.isascii() and all(character.isprintable() or character in "\n\t " for character in tex)


def _try_all() -> None:
    for tex in json.load(sys.stdin):
        trees: list[Any] | None = None
        try:
            both = parse(tex), parse(tex, display=True)
            for tree in both:
                speech(tree)
            trees = [_written(tree) for tree in both]
        except (ValueError, RecursionError):
            pass
        print(json.dumps(trees), flush=True)


if __name__ == "__main__":
    _try_all()
