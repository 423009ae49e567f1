"""A check that claims "never" must not be wrong now and then: its worst starts are tried on purpose."""

import numpy as np
import pytest

from algorithms import matrix_factorization as als
from algorithms.ratings import Ratings
from verification.checks import eckart_young as check


@pytest.mark.parametrize(("steps", "reached"), [(check.STEPS, True), (check.KEPT_STEPS, False)])
def test_eckart_young_is_reached_from_factors_almost_at_right_angles_to_the_best_ones(steps, reached):
    rng = np.random.default_rng(0)
    matrix, values = check.planted(rng)
    left, _, right = np.linalg.svd(matrix)
    # Tangent 1e12 between the subspaces: a start as poor comes once in about 1e12 matrices.
    start = als.Factors(left[:, 2:4] + 1e-12 * left[:, :2], (right[2:4] + 1e-12 * right[:2]).T)
    ratings = Ratings(check.Y, check.X, matrix.ravel(), np.arange(check.USERS), np.arange(check.ITEMS))
    least = (values[check.K :] ** 2).sum()
    error = check.error(matrix, check.run(ratings, start, steps))
    assert (error - least < check.REACHED * least) == reached
