"""The numbers behind the explaining pictures agree with what the theorems say."""

from __future__ import annotations

import numpy as np

from reports import illustration


def test_no_decoder_is_below_the_bound_and_the_best_reach_it() -> None:
    errors = illustration.rank_errors(np.random.default_rng(0))
    bound = np.arange(len(errors.best))[::-1]
    np.testing.assert_allclose(errors.best, bound, atol=1e-9)  # a sum of squares of rounding errors
    assert (errors.random >= bound - 1e-9).all()


def test_data_are_reconstructed_exactly_from_their_rank_on() -> None:
    errors = illustration.rank_errors(np.random.default_rng(1))
    assert (errors.data[: errors.rank] > 1e-3).all()
    np.testing.assert_allclose(errors.data[errors.rank :], 0, atol=1e-12)  # of a total of 1


def test_errors_of_samples_fall_like_one_over_root_n() -> None:
    errors = illustration.convergence(np.random.default_rng(0))
    for values in (errors.mean_errors, errors.covariance_errors):
        slope = np.polyfit(np.log(errors.n), np.log(values), 1)[0]
        # A point has a relative error of 1 / sqrt(2 * 24) = 0.14, the slope of six one of 0.024.
        assert abs(slope + 0.5) < 0.2


def test_the_covariance_of_the_simulated_sum_is_the_sum_of_the_covariances() -> None:
    of_x, of_y, total, simulated = illustration.covariances_of_sum(np.random.default_rng(0))
    np.testing.assert_array_equal(total.matrix, of_x.matrix + of_y.matrix)
    # Entries of a sample covariance of 40,000 with variances up to 2.5 have errors of about 0.018.
    np.testing.assert_allclose(simulated.matrix, total.matrix, atol=0.1)
