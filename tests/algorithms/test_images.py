"""Palettes, compression, sampled images and the correlation of neighbors."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from algorithms import em, images, kmeans
from algorithms.errors import InputError
from algorithms.mixture import Mixture

SMALL = arrays(np.uint8, st.tuples(st.integers(1, 6), st.integers(1, 6), st.just(3)))


def noisy(rng, shape=(20, 30), n_colors=60):
    colors = rng.integers(0, 256, size=(n_colors, 3), dtype=np.uint8)
    return colors[rng.integers(n_colors, size=shape)]


@given(pixels=SMALL)
def test_a_palette_counts_every_pixel_and_gives_the_image_back(pixels):
    distinct = images.palette(pixels)
    np.testing.assert_array_equal(distinct.colors[distinct.indices], pixels)
    np.testing.assert_array_equal(np.bincount(distinct.indices.ravel()), distinct.counts)
    np.testing.assert_array_equal(distinct.colors, np.unique(pixels.reshape(-1, 3), axis=0))


def test_clustering_the_palette_is_clustering_all_pixels():
    pixels = noisy(np.random.default_rng(0))
    distinct = images.palette(pixels)
    flat = pixels.reshape(-1, 3).astype(float)
    weighted = kmeans.fit_from(distinct.colors, flat[:4], sample_weight=distinct.counts)
    plain = kmeans.fit_from(flat, flat[:4])
    np.testing.assert_allclose(weighted.centers, plain.centers, rtol=1e-13)
    np.testing.assert_array_equal(weighted.labels[distinct.indices].ravel(), plain.labels)
    np.testing.assert_allclose(weighted.trace, plain.trace, rtol=1e-12)


def test_fitting_a_mixture_to_the_palette_is_fitting_it_to_all_pixels():
    pixels = noisy(np.random.default_rng(1))
    distinct = images.palette(pixels)
    flat = pixels.reshape(-1, 3).astype(float)
    start = Mixture(np.full(3, 1 / 3), flat[:3], np.stack([2000 * np.eye(3)] * 3))
    weighted = em.fit_from(distinct.colors, start, sample_weight=distinct.counts, max_iter=5, tol=0.0)
    plain = em.fit_from(flat, start, max_iter=5, tol=0.0)
    np.testing.assert_allclose(weighted.trace, plain.trace, rtol=1e-12)
    np.testing.assert_allclose(weighted.mixture.means, plain.mixture.means, rtol=1e-9)


def test_objectives_of_compression_run_over_all_pixels():
    pixels = noisy(np.random.default_rng(6), n_colors=12)
    flat = pixels.reshape(-1, 3).astype(float)
    by_centers = images.compress_kmeans(pixels, 3, rng=np.random.default_rng(0)).fit
    squared = ((flat[:, None] - by_centers.centers) ** 2).sum(axis=2).min(axis=1)
    assert by_centers.inertia == pytest.approx(squared.sum(), rel=1e-12)
    by_mixture = images.compress_em(pixels, 3, rng=np.random.default_rng(0)).fit
    assert by_mixture.trace[-1] == pytest.approx(by_mixture.mixture.log_prob(flat).sum(), rel=1e-12)


@pytest.mark.parametrize("compress", [images.compress_kmeans, images.compress_em])
def test_a_compressed_image_has_k_colors_and_the_distortion_it_states(compress):
    pixels = noisy(np.random.default_rng(2))
    compressed = compress(pixels, 4, rng=np.random.default_rng(0))
    assert len(np.unique(compressed.pixels.reshape(-1, 3), axis=0)) <= 4
    squared = ((pixels.astype(float) - compressed.pixels) ** 2).sum(axis=2)
    assert compressed.distortion == pytest.approx(squared.mean(), rel=1e-13)
    assert compressed.labels.shape == pixels.shape[:2]


def test_k_means_shows_each_pixel_in_the_nearest_center_s_color():
    pixels = noisy(np.random.default_rng(3))
    compressed = images.compress_kmeans(pixels, 5, rng=np.random.default_rng(0))
    centers = compressed.fit.centers
    nearest = ((pixels[:, :, None] - centers) ** 2).sum(axis=3).argmin(axis=2)
    np.testing.assert_array_equal(compressed.labels, nearest)
    np.testing.assert_array_equal(compressed.pixels, np.rint(centers)[nearest])


def test_em_shows_each_pixel_in_the_mean_of_its_most_probable_component():
    pixels = noisy(np.random.default_rng(4))
    compressed = images.compress_em(pixels, 3, rng=np.random.default_rng(0))
    mixture = compressed.fit.mixture
    posterior = mixture.responsibilities(pixels.reshape(-1, 3)).argmax(axis=1).reshape(pixels.shape[:2])
    np.testing.assert_array_equal(compressed.labels, posterior)
    np.testing.assert_array_equal(compressed.pixels, np.rint(mixture.means)[posterior])


@given(pixels=SMALL, k=st.integers(1, 5))
def test_any_image_can_be_compressed_even_of_one_color(pixels, k):
    one_color = np.broadcast_to(pixels[0, 0], pixels.shape)
    for compress in (images.compress_kmeans, images.compress_em):
        assert compress(pixels, k, rng=np.random.default_rng(0)).distortion >= 0
        np.testing.assert_array_equal(compress(one_color, k, rng=np.random.default_rng(0)).pixels, one_color)


def test_a_mixture_of_colors_has_no_variance_below_that_of_rounding():
    gray = np.full((4, 4, 3), 77, dtype=np.uint8)
    mixture = images.compress_em(gray, 2, rng=np.random.default_rng(0)).fit.mixture
    np.testing.assert_allclose(mixture.covariances[mixture.weights > 0], [np.eye(3) / 12], atol=1e-15)


def test_a_sampled_image_has_the_mixture_s_colors():
    mixture = Mixture(
        np.array([0.25, 0.75]),
        np.array([[50.0, 100.0, 150.0], [200.0, 20.0, 90.0]]),
        np.stack([4 * np.eye(3)] * 2),
    )
    pixels = images.sample_image(mixture, (300, 400), np.random.default_rng(0))
    assert pixels.shape == (300, 400, 3)
    first = pixels[:, :, 0] < 125
    # Six standard errors each: a false alarm in about one of 1e8 seeds.
    assert abs(first.mean() - 0.25) < 6 * np.sqrt(0.25 * 0.75 / 120_000)
    assert np.all(np.abs(pixels[first].mean(axis=0) - [50, 100, 150]) < 6 * 2.1 / np.sqrt(30_000))
    # Rounding adds 1/12 to each variance.
    assert np.all(np.abs(pixels[~first].var(axis=0) - (4 + 1 / 12)) < 6 * 4.1 * np.sqrt(2 / 90_000))


def test_samples_beyond_black_and_white_are_clipped_not_wrapped_around():
    mixture = Mixture(np.array([1.0]), np.array([[-40.0, 300.0, 127.4]]), 0.0001 * np.eye(3)[None])
    pixels = images.sample_image(mixture, (2, 2), np.random.default_rng(0))
    assert np.all(pixels == [0, 255, 127])


@pytest.mark.parametrize(("n_features", "shape"), [(2, (4, 4)), (3, (0, 4)), (3, (4, -1))], ids=str)
def test_refuses_to_sample_an_image_with(n_features, shape):
    mixture = Mixture(np.array([1.0]), np.zeros((1, n_features)), np.eye(n_features)[None])
    with pytest.raises(InputError, match="expected"):
        images.sample_image(mixture, shape, np.random.default_rng(0))


def test_the_correlation_of_neighbors_in_a_gray_image_is_pearson_s():
    gray = np.random.default_rng(5).integers(0, 256, size=(30, 40), dtype=np.uint8)
    gray = (gray // 2 + np.roll(gray // 2, 1, axis=1)).astype(np.uint8)
    found = images.neighbour_correlation(np.stack([gray] * 3, axis=-1))
    right = np.corrcoef(gray[:, :-1].ravel(), gray[:, 1:].ravel())[0, 1]
    below = np.corrcoef(gray[:-1].ravel(), gray[1:].ravel())[0, 1]
    assert found.horizontal == pytest.approx(right, rel=1e-12)
    assert found.vertical == pytest.approx(below, rel=1e-12)
    assert right > 0.4 > abs(below)


def test_a_checkerboard_has_correlation_minus_one_and_stripes_one_of_each_sign():
    rows, columns = np.mgrid[:8, :8]
    board = np.stack([((rows + columns) % 2 * 255).astype(np.uint8)] * 3, axis=-1)
    found = images.neighbour_correlation(board)
    assert (found.horizontal, found.vertical) == (pytest.approx(-1.0), pytest.approx(-1.0))
    stripes = np.stack([(rows % 2 * 200).astype(np.uint8)] * 3, axis=-1)
    found = images.neighbour_correlation(stripes)
    assert (found.horizontal, found.vertical) == (pytest.approx(1.0), pytest.approx(-1.0))


@given(pixels=SMALL)
def test_the_correlation_lies_between_minus_one_and_one_or_is_undefined(pixels):
    found = images.neighbour_correlation(pixels)
    for value in (found.horizontal, found.vertical):
        assert value is None or -1 - 1e-15 <= value <= 1 + 1e-15


def test_the_correlation_is_undefined_without_pairs_or_without_variation():
    one_pixel = np.zeros((1, 1, 3), dtype=np.uint8)
    constant = np.full((5, 5, 3), 9, dtype=np.uint8)
    for pixels in (one_pixel, constant):
        assert images.neighbour_correlation(pixels) == images.NeighbourCorrelation(None, None)


def test_the_flower_keeps_its_shapes_when_compressed_and_loses_them_when_sampled():
    flower = images.flower()
    assert flower.pixels.shape == (427, 640, 3)
    compressed = images.compress_em(flower.pixels, 3, rng=np.random.default_rng(0), tol=1e-3)
    sampled = images.sample_image(compressed.fit.mixture, (427, 640), np.random.default_rng(0))
    original = images.neighbour_correlation(flower.pixels)
    noise = images.neighbour_correlation(sampled)
    assert min(original.horizontal, original.vertical) > 0.95
    # 270,000 independent pairs have a correlation of at most 6 / sqrt(270,000), but in one of 1e8 seeds.
    assert max(abs(noise.horizontal), abs(noise.vertical)) < 6 / np.sqrt(270_000)
