"""The covariance of a mixture: spread within the components plus spread of their means.

Property.  Cov[x] = sum_k pi_k (Sigma_k + mu_k mu_k^T) - m m^T with m = sum_k pi_k mu_k, entry by entry.
Tolerance. What cancels when m m^T is subtracted from second moments.
Source.    Bishop, PRML 9.2, exercise 9.12; the theorem `mixture_covariance`.
"""

from __future__ import annotations

import numpy as np

from verification.grading.criterion import Criterion, Parameter, Signature, Student
from verification.grading.draws import random_mixture
from verification.grading.findings import Violation
from verification.grading.reading import close, kind_of, numbers, outcomes, violation


def judge(student: Student, rng: np.random.Generator) -> tuple[Violation, ...]:
    """Mixtures of one to four components in one to three dimensions."""
    mixtures = [random_mixture(rng, k, d) for k, d in ((2, 2), (1, 3), (4, 1), (3, 3))]
    calls = [(mixture.weights, mixture.means, mixture.covariances) for mixture in mixtures]
    for (pi, mu, sigma), result in zip(calls, outcomes(student, calls), strict=True):
        offsets = mu - pi @ mu
        expected = np.einsum("k,kij->ij", pi, sigma) + np.einsum("k,ki,kj->ij", pi, offsets, offsets)
        got = numbers(result.value, *expected.shape)
        if got is None or not close(got, expected):
            return (
                violation(
                    "wrong-shape" if got is None else "wrong-covariance",
                    f"The result should be a matrix of shape {expected.shape}."
                    if got is None
                    else "This is not the covariance of the mixture.",
                    inputs={"pi": pi, "mu": mu, "sigma": sigma},
                    expected=expected,
                    got=kind_of(result.value) if got is None else got,
                    violated="The covariance of a mixture is the mean of its components' covariances plus "
                    "the covariance of their means, both weighted with pi.",
                ),
            )
    return ()


CRITERION = Criterion(
    id="mixture_covariance",
    title="Covariance of a mixture",
    signature=Signature(
        (Parameter("pi", "k"), Parameter("mu", "k d"), Parameter("sigma", "k d d")),
        (Parameter("covariance"),),
    ),
    judge=judge,
)
