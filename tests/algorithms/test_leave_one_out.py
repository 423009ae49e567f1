"""Leaving out without refitting against refitting, one rating at a time."""

import numpy as np
import pytest
from rating_examples import random_ratings

from algorithms import leave_one_out


def by_refitting(ratings, P, regularization, remove_means, lonely):
    """Each entry from a regression on its user's others, solved in the dual, which inverts no F^T F."""
    found = []
    for entry in range(len(ratings)):
        rest = np.flatnonzero(ratings.users == ratings.users[entry])
        rest = rest[rest != entry]
        if rest.size == 0:
            found.append(lonely if remove_means else 0.0)
            continue
        F, values = P[ratings.items[rest]], ratings.values[rest]
        mean = values.mean() if remove_means else 0.0
        dual = np.linalg.solve(F @ F.T + regularization * np.eye(rest.size), values - mean)
        found.append(mean + P[ratings.items[entry]] @ F.T @ dual)
    return np.array(found)


@pytest.mark.parametrize("remove_means", [True, False])
@pytest.mark.parametrize(("n_factors", "regularization"), [(2, 0.5), (4, 1e-2), (9, 1e-2), (9, 1e-12)])
def test_leaving_out_is_refitting_without_the_rating(n_factors, regularization, remove_means):
    """With 9 factors for up to 7 ratings a fit goes through them all: 1 minus the leverage is about 1e-12."""
    ratings = random_ratings(33)
    assert {1, 7} <= set(np.bincount(ratings.users))  # some user rated a single item, some all of them
    P = np.random.default_rng(5).standard_normal((ratings.n_items, n_factors))
    found = leave_one_out.predictions(ratings, P, regularization, remove_means=remove_means, lonely=3.0)
    expected = by_refitting(ratings, P, regularization, remove_means, lonely=3.0)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)
