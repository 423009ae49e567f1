"""Each user's mean over the OBSERVED ratings, subtracted from exactly those.

Properties. The means are those of the observed entries; observed entries are shifted, all others stay zero.
Tolerance.  Sparse or dense result (dense is a minor defect: the exercise's matrix would fill the memory); the
            means as column, row or vector; entries that become zero stored or not; changed in place or not.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sparse

from verification.grading.criterion import Criterion, Parameter, Signature, Student
from verification.grading.draws import as_sparse, random_ratings
from verification.grading.findings import Violation
from verification.grading.reading import close, kind_of, numbers, outcomes, parts, violation


def judge(student: Student, rng: np.random.Generator) -> tuple[Violation, ...]:
    """Whole ratings as in the exercise, then fractions, then a user who rates all alike."""
    small, large = random_ratings(rng, 4, 5, least=2), random_ratings(rng, 15, 9)
    fractions = np.where(large > 0, large + rng.uniform(-0.5, 0.5, large.shape), 0.0)
    alike = large.copy()
    alike[2] = 4 * (alike[2] > 0)
    matrices = (small, large, fractions, alike)
    results = outcomes(student, [(as_sparse(matrix),) for matrix in matrices])
    found: list[Violation] = []
    for matrix, result in zip(matrices, results, strict=True):
        found += _compared(matrix, result.value)
        if found:
            return tuple(found)
    first = parts(results[0].value, 2)
    if first is not None and not sparse.issparse(first[0]):
        found.append(
            violation(
                "dense-result",
                "The shifted matrix is returned dense. A sparse one, as documented, needs a thousandth of "
                "the "
                "memory on the exercise's data.",
                inputs={"matrix": small},
                expected="a sparse matrix",
                got=result_kind(results[0].type_names),
                violated="The returned matrix is an sp.spmatrix.",
                severity="minor",
            )
        )
    return tuple(found)


def result_kind(type_names: tuple[str, ...]) -> str:
    """What the first result was, in the student's process."""
    return f"a {type_names[0]}" if type_names else "a dense array"


def _compared(matrix: np.ndarray, value: object) -> list[Violation]:
    observed = matrix > 0
    means = matrix.sum(axis=1) / observed.sum(axis=1)
    shifted = np.where(observed, matrix - means[:, None], 0.0)
    both = parts(value, 2)
    inputs = {"matrix": matrix}
    got_shifted = None if both is None else numbers(both[0], *matrix.shape)
    got_means = None if both is None else numbers(both[1], len(means))
    if got_shifted is None or got_means is None:
        return [
            violation(
                "wrong-shape",
                "The function should return two things: the shifted matrix and one mean for each user.",
                inputs=inputs,
                expected=f"a matrix of shape {matrix.shape} and means of shape ({len(means)}, 1)",
                got=kind_of(value),
                violated="The result is the pair (matrix, user_means) of the docstring.",
            )
        ]
    found = []
    if not close(got_means, means, 1e-7):
        user = int(np.nanargmax(np.abs(got_means - means))) if np.isfinite(got_means).any() else 0
        found.append(
            violation(
                "wrong-user-means",
                "The mean of a user should be taken over the ratings that this user gave, and nothing else.",
                inputs={**inputs, "ratings of this user": matrix[user, observed[user]]},
                expected=f"mean {means[user]:.5g} for user {user}",
                got=f"mean {got_means[user]:.5g}",
                violated="user_means[i] is the sum of user i's ratings divided by their number.",
            )
        )
    if not close(np.where(observed, 0.0, got_shifted), np.zeros_like(shifted), 1.0):
        user, item = np.argwhere(~observed & (got_shifted != 0))[0]
        found.append(
            violation(
                "unobserved-changed",
                "Cells without a rating were changed. They are unknown, and should stay empty.",
                inputs={**inputs, "cell": (int(user), int(item))},
                expected="0, no rating",
                got=f"{got_shifted[user, item]:.5g}",
                violated="Only observed entries are shifted.",
            )
        )
    if not close(np.where(observed, got_shifted, 0.0), shifted, 1e-7):
        differs = np.abs(np.where(observed, got_shifted - shifted, 0.0))
        user, item = np.argwhere(~(differs <= 1e-7))[0]
        found.append(
            violation(
                "wrong-shifted-entries",
                "Ratings less their user's mean come out wrong.",
                inputs={**inputs, "cell": (int(user), int(item))},
                expected=f"{matrix[user, item]:.5g} - {means[user]:.5g} = {shifted[user, item]:.5g}",
                got=f"{got_shifted[user, item]:.5g}",
                violated="Every observed entry becomes the rating minus the user's mean.",
            )
        )
    return found


CRITERION = Criterion(
    id="shift_user_mean",
    title="Subtracting each user's mean rating",
    signature=Signature((Parameter("matrix"),), (Parameter("matrix"), Parameter("user_means"))),
    judge=judge,
)
