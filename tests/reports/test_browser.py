"""The HTML report as a reader meets it: opened in Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import sample_document
from browser import Opened, Scheme, open_report

from reports import html

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def report_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_bytes(html.render(sample_document.build()))
    return path


@pytest.fixture
def opened(browser: Any, report_path: Path) -> Iterator[Opened]:
    with open_report(report_path, browser=browser) as opened:
        yield opened


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (768, "light"), (1280, "dark")])
def test_the_page_is_quiet_fetches_nothing_and_fits(
    browser: Any, report_path: Path, width: int, scheme: Scheme
) -> None:
    with open_report(report_path, width, scheme, browser=browser) as opened:
        opened.page.wait_for_timeout(200)
        assert opened.console == []
        assert [url for url in opened.requests if not url.startswith("data:")] == [report_path.as_uri()]
        assert opened.overflow() == 0


def test_a_page_that_is_too_wide_would_be_noticed(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "wide.html"
    path.write_text("<body><div style='width: 500px'>x</div><script>console.error('x'); y</script>")
    with open_report(path, 360, browser=browser) as opened:
        assert opened.overflow() > 100
        assert len(opened.console) == 2


@pytest.mark.parametrize("scheme", get_args(Scheme))
def test_text_stands_out_from_its_background(browser: Any, report_path: Path, scheme: Scheme) -> None:
    """WCAG 2.1 asks for a contrast of 4.5 between text and background."""
    with open_report(report_path, scheme=scheme, browser=browser) as opened:
        worst = opened.page.evaluate(CONTRAST)
    assert worst["ratio"] >= 4.5, worst


def test_without_script_everything_is_readable_and_nothing_is_dead(browser: Any, report_path: Path) -> None:
    with open_report(report_path, script=False, browser=browser) as opened:
        page = opened.page
        assert page.get_by_text("One check failed; everything else holds").is_visible()
        assert page.get_by_text("law of total expectation").first.is_visible()
        assert page.locator("nav ol").is_visible()
        assert page.locator("button:visible").count() == 0
        assert page.locator("input:visible").count() == 0


def test_the_verdict_is_on_the_first_screen(opened: Opened) -> None:
    box = opened.page.locator(".summary").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 900


def test_the_bundled_fonts_are_used(opened: Opened) -> None:
    loaded = opened.page.evaluate(
        "[...document.fonts].filter(f => f.status === 'loaded').map(f => f.family).sort()"
    )
    assert {name.strip('"') for name in loaded} == {"Report Math", "Report Serif"}


def test_derivations_fold_and_unfold_together(opened: Opened) -> None:
    page = opened.page
    button = page.get_by_role("button", name="Fold derivations")
    button.click()
    assert page.locator("details.derivation[open]").count() == 0
    page.get_by_role("button", name="Unfold derivations").click()
    assert page.locator("details.derivation:not([open])").count() == 0


def test_the_theme_goes_round(browser: Any, report_path: Path) -> None:
    background = "getComputedStyle(document.body).backgroundColor"
    with open_report(report_path, scheme="dark", browser=browser) as opened:
        page = opened.page
        dark = page.evaluate(background)
        page.get_by_role("button", name="Theme: auto").click()
        light = page.evaluate(background)
        page.get_by_role("button", name="Theme: light").click()
        assert page.evaluate(background) == dark != light
        page.get_by_role("button", name="Theme: dark").click()
        assert page.evaluate(background) == dark
        assert page.locator("#theme").inner_text() == "Theme: auto"


def test_the_filter_keeps_what_did_not_pass(opened: Opened) -> None:
    page = opened.page
    page.get_by_label("Only what did not pass").check()
    visible = page.locator("tr[data-tone]:visible")
    assert visible.count() == 5
    assert "pass" not in {row.get_attribute("data-tone") for row in visible.all()}
    assert page.locator("#status").inner_text() == "5 of 16 rows shown"
    page.get_by_label("Only what did not pass").uncheck()
    assert visible.count() == 16


def test_latex_is_copied(browser: Any, report_path: Path) -> None:
    with open_report(report_path, browser=browser) as opened:
        page = opened.page
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.locator("#eq\\:second .copy").click(force=True)
        page.get_by_role("button", name="Copied").wait_for()
        copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == r"\mathbb{E}[X X^{\top} \mid C_k=1] = \Sigma_k + \mu_k \mu_k^{\top}"


def test_a_link_into_a_folded_derivation_opens_it(opened: Opened) -> None:
    page = opened.page
    page.evaluate("location.hash = 'der:folded'")
    page.wait_for_function("document.getElementById('der:folded').open")


def test_the_first_tab_skips_to_the_text(opened: Opened) -> None:
    page = opened.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the text"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_every_control_has_a_name_and_can_be_reached(opened: Opened) -> None:
    page = opened.page
    assert (
        page.evaluate("[...document.querySelectorAll('button, input, a')].filter(e => e.tabIndex < 0).length")
        == 0
    )
    nameless = (
        "[...document.querySelectorAll('button, a')].filter(e => !(e.textContent.trim() || e.ariaLabel))"
    )
    assert page.evaluate(f"{nameless}.length") == 0


def test_relations_of_a_chain_stand_below_each_other(opened: Opened) -> None:
    lines = opened.page.locator("#der\\:cov .right").all()
    lefts = {round(line.bounding_box()["x"]) for line in lines}
    assert len(lines) == 4
    assert len(lefts) == 1


def test_no_formula_is_clipped_on_a_wide_screen(opened: Opened) -> None:
    clipped = opened.page.evaluate(
        "[...document.querySelectorAll('.equation .scroll, .chain .scroll')]"
        ".filter(e => e.scrollHeight > e.clientHeight + 1 || e.scrollWidth > e.clientWidth + 1)"
        ".map(e => e.textContent)"
    )
    assert clipped == []


def test_print_shows_what_is_folded(browser: Any, report_path: Path) -> None:
    with open_report(report_path, browser=browser) as opened:
        page = opened.page
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert page.locator("details:not([open])").count() == 0
        page.emulate_media(media="print")
        assert page.locator(".tools").is_hidden()


CONTRAST = """() => {
  const parse = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const part = [r, g, b].map((c) => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * part[0] + 0.7152 * part[1] + 0.0722 * part[2];
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = parse(getComputedStyle(at).backgroundColor);
      if (color.length === 3 || color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  let worst = { ratio: 99 };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || element.closest("script, .anchor, .copy")) continue;
    const pair = [light(parse(getComputedStyle(element).color)), light(behind(element))];
    const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    if (ratio < worst.ratio) worst = { ratio, text: element.textContent.slice(0, 40) };
  }
  return worst;
}"""
