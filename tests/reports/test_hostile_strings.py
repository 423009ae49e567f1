"""Strings of others, everywhere they can reach: shown, never run, and no reason to stop.

Names of files, names and texts of students, notes, messages of their programs: each kind of hostile string is
put into every one of these places at once, and every output is read back by a parser of its format. What is
compared is a harmless run: a hostile string may change the words of a page, and nothing else.
"""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
import sample_document
from markdown_it import MarkdownIt
from pypdf import PdfReader
from pypdf.generic import DictionaryObject
from sample_results import sample_results

from reports import (
    course,
    feedback,
    feedback_class,
    html,
    markdown,
    pdf,
    results_json,
    terminal,
    verdict_view,
)
from reports.pdf_data import printable
from reports.results import Input, Results
from reports.visible import visible
from verification.grading.exporter import Material, exporter_ids, load_exporter
from verification.grading.findings import Defect, Evidence, FunctionGrade
from verification.grading.gradebook import Gradebook, Sandbox, StudentGrade
from verification.grading.submission import Cell, Place, SourceFile, Submission

HARMLESS = "an ordinary name"
HOSTILE = (
    *sample_document.HOSTILE,
    "$(rm -rf ~) `id` ; echo $HOME && \\write18{id} \\immediate\\openin",
    "=cmd|' /C calc'!A0",
    "\x9b31mC1\x1b]8;;https://evil.example\x07link\x1b]8;;\x07",
    "\n\n# heading\n\n| a | b |\n|---|---|\n```\n<svg onload=alert(1)>\n",
    "[x](javascript:alert(1)) ![x](https://evil.example/x.png) <https://evil.example>",
    "{name} @fig:kmeans $\\frac{1}{0}$ `code` **strong**",
    "\u2028\u2029\ufeff\U000e0041",
)
IDS = [f"{number}: {visible(text)[:24]}" for number, text in enumerate(HOSTILE)]
each = pytest.mark.parametrize("hostile", HOSTILE, ids=IDS)

# What no text may hold in a page, a file or a terminal: it would act instead of being seen.
ACTS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\U000e0000-\U000e007f]"
)


def results(name: str, other: str = HARMLESS) -> Results:
    """Results on a picture `name` and on ratings `other`, with notes and on a machine of these names."""
    whole = sample_results()
    picture = replace(whole.images.image, name=name, notes=(name, other))
    return replace(
        whole,
        command=f"ksquared report --image {name}",
        machine={"system": name, "processor": other},
        ratings=Input(other, "", bundled=False),
        picture=Input(name, "ab" * 32, bundled=False),
        images=replace(whole.images, image=picture),
        theorems=(),
        refutations=(),
        checks=(),
    )


def student(text: str) -> StudentGrade:
    """A hand-in that says `text` wherever a student, a program of theirs or a rubric can say something."""
    place = Place("hand_in.py", None, 2)
    evidence = Evidence((("X", text), (text, "1")), text, text, f"Centers are means. {text}")
    defect = Defect("missing-axis", "major", f"The mean is one number: {text}", evidence, (place, place))
    wrong = FunctionGrade("kmeans", "wrong", 0.0, 10.0, (defect,), (text,), text)
    return StudentGrade("eve", text, text, (text,), (wrong, FunctionGrade("em", "correct", 5.0, 5.0)))


def submission(text: str) -> Submission:
    source = f"def kmeans(X, k):\n    return {text!r}\n    # {text}\n"
    return Submission("eve", text, (SourceFile("hand_in.py", "script", (Cell(None, "code", source),)),))


def book(text: str) -> Gradebook:
    return Gradebook((student(text),), Sandbox("B", ("Landlock",)), 7, "1.2.3", (text,))


