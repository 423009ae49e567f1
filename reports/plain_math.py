"""Formulas as a line of plain text, for the terminal: Cov[x] = ∑ₖ πₖ(Σₖ + μₖμₖᵀ) − mmᵀ.

The formula goes through the same parser as in the HTML and PDF reports; only the printing differs. Indices
are written with the subscripts and superscripts Unicode has, else as x_D and x^K; matrices row by row, as [1,
0; 0, 1].
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from reports.maths import Node, parse

_SUBSCRIPTS = dict(
    zip("0123456789+−=()aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ", strict=True)
)
_SUPERSCRIPTS = dict(zip("0123456789+−=()inT⊤*", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁱⁿᵀᵀ*", strict=True))
_ACCENTS = {
    "¯": "\u0304",
    "‾": "\u0304",
    "^": "\u0302",
    "ˆ": "\u0302",
    "~": "\u0303",
    "˜": "\u0303",
    "˙": "\u0307",
    "→": "\u20d7",
}
_SPACED = frozenset("=<>≤≥≠≈≡∈∉⊂⊆+−±×∣→↦⟶⇒⟹⇔⟺∼∝⪰⪯≻≺≽≼⊥⟂∧∨∪∩·⋅:≔")
_OPENING = frozenset("([{‖|⟨⌊⌈")
_APPLY = "\u2061"


@lru_cache(1024)
def to_text(latex: str) -> str:
    """The formula on one line, or on one for each row if it is aligned in rows.

    Raises ValueError if it is not understood.
    """
    text = _print(parse(latex))
    text = re.sub(r"(?<=[\w)\]])\s*" + _APPLY + r"\s*(?=[(\[{])", "", text)
    single_spaced = re.sub(r"[^\S\n]+", " ", text.replace(_APPLY, " "))
    return re.sub(r"(?<=[(\[{]) | (?=[,;)\]}])", "", single_spaced).strip()


def prose_to_text(markup: str) -> str:
    """A sentence with $formulas$ and `code` as plain text."""
    sentence = re.sub(r"\$([^$]+)\$", lambda match: to_text(match[1]), markup)
    return re.sub(
        r"`([^`]+)`|\*\*([^*]+)\*\*|\*(\S[^*]*)\*", lambda match: next(filter(None, match.groups())), sentence
    )


def _print(element: Node) -> str:
    parts = element.children
    match element.tag:
        case "mi" | "mn" | "mtext":
            return _plain(element.text)
        case "mo":
            return _operator(_plain(element.text))
        case "mspace":
            return " " if element.attribute("width") else ""
        case "msub" | "munder":
            return _print(parts[0]) + _script(parts[1], _SUBSCRIPTS, "_")
        case "msup":
            return _print(parts[0]) + _script(parts[1], _SUPERSCRIPTS, "^")
        case "msubsup" | "munderover":
            return (
                _print(parts[0]) + _script(parts[1], _SUBSCRIPTS, "_") + _script(parts[2], _SUPERSCRIPTS, "^")
            )
        case "mover":
            return _accented(_print(parts[0]), _print(parts[1]).strip())
        case "mfrac":
            return f"{_grouped(parts[0])}/{_grouped(parts[1])}"
        case "msqrt":
            return f"√({_row(parts)})"
        case "mroot":
            return f"({_print(parts[0])})^(1/{_print(parts[1])})"
        case "mtable" if element.attribute("displaystyle") == "true":
            return "\n".join("".join(map(_print, row.children)).strip() for row in parts)
        case "mtable":
            return "; ".join(map(_print, parts))
        case "mtr":
            return ", ".join(map(_print, parts))
        case _:
            return _row(parts)


def _row(parts: Sequence[Node]) -> str:
    text = ""
    for part in parts:
        piece = _print(part)
        if (
            part.tag == "mo"
            and piece.strip() in {"+", "−"}
            and (not text.strip() or text.rstrip()[-1:] in "=([{<>≤≥,∈")
        ):
            piece = piece.strip()  # a sign, not an operation
        if not (_is_big(part) or part.tag == "mfrac"):
            text += piece
        elif text[-1:] in {"", " ", *_OPENING}:
            text += piece + " "
        else:
            text += f" {piece} "
    return text


def _is_big(element: Node) -> bool:
    """A sum, product or integral with its limits."""
    base = element.children[0] if element.tag in {"munder", "munderover", "msub", "msubsup"} else element
    return base.tag == "mo" and base.text in {"∑", "∏", "∫"}


def _operator(sign: str) -> str:
    if sign in _SPACED:
        return f" {sign} "
    return f"{sign} " if sign in {",", ";"} else sign


def _script(element: Node, alphabet: dict[str, str], mark: str) -> str:
    text = _print(element).replace(" ", "")
    if text and all(letter in alphabet for letter in text):
        return "".join(alphabet[letter] for letter in text)
    return mark + (text if len(text) == 1 else f"{{{text}}}")


def _accented(base: str, accent: str) -> str:
    return base + _ACCENTS[accent] if len(base) == 1 and accent in _ACCENTS else f"{base}^{{{accent}}}"


def _grouped(element: Node) -> str:
    text = _print(element).strip()
    return text if re.fullmatch(r"\w+", text) else f"({text})"


def _plain(letters: str) -> str:
    """Bold and italic mathematical letters as ordinary ones; blackboard letters stay."""
    return "".join(
        unicodedata.normalize("NFKC", letter)
        if "\U0001d400" <= letter <= "\U0001d537" or "\U0001d56c" <= letter <= "\U0001d7ff"
        else letter
        for letter in letters
    ).translate({0xA0: " ", 0xFE00: None})  # no-break space; the mark of a script letter's style
