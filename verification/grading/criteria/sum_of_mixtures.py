"""The mixture that the sum of two independent mixtures follows: all pairs of components.

Property.  One component for each pair (k, l): weight pi_k rho_l, mean mu_k + nu_l, covariance Sigma_k + T_l.
Tolerance. The components may come in any order.
Source.    The theorem `sum_of_mixtures`.
"""

from __future__ import annotations

import numpy as np

from algorithms.mixture import Mixture
from verification.grading.criterion import Criterion, Parameter, Signature, Student
from verification.grading.draws import random_mixture
from verification.grading.findings import Violation
from verification.grading.reading import Numbers, close, kind_of, numbers, outcomes, parts, violation

NAMES = ("weights", "means", "covariances")


def judge(student: Student, rng: np.random.Generator) -> tuple[Violation, ...]:
    """As many components in both and not, in one to three dimensions."""
    pairs = [
        (random_mixture(rng, k, d), random_mixture(rng, l, d))
        for k, l, d in ((2, 3, 2), (1, 3, 1), (2, 2, 3), (4, 2, 1))
    ]
    calls = [(*_parameters(x), *_parameters(y)) for x, y in pairs]
    for (x, y), result in zip(pairs, outcomes(student, calls), strict=True):
        found = _compared(x, y, result.value)
        if found is not None:
            return (found,)
    return ()


def _parameters(mixture: Mixture) -> tuple[Numbers, Numbers, Numbers]:
    return mixture.weights, mixture.means, mixture.covariances


def _compared(x: Mixture, y: Mixture, value: object) -> Violation | None:
    size, n_features = x.n_components * y.n_components, x.n_features
    expected = _ordered(
        (x.weights[:, None] * y.weights).ravel(),
        (x.means[:, None] + y.means).reshape(size, n_features),
        (x.covariances[:, None] + y.covariances).reshape(size, n_features, n_features),
    )
    inputs = dict(
        zip(("pi", "mu", "sigma", "rho", "nu", "tau"), (*_parameters(x), *_parameters(y)), strict=True)
    )
    three = parts(value, 3)
    read = (
        []
        if three is None
        else [numbers(part, *right.shape) for part, right in zip(three, expected, strict=True)]
    )
    if not read or any(part is None for part in read):
        return violation(
            "wrong-shape",
            "The function should return weights, means and covariances of all components, in this order.",
            inputs=inputs,
            expected=", ".join(f"{n} of shape {r.shape}" for n, r in zip(NAMES, expected, strict=True)),
            got=kind_of(value),
            violated="Each pair of a component of x and one of y is a component of the sum.",
        )
    weights, means, covariances = (part for part in read if part is not None)
    got = _ordered(weights, means, covariances)
    # Means first: where they are wrong, weights and covariances are in another order as well.
    for name, mine, right in sorted(
        zip(NAMES, got, expected, strict=True), key=lambda each: each[0] != "means"
    ):
        if not close(mine, right):
            return violation(
                f"wrong-{name}",
                f"The {name} are not those of the sum.",
                inputs=inputs,
                expected=right,
                got=mine,
                violated={
                    "weights": "The pair of the components k and l has probability pi_k rho_l.",
                    "means": "Given the pair k, l, the sum has mean mu_k + nu_l.",
                    "covariances": "Given the pair k, l, the sum has covariance Sigma_k + T_l.",
                }[name],
            )
    return None


def _ordered(weights: Numbers, means: Numbers, covariances: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """The components by their means, which no two share; rounding cannot change the order."""
    order = np.lexsort(np.round(means, 6).T)
    return weights[order], means[order], covariances[order]


CRITERION = Criterion(
    id="sum_of_mixtures",
    title="Sum of two independent mixtures",
    signature=Signature(
        (
            Parameter("pi", "k"),
            Parameter("mu", "k d"),
            Parameter("sigma", "k d d"),
            Parameter("rho", "l"),
            Parameter("nu", "l d"),
            Parameter("tau", "l d d"),
        ),
        (Parameter("weights"), Parameter("means"), Parameter("covariances")),
    ),
    judge=judge,
)
