"""Colors counted in C are those counted by NumPy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from threadpoolctl import threadpool_limits

from algorithms import images, native
from algorithms.native import library

pytestmark = pytest.mark.skipif(not native.available(), reason="no compiled kernels")
LEVELS = library._possible_levels() if native.available() else []


def assert_palettes_agree(pixels):
    with library.using("0"):
        expected = images.palette(pixels)
    palette = images.palette(pixels)
    np.testing.assert_array_equal(palette.colors, expected.colors)
    np.testing.assert_array_equal(palette.counts, expected.counts)
    np.testing.assert_array_equal(palette.indices, expected.indices)


@given(
    arrays(
        np.uint8,
        st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(3)),
        elements=st.sampled_from([0, 1, 15, 16, 128, 255]),
    )
)
def test_colors_counts_and_indices_are_equal(pixels):
    assert_palettes_agree(pixels)


def test_so_they_are_for_a_photograph_and_its_views():
    pixels = images.flower().pixels
    assert_palettes_agree(pixels)
    assert_palettes_agree(pixels[::3, ::-2, ::-1])


def test_so_they_are_at_every_level_by_any_number_of_threads():
    """By more threads than there are parts of the pixels, too."""
    pixels = images.flower().pixels[:200]
    with library.using("0"):
        expected = images.palette(pixels)
    for level in LEVELS:
        for threads in (1, 3, 11):
            with library.using(level), threadpool_limits(threads, user_api="openmp"):
                palette = images.palette(pixels)
            np.testing.assert_array_equal(palette.colors, expected.colors)
            np.testing.assert_array_equal(palette.counts, expected.counts)
            np.testing.assert_array_equal(palette.indices, expected.indices)
