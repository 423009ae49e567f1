"""Small exact models, in order: the search space of a counterexample.

A model gives every variable an array of fractions. Its SIZES are the lengths of the named axes (K, D, ...).
Each free entry is picked from a list of candidates, simplest first; the HEIGHT of a model is the sum of the
positions of its picks, so the model of height 0 takes the simplest candidate everywhere. Models come
ordered by

    1. the sum of the sizes, then the sizes in the order in which the variables name them,
    2. the height,
    3. the picks, compared entry by entry in the order of the variables.

The first counterexample met is therefore the smallest, and it is the same one on every run. The space is
finite: each size is at most `largest`, and the height at most `max_height`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, product
from math import prod

import numpy as np
from numpy.typing import NDArray

FractionArray = NDArray[np.object_]


def unchanged(picks: FractionArray) -> FractionArray:
    """The array itself: for variables whose entries are free."""
    return picks


def normalized(picks: FractionArray) -> FractionArray | None:
    """Nonnegative numbers divided by their sum: a probability vector or table; None if all are zero."""
    return picks / picks.sum() if picks.any() else None


def diagonal(picks: FractionArray) -> FractionArray:
    """The last axis (D,) laid on the diagonal of a matrix (D, D)."""
    return np.asarray(picks[..., None] * np.eye(picks.shape[-1], dtype=int))


@dataclass(frozen=True)
class Variable:
    """An array to be enumerated.

    `axes` names the axes of the picks; a digit is a fixed length. `build` turns the array of picks into the
    value, or into None where they give none. `is_family` says that the first axis numbers the members of a
    family, to be printed one by one."""

    name: str
    symbol: str
    axes: tuple[str, ...]
    candidates: tuple[int, ...] = (0, 1, -1, 2, -2)
    build: Callable[[FractionArray], FractionArray | None] = unchanged
    is_family: bool = False

    def shape(self, sizes: Mapping[str, int]) -> tuple[int, ...]:
        """The shape of the array of picks."""
        return tuple(int(axis) if axis.isdigit() else sizes[axis] for axis in self.axes)

    def value(self, ranks: Sequence[int], sizes: Mapping[str, int]) -> FractionArray | None:
        """The exact value for the positions `ranks` in the list of candidates, None if there is none."""
        entries = [Fraction(self.candidates[rank]) for rank in ranks]
        return self.build(np.array(entries, dtype=object).reshape(self.shape(sizes)))


@dataclass(frozen=True)
class Model:
    """One point of the search space: sizes by axis, exact arrays by variable, height."""

    sizes: dict[str, int]
    arrays: dict[str, FractionArray]
    height: int


def models(variables: Sequence[Variable], *, largest: int, max_height: int) -> Iterator[Model]:
    """All models up to the bounds, in the order stated above."""
    for sizes in all_sizes(variables, largest):
        counts = [prod(variable.shape(sizes)) for variable in variables]
        caps = [
            len(variable.candidates) - 1
            for variable, count in zip(variables, counts, strict=True)
            for _ in range(count)
        ]
        for height in range(max_height + 1):
            for ranks in picks_of_height(caps, height):
                arrays = _arrays(variables, counts, ranks, sizes)
                if arrays is not None:
                    yield Model(sizes, arrays, height)


def _arrays(
    variables: Sequence[Variable], counts: Sequence[int], ranks: Sequence[int], sizes: Mapping[str, int]
) -> dict[str, FractionArray] | None:
    """The value of each variable, `counts` giving its share of `ranks`; None unless all have one."""
    arrays, remaining = {}, iter(ranks)
    for variable, count in zip(variables, counts, strict=True):
        value = variable.value(list(islice(remaining, count)), sizes)
        if value is None:
            return None
        arrays[variable.name] = value
    return arrays


def all_sizes(variables: Sequence[Variable], largest: int) -> list[dict[str, int]]:
    """Every choice of sizes from 1 to `largest`, by their sum, then in the order in which the axes are
    named."""
    names = list(
        dict.fromkeys(axis for variable in variables for axis in variable.axes if not axis.isdigit())
    )
    choices = sorted(
        product(range(1, largest + 1), repeat=len(names)), key=lambda choice: (sum(choice), choice)
    )
    return [dict(zip(names, choice, strict=True)) for choice in choices]


def picks_of_height(caps: Sequence[int], height: int) -> Iterator[tuple[int, ...]]:
    """All tuples of nonnegative integers below or at `caps` whose sum is `height`, in lexicographic order."""
    if not caps:
        if height == 0:
            yield ()
        return
    beyond = sum(caps[1:])
    for first in range(max(0, height - beyond), min(caps[0], height) + 1):
        for rest in picks_of_height(caps[1:], height - first):
            yield (first, *rest)
