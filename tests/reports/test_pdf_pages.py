"""The pages of the PDF as a printer checks them: cover, contents, running heads, fonts, margins, links."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterator

import numpy as np
import pytest
import sample_document
import typst
from PIL import Image
from pypdf import PdfReader
from pypdf.generic import Destination, DictionaryObject
from sample_results import sample_results

from reports import course, pdf
from reports.document import Derivation, Equation, Prose, Report, Section, Step, T, Table
from reports.numbering import resolve

SIDE = 25 / 25.4  # inches; the margins of the template
RESOLUTION = 50  # pixels an inch


@pytest.fixture(scope="module")
def report(empty_figures: None) -> Report:
    return course.build(sample_results())


@pytest.fixture(scope="module")
def reader(report: Report) -> PdfReader:
    return PdfReader(io.BytesIO(pdf.render(report)))


@pytest.fixture(scope="module")
def pages(reader: PdfReader) -> list[str]:
    return [plain(page.extract_text().replace("\u200b", "")) for page in reader.pages]


def plain(text: str) -> str:
    """Letters of formulas and ligatures as ordinary letters, and single spaces."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip()


def bookmarks(reader: PdfReader) -> list[tuple[int, str, int]]:
    """Depth, title and page (from 0) of each bookmark."""

    def walk(items: list[object], depth: int) -> Iterator[tuple[int, str, int]]:
        for item in items:
            if isinstance(item, list):
                yield from walk(item, depth + 1)
            elif isinstance(item, Destination):
                page = reader.get_destination_page_number(item)
                assert page is not None
                yield depth, plain(str(item.title)), page

    return list(walk(reader.outline, 0))


def test_the_cover_has_title_and_verdict_alone(pages: list[str], report: Report) -> None:
    assert report.title in pages[0]
    assert "Everything holds" in pages[0]
    for name, value in report.meta:
        assert f"{name} {value}" in pages[0]
    assert "Contents" not in pages[0]
    assert f"/ {len(pages)}" not in pages[0]
    assert pages[1].split(" ", report.title.count(" ") + 1)[-1].startswith("Contents")


def test_every_section_is_in_the_contents_with_its_page(reader: PdfReader, pages: list[str]) -> None:
    for depth, title, page in bookmarks(reader):
        if depth <= 1 and title != "Contents":
            printed = re.search(re.escape(title) + r"[ .]+(\d+)", pages[1])
            assert printed, title
            assert int(printed[1]) == page + 1


def test_the_running_head_names_the_section_of_its_page(
    reader: PdfReader, pages: list[str], report: Report
) -> None:
    chapters = [
        (title, page) for depth, title, page in bookmarks(reader) if depth == 0 and title != "Contents"
    ]
    assert len(chapters) == len(report.body)
    for number, text in enumerate(pages[2:], start=2):
        current = [title for title, page in chapters if page <= number][-1]
        assert text.startswith(f"{report.title} {current}")
        assert text.endswith(f"{number + 1} / {len(pages)}")


def test_bookmarks_are_the_sections_in_order(reader: PdfReader, report: Report) -> None:
    numbers = [title.split(" ")[0] for _, title, _ in bookmarks(reader) if title != "Contents"]
    assert numbers == [entry.number for entry in resolve(report).contents][: len(numbers)]
    assert len(numbers) > 25


def test_no_heading_is_the_last_line_of_a_page(reader: PdfReader) -> None:
    titles = {title for _, title, _ in bookmarks(reader)}
    for page in reader.pages:
        *_, last, _foot = [
            "",
            "",
            *(line.strip() for line in page.extract_text().splitlines() if line.strip()),
        ]
        assert plain(last) not in titles


def test_the_text_comes_in_the_order_in_which_it_is_read(reader: PdfReader, pages: list[str]) -> None:
    text, place = " ".join(pages[2:]), 0
    for _, title, _ in bookmarks(reader):
        if title != "Contents":
            place = text.find(title, place)
            assert place >= 0, title


def fonts(node: DictionaryObject) -> Iterator[DictionaryObject]:
    for font in node.get("/Resources", DictionaryObject()).get("/Font", DictionaryObject()).values():
        whole = font.get_object()
        yield from (each.get_object() for each in whole.get("/DescendantFonts", [whole]))


