"""Pages of grades: what students wrote is shown and never runs; the sandbox and open verdicts are told."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from reports import feedback, feedback_class, html, markdown
from verification.grading.findings import STATUSES, Defect, Evidence, FunctionGrade
from verification.grading.gradebook import Gradebook, Sandbox, StudentGrade
from verification.grading.submission import Cell, Place, SourceFile, Submission

HOSTILE = (
    "</td><script>alert(1)</script><img src=x onerror=alert(1)>\x1b[31m\u202e\ud800`$\\frac$` {name} @fig:x"
)
SOURCE = f"import numpy as np\n\ndef kmeans(X, k):\n    return {HOSTILE!r}\n"
PLACE = Place("hand_in.py", None, 4)
DEFECT = Defect(
    "missing-axis",
    "major",
    f"The mean is one number: {HOSTILE}",
    Evidence(
        (("X", "[[0, 1],\n[2, 3]]"), ("k", HOSTILE)), "[1, 2]", HOSTILE, f"Centers are means. {HOSTILE}"
    ),
    (PLACE, PLACE),
)
RIGHT = FunctionGrade("kmeans", "correct", 10.0, 10.0)
WRONG = FunctionGrade("kmeans", "wrong", 0.0, 10.0, (DEFECT,), (HOSTILE,), "Kmeans")
FAILED = FunctionGrade("kmeans", "grader-error", 0.0, 10.0, notes=("the grader failed",))
ANNA = StudentGrade("anna", "Anna", "", (), (RIGHT,))
EVE = StudentGrade("eve", HOSTILE, "", (HOSTILE,), (WRONG,))
MAX = StudentGrade("max", "Max", "", (), (replace(WRONG, status="raises"),))
OLGA = StudentGrade("olga", "Olga", "", (), (FAILED,))
BOOK = Gradebook((ANNA, EVE, MAX, OLGA), Sandbox("B", ("Landlock", "seccomp")), 7, "1.2.3", (HOSTILE,))
SUBMISSION = Submission("eve", HOSTILE, (SourceFile("hand_in.py", "script", (Cell(None, "code", SOURCE),)),))


class Page(HTMLParser):
    """The tags of a page, its attributes that run something, and its text."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.handlers: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(page.decode("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on")]
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_endtag(self, tag: str) -> None:
        self.text += " " if tag in ("td", "th") else ""

    def handle_data(self, data: str) -> None:
        self.text += data


def page_of(student: StudentGrade) -> Page:
    return Page(html.render(feedback.build(student, SUBMISSION, BOOK)))


@pytest.fixture(scope="module")
def class_page() -> Page:
    return Page(feedback_class.render(BOOK, {"2-problem-3": 3}))


def test_nothing_a_student_wrote_becomes_a_tag(class_page: Page) -> None:
    harmless = page_of(ANNA)
    for page in (page_of(EVE), class_page):
        assert page.tags.count("script") == harmless.tags.count("script") == 1
        assert "img" not in page.tags
        assert page.handlers == []
        assert "<script>alert(1)</script>" in page.text  # shown instead
        assert "\x1b" not in page.text
        assert "\u202e" not in page.text


def test_the_student_sees_the_mistake_the_example_and_the_lines() -> None:
    text = page_of(EVE).text
    for part in ("missing-axis", "hand_in.py, line 4", "Centers are means.", "def kmeans(X, k):", "Kmeans"):
        assert part in text, part
    assert "X = [[0, 1],\n    [2, 3]]" in text


@pytest.mark.parametrize("student", BOOK.students, ids=lambda student: student.id)
def test_every_feedback_says_the_level_of_the_sandbox(student: StudentGrade) -> None:
    assert "sandbox of level B (Landlock, seccomp)" in page_of(student).text
    content = json.loads(feedback.as_json(student, BOOK))
    assert content["sandbox"] == {"level": "B", "layers": ["Landlock", "seccomp"]}


