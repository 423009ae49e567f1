"""The truncated SVD of a large sparse matrix, by subspace iteration.

Statement.   Of M = U S V^T the k largest singular values with their vectors: the product of U sqrt(S) and
             sqrt(S) V^T is the nearest matrix of rank k.
Notation.    `n_factors` k; `basis` an orthonormal basis of a space that nears that of the columns of V.
Assumptions. A random start of k + OVERSAMPLING directions is multiplied by M^T M POWER_STEPS times. Exact to
             rounding when the smaller side is no longer than that; else the last directions are as exact as
             the singular values decay: what is missed shrinks by (s_{k + 11} / s_k)^24. Unlike ARPACK
             it repeats itself bit by bit, even for matrices of low rank.
Source.      Halko, Martinsson and Tropp, SIAM Review 53(2), 2011.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import scipy.sparse as sp
from jaxtyping import Float

OVERSAMPLING = 10
POWER_STEPS = 12
# Rows of the matrix multiplied at once.
ROWS_AT_ONCE = 1 << 13


def balanced_halves(
    matrix: sp.csr_array, n_factors: int, rng: np.random.Generator
) -> tuple[Float[np.ndarray, "n k"], Float[np.ndarray, "d k"]]:
    """U sqrt(S) and V sqrt(S) of a matrix (n, d); columns beyond its smaller side are zero."""
    shape = matrix.shape
    basis = rng.standard_normal((shape[1], min(n_factors + OVERSAMPLING, *shape)))
    for _ in range(POWER_STEPS):
        image = np.zeros_like(basis)
        for _, block in _row_blocks(matrix):
            image += block.T @ (block @ basis)
        basis = np.linalg.qr(image)[0]
    # M basis = (orthonormal) R, and M's right singular vectors are the basis times those of R.
    R = np.zeros((0, basis.shape[1]))
    for _, block in _row_blocks(matrix):
        R = np.asarray(np.linalg.qr(np.vstack([R, block @ basis]), mode="r"))
    _, singular, right = np.linalg.svd(R, full_matrices=False)
    roots, directions = np.sqrt(singular[:n_factors]), (basis @ right.T)[:, :n_factors]
    left_half, right_half = np.zeros((shape[0], n_factors)), np.zeros((shape[1], n_factors))
    right_half[:, : len(roots)] = directions * roots
    directions = np.divide(directions, roots, out=np.zeros_like(directions), where=roots > 0)
    for rows, block in _row_blocks(matrix):
        left_half[rows, : len(roots)] = block @ directions
    return left_half, right_half


def _row_blocks(matrix: sp.csr_array) -> Iterator[tuple[slice, sp.csr_array]]:
    """The rows in blocks: what is made of a block is small beside the factors."""
    for begin in range(0, matrix.shape[0], ROWS_AT_ONCE):
        rows = slice(begin, begin + ROWS_AT_ONCE)
        yield rows, matrix[rows]
