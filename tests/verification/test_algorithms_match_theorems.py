"""What `algorithms` computes is what the theorems state, by the functions generated from their proofs.

The packages know nothing of each other: neither side was written from the other.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from algorithms import em, kmeans, mixture_algebra
from algorithms import matrix_factorization as mf
from algorithms.mixture import Mixture
from algorithms.native import library
from algorithms.ratings import Ratings
from derivations.closed_forms import closed_form

SEEDS = st.integers(0, 999)
few = settings(max_examples=10)


def random_mixture(rng, k, d):
    roots = rng.standard_normal((k, d, d))
    covariances = roots @ roots.transpose(0, 2, 1) + 0.3 * np.eye(d)
    return Mixture(rng.dirichlet(np.ones(k)), 2 * rng.standard_normal((k, d)), covariances)


def close(found, expected):
    # Both are sums of a few dozen products of numbers of size one; inverses have conditions up to 1e3 or so.
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-10)


def call(name, **arrays):
    return closed_form(name)(**arrays)


@given(seed=SEEDS)
@few
def test_affine_images(seed):
    rng = np.random.default_rng(seed)
    mixture, matrix, shift = random_mixture(rng, 3, 2), rng.standard_normal((4, 2)), rng.standard_normal(4)
    image = mixture_algebra.affine_image(mixture, matrix, shift)
    close(image.means, call("affine_means", matrix=matrix, means=mixture.means, shift=shift))
    close(image.covariances, call("affine_covariances", matrix=matrix, covariances=mixture.covariances))


@given(seed=SEEDS)
@few
def test_marginals_are_affine_images_under_a_choice_of_coordinates(seed):
    mixture = random_mixture(np.random.default_rng(seed), 3, 4)
    choice = np.eye(4)[[2, 0]]
    part = mixture_algebra.marginal(mixture, [2, 0])
    close(part.means, call("affine_means", matrix=choice, means=mixture.means, shift=np.zeros(2)))
    close(part.covariances, call("affine_covariances", matrix=choice, covariances=mixture.covariances))


@given(seed=SEEDS)
@few
def test_conditionals(seed):
    rng = np.random.default_rng(seed)
    mixture, value = random_mixture(rng, 3, 4), rng.standard_normal(2)
    given_, rest = [1, 3], [0, 2]
    blocks = {
        f"covariances_{name}": mixture.covariances[:, rows][:, :, columns]
        for name, rows, columns in (("uu", rest, rest), ("uv", rest, given_), ("vv", given_, given_))
    }
    found = mixture_algebra.conditional(mixture, given_, value)
    close(found.covariances, call("conditional_covariances", **blocks))
    of_means = {"means_u": mixture.means[:, rest], "means_v": mixture.means[:, given_], "value": value}
    del blocks["covariances_uu"]
    close(found.means, call("conditional_means", **blocks, **of_means))


@given(seed=SEEDS)
@few
def test_products(seed):
    rng = np.random.default_rng(seed)
    one, other = random_mixture(rng, 2, 2), random_mixture(rng, 3, 2)
    product = mixture_algebra.product(one, other).mixture
    spreads = {"covariances": one.covariances, "other_covariances": other.covariances}
    means = call("product_means", means=one.means, other_means=other.means, **spreads)
    close(product.means, means.reshape(6, 2))
    close(product.covariances, call("product_covariances", **spreads).reshape(6, 2, 2))


@given(seed=SEEDS)
@few
def test_sums(seed):
    rng = np.random.default_rng(seed)
    one, other = random_mixture(rng, 2, 3), random_mixture(rng, 3, 3)
    total = one.sum_with(other)
    close(total.weights, call("sum_weights", weights=one.weights, other_weights=other.weights).ravel())
    close(total.means, call("sum_means", means=one.means, other_means=other.means).reshape(6, 3))
    spreads = {"covariances": one.covariances, "other_covariances": other.covariances}
    close(total.covariances, call("sum_covariances", **spreads).reshape(6, 3, 3))


@given(seed=SEEDS, n=st.integers(1, 4))
@few
def test_sums_of_many_and_merging_keep_the_moments_of_the_theorem(seed, n):
    """The n-fold sum has n times the mean and covariance of one draw, before and after merging."""
    mixture = random_mixture(np.random.default_rng(seed), 3, 2)
    mean = call("mixture_mean", weights=mixture.weights, means=mixture.means)
    covariance = call("mixture_covariance", **parts(mixture))
    total = mixture_algebra.n_fold_sum(mixture, n)
    laid_out = mixture
    for _ in range(n - 1):
        laid_out = laid_out.sum_with(mixture)
    for law in (total, mixture_algebra.merge_equal(laid_out, tolerance=1e-12)):
        assert law.n_components == len(total.weights)
        close(call("mixture_mean", weights=law.weights, means=law.means), n * mean)
        close(call("mixture_covariance", **parts(law)), n * covariance)


def parts(mixture):
    return {"weights": mixture.weights, "means": mixture.means, "covariances": mixture.covariances}


both_codes = pytest.mark.parametrize("code", ["0", ""], ids=["NumPy", "whatever runs here"])


@given(seed=SEEDS)
@few
def test_the_m_step(seed):
    rng = np.random.default_rng(seed)
    X, responsibilities = rng.standard_normal((30, 2)), rng.dirichlet(np.ones(3), size=30)
    found = em.m_step(X, np.ones(30), responsibilities, 0.0, random_mixture(rng, 3, 2))
    close(found.weights, call("em_weights", responsibilities=responsibilities))
    close(found.means, call("em_means", responsibilities=responsibilities, points=X))
    close(found.covariances, call("em_covariances", responsibilities=responsibilities, points=X))


@both_codes
@given(seed=SEEDS)
@few
def test_a_step_of_k_means(code, seed):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((30, 2))
    with library.using(code):
        lloyd = kmeans.lloyd_from(X, np.ones(30), X[:3].copy())
        labels = lloyd.state().labels
        lloyd.advance()
    # Labels or their indicators, whichever the theorem speaks of.
    nearest = np.asarray(call("nearest_labels", centers=X[:3], points=X))
    nearest = nearest if nearest.ndim == 1 else nearest.argmax(axis=1)
    np.testing.assert_array_equal(labels, nearest)
    close(lloyd.state().centers, call("weighted_means", responsibilities=np.eye(3)[labels], points=X))


@both_codes
@pytest.mark.parametrize("k", [2, 7], ids=["fewer factors than ratings", "more factors than ratings"])
def test_half_steps_of_the_factorization(code, k):
    rng = np.random.default_rng(k)
    observed = (rng.random((6, 5)) < 0.7).astype(float)
    ratings, P = observed * rng.integers(1, 6, size=(6, 5)), rng.standard_normal((5, k))
    users, items = np.nonzero(observed)
    listed = Ratings(users, items, ratings[users, items], np.arange(6), np.arange(5))
    groups = mf.group_rows(listed.users, listed.items, listed.values)
    with library.using(code):
        found = mf.ridge_rows(groups, P, 6, 0.4)
    arrays = {"item_factors": P, "observed": observed, "ratings": ratings, "regularization": 0.4}
    close(found, call("ridge_half_step", **arrays))
