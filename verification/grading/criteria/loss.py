"""The loss of a factorization: squared error at given entries plus penalty.

Property.  sum (values - (Q P)[ixs])^2 + lambda (sum |q_i|^2 + sum |p_x|^2), to rounding.
"""

from __future__ import annotations

import numpy as np

from verification.grading.criterion import Criterion, Parameter, Signature, Student
from verification.grading.findings import Violation
from verification.grading.reading import kind_of, number, outcomes, violation


def judge(student: Student, rng: np.random.Generator) -> tuple[Violation, ...]:
    """Two to thirty entries, with and without penalty."""
    calls = []
    for n, d, k, count, penalty in ((3, 2, 1, 2, 0.5), (6, 5, 3, 12, 0.0), (9, 7, 4, 30, 1.7)):
        cells = rng.choice(n * d, size=count, replace=False)
        ixs = np.unravel_index(cells, (n, d))
        Q, P = rng.standard_normal((n, k)), rng.standard_normal((k, d))
        calls.append((rng.uniform(-2, 2, count), ixs, Q, P, penalty))
    for (values, ixs, Q, P, penalty), result in zip(calls, outcomes(student, calls), strict=True):
        errors = values - (Q @ P)[ixs]
        expected = float(np.sum(errors**2) + penalty * (np.sum(Q**2) + np.sum(P**2)))
        got = number(result.value)
        if got is not None and np.isnan(got):
            return (
                violation(
                    "not-a-number",
                    "The loss is not a number (NaN).",
                    inputs={"values": values, "ixs": ixs, "Q": Q, "P": P, "reg_lambda": penalty},
                    expected=f"{expected:.6g}",
                    got="nan",
                    violated="For finite arguments the loss is a finite number.",
                ),
            )
        if got is None or not abs(got - expected) <= 1e-9 * expected:
            return (
                violation(
                    "wrong-loss",
                    "The loss is not the squared error at the given entries plus the penalty on Q and P.",
                    inputs={"values": values, "ixs": ixs, "Q": Q, "P": P, "reg_lambda": penalty},
                    expected=f"{np.sum(errors**2):.6g} + {penalty} * {np.sum(Q**2) + np.sum(P**2):.6g} = "
                    f"{expected:.6g}",
                    got=kind_of(result.value) if got is None else f"{got:.6g}",
                    violated="loss = sum of squared errors + reg_lambda * (|Q|^2 + |P|^2).",
                ),
            )
    return ()


CRITERION = Criterion(
    id="loss",
    title="Loss of a factorization",
    signature=Signature(
        (Parameter("values"), Parameter("ixs"), Parameter("Q"), Parameter("P"), Parameter("reg_lambda")),
        (Parameter("loss"),),
    ),
    judge=judge,
)
