"""Every form in which the exercise's functions take indices, matrices and factors; and what they refuse."""

import numpy as np
import pytest
import scipy.sparse as sp

from algorithms import exercise, ratings
from algorithms.errors import InputError


@pytest.fixture
def matrix():
    """The bundled ratings as the notebook holds its own: a sparse matrix, here with stored zeros."""
    bundled = ratings.bundled()
    return sp.coo_matrix((bundled.values, (bundled.users, bundled.items))).tocsr()


@pytest.fixture(autouse=True)
def _seed():
    np.random.seed(0)  # noqa: NPY002 (what the notebook's reader would do)


# Formats of indices


def test_positions_as_arrays_tuples_and_lists_mean_the_same(matrix):
    rows, columns = matrix.nonzero()
    val = (np.array([0, 3]), np.array([1, 2]))
    results = []
    for listed in (np.argwhere(matrix), np.argwhere(matrix).tolist(), (rows, columns)):
        for held_out in (val, np.array(val), [[0, 3], [1, 2]]):
            np.random.seed(0)  # noqa: NPY002
            results.append(
                exercise.latent_factor_alternating_optimization(
                    matrix, listed, 2, held_out, np.array([1.0, 2.0]), 0.1, max_steps=3
                )
            )
    for Q, P, validation, train, step in results:
        np.testing.assert_array_equal(Q, results[0][0])
        np.testing.assert_array_equal(P, results[0][1])
        assert (validation, train, step) == results[0][2:]
    np.random.seed(0)  # noqa: NPY002
    order = np.random.default_rng(0).permutation(len(rows))
    shuffled = exercise.latent_factor_alternating_optimization(
        matrix, np.argwhere(matrix)[order], 2, val, np.array([1.0, 2.0]), 0.1, max_steps=3
    )
    np.testing.assert_allclose(shuffled[0], results[0][0], rtol=1e-9)  # sums in another order


@pytest.mark.parametrize(
    "nothing", [(np.array([]), np.array([])), np.zeros((2, 0)), (np.zeros(0, int),) * 2], ids=repr
)
def test_without_validation_entries_the_train_loss_is_what_it_stops_by(matrix, nothing):
    run = exercise.latent_factor_alternating_optimization
    Q, P, validation, train, step = run(matrix, np.argwhere(matrix), 2, nothing, [], 0.1, max_steps=6)
    assert step == -1
    assert len(validation) == len(train) == 7
    # The last factors are the ones returned; of nothing, only the penalty is left.
    rows, columns = matrix.nonzero()
    values = np.asarray(matrix[rows, columns]).ravel()
    assert exercise.loss(values, (rows, columns), Q, P, 0.1) == pytest.approx(train[-1], rel=1e-12)
    assert validation[-1] == pytest.approx(0.1 * (np.sum(Q**2) + np.sum(P**2)), rel=1e-12)
    assert exercise.loss([], nothing, Q, P, 0.1) == validation[-1]


def test_splitting_off_nothing_gives_empty_indices_that_loss_and_training_take(matrix):
    train, val_idx, test_idx, val_values, test_values = exercise.split_data(matrix, 0, 0)
    assert train.nnz == matrix.nnz
    assert len(val_values) == len(test_values) == len(val_idx[0]) == len(test_idx[1]) == 0
    Q, P = exercise.initialize_Q_P(matrix, 2)
    assert exercise.loss(val_values, val_idx, Q, P, 0.0) == 0.0


FORMS = [
    getattr(sp, f"{form}_{kind}")
    for form in ["csr", "csc", "coo", "lil", "dok", "bsr"]
    for kind in ("matrix", "array")
]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_every_sparse_form_goes_in_and_csr_comes_out(form):
    dense = np.array([[5.0, 3, 0, 1], [4, 0, 0, 1], [1, 1, 0, 5], [1, 0, 4, 4]])
    matrix, plain = form(dense), sp.csr_matrix(dense)
    val = (np.array([0]), np.array([0]))

    def results(given):
        np.random.seed(0)  # noqa: NPY002
        cold = exercise.cold_start_preprocessing(given, 1)
        shifted, means = exercise.shift_user_mean(given)
        train, *_ = exercise.split_data(given, 2, 2)
        Q, P = exercise.initialize_Q_P(given, 2, "svd")
        fit = exercise.latent_factor_alternating_optimization(
            given, np.argwhere(dense), 2, val, np.array([5.0]), 0.1, max_steps=2
        )
        for part in (cold, shifted, train):
            assert isinstance(part, sp.csr_matrix)
        return [cold.toarray(), shifted.toarray(), means, train.toarray(), Q, P, fit[0], fit[1]]

    for found, expected in zip(results(matrix), results(plain), strict=True):
        np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(matrix.toarray(), dense)  # the input is as it was


