"""The best linear way back from a code: the B with the least squared Frobenius norm of B W - I.

Property.  B W W^T = W^T if W, of full rank, has fewer rows than columns; else B W = I.
Tolerance. Any left inverse in the second case; what an explicit inverse loses.
Source.    The theorems `no_left_inverse` and `left_inverse`; Golub and Van Loan, 5.5.
"""

from __future__ import annotations

import numpy as np

from verification.grading.criterion import Criterion, Parameter, Signature, Student
from verification.grading.findings import Violation
from verification.grading.reading import Numbers, close, kind_of, numbers, outcomes, violation


def judge(student: Student, rng: np.random.Generator) -> tuple[Violation, ...]:
    """Flat, square and tall matrices of full rank."""
    matrices = [_of_full_rank(rng, k, d) for k, d in ((2, 3), (1, 4), (3, 3), (4, 2))]
    for W, result in zip(matrices, outcomes(student, [(W,) for W in matrices]), strict=True):
        (k, d), best = W.shape, np.linalg.pinv(W)
        got = numbers(result.value, d, k)
        if got is None:
            return (
                violation(
                    "wrong-shape",
                    f"The result should be a matrix of shape {(d, k)}.",
                    inputs={"W": W},
                    expected=best,
                    got=kind_of(result.value),
                    violated="B maps from K back to D dimensions.",
                ),
            )
        # Of a tall matrix there are many left inverses; only what they do to W is asked for.
        if not close(got @ W, best @ W):
            return (
                violation(
                    "wrong-decoder",
                    "Another B has a smaller error.",
                    inputs={"W": W},
                    expected=best,
                    got=got,
                    violated=f"The least squared norm of B W - I is max(D - K, 0) = {max(d - k, 0)}.",
                ),
            )
    return ()


def _of_full_rank(rng: np.random.Generator, k: int, d: int) -> Numbers:
    """Singular values between 0.5 and 2, in random directions."""
    left, _ = np.linalg.qr(rng.standard_normal((k, k)))
    right, _ = np.linalg.qr(rng.standard_normal((d, d)))
    size = min(k, d)
    return np.asarray((left[:, :size] * np.linspace(0.5, 2.0, size)) @ right[:size])


CRITERION = Criterion(
    id="best_decoder",
    title="Best linear reconstruction",
    signature=Signature((Parameter("W", "k d"),), (Parameter("B"),)),
    judge=judge,
)
