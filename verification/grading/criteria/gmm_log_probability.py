"""Joint log-probabilities ln(pi_j N(x_i | mu_j, Sigma_j)), entry by entry.

Property.  P[i, j] equals the joint log density, near the means and far from all of them, for round, narrow
           and nearly singular covariances, in one dimension and in several.
Tolerance. The same constant missing in every entry changes neither argmax nor EM: a minor defect. So is
           underflow far away, where exp loses what the logarithm would have kept.
Source.    Bishop, PRML 9.2, eq. 9.7; 2.3, eq. 2.43.
"""

from __future__ import annotations

import numpy as np

from algorithms.mixture import Mixture
from verification.grading.criterion import Criterion, Parameter, Signature, Student
from verification.grading.draws import random_mixture
from verification.grading.findings import Violation
from verification.grading.reading import close, kind_of, numbers, outcomes, violation

RELATIVE = 1e-6
"""Of the largest entry: a thousandth of what any wrong formula changes, ten thousand times what the worst
honest algorithm (an explicit inverse at condition 1e6) loses."""


def judge(student: Student, rng: np.random.Generator) -> tuple[Violation, ...]:
    """Compares with the reference on inputs from small to hard."""
    cases = []
    for n, d, k, condition in ((3, 2, 2, 4.0), (6, 1, 3, 1.0), (12, 3, 1, 1e6), (40, 4, 3, 10.0)):
        mixture = random_mixture(rng, k, d, condition=condition, spread=1.5)
        cases.append((mixture.sample(n, rng).X, mixture))
    far_mixture = random_mixture(rng, 2, 2)
    far = (far_mixture.means[:1] + np.array([[60.0, -70.0], [200.0, 150.0]]), far_mixture)
    calls = [(X, m.weights, m.means, m.covariances) for X, m in (*cases, far)]
    values = [result.value for result in outcomes(student, calls)]
    offsets = []
    for (X, mixture), value in zip(cases, values, strict=False):
        expected = mixture.joint_log_prob(X)
        inputs = {"X": X, "pi": mixture.weights, "mu": mixture.means, "sigma": mixture.covariances}
        got = numbers(value, *expected.shape)
        if got is None:
            return (
                violation(
                    "wrong-shape",
                    "The result should hold one number for each point and component, shape "
                    f"{expected.shape}.",
                    inputs=inputs,
                    expected=expected,
                    got=f"{kind_of(value)}",
                    violated="P[i, j] is the joint log-probability of point i and component j.",
                ),
            )
        if not close(got, expected, RELATIVE):
            offset = got - expected
            constant = float(offset.flat[0])
            if not (np.isfinite(offset).all() and np.ptp(offset) <= RELATIVE * float(np.abs(expected).max())):
                return (
                    violation(
                        "wrong-log-probability",
                        "The log-probabilities differ from ln(pi_j N(x_i | mu_j, Sigma_j)).",
                        inputs=inputs,
                        expected=expected,
                        got=got,
                        violated="P[i, j] = ln pi_j + ln N(x_i | mu_j, Sigma_j) for every i and j.",
                    ),
                )
            offsets.append((inputs, expected, got, constant))
    found = []
    if offsets:
        inputs, expected, got, constant = offsets[0]
        found.append(
            violation(
                "constant-offset",
                f"Every entry is off by the same constant, {constant:.4g}. The most likely component is "
                "still "
                "right, but these are not log-probabilities.",
                inputs=inputs,
                expected=expected,
                got=got,
                violated="exp of the result, summed over components, integrates to 1 over all x.",
                severity="minor",
            )
        )
    elif (underflow := _underflow(far, values[-1])) is not None:
        found.append(underflow)
    return tuple(found)


def _underflow(far: tuple[np.ndarray, Mixture], value: object) -> Violation | None:
    X, mixture = far
    expected = mixture.joint_log_prob(X)
    got = numbers(value, *expected.shape)
    if got is not None and close(got, expected, RELATIVE):
        return None
    return violation(
        "underflow",
        "Far from all means the density is too small for a float, and its logarithm becomes -inf or NaN. "
        "Work with the logarithm of the density from the start.",
        inputs={
            "X": X,
            "pi": mixture.weights,
            "mu": mixture.means,
            "sigma": mixture.covariances,
        },
        expected=expected,
        got=kind_of(value) if got is None else got,
        violated="Log-probabilities are finite for every finite point.",
        severity="minor",
    )


CRITERION = Criterion(
    id="gmm_log_probability",
    title="Joint log-probabilities of a Gaussian mixture",
    signature=Signature(
        (Parameter("X", "n d"), Parameter("pi", "k"), Parameter("mu", "k d"), Parameter("sigma", "k d d")),
        (Parameter("P", "n k"),),
    ),
    judge=judge,
)
