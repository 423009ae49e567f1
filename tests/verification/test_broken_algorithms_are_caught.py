"""Each algorithm is broken in one line, and the check of it says so: the claim itself, not a control."""

from dataclasses import replace

import numpy as np
import pytest

from algorithms import em, kmeans, native
from algorithms import matrix_factorization as als
from algorithms.mixture import Mixture
from verification import catalog
from verification.outcome import Outcome
from verification.run import run_check

pytestmark = pytest.mark.usefixtures("many_calls")


def truth_of(check_id: str) -> Outcome:
    """The quick run of a check without its controls."""
    check = catalog.load(check_id)
    alone = replace(check, experiment=lambda delta: replace(check.experiment(delta), controls=()))
    return run_check(alone, level="quick", seed=3)


# The right ones, before any is replaced.
m_step, raise_eigenvalues, em_fit, maximize = (
    em.m_step,
    em.raise_eigenvalues,
    em.fit_from,
    em.CompiledEM._maximize,
)
updated_centers, kmeans_fit = kmeans.updated_centers, kmeans.fit_from
ridge_rows, svd_factors, als_fit = als.ridge_rows, als.svd_factors, als.fit_from
joint_log_prob, sum_with = Mixture.joint_log_prob, Mixture.sum_with


def m_step_without_sample_weights(X, sample_weight, *rest):
    return m_step(X, np.ones(len(X)), *rest)


def m_step_with_unbiased_covariances(X, sample_weight, gamma, floor, previous):
    best, counts = m_step(X, sample_weight, gamma, floor, previous), (sample_weight @ gamma)[:, None, None]
    return Mixture(best.weights, best.means, best.covariances * counts / (counts - 1))


def covariances_about_the_old_means(self, moments, origins):
    means, covariances = maximize(self, moments, origins)
    moves = means - origins
    return means, covariances + moves[:, :, None] * moves[:, None]


def floor_added_to_the_diagonal(covariance, floor):
    return covariance + floor * np.eye(len(covariance))


def em_that_returns_its_start(X, mixture, **options):
    return replace(em_fit(X, mixture, **options), mixture=mixture)


def em_whose_likelihoods_are_averages(X, mixture, **options):
    fit = em_fit(X, mixture, **options)
    return replace(fit, trace=tuple(value / len(X) for value in fit.trace))


def centers_without_sample_weights(X, sample_weight, state):
    return updated_centers(X, np.ones(len(X)), state)


def centers_that_stay_where_no_sample_is(X, sample_weight, state):
    moved = updated_centers(X, sample_weight, state)
    filled = np.isin(np.arange(len(moved)), state.labels)
    return np.where(filled[:, None], moved, state.centers)


def kmeans_with_an_inertia_that_forgets_the_weights(X, centers, **options):
    fit = kmeans_fit(X, centers, **options)
    return replace(fit, inertia=float(((X - fit.centers[fit.labels]) ** 2).sum()))


def ridge_rows_with_half_the_penalty(groups, factors, n_rows, regularization):
    return ridge_rows(groups, factors, n_rows, regularization / 2)


def step_from_two_old_factors(by_user, by_item, factors, regularization):
    users = als.ridge_rows(by_user, factors.item_factors, len(factors.user_factors), regularization)
    items = als.ridge_rows(by_item, factors.user_factors, len(factors.item_factors), regularization)
    return als.Factors(users, items)


def fit_that_keeps_the_last_factors(train, start, **options):
    worst = []

    def upside_down(factors):
        worst.append(options["validation_loss"](factors))
        return -len(worst)

    fit = als_fit(train, start, **{**options, "validation_loss": upside_down})
    return replace(fit, validation_trace=tuple(worst))


def singular_vectors_without_the_root(ratings, n_factors, rng):
    factors = svd_factors(ratings, n_factors, rng)
    return als.Factors(factors.user_factors**2, factors.item_factors)


def densities_without_their_constant(self, X):
    return joint_log_prob(self, X) + 0.5 * self.n_features * np.log(2 * np.pi)


