"""The log-likelihood of all points under a mixture.

Property.  sum_n ln sum_k pi_k N(x_n | mu_k, Sigma_k).
Tolerance. The mean instead of the sum, and -inf where densities underflow, are minor defects.
Source.    Bishop, PRML 9.2.2, eq. 9.28.
"""

from __future__ import annotations

import numpy as np

from verification.grading.criterion import Criterion, Parameter, Signature, Student
from verification.grading.draws import random_mixture
from verification.grading.findings import Violation
from verification.grading.reading import kind_of, number, outcomes, violation

RELATIVE = 1e-7


def judge(student: Student, rng: np.random.Generator) -> tuple[Violation, ...]:
    """Points of the mixture itself, then points so far away that densities underflow."""
    cases = []
    for n, d, k in ((3, 2, 2), (8, 1, 3), (40, 3, 4)):
        mixture = random_mixture(rng, k, d)
        cases.append((mixture.sample(n, rng).X, mixture))
    far = random_mixture(rng, 2, 2)
    cases.append((far.means[:1] + np.array([[60.0, -70.0], [150.0, 100.0]]), far))
    calls = [(X, m.weights, m.means, m.covariances) for X, m in cases]
    problems = []
    for (X, mixture), result in zip(cases, outcomes(student, calls), strict=True):
        expected = float(mixture.log_prob(X).sum())
        got = number(result.value)
        if got is None or not abs(got - expected) <= RELATIVE * abs(expected):
            problems.append((X, mixture, expected, got, result.value))
    if not problems:
        return ()
    X, mixture, expected, got, value = problems[0]
    inputs = {"X": X, "pi": mixture.weights, "mu": mixture.means, "sigma": mixture.covariances}
    if mixture is far:
        return (
            violation(
                "underflow",
                "Far from all means the density is too small for a float, and its logarithm is -inf. Use "
                "log-sum-exp.",
                inputs=inputs,
                expected=f"{expected:.6g}",
                got=kind_of(value),
                violated="The log-likelihood of finite points is finite.",
                severity="minor",
            ),
        )
    is_mean = all(
        g is not None and abs(g * len(X) - e) <= RELATIVE * abs(e)
        for X, m, e, g, _ in problems
        if m is not far
    )
    return (
        violation(
            "mean-instead-of-sum" if is_mean else "wrong-log-likelihood",
            "The mean over the points is returned, not the log-likelihood of all of them."
            if is_mean
            else "The value is not the log-likelihood of the points under the mixture.",
            inputs=inputs,
            expected=f"{expected:.6g}",
            got=kind_of(value) if got is None else f"{got:.6g}",
            violated="ln p(X) = sum_n ln sum_k pi_k N(x_n | mu_k, Sigma_k).",
            severity="minor" if is_mean else "major",
        ),
    )


CRITERION = Criterion(
    id="gmm_log_likelihood",
    title="Log-likelihood of a Gaussian mixture",
    signature=Signature(
        (Parameter("X", "n d"), Parameter("pi", "k"), Parameter("mu", "k d"), Parameter("sigma", "k d d")),
        (Parameter("log_likelihood"),),
    ),
    judge=judge,
    uses=("gmm_log_probability", "gaussian_pdf"),
)
