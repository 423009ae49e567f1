"""Known mistakes in Gaussian mixtures: log-probabilities and EM.

Where a wrong formula gives definite numbers, what came back is compared with what that formula gives.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

import numpy as np
from scipy.special import logsumexp

from algorithms.mixture import Mixture
from verification.grading.detector import Case, Detector, Lines, called_name, lines_of
from verification.grading.reading import Numbers, close, numbers, parts

LOG_PROBABILITY = ("gmm_log_probability",)
E_STEP = ("e_step",)
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


def wrong_axis(case: Case) -> Lines | None:
    """Responsibilities divided by sums over the points instead of sums over the components."""
    if case.criterion == "e_step":
        return gives(
            lambda X, m: np.exp(joint(X, m) - logsumexp(joint(X, m), axis=0)),
        )(case)
    for node in case.nodes(ast.BinOp):
        if isinstance(node.op, ast.Div | ast.Sub):
            divisor = ast.unparse(node.right)
            name = ast.unparse(node.left)
            if any(
                text in divisor for text in (f"sum({name}, axis=0", f"{name}.sum(axis=0", f"{name}.sum(0")
            ) or (f"logsumexp({name}, axis=0" in divisor):
                return lines_of(node)
    for node in case.nodes(ast.AugAssign):
        if isinstance(node.op, ast.Div) and isinstance(node.target, ast.Name):
            divisor, name = ast.unparse(node.value), node.target.id
            if any(
                text in divisor for text in (f"sum({name}, axis=0", f"{name}.sum(axis=0", f"{name}.sum(0")
            ):
                return lines_of(node)
    return None


def covariance_update(case: Case) -> Lines | None:
    """The covariance divided by something else than N_k, or about another point than the mean."""
    if case.criterion == "m_step":
        found = case.violates("wrong-covariances")
        return () if found else None
    if not case.violates("not-stationary", "invalid-mixture"):
        return None
    for node in [*case.nodes(ast.Assign), *case.nodes(ast.AugAssign)]:
        target = ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)
        if target.split("[")[0] in (
            "sigma",
            "cov",
            "covs",
            "covariances",
            "Sigma",
            "sigmas",
            "new_sigma",
            "S",
        ):
            text = ast.unparse(node.value)
            makes = any(name in text for name in (".T", "@", "dot", "einsum", "outer", "np.cov", "**"))
            if makes and isinstance(node, ast.Assign | ast.AugAssign):
                suspicious = ("- " not in text and "diff" not in text and "offset" not in text) or (
                    "/" not in text and "average" not in text and "cov" not in text
                )
                if suspicious and not _divided_later(case, target.split("[")[0], node):
                    return lines_of(node)
    return None


def _divided_later(case: Case, name: str, node: ast.stmt) -> bool:
    return any(
        other.lineno > node.lineno
        and name == ast.unparse(other.target).split("[")[0]
        and isinstance(other.op, ast.Div)
        for other in case.nodes(ast.AugAssign)
    )


def weights_never_updated(case: Case) -> Lines | None:
    """pi stays as it started."""
    if case.criterion != "em" or not case.violates("not-stationary"):
        return None
    for arguments, value in case.returned:
        three = parts(value, 3)
        pi = None if three is None else numbers(three[0])
        if pi is None or pi.size != arguments[1] or not np.allclose(pi, 1 / arguments[1]):
            return None
    return ()


DETECTORS = (
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
        LOG_PROBABILITY,
        only_first_point,
    ),
    Detector(
        "misused-api",
        "np.random.multivariate_normal draws random points and has no density. The density is in "
        "scipy.stats.multivariate_normal.",
        (*LOG_PROBABILITY, *EM, "gmm_log_likelihood", "gaussian_pdf"),
        misused_multivariate_normal,
    ),
    Detector(
        "responsibilities-wrong-axis",
        "The responsibilities are normalized over the points. They must sum to 1 over the components, for "
        "each "
        "point.",
        ("em", "e_step"),
        wrong_axis,
    ),
    Detector(
        "wrong-covariance-update",
        "The covariance of a component is the weighted mean of (x - mu_k)(x - mu_k)^T with the new mu_k, "
        "divided "
        "by N_k, the sum of its responsibilities.",
        ("em", "m_step"),
        covariance_update,
    ),
    Detector(
        "weights-never-updated",
        "pi stays at 1/k: the M-step must set it to N_k / N.",
        ("em",),
        weights_never_updated,
    ),
)
