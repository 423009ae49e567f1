"""Matrix factorization as a scikit-learn estimator; `algorithms.matrix_factorization` tells what it does."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp
from jaxtyping import Float
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from algorithms import leave_one_out
from algorithms import matrix_factorization as mf
from algorithms.errors import InputError
from algorithms.estimators.generators import generator
from algorithms.ratings import Ratings, subtract_user_means, user_means
from algorithms.samples import check_count


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
        ratings = self._observed(X, reset=True)
        if len(ratings) == 0:
            raise InputError("expected observed ratings, got none in X; bring some")
        if not (self.regularization > 0 and self.tol >= 0):
            raise InputError(
                f"expected regularization above 0 and tol of 0 or more, got {self.regularization} and "
                f"{self.tol}; raise them"
            )
        check_count(self.max_iter, "max_iter")
        self.global_mean_ = float(ratings.values.mean())
        ratings = self._centered(ratings)
        start = mf.initial_factors(ratings, self.n_factors, generator(self.random_state), self.init)
        factors, trace = self._iterate(ratings, start)
        self.components_ = factors.item_factors.T.copy()
        self.trace_ = np.array(trace)
        self.n_iter_ = len(trace) - 1
        self._n_features_out = self.n_factors
        return self

    def _iterate(self, ratings: Ratings, factors: mf.Factors) -> tuple[mf.Factors, list[float]]:
        by_user = mf.group_rows(ratings.users, ratings.items, ratings.values)
        by_item = mf.group_rows(ratings.items, ratings.users, ratings.values)
        trace = [mf.objective(ratings, factors, self.regularization)]
        settled = False
        while not settled and len(trace) <= self.max_iter:
            factors = mf.without_user_factors(factors)
            factors = mf.step(by_user, by_item, factors, self.regularization)
            trace.append(mf.objective(ratings, factors, self.regularization))
            settled = trace[-2] - trace[-1] <= self.tol * trace[-2]
        return factors, trace

    def transform(self, X: Any) -> Float[np.ndarray, "n k"]:
        """The user factors (n_users, n_factors) that fit the ratings X best, by one ridge regression each."""
        return self._user_factors(self._checked(X))

    def complete(self, X: Any) -> Float[np.ndarray, "n n_items"]:
        """All ratings (n_users, n_items) predicted from the observed ones: dense, so mind the size of X."""
        ratings = self._checked(X)
        products = self._user_factors(ratings) @ self.components_
        if not self.remove_user_means:
            return np.asarray(products)
        return np.asarray(products + self._means(ratings)[:, None])

    def score(self, X: Any, y: object = None) -> float:
        """Minus the root mean squared error of each rating predicted from its user's others.

        Larger is better, and for users who were not fitted it is honest: a rating never predicts itself.
        """
        ratings = self._checked(X)
        if len(ratings) == 0:
            raise InputError("expected observed ratings, got none in X; bring some")
        predictions = leave_one_out.predictions(
            ratings,
            self.components_.T,
            self.regularization,
            remove_means=self.remove_user_means,
            lonely=self.global_mean_,
        )
        return -float(np.sqrt(np.mean((ratings.values - predictions) ** 2)))

    def _user_factors(self, ratings: Ratings) -> Float[np.ndarray, "n k"]:
        centered = self._centered(ratings)
        groups = mf.group_rows(centered.users, centered.items, centered.values)
        return mf.ridge_rows(groups, self.components_.T, ratings.n_users, self.regularization)

    def _centered(self, ratings: Ratings) -> Ratings:
        return subtract_user_means(ratings, self._means(ratings)) if self.remove_user_means else ratings

    def _means(self, ratings: Ratings) -> Float[np.ndarray, " n"]:
        """Each user's mean, and the training ratings' mean for a user without ratings."""
        if len(ratings) == 0:
            return np.full(ratings.n_users, self.global_mean_)
        counts = np.bincount(ratings.users, minlength=ratings.n_users)
        return np.where(counts > 0, user_means(ratings), self.global_mean_)

    def _checked(self, X: Any) -> Ratings:
        check_is_fitted(self)
        return self._observed(X, reset=False)

    def _observed(self, X: Any, *, reset: bool) -> Ratings:
        matrix: Any = validate_data(
            self,
            X,
            reset=reset,
            accept_sparse=("csr", "csc", "coo"),
            dtype=np.float64,
            ensure_all_finite="allow-nan",
        )
        is_sparse: bool = sp.issparse(matrix)
        if is_sparse:
            matrix = matrix.tocsr()
            if not matrix.has_canonical_format:
                matrix = matrix.copy()
                matrix.sum_duplicates()
            users = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
            items, values = matrix.indices.astype(np.intp), matrix.data
        else:
            users, items = np.nonzero(~np.isnan(matrix))
            values = matrix[users, items]
        seen = ~np.isnan(values)
        if not seen.all():
            users, items, values = users[seen], items[seen], values[seen]
        return Ratings(users, items, values, np.arange(matrix.shape[0]), np.arange(matrix.shape[1]))
