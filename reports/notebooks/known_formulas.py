"""Which formulas of a stranger can be set: each is tried in a process apart, before any is set here.

The parser of formulas is native code. A formula that it refuses, on which it takes too long or dies, or whose
letters a font may lack, is shown as code.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable

LONGEST_FORMULA = 2000
MOST_FORMULAS = 2000
PATIENCE = 20.0
"""Seconds for all formulas of a notebook; a thousand long ones take less than one."""


def settable(formulas: Iterable[str]) -> frozenset[str]:
    """Those of `formulas` that were parsed without harm."""
    short = [tex for tex in dict.fromkeys(formulas) if len(tex) <= LONGEST_FORMULA and _is_plain(tex)]
    if not short:
        return frozenset()
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
    verdicts = answer.split("\n")[:-1]
    return frozenset(tex for tex, verdict in zip(short, verdicts, strict=False) if verdict == "yes")


def _is_plain(tex: str) -> bool:
    return tex.isascii() and all(character.isprintable() or character in "\n\t " for character in tex)


def _try_all() -> None:
    from reports.maths import parse
    from reports.speech import speech

    for tex in json.load(sys.stdin):
        try:
            speech(parse(tex, display=True))
            parse(tex, display=False)
            verdict = "yes"
        except (ValueError, RecursionError):
            verdict = "no"
        print(verdict, flush=True)


if __name__ == "__main__":
    _try_all()
