"""What every solver promises, whatever it solves.

A solver is written here as one function from a table and a generator to its trace and its result arrays.
The promises are then the same few tests for all of them.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from algorithms import em, kmeans, matrix_factorization
from algorithms.mixture import Mixture
from algorithms.ratings import Ratings

# Distinct values are few, so duplicates, ties, constant columns and users with equal ratings are common.
TABLES = arrays(
    np.float64,
    st.tuples(st.integers(4, 10), st.integers(2, 4)),
    elements=st.sampled_from([-2.0, -0.5, 0.0, 0.1, 1.0, 3.0]),
)


@dataclass(frozen=True)
class Run:
    """What a solver did: its objective at every step, and its result arrays by name."""

    trace: np.ndarray
    result: dict[str, np.ndarray]


@dataclass(frozen=True)
class Solver:
    """`solve(table, rng)` runs it; `sense` is +1 if its objective must rise, -1 if it must fall."""

    name: str
    solve: Callable[[np.ndarray, np.random.Generator], Run]
    sense: int


def run_kmeans(X, rng):
    fit = kmeans.fit(X, 3, rng=rng)
    return Run(np.array(fit.trace), {"centers": fit.centers, "labels": fit.labels})


def run_weighted_kmeans(X, rng):
    fit = kmeans.fit(X, 3, rng=rng, sample_weight=1.0 + np.arange(len(X)))
    return Run(np.array(fit.trace), {"centers": fit.centers, "labels": fit.labels})


def run_em(X, rng):
    fit = em.fit(X, 2, rng=rng, covariance_floor=0.05, tol=0.0, max_iter=40)
    parts = {name: getattr(fit.mixture, name) for name in ("weights", "means", "covariances")}
    return Run(np.array(fit.trace), parts)


def run_weighted_em(X, rng):
    fit = em.fit(
        X, 2, rng=rng, covariance_floor=0.05, tol=0.0, max_iter=40, sample_weight=1.0 + np.arange(len(X))
    )
    parts = {name: getattr(fit.mixture, name) for name in ("weights", "means", "covariances")}
    return Run(np.array(fit.trace), parts)


def as_ratings(table):
    """Every entry but the last of each row is observed."""
    users, items = (part.ravel() for part in np.indices((len(table), table.shape[1] - 1)))
    values = np.ascontiguousarray(table[:, :-1]).ravel()
    values.flags.writeable = table.flags.writeable
    return Ratings(users, items, values, np.arange(len(table)), np.arange(table.shape[1]))


def run_factorization(init):
    def run(table, rng):
        ratings = as_ratings(table)
        fit = matrix_factorization.fit(
            ratings, ratings, n_factors=2, regularization=0.3, rng=rng, init=init, max_steps=15
        )
        return Run(np.array(fit.train_trace), {"users": fit.user_factors, "items": fit.item_factors})

    return run


SOLVERS = [
    Solver("k-means", run_kmeans, sense=-1),
    Solver("weighted k-means", run_weighted_kmeans, sense=-1),
    Solver("EM", run_em, sense=+1),
    Solver("weighted EM", run_weighted_em, sense=+1),
    Solver("factorization from random factors", run_factorization("random"), sense=-1),
    Solver("factorization from the SVD", run_factorization("svd"), sense=-1),
]
every_solver = pytest.mark.parametrize("solver", SOLVERS, ids=lambda solver: solver.name)


@every_solver
@given(table=TABLES, seed=st.integers(0, 99))
def test_the_objective_never_moves_the_wrong_way(solver, table, seed):
    trace = solver.solve(table, np.random.default_rng(seed)).trace
    # Objectives are sums of some dozen terms: they round at 1e-15 of the largest they have been.
    assert np.all(solver.sense * np.diff(trace) >= -1e-13 * max(1.0, np.abs(trace).max()))


@every_solver
@given(table=TABLES)
def test_the_same_seed_gives_the_same_bits(solver, table):
    first, second = (solver.solve(table, np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(first.trace, second.trace)
    for name, array in first.result.items():
        np.testing.assert_array_equal(array, second.result[name])


@every_solver
@given(table=TABLES)
def test_read_only_input_is_enough_and_stays_as_it_was(solver, table):
    frozen = table.copy()
    frozen.flags.writeable = False
    untouched = solver.solve(frozen, np.random.default_rng(6))
    np.testing.assert_array_equal(frozen, table)
    np.testing.assert_array_equal(untouched.trace, solver.solve(table, np.random.default_rng(6)).trace)


@every_solver
def test_results_are_finite_and_share_no_memory_with_the_input(solver):
    table = np.random.default_rng(7).standard_normal((9, 4))
    run = solver.solve(table, np.random.default_rng(8))
    for array in run.result.values():
        assert np.all(np.isfinite(array))
        assert not np.shares_memory(array, table)


def kmeans_from(X, start):
    fit = kmeans.fit_from(X, start)
    return Run(np.array(fit.trace), {"per row": fit.centers[fit.labels], "whole": fit.centers})


def em_from(X, start):
    mixture = Mixture(np.full(len(start), 1 / len(start)), start, np.stack([np.eye(X.shape[1])] * len(start)))
    fit = em.fit_from(X, mixture, covariance_floor=0.05, tol=0.0, max_iter=5)
    return Run(np.array(fit.trace), {"per row": fit.mixture.responsibilities(X) @ fit.mixture.means})


STARTED = pytest.mark.parametrize("solve", [kmeans_from, em_from], ids=["k-means", "EM"])


@STARTED
@given(seed=st.integers(0, 999))
def test_reordering_the_samples_reorders_the_result(solve, seed):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((15, 2))
    order = rng.permutation(15)
    plain, shuffled = solve(X, X[:3].copy()), solve(X[order], X[:3].copy())
    np.testing.assert_allclose(shuffled.trace, plain.trace, rtol=1e-9)
    # Sums in another order round differently; five EM steps magnify that.
    np.testing.assert_allclose(shuffled.result["per row"], plain.result["per row"][order], atol=1e-8)


@STARTED
@given(seed=st.integers(0, 999), shift=st.sampled_from([-3.0, 0.1, 1000.0]))
def test_translating_the_samples_translates_the_result(solve, seed, shift):
    X = np.random.default_rng(seed).standard_normal((15, 2))
    plain, moved = solve(X, X[:3].copy()), solve(X + shift, X[:3] + shift)
    np.testing.assert_allclose(moved.trace, plain.trace, rtol=1e-8)
    # Data near 1000 are rounded at 1e-13; five EM steps magnify that.
    np.testing.assert_allclose(moved.result["per row"], plain.result["per row"] + shift, atol=1e-8)


@given(seed=st.integers(0, 999), scale=st.sampled_from([1e-3, 0.5, 1e4]))
def test_scaling_the_samples_scales_k_means(seed, scale):
    X = np.random.default_rng(seed).standard_normal((15, 2))
    plain, scaled = kmeans_from(X, X[:3].copy()), kmeans_from(scale * X, scale * X[:3])
    np.testing.assert_allclose(scaled.trace, scale**2 * plain.trace, rtol=1e-12)
    np.testing.assert_allclose(scaled.result["whole"], scale * plain.result["whole"], rtol=1e-9)


@given(seed=st.integers(0, 999), scale=st.sampled_from([1e-3, 0.5, 1e4]))
def test_scaling_the_samples_scales_em_with_its_default_floor(seed, scale):
    X = np.random.default_rng(seed).standard_normal((15, 2))
    plain, scaled = (
        em.fit(factor * X, 2, rng=np.random.default_rng(0), tol=0.0, max_iter=3) for factor in (1.0, scale)
    )
    # Densities are per unit of volume: each of 15 samples loses 2 ln(scale). At a fixed point, rounding
    # decides which step is the last.
    shared = min(len(plain.trace), len(scaled.trace))
    expected = np.array(plain.trace) - 30 * np.log(scale)
    np.testing.assert_allclose(scaled.trace[:shared], expected[:shared], rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(
        scaled.mixture.means, scale * plain.mixture.means, rtol=1e-6, atol=1e-9 * scale
    )


@given(seed=st.integers(0, 999))
def test_renumbering_users_and_items_renumbers_their_factors(seed):
    rng = np.random.default_rng(seed)
    ratings = as_ratings(rng.integers(0, 6, size=(8, 5)).astype(float))
    user_order, item_order = rng.permutation(8), rng.permutation(5)
    renumbered = Ratings(
        user_order[ratings.users], item_order[ratings.items], ratings.values, np.arange(8), np.arange(5)
    )
    start = matrix_factorization.random_factors(ratings, 2, rng)
    moved = matrix_factorization.Factors(
        start.user_factors[np.argsort(user_order)], start.item_factors[np.argsort(item_order)]
    )
    plain, other = (
        matrix_factorization.fit_from(
            data,
            factors,
            regularization=0.5,
            validation_loss=lambda now, data=data: matrix_factorization.squared_error(data, now),
            max_steps=5,
        )
        for data, factors in ((ratings, start), (renumbered, moved))
    )
    np.testing.assert_allclose(other.train_trace, plain.train_trace, rtol=1e-10)
    np.testing.assert_allclose(other.user_factors[user_order], plain.user_factors, atol=1e-9)
    np.testing.assert_allclose(other.item_factors[item_order], plain.item_factors, atol=1e-9)
