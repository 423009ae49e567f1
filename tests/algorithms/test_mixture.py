"""Mixtures against SciPy's densities, quadrature, and the definition of a sample."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import logsumexp
from scipy.stats import multivariate_normal, norm

from algorithms.errors import InputError
from algorithms.mixture import Mixture, _check_shapes

REFUSED = {
    "weights that sum to 0.9": {"weights": [0.3, 0.6]},
    "a negative weight": {"weights": [-0.5, 1.5]},
    "a weight of NaN": {"weights": [np.nan, 1.0]},
    "a covariance with a negative eigenvalue": {"covariances": [np.eye(2), [[1, 2], [2, 1]]]},
    "a covariance that is not symmetric": {"covariances": [np.eye(2), [[1, 0.5], [0.1, 1]]]},
    "an infinite mean": {"means": [[0, 0], [np.inf, 0]]},
}


def mixture_of(weights, means, covariances):
    return Mixture(np.array(weights, float), np.array(means, float), np.array(covariances, float))


def random_mixture(rng, n_components=3, n_features=2):
    roots = rng.standard_normal((n_components, n_features, n_features))
    return Mixture(
        weights=rng.dirichlet(np.ones(n_components)),
        means=5 * rng.standard_normal((n_components, n_features)),
        covariances=roots @ roots.transpose(0, 2, 1) + 0.1 * np.eye(n_features),
    )


def scipy_joint(mixture, X):
    columns = [
        np.log(weight) + np.atleast_1d(multivariate_normal(mean, covariance).logpdf(X))
        for weight, mean, covariance in zip(mixture.weights, mixture.means, mixture.covariances, strict=True)
    ]
    return np.stack(columns, axis=1)


@given(seed=st.integers(0, 10**6), n_components=st.integers(1, 5), n_features=st.integers(1, 6))
def test_densities_are_those_of_scipy(seed, n_components, n_features):
    rng = np.random.default_rng(seed)
    mixture = random_mixture(rng, n_components, n_features)
    X = 5 * rng.standard_normal((7, n_features))
    joint = scipy_joint(mixture, X)
    # The covariances have condition numbers up to 1e4 or so: four of sixteen digits may go.
    np.testing.assert_allclose(mixture.joint_log_prob(X), joint, rtol=1e-11)
    np.testing.assert_allclose(mixture.log_prob(X), logsumexp(joint, axis=1), rtol=1e-11)
    posterior = np.exp(joint - logsumexp(joint, axis=1, keepdims=True))
    np.testing.assert_allclose(mixture.responsibilities(X), posterior, atol=1e-10)


def test_density_keeps_its_digits_on_a_narrow_covariance():
    # In rotated coordinates the density is a product of two normals with standard deviations 1 and 1e-4.
    turn = np.array([[0.6, -0.8], [0.8, 0.6]])
    mixture = mixture_of([1.0], np.zeros((1, 2)), (turn @ np.diag([1.0, 1e-8]) @ turn.T)[None])
    expected = norm.logpdf(0.3) + norm.logpdf(2e-4, scale=1e-4)
    # Condition 1e8 times a rounding of 1e-16 in the covariance itself, times a quadratic form of 4.
    assert mixture.log_prob((turn @ [0.3, 2e-4])[None])[0] == pytest.approx(expected, abs=1e-7)


def test_far_away_points_keep_finite_log_densities_and_whole_responsibilities():
    mixture = mixture_of([0.5, 0.5], [[0.0], [1.0]], np.ones((2, 1, 1)))
    X = np.array([[1e6], [-1e6]])
    np.testing.assert_allclose(mixture.log_prob(X), scipy_joint(mixture, X).max(axis=1), rtol=1e-15)
    np.testing.assert_array_equal(mixture.responsibilities(X), [[0, 1], [1, 0]])


def test_a_point_whose_distance_overflows_is_named_instead_of_given_a_posterior_of_nan():
    mixture = mixture_of([1.0], [[0.0]], [[[1e-100]]])
    assert mixture.log_prob([[0.0], [1e130]])[1] == -np.inf
    with pytest.raises(InputError, match="sample 1 with log-density -inf"):
        mixture.responsibilities([[0.0], [1e130]])


def test_a_weight_of_1e_300_still_wins_where_the_other_component_is_further_away():
    mixture = mixture_of([1.0, 1e-300], [[0.0], [100.0]], np.ones((2, 1, 1)))
    joint = scipy_joint(mixture, [[100.0]])
    np.testing.assert_allclose(mixture.joint_log_prob([[100.0]])[0], joint.ravel(), rtol=1e-14)
    assert mixture.responsibilities([[100.0]])[0, 1] == 1.0
    assert mixture.responsibilities([[0.0]])[0, 1] == 0.0


def test_a_component_of_weight_zero_is_never_responsible_and_never_drawn():
    mixture = mixture_of([0.0, 1.0, 0.0], [[0.0], [50.0], [0.0]], np.ones((3, 1, 1)))
    np.testing.assert_array_equal(mixture.responsibilities([[0.0]]), [[0, 1, 0]])
    assert set(mixture.sample(1000, np.random.default_rng(0)).labels) == {1}


@pytest.mark.parametrize("change", REFUSED.values(), ids=REFUSED)
def test_refuses(change):
    whole = {"weights": [0.4, 0.6], "means": np.zeros((2, 2)), "covariances": [np.eye(2), np.eye(2)]}
    mixture_of(**whole)
    with pytest.raises(InputError, match=r"^expected .* got .*; .*$"):
        mixture_of(**(whole | change))


@pytest.mark.parametrize(
    "shapes",
    [
        [(3,), (2, 2), (2, 2, 2)],
        [(2,), (2, 2), (2, 3, 3)],
        [(2, 1), (2, 2), (2, 2, 2)],
        [(0,), (0, 2), (0, 2, 2)],
    ],
    ids=[
        "three weights for two means",
        "covariances of another dimension",
        "weights in a column",
        "no components",
    ],
)
def test_refuses_shapes_with(shapes):
    # Called directly: the annotations that tests enforce would catch it first, and production has only this.
    with pytest.raises(InputError, match="make K and D agree"):
        _check_shapes(*(np.zeros(shape) for shape in shapes))


def test_a_singular_covariance_is_sampled_but_has_no_density():
    flat = mixture_of([1.0], [[1.0, 2.0]], [[[1.0, 3.0], [3.0, 9.0]]])
    X = flat.sample(1000, np.random.default_rng(0)).X - [1.0, 2.0]
    # sqrt(eps) of the larger eigenvalue is what rounding leaves of a zero eigenvalue's square root.
    np.testing.assert_allclose(X[:, 1], 3 * X[:, 0], atol=1e-6)
    assert X[:, 0].std() == pytest.approx(1.0, abs=0.15)  # 6 standard errors
    with pytest.raises(InputError, match="singular one in component 0"):
        flat.log_prob(X)


@given(seed=st.integers(0, 10**6), n_features=st.integers(2, 6))
def test_a_covariance_singular_but_for_rounding_is_sampled_but_has_no_density(seed, n_features):
    # Rounding leaves its zero eigenvalue or its last pivot a little above or below zero.
    root = np.random.default_rng(seed).standard_normal((n_features, n_features - 1))
    almost = mixture_of([1.0], [np.zeros(n_features)], [root @ root.T])
    normal = np.linalg.svd(root)[0][:, -1]
    X = almost.sample(20, np.random.default_rng(0)).X
    np.testing.assert_allclose(X @ normal, 0.0, atol=1e-6)  # as above: sqrt(eps)
    with pytest.raises(InputError, match="singular"):
        almost.log_prob(np.zeros((1, n_features)))


def test_whether_a_covariance_is_singular_does_not_depend_on_units():
    units = np.diag([1e-9, 1.0, 1e9])
    regular = np.array([[1.0, 0.9, 0.1], [0.9, 1.0, 0.2], [0.1, 0.2, 1.0]])
    X = np.array([[0.3, -0.2, 0.1]])
    plain = mixture_of([1.0], [np.zeros(3)], [regular]).log_prob(X)
    scaled = mixture_of([1.0], [np.zeros(3)], [units @ regular @ units]).log_prob(X @ units)
    np.testing.assert_allclose(scaled, plain, rtol=1e-13)  # the determinant of the units is one


def test_place_maps_given_labels_and_noise_by_mean_and_root_of_the_covariance():
    rng = np.random.default_rng(1)
    mixture = random_mixture(rng, 3, 2)
    labels = np.array([2, 0, 2, 1])
    np.testing.assert_array_equal(mixture.place(labels, np.zeros((4, 2))), mixture.means[labels])
    for k in range(3):
        root = mixture.place(np.full(2, k), np.eye(2)) - mixture.means[k]  # rows are the columns of A_k
        np.testing.assert_allclose(root.T @ root, mixture.covariances[k], rtol=1e-12)


@pytest.mark.parametrize(
    ("labels", "shape", "complaint"),
    [
        ([0, 3], (2, 2), "labels from 0 to 2, got 0 to 3"),
        ([-1, 0], (2, 2), "labels from 0 to 2, got -1 to 0"),
        ([0, 1], (2, 3), "noise of shape"),
    ],
)
def test_place_refuses_labels_and_noise_that_do_not_fit(labels, shape, complaint):
    mixture = random_mixture(np.random.default_rng(1), 3, 2)
    with pytest.raises(InputError, match=complaint):
        mixture.place(np.array(labels), np.zeros(shape))


def test_samples_have_the_mixture_s_component_shares_means_and_covariances():
    mixture = random_mixture(np.random.default_rng(2), 3, 2)
    n = 200_000
    drawn = mixture.sample(n, np.random.default_rng(3))
    for k in range(3):
        own = drawn.X[drawn.labels == k]
        share = mixture.weights[k]
        # Six standard errors: a false alarm in about one of 1e8 seeds.
        assert abs(len(own) / n - share) < 6 * np.sqrt(share * (1 - share) / n)
        variances = np.diagonal(mixture.covariances[k])
        assert np.all(np.abs(own.mean(axis=0) - mixture.means[k]) < 6 * np.sqrt(variances / len(own)))
        spread = np.sqrt((np.outer(variances, variances) + mixture.covariances[k] ** 2) / len(own))
        assert np.all(np.abs(np.cov(own.T) - mixture.covariances[k]) < 6 * spread)


def test_no_samples_and_a_negative_number_of_samples():
    mixture = random_mixture(np.random.default_rng(7))
    assert mixture.sample(0, np.random.default_rng(0)).X.shape == (0, 2)
    with pytest.raises(InputError, match="got -1"):
        mixture.sample(-1, np.random.default_rng(0))
    with pytest.raises(InputError, match="got -1"):
        mixture.sample_chunks(-1, np.random.default_rng(0))


def test_density_of_a_sum_is_the_convolution_of_the_densities():
    rng = np.random.default_rng(8)
    first, second = random_mixture(rng, 2, 1), random_mixture(rng, 3, 1)
    total = first.sum_with(second)
    assert total.n_components == 6
    grid = np.linspace(-60, 60, 20_001)[:, None]
    step = float(grid[1, 0] - grid[0, 0])
    for z in (-3.0, 0.0, 2.5):
        convolution = np.sum(np.exp(first.log_prob(grid) + second.log_prob(z - grid))) * step
        # The trapezoidal rule is exact to rounding for analytic functions that vanish at both ends.
        assert np.exp(total.log_prob([[z]])[0]) == pytest.approx(convolution, rel=1e-12)


def test_components_of_a_sum_are_ordered_by_the_first_mixture_and_then_the_second():
    rng = np.random.default_rng(9)
    first, second = random_mixture(rng, 2, 2), random_mixture(rng, 3, 2)
    total = first.sum_with(second)
    assert total.weights[1 * 3 + 2] == first.weights[1] * second.weights[2]
    np.testing.assert_array_equal(total.means[5], first.means[1] + second.means[2])
    np.testing.assert_array_equal(total.covariances[5], first.covariances[1] + second.covariances[2])
    with pytest.raises(InputError, match="same dimension"):
        first.sum_with(random_mixture(rng, 2, 3))


def test_a_mixture_keeps_read_only_copies_of_what_it_was_given():
    weights, means, covariances = np.array([1.0]), np.zeros((1, 2)), np.eye(2)[None].copy()
    mixture = Mixture(weights, means, covariances)
    means[0, 0] = 7.0
    assert mixture.means[0, 0] == 0.0
    with pytest.raises(ValueError, match="read-only"):
        mixture.means[0, 0] = 1.0


def test_data_of_the_wrong_width_is_refused():
    with pytest.raises(InputError, match="expected 2 features a sample, got 3"):
        random_mixture(np.random.default_rng(0)).log_prob(np.zeros((4, 3)))
