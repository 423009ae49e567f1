"""The exercise's own functions, with its names and signatures, thin over the rest of the package.

Where the exercise leaves something open, the answer here is: a stored entry of a sparse matrix is a
rating, even when its value is 0; a missing one is unknown. Positions of entries may come as the two arrays
of `matrix.nonzero()` or as one array, and an empty array may have any dtype. Functions that draw random
numbers take their seed from NumPy's global generator, as the notebook does, so `np.random.seed` makes them
repeatable. Bad input raises `algorithms.errors.InputError`.
"""

from __future__ import annotations

from numbers import Integral
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from jaxtyping import Float, Int, Shaped

from algorithms import em as expectation_maximization
from algorithms import kmeans as lloyd
from algorithms import matrix_factorization as factorization
from algorithms import ratings as observed
from algorithms.errors import InputError
from algorithms.mixture import Mixture
from algorithms.ratings import Ratings
from algorithms.samples import as_numbers, check_count, is_number

# Means and factors are held for each row and column, rated or not.
LONGEST_SIDE = 100_000_000
SparseMatrix = sp.spmatrix | sp.sparray
Indices = tuple[Int[np.ndarray, "_"], Int[np.ndarray, "_"]]
Positions = npt.ArrayLike | tuple[Shaped[np.ndarray, "_"], Shaped[np.ndarray, "_"]]


def cold_start_preprocessing(matrix: SparseMatrix, min_entries: int) -> sp.csr_matrix:
    """Drop rows and columns with `min_entries` or fewer stored entries until all that are left have more.

    `matrix` has shape (N, D), the result (N', D') with N' <= N and D' <= D.
    """
    return _to_matrix(observed.cold_start_filter(_to_ratings(matrix), min_entries))


def shift_user_mean(matrix: SparseMatrix) -> tuple[sp.csr_matrix, Float[np.ndarray, "n 1"]]:
    """Subtract each user's mean over the stored entries from those entries.

    Returns the shifted matrix (N, D), where entries that became 0 stay stored, and the means (N, 1) that
    recover the ratings. They are an `np.matrix`, because the notebook goes on to read `user_means[...].A1`.
    A user without entries gets the mean of all entries.
    """
    ratings = _to_ratings(matrix)
    means = observed.user_means(ratings)
    return _to_matrix(observed.subtract_user_means(ratings, means)), sp.csr_matrix(means[:, None]).todense()


def split_data(
    matrix: SparseMatrix, n_validation: int, n_test: int
) -> tuple[sp.csr_matrix, Indices, Indices, Float[np.ndarray, " n_validation"], Float[np.ndarray, " n_test"]]:
    """Take `n_validation` and `n_test` entries out of a matrix (N, D).

    Returns a copy without those entries, the (rows, columns) of the validation and of the test entries, and
    their values.
    """
    parts = observed.split(_to_ratings(matrix), n_validation, n_test, _notebook_rng())
    validation, test = parts.validation, parts.test
    return (
        _to_matrix(parts.train),
        (validation.users, validation.items),
        (test.users, test.items),
        validation.values,
        test.values,
    )


def loss(
    values: npt.ArrayLike, ixs: Positions, Q: npt.ArrayLike, P: npt.ArrayLike, reg_lambda: float
) -> float:
    """The loss of the model Q (N, k), P (k, D) at the entries `ixs` = (rows, columns) with `values`.

    The sum of squared errors plus `reg_lambda` times the squared norms of all of Q and P.
    """
    left, right = as_numbers(Q, "Q"), as_numbers(P, "P")
    if left.ndim != 2 or right.ndim != 2 or left.shape[1] != right.shape[0]:
        raise InputError(f"expected Q (N, k) and P (k, D), got {left.shape} and {right.shape}; make k agree")
    if not (is_number(reg_lambda) and reg_lambda >= 0):
        raise InputError(f"expected a finite reg_lambda of 0 or more, got {reg_lambda!r}; choose another")
    entries = _entries(ixs, values, (len(left), right.shape[1]))
    return factorization.objective(entries, factorization.Factors(left, right.T), reg_lambda)


def initialize_Q_P(
    matrix: SparseMatrix, k: int, init: str = "random"
) -> tuple[Float[np.ndarray, "n_users k"], Float[np.ndarray, "k n_items"]]:
    """Starting values Q (N, k) and P (k, D) for a matrix (N, D).

    'random' draws them uniformly from [0, 1); 'svd' splits the rank-k truncated SVD, with the
    square roots of the singular values on both sides.
    """
    start = factorization.initial_factors(_to_ratings(matrix), k, _notebook_rng(), init)
    return start.user_factors, start.item_factors.T


