"""Gradient descent on ratings, full and stochastic, against difference quotients and naive loops."""

from copy import deepcopy

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rating_examples import penalties, random_ratings, some_model
from scipy.optimize import minimize_scalar

from algorithms import biased_als, gradient_descent, stochastic_descent
from algorithms.errors import InputError
from algorithms.rating_model import Penalty, objective


@given(seed=st.integers(0, 999), penalty=penalties)
def test_the_descent_direction_is_half_the_negative_gradient(seed, penalty):
    ratings = random_ratings(seed)
    model, step = some_model(ratings, seed), some_model(ratings, seed + 1)
    downhill = gradient_descent.descent(ratings, model, penalty, with_biases=True)
    direction = gradient_descent.Direction(
        step.user_biases, step.item_biases, step.factors.user_factors, step.factors.item_factors
    )
    slope = sum(
        float(np.sum(getattr(downhill, part) * getattr(direction, part)))
        for part in ("user_biases", "item_biases", "user_factors", "item_factors")
    )
    h = 1e-5
    ahead, behind = (
        objective(ratings, gradient_descent.moved(model, deepcopy(direction), t), penalty) for t in (h, -h)
    )
    # Central differences of a quartic of size 1e3: error h^2 times its third derivative, and 1e-13 / h.
    assert (ahead - behind) / (2 * h) == pytest.approx(-2 * slope, rel=1e-6, abs=1e-5)


@given(seed=st.integers(0, 999), penalty=penalties)
def test_the_line_search_finds_what_a_general_one_finds_or_better(seed, penalty):
    ratings = random_ratings(seed)
    model = some_model(ratings, seed)
    downhill = gradient_descent.descent(ratings, model, penalty, with_biases=True)

    def along(t):
        return objective(ratings, gradient_descent.moved(model, deepcopy(downhill), t), penalty)

    exact = gradient_descent.line_minimum(ratings, model, downhill, penalty)
    assert along(exact) <= minimize_scalar(along, bracket=(0.0, 0.01)).fun * (1 + 1e-12)
    assert along(exact) < along(0.0)


@given(seed=st.integers(0, 99), penalty=penalties, with_biases=st.booleans())
@settings(max_examples=15)  # each one fits
def test_gradient_descent_never_raises_the_objective(seed, penalty, with_biases):
    ratings = random_ratings(seed)
    fit = gradient_descent.fit(
        ratings,
        None,
        n_factors=2,
        penalty=penalty,
        rng=np.random.default_rng(seed),
        with_biases=with_biases,
        max_steps=8,
    )
    assert np.diff(fit.train_trace).max() <= 1e-12 * fit.train_trace[0]
    assert fit.model.user_biases.any() == fit.model.item_biases.any() == with_biases


def test_gradient_descent_reaches_the_objective_of_alternating_regressions():
    ratings = random_ratings(3)
    by_gradient, by_regression = (
        fit(
            ratings,
            None,
            n_factors=1,
            penalty=Penalty(4.0),
            rng=np.random.default_rng(0),
            max_steps=150,
        )
        for fit in (gradient_descent.fit, biased_als.fit)
    )
    # With so much penalty no factors pay, what is left is convex, and both reach its only minimum.
    assert by_gradient.train_trace[-1] == pytest.approx(by_regression.train_trace[-1], rel=1e-9)


def naive_pass(ratings, model, penalty, order, rate, with_biases):
    Q, P = model.factors.user_factors.copy(), model.factors.item_factors.copy()
    b, c = model.user_biases.copy(), model.item_biases.copy()
    for entry in order:
        i, x = ratings.users[entry], ratings.items[entry]
        shares = [
            penalty.regularization / (1 if penalty.by_count else np.count_nonzero(side == row))
            for side, row in ((ratings.users, i), (ratings.items, x))
        ]
        q, p = Q[i].copy(), P[x].copy()
        e = ratings.values[entry] - (model.mean + (b[i] + c[x]) + np.sum(q * p))
        if with_biases:
            b[i] += rate * (e - shares[0] * b[i])
            c[x] += rate * (e - shares[1] * c[x])
        Q[i] += rate * (e * p - shares[0] * q)
        P[x] += rate * (e * q - shares[1] * p)
    return Q, P, b, c


@given(
    seed=st.integers(0, 999),
    penalty=penalties,
    with_biases=st.booleans(),
    at_once=st.sampled_from([1, 7, stochastic_descent.ENTRIES_AT_ONCE]),
)
def test_a_pass_in_rounds_is_the_loop_over_single_ratings(seed, penalty, with_biases, at_once):
    ratings = random_ratings(seed)
    model = some_model(ratings, seed)
    order = np.random.default_rng(seed).permutation(len(ratings))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stochastic_descent, "ENTRIES_AT_ONCE", at_once)
        passed = stochastic_descent.one_pass(ratings, model, penalty, order, 0.03, with_biases)
    expected = naive_pass(ratings, model, penalty, order, 0.03, with_biases)
    found = passed.factors.user_factors, passed.factors.item_factors, passed.user_biases, passed.item_biases
    for one, other in zip(found, expected, strict=True):
        # Dot products are summed in the same order, up to how a vector unit pairs two terms.
        np.testing.assert_allclose(one, other, rtol=1e-13, atol=1e-14)


@given(seed=st.integers(0, 999))
def test_rounds_hold_every_entry_once_without_clashes_and_in_order(seed):
    ratings = random_ratings(seed)
    rounds = stochastic_descent.rounds(ratings.users, ratings.items)
    assert sorted(np.concatenate(rounds).tolist()) == list(range(len(ratings)))
    when = np.empty(len(ratings), dtype=int)
    for number, entries in enumerate(rounds):
        assert len(set(ratings.users[entries])) == len(set(ratings.items[entries])) == len(entries)
        when[entries] = number
    for side in (ratings.users, ratings.items):
        for row in set(side):
            assert np.all(np.diff(when[side == row]) > 0)


@pytest.mark.parametrize("sign", [1, -1])
def test_ratings_whose_powers_overflow_are_named(sign):
    ratings, options = random_ratings(3), {"n_factors": 2, "penalty": Penalty(0.1), "max_steps": 3}
    large = ratings.with_values(sign * 1e39 * ratings.values)
    fitted = gradient_descent.fit(large, None, rng=np.random.default_rng(0), **options)
    assert np.isfinite(fitted.train_trace).all()
    with pytest.raises(InputError, match="ratings of size up to 1e\\+40, got 5e\\+99"):
        gradient_descent.fit(
            ratings.with_values(sign * 1e99 * ratings.values), None, rng=np.random.default_rng(0), **options
        )


def test_a_learning_rate_that_overflows_is_named():
    ratings = random_ratings(1)
    loud = ratings.with_values(1e5 * ratings.values)
    with pytest.raises(InputError, match="overflow at rate"):
        stochastic_descent.fit(
            loud, None, n_factors=2, penalty=Penalty(0.1), rng=np.random.default_rng(0), learning_rate=1.0
        )
