"""Matrix factorization as a scikit-learn estimator; `algorithms.matrix_factorization` tells what it does."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp
from jaxtyping import Float, Int
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from algorithms import leave_one_out
from algorithms import matrix_factorization as mf
from algorithms.errors import InputError
from algorithms.estimators import sparse_rows
from algorithms.estimators.generators import generator
from algorithms.samples import check_count, check_positive, is_number


class MatrixFactorization(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Alternating ridge regressions on the observed entries of a matrix of ratings, one user a row.

    What is observed: the stored entries of a sparse matrix, zeros among them (an entry stored twice counts
    as the sum, as SciPy has it), or the entries of an array that are not NaN. Sparse input stays sparse.

    Parameters: `remove_user_means` subtracts each user's mean of observed ratings first; `init` is "random"
    or "svd"; iterations stop when one lowers the objective by no more than `tol` times its value, or after
    `max_iter`; `random_state` is a seed, a RandomState, a Generator or None.

    Fitted: `components_` (n_factors, n_items), `global_mean_`, `n_iter_`, and `trace_`, the objective after
    each iteration. Users are not remembered: their factors are solved for from the ratings given, which is
    why new users need no refit. Errors are ValueErrors.
    """

    def __init__(
        self,
        n_factors: Any = 2,
        *,
        regularization: Any = 1.0,
        remove_user_means: Any = True,
        init: Any = "random",
        tol: Any = 1e-4,
        max_iter: Any = 100,
        random_state: Any = None,
    ) -> None:
        self.n_factors = n_factors
        self.regularization = regularization
        self.remove_user_means = remove_user_means
        self.init = init
        self.tol = tol
        self.max_iter = max_iter
        self.random_state = random_state

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.allow_nan = True
        return tags

    def fit(self, X: Any, y: object = None) -> MatrixFactorization:
        """Find the item factors for the ratings X (n_users, n_items)."""
        observed = self._observed(X, reset=True)
        if observed.nnz == 0:
            raise InputError("expected observed ratings, got none in X; bring some")
        check_positive(self.regularization, "regularization")
        if not (is_number(self.tol) and self.tol >= 0):
            raise InputError(f"expected a finite tol of 0 or more, got {self.tol!r}; choose another")
        check_count(self.max_iter, "max_iter")
        self.global_mean_ = float(observed.data.mean())
        self.components_, trace = self._iterate(observed)
        self.trace_ = np.array(trace)
        self.n_iter_ = len(trace) - 1
        self._n_features_out = self.n_factors
        return self

    def _iterate(self, observed: sp.csr_array) -> tuple[Float[np.ndarray, "k n_items"], list[float]]:
        """The item factors, and the objective before and after each iteration.

        Users and items are sorted in between: users have no names to keep, items get their places back.
        """
        mf.check_start(self.n_factors, self.init)
        ratings = self._sorted(observed)[1]
        items, ratings = sparse_rows.with_columns_by_length(ratings)
        by_item, by_user = sparse_rows.item_groups(ratings), sparse_rows.slabs(ratings)
        Q, P = self._start(ratings, items)
        trace = [self._objective(ratings, Q, P)]
        settled = False
        while not settled and len(trace) <= self.max_iter:
            del Q  # the next one is solved for from P alone, and takes as much memory
            Q = sparse_rows.ridge_rows(by_user, P, self.regularization)
            P = mf.ridge_rows(by_item, Q, len(P), self.regularization)
            trace.append(self._objective(ratings, Q, P))
            settled = trace[-2] - trace[-1] <= self.tol * trace[-2]
        components = np.empty_like(P.T)
        components[:, items] = P.T
        return components, trace

    def _start(
        self, ratings: sp.csr_array, items: Int[np.ndarray, " n_items"]
    ) -> tuple[Float[np.ndarray, "n_users k"], Float[np.ndarray, "n_items k"]]:
        rng = generator(self.random_state)
        if self.init == "svd":
            start = mf.truncated_svd(ratings, self.n_factors, rng)
            return start.user_factors, start.item_factors
        start = mf.uniform_factors(ratings.shape, self.n_factors, rng)
        return start.user_factors, start.item_factors[items]

    def _objective(
        self, ratings: sp.csr_array, Q: Float[np.ndarray, "n_users k"], P: Float[np.ndarray, "n_items k"]
    ) -> float:
        factors = mf.Factors(Q, P)
        errors = sum(mf.squared_error(part, factors) for part in sparse_rows.in_parts(ratings))
        return errors + mf.penalty(factors, self.regularization)

    def transform(self, X: Any) -> Float[np.ndarray, "n k"]:
        """The user factors (n_users, n_factors) that fit the ratings X best, by one ridge regression each."""
        return self._user_factors(self._checked(X))

    def complete(self, X: Any) -> Float[np.ndarray, "n n_items"]:
        """All ratings (n_users, n_items) predicted from the observed ones: dense, so mind the size of X."""
        observed = self._checked(X)
        completed = np.asarray(self._user_factors(observed) @ self.components_)
        if self.remove_user_means:
            completed += self._means(observed)[:, None]
        return completed

    def score(self, X: Any, y: object = None) -> float:
        """Minus the root mean squared error of each rating predicted from its user's others.

        Larger is better, and for users who were not fitted it is honest: a rating never predicts itself.
        """
        observed = self._checked(X)
        if observed.nnz == 0:
            raise InputError("expected observed ratings, got none in X; bring some")
        total = 0.0
        for part in sparse_rows.in_parts(observed):  # whose users have all their ratings in it
            predictions = leave_one_out.predictions(
                part,
                self.components_.T,
                self.regularization,
                remove_means=self.remove_user_means,
                lonely=self.global_mean_,
            )
            total += float(np.sum((part.values - predictions) ** 2))
        return -float(np.sqrt(total / observed.nnz))

    def _user_factors(self, observed: sp.csr_array) -> Float[np.ndarray, "n k"]:
        order, ratings = self._sorted(observed)
        slabs, item_factors = sparse_rows.slabs(ratings), np.ascontiguousarray(self.components_.T)
        return sparse_rows.ridge_rows(slabs, item_factors, self.regularization, order)

    def _sorted(self, observed: sp.csr_array) -> tuple[Int[np.ndarray, " n_users"], sp.csr_array]:
        """Users by number of ratings, their order, and their means removed if that is wanted."""
        order, ratings = sparse_rows.by_length(observed)
        if self.remove_user_means:
            ratings.data -= np.repeat(self._means(ratings), np.diff(ratings.indptr))
        return order, ratings

    def _means(self, observed: sp.csr_array) -> Float[np.ndarray, " n"]:
        """Each user's mean, and the training ratings' mean for a user without ratings."""
        counts, means = np.diff(observed.indptr), np.full(observed.shape[0], self.global_mean_)
        np.divide(observed.sum(axis=1), counts, out=means, where=counts > 0)
        return means

    def _checked(self, X: Any) -> sp.csr_array:
        check_is_fitted(self)
        return self._observed(X, reset=False)

    def _observed(self, X: Any, *, reset: bool) -> sp.csr_array:
        """X with what is observed stored, and nothing else; its arrays are those of X where that is so."""
        checked: Any = validate_data(
            self,
            X,
            reset=reset,
            accept_sparse=("csr", "csc", "coo"),
            dtype=np.float64,
            ensure_all_finite="allow-nan",
        )
        is_sparse: bool = sp.issparse(checked)
        if not is_sparse:
            seen = ~np.isnan(checked)
            items = np.broadcast_to(np.arange(checked.shape[1], dtype=np.int32), checked.shape)[seen]
            starts = np.append(0, np.cumsum(seen.sum(axis=1)))
            return sp.csr_array((checked[seen], items, starts), shape=checked.shape)
        observed = sp.csr_array(checked)
        if not observed.has_canonical_format:
            observed = observed.copy()
            observed.sum_duplicates()
        seen = ~np.isnan(observed.data)
        if seen.all():
            return observed
        starts = np.append(0, np.cumsum(seen))[observed.indptr]
        return sp.csr_array((observed.data[seen], observed.indices[seen], starts), shape=observed.shape)
