"""The panels below figures, in Chromium: what they show is what Python says, by mouse and by keyboard."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sample_document
from browser import Opened, open_report
from PIL import Image

from derivations.closed_forms import closed_form
from reports import html, walks

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def report_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_bytes(html.render(sample_document.build()))
    return path


@pytest.fixture(scope="module")
def shared(browser: Any, report_path: Path) -> Iterator[Opened]:
    """One page for all tests that set the controls they look at."""
    with open_report(report_path, browser=browser) as opened:
        yield opened
        assert opened.console == []


def numbers(texts: list[str]) -> list[float]:
    """The last number of each text."""
    return [float(re.findall(r"−?[\d.]+", text)[-1].replace("−", "-")) for text in texts]


def column(panel: Any, number: int) -> list[float]:
    return numbers(panel.locator(f"tbody tr td:nth-child({number})").all_inner_texts())


def settled(panel: Any) -> str:
    """What is said once the reader has come to rest."""
    panel.page.wait_for_timeout(450)
    return str(panel.locator(".said").inner_text())


def test_the_components_of_the_sum_are_those_of_the_closed_forms(shared: Opened) -> None:
    panel = shared.page.locator("[data-live=sum]")
    panel.get_by_role("button", name="Start again").click()
    x, y = sample_document.SUM.x, sample_document.SUM.y
    p, m, c, q, n, d = (
        np.array(x.weights), np.array(x.means)[:, None], (np.array(x.deviations) ** 2)[:, None, None],
        np.array(y.weights), np.array(y.means)[:, None], (np.array(y.deviations) ** 2)[:, None, None],
    )  # fmt: skip
    weights = closed_form("sum_weights")(weights=p, other_weights=q)
    means = closed_form("sum_means")(means=m, other_means=n)
    variances = closed_form("sum_covariances")(covariances=c, other_covariances=d)
    # Half of the last digit shown, and what rounding adds.
    np.testing.assert_allclose(column(panel, 2), weights.ravel(), atol=0.00501)
    np.testing.assert_allclose(column(panel, 3), means.ravel(), atol=0.0501)
    np.testing.assert_allclose(column(panel, 4), variances.ravel(), atol=0.00501)
    mean = closed_form("sum_mean")(weights=p, means=m, other_weights=q, other_means=n)[0]
    variance = closed_form("sum_covariance")(
        weights=p, means=m, covariances=c, other_weights=q, other_means=n, other_covariances=d
    )[0, 0]
    said = settled(panel).split(". Variances")
    np.testing.assert_allclose(numbers([said[0], said[1].rstrip(".")]), [mean, variance], atol=0.00501)


def test_sliders_change_the_sum_by_keyboard(shared: Opened) -> None:
    panel = shared.page.locator("[data-live=sum]")
    panel.get_by_role("button", name="Start again").click()
    panel.get_by_label("K, number of components of x").press("ArrowRight")
    assert panel.locator("tbody tr").count() == 6
    assert "3 · 2 = 6" in panel.locator("caption").inner_text()
    assert panel.locator("fieldset").first.locator(".component:visible").count() == 3
    assert abs(sum(column(panel, 2)) - 1) <= 6 * 0.005  # six weights, each rounded to hundredths
    before = column(panel, 3)
    mean = panel.get_by_label("μ₁, mean of component 1 of x")
    mean.press("ArrowRight")
    assert mean.get_attribute("aria-valuetext") == "−2.9"
    assert [round(after - old, 1) for old, after in zip(before, column(panel, 3), strict=True)] == [
        *(0.1, 0.1),
        *(0.0, 0.0, 0.0, 0.0),
    ]
    density = panel.locator(".chart svg").nth(2).get_attribute("aria-label")
    assert density.startswith("Density of the sum: 6 components")


def test_a_chosen_component_is_shown_in_all_three_densities(shared: Opened) -> None:
    panel = shared.page.locator("[data-live=sum]")
    panel.get_by_role("button", name="Start again").click()
    panel.get_by_label("k = 2, l = 1").check()
    for chart, place in ((0, 1), (1, 0), (2, 2)):
        chosen = panel.locator(".chart").nth(chart).locator(".part")
        marked = [part.get_attribute("data-chosen") for part in chosen.all()]
        assert [index for index, mark in enumerate(marked) if mark == "true"] == [place]


def test_every_pixel_is_shown_in_its_nearest_color(shared: Opened) -> None:
    panel = shared.page.locator("[data-live=palettes]")
    panel.locator("canvas").wait_for()
    slider = panel.get_by_label("k, number of colors")
    original = np.asarray(Image.open(io.BytesIO(sample_document.photograph())).convert("RGB")).astype(int)
    for key, place in (("Home", 0), ("End", 1)):
        slider.press(key)
        palette = sample_document.PALETTES.palettes[place]
        colors = np.array(palette.colors)
        nearest = ((original[:, :, None] - colors) ** 2).sum(axis=3).argmin(axis=2)
        shown = panel.locator("canvas").evaluate(
            "c => [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data]"
        )
        pixels = np.array(shown).reshape(*original.shape[:2], 4)[:, :, :3]
        np.testing.assert_array_equal(pixels, colors[nearest])
        assert f"{len(colors)} colors" in settled(panel)
        assert f"distortion {palette.distortion:.1f}" in panel.locator(".said").inner_text()
    panel.get_by_role("button", name="Show the original").click()
    assert panel.locator("canvas").get_attribute("aria-label") == "The original picture."


@pytest.mark.parametrize(("number", "walk"), [(0, walks.kmeans_walk()), (1, walks.em_walk())])
def test_a_run_can_be_stepped_through(shared: Opened, number: int, walk: walks.Walk) -> None:
    panel = shared.page.locator("[data-live=walk]").nth(number)
    last = len(walk.frames) - 1
    slider = panel.get_by_label("moment, moment of the run")

    def at(moment: int) -> None:
        frame = walk.frames[moment]
        panel.locator(".said", has_text=frame.said).wait_for()
        assert f"{frame.objective:.1f}".replace("-", "−") in panel.locator(".said").inner_text()
        assert slider.get_attribute("aria-valuetext") == f"{moment} of {last}"
        shapes = panel.evaluate(
            "panel => [...panel.querySelectorAll('.point')].map(e => e.getAttribute('d'))"
        )
        most = [int(np.argmax(shares)) for shares in frame.shares]
        assert len(set(zip(shapes, most, strict=True))) == len(set(most)) == len(set(shapes))

    panel.get_by_role("button", name="Start").press("Enter")
    at(0)
    panel.get_by_role("button", name="Next").press("Enter")
    at(1)
    slider.press("ArrowRight")
    at(2)
    panel.get_by_role("button", name="Back").click()
    at(1)
    panel.get_by_role("button", name="End").press("Enter")
    at(last)
    assert panel.locator(".center").count() == len(walk.frames[0].centers)
    assert panel.locator(".shell").count() == len(walk.frames[0].covariances)
    panel.get_by_role("button", name="Next").press("Space")  # leads nowhere, and keeps the focus
    at(last)
    assert shared.page.evaluate("document.activeElement.textContent") == "Next"


def test_nothing_moves_by_itself_for_those_who_do_not_want_it(shared: Opened) -> None:
    page = shared.page
    duration = "getComputedStyle(document.querySelector('.point')).transitionDuration"
    assert page.evaluate(duration) != "0s"
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(duration) == "0s"
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


def test_without_script_and_on_paper_the_picture_stands_alone(browser: Any, report_path: Path) -> None:
    with open_report(report_path, script=False, browser=browser) as opened:
        assert opened.page.locator(".live:visible").count() == 0
        assert opened.page.locator("#fig\\:curve .picture").is_visible()
    with open_report(report_path, browser=browser) as opened:
        assert opened.page.locator(".live:visible").count() == 4
        opened.page.emulate_media(media="print")
        assert opened.page.locator(".live:visible").count() == 0
        assert opened.page.locator("#fig\\:curve .picture").is_visible()
