"""Notebooks as PDF: what they hold is shown, whatever it is, and nothing of it is run."""

from __future__ import annotations

import base64
import io
import json
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader

from algorithms.errors import InputError
from reports import cli, html, html_blocks, maths, notebooks_pdf, pdf_data
from reports import document as doc
from reports.maths import parse
from reports.notebooks import document_of, foreign, known_formulas, notebook
from reports.notebooks.exercise import load_exercise
from reports.notebooks.known_formulas import parsed
from reports.notebooks.prose import Heading, blocks_of, formulas_of

Json = dict[str, Any]


def cell(source: str, *outputs: Json) -> Json:
    return {"cell_type": "code", "source": source, "outputs": list(outputs), "metadata": {}}


def prose(source: str) -> Json:
    return {"cell_type": "markdown", "source": source, "metadata": {}}


def saved(*cells: Json) -> bytes:
    return json.dumps({"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def shown(*values: str, kind: str = "text/plain") -> Json:
    return {"output_type": "display_data", "data": {kind: list(values)}, "metadata": {}}


def text_of(pdf: bytes) -> str:
    pages = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return " ".join(pages.replace("\u200b", "").split())


def png(width: int, height: int) -> str:
    written = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(written, format="PNG")
    return base64.b64encode(written.getvalue()).decode()


def png_that_claims(width: int, height: int) -> str:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    start = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return base64.b64encode(start).decode()


def test_an_exercise_becomes_a_tagged_pdf_with_its_formulas_set() -> None:
    exercise = load_exercise("derivations")
    cells = foreign.parse(notebook.student_notebook(exercise), "derivations.ipynb")
    pdf = notebooks_pdf.render(cells, "derivations.ipynb")
    reader = PdfReader(io.BytesIO(pdf))
    text = text_of(pdf)
    assert "/StructTreeRoot" in reader.trailer["/Root"]
    assert reader.metadata is not None
    assert reader.metadata.title == exercise.title
    assert [entry.title for entry in reader.outline if not isinstance(entry, list)] == [
        "1 Problem 1: reconstruction through fewer dimensions",
        "2 Problem 2: mean and covariance of a mixture",
        "3 Problem 3: the sum of two independent mixtures",
    ]
    assert "def sum_of_mixtures(pi, mu, sigma, rho, nu, tau):" in text
    assert "\\Sigma" not in text  # set, not shown as code
    assert pdf == notebooks_pdf.render(cells, "derivations.ipynb")


@pytest.mark.parametrize("name", ["clustering_and_sampling", "derivations", "matrix_factorization"])
def test_every_formula_of_the_exercises_is_set(name: str) -> None:
    solved = notebook.solution_notebook(
        load_exercise(name), {part.name: [] for part in load_exercise(name).parts}
    )
    formulas = document_of.formulas(foreign.parse(solved, "it.ipynb"))
    assert len(formulas) >= 5
    assert set(formulas) == set(parsed(formulas))


HOSTILE = (
    "<script>alert(1)</script>",
    "#panic(1)",
    '#read("/etc/passwd")',
    "$\\input{/etc/passwd}$",
    "$" + "{" * 1500 + "$",
    "$\\text{漢字}$ and $\\undefined$",
    "\u202eoverride\u2066 \x00 \x1b[31mred \ud800",
    "[click](javascript:alert(1))",
    "![a](file:///etc/passwd)",
    "x" * 10_000,
    "> " * 500 + "deep",
    "\n".join("  " * depth + "- item" for depth in range(60)),
    "| a |\n|---|\n| $x$ `code` |",
    "\ue0007\ue001 a place that no formula holds",
    "<!-- unfinished\n\n$$ \\begin{aligned} $$",
)


def test_hostile_cells_and_outputs_are_shown(tmp_path: Path) -> None:
    mark = tmp_path / "it_was_run"
    cells = [prose(text) for text in HOSTILE]
    cells += [cell(text, shown(text)) for text in HOSTILE]
    cells += [
        cell(f"open({str(mark)!r}, 'w')"),
        cell("!touch it", shown("<img src=x onerror=alert(1)>", kind="text/html")),
        cell("1", shown("<svg onload='alert(1)'/>", kind="image/svg+xml")),
        cell(
            "2",
            shown("no picture", kind="image/png"),
            shown(png_that_claims(60_000, 60_000), kind="image/png"),
        ),
        cell("3", {"output_type": "error", "traceback": ["\x1b[31mBoom\x1b[0m", 5, "  at line 1"]}),
        cell("4", {"output_type": "stream", "text": "10 %\r50 %\rdone"}, {"output_type": 7}, "nothing"),  # type: ignore[arg-type]
    ]
    path = tmp_path / "mine.ipynb"
    path.write_bytes(saved(*cells))
    assert cli.run(["notebooks", "--pdf", str(path), "--quiet"]) == 0
    assert not mark.exists()
    pdf = (tmp_path / "mine.pdf").read_bytes()
    text = text_of(pdf)
    for piece in (
        "<script>alert(1)</script>",
        "#panic(1)",
        "#read(",
        "⟨U+202E⟩",
        "⟨U+0000⟩",
        "Boom at line 1",
    ):
        assert piece in text
    assert "done" in text
    assert "50 %" not in text
    assert "onerror" not in text.replace("!touch", "")
    uris = [
        note.get_object().get("/A", {}).get("/URI", "")
        for page in PdfReader(io.BytesIO(pdf)).pages
        for note in page.get("/Annots", [])
    ]
    assert [uri for uri in uris if "javascript" in uri or "file:" in uri] == []


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_markdown_becomes_blocks(text: str) -> None:
    assert blocks_of(text, parsed(formulas_of(text)))


def test_pictures_are_written_anew_and_made_no_larger_than_a_page() -> None:
    (shown_cell,) = foreign.parse(saved(cell("draw()", shown(png(3000, 100), kind="image/png"))), "n.ipynb")
    (picture,) = shown_cell.outputs
    assert isinstance(picture, foreign.Picture)
    assert Image.open(io.BytesIO(picture.png)).size == (foreign.WIDEST, 53)


def test_formulas_that_cannot_be_set_are_shown_as_code() -> None:
    text = "Let $x_1$ be $\\nonsense{$ and `$y$` cost 5$ or 6$."
    assert formulas_of(text) == ("x_1", "\\nonsense{")
    (paragraph,) = blocks_of(text, parsed(formulas_of(text)))
    assert isinstance(paragraph, doc.Prose)
    assert doc.Math("x_1", tree=parse("x_1")) in paragraph.body
    assert doc.Code("\\nonsense{") in paragraph.body
    assert doc.Code("$y$") in paragraph.body


def test_without_headings_there_is_no_table_of_contents() -> None:
    told = [
        text_of(notebooks_pdf.render(foreign.parse(saved(prose(text)), "n.ipynb"), "n.ipynb"))
        for text in ("# Mine\n\nHello", "# Mine\n\n## Hello")
    ]
    assert ["Contents" in text for text in told] == [False, True]


def test_no_formula_of_a_notebook_is_parsed_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    cells = foreign.parse(saved(prose("Let $x_1$ be $$\\frac{1}{2}$$")), "n.ipynb")
    for module in (pdf_data, html_blocks):
        monkeypatch.setattr(maths, "parse", lambda *_, **__: pytest.fail("it was parsed here"))
        monkeypatch.setattr(module, "parse", lambda *_, **__: pytest.fail("it was parsed here"))
    assert "frac" not in text_of(notebooks_pdf.render(cells, "n.ipynb"))
    report = document_of.build(cells, "n.ipynb", parsed(document_of.formulas(cells)))
    assert b"<mfrac" in html.render(report)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "null",
        "[1, 2]",
        '[["mi", [], [], "x"]]',
        '[["mi", [], [], "x"], ["mi", [["a", 5]], [], "x"]]',
        '[["mi", [], [], "x"], ["a><b", [], [], "x"]]',
        "[" * 9999,
    ],
)
def test_an_answer_that_is_no_tree_is_no_formula(line: str) -> None:
    assert known_formulas._read(line) is None


