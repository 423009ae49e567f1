"""Formulas: what is read, what is refused, and how they sound."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
import sample_document

from reports.maths import Node, guard, parse, to_mathml, width
from reports.speech import speech


@pytest.mark.parametrize("tex", sample_document.FORMULAS)
def test_every_construct_of_the_texts_is_well_formed_mathml(tex: str) -> None:
    root = ET.fromstring(str(to_mathml(parse(tex, display=True))))
    assert root.tag == "math"
    assert root.get("display") == "block"
    assert root.find(".//merror") is None


@pytest.mark.parametrize(
    ("tex", "complaint"),
    [
        ("x" * 20_001, "has 20001 characters"),
        ("{" * 100_000, "has 100000 characters"),
        ("{" * 61 + "}" * 61, "nested deeper than 60"),
        (r"\left(" * 31 + r"\right)" * 31 + "(" * 61, "nested deeper than 60"),
        (r"\begin{matrix}" * 61, "nested deeper than 60"),
        (r"\sqrt" * 3000 + " x", "nested deeper than 60"),
        (r"\sin(" * 11, "leaves more than 10 brackets open"),
        (r"\nosuchcommand", "Unknown command"),
        ("a}", "cannot read the formula"),
    ],
    ids=["long", "longer", "braces", "fences", "environments", "commands", "open", "unknown", "unbalanced"],
)
def test_dangerous_and_broken_formulas_are_refused_with_one_line(tex: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint) as caught:
        parse(tex)
    assert "\n" not in str(caught.value)
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 250


def test_sixty_levels_and_escaped_braces_pass_the_guard() -> None:
    guard("{" * 60 + "x" + "}" * 60)
    guard(r"\{" * 100)
    guard("(0, 1] " * 10)


def test_text_in_a_formula_cannot_become_markup() -> None:
    html = str(to_mathml(parse(r"\text{<script>alert(1)</script>}")))
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_a_prime_stands_at_its_letter_and_a_bar_covers_all_letters() -> None:
    assert "<msup>" not in to_mathml(parse("x'"))
    assert '<mrow class="overline">' in to_mathml(parse(r"\overline{ab}"))


@pytest.mark.parametrize(
    ("tex", "words"),
    [
        (r"\frac{1}{n}", "fraction 1 over n end fraction"),
        (r"\sum_{k=1}^{K} \pi_k", "sum from k equals 1 to K of pi sub k"),
        (r"\mathbb{E}[X^2] \le \Sigma^{\top}", "expectation open bracket X squared close bracket is at most "
         "capital sigma transpose"),
        (r"\lVert x \rVert", "norm bar x norm bar"),
        (r"\operatorname{Cov}[X]", "Cov open bracket X close bracket"),
        (r"\hat{\mu} \in \mathbb{R}^{D}", "mu hat in the reals to the D"),
        (r"W^{+}", "W superscript plus"),
        ("", "formula"),
    ],
)  # fmt: skip
def test_formulas_are_read_aloud_in_words(tex: str, words: str) -> None:
    assert speech(parse(tex)) == words


def test_speech_of_every_construct_is_plain_words() -> None:
    for tex in sample_document.FORMULAS:
        assert speech(parse(tex)).isascii()


def test_parsing_is_shared() -> None:
    assert parse("a+b") is parse("a+b")
    assert isinstance(parse("a+b"), Node)


def test_brackets_stretch_only_around_something_tall() -> None:
    assert 'class="stretched"' in to_mathml(parse(r"\left(\frac{1}{2}\right)"))
    low = to_mathml(parse(r"\left[x^2\right]"))
    assert low.count('stretchy="false"') == 2
    assert 'form="prefix"' in low
    assert 'form="postfix"' in low


def test_the_width_grows_with_what_stands_side_by_side() -> None:
    assert width(parse("a")) < width(parse("a + b")) < width(parse("a + b = c"))
    assert width(parse(r"\frac{a + b}{c}")) == width(parse("a + b"))
    assert width(parse("x_k")) < width(parse("x k"))
    wide, narrow = r"\begin{matrix} a & b + c \\ d & e \end{matrix}", r"\begin{matrix} a \\ b \end{matrix}"
    assert width(parse(wide)) > width(parse(narrow))
