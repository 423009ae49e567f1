"""Bad input to any entry point ends in one line that says what is wrong; odd input in the right answer."""

import warnings

import numpy as np
import pytest
import scipy.sparse as sp

from algorithms import biased_als, em, exercise, kmeans, mixture_selection, restarts
from algorithms import matrix_factorization as mf
from algorithms.errors import InputError
from algorithms.estimators import GaussianMixture, KMeans, MatrixFactorization
from algorithms.mixture import Mixture
from algorithms.rating_model import Penalty
from algorithms.ratings import Ratings
from algorithms.samples import check_count
from algorithms.streaming import ArrayRows, Blocks
from algorithms.streaming import em as streamed_em
from algorithms.streaming import kmeans as streamed_kmeans
from algorithms.streaming.moments import mean_and_covariance

PLAIN = np.random.default_rng(0).integers(-9, 10, size=(20, 2)).astype(float)


def rng():
    return np.random.default_rng(1)


def standard(k=2):
    return Mixture(np.full(k, 1 / k), np.arange(2.0 * k).reshape(k, 2), np.stack([9 * np.eye(2)] * k))


# Entry points that take samples: each returns one array, computed from all of them.

TAKES_SAMPLES = {
    "kmeans.fit": lambda X: kmeans.fit(X, 2, rng=rng()).centers,
    "kmeans.fit_from": lambda X: kmeans.fit_from(X, PLAIN[:2]).centers,
    "restarts.best_kmeans": lambda X: restarts.best_kmeans(X, 2, rng=rng(), n_init=2).centers,
    "em.fit": lambda X: em.fit(X, 2, rng=rng()).mixture.means,
    "em.fit_from": lambda X: em.fit_from(X, standard()).mixture.means,
    "restarts.best_em": lambda X: restarts.best_em(X, 2, rng=rng(), n_init=2).mixture.means,
    "Mixture.log_prob": lambda X: standard().log_prob(X),
    "Mixture.responsibilities": lambda X: standard().responsibilities(X),
    "mixture_selection.bic": lambda X: np.array(mixture_selection.bic(standard(), X)),
    "exercise.kmeans": lambda X: seeded(exercise.kmeans, X, 2)[0],
    "exercise.em": lambda X: seeded(exercise.em, X, 2)[1],
    "KMeans": lambda X: KMeans(2, random_state=0).fit(X).cluster_centers_,
    "GaussianMixture": lambda X: GaussianMixture(2, random_state=0).fit(X).means_,
    "streaming.moments": lambda X: mean_and_covariance(blocks(X)).covariance,
    "streaming.kmeans": lambda X: streamed_kmeans.fit_from(blocks(X), PLAIN[:2]).centers,
    "streaming.em": lambda X: streamed_em.fit_from(blocks(X), standard()).mixture.means,
}
every_entry = pytest.mark.parametrize("entry", TAKES_SAMPLES.values(), ids=TAKES_SAMPLES)


def seeded(function, *arguments):
    state = np.random.get_state()  # noqa: NPY002 - the exercise draws from NumPy's global generator
    np.random.seed(0)  # noqa: NPY002
    try:
        return function(*arguments)
    finally:
        np.random.set_state(state)  # noqa: NPY002


def blocks(X):
    return Blocks(ArrayRows(np.asarray(X)), block_rows=8)


def with_entry(value):
    X = PLAIN.copy()
    X[13, 1] = value
    return X


REFUSED = {
    "NaN": with_entry(np.nan),
    "infinity": with_entry(np.inf),
    "minus infinity": with_entry(-np.inf),
    "numbers whose squares overflow": with_entry(1e200),
    "one axis": PLAIN[:, 0],
    "three axes": PLAIN[None],
    "no rows": PLAIN[:0],
    "no columns": PLAIN[:, :0],
    "text": np.full((20, 2), "a"),
    "complex numbers": PLAIN + 1j,
    "arbitrary objects": np.full((20, 2), object()),
}


@every_entry
@pytest.mark.parametrize("X", REFUSED.values(), ids=REFUSED)
def test_samples_are_refused_with(entry, X):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scikit-learn's checks warn of some of this before they refuse it
        with pytest.raises((ValueError, TypeError)) as caught:
            entry(X)
    # A type error is scikit-learn's own word for data that are no numbers.
    assert isinstance(caught.value, ValueError) or entry in (
        TAKES_SAMPLES["KMeans"],
        TAKES_SAMPLES["GaussianMixture"],
    )
    if isinstance(caught.value, InputError):
        assert "\n" not in str(caught.value)
        assert "expected" in str(caught.value)
        assert "got" in str(caught.value)


def misaligned(X):
    return np.frombuffer(b"\0" + X.tobytes(), offset=1).reshape(X.shape)


