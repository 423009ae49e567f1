"""The HTML report, read with a parser instead of a browser."""

from __future__ import annotations

import base64
import hashlib
import io
import itertools
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
import sample_document
from PIL import Image

from reports import html
from reports.document import Callout, Code, Figure, Link, Listing, Prose, Report, Section, T, Table, Text
from reports.html_picture import data_url
from reports.html_svg import inline_svg

VOID = {"meta", "link", "img", "br", "input", "hr", "wbr"}


class Reader(HTMLParser):
    """Collects elements, the text outside scripts and styles, and complains about unbalanced tags."""

    def __init__(self, page: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.script = ""
        self.data: list[str] = []  # what stands in `script` elements that are not run
        self.feed(page.decode("utf-8"))
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            if "type" in self.elements[-1][1]:
                self.data.append(data)
            else:
                self.script += data
        elif not self.open or self.open[-1] != "style":
            self.text += data

    def run(self) -> list[dict[str, str | None]]:
        """The scripts that a browser runs."""
        return [attributes for attributes in self.all("script") if "type" not in attributes]

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def page() -> bytes:
    return html.render(sample_document.build())


@pytest.fixture(scope="module")
def reader(page: bytes) -> Reader:
    return Reader(page)


def one(*blocks: object) -> Reader:
    return Reader(html.render(Report("Title", "Subtitle", "Author", blocks)))  # type: ignore[arg-type]


def test_nothing_is_fetched(page: bytes, reader: Reader) -> None:
    for tag, attributes in reader.elements:
        for name in ("src", "href", "xlink:href", "srcset", "data", "poster", "action"):
            value = attributes.get(name)
            if value is None or (tag == "a" and name == "href"):
                continue
            assert value.startswith(("data:", "#")), (tag, name, value[:80])
    style = re.search(rb"<style>(.*?)</style>", page, re.DOTALL)
    assert style is not None
    assert all(url.startswith(b"data:") for url in re.findall(rb"url\(([^)]*)\)", style[1]))
    assert b"@import" not in style[1]


def test_the_policy_allows_only_our_script(reader: Reader) -> None:
    digest = base64.b64encode(hashlib.sha256(reader.script.encode()).digest()).decode()
    (policy,) = [m["content"] for m in reader.all("meta") if m.get("http-equiv") == "Content-Security-Policy"]
    assert policy is not None
    assert f"script-src 'sha256-{digest}';" in policy
    assert policy.startswith("default-src 'none';")
    assert "connect-src" not in policy
    assert len(reader.run()) == 1


def test_no_element_carries_a_handler(reader: Reader) -> None:
    assert not [name for _, attributes in reader.elements for name in attributes if name.startswith("on")]


def test_every_link_leads_somewhere(reader: Reader) -> None:
    ids = [attributes["id"] for _, attributes in reader.elements if attributes.get("id")]
    assert len(ids) == len(set(ids))
    for link in reader.all("a"):
        href = link["href"]
        assert href is not None
        assert href.startswith("https://") or href[1:] in ids


def test_hostile_strings_are_shown(reader: Reader) -> None:
    for shown in (
        "<script>alert(1)</script><img src=x onerror=alert(2)>",
        '#panic("typst") #read("/etc/passwd") $x$ *b* _i_ @ref <label> // c',
        "{{7*7}} {% raw %}",
        "gpj.⟨U+202E⟩exe.kcatta⟨U+202C⟩ after",
        "nul⟨U+0000⟩bel⟨U+0007⟩esc⟨U+001B⟩[31mred",
        "王小明 محمد 🎓",
        "]]></style></script><!-- --> &lt;b&gt; &amp;",
        "?lone",
        "A" * 10_000,
    ):
        assert shown in reader.text


@pytest.mark.parametrize("text", sample_document.HOSTILE)
def test_no_place_of_a_document_lets_a_hostile_string_act(text: str) -> None:
    inline = (Text(text),)
    report = Report(
        text,
        text,
        text,
        (
            Section(inline, (Prose((Code(text), Link(text, text))),)),
            Callout("info", inline),
            Table(inline, (inline,), ((inline,),)),
            Figure(b"x", "image/png", text, inline),
            Listing(text, text, inline),
        ),
        meta=((text, text),),
    )
    reader = Reader(html.render(report))
    assert len(reader.run()) == 1
    assert len(reader.all("img")) == 1
    assert not [name for _, attributes in reader.elements for name in attributes if name.startswith("on")]
    assert not re.search(r"[\x00-\x08\x1b\u202a-\u202e\u2066-\u2069]", reader.text)


@pytest.mark.parametrize(
    "url",
    [
        *("javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", " https://a"),
        *(
            "//elsewhere/x.html",
            "/x.html",
            "../../x.html",
            "javascript:x.html",
            "x.svg",
            "x.html?y",
            "x.html\n",
        ),
    ],
)
def test_only_web_addresses_and_pages_beside_become_links(url: str) -> None:
    reader = one(Prose((Link(url, "here"),)))
    assert url not in [link["href"] for link in reader.all("a")]
    assert "here" in reader.text


@pytest.mark.parametrize("url", ["feedback/anna-1.html", "../index.html", "index.html#tab:grades"])
def test_pages_beside_this_one_can_be_linked(url: str) -> None:
    reader = one(Prose((Link(url, "here"),)))
    assert url in [link["href"] for link in reader.all("a")]


def test_the_font_of_formulas_is_packed_only_where_there_are_some() -> None:
    without, formula = (Report("T", "", "", (Prose(T(text)),)) for text in ("x", "$x$"))
    assert b'@font-face { font-family: "Report Math"' not in html.render(without)
    assert b'@font-face { font-family: "Report Math"' in html.render(formula)


def test_data_in_the_page_cannot_end_its_script(reader: Reader) -> None:
    assert json.loads(reader.data[-1]) == json.loads(sample_document.ATTACHED)
    assert all("<" not in data for data in reader.data)
    assert len(reader.data) == 5  # four panels and an attachment


def test_scripts_are_small_and_only_where_they_are_needed(reader: Reader) -> None:
    """The limit is 300 kB for all scripts of a page and what they draw from."""
    assert len(reader.script) + sum(map(len, reader.data)) < 300_000
    plain = one(Prose(T("No figure.")))
    assert "live(" in reader.script
    assert "live(" not in plain.script
    assert len(plain.script) < 15_000


def test_figures_that_move_show_their_picture_without_scripts(page: bytes) -> None:
    """The panel comes after picture and caption, and is not displayed until a script says so."""
    figure = re.search(rb'<figure id="fig:photo">(.*?)</figure>', page, re.DOTALL)
    assert figure is not None
    places = [figure[1].index(part) for part in (b"<img", b"<figcaption", b'class="live needs-script"')]
    assert places == sorted(places)
    assert b".needs-script { display: none; }" in page


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L"])
def test_pictures_keep_every_pixel(mode: str) -> None:
    picture = Image.open(io.BytesIO(sample_document.photograph())).convert(mode)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    url = data_url(buffer.getvalue())
    shown = Image.open(io.BytesIO(base64.b64decode(url.split(",")[1])))
    assert shown.convert("RGBA").tobytes() == picture.convert("RGBA").tobytes()


def test_what_is_no_picture_is_passed_on_as_it_is() -> None:
    assert data_url(b"x") == "data:image/png;base64,eA=="


def test_derivations_carry_their_latex_and_say_what_was_checked(reader: Reader) -> None:
    latex = [button["data-tex"] for button in reader.all("button") if "data-tex" in button]
    expected = "\\begin{aligned}\n\\operatorname{Cov}[X] &= \\mathbb{E}[X X^{\\top}]"
    assert any(tex is not None and tex.startswith(expected) for tex in latex)
    assert "4 steps, 2 machine-checked" in reader.text
    assert "not confirmed" in reader.text
    folded = [details for details in reader.all("details") if details.get("id") == "der:folded"]
    assert "open" not in folded[0]


def test_rows_are_marked_with_their_verdict_for_the_filter(reader: Reader) -> None:
    tones = [row["data-tone"] for row in reader.all("tr") if "data-tone" in row]
    assert tones.count("fail") == 2  # one check and one line of the score table
    assert tones.count("undecided") == 3


def test_headings_do_not_skip_a_level(reader: Reader) -> None:
    levels = [int(tag[1]) for tag, _ in reader.elements if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_landmarks_and_language_are_there(reader: Reader) -> None:
    assert reader.all("html")[0]["lang"] == "en"
    for tag in ("header", "nav", "main"):
        assert len(reader.all(tag)) == 1
    assert reader.all("a")[0]["href"] == "#main"
    assert all(image["alt"] for image in reader.all("img"))


def test_svg_is_cleaned_and_takes_the_color_of_the_text() -> None:
    svg = str(inline_svg(sample_document.PICTURE))
    assert "script" not in svg
    assert "currentColor" in svg
    assert "#123456" not in svg
    (id,) = re.findall(r'<path id="([^"]+)"', svg)
    assert f'href="#{id}"' in svg
    (clip,) = re.findall(r'<clipPath id="(f[0-9a-f]{8}-\d+)"', svg)
    assert f'clip-path="url(#{clip})"' in svg
    assert "ns0" not in svg


def test_svg_loses_ids_that_nothing_refers_to_and_digits_that_nobody_sees() -> None:
    svg = str(
        inline_svg(
            b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><g id="unused"><path id="used" '
            b'd="M 1.23456 2 \n L 3.5 -0.004" transform="scale(0.015625)"/></g><use href="#used" x="7.999"/>'
            b'<use href="#nowhere"/></svg>'
        )
    )
    assert "unused" not in svg
    assert 'd="M1.23 2L3.5 -0.00"' in svg
    assert 'transform="scale(0.015625)"' in svg
    (id,) = re.findall(r' id="([^"]+)"', svg)
    assert f'<use href="#{id}" x="8.00"' in svg


def test_svg_cannot_bring_handlers_links_or_styles() -> None:
    svg = str(
        inline_svg(
            b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)" viewBox="0 0 1 1"><style>p{}</style>'
            b'<a href="https://a.org"><g/></a><use href="https://a.org/#x"/><path onclick="x"/></svg>'
        )
    )
    for forbidden in ("onload", "onclick", "style", "a.org"):
        assert forbidden not in svg
    assert "<path" in svg


@pytest.mark.parametrize("data", [b"no svg", b"<html/>", b""])
def test_a_figure_that_is_not_svg_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="not SVG"):
        inline_svg(data)


def test_code_keeps_every_character_and_marks_lines() -> None:
    source = "def f(x):\n\n\treturn '<&>'  # é\n"
    reader = one(Listing(source, "python", T("Code"), "lst:a", (3,)))
    assert source in reader.text
    assert sum(span.get("class") == "line marked" for span in reader.all("span")) == 1


def test_an_unknown_language_is_shown_as_text() -> None:
    assert "1 + 1" in one(Listing("1 + 1", "no-such-language")).text


def test_equal_reports_give_equal_bytes_in_every_process(page: bytes) -> None:
    here = Path(__file__).parent
    code = (
        "import hashlib, sample_document as s; from reports import html, pdf; "
        "print([hashlib.sha256(module.render(s.build())).hexdigest() for module in (html, pdf)])"
    )
    digests = set()
    for seed in ("1", "2"):
        environment = {
            **os.environ,
            "PYTHONHASHSEED": seed,
            "PYTHONPATH": f"{here}{os.pathsep}{here.parents[1]}",
        }
        output = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
        ).stdout
        digests.add(output)
    assert len(digests) == 1
    assert hashlib.sha256(page).hexdigest() in digests.pop()
