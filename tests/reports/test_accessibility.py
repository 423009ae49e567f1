"""What axe-core finds in our pages: nothing serious, in light and dark."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import pytest
import sample_document
from browser import Scheme, open_report
from sample_results import broken_results
from test_feedback import BOOK, EVE, SUBMISSION

from reports import course, feedback, feedback_class, html

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The kinds of pages that people open."""
    folder = tmp_path_factory.mktemp("pages")
    contents = {
        "every block": html.render(sample_document.build()),
        "course": html.render(course.build(broken_results())),
        "feedback": html.render(feedback.build(EVE, SUBMISSION, BOOK)),
        "class": feedback_class.render(BOOK),
    }
    paths = {name: folder / f"{name}.html" for name in contents}
    for name, path in paths.items():
        path.write_bytes(contents[name])
    return paths


def findings(opened: Any) -> list[str]:
    """The serious and critical findings, one line for each element."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="pip install ksquared[browser]")
    opened.page.wait_for_timeout(300)  # what scrolls is found a moment after the page is there
    response = axe.Axe().run(opened.page).response
    return [
        f"{found['id']}: {node['html'][:120]}"
        for found in response["violations"]
        if found["impact"] in ("serious", "critical")
        for node in found["nodes"]
    ]


@pytest.mark.parametrize("scheme", get_args(Scheme))
@pytest.mark.parametrize("name", ["every block", "course", "feedback", "class"])
def test_axe_finds_nothing_serious(browser: Any, pages: dict[str, Path], name: str, scheme: Scheme) -> None:
    with open_report(pages[name], scheme=scheme, browser=browser) as opened:
        assert findings(opened) == []
        assert opened.console == []


def test_axe_finds_nothing_serious_on_a_narrow_screen(browser: Any, pages: dict[str, Path]) -> None:
    with open_report(pages["every block"], 360, browser=browser) as opened:
        assert findings(opened) == []


def test_axe_would_find_something(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "bad.html"
    path.write_text("<html lang=en><title>x</title><p style='color: #aaa'>pale</p><input><img src=x>")
    with open_report(path, browser=browser) as opened:
        assert {line.split(":")[0] for line in findings(opened)} >= {"color-contrast", "label", "image-alt"}
