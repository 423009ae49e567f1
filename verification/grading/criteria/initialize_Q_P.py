"""Starting factors: uniform on [0, 1), or the truncated singular value decomposition.

Properties. Shapes; random entries uniform on [0, 1) and not repeated; QP is a best approximation of rank k.
Tolerance.  Singular values on either side or split between both; any sign and order; a randomized SVD;
            one seed forever.
Source.     Eckart and Young (1936) for the best approximation; Kolmogorov and Smirnov for uniformity.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sparse
from scipy.stats import kstwo

from verification.grading.criterion import Criterion, Parameter, Signature, Student
from verification.grading.findings import Violation
from verification.grading.reading import Numbers, kind_of, numbers, outcomes, parts, violation

ALPHA = 1e-9
"""Probability that truly uniform numbers are called something else."""
ERROR = 1.03
"""Of the best possible error of rank k; a randomized SVD stays below it, dropped singular values never."""


def judge(student: Student, rng: np.random.Generator) -> tuple[Violation, ...]:
    """Random starts of two sizes, singular values of matrices whose rank shows."""
    shapes = ((6, 4, 2), (40, 25, 6))
    spectrum = ((9, 7, 2), (25, 18, 4))
    matrices = [_sparse_matrix(rng, n, d) for n, d, _ in (*shapes, *spectrum)]
    names = ("random", "random", "svd", "svd")
    calls = [(M, k, init) for M, (_, _, k), init in zip(matrices, (*shapes, *spectrum), names, strict=True)]
    results = outcomes(student, calls)
    found: list[Violation | None] = []
    for i, (call, result) in enumerate(zip(calls, results, strict=True)):
        read = _read(call, result.value)
        if isinstance(read, Violation):
            found.append(read)
        elif i > 0:  # the first is too small to judge
            found.append(_not_uniform(call, *read) if names[i] == "random" else _not_best(call, *read))
    if any(result.mutated and result.mutated[0] for result in results):
        found.append(
            violation(
                "input-mutated",
                "The matrix was changed by the initialization.",
                inputs={"matrix": matrices[0]},
                expected="the matrix as it was",
                got="a changed matrix",
                violated="Arguments are not changed.",
                severity="minor",
            )
        )
    return tuple({v.code: v for v in found if v is not None}.values())


def _read(call: tuple[sparse.csr_matrix, int, str], value: object) -> tuple[Numbers, Numbers] | Violation:
    M, k, init = call
    both = parts(value, 2)
    Q = None if both is None else numbers(both[0], M.shape[0], k)
    P = None if both is None else numbers(both[1], k, M.shape[1])
    if Q is not None and P is not None:
        return Q, P
    return violation(
        "wrong-shape",
        f"With init={init!r} the function should return Q with one row for each user and P with one column "
        "for each restaurant.",
        inputs={"matrix": M, "k": k, "init": init},
        expected=f"Q of shape ({M.shape[0]}, {k}), P of shape ({k}, {M.shape[1]})",
        got=kind_of(value),
        violated="Q has shape [N, k] and P has shape [k, D].",
    )


def _sparse_matrix(rng: np.random.Generator, n: int, d: int) -> sparse.csr_matrix:
    """Shifted ratings with a structure of rank 2 and more behind it; about half of the cells are empty."""
    structure = rng.standard_normal((n, 2)) @ rng.standard_normal((2, d)) * 2 + 0.7 * rng.standard_normal(
        (n, d)
    )
    return sparse.csr_matrix(np.where(rng.random((n, d)) < 0.6, structure, 0.0))


def _not_uniform(call: tuple[sparse.csr_matrix, int, str], Q: Numbers, P: Numbers) -> Violation | None:
    M, k, init = call
    entries = np.sort(np.concatenate([Q.ravel(), P.ravel()]))
    problem = ""
    if not (entries[0] >= 0 and entries[-1] < 1):
        problem = f"entries between {entries[0]:.4g} and {entries[-1]:.4g}"
    elif len(np.unique(entries)) < len(entries) / 2:
        problem = f"only {len(np.unique(entries))} different numbers among {len(entries)}"
    else:
        for factor in (Q, P):
            values = np.sort(factor.ravel())
            size = len(values)
            above, below = np.arange(1, size + 1) / size - values, values - np.arange(size) / size
            distance = float(max(above.max(), below.max()))
            if kstwo.sf(distance, size) < ALPHA:
                problem = f"entries with mean {values.mean():.3g} and standard deviation {values.std():.3g}"
    if not problem:
        return None
    return violation(
        "not-uniform",
        "With init='random' the entries should be drawn uniformly from [0, 1).",
        inputs={"matrix": M, "k": k, "init": init},
        expected="entries from [0, 1), with mean near 0.5 and standard deviation near 0.289",
        got=problem,
        violated="Random entries of Q and P are uniform on [0, 1).",
    )


def _not_best(call: tuple[sparse.csr_matrix, int, str], Q: Numbers, P: Numbers) -> Violation | None:
    M, k, init = call
    dense = M.toarray()
    singular = np.linalg.svd(dense, compute_uv=False)
    best = float(np.sqrt(np.sum(singular[k:] ** 2)))
    error = float(np.linalg.norm(dense - Q @ P))
    if error <= ERROR * best:
        return None
    return violation(
        "not-truncated-svd",
        "With init='svd' the product QP should be the truncated singular value decomposition of the matrix.",
        inputs={"matrix": M, "k": k, "init": init},
        expected=f"|M - QP| = {best:.4g}, the smallest that rank {k} allows; singular values "
        f"{np.round(singular[:k], 3)}",
        got=f"|M - QP| = {error:.4g}; singular values of QP "
        f"{np.round(np.linalg.svd(Q @ P, compute_uv=False)[:k], 3) if np.isfinite(Q @ P).all() else 'NaN'}",
        violated="No matrix of rank k is nearer to M than the truncated SVD.",
    )


CRITERION = Criterion(
    id="initialize_Q_P",
    title="Starting factors",
    signature=Signature(
        (Parameter("matrix"), Parameter("k"), Parameter("init", optional=True)),
        (Parameter("Q"), Parameter("P")),
    ),
    judge=judge,
)
