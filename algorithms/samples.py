"""What every algorithm demands of its data: finite numbers, one sample a row, weights that count."""

from __future__ import annotations

from numbers import Integral
from typing import Any

import numpy as np
import numpy.typing as npt
from jaxtyping import Float

from algorithms.errors import InputError

# Sums of squares must stay finite: (1e140)^2 leaves room for 1e28 summands below the largest float64.
LARGEST_VALUE = 1e140


def as_samples(X: npt.ArrayLike, n_features: int | None = None) -> Float[np.ndarray, "n d"]:
    """`X` as float64 of shape (n_samples, n_features), one sample a row; not copied when it already is.

    Raises InputError unless X is a non-empty two-dimensional array of finite real numbers, none larger
    than 1e140 in size, with `n_features` columns where that is given.
    """
    array = as_numbers(X, "data")
    if array.ndim != 2 or 0 in array.shape:
        raise InputError(
            f"expected data of shape (n_samples, n_features), got {array.shape}; put one sample in each row"
        )
    if n_features is not None and array.shape[1] != n_features:
        raise InputError(f"expected {n_features} features a sample, got {array.shape[1]}; check the columns")
    return array


def as_numbers(values: npt.ArrayLike, what: str) -> Float[np.ndarray, "*shape"]:
    """`values` as a float64 array; InputError when they are not finite real numbers of size up to 1e140."""
    try:
        array = np.asarray(values)
    except ValueError as error:  # nested lists that make no array
        raise InputError(
            f"expected {what} in rows of equal length, got different lengths; complete them"
        ) from error
    if np.ma.is_masked(values):
        raise InputError(f"expected {what} without gaps, got a masked array; fill or drop what is masked")
    if array.dtype.kind not in "biuf":
        raise InputError(
            f"expected {what} of real numbers, got dtype {array.dtype}; convert them to numbers first"
        )
    array = np.asarray(np.require(array, dtype=np.float64, requirements="A"))
    # Two passes that store nothing; a NaN is in both results and fails both comparisons.
    if not (array.max(initial=0.0) <= LARGEST_VALUE and array.min(initial=0.0) >= -LARGEST_VALUE):
        raise InputError(
            f"expected finite {what} of size up to 1e140, got NaN or larger; clean or rescale them"
        )
    return array


def as_sample_weight(sample_weight: npt.ArrayLike | None, n_samples: int) -> Float[np.ndarray, " n"]:
    """One nonnegative weight a sample, not all zero; ones where `sample_weight` is None.

    A sample of weight w counts as w equal samples. Raises InputError for anything else.
    """
    if sample_weight is None:
        return np.ones(n_samples)
    weight = as_numbers(sample_weight, "sample weights")
    if weight.shape != (n_samples,):
        raise InputError(f"expected {n_samples} sample weights, got shape {weight.shape}; give one a sample")
    if weight.size == 0 or weight.min() < 0 or not weight.max() > 0:
        raise InputError("expected nonnegative sample weights that are not all zero; check the weights")
    return weight


def check_count(value: Any, name: str, least: int = 1) -> None:
    """InputError unless `value` is a whole number, and no smaller than `least`."""
    if not isinstance(value, Integral):
        raise InputError(f"expected {name} to be a whole number, got {value!r}; choose one")
    if value < least:
        raise InputError(f"expected {name} to be {least} or more, got {value}; raise it")


def check_positive(value: Any, name: str) -> None:
    """InputError unless `value` is a finite number above 0."""
    if not (is_number(value) and value > 0):
        raise InputError(f"expected {name} to be a finite number above 0, got {value!r}; choose one")


def check_rng(rng: Any) -> None:
    """InputError unless `rng` is a NumPy generator."""
    if not isinstance(rng, np.random.Generator):
        raise InputError(
            f"expected rng to be a numpy Generator, got {type(rng).__name__}; "
            "make one by numpy.random.default_rng(seed)"
        )


def is_number(value: Any) -> bool:
    """Whether `value` is a finite real number of size up to 1e140."""
    number = value.item() if isinstance(value, np.generic) else value  # float32 has no 1e140
    return isinstance(number, (int, float)) and abs(number) <= LARGEST_VALUE
