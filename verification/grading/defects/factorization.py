"""Known mistakes in the half-steps of the factorization: which entries count, penalty, intercept."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

import numpy as np
import scipy.sparse as sparse

from verification.grading.detector import Case, Detector, Lines, called_name, lines_of, names_in
from verification.grading.reading import Numbers, numbers, parts
from verification.grading.training import ridge_rows

ALS = ("latent_factor_alternating_optimization",)
TRAINING = (*ALS, "latent_factor_gradient_descent")
SOLVED = 2e-3


def _solutions(case: Case) -> Iterator[tuple[Numbers, np.ndarray, Numbers, Numbers, float]]:
    """Values, observed cells, Q, P and lambda of every training that returned factors."""
    for arguments, value in list(case.returned)[:1]:
        M, idx, k, reg_lambda = arguments[0], arguments[1], arguments[2], arguments[5]
        five = parts(value, 5)
        if five is None:
            return
        Q, P = numbers(five[0], M.shape[0], k), numbers(five[1], k, M.shape[1])
        if Q is None or P is None or not (np.isfinite(Q).all() and np.isfinite(P).all()):
            return
        observed = np.zeros(M.shape, dtype=bool)
        observed[tuple(np.asarray(idx).T)] = True
        yield (
            M.toarray() if isinstance(M, sparse.csr_matrix) else np.asarray(M),
            observed,
            Q,
            P,
            float(reg_lambda),
        )


def solves(variant: Callable[[Numbers, np.ndarray, Numbers, float], Numbers]) -> Callable[[Case], bool]:
    """Whether the returned factors solve regressions of a wrong kind, Q given P or P given Q."""

    def find(case: Case) -> bool:
        found = False
        for values, observed, Q, P, reg_lambda in _solutions(case):
            if reg_lambda == 0:
                continue
            of_Q = variant(values, observed, P, reg_lambda)
            of_P = variant(values.T, observed.T, Q.T, reg_lambda).T
            if not (_near(Q, of_Q) or _near(P, of_P)):
                return False
            found = True
        return found

    return find


def _near(got: Numbers, expected: Numbers) -> bool:
    return bool(np.linalg.norm(got - expected) <= SOLVED * np.linalg.norm(expected))


def _all_cells(values: Numbers, observed: np.ndarray, factors: Numbers, penalty: float) -> Numbers:
    return ridge_rows(values, np.ones_like(observed), factors, penalty)


def _with_intercept(values: Numbers, observed: np.ndarray, factors: Numbers, penalty: float) -> Numbers:
    """Ridge regressions of centered values on centered factors."""
    rows = []
    for row, mask in zip(values, observed, strict=True):
        F, v = factors[:, mask], row[mask]
        F, v = F - F.mean(axis=1, keepdims=True), v - v.mean()
        rows.append(np.linalg.solve(F @ F.T + penalty * np.eye(len(F)), F @ v))
    return np.array(rows)


def _intercept_everywhere(values: Numbers, observed: np.ndarray, factors: Numbers, penalty: float) -> Numbers:
    return _with_intercept(values, np.ones_like(observed), factors, penalty)


def _scaled(scale: Callable[[float, np.ndarray], Numbers]) -> Callable[..., Numbers]:
    def variant(values: Numbers, observed: np.ndarray, factors: Numbers, penalty: float) -> Numbers:
        scales = scale(penalty, observed)
        return np.array(
            [
                ridge_rows(values[i : i + 1], observed[i : i + 1], factors, float(scales[i]))[0]
                for i in range(len(values))
            ]
        )

    return variant


MIS_SCALED = (
    _scaled(lambda penalty, mask: penalty * mask.sum(axis=1)),
    _scaled(lambda penalty, mask: penalty / mask.sum(axis=1)),
    _scaled(lambda penalty, mask: np.full(len(mask), 2 * penalty)),
    _scaled(lambda penalty, mask: np.full(len(mask), penalty / 2)),
    _scaled(
        lambda penalty, mask: np.full(len(mask), penalty**2) if penalty != 1 else np.full(len(mask), -1e9)
    ),
)
UNPENALIZED = _scaled(lambda penalty, mask: np.full(len(mask), 1e-10))
DEFAULT_PENALTY = _scaled(lambda penalty, mask: np.ones(len(mask)))


def unobserved_as_zero(case: Case) -> Lines | None:
    """Regressions over all cells: by the numbers, or by a fit on the whole of M."""
    if case.criterion in ALS and (solves(_all_cells)(case) or solves(_intercept_everywhere)(case)):
        return _fit_lines(case) or ()
    if case.criterion not in ALS and case.violates("not-stationary") and _descended_on_all_cells(case):
        return ()
    return _fit_lines(case)


def _descended_on_all_cells(case: Case) -> bool:
    """Whether gradient descent came near a minimum of the loss over all cells, the empty ones as zeros."""
    for values, observed, Q, P, reg_lambda in _solutions(case):
        all_cells, masked = (
            np.linalg.norm(Q - ridge_rows(values, cells, P, reg_lambda))
            for cells in (np.ones_like(observed), observed)
        )
        return bool(all_cells < 0.2 * np.linalg.norm(Q) and all_cells < 0.5 * masked)
    return False


def _fit_lines(case: Case) -> Lines | None:
    if not case.parameters:
        return None
    M = case.parameters[0]
    whole = (M, f"{M}.T", f"{M}.toarray()", f"{M}.todense()", f"{M}.T.toarray()", f"{M}.toarray().T")
    for call in case.nodes(ast.Call):
        fits = called_name(call) in ("fit", "solve", "lstsq", "dot") and len(call.args) == 2
        if fits and ast.unparse(call.args[1]) in whole:
            return lines_of(call)
    return None


def intercept_on(case: Case) -> Lines | None:
    """A regression with an intercept."""
    for call in case.nodes(ast.Call):
        if called_name(call) in ("Ridge", "LinearRegression"):
            setting = [k.value for k in call.keywords if k.arg == "fit_intercept"]
            if not setting or (isinstance(setting[0], ast.Constant) and setting[0].value is True):
                return lines_of(call)
    return () if solves(_with_intercept)(case) or solves(_intercept_everywhere)(case) else None


def regularization_unused(case: Case) -> Lines | None:
    """lambda has no influence."""
    if solves(UNPENALIZED)(case):
        return ()
    for call in case.nodes(ast.Call):
        if called_name(call) == "LinearRegression":
            return lines_of(call)
        if (
            called_name(call) == "Ridge"
            and not call.args
            and not any(k.arg == "alpha" for k in call.keywords)
        ):
            return lines_of(call)
    if len(case.parameters) > 5 and case.violates("half-step-not-solved", "not-stationary"):
        name = case.parameters[5]
        losses = [c for c in case.nodes(ast.Call) if called_name(c) == "loss"]
        inside = {id(n) for c in losses for n in ast.walk(c)}
        used = [
            n
            for n in ast.walk(case.function)
            if isinstance(n, ast.Name) and n.id == name and id(n) not in inside
        ]
        if not used:
            return lines_of(case.function)
    return None


def regularization_mis_scaled(case: Case) -> Lines | None:
    """The penalty is lambda times or divided by something."""
    if not case.violates("half-step-not-solved"):
        return None
    return () if any(solves(variant)(case) for variant in MIS_SCALED) else None


def nonzero_of_shifted(case: Case) -> Lines | None:
    """The observed cells are looked for in M, where ratings equal to the user's mean are zero."""
    if not case.parameters:
        return None
    M = case.parameters[0]
    signs = (f"{M}.nonzero()", f"sp.find({M})", f"{M} > 0", f"{M} != 0", f"np.nonzero({M})", f"argwhere({M})")
    for node in [*case.nodes(ast.Call), *case.nodes(ast.Compare)]:
        text = ast.unparse(node)
        if any(sign in text for sign in signs) or any(
            isinstance(n, ast.Compare)
            and isinstance(n.left, ast.Subscript)
            and ast.unparse(n).startswith(f"{M}[")
            for n in [node]
        ):
            return lines_of(node)
    return None


