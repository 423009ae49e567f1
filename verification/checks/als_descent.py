"""Alternating least squares: every half-step is the best there is, so the objective never rises.

That a half-step is the best is seen by the identity of the theorem on it: against ANY other factor q the
objective is larger by sum_m o_m (p_m^T (q - q'))^2 + lambda |q - q'|^2. Only the minimizer q' has it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from algorithms import matrix_factorization as als
from algorithms.mixture import Samples
from algorithms.ratings import Ratings
from derivations.closed_forms import closed_form
from verification.check import Check, Control, Experiment
from verification.statistics.events import Events

USERS, ITEMS, FACTORS = 7, 6, 3
STEPS = 4
SEEN = 0.6
"""Share of entries observed: users with fewer entries than factors occur, and users with more."""
ROUNDING = 1e-8
"""Relative: systems of 3 equations with condition below 1e5, and sums of 42 squares."""

HalfStep = Callable[[Ratings, np.ndarray, float], np.ndarray]
"""User factors from ratings, item factors and lambda."""


def observed(rng: np.random.Generator) -> Ratings:
    """Random ratings of random pairs; some users or items may have none."""
    users, items = np.nonzero(rng.random((USERS, ITEMS)) < SEEN)
    return Ratings(users, items, 2 * rng.standard_normal(len(users)), np.arange(USERS), np.arange(ITEMS))


def half_step(ratings: Ratings, items: np.ndarray, regularization: float) -> np.ndarray:
    """The algorithm's own."""
    groups = als.group_rows(ratings.users, ratings.items, ratings.values)
    return als.ridge_rows(groups, items, USERS, regularization)


def derived(ratings: Ratings, items: np.ndarray, regularization: float) -> np.ndarray:
    """What the theorem says."""
    observed, values = np.zeros((2, USERS, ITEMS))
    observed[ratings.users, ratings.items] = 1.0
    values[ratings.users, ratings.items] = ratings.values
    solution = closed_form("ridge_half_step")
    return np.asarray(
        solution(item_factors=items, observed=observed, ratings=values, regularization=regularization)
    )


def unpenalized(ratings: Ratings, items: np.ndarray, regularization: float) -> np.ndarray:
    """Plain least squares."""
    rows = [ratings.users == user for user in range(USERS)]
    return np.array([np.linalg.lstsq(items[ratings.items[r]], ratings.values[r])[0] for r in rows])


def gaps_as_zeros(ratings: Ratings, items: np.ndarray, regularization: float) -> np.ndarray:
    """Unobserved entries taken for ratings of zero."""
    users, columns = (index.ravel() for index in np.indices((USERS, ITEMS)))
    filled = np.zeros((USERS, ITEMS))
    filled[ratings.users, ratings.items] = ratings.values
    full = Ratings(users, columns, filled.ravel(), ratings.user_ids, ratings.item_ids)
    return half_step(full, items, regularization)


def counted_penalty(ratings: Ratings, items: np.ndarray, regularization: float) -> np.ndarray:
    """lambda times the number of ratings of each user."""
    counts = np.bincount(ratings.users, minlength=USERS)
    each = [
        half_step(ratings, items, regularization * max(int(count), 1))[u] for u, count in enumerate(counts)
    ]
    return np.array(each)


def scaled_penalty(factor: float) -> HalfStep:
    """lambda times a number."""
    return lambda ratings, items, regularization: half_step(ratings, items, factor * regularization)


def is_best(
    ratings: Ratings, items: np.ndarray, regularization: float, best: np.ndarray, other: np.ndarray
) -> bool:
    """Is the objective at `other` larger than at `best` by just the gap of the theorem?"""

    def objective(users: np.ndarray) -> float:
        misses = als.squared_error(ratings, als.Factors(users, items))
        return misses + regularization * float((users**2).sum())

    step = other - best
    moved = als.Factors(step, items).predict(ratings)
    gap = float((moved**2).sum()) + regularization * float((step**2).sum())
    larger = objective(other)
    return abs(larger - objective(best) - gap) <= ROUNDING * larger


def experiment(delta: float) -> Experiment:
    """Two columns for the algorithm, one for each wrong half-step; delta is a share of the problems."""
    wrong: tuple[tuple[str, str, HalfStep], ...] = (
        ("unpenalized", "Least squares without the penalty", unpenalized),
        ("gaps_as_zeros", "Unobserved entries taken for ratings of zero", gaps_as_zeros),
        ("counted_penalty", "lambda times the number of ratings of the user", counted_penalty),
        ("half_penalty", "lambda / 2, from a derivative with the 2 forgotten", scaled_penalty(0.5)),
        ("slip", f"lambda {100 * delta:g} % too large", scaled_penalty(1 + delta)),
    )

    def replicate(rng: np.random.Generator) -> list[bool]:
        ratings = observed(rng)
        items, other = rng.standard_normal((ITEMS, FACTORS)), rng.standard_normal((USERS, FACTORS))
        regularization = float(np.exp(rng.uniform(-3, 2)))
        held_out = observed(rng)
        fit = als.fit_from(
            ratings,
            als.Factors(other, items),
            regularization=regularization,
            validation_loss=lambda factors: als.squared_error(held_out, factors),
            max_steps=STEPS,
            patience=STEPS,
        )
        steps = zip(fit.train_trace, fit.train_trace[1:], strict=False)
        solutions = [half_step(ratings, items, regularization)]
        solutions += [solve(ratings, items, regularization) for _, _, solve in wrong]
        right, *broken = [not is_best(ratings, items, regularization, q, other) for q in solutions]
        same = np.allclose(solutions[0], derived(ratings, items, regularization), rtol=0, atol=ROUNDING)
        rises = any(after > before * (1 + ROUNDING) for before, after in steps)
        best = als.squared_error(held_out, fit.factors)
        kept = len(fit.validation_trace) == STEPS + 1 and best == min(fit.validation_trace)
        return [rises or not kept, right or not same, *broken]

    def draw(n: int, rng: np.random.Generator) -> Samples:
        rows = [replicate(rng) for _ in range(n)]
        return Samples(np.array(rows, dtype=float), np.zeros(n, dtype=np.intp))

    events = Events(
        (
            "P(the objective rises, or the best factors are lost)",
            "P(a half-step is not the best)",
            *(f"P(not the best: {name})" for name, _, _ in wrong),
        ),
        delta,
    )
    controls = tuple(Control(name, title, events.never(2 + i)) for i, (name, title, _) in enumerate(wrong))
    return Experiment(draw, events, events.never(0, 1), controls)


CHECK = Check(
    id="als_descent",
    theorem="ridge_half_step",
    title="Half-steps of alternating least squares are optimal",
    claim_latex=(
        r"J(q) - J(q') = \sum_m o_m (p_m^{\mathsf T} (q - q'))^2 + \lambda \lVert q - q' \rVert^2 \ge 0,"
        r" \quad J^{(t+1)} \le J^{(t)}"
    ),
    design=(
        f"random ratings ({USERS} users, {ITEMS} items, {100 * SEEN:g} % observed), {FACTORS} factors, "
        "random lambda; delta is a share of them"
    ),
    closed_forms=("ridge_half_step",),
    experiment=experiment,
)
