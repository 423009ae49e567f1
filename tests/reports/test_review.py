"""Answers in words beside the reference: what was written is shown, never run; grades leave as a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import Opened, open_report
from test_feedback import HOSTILE, Page

from reports import review
from verification.grading.answers import find_answers
from verification.grading.gradebook import Gradebook, Sandbox
from verification.grading.rubric import Answer
from verification.grading.rubric_texts import default_rubric
from verification.grading.submission import Cell, SourceFile, Submission

RANK = Answer("Problem 2", ("Problem 2",), ("left_inverse",), "It needs $K$ at least <b>D</b>.", 4.0)
NOISE = Answer("Images", ("Explain what you see",))
BOOK = Gradebook((), Sandbox("B", ()), 7, "1.2.3")


def hand_in(id: str, *cells: str, name: str = "") -> Submission:
    kept = tuple(Cell(i, "code" if "def " in text else "markdown", text) for i, text in enumerate(cells, 1))
    return Submission(id, name or id, (SourceFile("a.ipynb", "notebook", kept),))


CLASS = (
    hand_in("anna", "# Problem 2\n\nA left inverse exists.", "Explain what you see: noise"),
    hand_in("eve", f"## Problem 2\n{HOSTILE}", name=HOSTILE),
    hand_in("max", "nothing here"),
)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["# Problem 2", "rank"], "# Problem 2\nrank"),
        (["**Problem 2:** rank"], "**Problem 2:** rank"),
        (["## problem 2\n### a)\nx", "def f(): pass", "### b)\ny"], "## problem 2\n### a)\nx\n### b)\ny"),
        (["## Problem 2\nx\n## Problem 3\ny"], "## Problem 2\nx"),
        (["Problem 2\nx", "Explain what you see\nnoise"], "Problem 2\nx"),
        (["# Problem 21\nx"], None),
        (["I did not solve Problem 2"], None),
        (["def f(): 'Problem 2'"], None),
        (["# Problem 2"], "# Problem 2"),
    ],
    ids=[
        "cells",
        "bold",
        "deeper headings",
        "next heading",
        "next answer",
        "number",
        "inside",
        "code",
        "bare",
    ],
)
def test_an_answer_is_found_where_it_begins_and_ends(cells: list[str], expected: str | None) -> None:
    found = find_answers(hand_in("anna", *cells), (RANK, NOISE)).get("Problem 2")
    assert (None if found is None else found.text) == expected


def test_the_default_rubric_finds_the_answers_of_the_exercise() -> None:
    cells = ["Problem 3\nE[X]", "Explain what you see in the generated images. (1-3 sentences)\nnoise"]
    assert set(find_answers(hand_in("anna", *cells), default_rubric().answers)) == {
        "Problem 3",
        "Generated images",
    }


@pytest.fixture(scope="module")
def pages() -> list[review.Page]:
    return review.render_all((RANK, NOISE, Answer("Problem 9", ("Problem 9",))), CLASS, BOOK)


def test_there_is_a_page_for_each_answer_that_anybody_wrote(pages: list[review.Page]) -> None:
    assert [(page.name, page.written) for page in pages] == [("1-problem-2", 2), ("2-images", 1)]


def test_the_text_stands_beside_proof_known_mistakes_and_what_is_expected(pages: list[review.Page]) -> None:
    page = Page(pages[0].content)
    for part in ("A left inverse exists.", "at least <b>D</b>.", "proved", "False: "):
        assert part in page.text, part
    assert b"It needs <math" in pages[0].content.replace(b"<p>", b"").replace(b"<bdi>", b"")
    assert page.tags.count("input") == page.tags.count("textarea") == page.tags.count("article") == 2
    assert {"../feedback/anna.html", "../feedback/max.html", "../index.html"} <= set(page.links)


def test_nothing_a_student_wrote_becomes_markup(pages: list[review.Page]) -> None:
    page = Page(pages[0].content)
    assert page.tags.count("script") == 1
    assert "img" not in page.tags
    assert page.handlers == []
    assert "<script>alert(1)</script>" in page.text
    assert "\x1b" not in page.text


@pytest.fixture
def opened(browser: Any, pages: list[review.Page], tmp_path: Path) -> Iterator[Opened]:
    path = tmp_path / "page.html"
    path.write_bytes(pages[0].content)
    with open_report(path, browser=browser) as opened:
        yield opened


@pytest.mark.browser
def test_points_and_comments_are_saved_as_a_table_and_kept_on_reload(opened: Opened) -> None:
    page = opened.page
    anna, eve = page.locator("#anna"), page.locator("#eve")
    anna.get_by_label("Points").fill("2.5")
    anna.get_by_label("Comment").fill('=1+1 says "it"\nand more')
    eve.get_by_label("Points").fill("9")
    page.get_by_text("Save grades as CSV").click()
    assert not page.evaluate("document.querySelector('#eve input').checkValidity()")  # more than 4: refused
    eve.get_by_label("Points").fill("0")
    with page.expect_download() as download:
        page.get_by_text("Save grades as CSV").click()
    assert download.value.suggested_filename == "1-problem-2.csv"
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [(row["id"], row["answer"], row["points"]) for row in rows] == [
        ("anna", "Problem 2", "2.5"),
        ("eve", "Problem 2", "0"),
    ]
    assert rows[0]["comment"] == '\'=1+1 says "it"\nand more'
    page.reload()
    assert page.locator("#anna").get_by_label("Points").input_value() == "2.5"
    assert page.get_by_text("2 of 2 graded").is_visible()
    assert opened.console == []
    assert all(url.startswith(("data:", "blob:", "file:")) for url in opened.requests)


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_fits_the_window(browser: Any, pages: list[review.Page], tmp_path: Path, width: int) -> None:
    path = tmp_path / "page.html"
    path.write_bytes(pages[0].content)
    with open_report(path, width, browser=browser) as opened:
        assert opened.overflow() == 0
        assert opened.console == []
