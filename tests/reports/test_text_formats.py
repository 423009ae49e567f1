"""Markdown and LaTeX: the same document, the same numbers, and no string of others that becomes a command."""

from __future__ import annotations

import re

import pytest
import sample_document
from sample_results import FORGOT_WEIGHTS, MEAN, sample_results

from reports import course, latex, markdown, proof_document
from reports import document as doc
from reports.document import T

pytestmark = pytest.mark.usefixtures("empty_figures")

HOSTILE = r"\input{/etc/passwd} $x$ # **b** <script> `c` 50% a_b & ~ ^ {} | \end{document}"


def page(*blocks: doc.Block) -> doc.Report:
    return doc.Report("Title", "Subtitle", "Author", blocks)


def test_markdown_shows_statement_chain_and_reasons_by_number() -> None:
    text = markdown.render(proof_document.build([MEAN], [FORGOT_WEIGHTS])).decode()
    assert MEAN.statement_latex + r" \tag{1}" in text
    assert r"&= \sum_k \pi_k \mathbb{E}[x_k] && \text{(1)} \\" in text
    assert "1. ✓ law of total expectation (total\\_expectation)" in text
    assert "2. ✓ mean of $x_k$" in text
    assert "> **! False: The mean of the means**" in text


def test_latex_shows_statement_chain_and_reasons_by_number() -> None:
    text = latex.render(proof_document.build([MEAN], [FORGOT_WEIGHTS])).decode()
    assert MEAN.statement_latex + r" \tag{1}" in text
    assert "\\mathbb{E}[x]\n&= \\sum_k \\pi_k \\mathbb{E}[x_k] && \\text{(1)} \\\\\n&=" in text
    assert r"\item {}mean of $x_k$ [component\_moments]" in text
    assert text.count(r"\end{document}") == 1
    assert r"\hyperlink{sec:made}{Section 3}" in text
    assert r"\hypertarget{sec:made}{}" in text


def test_what_begins_in_latex_ends_there() -> None:
    text = latex.render(course.build(sample_results())).decode()
    open_: list[str] = []
    for kind, name in re.findall(r"\\(begin|end)\{([a-z*]+)\}", text):
        if kind == "begin":
            open_.append(name)
        else:
            assert open_.pop() == name
    assert open_ == []


def test_a_step_that_was_refused_is_marked() -> None:
    step = doc.Step("=", "0", T("a wish"), verified=False)
    report = page(doc.Derivation("1", (step,), title=T("Wrong")))
    assert "1. ✗ a wish" in markdown.render(report).decode()
    assert r"\textbf{not confirmed:} a wish" in latex.render(report).decode()


@pytest.mark.parametrize(
    "block",
    [
        doc.Prose(T("{name}", name=HOSTILE)),
        doc.Prose((doc.Emph(HOSTILE), doc.Strong(HOSTILE), doc.Badge("fail", HOSTILE))),
        doc.Bullets((T("{name}", name=HOSTILE),)),
        doc.Callout("warn", T("{name}", name=HOSTILE)),
        doc.Table(T("{name}", name=HOSTILE), (T("a"),), ((T("{name}", name=HOSTILE),),)),
        doc.Section(T("{name}", name=HOSTILE), ()),
    ],
    ids=lambda block: type(block).__name__,
)
def test_a_hostile_string_is_text(block: doc.Block) -> None:
    tex = latex.render(page(block)).decode()
    assert r"\input" not in tex
    assert tex.count(r"\end{document}") == 1
    assert r"\textbackslash{}input\{/etc/passwd\} \$x\$ \# **b** <script> `c` 50\% a\_b \&" in tex
    text = markdown.render(page(block)).decode()
    assert r"\$x\$ \# \*\*b\*\* \<script\> \`c\`" in text


def test_code_keeps_its_backticks_in_markdown() -> None:
    text = markdown.render(page(doc.Prose((doc.Code("a`b"),)), doc.Listing("x = '```'"))).decode()
    assert "`` a`b ``" in text
    assert "````python\nx = '```'\n````" in text


@pytest.mark.parametrize("render", [markdown.render, latex.render], ids=["markdown", "latex"])
def test_every_kind_of_block_is_written(render: object) -> None:
    text = render(sample_document.build()).decode()  # type: ignore[operator]
    report = sample_document.build()
    assert report.title in text.replace("\\", "")
    assert "None" not in text
