"""Numbers as readers see them."""

from __future__ import annotations

import math

import pytest

from reports import check_cells, numbers
from reports.document import CheckRow, T


@pytest.mark.parametrize(
    ("standard_error", "decimals"),
    [
        (0.0021, 4),
        (0.00013, 5),
        (0.99, 2),
        (3.2, 1),
        (47.0, 0),
        (1200.0, 0),
        (1e-12, 8),
        (0.0, 4),
        (math.nan, 4),
    ],
)
def test_decimals_show_two_digits_of_the_error(standard_error: float, decimals: int) -> None:
    assert numbers.decimals_for(standard_error) == decimals


@pytest.mark.parametrize(
    ("value", "text"),
    [(-1.5, "−1.50"), (-0.0001, "0.00"), (2.0, "2.00"), (math.nan, "—"), (math.inf, "∞"), (-math.inf, "−∞")],
)
def test_values_have_a_true_minus_and_no_negative_zero(value: float, text: str) -> None:
    assert numbers.fixed(value, 2) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.37, "0.370"), (0.00099, "<0.001"), (1.0, "1.000"), (math.nan, "—")]
)
def test_small_p_values_are_not_called_zero(value: float, text: str) -> None:
    assert numbers.p_value(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(999, "999"), (1000, "1000"), (10_000, "10\u2009000"), (1_000_000, "1\u2009000\u2009000")],
)
def test_counts_are_grouped_from_five_digits_on(value: int, text: str) -> None:
    assert numbers.count(value) == text


def test_the_cells_of_a_check_stand_in_the_order_of_the_header() -> None:
    check = CheckRow(T("$m$"), -1.0032, 1.0, 0.0021, 20_000, 0.2, "pass", 8, 9)
    cells = dict(zip(check_cells.HEADER[1:-1], check_cells.cells(check), strict=True))
    assert cells == {
        "Estimate": "−1.0032",
        "Closed form": "1.0000",
        "Std. error": "0.0021",
        "Samples": "20\u2009000",
        "p-value": "0.200",
        "Wrong formulas rejected": "8 of 9",
    }
