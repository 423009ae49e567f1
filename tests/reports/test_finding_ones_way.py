"""References, contents, keys and downloads of the HTML report, in Chromium."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sample_document
from browser import Opened, open_report

from reports import html
from reports.document import Badge, Report, T, Table

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


# previews of references


@pytest.mark.parametrize(
    ("target", "holds"),
    [
        ("eq:zero", "math"),
        ("fig:photo", "img"),
        ("fig:curve", "svg"),
        ("tab:checks", "tbody tr"),
        ("der:cov", ".chain li"),
        ("lst:kmeans", "code"),
        ("sec:moments", "h3, h2"),
    ],
)
def test_resting_on_a_reference_shows_what_it_leads_to(opened: Opened, target: str, holds: str) -> None:
    page = opened.page
    link = page.locator(f"a.ref[href='#{target}']").first
    link.hover()
    card = page.locator("#preview")
    card.wait_for(state="visible")
    assert card.locator(holds).count() > 0
    assert link.get_attribute("aria-describedby") == "preview"
    box = card.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 1280
    assert page.evaluate("new Set([...document.querySelectorAll('[id]')].map(e => e.id)).size") == (
        page.locator("[id]").count()
    )
    assert card.locator("button, input, a[href], [tabindex]").count() == 0
    assert opened.overflow() == 0


def test_a_preview_comes_with_the_focus_and_goes_with_escape(opened: Opened) -> None:
    page = opened.page
    link = page.locator("main a.ref").first
    link.evaluate(
        "link => link.closest('p').insertAdjacentHTML('beforebegin', '<button id=before>x</button>')"
    )
    page.locator("#before").focus()
    page.keyboard.press("Tab")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.className") == "ref":
            break
    card = page.locator("#preview")
    assert card.is_visible()
    page.keyboard.press("Escape")
    assert card.is_hidden()
    assert page.evaluate("document.activeElement.className") == "ref"
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    assert card.is_visible()
    page.locator("nav summary").focus()
    assert card.is_hidden()


def test_a_preview_stays_while_the_pointer_is_on_it(opened: Opened) -> None:
    page = opened.page
    page.locator("a.ref[href='#eq:zero']").first.hover()
    card = page.locator("#preview")
    card.wait_for(state="visible")
    card.hover()
    page.wait_for_timeout(400)
    assert card.is_visible()
    page.mouse.move(5, 5)
    card.wait_for(state="hidden")


# contents


def test_the_contents_stay_in_sight_and_mark_what_is_read(opened: Opened) -> None:
    page = opened.page
    page.locator("nav a", has_text="Pictures and code").click()
    opened.wait_for("document.querySelector('nav [aria-current]')?.textContent.includes('Pictures')")
    assert page.locator("nav [aria-current]").count() == 1
    box = page.locator("nav summary").bounding_box()
    assert box is not None
    assert 0 <= box["y"] < 100


def test_on_a_narrow_screen_the_contents_open_on_demand_and_close_after_use(
    browser: Any, report_path: Path
) -> None:
    with open_report(report_path, 360, browser=browser) as opened:
        page = opened.page
        assert page.locator("nav ol").is_hidden()
        page.mouse.wheel(0, 3000)
        opened.wait_for("scrollY > 1000")
        page.locator("nav summary").click()
        page.locator("nav a", has_text="Pictures and code").click()
        assert page.locator("nav ol").is_hidden()
        opened.wait_for("Math.abs(document.getElementById('sec:pictures').getBoundingClientRect().top) < 120")


# keys


def test_the_tab_key_reaches_every_control_in_order_and_shows_where_it_is(opened: Opened) -> None:
    page = opened.page
    page.wait_for_timeout(300)  # what scrolls is found a moment after the page is there
    controls = page.evaluate(f"[...document.querySelectorAll('{CONTROLS}')].filter(({REACHABLE})).length")
    assert controls > 60
    page.evaluate(WATCH)
    for _ in range(controls + 100):  # what scrolls is a stop as well
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
    missed, unmarked, backward = page.evaluate(f"seen({json.dumps(CONTROLS)}, {REACHABLE})")
    assert missed == []
    assert unmarked == []
    assert backward == 0


def test_only_what_scrolls_is_a_stop_beside_the_controls(browser: Any, report_path: Path) -> None:
    stops = "[...document.querySelectorAll('.scroll[tabindex]')]"
    scrolls = "e => e.scrollWidth > e.clientWidth + 1"
    with open_report(report_path, 360, browser=browser) as opened:
        page = opened.page
        opened.wait_for(f"{stops}.length > 0")
        assert page.evaluate(f"{stops}.every({scrolls})")
        narrow = page.evaluate(f"{stops}.length")
        page.set_viewport_size({"width": 1280, "height": 900})
        opened.wait_for(f"{stops}.length < {narrow}")


# what comes with the page


def test_the_results_are_saved_from_the_page_itself(opened: Opened) -> None:
    with opened.page.expect_download() as download:
        opened.page.get_by_role("button", name="Download results.json").click()
    assert download.value.suggested_filename == "results.json"
    assert json.loads(Path(download.value.path()).read_text()) == json.loads(sample_document.ATTACHED)
    assert opened.console == []


def test_a_filter_that_leaves_nothing_says_so(browser: Any, tmp_path: Path) -> None:
    table = Table(T("All well"), (T("a"),), (((Badge("pass"),),), ((Badge("pass"),),)))
    path = tmp_path / "well.html"
    path.write_bytes(html.render(Report("T", "S", "A", (table,))))
    with open_report(path, browser=browser) as opened:
        opened.page.get_by_label("Only what did not pass").check()
        assert opened.page.locator("#status").inner_text() == "All 2 rows passed: none shown"
        assert opened.page.locator("table").is_hidden()
        assert opened.page.get_by_role("button", name="Fold derivations").is_hidden()


CONTROLS = "a[href], button, input, summary"
# Hidden ones cannot be reached; of radio buttons of one name Tab reaches one, the arrow keys the others.
REACHABLE = (
    "e => e.checkVisibility() && !(e.type === 'radio' && e !== document.querySelector(`[name=${e.name}]`))"
)
WATCH = """() => {
  const stops = [];
  document.addEventListener("focusin", ({ target }) => {
    const style = getComputedStyle(target);
    stops.push({ target, marked: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 });
  });
  window.seen = (controls, reachable) => {
    const targets = stops.map((stop) => stop.target);
    const name = (e) => e.outerHTML.slice(0, 90);
    return [
      [...document.querySelectorAll(controls)].filter((e) => reachable(e) && !targets.includes(e)).map(name),
      stops.filter((stop) => !stop.marked).map((stop) => name(stop.target)),
      targets.slice(1).filter((e, i) => !(targets[i].compareDocumentPosition(e) & 4)).length,
    ];
  };
}"""
