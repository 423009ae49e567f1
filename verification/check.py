"""A check: one claim of a theorem, how to draw against it, and the wrong answers it must reject.

Two data types, because a tolerance is needed to build the bets: `Check` is what is written down,
`Experiment` is what it becomes for an error of size delta. Closed forms are looked up when the experiment
is built, so a check always tests the theorem as it stands.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from algorithms.mixture import Samples
from verification.statistics.claim import Claim, Measurement


@dataclass(frozen=True)
class Control:
    """A wrong answer. `mutant` is its short name, `title` says in words what was done wrong."""

    mutant: str
    title: str
    claim: Claim


@dataclass(frozen=True)
class Experiment:
    """What is drawn, what is measured, what is claimed: the truth, and the controls, about the same draws."""

    draw: Callable[[int, np.random.Generator], Samples]
    measurement: Measurement
    truth: Claim
    controls: tuple[Control, ...]


@dataclass(frozen=True)
class Check:
    """One Monte Carlo check.

    id            the name of its file
    theorem       the id of the theorem it tests
    title         a few words
    claim_latex   the claimed formula
    design        one sentence: what is drawn, what is measured
    closed_forms  the functions of `derivations.closed_forms` that its claims come from
    experiment    builds the experiment that notices an error of relative size delta; raises ValueError when a
                  closed form returns what cannot be claimed (say, weights that do not sum to one)
    """

    id: str
    theorem: str
    title: str
    claim_latex: str
    design: str
    closed_forms: tuple[str, ...]
    experiment: Callable[[float], Experiment]


def slipped(truth: Float[np.ndarray, " j"], delta: float) -> Float[np.ndarray, " j"]:
    """The hardest wrong answer a check must notice: the first number is too large by the fraction delta."""
    wrong = truth.copy()
    wrong[0] *= 1 + delta
    return wrong


def slipped_weights(weights: Float[np.ndarray, " k"], delta: float) -> Float[np.ndarray, " k"]:
    """The same for weights, which still add up to 1: the first is too large, the others are smaller."""
    first = np.arange(len(weights)) == 0
    return np.where(first, (1 + delta) * weights, weights * (1 - delta * weights[0] / (1 - weights[0])))