def densities_without_the_weights(self, X):
    return joint_log_prob(self, X) - np.log(self.weights)


def difference_for_sum(self, other):
    return sum_with(self, Mixture(other.weights, -other.means, other.covariances))


BROKEN = {
    "M-step without sample weights": (em, m_step_without_sample_weights, "m_step", "em_m_step"),
    "M-step with unbiased covariances": (em, m_step_with_unbiased_covariances, "m_step", "em_m_step"),
    "EM that returns its start": (em, em_that_returns_its_start, "fit_from", "em_m_step"),
    "EM that returns its start (rate)": (em, em_that_returns_its_start, "fit_from", "em_consistency"),
    "EM whose likelihoods are averages": (em, em_whose_likelihoods_are_averages, "fit_from", "em_m_step"),
    "covariance floor added": (em, floor_added_to_the_diagonal, "raise_eigenvalues", "em_ascent"),
    "centers without sample weights": (
        kmeans,
        centers_without_sample_weights,
        "updated_centers",
        "kmeans_descent",
    ),
    "empty clusters that stay": (
        kmeans,
        centers_that_stay_where_no_sample_is,
        "updated_centers",
        "kmeans_descent",
    ),
    "inertia without weights": (
        kmeans,
        kmeans_with_an_inertia_that_forgets_the_weights,
        "fit_from",
        "kmeans_descent",
    ),
    "half the penalty": (als, ridge_rows_with_half_the_penalty, "ridge_rows", "als_descent"),
    "both half-steps at once": (als, step_from_two_old_factors, "step", "als_descent"),
    "last factors instead of the best": (als, fit_that_keeps_the_last_factors, "fit_from", "als_descent"),
    "singular vectors without the root": (
        als,
        singular_vectors_without_the_root,
        "svd_factors",
        "eckart_young",
    ),
    "densities without constant": (
        Mixture,
        densities_without_their_constant,
        "joint_log_prob",
        "kmeans_descent",
    ),
    "densities without constant (product)": (
        Mixture,
        densities_without_their_constant,
        "joint_log_prob",
        "product",
    ),
    "responsibilities without weights": (
        Mixture,
        densities_without_the_weights,
        "joint_log_prob",
        "em_fixed_point",
    ),
    "difference for sum": (Mixture, difference_for_sum, "sum_with", "sum_of_mixtures"),
}


@pytest.mark.parametrize(("where", "broken", "name", "check_id"), BROKEN.values(), ids=BROKEN)
def test_broken_line_fails_the_check_of_its_algorithm(monkeypatch, where, broken, name, check_id):
    # The reference is what is broken here; where kernels in C stand in for it, they would hide the break.
    monkeypatch.setattr(native, "available", lambda: False)
    monkeypatch.setattr(kmeans, "labeling_of", lambda X, sample_weight: None)
    monkeypatch.setattr(where, name, broken)
    outcome = truth_of(check_id)
    assert outcome.verdict == "fail"
    assert outcome.failure


@pytest.mark.parametrize(
    "check_id",
    [
        "em_m_step",
        *(pytest.param(slow, marks=pytest.mark.full) for slow in ("kmeans_descent", "als_descent")),
    ],
)
def test_reference_that_is_broken_above_passes_unbroken(monkeypatch, check_id):
    monkeypatch.setattr(native, "available", lambda: False)
    monkeypatch.setattr(kmeans, "labeling_of", lambda X, sample_weight: None)
    assert truth_of(check_id).verdict == "pass"


@pytest.mark.skipif(not native.available(), reason="no kernels in C here")
def test_broken_line_in_the_compiled_iteration_fails_the_check_of_the_m_step(monkeypatch):
    """No descent gives it away: the likelihood still rises, and only the parameters are others."""
    monkeypatch.setattr(em.CompiledEM, "_maximize", covariances_about_the_old_means)
    assert truth_of("em_m_step").verdict == "fail"
