"""Formulas in the terminal: what a reader would type."""

from __future__ import annotations

import pytest

from derivations.library import refutation_ids
from derivations.refute import load_claim
from reports.plain_math import prose_to_text, to_text


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\sum_k \pi_k \mu_k", "∑ₖ πₖμₖ"),
        (r"\sum_{k=1}^{K} \pi_k = 1", "∑ₖ₌₁^K πₖ = 1"),
        (r"\operatorname{Cov}[x] = \Sigma - m m^{\top}", "Cov[x] = Σ − mmᵀ"),
        (r"\lVert BW - I_D \rVert_F^2 \ge D - K", "‖BW − I_D‖_F² ≥ D − K"),
        (r"(W^{\top} W)^{-1}", "(WᵀW)⁻¹"),
        (r"x = -1", "x = −1"),
        (r"(-1, +2)", "(−1, +2)"),
        (r"\frac{a + b}{2} x", "(a + b)/2 x"),
        (r"\mu_1 = \frac12, \mu_2 = 1", "μ₁ = 1/2, μ₂ = 1"),
        (r"\begin{pmatrix} 1 & 0 \\ -1 & 1 \end{pmatrix}", "(1, 0; −1, 1)"),
        (r"\begin{aligned} a & = b \\ c & = d \end{aligned}", "a = b\nc = d"),
        (r"\operatorname{rank} W = K", "rank W = K"),
        (r"\mathcal{N}(z \mid \mathbf{m}, I)", "N(z ∣ m, I)"),
        (r"\sqrt{x + 1} \bar{x}", "√(x + 1)x̄"),
        (r"\mathbb{E}[\exp(i t^{\top} x)]", "𝔼[exp(itᵀx)]"),
    ],
)
def test_a_formula_reads_as_on_paper(latex: str, text: str) -> None:
    assert to_text(latex) == text


def test_a_sentence_keeps_its_words_and_loses_its_marks() -> None:
    assert (
        prose_to_text("the sum $\\sum_k \\pi_k$ is `1`, *always*, **really**")
        == "the sum ∑ₖ πₖ is 1, always, really"
    )


def test_what_the_parser_does_not_know_is_an_error() -> None:
    with pytest.raises(ValueError, match="nonsense"):
        to_text(r"\nonsense")


@pytest.mark.parametrize("name", refutation_ids())
def test_every_false_claim_can_be_printed(name: str) -> None:
    claim = load_claim(name)
    for text in (to_text(claim.claim_latex), to_text(claim.true_latex), prose_to_text(claim.why)):
        assert "\\" not in text
        assert "$" not in text
        assert "{" not in text.replace("_{", "").replace("^{", "").replace("#{", "")
