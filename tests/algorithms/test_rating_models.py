"""Biases and factors, by alternating regressions and by gradients, against naive loops and each other."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rating_examples import penalties, random_ratings, some_model

from algorithms import biased_als, gradient_descent, stochastic_descent
from algorithms import matrix_factorization as mf
from algorithms.errors import InputError
from algorithms.matrix_factorization import Factors
from algorithms.rating_model import Penalty, RatingModel, model_of_factors, objective, random_model, rmse
from algorithms.ratings import Ratings, remove_global_mean, remove_user_means, split

FITS = {
    "alternating regressions": biased_als.fit,
    "gradient descent": gradient_descent.fit,
    "stochastic gradient descent": stochastic_descent.fit,
}
every_fit = pytest.mark.parametrize("fit", FITS.values(), ids=FITS)


def naive_objective(ratings, model, penalty):
    """Entry by entry: with a penalty by count, every entry pays for its own user and item."""
    total = 0.0
    lam, Q, P = penalty.regularization, model.factors.user_factors, model.factors.item_factors
    sizes = [q @ q + b**2 for q, b in zip(Q, model.user_biases, strict=True)]
    item_sizes = [p @ p + c**2 for p, c in zip(P, model.item_biases, strict=True)]
    for i, x, value in zip(ratings.users, ratings.items, ratings.values, strict=True):
        total += (value - model.mean - model.user_biases[i] - model.item_biases[x] - Q[i] @ P[x]) ** 2
        if penalty.by_count:
            total += lam * (sizes[i] + item_sizes[x])
    return total if penalty.by_count else total + lam * (sum(sizes) + sum(item_sizes))


# The model


@given(seed=st.integers(0, 999), penalty=penalties)
def test_the_objective_is_the_naive_one(seed, penalty):
    ratings = random_ratings(seed)
    model = some_model(ratings, seed)
    assert objective(ratings, model, penalty) == pytest.approx(
        naive_objective(ratings, model, penalty), rel=1e-12
    )


def test_predictions_stay_within_the_ratings_seen_and_estimates_do_not():
    ratings = random_ratings(0)
    model = some_model(ratings, 0)
    estimates = model.estimate(ratings)
    assert estimates.max() > 5
    np.testing.assert_array_equal(model.predict(ratings), np.clip(estimates, 1, 5))


@given(seed=st.integers(0, 999), n=st.integers(1, 9))
def test_recommendations_are_the_best_unseen_items_in_order(seed, n):
    ratings = random_ratings(seed)
    model = some_model(ratings, seed)
    user = seed % ratings.n_users
    rated = set(ratings.items[ratings.users == user].tolist())
    everything = Ratings(np.full(7, user), np.arange(7), np.zeros(7), ratings.user_ids, ratings.item_ids)
    scores = model.estimate(everything)
    expected = sorted(set(range(7)) - rated, key=lambda item: -scores[item])[:n]
    best = model.recommend(user, n, ratings)
    assert best.items.tolist() == expected
    np.testing.assert_allclose(best.predictions, scores[expected], rtol=1e-12)


@pytest.mark.parametrize("remove", [remove_user_means, remove_global_mean])
def test_factors_of_centered_ratings_predict_and_recommend_ratings(remove):
    parts = split(random_ratings(3), 5, 5, np.random.default_rng(0))
    centered = remove(parts)
    fit = mf.fit(
        centered.train,
        centered.validation,
        n_factors=2,
        regularization=0.5,
        rng=np.random.default_rng(1),
        max_steps=3,
    )
    model = model_of_factors(fit.factors, centered.train, centered.user_means)
    by_hand = centered.user_means[parts.test.users] + fit.factors.predict(parts.test)
    seen = parts.train.values
    np.testing.assert_allclose(
        model.predict(parts.test), np.clip(by_hand, seen.min(), seen.max()), rtol=1e-12
    )
    best = model.recommend(0, 1, parts.train)
    unseen = np.setdiff1d(np.arange(7), parts.train.items[parts.train.users == 0])
    scores = centered.user_means[0] + fit.item_factors[unseen] @ fit.user_factors[0]
    assert best.items.tolist() == [unseen[scores.argmax()]]
    assert best.predictions[0] == pytest.approx(scores.max(), rel=1e-12)


def test_equal_recommendations_go_by_number():
    ratings = random_ratings(0)
    flat = RatingModel(3.0, np.zeros(9), np.zeros(7), Factors(np.zeros((9, 1)), np.zeros((7, 1))), 1.0, 5.0)
    unseen = np.setdiff1d(np.arange(7), ratings.items[ratings.users == 4])
    np.testing.assert_array_equal(flat.recommend(4, 3, ratings).items, unseen[:3])


@pytest.mark.parametrize("user", [-1, 9])
def test_recommending_to_an_unknown_user_is_refused(user):
    ratings = random_ratings(0)
    with pytest.raises(InputError, match="user number from 0 to 8"):
        some_model(ratings, 0).recommend(user, 1, ratings)


# Alternating regressions


@given(seed=st.integers(0, 999), penalty=penalties)
def test_a_half_step_is_the_minimum_over_a_user_s_bias_and_factors(seed, penalty):
    ratings = random_ratings(seed)
    model = some_model(ratings, seed)
    centered = ratings.values - model.mean
    groups = biased_als.group_rows(ratings.users, ratings.items, centered)
    extended = np.column_stack([np.ones(ratings.n_items), model.factors.item_factors])
    users = biased_als.half_step(groups, model.item_biases, extended, 9, penalty)
    for user in range(9):
        own = ratings.users == user
        F = np.column_stack([np.ones(own.sum()), model.factors.item_factors[ratings.items[own]]])
        target = centered[own] - model.item_biases[ratings.items[own]]
        strength = penalty.regularization * (own.sum() if penalty.by_count else 1)
        expected = (
            np.linalg.solve(F.T @ F + max(strength, 1e-300) * np.eye(3), F.T @ target) if own.any() else 0
        )
        # Condition numbers up to 1e3 at lambda 0.01.
        np.testing.assert_allclose(users[user], expected, atol=1e-10)


@given(seed=st.integers(0, 999), penalty=penalties)
@settings(max_examples=15)  # each one fits
def test_alternating_regressions_never_raise_the_objective(seed, penalty):
    ratings = random_ratings(seed)
    fit = biased_als.fit(
        ratings, None, n_factors=2, penalty=penalty, rng=np.random.default_rng(seed), max_steps=5
    )
    assert np.diff(fit.train_trace).max() <= 1e-12 * fit.train_trace[0]
    assert fit.train_trace[-1] < fit.train_trace[0]


# All three


@every_fit
def test_finds_structure_that_biases_alone_miss(fit):
    rng = np.random.default_rng(4)
    exact = 3 + np.outer(rng.choice([-1, 1], 60), rng.choice([-1, 1], 50)) * rng.uniform(0.5, 1.5, (60, 50))
    users, items = np.nonzero(rng.random((60, 50)) < 0.4)
    ratings = Ratings(users, items, exact[users, items], np.arange(60), np.arange(50))
    held_out = rng.random(len(ratings)) < 0.2
    train, test = ratings.subset(~held_out), ratings.subset(held_out)
    fitted = fit(train, None, n_factors=2, penalty=Penalty(0.02, True), rng=np.random.default_rng(0))
    flat = RatingModel(
        train.values.mean(),
        np.zeros(60),
        np.zeros(50),
        Factors(np.zeros((60, 1)), np.zeros((50, 1))),
        1.0,
        5.0,
    )
    assert rmse(fitted, test) < 0.6 * rmse(flat, test)


@every_fit
def test_keeps_the_model_with_the_smallest_validation_error(fit):
    ratings = random_ratings(5, 25, 20)
    train, validation = ratings.subset(np.arange(60, len(ratings))), ratings.subset(np.arange(60))
    fitted = fit(
        train,
        validation,
        n_factors=6,
        penalty=Penalty(0.001),
        rng=np.random.default_rng(1),
        max_steps=100,
        patience=5,
    )
    assert fitted.converged
    assert fitted.n_iter == fitted.best_iteration + 5
    assert fitted.validation_trace.index(min(fitted.validation_trace)) == fitted.best_iteration
    assert rmse(fitted.model, validation) == min(fitted.validation_trace)
    assert objective(train, fitted.model, Penalty(0.001)) == fitted.train_trace[fitted.best_iteration]


@every_fit
def test_takes_every_step_without_validation_ratings_and_reports_each(fit):
    ratings, seen = random_ratings(6), []
    fitted = fit(
        ratings,
        None,
        n_factors=2,
        penalty=Penalty(0.1),
        rng=np.random.default_rng(0),
        max_steps=4,
        on_iteration=lambda done, of: seen.append((done, of)),
    )
    assert (fitted.best_iteration, fitted.n_iter, fitted.converged) == (4, 4, False)
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert objective(ratings, fitted.model, Penalty(0.1)) == fitted.train_trace[-1]


@every_fit
def test_repeats_itself_bit_by_bit_and_leaves_its_input_alone(fit):
    ratings = random_ratings(7)
    for part in (ratings.users, ratings.items, ratings.values):
        part.flags.writeable = False
    one, other = (
        fit(ratings, ratings, n_factors=2, penalty=Penalty(0.1), rng=np.random.default_rng(3), max_steps=5)
        for _ in range(2)
    )
    np.testing.assert_array_equal(one.model.factors.user_factors, other.model.factors.user_factors)
    np.testing.assert_array_equal(one.model.item_biases, other.model.item_biases)


@every_fit
@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"n_factors": 0}, "n_factors to be 1 or more"),
        ({"max_steps": 0}, "max_steps to be 1 or more"),
        ({"patience": 0}, "patience to be 1 or more"),
    ],
    ids=["no factors", "no steps", "no patience"],
)
def test_refuses(fit, wrong, message):
    ratings = random_ratings(8)
    right = {"n_factors": 1, "penalty": Penalty(0.1), "rng": np.random.default_rng(0)}
    with pytest.raises(InputError, match=message):
        fit(ratings, None, **(right | wrong))
    with pytest.raises(InputError, match="expected ratings to compare with"):
        fit(ratings, ratings.subset(np.arange(0)), **right)


def test_refuses_what_only_one_of_them_has():
    ratings, common = random_ratings(8), {"n_factors": 1, "rng": np.random.default_rng(0)}
    with pytest.raises(InputError, match="regularization above 0"):
        biased_als.fit(ratings, None, penalty=Penalty(0.0), **common)
    for wrong in ({"learning_rate": 0.0}, {"learning_rate": np.nan}, {"decay": 1.5}):
        with pytest.raises(InputError, match="learning_rate and decay"):
            stochastic_descent.fit(ratings, None, penalty=Penalty(0.1), **common, **wrong)
    for regularization in (-1.0, np.nan, np.inf):
        with pytest.raises(InputError, match="finite regularization"):
            Penalty(regularization)
    with pytest.raises(InputError, match="expected training ratings"):
        random_model(ratings.subset(np.arange(0)), 1, np.random.default_rng(0))


@pytest.mark.parametrize("at_once", [1, 3, 100])
def test_a_table_loses_its_first_column_in_place_however_its_rows_are_cut(monkeypatch, at_once):
    monkeypatch.setattr(biased_als, "ROWS_AT_ONCE", at_once)
    table = np.random.default_rng(0).random((10, 4))
    expected = table[:, 1:].copy()
    packed = biased_als._without_first_column(table)
    np.testing.assert_array_equal(packed, expected)
    assert packed.flags.c_contiguous
    assert np.shares_memory(packed, table)
