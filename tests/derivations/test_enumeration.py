"""The order of the search, against sorting the whole space by hand."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from derivations.enumeration import Variable, all_sizes, diagonal, models, normalized, picks_of_height


@pytest.mark.parametrize("caps", [(), (0,), (2,), (1, 2, 1), (2, 0, 3)])
def test_picks_are_all_tuples_of_that_height_in_lexicographic_order(caps: tuple[int, ...]) -> None:
    space = list(product(*(range(cap + 1) for cap in caps)))
    for height in range(sum(caps) + 2):
        assert list(picks_of_height(caps, height)) == sorted(pick for pick in space if sum(pick) == height)


def test_sizes_come_by_their_sum_and_then_in_the_order_of_the_axes() -> None:
    variables = (Variable("W", "W", ("K", "D")), Variable("x", "x", ("D", "2")))
    assert all_sizes(variables, 2) == [
        {"K": 1, "D": 1},
        {"K": 1, "D": 2},
        {"K": 2, "D": 1},
        {"K": 2, "D": 2},
    ]


def test_models_are_the_whole_space_sorted_by_sizes_then_height_then_picks() -> None:
    u, v = Variable("u", "u", ("K",), (0, 1, -1)), Variable("v", "v", ("K", "D"), (5, 7))
    found = [
        (m.sizes, m.height, tuple(m.arrays["u"]), tuple(m.arrays["v"].flat))
        for m in models((u, v), largest=2, max_height=3)
    ]

    def height(us: tuple[int, ...], vs: tuple[int, ...]) -> tuple[int, list[int]]:
        ranks = [u.candidates.index(x) for x in us] + [v.candidates.index(x) for x in vs]
        return sum(ranks), ranks

    expected = []
    for k, d in [(1, 1), (1, 2), (2, 1), (2, 2)]:
        space = product(product(u.candidates, repeat=k), product(v.candidates, repeat=k * d))
        for us, vs in sorted(space, key=lambda pair: height(*pair)):
            if height(us, vs)[0] <= 3:
                expected.append(({"K": k, "D": d}, height(us, vs)[0], us, vs))
    assert found == expected


def test_values_are_exact_fractions() -> None:
    third = Variable("p", "p", ("2",), (1, 2), build=normalized)
    assert third.value((0, 1), {}).tolist() == [Fraction(1, 3), Fraction(2, 3)]
    spread = Variable("S", "S", ("1", "2"), (1, 2), build=diagonal)
    assert spread.value((0, 1), {}).tolist() == [[[1, 0], [0, 2]]]


def test_picks_without_a_value_are_left_out() -> None:
    table = Variable("p", "p", ("2",), (0, 1), build=normalized)
    tables = [m.arrays["p"].tolist() for m in models((table,), largest=1, max_height=2)]
    assert tables == [[0, 1], [1, 0], [Fraction(1, 2), Fraction(1, 2)]]


def test_the_search_does_not_share_arrays_between_models() -> None:
    first, second, *_ = models((Variable("u", "u", ("K",)),), largest=1, max_height=1)
    first.arrays["u"][0] = Fraction(9)
    assert np.all(second.arrays["u"] == 1)
