"""k-means as a scikit-learn estimator; see `algorithms.kmeans` for what it does."""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float, Int
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, ClusterMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from algorithms import kmeans
from algorithms.errors import InputError
from algorithms.estimators.generators import generator
from algorithms.restarts import best_kmeans, random_centers
from algorithms.samples import as_numbers, as_sample_weight, as_samples

STARTS = {"k-means++": kmeans.plus_plus_centers, "random": random_centers}


class KMeans(ClassNamePrefixFeaturesOutMixin, TransformerMixin, ClusterMixin, BaseEstimator):
    """Lloyd's iteration to its exact fixed point, from the best of `n_init` starts.

    Parameters: `init` is "k-means++", "random" or an array of centers (n_clusters, n_features), which is
    used once; `random_state` a seed, a RandomState, a Generator or None.

    Fitted: `cluster_centers_` (n_clusters, n_features), `labels_` (n_samples,), `inertia_`, `n_iter_`, and
    `trace_`, the inertia after each iteration. n_clusters may exceed the number of samples: the surplus
    centers coincide with others. Errors are ValueErrors.
    """

    def __init__(
        self,
        n_clusters: Any = 8,
        *,
        init: Any = "k-means++",
        n_init: Any = 10,
        max_iter: Any = 300,
        random_state: Any = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.init = init
        self.n_init = n_init
        self.max_iter = max_iter
        self.random_state = random_state

    def fit(self, X: Any, y: object = None, sample_weight: Any = None) -> KMeans:
        """Cluster the rows of X (n_samples, n_features); a sample of weight w counts as w equal samples."""
        samples = validate_data(self, X, dtype=np.float64)
        weight = as_sample_weight(sample_weight, len(samples))
        fit = self._fit(samples, weight)
        self.cluster_centers_ = fit.centers
        self.labels_ = fit.labels
        self.inertia_ = fit.inertia
        self.n_iter_ = fit.n_iter
        self.trace_ = np.array(fit.trace)
        self._n_features_out = len(fit.centers)
        return self

    def _fit(self, X: Float[np.ndarray, "n d"], weight: Float[np.ndarray, " n"]) -> kmeans.KMeansFit:
        if not isinstance(self.init, str):
            centers = as_numbers(self.init, "init")
            if centers.shape[:1] != (self.n_clusters,):
                raise InputError(
                    f"expected init with {self.n_clusters} centers, got shape {centers.shape}; "
                    "make it agree with n_clusters"
                )
            return kmeans.fit_from(X, centers, sample_weight=weight, max_iter=self.max_iter)
        if self.init not in STARTS:
            raise InputError(
                f"expected init to be 'k-means++', 'random' or centers, got {self.init!r}; choose one of them"
            )
        return best_kmeans(
            X,
            self.n_clusters,
            rng=generator(self.random_state),
            n_init=self.n_init,
            start=STARTS[self.init],
            sample_weight=weight,
            max_iter=self.max_iter,
        )

    def predict(self, X: Any) -> Int[np.ndarray, " n"]:
        """The nearest center of each sample, the lowest index on a tie."""
        return kmeans.assign(self._checked(X), self.cluster_centers_)[0]

    def transform(self, X: Any) -> Float[np.ndarray, "n k"]:
        """The distance of each sample to each center."""
        samples = self._checked(X)
        columns = [np.sqrt(((samples - center) ** 2).sum(axis=1)) for center in self.cluster_centers_]
        return np.stack(columns, axis=1)

    def score(self, X: Any, y: object = None, sample_weight: Any = None) -> float:
        """Minus the inertia of X: larger is better."""
        squared_distances = kmeans.assign(self._checked(X), self.cluster_centers_)[1]
        return -float(as_sample_weight(sample_weight, len(squared_distances)) @ squared_distances)

    def _checked(self, X: Any) -> Float[np.ndarray, "n d"]:
        check_is_fitted(self)
        return as_samples(validate_data(self, X, reset=False, dtype=np.float64))
