"""The least error of a factorization of rank k, and alternating least squares, which reaches it.

With every entry observed and the penalty going to zero, the objective is the squared error of a matrix of
rank k. No factors have less than the sum of the discarded squared singular values, and the iteration ends
there: from random factors in the end; the factors from the singular vectors have it at once and keep it.
"""

from __future__ import annotations

import numpy as np

from algorithms import matrix_factorization as als
from algorithms.mixture import Samples
from algorithms.ratings import Ratings
from verification.check import Check, Control, Experiment
from verification.statistics.events import Events

USERS, ITEMS, K = 8, 6, 2
LAMBDA = 1e-9
"""Raises the error by less than lambda^2 n / s^2, below 1e-16."""
KEPT_STEPS, STEPS = 12, 40
"""From random factors the tangent of the angle between the subspaces falls by (s_3 / s_2)^2 < 1/3 a step.

It may start large: above T with a probability of about 1 / T. After 40 steps only a start with T > 1e16 is
not there yet, one in 1e16; after 12 steps it is one in 1e5, which many runs do find."""
ROUNDING = 1e-8
"""Relative, for the bound and for reaching it from the singular vectors: sums of 48 squares."""
REACHED = 1e-4
"""Relative, for reaching it from random factors: the square of (1/3)^40 times the tangent of a poor start."""
KEPT, DISCARDED = np.array([6.0, 4.0]), np.array([2.0, 1.5, 1.0, 0.5])
Y, X = (index.ravel() for index in np.indices((USERS, ITEMS)))


def planted(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A matrix with random singular vectors, and its singular values, around those above."""
    left, right = (np.linalg.qr(rng.standard_normal((n, ITEMS)))[0] for n in (USERS, ITEMS))
    values = np.concatenate([KEPT, DISCARDED]) * rng.uniform(0.9, 1.0, size=ITEMS)
    values = np.sort(values)[::-1]
    return (left * values) @ right.T, values


def error(matrix: np.ndarray, factors: als.Factors) -> float:
    """|M - Q P|^2."""
    return float(((matrix - factors.user_factors @ factors.item_factors.T) ** 2).sum())


def run(ratings: Ratings, factors: als.Factors, steps: int) -> als.Factors:
    """The factors after so many steps."""
    by_user = als.group_rows(ratings.users, ratings.items, ratings.values)
    by_item = als.group_rows(ratings.items, ratings.users, ratings.values)
    for _ in range(steps):
        factors = als.step(by_user, by_item, factors, LAMBDA)
    return factors


def experiment(delta: float) -> Experiment:
    """Two columns for the theorem's bound, one for each wrong one; delta is a share of the matrices."""
    wrong = (
        ("not_squared", "The discarded singular values, not squared"),
        ("largest_only", "The largest discarded one, squared: that is another norm"),
        ("one_too_many", "One more discarded than there are"),
        ("one_too_few", "One fewer discarded than there are"),
        ("kept", "The kept ones"),
        ("slip", f"The bound {100 * delta:g} % too large"),
    )

    def replicate(rng: np.random.Generator) -> list[bool]:
        matrix, s = planted(rng)
        bound = float((s[K:] ** 2).sum())
        false = (
            s[K:].sum(),
            s[K] ** 2,
            (s[K - 1 :] ** 2).sum(),
            (s[K + 1 :] ** 2).sum(),
            (s[:K] ** 2).sum(),
            (1 + delta) * bound,
        )
        ratings = Ratings(Y, X, matrix.ravel(), np.arange(USERS), np.arange(ITEMS))
        start = als.random_factors(ratings, K, rng)
        singular = als.svd_factors(ratings, K, rng)
        at_once, kept = error(matrix, singular), error(matrix, run(ratings, singular, KEPT_STEPS))
        in_the_end = error(matrix, run(ratings, start, STEPS))
        least = min(error(matrix, start), at_once, kept, in_the_end)

        def misses(value: float, slack: float, end: float) -> bool:
            return abs(end - value) > slack * bound

        return [
            least < bound * (1 - ROUNDING),
            any(misses(bound, ROUNDING, end) for end in (at_once, kept))
            or misses(bound, REACHED, in_the_end),
            *(misses(float(value), REACHED, in_the_end) for value in false),
        ]

    def draw(n: int, rng: np.random.Generator) -> Samples:
        rows = [replicate(rng) for _ in range(n)]
        return Samples(np.array(rows, dtype=float), np.zeros(n, dtype=np.intp))

    events = Events(
        ("P(error below the bound)", "P(bound not reached)", *(f"P(not {name})" for name, _ in wrong)), delta
    )
    controls = tuple(Control(name, title, events.never(2 + i)) for i, (name, title) in enumerate(wrong))
    return Experiment(draw, events, events.never(0, 1), controls)


CHECK = Check(
    id="eckart_young",
    theorem="eckart_young",
    title="The least error of rank k, reached by alternating least squares",
    claim_latex=r"\min_{Q, P} \lVert M - Q P \rVert_F^2 = \sum_{i > k} s_i^2",
    design=f"random matrices ({USERS} x {ITEMS}), k = {K}, every entry observed; delta is a share of them",
    closed_forms=(),
    experiment=experiment,
)
