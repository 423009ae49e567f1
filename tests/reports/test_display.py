"""Single results: shown in notebooks as the report shows them, written as documents by every command."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args

import numpy as np
import pytest
from sample_document import build as sample
from sample_results import MEAN_CHECK

from algorithms import em, kmeans, matrix_factorization, ratings
from derivations.library import check_theorem, refute
from reports import cli, display
from reports.result_document import Result, document_of

RNG = np.random.default_rng(4)
POINTS = np.concatenate([RNG.normal(size=(40, 2)), RNG.normal(size=(40, 2)) + 6])


def factorized() -> Result:
    parts = ratings.split(ratings.bundled(), 100, 100, np.random.default_rng(0))
    return matrix_factorization.fit(
        parts.train,
        parts.validation,
        n_factors=2,
        regularization=1.0,
        max_steps=3,
        rng=np.random.default_rng(0),
    )


RESULTS: dict[str, Callable[[], Result]] = {
    "a theorem": lambda: check_theorem("mixture_mean"),
    "a refuted claim": lambda: refute("unweighted_mean"),
    "a check": lambda: MEAN_CHECK,
    "k-means": lambda: kmeans.fit(POINTS, 2, rng=np.random.default_rng(0)),
    "EM": lambda: em.fit(POINTS, 2, rng=np.random.default_rng(0)),
    "a factorization": factorized,
    "a document": sample,
}
SAYS = {
    "a theorem": ("Mean of", "proved", "<math"),
    "a refuted claim": ("Smallest counterexample", "<math"),
    "a check": ("The check passed", "1 of 1", "rejected", "<svg"),
    "k-means": ("Inertia", "cluster", "<svg"),
    "EM": ("Log-likelihood", "standard deviations", "<svg"),
    "a factorization": ("138 users", "Smallest validation loss", "<svg"),
    "a document": (),
}


class Elements(HTMLParser):
    """Collects what could run or fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag in ("iframe", "link", "object", "embed", "base"):
            self.found.append(tag)
        if tag == "script" and given.get("type") != "application/json":
            self.found.append(tag)
        self.found += [name for name in given if name.startswith("on")]
        self.found += [
            given[name] for name in ("src", "href") if re.match("(?!data:|#|https:)", given.get(name, "#"))
        ]


def harmful(html: str) -> list[str]:
    elements = Elements()
    elements.feed(html)
    return elements.found


@pytest.mark.parametrize("name", RESULTS)
def test_a_notebook_shows_it_as_the_report_does_and_runs_nothing(name: str) -> None:
    result = RESULTS[name]()
    html = display.show(result)._repr_html_()
    assert html.startswith('<div class="ksquared"><style>')
    assert html.endswith("</div>")
    for piece in SAYS[name]:
        assert piece in html
    assert harmful(html) == []
    bundle = display.show(result)._repr_mimebundle_()
    assert bundle["text/html"] == html
    assert bundle["text/markdown"].startswith("# ")
    assert bundle["text/plain"].startswith(f"<{type(result).__name__}: ")
    assert display.as_html(result) == html


def test_the_style_reaches_nothing_outside_of_the_result() -> None:
    style = display.STYLE.read_text(encoding="utf-8")
    rules = re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL).strip()
    assert rules.startswith(".ksquared {")
    depth = 0
    for place, letter in enumerate(rules):
        depth += {"{": 1, "}": -1}.get(letter, 0)
        assert depth > 0 or place < len(".ksquared {") or place == len(rules) - 1


def test_ipython_is_told_of_every_kind_of_result() -> None:
    told: dict[type, Callable[..., Any]] = {}
    formatter = SimpleNamespace(mimebundle_formatter=SimpleNamespace(for_type=told.__setitem__))
    display.load_ipython_extension(SimpleNamespace(display_formatter=formatter))
    assert set(told) == set(get_args(Result))
    theorem = check_theorem("mixture_mean")
    assert told[type(theorem)](theorem, include=None, exclude=None) == display.mimebundle(theorem)


def test_outside_of_ipython_it_says_so() -> None:
    with pytest.raises(RuntimeError, match="expected to run in IPython"):
        display.enable()


def test_a_failed_check_says_what_failed() -> None:
    failed = replace(MEAN_CHECK, verdict="fail", failure="it is off by <b>5 %</b>")
    summary = document_of(failed).summary
    assert summary is not None
    assert summary.tone == "fail"
    assert "off by &lt;b&gt;5 %" in display.as_html(failed)


# The commands


@pytest.mark.parametrize(("ending", "start"), [("html", b"<!doctype html>"), ("md", b"# mixture")])
def test_verify_writes_a_report_in_the_format_of_its_ending(
    ending: str, start: bytes, tmp_path: Path
) -> None:
    path = tmp_path / f"checks.{ending}"
    assert cli.run(["verify", "mixture_mean", "--quiet", "--report", str(path)]) == 0
    assert path.read_bytes()[:30].lower().startswith(start.lower())


def test_prove_writes_pdf(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "proof.pdf"
    assert cli.run(["prove", "mixture_mean", "--format", "pdf", "--out", str(path), "--quiet"]) == 0
    assert path.read_bytes().startswith(b"%PDF")
    assert cli.run(["prove", "mixture_mean", "--format", "pdf"]) == 2
    assert "expected --out FILE with --format pdf" in capsys.readouterr().err


def test_a_report_with_another_ending_is_refused_before_any_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["verify", "--report", str(tmp_path / "checks.doc")]) == 2
    assert "expected a file ending in .tex, .md, .html, .pdf" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
