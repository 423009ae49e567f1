"""Compiled k-means against the reference, at every instruction set this processor has."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from threadpoolctl import threadpool_limits

from algorithms import images, kmeans, native
from algorithms.native import library
from algorithms.native.labeling import labeling_of
from algorithms.native.lloyd import Lloyd

pytestmark = pytest.mark.skipif(not native.available(), reason="no compiled kernels")
LEVELS = library._possible_levels() if native.available() else []

# Lattice points with duplicates, constant columns and ties; tiny, huge and far-away ones.
VALUES = st.sampled_from([-2.0, -0.1, 0.0, 0.1, 0.3, 1.0, 7.0, 1e6, 1e6 + 0.1, 1e-200, -1e140, 1e12])


def data(width):
    return st.integers(1, 150).flatmap(lambda n: arrays(np.float64, (n, width), elements=VALUES))


def draw(rng, n, d):
    return 10 * rng.standard_normal((n // 50 + 1, d))[
        rng.integers(n // 50 + 1, size=n)
    ] + rng.standard_normal((n, d))


def by_reference(X, centers, weight, **options):
    with library.using("0"):
        return kmeans.fit_from(X, centers, sample_weight=weight, **options)


def assert_one_pass_agrees(X, centers, weight):
    """Labels, inertia and means for given centers, all to rounding."""
    result = labeling_of(X, weight)
    assignment = result.assign(centers)
    state = kmeans.start(X, weight, centers)
    np.testing.assert_array_equal(result.labels(), state.labels)
    # Sums of up to 1e4 terms, in pieces: 64 roundings a piece and as many for the pieces leave 1e-13.
    assert assignment.inertia == pytest.approx(state.inertia, rel=1e-13, abs=1e-300)
    counts = np.bincount(state.labels, weights=weight, minlength=len(centers))
    assert assignment.n_empty == np.count_nonzero(counts == 0)
    filled = counts > 0
    expected = kmeans.updated_centers(X, weight, state)
    # Offsets from the old center are what is rounded.
    scale = np.abs(X).max() + np.abs(centers).max()
    np.testing.assert_allclose(assignment.means[filled], expected[filled], rtol=0, atol=1e-14 * scale)
    np.testing.assert_array_equal(assignment.means[~filled], centers[~filled])


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("k", [1, 2, 7, 8, 9, 100])
@pytest.mark.parametrize("d", [1, 2, 3, 7, 8, 20])
def test_one_pass_agrees_on_clustered_data(level, k, d):
    rng = np.random.default_rng(k)
    X, weight = draw(rng, 3_000, d), rng.random(3_000) + 0.1
    with library.using(level):
        assert_one_pass_agrees(X, X[rng.choice(len(X), k, replace=False)], weight)


@given(X=st.integers(1, 9).flatmap(data) | data(3), k=st.integers(1, 20), seed=st.integers(0, 99))
def test_one_pass_agrees_on_any_points(X, k, seed):
    rng = np.random.default_rng(seed)
    centers = X[rng.integers(len(X), size=k)] + rng.integers(0, 2, (k, 1)) * rng.standard_normal(
        (k, X.shape[1])
    )
    weight = np.where(rng.random(len(X)) < 0.3, 0.0, rng.random(len(X)))
    weight[0] = 1
    assert_one_pass_agrees(X, centers, weight)


@pytest.mark.parametrize("level", LEVELS)
def test_whole_fits_agree(level):
    rng = np.random.default_rng(5)
    for d in (2, 3, 10):
        X = draw(rng, 2_000, d)
        weight = rng.integers(1, 9, len(X)).astype(float)
        centers = X[:20].copy()
        theirs = by_reference(X, centers, weight)
        with library.using(level):
            ours = kmeans.fit_from(X, centers, sample_weight=weight)
        assert (ours.n_iter, ours.converged) == (theirs.n_iter, True)
        np.testing.assert_array_equal(ours.labels, theirs.labels)
        np.testing.assert_allclose(ours.centers, theirs.centers, rtol=0, atol=1e-12)
        np.testing.assert_allclose(ours.trace, theirs.trace, rtol=1e-12)


def test_the_colors_of_a_photograph_are_clustered_as_by_the_reference():
    palette = images.palette(images.flower().pixels[:150])
    centers = palette.colors[:: len(palette.colors) // 16] + 0.01
    theirs = by_reference(palette.colors, centers, palette.counts, max_iter=20)
    ours = kmeans.fit_from(palette.colors, centers, sample_weight=palette.counts, max_iter=20)
    np.testing.assert_array_equal(ours.labels, theirs.labels)
    np.testing.assert_allclose(ours.trace, theirs.trace, rtol=1e-12)


@pytest.mark.parametrize("d", [3, 4])
def test_results_do_not_depend_on_the_number_of_threads(d):
    rng = np.random.default_rng(6)
    X = rng.random((20_000, d))
    fits = []
    for threads in (1, 2, 5):
        with threadpool_limits(threads, user_api="openmp"):
            fits.append(kmeans.fit_from(X, X[:100], max_iter=10))
    for fit in fits[1:]:
        np.testing.assert_array_equal(fit.centers, fits[0].centers)
        np.testing.assert_array_equal(fit.labels, fits[0].labels)
        assert fit.trace == fits[0].trace


@pytest.mark.parametrize("d", [3, 5])
def test_views_and_read_only_arrays_are_taken_as_they_are(d):
    rng = np.random.default_rng(7)
    X = rng.random((500, 2 * d))
    frozen = X[:, ::2].copy()
    frozen.flags.writeable = False
    one = kmeans.fit_from(X[:, ::2], frozen[:5])
    other = kmeans.fit_from(frozen, frozen[:5])
    np.testing.assert_array_equal(one.centers, other.centers)
    np.testing.assert_array_equal(X[:, ::2], frozen)


@pytest.mark.parametrize("d", [3, 9])
def test_empty_clusters_follow_the_policy_of_the_reference(d):
    rng = np.random.default_rng(8)
    X = np.repeat(rng.random((40, d)), 30, axis=0)
    centers = np.concatenate([X[:1], 100 + rng.random((15, d))])
    theirs = by_reference(X, centers, np.ones(len(X)))
    ours = kmeans.fit_from(X, centers)
    np.testing.assert_array_equal(ours.labels, theirs.labels)
    np.testing.assert_allclose(ours.centers, theirs.centers, rtol=0, atol=1e-13)


@given(seed=st.integers(0, 999), d=st.sampled_from([2, 3, 8]))
def test_labels_stay_right_however_the_centers_move(seed, d):
    """Bounds carried from pass to pass must hold for small moves, leaps, and moves back."""
    rng = np.random.default_rng(seed)
    X = draw(rng, 400, d)
    X[::7] = X[0]
    centers, result = X[rng.integers(len(X), size=9)].copy(), labeling_of(X, np.ones(len(X)))
    for size in (1e-6, 0.1, 0.0, 100.0, 1e-3, 1e8, 0.1, 1.0):
        result.assign(centers)
        np.testing.assert_array_equal(result.labels(), kmeans.assign(X, centers)[0])
        centers = X[rng.integers(len(X), size=9)] if size > 10 else centers
        centers = centers + size * rng.standard_normal(centers.shape) * (rng.random((9, 1)) < 0.5)


@pytest.mark.parametrize("level", LEVELS)
def test_groups_and_blocks_of_one_center_change_hands_like_single_samples(level):
    """Blocks, groups and bunches of which some have one center, then several, then one again."""
    rng = np.random.default_rng(9)
    X = np.concatenate([rng.random((9_000, 3)), 20 + rng.random((1_500, 3))])
    weight = np.where(rng.random(len(X)) < 0.2, 0.0, rng.random(len(X)))
    centers = rng.random((5, 3))
    with library.using(level):
        result, before = labeling_of(X, weight), np.full(len(X), -1)
        for move in (0.0, 0.0, 0.2, 1e-9, 20.0, -20.0, 0.0, 5.0, -5.0, 0.0):
            centers = centers + move * (rng.random((5, 3)) if move < 1 else 1.0)
            found, labels = result.assign(centers), kmeans.assign(X, centers)[0]
            assert found.repeated == np.array_equal(labels, before)
            before = labels
            np.testing.assert_array_equal(result.labels(), labels)
            state = kmeans.start(X, weight, centers)
            # As many roundings as in one pass above, of offsets up to 35 rather than 1.
            assert found.inertia == pytest.approx(state.inertia, rel=1e-13)
            used = np.bincount(labels, weights=weight, minlength=5) > 0
            expected = kmeans.updated_centers(X, weight, state)
            np.testing.assert_allclose(found.means[used], expected[used], rtol=0, atol=1e-12)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("n", [64, 200])
def test_it_is_told_whether_labels_repeat_be_they_those_of_a_block_or_of_samples(level, n):
    """On a diagonal the corners of a box are far from its samples: it may seem to have two centers."""
    rng = np.random.default_rng(10)
    X = rng.random((n, 1)) * np.ones(3)
    seen = set()
    with library.using(level):
        result, before = labeling_of(X, np.ones(n)), np.full(n, -1)
        for _ in range(300):
            offset = rng.standard_normal(3)
            centers = rng.random() * np.ones(3) + 0.3 * rng.standard_normal(3) + np.array([-offset, offset])
            found, labels = result.assign(centers), kmeans.assign(X, centers)[0]
            assert found.repeated == np.array_equal(labels, before)
            seen.add((found.repeated, len(set(labels)), len(set(before))))
            before = labels
    assert seen >= {(True, 1, 1), (False, 1, 1), (False, 1, 2), (False, 2, 1), (False, 2, 2)}


@pytest.mark.parametrize("level", LEVELS)
@given(seed=st.integers(0, 999), d=st.sampled_from([2, 8, 17]))
def test_means_and_inertia_carried_from_pass_to_pass_lose_no_digits(level, seed, d):
    """A weight of 1e12 passes through clusters and leaves others of weight 1 behind."""
    rng = np.random.default_rng(seed)
    X = 1e3 + rng.standard_normal((120, d))
    weight = np.where(rng.random(120) < 0.1, 1e12, 1.0)
    centers = X[rng.integers(120, size=6)].copy()
    with library.using(level):
        result = Lloyd(X, weight)
        for size in (0.0, 0.3, 0.0, 1.0, 0.0, 3.0, 0.0, 0.1, 0.0, 0.0):
            centers = centers + size * rng.standard_normal(centers.shape)
            found = result.assign(centers)
            labels, squares = kmeans.assign(X, centers)
            np.testing.assert_array_equal(result.labels(), labels)
            # Eight times the roundings of the offsets, which are taken from points about 10 away.
            assert found.inertia == pytest.approx(float(weight @ squares), rel=1e-11)
            expected = kmeans.updated_centers(X, weight, kmeans.LloydState(centers, labels, 0.0))
            used = np.bincount(labels, minlength=6) > 0
            assert found.n_empty == 6 - used.sum()
            np.testing.assert_allclose(found.means[used], expected[used], rtol=0, atol=1e-11)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("scale", [1e-140, 1e-8, 1.0, 1e8, 1e139])
@pytest.mark.parametrize("shift", [0.0, 1e9])
def test_a_guess_in_single_precision_decides_nothing_that_is_close(level, scale, shift):
    """Samples next to the plane between two centers, by 1e-3 to 1e-16 of its size, and on it."""
    rng = np.random.default_rng(0)
    d = 5
    centers = (rng.standard_normal((3, d)) + shift) * scale
    middle = 0.5 * centers[0] + 0.5 * centers[1]
    along = rng.standard_normal((400, d))
    difference = (centers[1] - centers[0]) / scale
    along -= np.outer(along @ difference, difference) / (difference @ difference)
    steps = np.concatenate([np.geomspace(1e-16, 1e-3, 200), -np.geomspace(1e-16, 1e-3, 199), [0.0]])
    X = middle + scale * (0.5 * along + steps[:, None] * difference)
    with library.using(level):
        result = Lloyd(X, np.ones(len(X)))
        result.assign(centers)
        np.testing.assert_array_equal(result.labels(), kmeans.assign(X, centers)[0])


@pytest.mark.parametrize("level", LEVELS)
def test_bounds_in_single_precision_keep_no_label_that_has_become_wrong(level):
    """Two centers move as far as some samples are from the plane between them, or a little farther."""
    X = np.concatenate([side * np.linspace(1e-7, 5e-5, 1_000) for side in (-1, 1)])[:, None]
    with library.using(level):
        result = Lloyd(X, np.ones(len(X)))
        for step in (0.0, 1e-5, 0.0, -2e-5, 0.0, 4e-5, 3e-5, -3e-5):
            centers = np.array([[step - 1.0], [step + 1.0]])
            result.assign(centers)
            np.testing.assert_array_equal(result.labels(), kmeans.assign(X, centers)[0])


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("d", [2, 16])
def test_most_samples_searched_and_few_give_the_same_labels_and_means(level, d):
    """Centers that leap put most samples in doubt, those that creep a few; one way follows upon the other."""
    rng = np.random.default_rng(2)
    X, weight = rng.random((7_000, d)), rng.random(7_000)
    centers = X[:20].copy()
    with library.using(level):
        result = Lloyd(X, weight)
        for step in (0.3, 1e-3, 1e-4, 0.1, 1e-3, 3e-3, 0.01, 1e-4):
            centers = centers + step * rng.standard_normal(centers.shape)
            found, (labels, squares) = result.assign(centers), kmeans.assign(X, centers)
            np.testing.assert_array_equal(result.labels(), labels)
            assert found.inertia == pytest.approx(float(weight @ squares), rel=1e-12)
            expected = kmeans.updated_centers(X, weight, kmeans.LloydState(centers, labels, 0.0))
            used = np.bincount(labels, minlength=20) > 0
            np.testing.assert_allclose(found.means[used], expected[used], rtol=0, atol=1e-12)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("size", [1e-10, 3e-22, 1e-41, 1e10, 1e60])
def test_centers_may_shrink_or_grow_beyond_single_precision(level, size):
    rng = np.random.default_rng(3)
    X = rng.standard_normal((600, 2))
    X[::2] *= size
    first, then = rng.standard_normal((2, 5, 2))
    with library.using(level):
        result = Lloyd(X, np.ones(len(X)))
        for centers in (first, size * then, first, size * first + then):
            result.assign(centers)
            np.testing.assert_array_equal(result.labels(), kmeans.assign(X, centers)[0])


@pytest.mark.parametrize("level", LEVELS)
def test_distances_below_the_least_single_precision_numbers_decide_nothing(level):
    """Samples and two of three centers on a lattice of 1e-43, with many ties; the third one is at 1."""
    X = 1e-43 * np.arange(-300, 300)[:, None]
    with library.using(level):
        result = Lloyd(X, np.ones(len(X)))
        for step in np.random.default_rng(4).integers(-40, 40, 100):
            centers = np.array([[1.0], [1e-43 * (100 + step)], [1e-43 * (step - 100)]])
            result.assign(centers)
            np.testing.assert_array_equal(result.labels(), kmeans.assign(X, centers)[0])
