"""Choosing the number of components of a mixture: held-out likelihood, BIC and AIC.

Statement.   With L the log-likelihood of the N training samples and p the number of free parameters,
             AIC = 2 p - 2 L and BIC = p ln N - 2 L; smaller is better. The log-likelihood of samples that
             were not fitted needs no such correction; larger is better.
Notation.    p = (K - 1) + K D + K D (D + 1) / 2: weights with sum one, means, symmetric covariances.
Assumptions. AIC and BIC are approximations for large N. With sample weights N is their sum.
Source.      Bishop, PRML 1.3 eq. 1.73 and 4.4.1 eq. 4.139 (both divided by -2 there); Schwarz, Annals of
             Statistics 6(2), 1978.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from algorithms import em
from algorithms.errors import InputError
from algorithms.mixture import Mixture
from algorithms.samples import as_sample_weight, as_samples


@dataclass(frozen=True, eq=False)
class Candidate:
    """A fitted mixture and its scores; `held_out` is the mean ln p(x) over the samples held out."""

    fit: em.EMFit
    bic: float
    aic: float
    held_out: float

    @property
    def n_components(self) -> int:
        """K."""
        return self.fit.mixture.n_components


@dataclass(frozen=True, eq=False)
class Selection:
    """All candidates, in the order asked for; a row of a table each."""

    candidates: tuple[Candidate, ...]

    @property
    def best_by_bic(self) -> Candidate:
        """The smallest BIC."""
        return min(self.candidates, key=lambda candidate: candidate.bic)

    @property
    def best_by_aic(self) -> Candidate:
        """The smallest AIC."""
        return min(self.candidates, key=lambda candidate: candidate.aic)

    @property
    def best_held_out(self) -> Candidate:
        """The largest held-out log-likelihood."""
        return max(self.candidates, key=lambda candidate: candidate.held_out)


def n_parameters(mixture: Mixture) -> int:
    """p, the number of free parameters."""
    k, d = mixture.n_components, mixture.n_features
    return k - 1 + k * d + k * d * (d + 1) // 2


def log_likelihood(mixture: Mixture, X: npt.ArrayLike, sample_weight: npt.ArrayLike | None = None) -> float:
    """sum_n w_n ln p(x_n)."""
    log_prob = mixture.log_prob(X)
    return float(as_sample_weight(sample_weight, len(log_prob)) @ log_prob)


def aic(mixture: Mixture, X: npt.ArrayLike, sample_weight: npt.ArrayLike | None = None) -> float:
    """Akaike's criterion of the mixture on the samples it was fitted to."""
    return 2 * n_parameters(mixture) - 2 * log_likelihood(mixture, X, sample_weight)


def bic(mixture: Mixture, X: npt.ArrayLike, sample_weight: npt.ArrayLike | None = None) -> float:
    """Schwarz's criterion of the mixture on the samples it was fitted to."""
    size = float(as_sample_weight(sample_weight, len(as_samples(X))).sum())
    return n_parameters(mixture) * float(np.log(size)) - 2 * log_likelihood(mixture, X, sample_weight)


def select(
    train: npt.ArrayLike,
    held_out: npt.ArrayLike,
    fit: Callable[[int], em.EMFit],
    n_components: Sequence[int],
    *,
    on_iteration: Callable[[int, int], None] | None = None,
) -> Selection:
    """Call `fit(K)`, which fits to `train`, for every K, and score it; `on_iteration(done, of)` follows each.

    Raises InputError when there is nothing to choose from.
    """
    if len(n_components) == 0:
        raise InputError("expected numbers of components to choose from, got none; name at least one")
    candidates: list[Candidate] = []
    for k in n_components:
        fitted = fit(k)
        mixture = fitted.mixture
        mean_held_out = float(mixture.log_prob(held_out).mean())
        candidates.append(Candidate(fitted, bic(mixture, train), aic(mixture, train), mean_held_out))
        if on_iteration is not None:
            on_iteration(len(candidates), len(n_components))
    return Selection(tuple(candidates))
