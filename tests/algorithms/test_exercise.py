"""The exercise's functions, called the way its notebook calls them."""

import inspect

import matplotlib
import numpy as np
import pytest
import scipy.sparse as sp
from matplotlib import pyplot

from algorithms import exercise, ratings
from algorithms.errors import InputError

SIGNATURES = {
    "cold_start_preprocessing": "matrix, min_entries",
    "shift_user_mean": "matrix",
    "split_data": "matrix, n_validation, n_test",
    "loss": "values, ixs, Q, P, reg_lambda",
    "initialize_Q_P": "matrix, k, init='random'",
    "latent_factor_alternating_optimization": (
        "M, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100, init='random', log_every=1, "
        "patience=5, eval_every=1"
    ),
    "kmeans": "X, k",
    "gmm_log_probability": "X, pi, mu, sigma",
    "em": "X, k, tol=0.001",
    "gmm_sample": "N, pi, mu, sigma",
    "compare_images": "img, img_compressed, k",
}


@pytest.fixture
def matrix():
    """The bundled ratings as the notebook holds its own: a sparse matrix, here with stored zeros."""
    bundled = ratings.bundled()
    return sp.coo_matrix((bundled.values, (bundled.users, bundled.items))).tocsr()


@pytest.fixture(autouse=True)
def _seed():
    np.random.seed(0)  # noqa: NPY002 (what the notebook's reader would do)


@pytest.mark.parametrize("name", SIGNATURES)
def test_signature_of(name):
    parameters = inspect.signature(getattr(exercise, name)).parameters.values()
    plain = [p.replace(annotation=inspect.Parameter.empty) for p in parameters]
    assert ", ".join(map(str, plain)) == SIGNATURES[name]


def test_the_notebook_s_cells_run_as_they_are(matrix, capsys):
    M = exercise.cold_start_preprocessing(matrix, 3)
    M_train, val_idx, test_idx, val_values, test_values = exercise.split_data(M, 50, 60)
    nonzero_indices = np.argwhere(M_train)
    M_shifted, user_means = exercise.shift_user_mean(M_train)
    val_values_shifted = val_values - user_means[np.array(val_idx).T[:, 0]].A1
    test_values_shifted = test_values - user_means[np.array(test_idx).T[:, 0]].A1
    Q, P, val_loss, train_loss, converged = exercise.latent_factor_alternating_optimization(
        M_shifted,
        nonzero_indices,
        k=3,
        val_idx=val_idx,
        val_values=val_values_shifted,
        reg_lambda=1.0,
        init="random",
        max_steps=100,
        patience=10,
    )
    assert Q.shape == (M.shape[0], 3)
    assert P.shape == (3, M.shape[1])
    assert val_loss[converged] == min(val_loss) == exercise.loss(val_values_shifted, val_idx, Q, P, 1.0)
    assert train_loss == sorted(train_loss, reverse=True)
    assert len(val_loss) == len(train_loss) == converged + 10 + 1
    assert len(capsys.readouterr().out.splitlines()) == len(val_loss)
    assert test_values_shifted.shape == (60,)


def test_cold_start_counts_stored_zeros_as_ratings(matrix):
    dense = -np.ones(matrix.shape)
    dense[matrix.nonzero()] = 1
    coordinates = matrix.tocoo()
    dense[coordinates.row, coordinates.col] = coordinates.data
    filtered = exercise.cold_start_preprocessing(matrix, 5)
    known = dense >= 0
    rows, columns = np.arange(138), np.arange(130)
    while True:
        part = known[np.ix_(rows, columns)]
        warm, popular = part.sum(axis=1) > 5, part.sum(axis=0) > 5
        if warm.all() and popular.all():
            break
        rows, columns = rows[warm], columns[popular]
    assert filtered.shape == (len(rows), len(columns))
    assert filtered.nnz == part.sum()
    np.testing.assert_array_equal(filtered.toarray(), np.maximum(dense[np.ix_(rows, columns)], 0))


def test_shifting_keeps_entries_that_become_zero_and_recovers_the_ratings():
    M = sp.csr_matrix(np.array([[4.0, 4.0, 0.0], [1.0, 0.0, 5.0], [0.0, 2.0, 0.0]]))
    shifted, means = exercise.shift_user_mean(M)
    np.testing.assert_array_equal(means, [[4.0], [3.0], [2.0]])
    assert shifted.nnz == M.nnz == 5
    np.testing.assert_array_equal(shifted.toarray(), [[0, 0, 0], [-2, 0, 2], [0, 0, 0]])
    np.testing.assert_array_equal(M.toarray()[0], [4, 4, 0])


