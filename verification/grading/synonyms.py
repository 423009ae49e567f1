"""Names that students and other years' exercises give to the same thing.

Statement.  A name means a parameter of the exercise if it is the same, the same but for capitals, or stands
            in one group with it.
Used for the order of arguments where the rubric says nothing, and for undefined names.
"""

from __future__ import annotations

from collections.abc import Iterable

SYNONYMS = (
    {"sigma", "cov", "covariance", "covariances", "covs", "Sigma", "sigmas", "S", "Sigmas", "cov_matrices"},
    {"mu", "mean", "means", "centroids", "centers", "mus", "m", "mu_k", "means_"},
    {"pi", "weights", "alpha", "pis", "priors", "mixing_coefs", "mixing_coefficients", "phi", "pi_k", "p"},
    {"X", "data", "points", "x", "samples"},
    {"gamma", "responsibilities", "resp", "r", "g", "W", "w", "gammas", "q"},
    {"k", "K", "n_clusters", "num_clusters", "n_components"},
    {"matrix", "M", "R", "ratings"},
    {"z", "labels", "Z"},
    {"N", "n", "n_samples"},
    {"non_zero_idx", "nonzero_indices", "non_zero_indices", "nonzero_idx", "nnz_idx"},
    {"val_idx", "validation_idx", "val_indices"},
    {"val_values", "val_values_shifted", "validation_values"},
    {"reg_lambda", "reg", "lamb", "lam", "lambda_", "regularization"},
    {"learning_rate", "lr", "eta"},
)


def meant_by(name: str, known: Iterable[str]) -> str | None:
    """The one of `known` that `name` means, or None: the same letters first, then a synonym."""
    others = sorted(known)
    if name in others:
        return name
    for other in others:
        if other.lower() == name.lower():
            return other
    for group in SYNONYMS:
        if name in group and group & set(others):
            return min(group & set(others))
    return None
