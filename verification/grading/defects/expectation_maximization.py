"""Known mistakes in EM for Gaussian mixtures: the two steps and the likelihood between them."""

from __future__ import annotations

import ast
import re

import numpy as np
from scipy.special import logsumexp

from verification.grading.defects.clustering import end_of_loop, one_iteration
from verification.grading.defects.mixtures import gives, joint
from verification.grading.detector import Case, Detector, Lines, called_name, lines_of, names_in
from verification.grading.reading import number, numbers, parts


def wrong_axis(case: Case) -> Lines | None:
    """Responsibilities divided by sums over the points instead of sums over the components."""
    if case.criterion == "e_step":
        return gives(
            lambda X, m: np.exp(joint(X, m) - logsumexp(joint(X, m), axis=0)),
        )(case)
    for node in case.nodes(ast.BinOp):
        if isinstance(node.op, ast.Div | ast.Sub) and not _components_first(case, ast.unparse(node.left)):
            divisor = ast.unparse(node.right)
            name = ast.unparse(node.left)
            if any(
                text in divisor for text in (f"sum({name}, axis=0", f"{name}.sum(axis=0", f"{name}.sum(0")
            ) or (f"logsumexp({name}, axis=0" in divisor):
                return lines_of(node)
    for node in case.nodes(ast.AugAssign):
        name = ast.unparse(node.target)
        if isinstance(node.op, ast.Div) and not _components_first(case, name):
            divisor, name = ast.unparse(node.value), node.target.id
            if any(
                text in divisor for text in (f"sum({name}, axis=0", f"{name}.sum(axis=0", f"{name}.sum(0")
            ):
                return lines_of(node)
    return None


def _components_first(case: Case, name: str) -> bool:
    """Whether an array was made with a row for each component: sums over axis 0 are the right ones."""
    for node in case.nodes(ast.Assign):
        if ast.unparse(node.targets[0]) == name:
            text = ast.unparse(node.value).replace(" ", "")
            by_rows = text.startswith(("np.array([", "np.stack([", "np.vstack([", "[")) and not text.endswith(
                (".T", "1)", "transpose()")
            )
            if by_rows or re.match(r"np\.(zeros|empty|ones|full)\(\(?[kK],", text):
                return True
    return False


def likelihood_after_normalizing(case: Case) -> Lines | None:
    """The logarithm of sums over responsibilities, which are 1, where sums of joint densities are meant."""
    if case.criterion == "gmm_log_likelihood":
        values = [number(value) for *_, value in case.returned][:3]  # farther away densities are 0
        return () if values and all(v is not None and abs(v) < 1e-9 for v in values) else None
    if not case.violates("not-stationary"):
        return None
    normalized = {}
    for node in case.nodes(ast.Assign):
        name, value = ast.unparse(node.targets[0]), node.value
        if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Div) and ast.unparse(value.left) == name:
            normalized[name] = node.lineno
    for node in case.nodes(ast.AugAssign):
        if isinstance(node.op, ast.Div) and "sum" in ast.unparse(node.value):
            normalized[ast.unparse(node.target)] = node.lineno
    for call in case.nodes(ast.Call):
        text = ast.unparse(call)
        later = [name for name, line in normalized.items() if line < call.lineno]
        if called_name(call) == "log" and "sum" in text and names_in(call) & set(later):
            return lines_of(call)
    return None


def covariance_update(case: Case) -> Lines | None:
    """The covariance divided by something else than N_k, or about another point than the mean."""
    if case.criterion == "m_step":
        found = case.violates("wrong-covariances")
        return () if found else None
    if not case.violates("not-stationary", "invalid-mixture"):
        return None
    loops = [*case.nodes(ast.For), *case.nodes(ast.While)]
    within = [node for loop in loops for node in ast.walk(loop)]
    for node in [node for node in within if isinstance(node, ast.Assign | ast.AugAssign)]:
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
    if not case.violates("not-stationary") or wrong_axis(case) is not None:
        return None
    for arguments, value in case.returned:
        three = parts(value, 3)
        pi = None if three is None else numbers(three[0])
        if pi is None or pi.size != arguments[1] or not np.allclose(pi, 1 / arguments[1]):
            return None
    return ()


def wrong_convergence_test(case: Case) -> Lines | None:
    """The steps are right, and a test ends the loop before they are done."""
    steps = (wrong_axis, covariance_update, weights_never_updated, likelihood_after_normalizing)
    if not case.violates("not-stationary") or any(find(case) is not None for find in (one_iteration, *steps)):
        return None
    return end_of_loop(case)


DETECTORS = (
    Detector(
        "wrong-convergence-test",
        "The iterations stop too early: the test is met although the parameters still change.",
        ("em",),
        wrong_convergence_test,
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
        "likelihood-after-normalizing",
        "The likelihood is computed from the normalized responsibilities, whose sums are 1, so it is always "
        "0. Use the joint densities before they are normalized.",
        ("em", "gmm_log_likelihood"),
        likelihood_after_normalizing,
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
