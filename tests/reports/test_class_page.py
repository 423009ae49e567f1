"""The page of a class in Chromium: tables are sorted by a click, what is empty last."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from browser import Opened, open_report
from test_feedback import ANNA, BOOK, RIGHT

from reports import feedback_class

pytestmark = pytest.mark.browser


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Iterator[Opened]:
    more = tuple(
        replace(ANNA, id=f"s{points}", functions=(replace(RIGHT, points=float(points), max_points=200.0),))
        for points in (9, 100, 20)
    )
    path = tmp_path / "index.html"
    path.write_bytes(feedback_class.render(replace(BOOK, students=(*BOOK.students, *more))))
    with open_report(path, browser=browser) as opened:
        yield opened


def column(opened: Opened, number: int) -> list[str]:
    cells = opened.page.locator(f"#tab\\:grades tbody tr td:nth-child({number})").all_inner_texts()
    return [str(cell) for cell in cells]


def test_a_click_on_a_heading_sorts_numbers_by_size_and_a_second_one_turns_them_round(
    opened: Opened,
) -> None:
    heading = opened.page.locator("#tab\\:grades th", has_text="Points")
    for direction, order in (("ascending", 1), ("descending", -1)):
        heading.get_by_role("button").click()
        points = column(opened, 3)
        assert points[-1] == "–"
        numbers = [float(text) for text in points[:-1]]
        assert numbers == sorted(numbers)[::order]
        assert {9.0, 20.0, 100.0} <= set(numbers)
        assert heading.get_attribute("aria-sort") == direction
    opened.page.locator("#tab\\:grades th", has_text="Hand-in").get_by_role("button").click()
    assert column(opened, 1) == sorted(column(opened, 1))
    assert opened.console == []
    assert opened.overflow() == 0
