"""A formula in words, for readers who listen: the alternative text of formulas in the PDF.

The reading follows the order of the formula and names structure: "x sub k", "fraction 1 over 2 end fraction".
"""

from __future__ import annotations

import unicodedata

from reports.maths import Node

_WORDS = {
    "=": "equals",
    "+": "plus",
    "−": "minus",
    "-": "minus",
    "±": "plus or minus",
    "×": "times",
    "·": "times",
    "⋅": "times",
    "<": "is less than",
    ">": "is greater than",
    "≤": "is at most",
    "≥": "is at least",
    "≠": "is not equal to",
    "≈": "is about",
    "∼": "is distributed as",
    "∝": "is proportional to",
    "⪯": "precedes or equals",
    "⪰": "succeeds or equals",
    "∈": "in",
    "∉": "not in",
    "⊂": "is a subset of",
    "⊆": "is a subset of",
    "∀": "for all",
    "∃": "there is",
    "∑": "sum",
    "∏": "product",
    "∫": "integral",
    "∂": "partial",
    "∇": "gradient",
    "∞": "infinity",
    "∅": "the empty set",
    "→": "to",
    "↦": "maps to",
    "⟹": "implies",
    "⇒": "implies",
    "⟺": "if and only if",
    "⇔": "if and only if",
    "∣": "given",
    "|": "bar",
    "‖": "norm bar",
    "⊤": "transpose",
    "′": "prime",
    "″": "double prime",
    "‴": "triple prime",
    "…": "and so on",
    "⋯": "and so on",
    "⋮": "and so on",
    "⋱": "and so on",
    "(": "open paren",
    ")": "close paren",
    "[": "open bracket",
    "]": "close bracket",
    "{": "open brace",
    "}": "close brace",
    "ˆ": "hat",
    "^": "hat",
    "˜": "tilde",
    "~": "tilde",
    "¯": "bar",
    "˙": "dot",
    "¨": "double dot",
    "\u0302": "hat",
    "\u0303": "tilde",
    "→⃗": "vector",
    "𝔼": "expectation",
    "ℝ": "the reals",
    "ℂ": "the complex numbers",
    "ℕ": "the natural numbers",
    "ℤ": "the integers",
}
_SILENT = {"\u2061", "\u2062", "\u2063", "\u2064", "⏞", "⏟", ""}


def speech(node: Node) -> str:
    """The formula as a phrase in English, never empty."""
    return " ".join(_say(node).split()) or "formula"


def _say(node: Node) -> str:
    parts = [_say(child) for child in node.children]
    match node.tag, parts:
        case "mfrac", [above, below]:
            if node.attribute("linethickness") == "0":
                return f"{above} above {below}"
            return f"fraction {above} over {below} end fraction"
        case "msqrt", _:
            return f"square root of {' '.join(parts)} end root"
        case "mroot", [base, index]:
            return f"root of index {index} of {base} end root"
        case "msub", [base, below]:
            return f"{base} sub {below}"
        case "msup", [base, above]:
            return f"{base} {_superscript(above)}"
        case "msubsup", [base, below, above]:
            return f"{base} sub {below} {_superscript(above)}"
        case "munder", [base, below]:
            return f"{base} over {below} of" if below else base
        case "mover", [base, above]:
            return f"{base} {above}"
        case "munderover", [base, below, above]:
            return f"{base} from {below} to {above} of"
        case "mtable", _:
            return f"table {'; '.join(parts)}; end table"
        case "mtr", _:
            return ", ".join(parts)
        case "mphantom", _:
            return ""
        case _:
            return " ".join(parts) if node.children else _word(node.text.strip())


def _superscript(above: str) -> str:
    match above:
        case "transpose" | "prime" | "double prime" | "triple prime":
            return above
        case "2":
            return "squared"
        case "plus":
            return "superscript plus"
        case _:
            return f"to the {above}"


def _word(token: str) -> str:
    token = token.rstrip("\ufe00\ufe01")  # variation selectors choose the shape of script letters
    if token in _SILENT:
        return ""
    if token in _WORDS:
        return _WORDS[token]
    plain = unicodedata.normalize("NFKC", token)
    if plain.isascii() or len(plain) > 1:
        return plain
    name = unicodedata.name(plain, plain).lower()
    return name.replace("greek small letter ", "").replace("greek capital letter ", "capital ")
