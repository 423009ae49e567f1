"""Responsibilities: the posterior of each component given each point.

Property.  gamma[i, j] = pi_j N(x_i | mu_j, Sigma_j) / sum_l pi_l N(x_i | mu_l, Sigma_l).
Tolerance. Where every density underflows, NaN is a minor defect.
Source.    Bishop, PRML 9.2.2, eq. 9.23.
"""

from __future__ import annotations

import numpy as np

from algorithms.mixture import Mixture
from verification.grading.criterion import Criterion, Parameter, Signature, Student
from verification.grading.draws import random_mixture
from verification.grading.findings import Violation
from verification.grading.reading import close, kind_of, numbers, outcomes, violation


def judge(student: Student, rng: np.random.Generator) -> tuple[Violation, ...]:
    """Points between the components, then points so far away that densities underflow."""
    cases = []
    for n, d, k in ((3, 2, 2), (8, 1, 3), (30, 3, 4)):
        mixture = random_mixture(rng, k, d, spread=1.0)
        cases.append((mixture.sample(n, rng).X, mixture))
    far = random_mixture(rng, 2, 2)
    cases.append((far.means[:1] + np.array([[60.0, -70.0], [150.0, 100.0]]), far))
    calls = [(X, m.weights, m.means, m.covariances) for X, m in cases]
    for (X, mixture), result in zip(cases, outcomes(student, calls), strict=True):
        found = _compared(X, mixture, result.value, is_far=mixture is far)
        if found is not None:
            return (found,)
    return ()


def _compared(X: np.ndarray, mixture: Mixture, value: object, is_far: bool) -> Violation | None:
    expected = mixture.responsibilities(X)
    got = numbers(value, *expected.shape)
    inputs = {"X": X, "pi": mixture.weights, "mu": mixture.means, "sigma": mixture.covariances}
    if got is not None and close(got, expected):
        return None
    if got is None:
        return violation(
            "wrong-shape",
            "The result should hold one responsibility for each point and component, shape "
            f"{expected.shape}.",
            inputs=inputs,
            expected=expected,
            got=kind_of(value),
            violated="gamma[i, j] belongs to point i and component j.",
        )
    if is_far:
        return violation(
            "underflow",
            "Far from all means every density is too small for a float, and the quotient is NaN. Normalize "
            "logarithms (log-sum-exp).",
            inputs=inputs,
            expected=expected,
            got=got,
            violated="The responsibilities of every point sum to 1.",
            severity="minor",
        )
    return violation(
        "wrong-responsibilities",
        "The responsibilities differ from the posterior probabilities of the components.",
        inputs=inputs,
        expected=expected,
        got=got,
        violated="gamma[i, j] is pi_j N(x_i | mu_j, Sigma_j), divided by its sum over j.",
    )


CRITERION = Criterion(
    id="e_step",
    title="E-step: responsibilities",
    signature=Signature(
        (Parameter("X", "n d"), Parameter("pi", "k"), Parameter("mu", "k d"), Parameter("sigma", "k d d")),
        (Parameter("gamma", "n k"),),
    ),
    judge=judge,
    uses=("gmm_log_probability", "gaussian_pdf"),
)
