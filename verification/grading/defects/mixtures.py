"""Known mistakes in Gaussian mixtures: densities, log-probabilities, likelihoods and responsibilities.

Where a wrong formula gives definite numbers, what came back is compared with what that formula gives.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

import numpy as np
from scipy.special import logsumexp

from algorithms.mixture import Mixture
from verification.grading.detector import Case, Detector, Lines, called_name, lines_of
from verification.grading.reading import Numbers, close, numbers

LOG_PROBABILITY = ("gmm_log_probability",)
E_STEP = ("e_step",)
LOG_LIKELIHOOD = ("gmm_log_likelihood",)
M_STEP = ("m_step",)
EM = ("em", "e_step", "m_step")
Formula = Callable[[Numbers, Mixture], Numbers]


def gives(*formulas: Formula) -> Callable[[Case], Lines | None]:
    """A detector: every call that returned gave what one of the wrong formulas gives."""

    def find(case: Case) -> Lines | None:
        calls = list(_with_mixtures(case))[:3]
        for formula in formulas:
            if calls and all(_equal(value, formula(X, mixture)) for X, mixture, value in calls):
                return ()
        return None

    return find


def _with_mixtures(case: Case) -> Iterator[tuple[Numbers, Mixture, object]]:
    for arguments, value in case.returned:
        if len(arguments) == 4:
            X, pi, mu, sigma = arguments
            yield X, Mixture(pi, mu, sigma), value


def _equal(value: object, expected: Numbers) -> bool:
    got = numbers(value)
    if got is None or got.size != expected.size:
        return False
    return close(got.ravel(), np.asarray(expected, dtype=np.float64).ravel(), 1e-6)


def joint(X: Numbers, mixture: Mixture) -> Numbers:
    """ln pi_j + ln N(x_i | mu_j, Sigma_j)."""
    return np.asarray(mixture.joint_log_prob(X))


def density(X: Numbers, mixture: Mixture) -> Numbers:
    """ln N(x_i | mu_j, Sigma_j)."""
    return np.asarray(joint(X, mixture) - np.log(mixture.weights))


def _normalized(logs: Numbers) -> Numbers:
    return np.asarray(np.exp(logs - logsumexp(logs, axis=1, keepdims=True)))


def wrong_constant(case: Case) -> Lines | None:
    """Every component is off by its own constant, one that is not its prior."""
    seen = False
    for X, mixture, value in list(_with_mixtures(case))[:3]:
        got = numbers(value, len(X), mixture.n_components)
        if got is None:
            return None
        offset = got - joint(X, mixture)
        scale = 1e-6 * float(np.abs(joint(X, mixture)).max())
        if not np.isfinite(offset).all() or np.max(np.ptp(offset, axis=0)) > scale:
            return None
        seen |= float(np.abs(offset).max()) > scale
    return () if seen and gives(density)(case) is None else None


def only_first_point(case: Case) -> Lines | None:
    """X[0] stands where every point is meant."""
    for node in case.nodes(ast.Subscript):
        if (
            isinstance(node.value, ast.Name)
            and case.parameters
            and node.value.id == case.parameters[0]
            and isinstance(node.slice, ast.Constant)
            and node.slice.value == 0
        ):
            return lines_of(node)
    return None


def summed_over_components(case: Case) -> Lines | None:
    """One number for each point, or one in all: the components were added up."""
    found = gives(
        lambda X, m: logsumexp(joint(X, m), axis=1),
        lambda X, m: np.atleast_1d(logsumexp(joint(X, m), axis=1).sum()),
        lambda X, m: np.exp(logsumexp(joint(X, m), axis=1)),
    )(case)
    if found is not None:
        return found
    if not case.violates("wrong-shape") and case.raised is None:
        return None
    for call in case.nodes(ast.Call):
        if called_name(call) == "sum" and any(
            isinstance(n, ast.comprehension) for argument in call.args for n in ast.walk(argument)
        ):
            return lines_of(call)
    return None


def misused_multivariate_normal(case: Case) -> Lines | None:
    """`np.random.multivariate_normal` draws points; it has no density."""
    for node in case.nodes(ast.Attribute):
        if node.attr in ("pdf", "logpdf") and "random.multivariate_normal" in ast.unparse(node.value):
            return lines_of(node)
    return None


DETECTORS = (
    Detector(
        "prior-missing",
        "The weights of the components are missing: multiply each density by pi_j before adding them up.",
        LOG_LIKELIHOOD,
        gives(lambda X, m: np.atleast_1d(logsumexp(density(X, m), axis=1).sum())),
    ),
    Detector(
        "log-missing",
        "The densities are added up over the points; the log-likelihood adds their logarithms.",
        LOG_LIKELIHOOD,
        gives(
            lambda X, m: np.atleast_1d(np.exp(joint(X, m)).sum()),
            lambda X, m: np.atleast_1d(np.log(np.exp(joint(X, m)).sum())),
        ),
    ),
    Detector(
        "only-one-component",
        "Only the last component counts: what the loop computes is overwritten, not added up.",
        LOG_LIKELIHOOD,
        gives(
            lambda X, m: np.atleast_1d(density(X, m)[:, -1].sum()),
            lambda X, m: np.atleast_1d(joint(X, m)[:, -1].sum()),
        ),
    ),
    Detector(
        "wrong-normalizing-constant",
        "The determinant enters the density with the power -1/2, and is not left out.",
        E_STEP,
        gives(
            lambda X, m: _normalized(joint(X, m) - 0.5 * np.linalg.slogdet(m.covariances)[1]),
            lambda X, m: _normalized(joint(X, m) + 0.5 * np.linalg.slogdet(m.covariances)[1]),
        ),
    ),
    Detector(
        "log-missing",
        "These are probabilities; their logarithm is asked for.",
        LOG_PROBABILITY,
        gives(lambda X, m: np.exp(joint(X, m)), lambda X, m: np.exp(density(X, m)) * m.weights),
    ),
    Detector(
        "prior-missing",
        "The weight of the component is missing: add ln pi_j to the log density.",
        LOG_PROBABILITY,
        gives(density, lambda X, m: density(X, m) + m.weights, lambda X, m: density(X, m) * m.weights),
    ),
    Detector(
        "prior-missing",
        "The weights of the components are missing: multiply each density by pi_j before normalizing.",
        E_STEP,
        gives(lambda X, m: np.exp(density(X, m) - logsumexp(density(X, m), axis=1, keepdims=True))),
    ),
    Detector(
        "posterior-returned",
        "The probabilities are normalized over the components. The joint log-probabilities are asked for, "
        "before "
        "normalizing.",
        LOG_PROBABILITY,
        gives(
            lambda X, m: m.responsibilities(X),
            lambda X, m: joint(X, m) - logsumexp(joint(X, m), axis=1, keepdims=True),
        ),
    ),
    Detector(
        "not-normalized",
        "The responsibilities of a point must sum to 1: divide by the sum over the components.",
        E_STEP,
        gives(lambda X, m: np.exp(joint(X, m)), joint),
    ),
    Detector(
        "summed-over-components",
        "The components are added up. One number for each point AND component is asked for.",
        LOG_PROBABILITY,
        summed_over_components,
    ),
    Detector(
        "transposed-result",
        "The result has components in rows and points in columns: transpose it.",
        (*LOG_PROBABILITY, *E_STEP),
        gives(lambda X, m: joint(X, m).T, lambda X, m: m.responsibilities(X).T),
    ),
    Detector(
        "wrong-normalizing-constant",
        "The constant of the Gaussian is wrong: it is -(D ln(2 pi) + ln det Sigma) / 2, with D the number of "
        "features.",
        LOG_PROBABILITY,
        wrong_constant,
    ),
    Detector(
        "only-first-point",
        "Only the first point is looked at: X[0] stands where every point is meant.",
        (*LOG_PROBABILITY, *E_STEP),
        only_first_point,
    ),
    Detector(
        "misused-api",
        "np.random.multivariate_normal draws random points and has no density. The density is in "
        "scipy.stats.multivariate_normal.",
        (*LOG_PROBABILITY, *EM, "gmm_log_likelihood", "gaussian_pdf"),
        misused_multivariate_normal,
    ),
)