class Page(HTMLParser):
    """The elements of a page with the attributes that can act, and its words."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.acting: list[tuple[str, str]] = []
        self.tags: list[str] = []
        self.words = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name.startswith("on") or name in ("href", "src", "action", "formaction", "srcdoc", "style"):
                self.acting.append((name, value or ""))

    def handle_data(self, data: str) -> None:
        self.words += data


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u200b]", "", text)


def same_but_for_the_words(page: Page, harmless: Page) -> None:
    """Same elements, those that mark code apart, and nothing that acts but links within the page."""
    # Pygments marks the letters of a listing with `span`, and words between backticks are set as code.
    marks = ("span", "code", "bdi")
    assert [t for t in page.tags if t not in marks] == [t for t in harmless.tags if t not in marks]
    allowed = {value for _, value in harmless.acting}
    assert {value for _, value in page.acting} <= allowed


@pytest.fixture(scope="module")
def harmless_report(empty_figures: None) -> Page:
    return Page(html.render(course.build(results(HARMLESS))).decode())


@pytest.fixture(scope="module")
def harmless_feedback() -> Page:
    return Page(html.render(feedback.build(student(HARMLESS), submission(HARMLESS), book(HARMLESS))).decode())


@pytest.fixture(scope="module")
def harmless_class(empty_figures: None) -> Page:
    return Page(feedback_class.render(book(HARMLESS)).decode())


@pytest.mark.parametrize("number", range(0, len(HOSTILE), 2), ids=IDS[::2])
def test_the_report_as_html_shows_names_of_files(number: int, harmless_report: Page) -> None:
    name, other = HOSTILE[number], HOSTILE[(number + 1) % len(HOSTILE)]  # two at once: a page takes a while
    text = html.render(course.build(results(name, other))).decode()
    page = Page(text)
    same_but_for_the_words(page, harmless_report)
    assert not ACTS.search(text)
    for hostile in (name, other):
        assert squeezed(visible(hostile))[:900] in squeezed(page.words)


@each
def test_feedback_as_html_shows_what_a_student_wrote(hostile: str, harmless_feedback: Page) -> None:
    text = html.render(feedback.build(student(hostile), submission(hostile), book(hostile))).decode()
    page = Page(text)
    same_but_for_the_words(page, harmless_feedback)
    assert not ACTS.search(text)
    assert squeezed(visible(hostile))[:150] in squeezed(page.words)


@each
def test_the_page_of_a_class_shows_names(hostile: str, harmless_class: Page) -> None:
    text = feedback_class.render(book(hostile)).decode()
    same_but_for_the_words(Page(text), harmless_class)
    assert not ACTS.search(text)


@each
def test_feedback_as_markdown_becomes_no_element_of_html(hostile: str) -> None:
    text = markdown.render(feedback.build(student(hostile), submission(hostile), book(hostile))).decode()
    assert not ACTS.search(text)
    page = Page(MarkdownIt("commonmark").render(text))
    assert {"script", "img", "svg", "iframe", "style", "a"}.isdisjoint(page.tags)
    assert page.acting == []


@each
def test_feedback_as_json_keeps_every_letter_in_ascii(hostile: str) -> None:
    content = feedback.as_json(student(hostile), book(hostile))
    assert max(content) < 128
    assert json.loads(content)["name"] == hostile


@each
def test_results_as_json_keep_the_name_of_a_file(hostile: str) -> None:
    content = results_json.render(results(hostile))
    assert not ACTS.search(content.decode())
    assert json.loads(content)["inputs"]["image"]["name"] == hostile


@each
def test_tables_for_spreadsheets_compute_nothing(hostile: str) -> None:
    material = Material(book(hostile), lambda _: b"<p>page</p>", (submission(hostile),))
    rows = 0
    for name, content in load_exporter("csv").write(material):
        for row in csv.reader(io.StringIO(content.decode())):
            rows += 1
            assert len(row) == 9, name
            assert not any(cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)
            assert not ACTS.search("".join(row))
    assert rows == 2


@pytest.mark.parametrize("exporter", [name for name in exporter_ids() if not load_exporter(name).worksheet])
def test_every_export_takes_every_string(exporter: str) -> None:
    for hostile in HOSTILE:
        material = Material(book(hostile), lambda _: b"<p>page</p>", (submission(hostile),))
        for name, content in load_exporter(exporter).write(material):
            assert not name.startswith("/")
            assert ".." not in name.split("/")
            assert content


@each
def test_the_terminal_gets_no_escape(hostile: str, capsys: pytest.CaptureFixture[str]) -> None:
    terminal.complain(f"expected a picture, got {hostile}")
    verdict_view.show(results(hostile), (Path("out") / hostile.replace("\0", "") / "report.html",))
    shown = capsys.readouterr()
    assert not ACTS.search(shown.out + shown.err)
    assert shown.err.count("\n") == 1
    assert f"expected a picture, got {' '.join(visible(hostile).split())[:9_000]}".strip() in shown.err


def actions(reader: PdfReader) -> set[str]:
    """The kinds of all actions in a PDF, and whether it holds scripts."""
    found: set[str] = set()
    for number in range(1, int(reader.trailer["/Size"])):
        node = reader.get_object(number)
        if isinstance(node, DictionaryObject):
            found |= {str(node["/S"])} if node.get("/Type") == "/Action" else set()
            found |= {key for key in ("/JS", "/AA", "/OpenAction", "/Launch", "/URI") if key in node}
    return found


def test_the_report_as_pdf_shows_names_of_files_and_does_nothing(empty_figures: None) -> None:
    named = replace(results(HARMLESS), machine=dict(zip(map(str, range(len(HOSTILE))), HOSTILE, strict=True)))
    reader = PdfReader(io.BytesIO(pdf.render(course.build(named))))
    text = squeezed("".join(page.extract_text() for page in reader.pages))
    for hostile in HOSTILE:
        assert squeezed(printable(hostile))[:500] in text
    assert actions(reader) <= {"/GoTo"}


def test_feedback_as_pdf_shows_what_a_student_wrote_and_does_nothing() -> None:
    reader = PdfReader(io.BytesIO(pdf.render(feedback_class.build(class_of_all()))))
    text = squeezed("".join(page.extract_text() for page in reader.pages))
    for hostile in HOSTILE:
        assert squeezed(printable(hostile))[:80] in text
    assert actions(reader) == set()


def class_of_all() -> Gradebook:
    """One student for each string."""
    students = tuple(replace(student(text), id=f"student-{n}") for n, text in enumerate(HOSTILE))
    return replace(book(HARMLESS), students=students, notes=HOSTILE)
