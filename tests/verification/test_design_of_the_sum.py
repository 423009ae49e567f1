"""Why the check of the sum compares laws: its design has a wrong law with the right mean and covariance."""

import numpy as np
import pytest

from algorithms.mixture import Mixture
from verification import catalog
from verification.checks import sum_of_mixtures
from verification.run import run_check


def moments(law: Mixture) -> tuple[np.ndarray, np.ndarray]:
    mean = law.weights @ law.means
    deviations = law.means - mean
    covariance = sum(
        w * (c + np.outer(d, d)) for w, c, d in zip(law.weights, law.covariances, deviations, strict=True)
    )
    return mean, covariance


def test_slipped_covariances_have_the_right_mean_and_covariance_and_are_rejected():
    truth = sum_of_mixtures.claimed_law()
    laws = {name: law for name, _, law in sum_of_mixtures.wrong_laws(truth, 0.05)}
    for right, slipped in zip(moments(truth), moments(laws["slipped_covariances"]), strict=True):
        # Nine terms of order one: a few roundings.
        assert slipped == pytest.approx(right, rel=1e-13)
    outcome = run_check(catalog.load("sum_of_mixtures"), level="quick", seed=11)
    rejected = {control.mutant: control.n for control in outcome.controls}
    assert rejected["slipped_covariances"] < 10_000  # the limit of a control whose law has another shape


def test_claimed_law_is_the_one_the_algorithms_compute():
    """Two witnesses: closed forms of the theorem, and the sum as the algorithms build it."""
    claimed = sum_of_mixtures.claimed_law()
    computed = sum_of_mixtures.FIRST.sum_with(sum_of_mixtures.SECOND)
    for name in ("weights", "means", "covariances"):
        assert getattr(claimed, name) == pytest.approx(getattr(computed, name), rel=1e-14, abs=1e-14)
