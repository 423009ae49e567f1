"""Ratings stay sparse, and a fit needs, beyond its input, at most twice the input plus its results."""

import tracemalloc

import numpy as np
import pytest
import scipy.sparse as sp

from algorithms import biased_als, gradient_descent, native, stochastic_descent
from algorithms import matrix_factorization as mf
from algorithms.cross_validation import cross_validate
from algorithms.estimators import MatrixFactorization
from algorithms.rating_model import Penalty
from algorithms.ratings import Ratings, from_triplets, remove_user_means, split


def scattered(n_users, n_items, n_ratings) -> Ratings:
    """Distinct pairs anywhere, the last user and the last item among them."""
    rng = np.random.default_rng(0)
    pairs = np.unique(rng.integers(n_users * n_items, size=n_ratings))
    users, items = np.divmod(np.append(pairs, n_users * n_items - 1), n_items)
    users, items = np.unique(np.stack([users, items]), axis=1)
    values = rng.integers(1, 6, size=len(users)).astype(float)
    return Ratings(users, items, values, np.arange(n_users), np.arange(n_items))


def by_alternating(ratings, rng):
    mf.fit(ratings, ratings, n_factors=5, regularization=1.0, rng=rng, max_steps=2)


def from_the_svd(ratings, rng):
    mf.fit(ratings, ratings, n_factors=5, regularization=1.0, rng=rng, init="svd", max_steps=1)


def from_names(ratings, rng):
    named = from_triplets(ratings.users, ratings.items, ratings.values)
    remove_user_means(split(named, 100, 100, rng))


def with_model(fit):
    def run(ratings, rng):
        fitted = fit(ratings, ratings, n_factors=5, penalty=Penalty(0.1, True), rng=rng, max_steps=2)
        fitted.model.recommend(7, 10, ratings)

    return run


def by_estimator(ratings, rng):
    shape = (ratings.n_users, ratings.n_items)
    matrix = sp.csr_array((ratings.values, (ratings.users, ratings.items)), shape=shape)
    fitted = MatrixFactorization(5, max_iter=2, random_state=0).fit(matrix)
    fitted.transform(matrix)
    fitted.score(matrix)


TASKS = {
    "alternating regressions": by_alternating,
    "alternating regressions from the SVD": from_the_svd,
    "loading and splitting": from_names,
    "biases by alternating regressions": with_model(biased_als.fit),
    "gradient descent": with_model(gradient_descent.fit),
    "stochastic gradient descent": with_model(stochastic_descent.fit),
    "the estimator": by_estimator,
}
every_task = pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)


def peak_of(task, ratings):
    tracemalloc.start()
    try:
        task(ratings, np.random.default_rng(0))
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@every_task
def test_peak_memory_is_a_multiple_of_the_ratings(task):
    ratings = scattered(20_000, 4_000, 20_000)
    # As a dense matrix they would take 610 MiB, even in single bytes 76 MiB.
    assert peak_of(task, ratings) < 40 * 2**20


def factors_from(init):
    def run(ratings, rng):
        fit = mf.fit(ratings, ratings, n_factors=5, regularization=1.0, rng=rng, init=init, max_steps=3)
        return [fit.user_factors, fit.item_factors]

    return run


def model_from(fit):
    def run(ratings, rng):
        model = fit(ratings, ratings, n_factors=5, penalty=Penalty(0.1, True), rng=rng, max_steps=3).model
        return [model.user_biases, model.item_biases, model.factors.user_factors, model.factors.item_factors]

    return run


FITS = {
    "alternating regressions": factors_from("random"),
    "alternating regressions from the SVD": factors_from("svd"),
    "biases by alternating regressions": model_from(biased_als.fit),
    "gradient descent": model_from(gradient_descent.fit),
    "stochastic gradient descent": model_from(stochastic_descent.fit),
}
every_fit = pytest.mark.parametrize("fit", FITS.values(), ids=FITS)
compiled = pytest.mark.skipif(not native.available(), reason="the reference gathers factors in batches")


def check_the_rule(fit, ratings):
    """The input is what names the entries and their values; all that the fit has at any one time counts."""
    results = []
    beyond = peak_of(lambda *arguments: results.extend(fit(*arguments)), ratings)
    data = sum(column.nbytes for column in (ratings.users, ratings.items, ratings.values))
    assert beyond <= 2 * data + sum(result.nbytes for result in results)


@compiled
@every_fit
def test_a_fit_needs_at_most_twice_its_input_and_its_results(fit):
    check_the_rule(fit, scattered(40_000, 3_000, 260_000))


@pytest.mark.full
@compiled
@every_fit
def test_so_does_a_fit_of_the_exercise_s_full_size(fit):
    check_the_rule(fit, scattered(337_867, 5_899, 2_200_000))


def test_cross_validation_holds_one_fold_and_its_others_at_a_time():
    class Threes:
        def predict(self, ratings):
            return np.full(len(ratings), 3.0)

    ratings = scattered(40_000, 3_000, 260_000)
    beyond = peak_of(lambda r, rng: cross_validate(r, lambda train: Threes(), rng=rng, n_folds=5), ratings)
    assert beyond <= 2 * sum(column.nbytes for column in (ratings.users, ratings.items, ratings.values))


def as_rows(ratings) -> sp.csr_array:
    """What an estimator is given, with indices as small as they can be: 12 bytes a rating."""
    shape = (ratings.n_users, ratings.n_items)
    X = sp.csr_array((ratings.values, (ratings.users, ratings.items)), shape=shape)
    return sp.csr_array((X.data, X.indices.astype(np.int32), X.indptr.astype(np.int32)), shape=shape)


def check_the_estimator(method, init, X):
    estimator, factors = MatrixFactorization(5, init=init, max_iter=3, random_state=0), 8 * 5 * sum(X.shape)
    if method != "fit":
        estimator.fit(X[:1000])
    beyond = peak_of(lambda X, _: getattr(estimator, method)(X), X)
    # A fit finds the factors of the users, too, though it does not keep them.
    results = {"fit": factors, "transform": factors, "score": 0}[method]
    data = sum(array.nbytes for array in (X.data, X.indices, X.indptr))
    assert beyond <= 2 * data + results


WAYS = [("fit", "random"), ("transform", "random"), ("score", "random")]


@compiled
@pytest.mark.parametrize(("method", "init"), WAYS)
def test_so_does_the_estimator(method, init):
    check_the_estimator(method, init, as_rows(scattered(80_000, 3_000, 520_000)))


@pytest.mark.full
@compiled
@pytest.mark.parametrize(("method", "init"), [*WAYS, ("fit", "svd")])
def test_so_does_the_estimator_at_the_exercise_s_full_size(method, init):
    check_the_estimator(method, init, as_rows(scattered(337_867, 5_899, 2_200_000)))


@pytest.mark.full
@every_task
def test_the_exercise_s_full_size_fits_into_memory(task):
    ratings = scattered(337_867, 5_899, 2_200_000)
    # As a dense matrix they would take 15 GiB; the ratings themselves take 50 MiB.
    assert peak_of(task, ratings) < 1.2 * 2**30
