"""Bad ratings, parameters and mixtures end in one line; odd storage of good ones in the same answer."""

from dataclasses import replace

import numpy as np
import pytest
from rating_examples import random_ratings

from algorithms import (
    biased_als,
    cross_validation,
    gradient_descent,
    leave_one_out,
    mixture_algebra,
    mixture_selection,
    rating_selection,
    restarts,
    stochastic_descent,
)
from algorithms import matrix_factorization as mf
from algorithms.errors import InputError
from algorithms.mixture import Mixture
from algorithms.rating_model import Penalty
from algorithms.ratings import (
    Ratings,
    cold_start_filter,
    from_triplets,
    item_means,
    remove_user_means,
    split,
    subtract_user_means,
    user_means,
)

TRAIN = random_ratings(0)


def rng():
    return np.random.default_rng(1)


def with_model(fit):
    def run(ratings, **changes):
        arguments = {"n_factors": 2, "penalty": Penalty(0.1, by_count=True), "rng": rng(), "max_steps": 2}
        fitted = fit(ratings, ratings, **{**arguments, **changes})
        return fitted.predict(ratings)

    return run


def by_als(ratings, **changes):
    arguments = {"n_factors": 2, "regularization": 0.5, "rng": rng(), "max_steps": 2}
    return mf.fit(ratings, ratings, **{**arguments, **changes}).factors.predict(ratings)


MODELS = {
    "biased_als.fit": with_model(biased_als.fit),
    "gradient_descent.fit": with_model(gradient_descent.fit),
    "stochastic_descent.fit": with_model(stochastic_descent.fit),
}
FITS = {"matrix_factorization.fit": by_als, **MODELS}
every_fit = pytest.mark.parametrize("fit", FITS.values(), ids=FITS)
every_model = pytest.mark.parametrize("fit", MODELS.values(), ids=MODELS)


# The same ratings, stored otherwise


def strided(column):
    return np.repeat(column, 3)[::3]


def read_only(column):
    frozen = column.copy()
    frozen.flags.writeable = False
    return frozen


def misaligned(column):
    return np.frombuffer(b"\0" + column.tobytes(), dtype=column.dtype, offset=1)


ODD = {
    "read-only": lambda r: replace(
        r, users=read_only(r.users), items=read_only(r.items), values=read_only(r.values)
    ),
    "every third of a larger array": lambda r: replace(
        r, users=strided(r.users), items=strided(r.items), values=strided(r.values)
    ),
    "numbers of 32 bits": lambda r: replace(
        r, users=r.users.astype(np.int32), items=r.items.astype(np.int16)
    ),
    "numbers of 8 bits": lambda r: replace(r, users=r.users.astype(np.int8), items=r.items.astype(np.int8)),
    "big-endian": lambda r: replace(
        r, users=r.users.astype(">i8"), items=r.items.astype(">i4"), values=r.values.astype(">f8")
    ),
    "at odd addresses": lambda r: replace(
        r, users=misaligned(r.users), items=misaligned(r.items), values=misaligned(r.values)
    ),
    "single precision": lambda r: replace(r, values=r.values.astype(np.float32)),
}


@every_fit
@pytest.mark.parametrize("change", ODD.values(), ids=ODD)
def test_the_same_ratings_give_the_same_predictions_when_they_are(fit, change):
    np.testing.assert_allclose(fit(change(TRAIN)), fit(TRAIN), rtol=1e-9, atol=1e-12)


@every_fit
def test_more_factors_than_users_and_items_are_fine(fit):
    assert np.all(np.isfinite(fit(TRAIN, n_factors=25)))


def test_one_rating_alone_is_fitted():
    one = TRAIN.subset(np.array([3]))
    for fit in FITS.values():
        assert np.all(np.isfinite(fit(one)))


# Parameters


@every_fit
@pytest.mark.parametrize(
    "changes",
    [{"n_factors": 0}, {"n_factors": -2}, {"max_steps": 0}, {"patience": 0}],
    ids=["no factors", "a negative number of factors", "no steps", "no patience"],
)
def test_a_fit_refuses(fit, changes):
    with pytest.raises(InputError, match=r"^expected \w+ to be 1 or more, got [-\d]+; "):
        fit(TRAIN, **changes)