def latent_factor_alternating_optimization(
    M: SparseMatrix,
    non_zero_idx: Positions,
    k: int,
    val_idx: Positions,
    val_values: npt.ArrayLike,
    reg_lambda: float,
    max_steps: int = 100,
    init: str = "random",
    log_every: int = 1,
    patience: int = 5,
    eval_every: int = 1,
) -> tuple[Float[np.ndarray, "n_users k"], Float[np.ndarray, "k n_items"], list[float], list[float], int]:
    """Factorize M (N, D) at the entries `non_zero_idx` (nnz, 2) by alternating ridge regressions.

    Both losses are those of `loss`, evaluated at the start and then every `eval_every` steps; after
    `patience` evaluations in a row without a new smallest validation loss training stops. With no
    validation entries the train loss is what it stops by. Every `log_every`-th step the losses that were
    evaluated last are printed.

    Returns Q (N, k) and P (k, D) with the smallest validation loss, the validation losses, the train
    losses, and the step that gave Q and P, or -1 when `max_steps` was reached with patience left.
    """
    train = _listed(M, non_zero_idx if isinstance(non_zero_idx, tuple) else np.transpose(non_zero_idx))
    validation = _entries(val_idx, val_values, (train.n_users, train.n_items))
    check_count(log_every, "log_every")
    validation_losses: list[float] = []
    train_losses: list[float] = []

    def judged(now: factorization.Factors) -> float:
        validation_losses.append(factorization.objective(validation, now, reg_lambda))
        train_losses.append(factorization.objective(train, now, reg_lambda))
        if len(train_losses) == 1:
            log(0, max_steps)
        return validation_losses[-1] if len(validation) else train_losses[-1]

    def log(step: int, _: int) -> None:
        if step % log_every == 0:
            losses = f"train {train_losses[-1]:.6g}, validation {validation_losses[-1]:.6g}"
            print(f"Iteration {step}, {losses}", flush=True)

    fit = factorization.fit_from(
        train,
        factorization.initial_factors(train, k, _notebook_rng(), init),
        regularization=reg_lambda,
        validation_loss=judged,
        max_steps=max_steps,
        patience=patience,
        eval_every=eval_every,
        on_iteration=log,
    )
    converged_after = fit.best_iteration if fit.converged else -1
    return fit.user_factors, fit.item_factors.T, validation_losses, train_losses, converged_after


def kmeans(X: npt.ArrayLike, k: int) -> tuple[Float[np.ndarray, "k d"], Int[np.ndarray, " n"]]:
    """Cluster X (N, D): the centers mu (k, D), and the cluster z (N,) of each sample, a number in 0..k-1."""
    fit = lloyd.fit(X, k, rng=_notebook_rng())
    return fit.centers, fit.labels


def gmm_log_probability(
    X: npt.ArrayLike,
    pi: npt.ArrayLike,
    mu: npt.ArrayLike,
    sigma: npt.ArrayLike,
) -> Float[np.ndarray, "n k"]:
    """ln(pi_j N(x_i | mu_j, sigma_j)), shape (N, k), for X (N, D), pi (k,), mu (k, D), sigma (k, D, D)."""
    return _mixture(pi, mu, sigma).joint_log_prob(X)


def em(
    X: npt.ArrayLike, k: int, tol: float = 0.001
) -> tuple[Float[np.ndarray, " k"], Float[np.ndarray, "k d"], Float[np.ndarray, "k d d"]]:
    """Fit a mixture of k Gaussians to X (N, D): pi (k,), mu (k, D), sigma (k, D, D).

    Stops when the relative improvement of the log-likelihood is at most `tol`.
    """
    mixture = expectation_maximization.fit(X, k, rng=_notebook_rng(), tol=tol).mixture
    return mixture.weights.copy(), mixture.means.copy(), mixture.covariances.copy()  # the mixture's are fixed


def gmm_sample(
    N: int | np.integer, pi: npt.ArrayLike, mu: npt.ArrayLike, sigma: npt.ArrayLike
) -> Float[np.ndarray, "N d"]:
    """N independent draws (N, D) from the mixture pi (k,), mu (k, D), sigma (k, D, D)."""
    if not isinstance(N, Integral):
        raise InputError(f"expected N to be a whole number, got {N!r}; round it")
    return _mixture(pi, mu, sigma).sample(int(N), _notebook_rng()).X


