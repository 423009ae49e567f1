"""Formulas typed in plain words are set; words are left alone."""

from __future__ import annotations

import pytest

from derivations.library import load, refutation_ids, theorem_ids
from derivations.refute import load_claim
from reports.formulas import with_formulas
from reports.inlines import Emph, Inlines, Math, Text
from reports.maths import parse
from verification import catalog


def marked(inlines: Inlines) -> str:
    return "".join(
        f"${i.tex}$" if isinstance(i, Math) else i.text for i in inlines if isinstance(i, Math | Text)
    )


@pytest.mark.parametrize(
    ("typed", "set_"),
    [
        ("draws with K = 3, D = 2 + 2; counts", "draws with $K = 3$, $D = 2 + 2$; counts"),
        ("A K x D matrix with K <= D", r"A $K \times D$ matrix with $K \le D$"),
        ("random ratings (24 x 24)", r"random ratings ($24 \times 24$)"),
        ("L^T z where L z is meant", r"$L^{\top}\, z$ where $L\, z$ is meant"),
        ("P_X keeps the rows of X", "$P_{X}$ keeps the rows of $X$"),
        ("lambda / 2, with the 2 forgotten", r"$\lambda / 2$, with the 2 forgotten"),
        ("exp(-t^T Sigma t)", r"$\exp (-t^{\top}\, \Sigma \, t)$"),
        ("E[x x^T] = I", r"$\mathbb{E}[x\, x^{\top}] = I$"),
        ("draws of x + y and of x + x'", "draws of $x + y$ and of $x + x'$"),
        ("N = 16,384 draws", "$N = 16{,}384$ draws"),
        ("weights of $\\pi$ and a K", "weights of $\\pi$ and a K"),
    ],
)  # fmt: skip
def test_a_typed_formula_is_set(typed: str, set_: str) -> None:
    assert marked(with_formulas(typed)) == set_


@pytest.mark.parametrize(
    "words",
    [
        "The sum of a M-step and K-means", "All means 5 % too large", "I am a word, A is one too",
        "the users' half-step",
        "Steiner's identity", "min and max, sum and pi-mesons", "point 3 of 12", "",
    ],
)  # fmt: skip
def test_words_are_left_alone(words: str) -> None:
    assert marked(with_formulas(words)) == words


def test_words_between_formulas_can_be_emphasized() -> None:
    assert with_formulas("weights of x", emphasized=True) == (Emph("weights of "), Math("x"))


def test_all_titles_designs_and_names_of_the_project_can_be_set() -> None:
    texts = [claim.title for name in theorem_ids() for claim in load(name).claims]
    texts += [load_claim(name).title for name in refutation_ids()]
    for name in catalog.check_ids():
        check = catalog.load(name)
        texts += [check.title, check.design]
    for text in texts:
        for inline in with_formulas(text):
            if isinstance(inline, Math):
                parse(inline.tex)