def test_json_has_the_documented_keys() -> None:
    content = json.loads(feedback.as_json(EVE, BOOK))
    assert {"schema", "submission", "sandbox", "score", "max_score", "functions"} <= set(content)
    assert (content["schema"], content["score"], content["max_score"]) == (1, 0.0, 10.0)
    kmeans = content["functions"]["kmeans"]
    assert {"status", "points", "max_points", "defects"} <= set(kmeans)
    assert set(kmeans["defects"][0]) == {"code", "severity", "message", "evidence", "lines"}
    assert kmeans["defects"][0]["lines"] == [4, 4]


def test_without_a_verdict_there_is_no_score() -> None:
    content = json.loads(feedback.as_json(OLGA, BOOK))
    assert content["score"] is None
    assert content["functions"]["kmeans"]["points"] is None
    text = page_of(OLGA).text
    assert "someone still has to look" in text
    assert "– of 10" in text
    assert "0 of 10 points" not in text.replace("0 of 10 points so far", "")


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_has_a_word_and_a_page(status: str) -> None:
    student = replace(EVE, functions=(replace(WRONG, status=status),))
    assert feedback.SAID[student.functions[0].status] in page_of(student).text


def test_long_examples_are_cut() -> None:
    long = replace(DEFECT, evidence=Evidence((("X", "1" * 10**6),), "2" * 10**6, "3" * 10**6, "4" * 10**6))
    student = replace(EVE, functions=(replace(WRONG, defects=(long,)),))
    assert len(page_of(student).text) - len(page_of(EVE).text) < 6000


def test_the_class_is_told_who_needs_a_look_and_what_is_frequent(class_page: Page) -> None:
    text = re.sub(r"\s+", " ", class_page.text)
    look = text[
        text.index("Look at these first", text.index("wait for a human")) : text.index("All hand-ins")
    ]
    assert "grader-error: the grader failed" in look
    assert "anna" not in look
    mistakes = text[text.index("Mistakes, the most frequent first") :]
    assert "2 of 4 kmeans missing-axis" in mistakes
    assert "eve, max" in mistakes
    assert "level B" in text


def test_the_class_page_links_every_student_and_every_answer(class_page: Page) -> None:
    pages = [link for link in class_page.links if not link.startswith(("#", "data:"))]
    assert {f"feedback/{student.id}.html" for student in BOOK.students} <= set(pages)
    assert "answers/2-problem-3.html" in pages
    assert "written by 3 of 4" in class_page.text
    # From a mistake to those who made it.
    assert pages.count("feedback/max.html") >= 2


def test_markdown_says_what_the_page_says_and_is_no_markup_of_the_student() -> None:
    text = markdown.render(feedback.build(EVE, SUBMISSION, BOOK)).decode()
    for part in ("missing-axis", "Centers are means.", "def kmeans(X, k):", "sandbox of level B"):
        assert part in text, part
    outside = re.sub(r"(?ms)^> ```.*?^> ```$|`+[^`]*`+", "", text)
    assert "<script" not in outside.replace("\\<script", "")
    assert "\x1b" not in text


def test_who_meddled_with_the_grader_comes_first() -> None:
    said = Defect("tampering", "major", "It left without an answer.")
    meddler = StudentGrade("zoe", "Zoe", "", (), (replace(WRONG, status="tampering", defects=(said,)),))
    page = Page(feedback_class.render(replace(BOOK, students=(*BOOK.students, meddler))))
    assert "zoe, Zoe: kmeans meddles with the grader: It left without an answer." in page.text
    assert page.text.index("zoe, Zoe: ") < page.text.index("olga, Olga: ")


def test_no_histogram_where_nobody_has_a_grade() -> None:
    page = Page(html.render(feedback_class.build(replace(BOOK, students=(OLGA,)))))
    assert "0 of 1 hand-ins are graded" in page.text
    assert "Histogram" not in page.text


def test_words_of_a_message_are_text_and_code() -> None:
    inlines = feedback.words("Use `axis=0`, not $x$ or @fig:y")
    assert [type(inline).__name__ for inline in inlines] == ["Text", "Code", "Text"]
    assert [type(inline).__name__ for inline in feedback.words("one ` alone")] == ["Text"]
