"""The M-step: weights, means and covariances from responsibilities.

Property.  N_k = sum_n gamma_nk; pi_k = N_k / N; mu_k and Sigma_k are the weighted mean and covariance, the
           covariance about the NEW mean and divided by N_k.
Tolerance. A regularizing term on the diagonal of up to a hundredth of the variance; the results in any order,
           which their shapes tell.
Source.    Bishop, PRML 9.2.2, eqs. 9.24 to 9.27.
"""

from __future__ import annotations

import numpy as np

from verification.grading.criterion import Criterion, Parameter, Signature, Student
from verification.grading.findings import Violation
from verification.grading.reading import Numbers, close, kind_of, numbers, outcomes, parts, violation

RIDGE = 0.01
"""Of the mean variance, the term that honest programs add to keep covariances invertible."""


def judge(student: Student, rng: np.random.Generator) -> tuple[Violation, ...]:
    """Soft responsibilities in one to four dimensions."""
    calls = []
    for n, d, k in ((4, 2, 2), (9, 1, 3), (40, 4, 3)):
        gamma = rng.dirichlet(np.linspace(0.6, 2.0, k), size=n)
        calls.append((rng.gamma(2.0, 1.0, (n, d)) + 3.0, gamma))
    for (X, gamma), result in zip(calls, outcomes(student, calls), strict=True):
        found = _compared(X, gamma, result.value)
        if found is not None:
            return (found,)
    return ()


def updated(X: Numbers, gamma: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """pi, mu, sigma of PRML eqs. 9.24 to 9.27."""
    counts = gamma.sum(axis=0)
    mu = (gamma.T @ X) / counts[:, None]
    offsets = X[:, None, :] - mu
    sigma = np.einsum("nk,nki,nkj->kij", gamma, offsets, offsets) / counts[:, None, None]
    return counts / len(X), mu, sigma


def _compared(X: Numbers, gamma: Numbers, value: object) -> Violation | None:
    (_n, d), k = X.shape, gamma.shape[1]
    expected = dict(zip(("pi", "mu", "sigma"), updated(X, gamma), strict=True))
    three = parts(value, 3)
    shapes = ((k,), (k, d), (k, d, d))
    read = [None] * 3 if three is None else [numbers(v, *s) for v, s in zip(three, shapes, strict=True)]
    inputs = {"X": X, "gamma": gamma}
    for (name, right), got in zip(expected.items(), read, strict=True):
        if got is None:
            return violation(
                "wrong-shape",
                "The function should return pi, mu and sigma, in this order.",
                inputs=inputs,
                expected=f"pi of shape ({k},), mu of shape ({k}, {d}), sigma of shape ({k}, {d}, {d})",
                got=kind_of(value),
                violated="The results have the order and shapes of the docstring.",
            )
        if not close(_without_ridge(got, right) if name == "sigma" else got, right):
            words = {"pi": "weights", "mu": "means", "sigma": "covariances"}[name]
            return violation(
                f"wrong-{words}",
                f"The updated {words} are wrong.",
                inputs=inputs,
                expected=right,
                got=got,
                violated={
                    "pi": "pi_k is the sum of the responsibilities of component k, divided by N.",
                    "mu": "mu_k is the mean of the points, weighted with the responsibilities of "
                    "component k.",
                    "sigma": "Sigma_k is the covariance about the new mean mu_k, weighted likewise, over "
                    "N_k.",
                }[name],
            )
    return None


def _without_ridge(got: Numbers, right: Numbers) -> Numbers:
    """The covariances less one small multiple of the identity matrix, the mean excess of their diagonals."""
    variances, diagonals = np.diagonal(right, axis1=1, axis2=2), np.diagonal(got, axis1=1, axis2=2)
    ridge = float(np.mean(diagonals - variances))
    return got - ridge * np.eye(got.shape[1]) if 0 < ridge <= RIDGE * float(variances.mean()) else got


CRITERION = Criterion(
    id="m_step",
    title="M-step: weights, means and covariances",
    signature=Signature(
        (Parameter("X", "n d"), Parameter("gamma", "n k")),
        (Parameter("pi", "k"), Parameter("mu", "k d"), Parameter("sigma", "k d d")),
        any_order=True,
    ),
    judge=judge,
)
