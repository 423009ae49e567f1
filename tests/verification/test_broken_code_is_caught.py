"""Each line of the sampler and each closed form is broken in turn, and a check says so."""

import importlib
from dataclasses import replace

import numpy as np
import pytest

from algorithms.mixture import Mixture, Samples
from derivations.closed_forms import closed_form
from verification import catalog
from verification.outcome import Outcome
from verification.run import run_check

pytestmark = pytest.mark.usefixtures("many_calls")


def roots(mixture: Mixture) -> np.ndarray:
    """Lower triangular factors L of the covariances (of rank one they are pushed to full rank by 1e-12)."""
    jitter = 1e-12 * np.eye(mixture.n_features)
    return np.linalg.cholesky(mixture.covariances + jitter)


def sampler(
    weights=lambda mixture: mixture.weights,
    means=lambda mixture: mixture.means,
    factors=roots,
    noise=lambda n, d, rng: rng.standard_normal((n, d)),
    relabel=lambda labels, k: labels,
):
    """A sampler of five lines, correct as it stands; each argument replaces one of them."""

    def sample(self: Mixture, n_samples: int, rng: np.random.Generator) -> Samples:
        labels = rng.choice(self.n_components, size=n_samples, p=weights(self))
        z = noise(n_samples, self.n_features, rng)
        X = means(self)[labels] + np.einsum("nab,nb->na", factors(self)[labels], z)
        return Samples(X, relabel(labels, self.n_components))

    return sample


def same_for_all_features(n, d, rng):
    return np.repeat(rng.standard_normal((n, 1)), d, axis=1)


def wrong_spread(n, d, rng):
    return 1.05 * rng.standard_normal((n, d))


def without_negative_tail(n, d, rng):
    return np.abs(rng.standard_normal((n, d)))


def uniform(n, d, rng):
    return rng.uniform(-np.sqrt(3), np.sqrt(3), (n, d))


def two_points(n, d, rng):
    return rng.choice([-1.0, 1.0], (n, d))


def laplace(n, d, rng):
    return rng.laplace(scale=np.sqrt(0.5), size=(n, d))


RIGHT_SECOND_MOMENTS = {"uniform": uniform, "two points": two_points, "Laplace": laplace}
"""Noise with mean 0 and variance 1 that is not Gaussian."""


def truth_of(check_id: str) -> Outcome:
    """The quick run of a check without its controls: what is broken here must show in the claim itself."""
    check = catalog.load(check_id)
    alone = replace(check, experiment=lambda delta: replace(check.experiment(delta), controls=()))
    return run_check(alone, level="quick", seed=3)


BROKEN = {
    "uniform weights": sampler(weights=lambda m: np.full(m.n_components, 1 / m.n_components)),
    "reversed weights": sampler(weights=lambda m: m.weights[::-1]),
    "forgotten means": sampler(means=lambda m: np.zeros_like(m.means)),
    "first mean for all": sampler(means=lambda m: np.repeat(m.means[:1], m.n_components, axis=0)),
    "transposed factor": sampler(factors=lambda m: roots(m).transpose(0, 2, 1)),
    "covariance instead of its root": sampler(factors=lambda m: m.covariances),
    "first covariance for all": sampler(factors=lambda m: np.repeat(roots(m)[:1], m.n_components, axis=0)),
    "no noise": sampler(factors=lambda m: np.zeros_like(m.covariances)),
    "the same noise for all features": sampler(noise=same_for_all_features),
    "noise 5 % too wide": sampler(noise=wrong_spread),
    "noise without a negative tail": sampler(noise=without_negative_tail),
    "labels of the next component": sampler(relabel=lambda labels, k: (labels + 1) % k),
}


def test_the_sampler_that_is_broken_below_passes_unbroken(monkeypatch):
    monkeypatch.setattr(Mixture, "sample", sampler())
    for check_id in ("sampler", "mixture_mean", "mixture_covariance"):
        assert truth_of(check_id).verdict == "pass"


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_broken_sampler_fails_the_check_of_the_sampler(monkeypatch, broken):
    monkeypatch.setattr(Mixture, "sample", broken)
    outcome = truth_of("sampler")
    assert outcome.verdict == "fail"
    assert "the draws" in outcome.failure
    assert outcome.p_value <= outcome.alpha


@pytest.mark.parametrize("noise", RIGHT_SECOND_MOMENTS.values(), ids=RIGHT_SECOND_MOMENTS)
class TestNoiseOfAnotherShape:
    @pytest.mark.parametrize("check_id", ["higher_moments", "ancestral_sampling"])
    def test_fails_the_checks_that_look_beyond_second_moments(self, monkeypatch, noise, check_id):
        monkeypatch.setattr(Mixture, "sample", sampler(noise=noise))
        outcome = truth_of(check_id)
        assert outcome.verdict == "fail"
        assert outcome.p_value <= outcome.alpha

    def test_passes_the_check_of_means_and_covariances(self, monkeypatch, noise):
        """So it takes the two above: this is why they are there."""
        monkeypatch.setattr(Mixture, "sample", sampler(noise=noise))
        assert truth_of("mixture_covariance").verdict == "pass"


@pytest.mark.parametrize("check_id", ["mixture_covariance", "moments_of_sum", "sum_of_mixtures"])
def test_transposed_factor_fails_the_checks_of_moments_and_sums(monkeypatch, check_id):
    monkeypatch.setattr(Mixture, "sample", BROKEN["transposed factor"])
    assert truth_of(check_id).verdict == "fail"


def test_dependent_summands_fail_the_check_of_the_sum(monkeypatch):
    """Both mixtures sampled with the same numbers: X and Y keep their laws, X + Y does not."""
    honest = Mixture.sample
    monkeypatch.setattr(Mixture, "sample", lambda self, n, rng: honest(self, n, np.random.default_rng(n)))
    assert truth_of("sum_of_mixtures").verdict == "fail"


# Only the wrong answers of this check are built from these two.
CITED = {("moments_of_sum", "mixture_mean"), ("moments_of_sum", "mixture_covariance")}
CLOSED_FORMS = [
    (check_id, name)
    for check_id in catalog.check_ids()
    for name in catalog.load(check_id).closed_forms
    if (check_id, name) not in CITED
]


@pytest.mark.parametrize(
    ("check_id", "name"), CLOSED_FORMS, ids=[" of ".join(pair[::-1]) for pair in CLOSED_FORMS]
)
@pytest.mark.parametrize("slip", [1.15, -1.0, np.nan], ids=["15 % off", "wrong sign", "not a number"])
def test_broken_closed_form_fails_its_check(monkeypatch, check_id, name, slip):
    def broken(asked: str):
        honest = closed_form(asked)
        return honest if asked != name else lambda **arrays: slip * np.asarray(honest(**arrays))

    module = importlib.import_module(f"verification.checks.{check_id}")
    monkeypatch.setattr(module, "closed_form", broken)
    outcome = truth_of(check_id)
    assert outcome.verdict == "fail"
    assert outcome.failure
    assert np.isfinite([(point.log_e_reject, point.log_e_accept) for point in outcome.path]).all()