@every_model
def test_a_fit_refuses_no_ratings(fit):
    with pytest.raises(InputError, match=r"expected .*ratings.*, got none"):
        fit(TRAIN.subset(np.array([], dtype=int)))


def test_alternating_regressions_refuse_no_validation_ratings_to_stop_by():
    with pytest.raises(InputError, match="expected validation ratings to stop by, got none"):
        by_als(TRAIN.subset(np.array([], dtype=int)))


@pytest.mark.parametrize("strength", [-1.0, np.nan, np.inf])
def test_penalties_refuse(strength):
    with pytest.raises(InputError, match="finite regularization of 0 or more"):
        Penalty(strength)


@pytest.mark.parametrize("strength", [0.0, -1.0, np.nan, np.inf])
def test_ridge_regressions_refuse_a_regularization_of(strength):
    with pytest.raises(InputError, match="regularization to be a finite number above 0"):
        by_als(TRAIN, regularization=strength)


def triplets(users, items, values):
    return lambda: from_triplets(np.array(users), np.array(items), np.array(values, float))


def never(*arguments):
    raise AssertionError("nothing should be fitted")


def nothing():
    return TRAIN.subset(np.array([], dtype=int))


def others():
    """The same ratings, with an item more that could be rated."""
    return replace(TRAIN, item_ids=np.arange(TRAIN.n_items + 1))


def left_out(regularization, n_items=TRAIN.n_items, n_factors=3, value=1.0):
    factors = np.full((n_items, n_factors), value)
    return leave_one_out.predictions(TRAIN, factors, regularization, remove_means=True, lonely=3.0)


def model():
    return biased_als.fit(TRAIN, None, n_factors=1, penalty=Penalty(0.1), rng=rng(), max_steps=1).model


REFUSED = {
    "a pair rated twice": triplets([1, 1], [2, 2], [3, 4]),
    "a pair rated twice by name": triplets(["a", "a"], ["b", "b"], [3, 4]),
    "ratings of NaN from a table": triplets([1, 2], [2, 2], [3, np.nan]),
    "ratings whose squares overflow": lambda: replace(TRAIN, values=TRAIN.values * 1e200),
    "fewer items than users": triplets([1, 2], [2], [3, 4]),
    "tables of ids": triplets([[1, 2]], [[2, 2]], [[3, 4]]),
    "ids of NaN": triplets([np.nan, np.nan], [1, 2], [3, 4]),
    "ids of objects": triplets([None, "a"], [1, 2], [3, 4]),
    "means for fewer users": lambda: subtract_user_means(TRAIN, np.ones(TRAIN.n_users - 1)),
    "means for more users": lambda: subtract_user_means(TRAIN, np.ones(TRAIN.n_users + 1)),
    "a negative threshold": lambda: cold_start_filter(TRAIN, -1),
    "means of users of nothing": lambda: user_means(nothing()),
    "means of items of nothing": lambda: item_means(nothing()),
    "splitting nothing": lambda: split(nothing(), 1, 1, rng()),
    "holding out all": lambda: split(TRAIN, len(TRAIN), 0, rng()),
    "holding out fewer than none": lambda: split(TRAIN, 1, -1, rng()),
    "a threshold that nobody passes": lambda: cold_start_filter(TRAIN, 100),
    "more folds than ratings": lambda: cross_validation.folds(TRAIN, 1000, rng()),
    "no folds": lambda: cross_validation.folds(TRAIN, 0, rng()),
    "choosing from no numbers of factors": lambda: rating_selection.select(TRAIN, TRAIN, never, [], [1.0]),
    "comparing with nothing": lambda: rating_selection.select(
        TRAIN, nothing(), lambda k, strength: model(), [1], [1.0]
    ),
    "a user that is not there": lambda: model().recommend(99, 3, TRAIN),
    "a negative user": lambda: model().recommend(-1, 3, TRAIN),
    "no recommendations": lambda: model().recommend(0, 0, TRAIN),
    "having seen items of others": lambda: model().recommend(0, 3, others()),
    "predicting the ratings of others": lambda: model().predict(others()),
    "a start for other items": lambda: mf.fit_from(
        TRAIN, mf.random_factors(others(), 2, rng()), regularization=1.0, validation_loss=never
    ),
    "a start of NaN": lambda: mf.fit_from(
        TRAIN,
        mf.Factors(np.full((TRAIN.n_users, 1), np.nan), np.ones((TRAIN.n_items, 1))),
        regularization=1.0,
        validation_loss=never,
    ),
    "leaving out without regularization": lambda: left_out(0.0),
    "leaving out with a regularization of NaN": lambda: left_out(np.nan),
    "leaving out with factors of fewer items": lambda: left_out(1.0, n_items=TRAIN.n_items - 1),
    "leaving out with factors of more items": lambda: left_out(1.0, n_items=TRAIN.n_items + 1),
    "leaving out without factors": lambda: left_out(1.0, n_factors=0),
    "leaving out with factors of NaN": lambda: left_out(1.0, value=np.nan),
    "leaving out where equal factors leave no unique fit": lambda: left_out(1e-300, n_factors=20),
    "equal factors and hardly a regularization": lambda: mf.ridge_rows(
        mf.group_rows(TRAIN.users, TRAIN.items, TRAIN.values), np.ones((TRAIN.n_items, 20)), 9, 1e-300
    ),
    "choosing from no numbers of components": lambda: mixture_selection.select(PLAIN, PLAIN, never, []),
    "no starts of k-means": lambda: restarts.best_kmeans(PLAIN, 2, rng=rng(), n_init=0),
    "no starts of EM": lambda: restarts.best_em(PLAIN, 2, rng=rng(), n_init=-1),
    "n-fold sums of no draws": lambda: mixture_algebra.n_fold_sum(STANDARD, 0),
    "n-fold sums of more components than fit": lambda: mixture_algebra.n_fold_sum(STANDARD, 10**7),
}
PLAIN = np.random.default_rng(0).standard_normal((20, 2))
STANDARD = Mixture(np.array([0.5, 0.5]), np.array([[0.0, 0.0], [1.0, 1.0]]), np.stack([np.eye(2)] * 2))


