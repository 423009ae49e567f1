r"""Words in which formulas stand, as inlines: "P_X keeps the rows of X" -> $P_{X}$ keeps the rows of $X$.

Names of assumptions, titles of claims and designs of checks are also printed in terminals and files, so they
say K = 3 and lambda as one types them. A formula is a run of single letters (not the words a, A, I), Greek
names and numbers joined by operators or blanks; what is no such run stays as it is.
"""

from __future__ import annotations

import re

from reports.inlines import Emph, Inlines, Math, T, Text

_GREEK = {
    "alpha": r"\alpha ",
    "beta": r"\beta ",
    "delta": r"\delta ",
    "eps": r"\varepsilon ",
    "gamma": r"\gamma ",
    "lambda": r"\lambda ",
    "mu": r"\mu ",
    "nu": r"\nu ",
    "pi": r"\pi ",
    "rho": r"\rho ",
    "sigma": r"\sigma ",
    "Sigma": r"\Sigma ",
    "tau": r"\tau ",
}
_FUNCTIONS = {"exp": r"\exp ", "max": r"\max ", "min": r"\min ", "E": r"\mathbb{E}"}
_NUMBER = r"\d+(?:,\d{3})*(?:\.\d+)?"
_NAME = rf"(?:BWX|BW|{'|'.join(_GREEK)}|[B-Zb-z]'?)"
_SCRIPT = r"(?:_[A-Za-z0-9]+|\^(?:[A-Za-z0-9]|\+))"
_VARIABLE = rf"(?<![\w'’-]){_NAME}{_SCRIPT}*(?:\([^()]*\))?(?![\w'’-])"
_FUNCTION = r"(?<!\w)(?:(?:exp|max|min)\([^()]*\)|E\[[^\]]*\])"
_BARS = r"\|[A-Z]\|"
_LETTERS = rf"(?:{_FUNCTION}|{_BARS}|{_VARIABLE})"
_OPERATOR = r"\s*(?:<=|>=|[=<>+*/-]|×)\s*"
_RUN = re.compile(
    rf"(?:(?<![\w.])(?:{_NUMBER}{_OPERATOR})*-?)?{_LETTERS}"
    rf"(?:(?:{_OPERATOR}-?| )(?:{_LETTERS})|{_OPERATOR}-?{_NUMBER}(?![\w.]*\w))*"
    rf"|(?<![\w.]){_NUMBER}(?:\s*×\s*{_NUMBER})+"
)
_TIMES = re.compile(r"(?<=[A-Z0-9]) x (?=[A-Z0-9])")
_WORD = re.compile(r"[A-Za-z]+")


def with_formulas(text: str, *, emphasized: bool = False) -> Inlines:
    """The text with its formulas set; one with dollar signs is markup already (`inlines.T`).

    `emphasized` puts the words between the formulas in italics.
    """
    if "$" in text:
        return T(text)
    words = Emph if emphasized else Text
    typed = _TIMES.sub(" × ", text)
    inlines: list[Math | Emph | Text] = []
    end = 0
    for match in _RUN.finditer(typed):
        if match[0] == "I":
            continue
        if match.start() > end:
            inlines.append(words(typed[end : match.start()]))
        inlines.append(Math(_latex(match[0])))
        end = match.end()
    if end < len(typed):
        inlines.append(words(typed[end:]))
    return tuple(inlines)


def _latex(run: str) -> str:
    run = re.sub(r"(?<=[\w'|)]) (?=[A-Za-z|])", r"\\, ", run)
    run = run.replace("<=", r"\le ").replace(">=", r"\ge ").replace("×", r"\times ").replace(" * ", r"\, ")
    run = re.sub(r"(?<=\d),(?=\d{3})", "{,}", run)
    run = re.sub(r"\|([A-Z])\|", r"\\lvert \1 \\rvert ", run)
    run = re.sub(r"(?<!\\)\b[A-Za-z]+(?=\b|_)", lambda match: _named(match[0]), run)
    run = re.sub(r"_([A-Za-z0-9]+)", r"_{\1}", run)
    run = run.replace("^T", r"^{\top}").replace("^+", "^{+}")
    return re.sub(" +", " ", run).strip()


def _named(word: str) -> str:
    return _GREEK.get(word) or _FUNCTIONS.get(word) or word
