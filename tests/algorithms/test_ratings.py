"""Ratings as a list: filter, split and means against naive loops."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from algorithms import ratings as rt
from algorithms.errors import InputError


@st.composite
def some_ratings(draw):
    """A few users and items with gaps, many ratings of 0, and single-rating users."""
    pairs = draw(
        st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=30, unique=True)
    )
    values = draw(st.lists(st.sampled_from([0.0, 1.0, 5.0]), min_size=len(pairs), max_size=len(pairs)))
    users, items = np.array(pairs).T
    return rt.from_triplets(users, items, np.array(values))


def named(ratings):
    """The entries by their original names, in order."""
    return list(
        zip(
            ratings.user_ids[ratings.users].tolist(),
            ratings.item_ids[ratings.items].tolist(),
            ratings.values.tolist(),
            strict=True,
        )
    )


def naive_filter(entries, min_entries):
    while True:
        users, items = [user for user, _, _ in entries], [item for _, item, _ in entries]
        kept = [e for e in entries if users.count(e[0]) > min_entries and items.count(e[1]) > min_entries]
        if len(kept) == len(entries):
            return kept
        entries = kept


@given(ratings=some_ratings(), min_entries=st.integers(0, 3))
def test_the_cold_start_filter_is_a_naive_loop_run_until_nothing_changes(ratings, min_entries):
    expected = naive_filter(named(ratings), min_entries)
    if not expected:
        with pytest.raises(InputError, match="lower the cold-start threshold"):
            rt.cold_start_filter(ratings, min_entries)
        return
    filtered = rt.cold_start_filter(ratings, min_entries)
    assert named(filtered) == expected
    assert np.bincount(filtered.users).min() > min_entries
    assert np.bincount(filtered.items).min() > min_entries
    assert (filtered.n_users, filtered.n_items) == (filtered.users.max() + 1, filtered.items.max() + 1)


def test_a_rating_of_zero_keeps_its_user_warm():
    ratings = rt.from_triplets(np.array([7, 7]), np.array([1, 2]), np.array([0.0, 0.0]))
    assert len(rt.cold_start_filter(ratings, 0)) == 2


@given(ratings=some_ratings(), seed=st.integers(0, 99))
def test_a_split_deals_out_every_rating_once(ratings, seed):
    n = len(ratings)
    parts = rt.split(ratings, n // 4, n // 3, np.random.default_rng(seed))
    assert (len(parts.validation), len(parts.test)) == (n // 4, n // 3)
    dealt = named(parts.train) + named(parts.validation) + named(parts.test)
    assert sorted(dealt) == sorted(named(ratings))


def test_every_rating_is_as_likely_to_be_held_out():
    ratings = rt.from_triplets(np.arange(10), np.arange(10), np.arange(10.0))
    rng = np.random.default_rng(0)
    held_out = sum(np.isin(np.arange(10), rt.split(ratings, 2, 1, rng).validation.users) for _ in range(4000))
    # Six standard errors of a frequency of 1/5: a false alarm in about one of 1e7 seeds.
    assert np.all(np.abs(held_out / 4000 - 0.2) < 6 * np.sqrt(0.16 / 4000))


def test_a_split_needs_at_least_one_rating_for_training():
    ratings = rt.from_triplets(np.arange(5), np.arange(5), np.ones(5))
    assert len(rt.split(ratings, 2, 2, np.random.default_rng(0)).train) == 1
    with pytest.raises(InputError, match=r"expected more than 5 ratings .* got 5; bring more"):
        rt.split(ratings, 3, 2, np.random.default_rng(0))
    with pytest.raises(InputError, match="0 or more"):
        rt.split(ratings, -1, 2, np.random.default_rng(0))


@given(ratings=some_ratings())
def test_means_run_over_observed_ratings_zeros_included(ratings):
    for ids, means in ((ratings.users, rt.user_means(ratings)), (ratings.items, rt.item_means(ratings))):
        for number, mean in enumerate(means):
            assert mean == pytest.approx(np.mean(ratings.values[ids == number]), rel=1e-15)


def test_a_user_without_ratings_has_the_mean_of_all():
    ratings = rt.from_triplets(np.array([0, 0, 1]), np.array([0, 1, 0]), np.array([5.0, 1.0, 0.0]))
    without = ratings.subset(ratings.users == 0)
    np.testing.assert_array_equal(rt.user_means(without), [3.0, 3.0])
    np.testing.assert_array_equal(rt.item_means(ratings.subset(ratings.items == 1)), [1.0, 1.0])


@given(ratings=some_ratings(), seed=st.integers(0, 99))
def test_removing_user_means_uses_the_training_part_alone(ratings, seed):
    n = len(ratings)
    parts = rt.split(ratings, n // 4, n // 4, np.random.default_rng(seed))
    centered = rt.remove_user_means(parts)
    for user in set(parts.train.users):
        own = centered.train.users == user
        assert abs(centered.train.values[own].sum()) < 1e-13  # thirty ratings of size 5
    for before, after in ((parts.validation, centered.validation), (parts.test, centered.test)):
        restored = after.values + centered.user_means[after.users]
        np.testing.assert_allclose(restored, before.values, atol=1e-14)
    altered = rt.Split(parts.train, parts.validation, parts.test.with_values(parts.test.values + 100))
    np.testing.assert_array_equal(rt.remove_user_means(altered).user_means, centered.user_means)


def test_removing_the_global_mean_uses_the_training_part_alone():
    parts = rt.split(rt.bundled(), 100, 100, np.random.default_rng(0))
    centered = rt.remove_global_mean(parts)
    mean = parts.train.values.mean()
    assert abs(centered.train.values.mean()) < 1e-12
    np.testing.assert_array_equal(centered.test.values, parts.test.values - mean)
    np.testing.assert_array_equal(centered.user_means, np.full(parts.train.n_users, mean))
    nothing = parts.train.subset(np.arange(0))
    with pytest.raises(InputError, match="mean of, got none"):
        rt.remove_global_mean(rt.Split(nothing, nothing, nothing))


def test_a_user_whose_ratings_are_all_equal_keeps_them_as_observed_zeros():
    ratings = rt.from_triplets(np.array([0, 0, 1]), np.array([0, 1, 0]), np.array([4.0, 4.0, 1.0]))
    train = rt.remove_user_means(rt.Split(ratings, ratings, ratings)).train
    np.testing.assert_array_equal(train.values, [0.0, 0.0, 0.0])
    assert len(train) == 3


def test_a_pair_rated_twice_is_named():
    with pytest.raises(InputError, match="several for user ann and restaurant inn"):
        rt.from_triplets(np.array(["ann", "bob", "ann"]), np.array(["inn", "inn", "inn"]), np.ones(3))


def test_the_bundled_ratings_are_whole():
    ratings = rt.bundled()
    assert (len(ratings), ratings.n_users, ratings.n_items) == (1161, 138, 130)
    np.testing.assert_array_equal(np.unique(ratings.values, return_counts=True), [[0, 1, 2], [254, 421, 486]])
    assert named(ratings)[0] == ("U1077", "135038", 2.0)


def test_names_may_be_python_objects_as_tables_hold_them():
    users, items = np.array(["bob", "ann"], dtype=object), np.array([3, 4])
    ratings = rt.from_triplets(users, items, np.array([1, 2]))
    assert ratings.user_ids[ratings.users].tolist() == ["bob", "ann"]
