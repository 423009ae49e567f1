"""Known mistakes before the factorization: user means, the split, the loss, starting factors."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

import numpy as np
import scipy.sparse as sparse

from verification.grading.detector import Case, Detector, Lines, called_name, lines_of, names_in
from verification.grading.reading import Numbers, close, number, numbers, pairs, parts

SHIFT = ("shift_user_mean",)
START = ("initialize_Q_P",)


def singular_values_dropped(case: Case) -> Lines | None:
    """Q P has the right directions and all singular values 1 (or their squares, or roots)."""
    for (M, k, init), value in _starts(case):
        both = parts(value, 2)
        if init != "svd" or both is None:
            continue
        Q, P = numbers(both[0], M.shape[0], k), numbers(both[1], k, M.shape[1])
        if any(np.shape(part) in ((M.shape[0],), (M.shape[1],)) for part in both):
            return ()  # multiplied as a vector: the factors are added up
        if Q is None or P is None:
            continue
        left, singular, right = np.linalg.svd(M.toarray(), full_matrices=False)
        if close(Q @ P, (left[:, :k] * singular[:k]) @ right[:k], 1e-4):
            continue
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
            if got is None or not abs(got - expected) <= 1e-9 * abs(expected):  # NaN is what no formula gives
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
)
