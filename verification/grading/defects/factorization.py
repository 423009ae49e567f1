"""Known mistakes in matrix factorization: preparation, starting factors, half-steps, early stopping."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

import numpy as np
import scipy.sparse as sparse

from verification.grading.detector import Case, Detector, Lines, called_name, lines_of, names_in
from verification.grading.reading import Numbers, close, number, numbers, pairs, parts
from verification.grading.training import ridge_rows

ALS = ("latent_factor_alternating_optimization",)
TRAINING = (*ALS, "latent_factor_gradient_descent")
SHIFT = ("shift_user_mean",)
START = ("initialize_Q_P",)
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
    return _fit_lines(case)


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


def best_not_copied(case: Case) -> Lines | None:
    """best_Q = Q, and Q is changed in place afterwards."""
    if not case.violates("best-factors-not-returned", "last-factors-returned"):
        return None
    changed = set()
    for node in [*case.nodes(ast.Assign), *case.nodes(ast.AugAssign)]:
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        if isinstance(target, ast.Subscript) or isinstance(node, ast.AugAssign):
            changed |= names_in(target)
    returned = {name for node in case.nodes(ast.Return) for name in names_in(node)}
    for node in case.nodes(ast.Assign):
        pairs_ = (
            zip(node.targets[0].elts, node.value.elts, strict=False)
            if isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, ast.Tuple)
            else [(node.targets[0], node.value)]
        )
        for target, value in pairs_:
            if not (isinstance(target, ast.Name) and isinstance(value, ast.Name)):
                continue
            if value.id in changed and target.id in returned - changed:
                return lines_of(node)
    return None


def stored_under_wrong_condition(case: Case) -> Lines | None:
    """The factors are stored when the loss is smaller than the one before, not smaller than all before."""
    if (
        not case.violates("best-factors-not-returned", "last-factors-returned")
        or best_not_copied(case) is not None
    ):
        return None
    for node in case.nodes(ast.If):
        stores = [
            inner
            for inner in ast.walk(node)
            if isinstance(inner, ast.Assign)
            and any("best" in ast.unparse(t) and "loss" not in ast.unparse(t) for t in inner.targets)
        ]
        if stores:
            return lines_of(node.test)
    for node in case.nodes(ast.Assign):
        if any("best" in ast.unparse(target) for target in node.targets):
            return lines_of(node)
    return None


def two_counters(case: Case) -> Lines | None:
    """patience counts down while another counter goes up, and they meet half way."""
    down = {
        ast.unparse(node.target)
        for node in case.nodes(ast.AugAssign)
        if isinstance(node.op, ast.Sub) and isinstance(node.value, ast.Constant)
    }
    up = {
        ast.unparse(node.target)
        for node in case.nodes(ast.AugAssign)
        if isinstance(node.op, ast.Add) and isinstance(node.value, ast.Constant)
    }
    for node in case.nodes(ast.Compare):
        sides = {ast.unparse(node.left), *(ast.unparse(other) for other in node.comparators)}
        if sides & down and sides & up:
            return lines_of(node)
    return None


def no_early_stopping(case: Case) -> Lines | None:
    """`patience` is never looked at, or nothing ends the loop."""
    if not case.violates("early-stopping"):
        return None
    name = next((p for p in case.parameters if p == "patience"), None)
    read = [n for n in ast.walk(case.function) if isinstance(n, ast.Name) and n.id == name]
    loads = [n for n in read if isinstance(n.ctx, ast.Load)]
    ends = [n for n in ast.walk(case.function) if isinstance(n, ast.Break)]
    returns = [
        n
        for loop in ast.walk(case.function)
        if isinstance(loop, ast.For | ast.While)
        for n in ast.walk(loop)
        if isinstance(n, ast.Return)
    ]
    whiles = [n for n in ast.walk(case.function) if isinstance(n, ast.While)]
    if not loads or not (ends or returns or whiles):
        return lines_of(case.function)
    return None


def max_steps_ignored(case: Case) -> Lines | None:
    """`max_steps` is never looked at, or the loop goes on for ever."""
    if "max_steps" not in case.parameters:
        return None
    read = [
        n
        for n in ast.walk(case.function)
        if isinstance(n, ast.Name) and n.id == "max_steps" and isinstance(n.ctx, ast.Load)
    ]
    return lines_of(case.function) if not read else None


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


def singular_values_dropped(case: Case) -> Lines | None:
    """Q P has the right directions and all singular values 1 (or their squares, or roots)."""
    for (M, k, init), value in _starts(case):
        both = parts(value, 2)
        if init != "svd" or both is None:
            continue
        Q, P = numbers(both[0], M.shape[0], k), numbers(both[1], k, M.shape[1])
        if Q is None or P is None:
            continue
        left, singular, right = np.linalg.svd(M.toarray(), full_matrices=False)
        for power in (0.0, 0.5, 2.0, 1.5):
            if close(Q @ P, (left[:, :k] * singular[:k] ** power) @ right[:k], 1e-4):
                return ()
        core = left[:, :k].T @ Q @ P @ right[:k].T  # the right spaces, the wrong scale
        if close(left[:, :k] @ core @ right[:k], Q @ P, 1e-4):
            return ()
    return None


def _starts(case: Case) -> Iterator[tuple[tuple[sparse.csr_matrix, int, str], object]]:
    for arguments, value in case.returned:
        yield (arguments[0], arguments[1], arguments[2]), value


def svds_without_k(case: Case) -> Lines | None:
    """svds keeps six singular values unless told otherwise."""
    for call in case.nodes(ast.Call):
        if (
            called_name(call) == "svds"
            and len(call.args) < 2
            and not any(k.arg == "k" for k in call.keywords)
        ):
            return lines_of(call)
    return None


def factors_swapped(case: Case) -> Lines | None:
    """Q has the shape of P: the left singular vectors went to P."""
    for node in case.nodes(ast.Assign):
        target, names = ast.unparse(node.targets[0]), names_in(node.value)
        lower = {name.lower() for name in names}
        if target == "Q" and lower & {"vt", "v", "vh"} and not lower & {"u"}:
            return lines_of(node)
        if target == "P" and "u" in lower and not lower & {"vt", "v", "vh"}:
            return lines_of(node)
    for (M, k, _), value in _starts(case):
        both = parts(value, 2)
        if both is None or M.shape[0] == M.shape[1]:
            continue
        first, second = numbers(both[0]), numbers(both[1])
        n, d = M.shape
        if first is None or second is None:
            continue
        if first.shape in ((k, d), (d, k)) and second.shape in ((n, k), (k, n)):
            return ()
    return None


def random_not_uniform(case: Case) -> Lines | None:
    """The random start comes from another law."""
    if not case.violates("not-uniform"):
        return None
    for call in case.nodes(ast.Call):
        if called_name(call) in ("randn", "normal", "standard_normal", "randint", "ones", "zeros", "full"):
            return lines_of(call)
    return ()


def shift_gives(
    formula: Callable[[Numbers], tuple[Numbers | None, Numbers | None]],
) -> Callable[[Case], Lines | None]:
    """A detector: matrix or means are what a wrong formula gives, in every call that returned."""

    def find(case: Case) -> Lines | None:
        seen = 0
        for (matrix,), value in case.returned:
            both = parts(value, 2)
            if both is None:
                return None
            dense = matrix.toarray().astype(np.float64)
            shifted, means = formula(dense)
            got_shifted, got_means = numbers(both[0], *dense.shape), numbers(both[1], len(dense))
            if shifted is not None and (got_shifted is None or not close(got_shifted, shifted)):
                return None
            if means is not None and (got_means is None or not close(got_means, means)):
                return None
            seen += 1
        return () if seen else None

    return find


def _observed_means(dense: Numbers) -> Numbers:
    return np.asarray(dense.sum(axis=1) / (dense > 0).sum(axis=1))


def same_entry_in_both(case: Case) -> Lines | None:
    """Validation and test set are the same entries."""
    for (_, n_val, n_test), value in case.returned:
        five = parts(value, 5)
        if five is not None:
            val, test = pairs(five[1], n_val), pairs(five[2], n_test)
            if val is not None and test is not None:
                shared = min(len(val), len(test))
                if np.array_equal(val[:shared], test[:shared]):
                    return ()
    return None


def loss_gives(
    formula: Callable[[Numbers, Numbers, Numbers, float], float],
) -> Callable[[Case], Lines | None]:
    """A detector: the loss is what a wrong formula gives."""

    def find(case: Case) -> Lines | None:
        calls = list(case.returned)
        for (values, ixs, Q, P, penalty), value in calls:
            got, expected = number(value), formula(values - (Q @ P)[ixs], Q, P, penalty)
            if got is None or abs(got - expected) > 1e-9 * abs(expected):
                return None
        return () if calls else None

    return find


DETECTORS = (
    Detector(
        "mean-over-zeros",
        "The mean is taken over all cells of the row, empty ones counted as zeros. Divide by the number "
        "of ratings.",
        SHIFT,
        shift_gives(lambda dense: (None, dense.mean(axis=1))),
    ),
    Detector(
        "mean-subtracted-from-unobserved",
        "The mean is subtracted from empty cells too. They are unknown and must stay empty.",
        SHIFT,
        shift_gives(lambda dense: (dense - _observed_means(dense)[:, None], None)),
    ),
    Detector(
        "mean-subtracted-from-unobserved",
        "The mean is subtracted from empty cells too. They are unknown and must stay empty.",
        SHIFT,
        shift_gives(lambda dense: (dense - dense.mean(axis=1)[:, None], None)),
    ),
    Detector(
        "item-means",
        "Means are taken over columns, that is over restaurants. Users are rows.",
        SHIFT,
        shift_gives(
            lambda dense: (
                np.where(dense > 0, dense - dense.sum(axis=0) / np.maximum((dense > 0).sum(axis=0), 1), 0),
                None,
            )
        ),
    ),
    Detector(
        "matrix-not-shifted",
        "The returned matrix is the input: the means were not subtracted from it.",
        SHIFT,
        shift_gives(lambda dense: (dense, None)),
    ),
    Detector(
        "global-mean",
        "One mean over all ratings is used for all users.",
        SHIFT,
        shift_gives(lambda dense: (np.where(dense > 0, dense - dense[dense > 0].mean(), 0), None)),
    ),
    Detector(
        "test-equals-validation",
        "Validation and test set are the same entries: the test says nothing new.",
        ("split_data",),
        same_entry_in_both,
    ),
    Detector(
        "penalty-missing",
        "The regularization term is missing.",
        ("loss",),
        loss_gives(lambda errors, Q, P, penalty: float(np.sum(errors**2))),
    ),
    Detector(
        "norms-not-squared",
        "The norms in the penalty must be squared.",
        ("loss",),
        loss_gives(
            lambda errors, Q, P, penalty: float(
                np.sum(errors**2)
                + penalty * (np.linalg.norm(P, axis=0).sum() + np.linalg.norm(Q, axis=1).sum())
            )
        ),
    ),
    Detector(
        "mean-instead-of-sum",
        "The mean of the squared errors is taken; the loss has their sum.",
        ("loss",),
        loss_gives(
            lambda errors, Q, P, penalty: float(np.mean(errors**2) + penalty * (np.sum(P**2) + np.sum(Q**2)))
        ),
    ),
    Detector(
        "svds-without-k",
        "svds is called without k and returns six singular values, whatever k is.",
        START,
        svds_without_k,
    ),
    Detector(
        "factors-swapped",
        "The roles of Q and P are swapped: users are the rows, so the left singular vectors belong to Q.",
        START,
        factors_swapped,
    ),
    Detector(
        "singular-values-dropped",
        "The singular values are left out or multiplied in wrongly: Q times P must give U diag(s) V^T.",
        START,
        singular_values_dropped,
    ),
    Detector(
        "random-not-uniform",
        "The random entries must be uniform on [0, 1): np.random.rand.",
        START,
        random_not_uniform,
    ),
    Detector(
        "unobserved-as-zero",
        "Empty cells take part in the regressions as ratings of 0. Fit each user to the ratings of THIS "
        "user only, "
        "and each restaurant likewise.",
        TRAINING,
        unobserved_as_zero,
    ),
    Detector(
        "intercept-left-on",
        "The regression fits an intercept, which is then thrown away. Set fit_intercept=False.",
        ALS,
        intercept_on,
    ),
    Detector(
        "regularization-unused",
        "reg_lambda has no influence on the factors: use it as the penalty of the regression.",
        TRAINING,
        regularization_unused,
    ),
    Detector(
        "regularization-mis-scaled",
        "The penalty is not lambda |q|^2 for each row: it is multiplied or divided by something, such as the "
        "number of ratings.",
        ALS,
        regularization_mis_scaled,
    ),
    Detector(
        "mask-positive",
        "`> 0` finds the positive entries only. After the means are subtracted, ratings below the mean "
        "are negative.",
        TRAINING,
        mask_positive,
    ),
    Detector(
        "best-not-copied",
        "The best factors are stored without a copy and change with every later step. Store Q.copy() and "
        "P.copy().",
        TRAINING,
        best_not_copied,
    ),
    Detector(
        "stored-under-wrong-condition",
        "The factors are not stored exactly when the validation loss is smaller than ever before.",
        TRAINING,
        stored_under_wrong_condition,
    ),
    Detector(
        "two-counters",
        "One counter goes down while another goes up, and they are compared with each other: training stops "
        "after half the patience.",
        TRAINING,
        two_counters,
    ),
    Detector(
        "no-early-stopping",
        "Nothing stops the training when the validation loss no longer improves: patience is not used.",
        TRAINING,
        no_early_stopping,
    ),
    Detector(
        "max-steps-ignored",
        "max_steps is not used: training ends only when patience runs out.",
        TRAINING,
        max_steps_ignored,
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
