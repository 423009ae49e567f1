"""The feedback page in the documentation is that of the hand-in that came with the exercise."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from test_seed_hand_in import EXPECTED

from reports.feedback import SAID

PAGE = Path(__file__).parents[3] / "docs" / "feedback-example.html"


@pytest.fixture(scope="module")
def text() -> str:
    """The words of the page without its tags."""
    page = re.sub(r"(?s)<(style|script)>.*?</\1>", " ", PAGE.read_text(encoding="utf-8"))
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", page)))


@pytest.mark.parametrize("function", EXPECTED)
def test_the_page_says_the_verdict_and_every_mistake(text: str, function: str) -> None:
    status, majors, minors = EXPECTED[function]
    assert re.search(rf"{function} \S+ {SAID[status]}", text), f"grade the seed again: {function}"
    for code in (*majors, *minors):
        assert code in text, f"grade the seed again: {code}"


def test_the_page_names_no_place_on_any_machine(text: str) -> None:
    assert re.findall(r"(?<![\w.])/(?:home|root|usr|tmp|var|opt|Users)\b", text) == []
