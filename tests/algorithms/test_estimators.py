"""The estimators keep scikit-learn's contract, and compute what scikit-learn computes from the same start."""

import pickle

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.base import clone
from sklearn.exceptions import NotFittedError, SkipTestWarning
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from algorithms import em
from algorithms import matrix_factorization as mf
from algorithms.errors import InputError
from algorithms.estimators import GaussianMixture, KMeans, MatrixFactorization
from algorithms.mixture_selection import n_parameters
from algorithms.ratings import Ratings

# scikit-learn says the same of its own k-means and of everything else that draws samples.
DRAWS = "the start is drawn: weights and repetitions have the same law, not the same draws"
WEIGHTS_ARE_DRAWN = {"check_sample_weight_equivalence_on_dense_data": DRAWS}


def expected_failures(estimator):
    draws = isinstance(estimator, KMeans) or getattr(estimator, "n_components", 1) > 1
    return WEIGHTS_ARE_DRAWN if draws else {}


@pytest.mark.filterwarnings(f"ignore::{SkipTestWarning.__module__}.{SkipTestWarning.__name__}")
@parametrize_with_checks(
    [KMeans(), GaussianMixture(), GaussianMixture(2), MatrixFactorization()],
    expected_failed_checks=expected_failures,
)
def test_keeps_the_contract_of_scikit_learn(estimator, check):
    check(estimator)


# Working with the rest of scikit-learn


def two_blobs(seed=0):
    rng = np.random.default_rng(seed)
    labels = rng.integers(2, size=80)
    return 8.0 * labels[:, None] + rng.standard_normal((80, 2)), labels


@pytest.mark.parametrize("estimator", [KMeans(2, random_state=0), GaussianMixture(2, random_state=0)])
def test_in_a_pipeline_after_scaling_it_finds_the_blobs(estimator):
    X, labels = two_blobs()
    found = make_pipeline(StandardScaler(), estimator).fit_predict(X)
    assert np.array_equal(found, labels) or np.array_equal(found, 1 - labels)


def test_a_grid_search_finds_the_number_of_components():
    X, _ = two_blobs()
    grid = GridSearchCV(GaussianMixture(random_state=0), {"n_components": [1, 2]}, cv=3).fit(X)
    assert grid.best_params_ == {"n_components": 2}


def test_a_grid_search_finds_the_number_of_factors_and_the_regularization():
    rng = np.random.default_rng(1)
    M = rng.standard_normal((60, 2)) @ rng.standard_normal((2, 20)) + 0.3 * rng.standard_normal((60, 20))
    M[rng.random(M.shape) < 0.3] = np.nan
    grid = GridSearchCV(
        MatrixFactorization(remove_user_means=False, random_state=0),
        {"n_factors": [1, 2, 8], "regularization": [0.3, 300.0]},
        cv=3,
    ).fit(M)
    assert grid.best_params_ == {"n_factors": 2, "regularization": 0.3}
    assert -0.6 < grid.best_score_ < -0.3  # the noise cannot be predicted, the rest nearly can


@pytest.mark.parametrize("estimator", [KMeans(2), GaussianMixture(2), MatrixFactorization(2)])
def test_survives_clone_and_pickle(estimator):
    X, _ = two_blobs()
    fitted = clone(estimator.set_params(random_state=3)).fit(X)
    again = pickle.loads(pickle.dumps(fitted))
    for method in ("predict", "transform", "score_samples"):
        if hasattr(fitted, method):
            np.testing.assert_array_equal(getattr(again, method)(X), getattr(fitted, method)(X))
    assert clone(fitted).get_params() == estimator.get_params()


@pytest.mark.parametrize(
    ("estimator", "names"),
    [
        (KMeans(2), ["kmeans0", "kmeans1"]),
        (MatrixFactorization(2), ["matrixfactorization0", "matrixfactorization1"]),
    ],
    ids=["k-means", "matrix factorization"],
)
def test_names_its_output_and_obeys_set_output(estimator, names):
    X, _ = two_blobs()
    fitted = estimator.fit(X)
    assert fitted.get_feature_names_out().tolist() == names
    fitted.set_output(transform="default")
    assert isinstance(fitted.transform(X), np.ndarray)