SMALL = sp.csr_matrix(np.array([[5.0, 3, 0, 1], [4, 0, 0, 1], [1, 1, 0, 5]]))


def refused(**changes):
    arguments = {
        "M": SMALL,
        "non_zero_idx": np.argwhere(SMALL),
        "k": 2,
        "val_idx": (np.array([0]), np.array([0])),
        "val_values": np.array([1.0]),
        "reg_lambda": 0.1,
    }
    return lambda: exercise.latent_factor_alternating_optimization(**{**arguments, **changes})


Q, P = np.ones((3, 2)), np.ones((2, 4))
REFUSED = {
    "a sparse vector": lambda: exercise.shift_user_mean(sp.coo_array(np.array([1.0, 2.0]))),
    "ids that would fill the memory with means": lambda: exercise.shift_user_mean(
        sp.coo_matrix(([1.0], ([10**10], [0])), shape=(10**10 + 1, 2))
    ),
    "a matrix without entries": lambda: exercise.shift_user_mean(sp.csr_matrix((3, 4))),
    "no positions": refused(non_zero_idx=np.empty((0, 2), int)),
    "a position outside": refused(non_zero_idx=np.array([[0, 4]])),
    "a negative position": refused(non_zero_idx=np.array([[-1, 0]])),
    "a position that overflows 32 bits": refused(non_zero_idx=np.array([[0, 2**40]])),
    "a position twice": refused(non_zero_idx=np.array([[0, 0], [0, 0]])),
    "positions of three columns": refused(non_zero_idx=np.array([[0, 0, 1]])),
    "fractional positions": refused(non_zero_idx=np.array([[0.0, 1.0]])),
    "more rows than columns": refused(val_idx=(np.array([0, 1]), np.array([0]))),
    "validation positions one a row": refused(val_idx=np.zeros((3, 2), int), val_values=np.ones(3)),
    "validation positions outside": refused(val_idx=(np.array([9]), np.array([0]))),
    "more values than positions": refused(val_values=np.ones(2)),
    "a value of NaN": refused(val_values=np.array([np.nan])),
    "no factors": refused(k=0),
    "no regularization": refused(reg_lambda=0.0),
    "a regularization of NaN": refused(reg_lambda=np.nan),
    "no steps": refused(max_steps=0),
    "no patience": refused(patience=0),
    "no evaluations": refused(eval_every=0),
    "no logging": refused(log_every=0),
    "an unknown start": refused(init="ones"),
    "factors of different k": lambda: exercise.loss([1.0], np.zeros((2, 1), int), Q, P[:1], 0.1),
    "a vector as Q": lambda: exercise.loss([1.0], np.zeros((2, 1), int), Q[0], P, 0.1),
    "Q of NaN": lambda: exercise.loss([1.0], np.zeros((2, 1), int), Q * np.nan, P, 0.1),
    "a loss with a regularization of NaN": lambda: exercise.loss([1.0], np.zeros((2, 1), int), Q, P, np.nan),
    "a loss with a negative regularization": lambda: exercise.loss([1.0], np.zeros((2, 1), int), Q, P, -1.0),
    "complex ratings": lambda: exercise.shift_user_mean(SMALL * 1j),
    "complex ratings at positions": refused(M=SMALL * 1j),
    "an infinite regularization": refused(reg_lambda=np.inf),
    "mixtures in rows of different lengths": lambda: exercise.gmm_sample(1, [1.0, [2.0]], [[0.0]], [[[1.0]]]),
    "more entries held out than there are": lambda: exercise.split_data(SMALL, 5, 3),
    "a negative number held out": lambda: exercise.split_data(SMALL, -1, 0),
    "a threshold that nobody passes": lambda: exercise.cold_start_preprocessing(SMALL, 9),
    "a negative number of draws": lambda: exercise.gmm_sample(-1, [1.0], [[0.0]], [[[1.0]]]),
}


@pytest.mark.parametrize("call", REFUSED.values(), ids=REFUSED)
def test_refuses(call):
    with pytest.raises(InputError, match=r"^expected [^\n]*$"):
        call()


@pytest.mark.filterwarnings("ignore:the matrix subclass")  # the notebook's own shift_user_mean returns one
@pytest.mark.parametrize("change", [np.asarray, np.asmatrix, np.asfortranarray, np.float32, np.int64])
def test_loss_takes_factors_of_any_layout_and_dtype(change):
    rng = np.random.default_rng(0)
    Q, P = rng.integers(-3, 4, size=(4, 2)).astype(float), rng.integers(-3, 4, size=(2, 3)).astype(float)
    ixs, values = (np.array([0, 3]), np.array([2, 1])), np.array([1.0, -2.0])
    assert exercise.loss(values, ixs, change(Q), change(P), 0.5) == exercise.loss(values, ixs, Q, P, 0.5)