def test_every_font_is_embedded(reader: PdfReader) -> None:
    found = [font for page in reader.pages for font in fonts(page)]
    assert len({str(font["/BaseFont"]) for font in found}) >= 4
    for font in found:
        descriptor = font["/FontDescriptor"]
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor), font["/BaseFont"]
        assert re.match(r"/[A-Z]{6}\+", font["/BaseFont"]), "a subset, not the whole font"


def links(reader: PdfReader) -> set[tuple[int, int]]:
    """The pages (from 0) that a link within the document leads from and to."""
    found = set()
    for number, page in enumerate(reader.pages):
        for annotation in page.get("/Annots", []):
            action = annotation.get_object().get("/A", annotation.get_object())
            if "/D" in action or "/Dest" in action:
                target = action.get("/D", action.get("/Dest"))
                target = reader.named_destinations[target] if isinstance(target, str) else target
                place = target.page if isinstance(target, Destination) else target[0]
                to = reader.get_page_number(place.get_object())
                assert to is not None
                found.add((number, to))
    return found


def pages_of(reader: PdfReader, words: str) -> range:
    """The pages (from 0) of the section with these words in its title."""
    listed = bookmarks(reader)
    (number,) = [number for number, (_, title, _) in enumerate(listed) if words in title]
    last = listed[number + 1][2] if number + 1 < len(listed) else len(reader.pages) - 1
    return range(listed[number][2], last + 1)


def test_what_is_cited_leads_back_to_where_it_is_used(reader: PdfReader) -> None:
    theorem, made = pages_of(reader, "Mean of a mixture"), pages_of(reader, "What this rests on")
    found = links(reader)
    assert any(page in theorem and to in made for page, to in found)
    assert any(page in made and to in theorem for page, to in found)


def test_the_contents_lead_to_every_section(reader: PdfReader) -> None:
    lead_to = {to for page, to in links(reader) if page == 1}
    assert {page for depth, title, page in bookmarks(reader) if depth <= 1 and title != "Contents"} <= lead_to


def pictures(report: Report) -> list[np.ndarray]:
    """The pages as pictures in shades of grey."""
    compiled: list[list[bytes]] = []
    with pytest.MonkeyPatch.context() as patch:
        compile_as = typst.compile

        def as_pictures(source: str, **options: object) -> bytes:
            chosen = {key: value for key, value in options.items() if key != "pdf_standards"}
            done = compile_as(source, **{**chosen, "format": "png", "ppi": RESOLUTION})
            compiled.append(done if isinstance(done, list) else [done])
            return b""

        patch.setattr(typst, "compile", as_pictures)
        pdf.render(report)
    return [np.asarray(Image.open(io.BytesIO(page)).convert("L")) for page in compiled[0]]


def printed_margins(report: Report) -> list[int]:
    """The pages (from 1) with ink left or right of the text."""
    margin = int(SIDE * RESOLUTION) - 2  # strokes around a box stand half outside of it
    return [
        number
        for number, page in enumerate(pictures(report), start=1)
        if (page[:, :margin] < 255).any() or (page[:, -margin:] < 255).any()
    ]


def test_no_line_is_longer_than_the_page_is_wide(report: Report) -> None:
    assert printed_margins(report) == []
    assert printed_margins(sample_document.build()) == []


def test_a_formula_wider_than_the_page_is_made_to_fit() -> None:
    wide = " + ".join(f"x_{{{n}}}" for n in range(80))
    chain = Derivation("y", (Step("=", wide), Step("=", "z")), id="der:wide", title=T("Wide"))
    formulas = (Equation(wide, id="eq:wide"), chain)
    assert printed_margins(Report("A", "B", "C", (Section(T("One"), formulas),))) == []


def test_a_table_that_is_too_wide_is_noticed() -> None:
    n_columns = 60
    wide = Table(T("Wide"), (T("heading"),) * n_columns, ((T("12345"),) * n_columns,), id="tab:wide")
    assert printed_margins(Report("A", "B", "C", (Section(T("One"), (Prose(T("x")), wide)),))) == [1]