def mask_positive(case: Case) -> Lines | None:
    """`M > 0` after the means were subtracted: half of the ratings are negative then."""
    if not case.parameters:
        return None
    ratings = {case.parameters[0]}
    for node in case.nodes(ast.Assign):
        if names_in(node.value) & ratings and isinstance(node.targets[0], ast.Name):
            ratings.add(node.targets[0].id)
    for node in case.nodes(ast.Compare):
        zero = isinstance(node.comparators[0], ast.Constant) and node.comparators[0].value == 0
        if isinstance(node.ops[0], ast.Gt) and zero and names_in(node.left) & ratings:
            return lines_of(node)
    return None


DETECTORS = (
    Detector(
        "unobserved-as-zero",
        "Empty cells take part in the regressions as ratings of 0. Fit each user to the ratings of THIS "
        "user only, "
        "and each restaurant likewise.",
        TRAINING,
        unobserved_as_zero,
        explains=("half-step-not-solved", "half-step-missing", "not-stationary", "regularization-unused"),
    ),
    Detector(
        "intercept-left-on",
        "The regression fits an intercept, which is then thrown away. Set fit_intercept=False.",
        ALS,
        intercept_on,
        explains=("half-step-not-solved", "half-step-missing", "not-stationary", "regularization-unused"),
    ),
    Detector(
        "regularization-unused",
        "reg_lambda has no influence on the factors: use it as the penalty of the regression.",
        TRAINING,
        regularization_unused,
        explains=("half-step-not-solved", "half-step-missing", "not-stationary", "regularization-unused"),
    ),
    Detector(
        "regularization-mis-scaled",
        "The penalty is not lambda |q|^2 for each row: it is multiplied or divided by something, such as the "
        "number of ratings.",
        ALS,
        regularization_mis_scaled,
        explains=("half-step-not-solved", "half-step-missing", "not-stationary", "regularization-unused"),
    ),
    Detector(
        "mask-positive",
        "`> 0` finds the positive entries only. After the means are subtracted, ratings below the mean "
        "are negative.",
        TRAINING,
        mask_positive,
        explains=("half-step-not-solved", "half-step-missing", "not-stationary", "regularization-unused"),
    ),
    Detector(
        "explicit-zeros-lost",
        "The observed entries are looked for in M, where ratings equal to the user's mean are zero. Use "
        "non_zero_idx.",
        TRAINING,
        nonzero_of_shifted,
        "minor",
    ),
)
