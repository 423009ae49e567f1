"""The runs that figures step through are those of the algorithms, and teach what is said of them."""

from __future__ import annotations

from itertools import pairwise, permutations

import numpy as np
import pytest

from algorithms import em, kmeans
from algorithms.mixture import Mixture
from reports import walks


def misplaced(labels: np.ndarray, truth: np.ndarray) -> int:
    """Points that are not in the most frequent cluster of their cloud, clusters taken at their best."""
    return min(int(np.sum(np.array(order)[labels] != truth)) for order in permutations(range(3)))


def labels(walk: walks.Walk) -> np.ndarray:
    return np.array(walk.frames[-1].shares).argmax(axis=1)


def test_kmeans_ends_where_the_algorithm_ends() -> None:
    fit = kmeans.fit_from(walks.points(), walks.START)
    last = walks.kmeans_walk().frames[-1]
    np.testing.assert_allclose(last.centers, fit.centers, atol=0.0005 + 1e-12)  # rounded to thousandths
    assert last.objective == round(fit.inertia, 2)
    np.testing.assert_array_equal(labels(walks.kmeans_walk()), fit.labels)


def test_em_ends_where_the_algorithm_ends() -> None:
    start = Mixture(np.full(3, 1 / 3), walks.START, np.stack([np.eye(2)] * 3))
    fit = em.fit_from(walks.points(), start, tol=walks.SMALLEST_GAIN)
    frames = walks.em_walk().frames
    assert len(frames) == len(fit.trace)
    np.testing.assert_allclose([frame.objective for frame in frames], fit.trace, atol=0.005 + 1e-9)
    np.testing.assert_allclose(frames[-1].centers, fit.mixture.means, atol=0.0005 + 1e-9)


@pytest.mark.parametrize(("walk", "sign"), [(walks.kmeans_walk(), -1), (walks.em_walk(), 1)])
def test_the_objective_never_goes_back(walk: walks.Walk, sign: int) -> None:
    assert all(sign * (after.objective - before.objective) >= 0 for before, after in pairwise(walk.frames))
    assert "This is the end." in walk.frames[-1].said


def test_em_finds_the_clouds_that_kmeans_cuts_across() -> None:
    truth = walks.CLOUDS.sample(walks.N_POINTS, np.random.default_rng(12)).labels
    assert misplaced(labels(walks.kmeans_walk()), truth) > 40
    assert misplaced(labels(walks.em_walk()), truth) < 10


def test_shares_of_a_point_add_up_to_all_of_it() -> None:
    for walk in (walks.kmeans_walk(), walks.em_walk()):
        for frame in walk.frames:
            totals = np.sum(frame.shares, axis=1)
            assert np.all(np.abs(totals - 100) <= 1)  # percentages are rounded one by one
