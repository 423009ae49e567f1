"""The mean of a mixture, the weighted mean of the means of its components.

Property.  E[x] = sum_k pi_k mu_k, coordinate by coordinate.
Tolerance. Rounding.
Source.    Bishop, PRML 9.2, exercise 2.38; the theorem `mixture_mean`.
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
    calls = [(mixture.weights, mixture.means) for mixture in mixtures]
    for (pi, mu), result in zip(calls, outcomes(student, calls), strict=True):
        expected = pi @ mu
        got = numbers(result.value, *expected.shape)
        if got is None or not close(got, expected):
            return (
                violation(
                    "wrong-shape" if got is None else "wrong-mean",
                    f"The result should be a vector of {len(expected)} numbers."
                    if got is None
                    else "This is not the mean of the mixture.",
                    inputs={"pi": pi, "mu": mu},
                    expected=expected,
                    got=kind_of(result.value) if got is None else got,
                    violated="The mean of a mixture is the mean of its components' means, weighted with pi.",
                ),
            )
    return ()


CRITERION = Criterion(
    id="mixture_mean",
    title="Mean of a mixture",
    signature=Signature((Parameter("pi", "k"), Parameter("mu", "k d")), (Parameter("mean"),)),
    judge=judge,
)