def test_an_entry_stored_twice_is_the_sum_as_in_scipy():
    M = sp.coo_matrix((np.array([1.0, 2.0, 5.0]), (np.array([0, 0, 0]), np.array([0, 0, 1]))))
    shifted, means = exercise.shift_user_mean(M)
    assert means[0, 0] == 4.0
    np.testing.assert_array_equal(shifted.toarray(), [[-1.0, 1.0]])


def test_splitting_takes_entries_out_and_hands_them_over(matrix):
    train, val_idx, test_idx, val_values, test_values = exercise.split_data(matrix, 100, 150)
    assert train.nnz == matrix.nnz - 250
    np.testing.assert_array_equal(np.asarray(matrix[val_idx]).ravel(), val_values)
    np.testing.assert_array_equal(np.asarray(matrix[test_idx]).ravel(), test_values)
    assert not np.asarray(train[val_idx]).any()
    assert len({*zip(*val_idx, strict=True), *zip(*test_idx, strict=True)}) == 250


def test_loss_is_the_squared_error_at_the_indices_plus_the_penalty():
    rng = np.random.default_rng(0)
    Q, P = rng.standard_normal((4, 2)), rng.standard_normal((2, 3))
    ixs, values = (np.array([0, 3]), np.array([2, 1])), np.array([1.0, -2.0])
    expected = np.sum((values - (Q @ P)[ixs]) ** 2) + 0.3 * (np.sum(Q**2) + np.sum(P**2))
    assert exercise.loss(values, ixs, Q, P, 0.3) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("init", ["random", "svd"])
def test_initial_factors_have_k_dimensions(matrix, init):
    Q, P = exercise.initialize_Q_P(matrix, 7, init)
    assert Q.shape == (138, 7)
    assert P.shape == (7, 130)
    if init == "svd":
        singular = np.linalg.svd(matrix.toarray(), compute_uv=False)[:7]
        # Twelve steps of subspace iteration leave (s_18 / s_7)^48, 8e-7, of an error.
        np.testing.assert_allclose(np.linalg.svd(Q @ P, compute_uv=False)[:7], singular, rtol=1e-6)
    else:
        assert min(Q.min(), P.min()) >= 0
        assert max(Q.max(), P.max()) < 1
    with pytest.raises(InputError, match="'random' or 'svd'"):
        exercise.initialize_Q_P(matrix, 7, "zeros")


def test_factorizing_reads_the_given_entries_and_no_others():
    # Entry (1, 1) is an observed zero: it is listed, though the sparse matrix does not store it.
    M = sp.csr_matrix(np.array([[2.0, 2.0], [2.0, 0.0]]))
    everything = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    val = (np.array([0]), np.array([0]))
    run = exercise.latent_factor_alternating_optimization
    Q, P, *_ = run(M, everything, 2, val, np.array([2.0]), 1e-6, max_steps=60, patience=60)
    np.testing.assert_allclose(Q @ P, M.toarray(), atol=1e-3)
    np.random.seed(0)  # noqa: NPY002
    Q, P, *_ = run(M, everything[:3], 1, val, np.array([2.0]), 1e-6, max_steps=60, patience=60)
    np.testing.assert_allclose(Q @ P, [[2, 2], [2, 2]], atol=1e-3)


def test_minus_one_says_that_the_steps_ran_out(matrix):
    idx = (np.array([0]), np.array([0]))
    result = exercise.latent_factor_alternating_optimization(
        matrix, np.argwhere(matrix), 2, idx, np.array([1.0]), 0.1, max_steps=2, patience=5
    )
    assert result[4] == -1
    assert len(result[2]) == 3


def test_minus_one_is_not_said_when_patience_ends_with_the_last_step(matrix):
    entries = np.argwhere(matrix)[::9].T
    idx, values = (entries[0], entries[1]), np.asarray(matrix[entries[0], entries[1]]).ravel() + 0.5

    def run(max_steps):
        np.random.seed(0)  # noqa: NPY002
        return exercise.latent_factor_alternating_optimization(
            matrix, np.argwhere(matrix), 5, idx, values, 1e-3, max_steps=max_steps, patience=2
        )

    *_, losses, _, step = run(100)
    assert 0 < step < 98
    assert len(losses) == step + 2 + 1  # the iteration in which patience hits 0 less patience
    assert run(step + 2)[4] == step
    assert run(step + 1)[4] == -1


def test_losses_are_evaluated_every_few_steps_and_the_best_step_is_counted_in_steps(matrix):
    entries = np.argwhere(matrix)[::9].T
    idx, values = (entries[0], entries[1]), np.asarray(matrix[entries[0], entries[1]]).ravel() + 0.5
    arguments = (matrix, np.argwhere(matrix), 5, idx, values, 1e-3)

    def run(**options):
        np.random.seed(0)  # noqa: NPY002
        return exercise.latent_factor_alternating_optimization(*arguments, **options)

    every, third = run(max_steps=30, patience=99), run(max_steps=30, patience=2, eval_every=3)
    assert third[2] == every[2][: 3 * len(third[2]) : 3]
    assert third[3] == every[3][: 3 * len(third[3]) : 3]
    assert third[4] == 3 * int(np.argmin(third[2]))
    assert len(third[2]) == third[4] // 3 + 2 + 1
    assert exercise.loss(values, idx, third[0], third[1], 1e-3) == min(third[2])