@pytest.mark.parametrize("call", REFUSED.values(), ids=REFUSED)
def test_refuses(call):
    with pytest.raises(InputError, match=r"^expected [^\n]*$"):
        call()


BAD_MIXTURES = {
    "negative weights": ([1.5, -0.5], STANDARD.means, STANDARD.covariances),
    "weights that do not add up": ([0.5, 0.4], STANDARD.means, STANDARD.covariances),
    "a weight of NaN": ([0.5, np.nan], STANDARD.means, STANDARD.covariances),
    "no components": (np.empty(0), np.empty((0, 2)), np.empty((0, 2, 2))),
    "no features": ([1.0], np.empty((1, 0)), np.empty((1, 0, 0))),
    "a mean of infinity": ([0.5, 0.5], [[0.0, np.inf], [1.0, 1.0]], STANDARD.covariances),
}


@pytest.mark.parametrize("parts", BAD_MIXTURES.values(), ids=BAD_MIXTURES)
def test_mixtures_refuse(parts):
    with pytest.raises(InputError, match=r"^expected [^\n]*$"):
        Mixture(*(np.array(part, dtype=float) for part in parts))


def test_leaving_out_predicts_with_factors_in_any_layout():
    P = np.random.default_rng(2).standard_normal((TRAIN.n_items, 3))
    found = [
        leave_one_out.predictions(TRAIN, factors, 0.5, remove_means=True, lonely=3.0)
        for factors in (P, np.asfortranarray(P), read_only(P))
    ]
    for other in found[1:]:
        np.testing.assert_allclose(other, found[0], rtol=1e-12)


def test_user_means_are_removed_from_ratings_of_any_dtype():
    parts = split(replace(TRAIN, values=TRAIN.values.astype(np.float32)), 5, 5, rng())
    centered = remove_user_means(parts)
    assert isinstance(centered.train, Ratings)
    sums = np.bincount(centered.train.users, weights=centered.train.values, minlength=TRAIN.n_users)
    np.testing.assert_allclose(sums, 0, atol=1e-5)  # single precision