def test_a_generator_as_random_state_moves_on_and_a_seed_does_not():
    X = np.random.default_rng(2).standard_normal((40, 2))
    rng = np.random.default_rng(0)
    first, second = (KMeans(6, n_init=1, random_state=rng).fit(X).inertia_ for _ in range(2))
    assert first != second
    first, second = (KMeans(6, n_init=1, random_state=5).fit(X).inertia_ for _ in range(2))
    assert first == second


def test_more_starts_are_never_worse_and_at_times_better():
    X = np.random.default_rng(3).standard_normal((60, 2))
    pairs = [
        [KMeans(8, init=init, n_init=n, random_state=seed).fit(X).inertia_ for n in (1, 10)]
        for seed in range(4)
        for init in ("k-means++", "random")
    ]
    assert all(ten <= one for one, ten in pairs)
    assert any(ten < one for one, ten in pairs)


def test_the_fitted_mixture_scores_samples_and_draws_as_its_parts_do():
    X, _ = two_blobs()
    fitted = GaussianMixture(2, random_state=0).fit(X)
    np.testing.assert_array_equal(fitted.score_samples(X), fitted.mixture_.log_prob(X))
    assert fitted.score(X) == pytest.approx(fitted.trace_[-1] / 80, rel=1e-12)
    assert n_parameters(fitted.mixture_) == 1 + 4 + 6
    drawn, labels = fitted.sample(500)
    np.testing.assert_array_equal(labels, fitted.predict(drawn))  # the blobs are far apart


# Matrix factorization


def some_ratings(seed=0, shape=(30, 12)):
    rng = np.random.default_rng(seed)
    dense = rng.integers(0, 6, size=shape).astype(float)
    dense[rng.random(shape) < 0.5] = np.nan
    dense[0, 0] = 0.0
    seen = ~np.isnan(dense)
    users, items = np.nonzero(seen)
    return dense, sp.csr_array((dense[seen], (users, items)), shape=shape)


def test_nan_in_an_array_and_gaps_in_a_sparse_matrix_mean_the_same():
    dense, sparse = some_ratings()
    one, other = (MatrixFactorization(3, random_state=0).fit(X) for X in (dense, sparse))
    np.testing.assert_array_equal(one.components_, other.components_)
    np.testing.assert_array_equal(one.transform(dense), other.transform(sparse))
    assert one.score(dense) == other.score(sparse)
    zeros = MatrixFactorization(3, random_state=0).fit(np.nan_to_num(dense))
    assert not np.allclose(zeros.components_, one.components_)  # a zero is a rating


