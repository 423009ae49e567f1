"""The algebra of mixtures against quadrature, brute force over all draws, and characteristic functions."""

from itertools import product as all_pairs

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from algorithms import mixture_algebra as algebra
from algorithms.errors import InputError
from algorithms.mixture import Mixture


def mixture_of(weights, means, covariances):
    return Mixture(np.array(weights, float), np.array(means, float), np.array(covariances, float))


def random_mixture(seed, n_components=3, n_features=2):
    rng = np.random.default_rng(seed)
    roots = rng.standard_normal((n_components, n_features, n_features))
    return Mixture(
        weights=rng.dirichlet(np.ones(n_components)),
        means=2 * rng.standard_normal((n_components, n_features)),
        covariances=roots @ roots.transpose(0, 2, 1) + 0.3 * np.eye(n_features),
    )


def density(mixture, *x):
    return float(np.exp(mixture.log_prob(np.array([x], dtype=float)))[0])


def characteristic(mixture, t):
    """E exp(i t.x), which determines the law, singular or not."""
    quadratic = np.einsum("i,kij,j->k", t, mixture.covariances, t)
    return np.sum(mixture.weights * np.exp(1j * mixture.means @ t - quadratic / 2))


def assert_same_law(one, other, rng=None):
    """Equal characteristic functions at random points; both are of size 1, so they round at about 1e-15."""
    rng = rng or np.random.default_rng(0)
    for t in rng.standard_normal((20, one.n_features)):
        assert characteristic(one, t) == pytest.approx(characteristic(other, t), abs=1e-13)


def assert_same_components(one, other):
    for name in ("weights", "means", "covariances"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-12, atol=1e-13)


# Affine images and marginals


@given(seed=st.integers(0, 999), rows=st.integers(1, 4))
def test_an_affine_image_has_the_law_of_the_transformed_vector(seed, rows):
    mixture = random_mixture(seed)
    rng = np.random.default_rng(seed)
    H, c = rng.standard_normal((rows, 2)), rng.standard_normal(rows)
    image = algebra.affine_image(mixture, H, c)
    for t in rng.standard_normal((5, rows)):
        # E exp(i t.(Hx + c)) = exp(i t.c) E exp(i (H^T t).x), whatever the law of x.
        expected = np.exp(1j * t @ c) * characteristic(mixture, H.T @ t)
        assert characteristic(image, t) == pytest.approx(expected, abs=1e-13)


def test_an_affine_image_onto_more_coordinates_is_singular_and_still_a_mixture():
    image = algebra.affine_image(random_mixture(1), [[1, 0], [0, 1], [1, 1]], [0, 0, 5])
    X = image.sample(100, np.random.default_rng(0)).X
    np.testing.assert_allclose(
        X[:, 0] + X[:, 1] + 5, X[:, 2], atol=1e-6
    )  # sqrt(eps), as for any singular one
    with pytest.raises(InputError, match="singular"):
        image.log_prob(X)


@pytest.mark.parametrize("feature", [0, 1])
def test_a_marginal_density_is_the_integral_over_the_other_coordinate(feature):
    mixture = random_mixture(2)
    part = algebra.marginal(mixture, [feature])
    for value in (-1.0, 0.5, 3.0):

        def section(other, value=value):
            return density(mixture, *((value, other) if feature == 0 else (other, value)))

        assert density(part, value) == pytest.approx(quad(section, -40, 40, limit=200)[0], rel=1e-7)


def test_a_marginal_of_all_features_in_another_order_permutes_them():
    mixture = random_mixture(3, 2, 3)
    turned = algebra.marginal(mixture, [2, 0, 1])
    x = np.array([[0.3, -1.0, 2.0]])
    np.testing.assert_allclose(turned.log_prob(x[:, [2, 0, 1]]), mixture.log_prob(x), rtol=1e-13)


# Conditionals


@given(seed=st.integers(0, 999), given_feature=st.integers(0, 2))
def test_a_conditional_density_is_the_joint_over_the_marginal(seed, given_feature):
    mixture = random_mixture(seed, 3, 3)
    x = np.random.default_rng(seed).standard_normal(3)
    rest = [feature for feature in range(3) if feature != given_feature]
    conditional = algebra.conditional(mixture, [given_feature], x[[given_feature]])
    expected = mixture.log_prob(x[None]) - algebra.marginal(mixture, [given_feature]).log_prob(
        x[None, [given_feature]]
    )
    # Covariances have condition numbers up to 1e3 or so.
    np.testing.assert_allclose(conditional.log_prob(x[None, rest]), expected, rtol=1e-10, atol=1e-10)


def test_conditioning_on_two_features_at_once_is_conditioning_on_one_and_then_the_other():
    mixture = random_mixture(4, 3, 4)
    at_once = algebra.conditional(mixture, [1, 3], [0.5, -1.0])
    in_turn = algebra.conditional(algebra.conditional(mixture, [3], [-1.0]), [1], [0.5])
    assert_same_components(at_once, in_turn)


