"""Long statements are broken, short ones are not, and every one of the library fits on a page."""

from __future__ import annotations

import pytest

from derivations.exposition import statement
from derivations.library import load, theorem_ids
from reports.course.long_formula import LONGEST, in_lines
from reports.maths import parse, width

LONG = " + ".join("abcdefgh")


def test_a_short_statement_stays_as_it_is() -> None:
    assert in_lines(r"a = b \qquad \left(b > 0\right)") == r"a = b \qquad \left(b > 0\right)"


def test_a_chain_is_broken_before_its_relations_and_the_condition_comes_last() -> None:
    broken = in_lines(rf"{LONG} = {LONG} = {LONG} \qquad \left(b > 0\right)")
    assert broken == (
        rf"\begin{{aligned}} & {LONG} \\ & \quad = {LONG} \\ & \quad = {LONG}"
        r" \\ & \left(b > 0\right) \end{aligned}"
    )


def test_only_the_long_row_is_broken() -> None:
    broken = in_lines(rf"\begin{{aligned}} {LONG} + {LONG} & = {LONG} \\ a & \ge 0 \end{{aligned}}")
    assert broken == (
        rf"\begin{{aligned}} & {LONG} + {LONG} \\ & \quad = {LONG} \\ & a \ge 0 \end{{aligned}}"
    )


@pytest.mark.parametrize("name", theorem_ids())
def test_the_statement_of_every_theorem_fits(name: str) -> None:
    assert width(parse(in_lines(statement(load(name))))) <= LONGEST + 8
