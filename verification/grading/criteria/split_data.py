"""Validation and test entries taken out of a rating matrix, at random and without replacement.

Properties. As many entries as asked for, all different, all observed, none in both sets; their values; a copy
            of the matrix that lacks exactly them; the input unchanged; entries from all over the matrix.
Tolerance.  Indices as two arrays, as pairs, in any order; one seed forever.
"""

from __future__ import annotations

import numpy as np

from verification.grading.criterion import Criterion, Parameter, Signature, Student
from verification.grading.draws import as_sparse, random_ratings
from verification.grading.findings import Violation
from verification.grading.reading import close, kind_of, numbers, outcomes, pairs, parts, violation

TOO_REGULAR = 6.5
"""Standard errors of a rank sum: a random choice is that far out once in 1e10 times."""


def judge(student: Student, rng: np.random.Generator) -> tuple[Violation, ...]:
    """A small matrix, then one with room for chance."""
    small, large = random_ratings(rng, 5, 6), random_ratings(rng, 40, 30, share=0.4)
    plan = ((small, 3, 4), (large, 60, 50), (large, 37, 5))
    results = outcomes(student, [(as_sparse(m), n_val, n_test) for m, n_val, n_test in plan])
    found = [_compared(*given, result.value) for given, result in zip(plan, results, strict=True)]
    problems = [violation for violation in found if violation is not None]
    if problems:
        # Who draws with replacement also draws an entry for both sets: the larger calls tell which it is.
        replaced = [v for v in problems if v.code == "with-replacement"]
        overlapping = problems[0].code == "overlapping-sets"
        return (replaced[0] if replaced and overlapping else problems[0],)
    if results[0].mutated and results[0].mutated[0]:
        return (
            violation(
                "input-mutated",
                "The input matrix was changed. The docstring asks for a copy: the caller still needs the "
                "original.",
                inputs={"matrix": small, "n_validation": 3, "n_test": 4},
                expected="the input matrix as it was",
                got="entries of the input matrix were removed or changed",
                violated="matrix_split is a copy of the input matrix.",
                severity="minor",
            ),
        )
    return ()


def _compared(matrix: np.ndarray, n_val: int, n_test: int, value: object) -> Violation | None:
    inputs = {"matrix": matrix, "n_validation": n_val, "n_test": n_test}
    five = parts(value, 5)
    remaining = None if five is None else numbers(five[0], *matrix.shape)
    val_idx, test_idx = (None, None) if five is None else (pairs(five[1], n_val), pairs(five[2], n_test))
    val_values, test_values = (
        (None, None) if five is None else (numbers(five[3], n_val), numbers(five[4], n_test))
    )
    if remaining is None or val_idx is None or test_idx is None or val_values is None or test_values is None:
        return violation(
            "wrong-shape",
            "The function should return matrix_split, val_idx, test_idx, val_values, test_values.",
            inputs=inputs,
            expected=f"a matrix of shape {matrix.shape}, {n_val} and {n_test} indices, as many values",
            got=kind_of(value),
            violated="The five results have the order and the lengths of the docstring.",
        )
    both = np.concatenate([val_idx, test_idx])
    inside = (both >= 0).all() and (both < matrix.shape).all()
    if not inside or not (matrix[tuple(both.T)] > 0).all():
        return violation(
            "unobserved-taken",
            "Some validation or test entries are cells without a rating.",
            inputs=inputs,
            expected="indices of observed entries only",
            got=f"{[tuple(map(int, i)) for i in both if not inside or matrix[tuple(i)] == 0][:5]}",
            violated="Validation and test entries are ratings.",
        )
    if len({tuple(i) for i in both.tolist()}) < len(both):
        within = max(len(idx) - len({tuple(i) for i in idx.tolist()}) for idx in (val_idx, test_idx))
        overlap = within == 0
        return violation(
            "overlapping-sets" if overlap else "with-replacement",
            "Validation and test set share entries: the test would not be fair."
            if overlap
            else "Some entries were drawn twice: draw without replacement.",
            inputs=inputs,
            expected=f"{n_val + n_test} different entries",
            got=f"{len({tuple(i) for i in both.tolist()})} different ones",
            violated="No entry is drawn twice.",
        )
    expected_val, expected_test = matrix[tuple(val_idx.T)], matrix[tuple(test_idx.T)]
    if not (close(val_values, expected_val * 1.0) and close(test_values, expected_test * 1.0)):
        return violation(
            "wrong-values",
            "The returned values are not those of the matrix at the returned indices.",
            inputs={**inputs, "val_idx": val_idx},
            expected=expected_val,
            got=val_values,
            violated="val_values[i] is the input matrix at index i of val_idx, and likewise for the test "
            "set.",
        )
    expected = matrix.astype(np.float64)
    expected[tuple(both.T)] = 0
    if not close(remaining, expected):
        user, item = np.argwhere(~(remaining == expected))[0]
        return violation(
            "wrong-remaining-matrix",
            "matrix_split should be the input matrix without the validation and test entries, otherwise "
            "unchanged.",
            inputs={**inputs, "cell": (int(user), int(item))},
            expected=float(expected[user, item]),
            got=float(remaining[user, item]),
            violated="Exactly the validation and test entries are set to zero.",
        )
    return _regular(matrix, both, inputs)


def _regular(matrix: np.ndarray, taken: np.ndarray, inputs: dict[str, object]) -> Violation | None:
    """Whether the choice is no random one: neighbors in one part of the matrix, or few whole users."""
    if len(taken) < 30:
        return None
    observed = np.argwhere(matrix > 0)
    count, total = len(taken), len(observed)
    problem = ""
    for axis, name in ((0, "users"), (1, "items")):
        order = np.lexsort((observed[:, 1 - axis], observed[:, axis]))
        rank = {tuple(cell): r for r, cell in enumerate(observed[order].tolist())}
        ranks = np.array([rank[tuple(cell)] for cell in taken.tolist()])
        deviation = np.sqrt((total + 1) * (total - count) / (12 * count))
        if abs(ranks.mean() - (total - 1) / 2) > TOO_REGULAR * deviation:
            problem = f"they all come from the first or last {name}"
        # Random entries are spread over nearly all users; whole users are few.
        if len(set(taken[:, axis].tolist())) < 0.5 * min(count, matrix.shape[axis]):
            problem = (
                f"they come from {len(set(taken[:, axis].tolist()))} of {matrix.shape[axis]} {name} only"
            )
    if not problem:
        return None
    return violation(
        "not-random",
        f"Validation and test entries are not drawn at random from all ratings: {problem}.",
        inputs=inputs,
        expected="entries from all over the matrix",
        got=problem,
        violated="Every rating is equally likely to be drawn.",
    )


CRITERION = Criterion(
    id="split_data",
    title="Training, validation and test entries",
    signature=Signature(
        (Parameter("matrix"), Parameter("n_validation"), Parameter("n_test")),
        (
            Parameter("matrix_split"),
            Parameter("val_idx"),
            Parameter("test_idx"),
            Parameter("val_values"),
            Parameter("test_values"),
        ),
    ),
    judge=judge,
)