def test_headings_make_sections_and_the_first_is_the_title() -> None:
    cells = foreign.parse(
        saved(prose("# Mine\n\nHello\n\n## A\n\n### A a\n\n## B"), cell("x = 1")), "n.ipynb"
    )
    report = document_of.build(cells, "n.ipynb", {})
    assert report.title == "Mine"
    hello, first, second = report.body
    assert isinstance(hello, doc.Prose)
    assert isinstance(first, doc.Section)
    assert isinstance(second, doc.Section)
    assert [section.title for section in first.body if isinstance(section, doc.Section)] == [
        (doc.Text("A a"),)
    ]
    assert second.body == (doc.Listing("x = 1"),)


def test_markdown_is_read_as_notebooks_read_it() -> None:
    blocks = blocks_of(
        "## Two\n\na *b* **c** `d` [e](https://e.example)\n\n1. one\n2. two\n\n$$\nx\n$$", parsed(["x"])
    )
    assert blocks[0] == Heading(2, (doc.Text("Two"),))
    assert blocks[1] == doc.Prose(
        (
            doc.Text("a "),
            doc.Emph("b"),
            doc.Text(" "),
            doc.Strong("c"),
            doc.Text(" "),
            doc.Code("d"),
            doc.Text(" "),
            doc.Link("https://e.example", "e"),
        )
    )
    assert blocks[2] == doc.Bullets(((doc.Text("one"),), (doc.Text("two"),)), ordered=True)
    assert blocks[3] == doc.Equation("x", tree=parse("x", display=True))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"%PDF-1.7", "is a PDF inside"),
        (b"", "is empty"),
        (b"[" * 200_000, "is nested deeper"),
        (b'{"cells": 5}', "no notebook of nbformat"),
        (b"not json", "is not a notebook"),
    ],
)
def test_what_is_no_notebook_is_refused_in_one_line(content: bytes, says: str) -> None:
    with pytest.raises(InputError, match=says):
        foreign.parse(content, "mine.ipynb")
