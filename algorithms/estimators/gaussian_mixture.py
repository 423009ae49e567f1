"""Gaussian mixtures as a scikit-learn estimator; see `algorithms.em` for what it does."""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float, Int
from sklearn.base import BaseEstimator, DensityMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from algorithms import em, mixture_selection
from algorithms.errors import InputError
from algorithms.estimators.generators import generator
from algorithms.mixture import Mixture
from algorithms.restarts import best_em


class GaussianMixture(DensityMixin, BaseEstimator):
    """EM with full covariances, from the best of `n_init` k-means starts.

    Parameters: `tol` is the smallest relative gain in log-likelihood worth another iteration,
    `covariance_floor` the smallest eigenvalue a covariance may have (None: 1e-6 of the average variance),
    `init` a `Mixture` to start from instead, `random_state` a seed, a RandomState, a Generator or None.

    Fitted: `weights_` (K,), `means_` (K, D), `covariances_` (K, D, D), `mixture_`, `n_iter_`, `converged_`,
    and `trace_`, the log-likelihood after each iteration. Errors are ValueErrors.
    """

    def __init__(
        self,
        n_components: Any = 1,
        *,
        tol: Any = 1e-4,
        max_iter: Any = 200,
        n_init: Any = 1,
        covariance_floor: Any = None,
        init: Any = None,
        random_state: Any = None,
    ) -> None:
        self.n_components = n_components
        self.tol = tol
        self.max_iter = max_iter
        self.n_init = n_init
        self.covariance_floor = covariance_floor
        self.init = init
        self.random_state = random_state

    def fit(self, X: Any, y: object = None, sample_weight: Any = None) -> GaussianMixture:
        """Fit to the rows of X (n_samples, n_features); a sample of weight w counts as w equal samples."""
        samples = validate_data(self, X, dtype=np.float64)
        fit = self._fit(samples, sample_weight)
        self.mixture_ = fit.mixture
        self.weights_ = fit.mixture.weights
        self.means_ = fit.mixture.means
        self.covariances_ = fit.mixture.covariances
        self.n_iter_ = fit.n_iter
        self.converged_ = fit.converged
        self.trace_ = np.array(fit.trace)
        return self

    def _fit(self, X: Float[np.ndarray, "n d"], sample_weight: Any) -> em.EMFit:
        if self.init is None:
            return best_em(
                X,
                self.n_components,
                rng=generator(self.random_state),
                n_init=self.n_init,
                sample_weight=sample_weight,
                tol=self.tol,
                max_iter=self.max_iter,
                covariance_floor=self.covariance_floor,
            )
        if not isinstance(self.init, Mixture):
            raise InputError(
                f"expected init to be a Mixture or None, got {self.init!r}; None starts from k-means"
            )
        if self.init.n_components != self.n_components:
            raise InputError(
                f"expected init with {self.n_components} components, got {self.init.n_components}; "
                "make it agree with n_components"
            )
        return em.fit_from(
            X,
            self.init,
            sample_weight=sample_weight,
            tol=self.tol,
            max_iter=self.max_iter,
            covariance_floor=self.covariance_floor,
        )

    def predict(self, X: Any) -> Int[np.ndarray, " n"]:
        """The most probable component of each sample, the lowest index on a tie."""
        samples = self._checked(X)
        return np.asarray(self.mixture_.joint_log_prob(samples).argmax(axis=1))

    def fit_predict(self, X: Any, y: object = None, sample_weight: Any = None) -> Int[np.ndarray, " n"]:
        """`fit`, then `predict` on the same samples."""
        return self.fit(X, sample_weight=sample_weight).predict(X)

    def predict_proba(self, X: Any) -> Float[np.ndarray, "n k"]:
        """The responsibilities: rows sum to one."""
        samples = self._checked(X)
        return self.mixture_.responsibilities(samples)

    def score_samples(self, X: Any) -> Float[np.ndarray, " n"]:
        """ln p(x_n) of each sample."""
        samples = self._checked(X)
        return self.mixture_.log_prob(samples)

    def score(self, X: Any, y: object = None) -> float:
        """The mean of ln p(x_n): larger is better."""
        return float(self.score_samples(X).mean())

    def bic(self, X: Any) -> float:
        """Schwarz's criterion on the samples X: smaller is better."""
        samples = self._checked(X)
        return mixture_selection.bic(self.mixture_, samples)

    def aic(self, X: Any) -> float:
        """Akaike's criterion on the samples X: smaller is better."""
        samples = self._checked(X)
        return mixture_selection.aic(self.mixture_, samples)

    def sample(self, n_samples: int = 1) -> tuple[Float[np.ndarray, "n d"], Int[np.ndarray, " n"]]:
        """`n_samples` draws and the component of each, as scikit-learn returns them."""
        check_is_fitted(self)
        drawn = self.mixture_.sample(n_samples, generator(self.random_state))
        return drawn.X, drawn.labels

    def _checked(self, X: Any) -> Any:
        check_is_fitted(self)
        return validate_data(self, X, reset=False, dtype=np.float64)