def read_only(X):
    frozen = X.copy()
    frozen.flags.writeable = False
    return frozen


ODD = {
    "read-only": read_only,
    "columns first in memory": np.asfortranarray,
    "every other row of a larger array": lambda X: np.repeat(X, 2, axis=0)[::2],
    "columns of a larger array": lambda X: np.repeat(X, 3, axis=1)[:, ::3],
    "reversed twice": lambda X: X[::-1].copy()[::-1],
    "at odd addresses": misaligned,
    "big-endian": lambda X: X.astype(">f8"),
    "single precision": lambda X: X.astype(np.float32),
    "half precision": lambda X: X.astype(np.float16),
    "small integers": lambda X: X.astype(np.int8),
    "a list of lists": lambda X: X.tolist(),
}


@every_entry
@pytest.mark.parametrize("change", ODD.values(), ids=ODD)
def test_the_same_numbers_give_the_same_answer_when_they_are(entry, change):
    changed = change(PLAIN)
    # Summing in another memory order rounds differently, and iterations carry that along.
    np.testing.assert_allclose(entry(changed), entry(PLAIN), rtol=1e-9, atol=1e-9)
    np.testing.assert_array_equal(np.asarray(changed, dtype=float), PLAIN)


# Weights

TAKES_WEIGHTS = {
    "kmeans.fit": lambda w: kmeans.fit(PLAIN, 2, rng=rng(), sample_weight=w).centers,
    "kmeans.fit_from": lambda w: kmeans.fit_from(PLAIN, PLAIN[:2], sample_weight=w).centers,
    "restarts.best_kmeans": lambda w: restarts.best_kmeans(PLAIN, 2, rng=rng(), sample_weight=w).centers,
    "em.fit": lambda w: em.fit(PLAIN, 2, rng=rng(), sample_weight=w).mixture.means,
    "em.fit_from": lambda w: em.fit_from(PLAIN, standard(), sample_weight=w).mixture.means,
    "mixture_selection.aic": lambda w: mixture_selection.aic(standard(), PLAIN, w),
    "KMeans": lambda w: KMeans(2).fit(PLAIN, sample_weight=w),
    "GaussianMixture": lambda w: GaussianMixture(2).fit(PLAIN, sample_weight=w),
}
BAD_WEIGHTS = {
    "a negative one": np.append(np.ones(19), -1.0),
    "NaN": np.append(np.ones(19), np.nan),
    "infinity": np.append(np.ones(19), np.inf),
    "zeros only": np.zeros(20),
    "one too few": np.ones(19),
    "a column": np.ones((20, 1)),
    "text": np.full(20, "a"),
}


@pytest.mark.parametrize("entry", TAKES_WEIGHTS.values(), ids=TAKES_WEIGHTS)
@pytest.mark.parametrize("weight", BAD_WEIGHTS.values(), ids=BAD_WEIGHTS)
def test_sample_weights_are_refused_with(entry, weight):
    with pytest.raises(InputError, match="weights"):
        entry(weight)


# Counts

TAKES_A_COUNT = {
    "kmeans.fit": lambda k: kmeans.fit(PLAIN, k, rng=rng()).centers,
    "restarts.best_kmeans": lambda k: restarts.best_kmeans(PLAIN, k, rng=rng()).centers,
    "em.fit": lambda k: em.fit(PLAIN, k, rng=rng()).mixture.means,
    "restarts.best_em": lambda k: restarts.best_em(PLAIN, k, rng=rng()).mixture.means,
    "exercise.kmeans": lambda k: exercise.kmeans(PLAIN, k)[0],
    "exercise.em": lambda k: exercise.em(PLAIN, k)[1],
    "KMeans": lambda k: KMeans(k).fit(PLAIN).cluster_centers_,
    "GaussianMixture": lambda k: GaussianMixture(k).fit(PLAIN).means_,
    "MatrixFactorization": lambda k: MatrixFactorization(k).fit(PLAIN).components_,
    "streaming.kmeans": lambda k: streamed_kmeans.fit(blocks(PLAIN), k, rng=rng()).centers,
    "streaming.em": lambda k: streamed_em.fit(blocks(PLAIN), k, rng=rng()).mixture.means,
}
every_count = pytest.mark.parametrize("entry", TAKES_A_COUNT.values(), ids=TAKES_A_COUNT)


@every_count
@pytest.mark.parametrize("k", [0, -3])
def test_counts_below_one_are_refused_by_name(entry, k):
    with pytest.raises(InputError, match=rf"n_\w+ to be 1 or more, got {k}"):
        entry(k)


@every_count
def test_more_clusters_components_or_factors_than_samples_are_fine(entry):
    found = entry(23)
    assert len(found) == 23
    assert np.isfinite(found).all()


