"""The density of one Gaussian at each point.

Property. N(x_i | mu, Sigma), entry by entry.
Source.   Bishop, PRML 2.3, eq. 2.43.
"""

from __future__ import annotations

import numpy as np

from verification.grading.criterion import Criterion, Parameter, Signature, Student
from verification.grading.draws import random_mixture
from verification.grading.findings import Violation
from verification.grading.reading import close, kind_of, numbers, outcomes, violation


def judge(student: Student, rng: np.random.Generator) -> tuple[Violation, ...]:
    """One point, then more, in one to four dimensions."""
    calls = []
    for n, d in ((1, 2), (5, 3), (7, 1), (20, 4)):
        law = random_mixture(rng, 1, d)
        calls.append((law.sample(n, rng).X, law.means[0], law.covariances[0], law))
    results = outcomes(student, [call[:3] for call in calls])
    for (X, mu, sigma, law), result in zip(calls, results, strict=True):
        expected = np.exp(law.log_prob(X))
        got = numbers(result.value, len(X))
        if got is None or not close(got, expected):
            return (
                violation(
                    "wrong-density",
                    "The density of the Gaussian is wrong.",
                    inputs={"X": X, "mu": mu, "sigma": sigma},
                    expected=expected,
                    got=kind_of(result.value) if got is None else got,
                    violated="N(x | mu, Sigma) = exp(-(x - mu)^T Sigma^-1 (x - mu) / 2) / sqrt(det(2 pi "
                    "Sigma)).",
                ),
            )
    return ()


CRITERION = Criterion(
    id="gaussian_pdf",
    title="Density of a Gaussian",
    signature=Signature(
        (Parameter("X", "n d"), Parameter("mu", "d"), Parameter("sigma", "d d")), (Parameter("density", "n"),)
    ),
    judge=judge,
)
