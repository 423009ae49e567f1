"""Whatever arrays reach the compiled kernels, the interpreter survives: an answer, or an error in Python.

The public functions refuse all of this before. Memory errors that do not crash are found by
tests/native/sanitize.sh.
"""

from contextlib import nullcontext, suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from algorithms import native
from algorithms.native.lloyd import Lloyd
from algorithms.native.lloyd3 import Lloyd3

pytestmark = pytest.mark.skipif(not native.available(), reason="no compiled kernels")

NUMBERS = [0.0, 1.0, -1.0, 1e-310, 1e140, 1e300, np.inf, -np.inf, np.nan]


def draw(rng, *shape):
    return np.where(rng.random(shape) < 0.3, rng.choice(NUMBERS, shape), rng.standard_normal(shape))


@given(n=st.integers(1, 300), d=st.integers(1, 12), k=st.integers(1, 40), seed=st.integers(0, 9999))
def test_k_means_survives_any_numbers(n, d, k, seed):
    rng = np.random.default_rng(seed)
    with np.errstate(all="ignore"):
        for kernel, width in ((Lloyd, d), (Lloyd3, 3)):
            result = kernel(draw(rng, n, width), np.abs(draw(rng, n)))
            for _ in range(3):
                result.assign(draw(rng, k, width))
            assert result.labels().max() < k


@given(n=st.integers(1, 300), d=st.integers(1, 12), k=st.integers(1, 8), seed=st.integers(0, 9999))
def test_em_survives_any_numbers(n, d, k, seed):
    rng = np.random.default_rng(seed)
    covariances = draw(rng, k, d, d) if seed % 2 else np.broadcast_to(np.eye(d), (k, d, d)).copy()
    samples, shares, weights = draw(rng, n, d), draw(rng, n), draw(rng, k)
    found = native.moments(samples, shares, weights, draw(rng, k, d), covariances, draw(rng, k, d))
    assert found is None or np.isfinite(found.log_likelihood)


@given(m=st.integers(1, 30), k=st.integers(1, 30), seed=st.integers(0, 9999))
def test_ridge_regressions_survive_any_numbers_and_indices(m, k, seed):
    rng, off = np.random.default_rng(seed), seed % 2  # half of the cases have no index outside
    groups = []
    for _ in range(4):
        count, length = rng.integers(0, 6), rng.integers(0, 90)
        rows, columns, entries = (
            rng.integers(-off, limit + off, shape)
            for limit, shape in ((20, count), (m, (count, length)), (100, (count, length)))
        )
        groups.append((rows, columns, entries))
    values = draw(rng, 1, 100)[0]
    with suppress(IndexError) if off else nullcontext():
        native.ridge_rows(groups, values, draw(rng, m, k), 20, float(rng.choice(NUMBERS)))