@pytest.mark.parametrize("value", [2.0, np.nan, "2", None], ids=repr)
def test_counts_that_are_no_whole_numbers_are_refused(value):
    with pytest.raises(InputError, match="k to be a whole number"):
        check_count(value, "k")


# Mixtures


@pytest.mark.parametrize(
    "covariance",
    [
        [[1.0, 2.0], [2.0, 1.0]],
        [[-1.0, 0.0], [0.0, 1.0]],
        [[1.0, 0.5], [0.4, 1.0]],
        [[np.nan, 0.0], [0.0, 1.0]],
    ],
    ids=["an indefinite matrix", "a negative variance", "an asymmetric matrix", "NaN"],
)
def test_covariances_are_refused_with(covariance):
    with pytest.raises(InputError, match="covariance"):
        Mixture(np.ones(1), np.zeros((1, 2)), np.array([covariance], dtype=float))
    with pytest.raises(InputError, match="covariance"):
        exercise.gmm_sample(3, [1.0], [[0.0, 0.0]], [covariance])
    with pytest.raises(InputError, match="covariance"):
        exercise.gmm_log_probability(PLAIN, [1.0], [[0.0, 0.0]], [covariance])


# Ratings


def ratings_of(users, items, values, n_users=3, n_items=4):
    return Ratings(
        np.array(users), np.array(items), np.array(values, float), np.arange(n_users), np.arange(n_items)
    )


BAD_RATINGS = {
    "a user too many": ([0, 3], [0, 1], [1, 2]),
    "an item too many": ([0, 1], [0, 4], [1, 2]),
    "a negative user": ([0, -1], [0, 1], [1, 2]),
    "a user number that overflows 32 bits": ([0, 2**40], [0, 1], [1, 2]),
    "a rating of NaN": ([0, 1], [0, 1], [1, np.nan]),
    "an infinite rating": ([0, 1], [0, 1], [np.inf, 1]),
}


@pytest.mark.parametrize("columns", BAD_RATINGS.values(), ids=BAD_RATINGS)
def test_ratings_are_refused_with(columns):
    with pytest.raises(InputError, match=r"expected (users|items|finite ratings)"):
        ratings_of(*columns)


def test_validation_ratings_of_other_users_are_refused():
    train = ratings_of([0, 1], [0, 1], [1, 2])
    other = ratings_of([0, 4], [0, 1], [1, 2], n_users=5)
    with pytest.raises(InputError, match="numbered alike"):
        mf.fit(train, other, n_factors=1, regularization=1.0, rng=rng())
    with pytest.raises(InputError, match="numbered alike"):
        biased_als.fit(train, other, n_factors=1, penalty=Penalty(1.0), rng=rng())


# Sparse matrices


def unsorted_with_duplicates():
    """2 and 3 in one place, columns in falling order, an explicit zero: [[0, 0 stored], [5, 1]]."""
    matrix = sp.csr_matrix((3, 2))
    matrix.data, matrix.indices = np.array([0.0, 1.0, 2.0, 3.0, 4.0]), np.array([1, 1, 0, 0, 0])
    matrix.indptr = np.array([0, 1, 4, 5])
    return matrix


def test_unsorted_and_duplicate_entries_of_a_sparse_matrix_count_as_their_sum():
    odd = unsorted_with_duplicates()
    plain = sp.csr_matrix((np.array([0.0, 5.0, 1.0, 4.0]), ([0, 1, 1, 2], [1, 0, 1, 0])), shape=(3, 2))
    one, other = (MatrixFactorization(1, random_state=0).fit(matrix) for matrix in (odd, plain))
    np.testing.assert_array_equal(one.components_, other.components_)
    shifted, means = exercise.shift_user_mean(odd)
    np.testing.assert_array_equal(np.asarray(means).ravel(), [0, 3, 4])
    assert shifted.nnz == 4
    assert odd.nnz == 5  # the input is as it was


@pytest.mark.parametrize(
    "form", [sp.csr_matrix, sp.csc_matrix, sp.coo_matrix, sp.csr_array, sp.coo_array, sp.lil_array]
)
@pytest.mark.parametrize("dtype", [np.float32, np.int64, np.int8])
def test_any_sparse_form_and_dtype_is_understood(form, dtype):
    dense = np.array([[1, 2, 0], [0, 3, 1], [2, 0, 2]])
    expected = MatrixFactorization(1, random_state=0).fit(sp.csr_matrix(dense.astype(float)))
    found = MatrixFactorization(1, random_state=0).fit(form(dense.astype(dtype)))
    np.testing.assert_allclose(found.components_, expected.components_, rtol=1e-12)


def test_sparse_matrices_of_nan_are_refused_by_the_exercise():
    with pytest.raises(InputError, match="finite ratings"):
        exercise.shift_user_mean(sp.csr_matrix(np.array([[np.nan, 1.0]])))
