"""Memory of fits. The rule: beyond the input, at most twice the input plus the results at any one time."""

import tracemalloc

import numpy as np
import pytest

from algorithms import em, kmeans, native
from algorithms.mixture import Mixture

pytestmark = pytest.mark.skipif(not native.available(), reason="the reference keeps an (N, K) array")


def uniform(n, d):
    return np.random.default_rng(0).random((n, d))


def clustered(X):
    fit = kmeans.fit_from(X, X[:8], max_iter=3)
    return [fit.centers, fit.labels]


def fitted(X):
    start = Mixture(np.full(10, 0.1), X[:10], np.stack([np.eye(X.shape[1])] * 10))
    mixture = em.fit_from(X, start, max_iter=2).mixture
    return [mixture.weights, mixture.means, mixture.covariances]


def from_clusters(X):
    mixture = em.cluster_mixture(X, np.ones(len(X)), kmeans.fit_from(X, X[:10], max_iter=2))
    return [mixture.weights, mixture.means, mixture.covariances]


CASES = {
    "k-means of colors": (clustered, 3),
    "k-means of 16 features": (clustered, 16),
    "EM of 3 features": (fitted, 3),
    "EM of 16 features": (fitted, 16),
    "EM's start from 16 features": (from_clusters, 16),
}


def check(run, X):
    tracemalloc.start()
    try:
        results = run(X)
        beyond = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert beyond <= 2 * X.nbytes + sum(result.nbytes for result in results)


@pytest.mark.parametrize(("run", "d"), CASES.values(), ids=CASES)
def test_a_fit_needs_at_most_twice_its_input_and_its_results(run, d):
    check(run, uniform(60_000, d))


@pytest.mark.full
@pytest.mark.parametrize(("run", "d"), CASES.values(), ids=CASES)
def test_so_does_a_fit_of_a_million_samples(run, d):
    check(run, uniform(1_000_000, d))
