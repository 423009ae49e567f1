"""Small ratings, models and penalties that the tests of rating models share."""

import numpy as np
from hypothesis import strategies as st

from algorithms.matrix_factorization import Factors
from algorithms.rating_model import Penalty, RatingModel, random_model
from algorithms.ratings import Ratings

penalties = st.builds(Penalty, st.sampled_from([0.01, 0.3, 2.0]), st.booleans())


def random_ratings(seed, n_users=9, n_items=7, share=0.6):
    rng = np.random.default_rng(seed)
    seen = rng.random((n_users, n_items)) < share
    seen[0, 0] = True
    users, items = np.nonzero(seen)
    order = rng.permutation(len(users))
    values = rng.integers(1, 6, size=len(users)).astype(float)
    return Ratings(users[order], items[order], values, np.arange(n_users), np.arange(n_items))


def some_model(ratings, seed, n_factors=2):
    rng = np.random.default_rng(seed)
    start = random_model(ratings, n_factors, rng)
    return RatingModel(
        start.mean,
        rng.standard_normal(ratings.n_users),
        rng.standard_normal(ratings.n_items),
        Factors(
            rng.standard_normal((ratings.n_users, n_factors)),
            rng.standard_normal((ratings.n_items, n_factors)),
        ),
        start.lowest,
        start.highest,
    )
