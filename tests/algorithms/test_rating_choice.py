"""Cross-validation, and the choice of k and lambda, on ratings whose structure is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from movielens_like import movielens_like

from algorithms import biased_als, cross_validation, rating_selection
from algorithms.errors import InputError
from algorithms.rating_model import Penalty, RatingModel, rmse
from algorithms.ratings import bundled, load


class Constant:
    """Predicts the mean it was given."""

    def __init__(self, value):
        self.value = value

    def predict(self, ratings):
        return np.full(len(ratings), self.value)


@given(n_folds=st.integers(2, 7), seed=st.integers(0, 99))
@settings(max_examples=20)
def test_folds_hold_every_rating_once_and_are_of_equal_size(n_folds, seed):
    ratings = bundled().subset(np.arange(50))
    pairs = list(cross_validation.folds(ratings, n_folds, np.random.default_rng(seed)))
    sizes = [len(test) for _, test in pairs]
    assert max(sizes) - min(sizes) <= 1
    keys = np.concatenate([test.users * ratings.n_items + test.items for _, test in pairs])
    assert sorted(keys) == sorted(ratings.users * ratings.n_items + ratings.items)
    for train, test in pairs:
        assert len(train) + len(test) == 50
        assert not set(train.users * 1000 + train.items) & set(test.users * 1000 + test.items)


def test_cross_validation_of_the_mean_is_what_it_says():
    ratings, seen = bundled(), []
    result = cross_validation.cross_validate(
        ratings,
        lambda train: Constant(train.values.mean()),
        rng=np.random.default_rng(0),
        on_iteration=lambda done, of: seen.append((done, of)),
    )
    pairs = list(cross_validation.folds(ratings, 5, np.random.default_rng(0)))
    expected = [np.sqrt(np.mean((test.values - train.values.mean()) ** 2)) for train, test in pairs]
    np.testing.assert_allclose(result.errors, expected, rtol=1e-14)
    assert result.mean == pytest.approx(np.mean(expected))
    assert result.spread == pytest.approx(np.std(expected, ddof=1))
    assert seen == [(fold, 5) for fold in (1, 2, 3, 4, 5)]


@pytest.mark.parametrize("n_folds", [1, 0, 1162])
def test_refuses_a_number_of_folds_that_cannot_be(n_folds):
    with pytest.raises(InputError, match="2 folds to one for each of the 1161 ratings"):
        cross_validation.folds(bundled(), n_folds, np.random.default_rng(0))


def test_the_recommended_fit_beats_the_mean_and_comes_near_the_noise_on_ratings_like_movielens():
    ratings = movielens_like(np.random.default_rng(0), 300, 400, 12_000)
    rng = np.random.default_rng(1)
    found = cross_validation.cross_validate(
        ratings, lambda train: cross_validation.recommended(train, rng), rng=rng, n_folds=3
    )
    flat = cross_validation.cross_validate(
        ratings, lambda train: Constant(train.values.mean()), rng=rng, n_folds=3
    )
    # Noise of 0.85 and rounding of 1/12 leave 0.90 to whoever knows everything else; clipping takes some off.
    assert found.mean < 0.97
    assert found.mean < 0.9 * flat.mean


@pytest.mark.full
def test_the_recommended_fit_on_as_many_ratings_as_movielens_has(tmp_path):
    ratings = movielens_like(np.random.default_rng(0))
    rows = zip(ratings.user_ids[ratings.users], ratings.item_ids[ratings.items], ratings.values, strict=True)
    path = tmp_path / "u.data"
    path.write_text("".join(f"{user}\t{item}\t{int(value)}\t881250949\n" for user, item, value in rows))
    loaded = load(path)
    assert len(loaded) == 100_000
    rng = np.random.default_rng(1)
    found = cross_validation.cross_validate(
        loaded, lambda train: cross_validation.recommended(train, rng), rng=rng
    )
    assert found.mean <= 0.93


def test_selection_is_a_table_of_every_pair_and_the_best_of_them():
    ratings = movielens_like(np.random.default_rng(2), 60, 50, 1_000)
    train, validation = ratings.subset(np.arange(200, 1000)), ratings.subset(np.arange(200))
    seen = []

    def fit(k, regularization) -> RatingModel:
        penalty = Penalty(regularization, by_count=True)
        return biased_als.fit(
            train, None, n_factors=k, penalty=penalty, rng=np.random.default_rng(0), max_steps=5
        ).model

    table = rating_selection.select(
        train, validation, fit, [1, 3], [0.01, 0.1, 100.0], on_iteration=lambda *step: seen.append(step)
    )
    assert [(row.n_factors, row.regularization) for row in table.candidates] == [
        (k, strength) for k in (1, 3) for strength in (0.01, 0.1, 100.0)
    ]
    assert seen == [(done, 6) for done in range(1, 7)]
    errors = table.validation_errors()
    assert errors.shape == (2, 3)
    assert errors[1, 1] == rmse(fit(3, 0.1), validation)
    assert table.best.validation_error == errors.min()
    # Far too little penalty fits the training ratings best, far too much fits nothing.
    assert table.candidates[3].train_error == min(row.train_error for row in table.candidates)
    assert table.best.regularization == 0.1


def test_a_model_that_predicts_nan_is_never_the_best():
    everything = bundled()
    with pytest.raises(InputError, match="finite predictions"):
        rating_selection.select(
            everything, everything, lambda k, strength: Constant(strength), [1], [np.nan, 1.0]
        )


def test_selection_from_nothing_is_refused():
    with pytest.raises(InputError, match="got 0 and 1"):
        rating_selection.select(bundled(), bundled(), lambda k, strength: Constant(0.0), [], [1.0])