def test_a_coordinate_that_is_a_function_of_the_given_one_becomes_certain():
    # y = 2 x + 1: the joint covariance is singular, the conditional one zero.
    joint = algebra.affine_image(
        mixture_of([0.4, 0.6], [[0.0], [3.0]], [[[1.0]], [[2.0]]]), [[1], [2]], [0, 1]
    )
    known = algebra.conditional(joint, [0], [0.7])
    np.testing.assert_allclose(known.means, [[2.4], [2.4]], rtol=1e-14)
    np.testing.assert_array_equal(known.covariances, np.zeros((2, 1, 1)))


def test_a_small_conditional_variance_survives_beside_large_units():
    mixture = mixture_of([1.0], [[0.0, 0.0]], [[[1e20, 0.5e10], [0.5e10, 1.0]]])
    np.testing.assert_allclose(algebra.conditional(mixture, [0], [0.0]).covariances, [[[0.75]]], rtol=1e-12)


def test_no_conditional_on_a_coordinate_without_density():
    flat = mixture_of([1.0], [[0.0, 0.0]], [[[0.0, 0.0], [0.0, 1.0]]])
    with pytest.raises(InputError, match="singular"):
        algebra.conditional(flat, [0], [0.0])


# Sums


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_an_n_fold_sum_is_repeated_addition_merged(n):
    mixture = random_mixture(5, 3, 2)
    repeated = mixture
    for _ in range(n - 1):
        repeated = repeated.sum_with(mixture)
    assert repeated.n_components == 3**n
    total = algebra.n_fold_sum(mixture, n)
    merged = algebra.merge_equal(repeated, tolerance=1e-12)
    assert total.n_components == merged.n_components == {1: 3, 2: 6, 3: 10, 4: 15}[n]
    assert_same_components(total, merged)


def test_an_n_fold_sum_by_brute_force_over_all_draws():
    mixture = random_mixture(6, 2, 1)
    total = algebra.n_fold_sum(mixture, 3)
    draws = list(all_pairs(range(2), repeat=3))
    for x in (-2.0, 1.0, 4.0):
        terms = [
            np.prod(mixture.weights[list(draw)])
            * density(
                mixture_of(
                    [1.0],
                    [mixture.means[list(draw)].sum(axis=0)],
                    [mixture.covariances[list(draw)].sum(axis=0)],
                ),
                x,
            )
            for draw in draws
        ]
        assert density(total, x) == pytest.approx(sum(terms), rel=1e-12)


def test_a_sum_of_very_many_draws_keeps_its_digits():
    coin = mixture_of([0.3, 0.7], [[0.0], [1.0]], np.zeros((2, 1, 1)))
    total = algebra.n_fold_sum(coin, 2000)
    assert total.n_components == 2001
    # Binomial(2000, 0.7): weights come from logarithms of size 1e4, which round at 1e-12.
    assert total.weights @ total.means[:, 0] == pytest.approx(1400, rel=1e-11)
    with pytest.raises(InputError, match="up to 1000000 components"):
        algebra.n_fold_sum(random_mixture(0, 6), 200)


@pytest.mark.parametrize(("k", "n"), [(1, 7), (2, 5), (5, 2), (4, 4)])
def test_components_of_an_n_fold_sum_are_ordered_by_how_often_each_is_drawn(monkeypatch, k, n):
    # A coordinate for each component counts how often it is drawn.
    mixture = mixture_of(np.full(k, 1 / k), np.eye(k), np.zeros((k, k, k)))
    counts = [c for c in all_pairs(range(n, -1, -1), repeat=k) if sum(c) == n]
    for at_once in (1 << 20, 3 * k):
        monkeypatch.setattr(algebra, "NUMBERS_AT_ONCE", at_once)
        np.testing.assert_array_equal(algebra.n_fold_sum(mixture, n).means, counts)


def test_a_sum_of_one_draw_of_very_many_components_is_the_mixture_itself():
    k = 2000
    mixture = mixture_of(np.full(k, 1 / k), np.arange(float(k))[:, None], np.ones((k, 1, 1)))
    np.testing.assert_array_equal(algebra.n_fold_sum(mixture, 1).means, mixture.means)


def test_a_sum_of_a_single_component_has_no_limit_but_that_of_counting():
    single = mixture_of([1.0], [[2.0]], [[[3.0]]])
    total = algebra.n_fold_sum(single, 10**15)
    assert (total.means[0, 0], total.covariances[0, 0, 0]) == (2e15, 3e15)


def test_a_component_of_weight_zero_adds_nothing():
    mixture = mixture_of([1.0, 0.0], [[1.0], [9.0]], np.ones((2, 1, 1)))
    np.testing.assert_array_equal(algebra.n_fold_sum(mixture, 2).weights, [1, 0, 0])


# Products


@given(seed=st.integers(0, 999))
def test_a_product_of_densities_point_by_point(seed):
    first, second = random_mixture(seed, 2), random_mixture(seed + 1, 3)
    product = algebra.product(first, second)
    assert product.mixture.n_components == 6
    X = np.random.default_rng(seed).standard_normal((5, 2))
    expected = first.log_prob(X) + second.log_prob(X)
    np.testing.assert_allclose(
        product.log_scale + product.mixture.log_prob(X), expected, rtol=1e-10, atol=1e-10
    )


