"""Users and restaurants with too few ratings removed, again and again until none is left.

Property.   What remains is the largest part in which every row and column has enough ratings.
Tolerance.  "Less than min_entries" (the docstring) and "min_entries or less" (the text) are both too few.
"""

from __future__ import annotations

import numpy as np

from verification.grading.criterion import Criterion, Parameter, Signature, Student
from verification.grading.draws import as_sparse
from verification.grading.findings import Violation
from verification.grading.reading import Numbers, kind_of, numbers, outcomes, violation


def judge(student: Student, rng: np.random.Generator) -> tuple[Violation, ...]:
    """Matrices in which removing one row makes a column fall short, and so on."""
    calls = [(_cascade(rng, n, d, least), least) for n, d, least in ((7, 6, 2), (30, 20, 4), (25, 30, 5))]
    results = outcomes(student, [(as_sparse(matrix), least) for matrix, least in calls])
    read = [numbers(result.value) for result in results]
    for strictly in (True, False):
        rivals = [_filtered(matrix, least, strictly) for matrix, least in calls]
        if all(got is not None and np.array_equal(got, e) for got, e in zip(read, rivals, strict=True)):
            return ()
    expected = [_filtered(matrix, least, True) for matrix, least in calls]
    bad = next(i for i, got in enumerate(read) if got is None or not np.array_equal(got, expected[i]))
    matrix, least = calls[bad]
    got = read[bad]
    return (
        violation(
            "wrong-cold-start",
            "Rows and columns with too few entries should be removed again and again until all have enough.",
            inputs={"matrix": matrix, "min_entries": least},
            expected=expected[bad],
            got=kind_of(results[bad].value) if got is None else got,
            violated="In the result every row and column has more than min_entries entries, and nothing "
            "else was "
            "removed.",
        ),
    )


def _cascade(rng: np.random.Generator, n: int, d: int, least: int) -> np.ndarray:
    """A matrix with a dense core and a sparse rim, which both rules shrink in rounds, not to nothing."""
    while True:
        chance = np.outer(np.linspace(1.0, 0.1, n), np.linspace(1.0, 0.15, d)) ** 0.7
        matrix = rng.integers(1, 6, size=(n, d)) * (rng.random((n, d)) < chance)
        matrix = matrix[rng.permutation(n)][:, rng.permutation(d)]
        once = _pass(matrix, least, True)
        sizes = [_filtered(matrix, least, strictly).shape for strictly in (True, False)]
        if min(sizes[0]) >= 2 and sizes[0] != once.shape and sizes[0] != sizes[1]:
            return np.asarray(matrix)


def _filtered(matrix: np.ndarray, least: int, strictly: bool) -> Numbers:
    shape = (-1, -1)
    while matrix.shape != shape:
        shape = matrix.shape
        matrix = _pass(matrix, least, strictly)
    return matrix.astype(np.float64)


def _pass(matrix: np.ndarray, least: int, strictly: bool) -> np.ndarray:
    least = least + 1 if strictly else least
    matrix = matrix[(matrix > 0).sum(axis=1) >= least]
    return matrix[:, (matrix > 0).sum(axis=0) >= least]


CRITERION = Criterion(
    id="cold_start_preprocessing",
    title="Removing users and restaurants with few ratings",
    signature=Signature((Parameter("matrix"), Parameter("min_entries")), (Parameter("matrix"),)),
    judge=judge,
)
