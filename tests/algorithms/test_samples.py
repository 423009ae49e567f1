"""What counts as data and as weights."""

import numpy as np
import pytest

from algorithms.errors import InputError
from algorithms.samples import as_sample_weight, as_samples, check_count, is_number

BAD_DATA = {
    "a single row without its brackets": [1.0, 2.0],
    "no rows": np.zeros((0, 3)),
    "no columns": np.zeros((3, 0)),
    "NaN": [[1.0], [np.nan]],
    "infinity": [[1.0], [-np.inf]],
    "numbers whose squares overflow": [[1e141]],
    "text": [["a"], ["b"]],
    "complex numbers": [[1j]],
    "objects": np.array([[None], [1]], dtype=object),
    "three axes": np.zeros((2, 2, 2)),
    "rows of different lengths": [[1.0, 2.0], [3.0]],
    "masked entries": np.ma.masked_array([[1.0], [9.0]], mask=[[False], [True]]),
    "whole numbers beyond any dtype": [[10**400]],
}
BAD_WEIGHTS = {
    "too few": [1.0],
    "a negative one": [1.0, -1.0],
    "all zero": [0.0, 0.0],
    "NaN": [1.0, np.nan],
    "a column": [[1.0], [1.0]],
}


@pytest.mark.parametrize("X", BAD_DATA.values(), ids=BAD_DATA)
def test_data_is_refused_with(X):
    with pytest.raises(InputError, match=r"^expected .* got .*; .*$"):
        as_samples(X)


@pytest.mark.parametrize("weight", BAD_WEIGHTS.values(), ids=BAD_WEIGHTS)
def test_weights_are_refused_when(weight):
    with pytest.raises(InputError, match=r"^expected .*; .*$"):
        as_sample_weight(weight, 2)


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float32, np.bool_])
def test_other_number_types_become_float64(dtype):
    converted = as_samples(np.ones((2, 2), dtype=dtype))
    assert converted.dtype == np.float64
    assert converted.sum() == 4.0


def test_float64_data_is_not_copied():
    X = np.ones((3, 2))
    assert as_samples(X) is X


def test_counts_start_at_one():
    check_count(1, "n")
    with pytest.raises(InputError, match="expected n to be 1 or more, got 0"):
        check_count(0, "n")
    check_count(0, "n", least=0)
    with pytest.raises(InputError, match="expected n to be 0 or more, got -1"):
        check_count(-1, "n", least=0)


@pytest.mark.parametrize("value", [0, -1.5, np.float32(2), np.int64(3), True], ids=repr)
def test_numbers_are(value):
    assert is_number(value)


@pytest.mark.parametrize("value", [np.nan, -np.inf, 10**400, "1", None, 1j, [1.0]], ids=str)
def test_no_number_is(value):
    assert not is_number(value)