def test_the_scale_of_a_product_is_its_integral():
    first, second = random_mixture(7, 2, 1), random_mixture(8, 3, 1)
    integral = quad(lambda x: density(first, x) * density(second, x), -40, 40, limit=200)[0]
    assert np.exp(algebra.product(first, second).log_scale) == pytest.approx(integral, rel=1e-8)


def test_a_product_with_a_singular_mixture_is_the_limit_of_regular_ones():
    line = mixture_of([1.0], [[0.0, 1.0]], [[[1.0, 1.0], [1.0, 1.0]]])
    other = random_mixture(9, 2)
    exact = algebra.product(line, other)
    near = algebra.product(mixture_of([1.0], line.means, line.covariances + 1e-9 * np.eye(2)), other)
    assert exact.log_scale == pytest.approx(near.log_scale, abs=1e-7)
    np.testing.assert_allclose(exact.mixture.means, near.mixture.means, atol=1e-7)
    np.testing.assert_allclose(exact.mixture.covariances, near.mixture.covariances, atol=1e-7)
    with pytest.raises(InputError, match="singular"):
        algebra.product(line, line)


def test_a_product_of_densities_that_do_not_overlap_is_refused():
    far = mixture_of([1.0], [[1e120]], [[[1e-80]]])
    with pytest.raises(InputError, match="overlap"):
        algebra.product(far, mixture_of([1.0], [[0.0]], [[[1e-80]]]))


# Merging


@given(seed=st.integers(0, 999), copies=st.lists(st.integers(1, 3), min_size=1, max_size=4))
def test_merging_undoes_splitting_and_keeps_the_law(seed, copies):
    rng = np.random.default_rng(seed)
    mixture = random_mixture(seed, len(copies))
    shares = [weight * rng.dirichlet(np.ones(m)) for weight, m in zip(mixture.weights, copies, strict=True)]
    index = np.repeat(np.arange(len(copies)), copies)
    order = rng.permutation(len(index))
    split = Mixture(
        np.concatenate(shares)[order], mixture.means[index[order]], mixture.covariances[index[order]]
    )
    merged = algebra.merge_equal(split)
    assert merged.n_components == len(copies)
    assert_same_law(merged, mixture, rng)
    assert_same_law(merged, split, rng)


def test_components_that_differ_in_covariance_or_mean_alone_stay_apart():
    mixture = mixture_of([0.2, 0.3, 0.5], [[0.0], [0.0], [1.0]], [[[1.0]], [[1.0 + 1e-9]], [[1.0]]])
    assert algebra.merge_equal(mixture).n_components == 3
    assert algebra.merge_equal(mixture, tolerance=1e-8).n_components == 2


# What is refused

REFUSED = {
    "a matrix of the wrong width": lambda m: algebra.affine_image(m, np.eye(3), np.zeros(3)),
    "a shift of the wrong length": lambda m: algebra.affine_image(m, np.eye(2), np.zeros(3)),
    "a matrix of NaN": lambda m: algebra.affine_image(m, np.full((1, 2), np.nan), np.zeros(1)),
    "a matrix without rows": lambda m: algebra.affine_image(m, np.zeros((0, 2)), np.zeros(0)),
    "no features": lambda m: algebra.marginal(m, []),
    "a feature twice": lambda m: algebra.marginal(m, [0, 0]),
    "a feature that is not there": lambda m: algebra.marginal(m, [2]),
    "a negative feature": lambda m: algebra.marginal(m, [-1]),
    "a fractional feature": lambda m: algebra.marginal(m, [0.5]),
    "all features given": lambda m: algebra.conditional(m, [0, 1], [0.0, 0.0]),
    "two values for a feature": lambda m: algebra.conditional(m, [0], [0.0, 1.0]),
    "a value of infinity": lambda m: algebra.conditional(m, [0], [np.inf]),
    "features that make no list": lambda m: algebra.marginal(m, [[0], [0, 1]]),
    "rows of different lengths": lambda m: algebra.affine_image(m, [[1.0, 2.0], [3.0]], [0.0, 0.0]),
    "no draws": lambda m: algebra.n_fold_sum(m, 0),
    "more draws than a float counts": lambda m: algebra.n_fold_sum(m, 10**400),
    "more components than a float counts": lambda m: algebra.n_fold_sum(random_mixture(0, 300, 1), 10**6),
    "a product across dimensions": lambda m: algebra.product(m, random_mixture(0, 1, 3)),
    "a negative tolerance": lambda m: algebra.merge_equal(m, -1.0),
    "a tolerance of NaN": lambda m: algebra.merge_equal(m, np.nan),
    "a tolerance of infinity": lambda m: algebra.merge_equal(m, np.inf),
}


@pytest.mark.parametrize("call", REFUSED.values(), ids=REFUSED)
def test_refuses(call):
    with pytest.raises(InputError, match=r"^expected .*; .*$"):
        call(random_mixture(0))