def compare_images(img: npt.ArrayLike, img_compressed: npt.ArrayLike, k: int | np.integer | str) -> None:
    """Show the compressed image and, beside it, the original, in a new figure of matplotlib.

    `k` is the number of colors, or the title of the compressed image.
    """
    from matplotlib import pyplot  # takes half a second to import, and only this function needs it

    title = k if isinstance(k, str) else f"Compressed to {k} colors"
    _, axes = pyplot.subplots(1, 2, figsize=(16, 12))
    for ax, (heading, image) in zip(axes, ((title, img_compressed), ("Original", img)), strict=True):
        ax.set_axis_off()
        ax.set_title(heading)
        ax.imshow(np.asarray(image))


def _notebook_rng() -> np.random.Generator:
    """A generator seeded from NumPy's global one, which is what the notebook's `np.random.seed` controls."""
    return np.random.default_rng(np.random.randint(1 << 31, size=4))  # noqa: NPY002


def _mixture(pi: npt.ArrayLike, mu: npt.ArrayLike, sigma: npt.ArrayLike) -> Mixture:
    return Mixture(as_numbers(pi, "weights"), as_numbers(mu, "means"), as_numbers(sigma, "covariances"))


def _entries(positions: Positions, values: npt.ArrayLike, shape: tuple[int, ...]) -> Ratings:
    """The entries at `positions`, shape (2, n), of a matrix of that shape, with their values."""
    array = _one_array(positions)
    if array.ndim != 2 or len(array) != 2:
        raise InputError(
            f"expected the rows and the columns of the entries, got an array of shape {array.shape}; "
            "give two arrays of the same length"
        )
    numbers = as_numbers(values, "values").ravel()
    if array.dtype.kind not in "iu" or array.shape[1] != len(numbers):
        raise InputError(
            f"expected whole numbers, two for each of the {len(numbers)} values, got {array.dtype} of shape "
            f"{array.shape}; make them agree"
        )
    return Ratings(array[0], array[1], numbers, np.arange(shape[0]), np.arange(shape[1]))


def _listed(matrix: Any, positions: Positions) -> Ratings:
    """The entries of a sparse matrix at `positions`, shape (2, n), each listed once; zeros are ratings."""
    _check_sparse(matrix)
    array = _one_array(positions)
    n_entries = array.size // 2
    entries = _entries(array, np.zeros(n_entries), matrix.shape)  # refuses positions outside
    if n_entries == 0:
        raise InputError("expected positions of ratings to train on, got none; list at least one")
    if np.unique(entries.users * matrix.shape[1] + entries.items).size < n_entries:
        raise InputError("expected every position once, got one twice; drop the repetitions")
    # A sparse matrix picks its own container for what is taken out of it.
    taken = sp.csr_matrix(matrix)[entries.users, entries.items]
    return entries.with_values(as_numbers(taken, "ratings").ravel())


def _one_array(positions: Positions) -> Shaped[np.ndarray, "*shape"]:
    try:
        array = np.asarray(positions)
    except ValueError as error:  # arrays of different lengths
        raise InputError(
            "expected as many rows as columns of entries, got different numbers; make them agree"
        ) from error
    return array if array.size else np.empty((2, 0), dtype=np.intp)


def _check_sparse(matrix: Any) -> None:
    is_sparse: bool = sp.issparse(matrix)
    if not is_sparse or len(matrix.shape) != 2:
        what = f"{type(matrix).__name__} of shape {np.shape(matrix)}"
        raise InputError(
            f"expected a SciPy sparse matrix of shape (N, D), got {what}; "
            "a dense one cannot tell a rating of 0 from an unknown one"
        )
    if max(matrix.shape) > LONGEST_SIDE:
        raise InputError(
            f"expected up to {LONGEST_SIDE} rows and columns, got shape {matrix.shape}; "
            "number users and items without gaps"
        )


def _to_ratings(matrix: Any) -> Ratings:
    """The stored entries, explicit zeros included; an entry stored twice is the sum of both, as in SciPy."""
    _check_sparse(matrix)
    entries = matrix.tocoo(copy=True)
    entries.sum_duplicates()
    n_users, n_items = entries.shape
    users, items = entries.row.astype(np.intp), entries.col.astype(np.intp)
    values = as_numbers(entries.data, "ratings")
    return Ratings(users, items, values, np.arange(n_users), np.arange(n_items))


def _to_matrix(ratings: Ratings) -> sp.csr_matrix:
    shape = (ratings.n_users, ratings.n_items)
    return sp.csr_matrix((ratings.values, (ratings.users, ratings.items)), shape=shape)
