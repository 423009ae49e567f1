"""The PDF report, read back with pypdf."""

from __future__ import annotations

import io
import re

import pytest
import sample_document
from pypdf import PdfReader
from pypdf.generic import Destination

from reports import pdf
from reports.document import Code, Figure, Link, Listing, Prose, Report, Section, T, Text
from reports.pdf_data import printable


@pytest.fixture(scope="module")
def data() -> bytes:
    return pdf.render(sample_document.build())


@pytest.fixture(scope="module")
def reader(data: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(data))


@pytest.fixture(scope="module")
def text(reader: PdfReader) -> str:
    return "\n".join(page.extract_text() for page in reader.pages).replace("\u200b", "")


def test_the_document_is_tagged_and_says_it_is_pdf_ua(data: bytes, reader: PdfReader) -> None:
    root = reader.root_object
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == "en"
    assert reader.xmp_metadata is not None
    assert b"pdfuaid:part" in reader.root_object["/Metadata"].get_data()


def test_bookmarks_follow_the_sections(reader: PdfReader) -> None:
    def titles(outline: list[object], depth: int = 0) -> list[tuple[int, str]]:
        found: list[tuple[int, str]] = []
        for item in outline:
            if isinstance(item, list):
                found += titles(item, depth + 1)
            elif isinstance(item, Destination):
                found.append((depth, re.sub(r"\s+", " ", str(item.title))))
        return found

    bookmarks = titles(reader.outline)
    assert [title for depth, title in bookmarks if depth == 0][-4:-1] == [
        "1 Problem 2: reconstruction error",
        "2 Problem 3: moments of a mixture",
        "3 Pictures and code",
    ]
    assert [title[:3] for depth, title in bookmarks if depth == 1] == ["2.1"]


def test_text_can_be_searched_and_the_first_page_gives_the_verdict(reader: PdfReader, text: str) -> None:
    first = reader.pages[0].extract_text()
    assert "One check failed; everything else holds" in first
    assert "11 of 12" in first
    assert "Contents" in first
    for expected in ("Derivation 1.", "law of total expectation", "Table 2.", "not confirmed", "Listing 1."):
        assert expected in text


def test_pages_are_numbered_and_references_name_the_page(reader: PdfReader, text: str) -> None:
    n_pages = len(reader.pages)
    assert 5 <= n_pages <= 9
    for number, page in enumerate(reader.pages, start=1):
        assert f"{number} / {n_pages}" in page.extract_text()
    assert re.search(r"(Table|Figure|Section|Derivation|Equation) [\d.]+\son\sp\.\s\d", text)


def test_every_formula_and_picture_has_words(data: bytes, reader: PdfReader) -> None:
    alternatives = []

    def walk(node: object) -> None:
        node = getattr(node, "get_object", lambda: node)()
        if isinstance(node, list):
            for child in node:
                walk(child)
        elif isinstance(node, dict):
            if node.get("/S") in ("/Formula", "/Figure"):
                alternatives.append(str(node.get("/Alt", "")))
            if "/K" in node:
                walk(node["/K"])

    walk(reader.root_object["/StructTreeRoot"])
    assert len(alternatives) > 40
    assert all(alternatives)
    assert "A curve that falls steeply and then levels off." in alternatives


def test_hostile_strings_are_shown(text: str) -> None:
    flat = re.sub(r"\s", "", text)
    for shown in (
        "<script>alert(1)</script><imgsrc=xonerror=alert(2)>",
        '#panic("typst")#read("/etc/passwd")$x$*b*_i_@ref<label>//c',
        "gpj.⟨U+202E⟩exe.kcatta⟨U+202C⟩after",
        "nul⟨U+0000⟩bel⟨U+0007⟩esc⟨U+001B⟩[31mred",
        "⟨U+738B⟩⟨U+5C0F⟩⟨U+660E⟩",
        "?lone",
        "A" * 1000,
    ):
        assert shown in flat


@pytest.mark.parametrize("hostile", sample_document.HOSTILE)
def test_every_place_of_a_document_takes_every_string(hostile: str) -> None:
    inline = (Text(hostile),)
    blocks = (
        Section(
            inline, (Prose((Code(hostile), Link(hostile, hostile), Link("https://a.org/" + hostile, "x"))),)
        ),
        Figure(sample_document.photograph(), "image/png", hostile, inline),
        Listing(hostile, hostile, inline),
    )
    report = Report(hostile, hostile, hostile, blocks, meta=((hostile, hostile),))
    assert pdf.render(report).startswith(b"%PDF-")


def test_only_web_addresses_become_links(reader: PdfReader) -> None:
    addresses = [
        annotation.get_object()["/A"]["/URI"]
        for page in reader.pages
        for annotation in page.get("/Annots", [])
        if "/URI" in annotation.get_object().get("/A", {})
    ]
    assert addresses == ["https://example.org/?a=1&b=2"]


def test_no_date_is_written(reader: PdfReader) -> None:
    assert reader.metadata is not None
    assert "/CreationDate" not in reader.metadata
    assert "/ModDate" not in reader.metadata


def test_equal_reports_give_equal_bytes(data: bytes) -> None:
    assert pdf.render(sample_document.build()) == data


def test_long_words_can_break_and_missing_letters_are_spelled_out() -> None:
    assert printable("a" * 60).count("\u200b") == 2
    assert printable("short words only") == "short words only"
    assert printable("漢") == "⟨U+6F22⟩"


def test_a_short_report_without_summary_or_sections_is_set() -> None:
    text = (
        PdfReader(io.BytesIO(pdf.render(Report("T", "S", "A", (Prose(T("Only $x$.")),)))))
        .pages[0]
        .extract_text()
    )
    assert "Only" in text
