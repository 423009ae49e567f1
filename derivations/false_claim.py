"""A false claim: what people write, what is true instead, and where to look for a counterexample."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from derivations.enumeration import Variable

Array = NDArray[Any]
"""Fractions (dtype object) during the search, floats when a Monte Carlo check borrows the wrong answer."""


@dataclass(frozen=True)
class Relation:
    """How the claim relates the true value to the claimed one: the sign printed, and the exact test."""

    latex: str
    holds: Callable[[Array, Array], bool]


EQUAL = Relation("=", lambda true, claimed: bool(np.all(true == claimed)))
AT_LEAST = Relation(r"\ge", lambda true, claimed: bool(np.all(true >= claimed)))


def always(**_arrays: Array) -> bool:
    """The premise of a claim about all models."""
    return True


@dataclass(frozen=True)
class FalseClaim:
    """One false claim.

    `theorem` is the id of the theorem that says what is true instead. `claimed` and `true` take the
    variables as keyword arrays, of fractions or of floats, and return arrays of one shape; `true` comes by
    a route that does not use that theorem. `premise` is what the claim assumes beyond the shapes.

    `quantities` is the LaTeX of what the two functions compute: one formula for the whole result, or one
    for each entry of a vector, of which the first that differs is shown."""

    id: str
    title: str
    theorem: str
    claim_latex: str
    true_latex: str
    why: str
    variables: tuple[Variable, ...]
    quantities: tuple[str, ...]
    claimed: Callable[..., Array]
    true: Callable[..., Array]
    premise: Callable[..., bool] = always
    relation: Relation = EQUAL
    largest_size: int = 2
    """Sizes are tried up to this one."""