def test_the_status_is_logged_every_so_many_iterations_with_the_losses_evaluated_last(matrix, capsys):
    idx = (np.array([0]), np.array([0]))
    _, _, validation, train, _ = exercise.latent_factor_alternating_optimization(
        matrix,
        np.argwhere(matrix),
        2,
        idx,
        np.array([1.0]),
        0.1,
        max_steps=12,
        patience=50,
        eval_every=3,
        log_every=2,
    )
    assert len(validation) == 5
    assert capsys.readouterr().out.splitlines() == [
        f"Iteration {step}, train {train[step // 3]:.6g}, validation {validation[step // 3]:.6g}"
        for step in (0, 2, 4, 6, 8, 10, 12)
    ]


def test_the_status_is_logged_while_training_goes_on(matrix, monkeypatch, capsys):
    arguments = (matrix, np.argwhere(matrix), 2, (np.array([0]), np.array([0])), np.array([1.0]), 0.1)

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(exercise.factorization, "step", interrupted)
    with pytest.raises(KeyboardInterrupt):
        exercise.latent_factor_alternating_optimization(*arguments)
    assert capsys.readouterr().out.startswith("Iteration 0, train ")


def test_k_means_em_densities_and_samples_fit_together():
    rng = np.random.default_rng(0)
    X = np.concatenate([rng.normal(0, 1, (200, 2)), rng.normal(30, 2, (100, 2))])
    mu, z = exercise.kmeans(X, 2)
    np.testing.assert_array_equal(z[:200], z[0])
    np.testing.assert_allclose(mu[z[0]], X[:200].mean(axis=0), rtol=1e-12)
    pi, mu, sigma = exercise.em(X, 2)
    np.testing.assert_allclose(np.sort(pi), [1 / 3, 2 / 3], rtol=1e-9)
    joint = exercise.gmm_log_probability(X, pi, mu, sigma)
    assert joint.shape == (300, 2)
    np.testing.assert_array_equal(joint.argmax(axis=1) == joint[0].argmax(), np.arange(300) < 200)
    drawn = exercise.gmm_sample(np.prod((50, 40)), pi, mu, sigma)
    assert drawn.shape == (2000, 2)
    assert abs((drawn[:, 0] < 15).mean() - 2 / 3) < 6 * np.sqrt(2 / 9 / 2000)


def test_what_comes_back_is_the_caller_s_own_to_write_to(matrix):
    X = np.random.default_rng(0).standard_normal((20, 2))
    entry = (np.array([0]), np.array([0]))
    Q, P, *_ = exercise.latent_factor_alternating_optimization(
        matrix, np.argwhere(matrix), 2, entry, np.array([1.0]), 0.1, max_steps=1
    )
    for array in (*exercise.kmeans(X, 2), *exercise.em(X, 2), Q, P):
        array[...] = 0
        assert not array.any()


def test_lists_and_whole_numbers_describe_a_mixture_too():
    joint = exercise.gmm_log_probability([[0]], [1], [[0]], [[[1]]])
    assert joint[0, 0] == pytest.approx(-0.5 * np.log(2 * np.pi))


def test_numpy_s_global_seed_makes_the_notebook_repeatable_and_calls_differ_without_it():
    parameters = ([1.0], [[0.0]], [[[1.0]]])
    first, second = exercise.gmm_sample(5, *parameters), exercise.gmm_sample(5, *parameters)
    assert not np.array_equal(first, second)
    np.random.seed(0)  # noqa: NPY002
    np.testing.assert_array_equal(exercise.gmm_sample(5, *parameters), first)


def test_a_dense_matrix_is_refused_because_its_zeros_are_ambiguous():
    with pytest.raises(InputError, match="a rating of 0"):
        exercise._to_ratings(np.eye(3))


@pytest.mark.parametrize(("k", "title"), [(5, "Compressed to 5 colors"), ("Sampled", "Sampled")])
def test_images_are_shown_side_by_side(k, title):
    original = np.arange(36, dtype=np.uint8).reshape(4, 3, 3)
    compressed = original // 2
    with matplotlib.rc_context({"backend": "agg"}):
        exercise.compare_images(original, compressed, k)
        left, right = pyplot.gcf().axes
    pyplot.close()
    assert (left.get_title(), right.get_title()) == (title, "Original")
    for ax, image in ((left, compressed), (right, original)):
        np.testing.assert_array_equal(ax.images[0].get_array(), image)
        assert not ax.axison
