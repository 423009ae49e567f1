"""The model answers and the verdicts on the hand-in rest on theorems and refutations that exist."""

from __future__ import annotations

from itertools import chain

import pytest

from derivations.homework import ANSWERS, Answer, Line
from derivations.library import refutation_ids, refute, theorem_ids

LINES = [(answer, line) for answer in ANSWERS for line in answer.hand_in]


def quote(value: object) -> str | None:
    return value.quote if isinstance(value, Line) else None


def test_problems_2_3_and_4_a_to_c_are_answered() -> None:
    assert [(answer.problem, answer.part) for answer in ANSWERS] == [
        (2, ""),
        (3, ""),
        (4, "a"),
        (4, "b"),
        (4, "c"),
    ]


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: f"{answer.problem}{answer.part}")
def test_each_point_and_each_line_names_theorems_of_the_library(answer: Answer) -> None:
    named = [*chain.from_iterable(point.theorems for point in answer.points)]
    named += [line.theorem for line in answer.hand_in]
    assert all(point.theorems for point in answer.points)
    assert set(named) <= set(theorem_ids())


@pytest.mark.parametrize(("answer", "line"), LINES, ids=quote)
def test_a_wrong_line_has_a_counterexample_and_a_right_one_has_none(answer: Answer, line: Line) -> None:
    if line.verdict in ("index slip", "false"):
        assert line.refutation in refutation_ids()
        assert refute(line.refutation).counterexample is not None
    elif line.verdict == "right":
        assert line.refutation == ""
    else:
        assert line.refutation in ("", *refutation_ids())


def test_no_line_is_judged_without_a_reason() -> None:
    assert all(line.quote and line.why for _, line in LINES)