def test_ratings_are_completed_by_the_user_s_mean_and_factors():
    dense, _ = some_ratings()
    fitted = MatrixFactorization(3, regularization=0.5, random_state=0).fit(dense)
    dense[4] = np.nan
    completed = fitted.complete(dense)
    means = np.array([np.nanmean(row) if np.any(~np.isnan(row)) else fitted.global_mean_ for row in dense])
    expected = means[:, None] + fitted.transform(dense) @ fitted.components_
    np.testing.assert_allclose(completed, expected, rtol=1e-12)
    np.testing.assert_allclose(completed[4], fitted.global_mean_, rtol=1e-15)
    user = 2
    own = ~np.isnan(dense[user])
    F = fitted.components_.T[own]
    factors = np.linalg.solve(F.T @ F + 0.5 * np.eye(3), F.T @ (dense[user, own] - means[user]))
    np.testing.assert_allclose(fitted.transform(dense)[user], factors, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("remove_user_means", [True, False])
def test_the_score_predicts_every_rating_from_the_user_s_others(remove_user_means):
    dense, _ = some_ratings(shape=(15, 8))
    dense[3] = np.nan
    dense[3, 2] = 4.0
    fitted = MatrixFactorization(2, remove_user_means=remove_user_means, random_state=0).fit(
        some_ratings()[0][:, :8]
    )
    errors = []
    for user, item in np.argwhere(~np.isnan(dense)):
        without = dense[[user]]
        without[0, item] = np.nan
        errors.append(dense[user, item] - fitted.complete(without)[0, item])
    assert fitted.score(dense) == pytest.approx(-np.sqrt(np.mean(np.square(errors))), rel=1e-10)


def test_the_factors_are_those_of_the_alternating_regressions_however_the_users_are_cut(monkeypatch):
    sparse = some_ratings()[1]
    sparse = sp.vstack([sparse[:5], sp.csr_array((2, sparse.shape[1])), sparse[5:]]).tocsr()
    before = sparse.copy()
    users, items = (index.astype(np.intp) for index in sparse.tocoo().coords)
    ratings = Ratings(users, items, sparse.data, np.arange(sparse.shape[0]), np.arange(sparse.shape[1]))
    fit = mf.fit(ratings, ratings, n_factors=3, regularization=1.0, rng=np.random.default_rng(0), max_steps=4)
    for entries_at_once in (mf.ENTRIES_AT_ONCE, 3, 20):
        monkeypatch.setattr(mf, "ENTRIES_AT_ONCE", entries_at_once)
        options = {"remove_user_means": False, "max_iter": 4, "tol": 0.0}
        found = MatrixFactorization(3, random_state=np.random.default_rng(0), **options).fit(sparse)
        # Sums in another order, a few steps on.
        np.testing.assert_allclose(found.components_.T, fit.item_factors, rtol=0, atol=1e-12)
        np.testing.assert_allclose(found.trace_[1:], fit.train_trace[1:], rtol=1e-13)
        groups = mf.group_rows(users, items, sparse.data)
        theirs = mf.ridge_rows(groups, np.ascontiguousarray(found.components_.T), len(ratings.user_ids), 1.0)
        np.testing.assert_allclose(found.transform(sparse), theirs, rtol=0, atol=1e-14)
    np.testing.assert_array_equal(before.toarray(), sparse.toarray())


def test_the_objective_falls_until_it_settles():
    _, sparse = some_ratings()
    fitted = MatrixFactorization(3, tol=1e-6, max_iter=500, random_state=0).fit(sparse)
    assert np.diff(fitted.trace_).max() <= 0
    assert fitted.n_iter_ < 500
    assert fitted.trace_[-2] - fitted.trace_[-1] <= 1e-6 * fitted.trace_[-2]


# What is refused


def one_component(X):
    return em.fit(X, 1, rng=np.random.default_rng(0)).mixture


REFUSED = {
    "no clusters": lambda X: KMeans(0).fit(X),
    "no starts": lambda X: KMeans(2, n_init=0).fit(X),
    "no iterations": lambda X: KMeans(2, max_iter=0).fit(X),
    "an unknown start": lambda X: KMeans(2, init="best").fit(X),
    "a start with too few centers": lambda X: KMeans(3, init=X[:2]).fit(X),
    "centers in rows of different lengths": lambda X: KMeans(2, init=[[1.0, 2.0], [3.0]]).fit(X),
    "centers of other features": lambda X: KMeans(2, init=X[:2, :1]).fit(X),
    "a start of EM by name": lambda X: GaussianMixture(2, init="kmeans").fit(X),
    "samples to label whose distances overflow": lambda X: KMeans(2).fit(X).predict(1e200 * X),
    "samples to transform whose distances overflow": lambda X: KMeans(2).fit(X).transform(1e200 * X),
    "no components": lambda X: GaussianMixture(0).fit(X),
    "EM without starts": lambda X: GaussianMixture(1, n_init=0).fit(X),
    "a negative tolerance": lambda X: GaussianMixture(1, tol=-1.0).fit(X),
    "a start with too few components": lambda X: GaussianMixture(
        2, init=em.fit(X, 1, rng=np.random.default_rng(0)).mixture
    ).fit(X),
    "no factors": lambda X: MatrixFactorization(0).fit(X),
    "no regularization": lambda X: MatrixFactorization(regularization=0.0).fit(X),
    "an unknown start of factors": lambda X: MatrixFactorization(init="zeros").fit(X),
    "no iterations of factors": lambda X: MatrixFactorization(max_iter=0).fit(X),
    "a tolerance of NaN": lambda X: MatrixFactorization(tol=np.nan).fit(X),
    "nothing observed": lambda X: MatrixFactorization().fit(np.full((3, 2), np.nan)),
    "nothing to score": lambda X: MatrixFactorization().fit(X).score(np.full((3, 2), np.nan)),
}


@pytest.mark.parametrize("call", REFUSED.values(), ids=REFUSED)
def test_refuses(call):
    X, _ = two_blobs()
    with pytest.raises(InputError, match=r"^expected .*; .*$"):
        call(X)


@pytest.mark.parametrize("estimator", [KMeans(), GaussianMixture(), MatrixFactorization()])
def test_says_when_it_is_not_fitted_yet(estimator):
    method = "predict" if hasattr(estimator, "predict") else "transform"
    with pytest.raises(NotFittedError):
        getattr(estimator, method)(np.zeros((2, 2)))
