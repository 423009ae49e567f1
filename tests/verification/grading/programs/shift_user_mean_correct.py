import numpy as np
import scipy.sparse as sp

# %% sparse arithmetic
def shift_user_mean(matrix):
    matrix = matrix.tocsr().astype(float)
    counts = np.diff(matrix.indptr)
    user_means = matrix.sum(1) / counts.reshape(-1, 1)
    shifted = matrix.copy()
    shifted.data -= np.repeat(np.asarray(user_means).ravel(), counts)
    return shifted, user_means

# %% loop over users
def shift_user_mean(matrix):
    result = sp.lil_matrix(matrix.shape)
    user_means = np.zeros((matrix.shape[0], 1))
    for i in range(matrix.shape[0]):
        row = matrix.getrow(i)
        user_means[i] = row.data.mean()
        for j, v in zip(row.indices, row.data):
            result[i, j] = v - user_means[i, 0]
    return result.tocsr(), user_means

# %% diagonal times mask
def shift_user_mean(matrix):
    mask = (matrix != 0).astype(float)
    means = np.asarray(matrix.sum(axis=1)).flatten() / np.asarray(mask.sum(axis=1)).flatten()
    return matrix - sp.diags(means).dot(mask), means[:, None]

# %% coo
def shift_user_mean(matrix):
    coo = sp.coo_matrix(matrix)
    sums = np.bincount(coo.row, coo.data, minlength=coo.shape[0])
    cnt = np.bincount(coo.row, minlength=coo.shape[0])
    m = sums / cnt
    return sp.coo_matrix((coo.data - m[coo.row], (coo.row, coo.col)), shape=coo.shape), m.reshape(-1, 1)

# %% dense: minor
def shift_user_mean(matrix):
    A = matrix.toarray().astype(float)
    user_means = np.array([[r[r != 0].mean()] for r in A])
    A = np.where(A != 0, A - user_means, 0)
    return A, user_means

# %% np.nan
def shift_user_mean(matrix):
    A = np.array(matrix.todense(), dtype=float)
    A[A == 0] = np.nan
    user_means = np.nanmean(A, axis=1, keepdims=True)
    A = np.nan_to_num(A - user_means)
    return sp.csr_matrix(A), user_means

# %% nonzero indices
def shift_user_mean(matrix):
    M = matrix.astype(np.float64).copy()
    rows, cols = M.nonzero()
    user_means = np.asarray(M.sum(1) / (M > 0).sum(1))
    M[rows, cols] = M[rows, cols] - user_means[rows, 0]
    return M, user_means

# %% vector of means
def shift_user_mean(matrix):
    matrix = matrix.astype(float)
    means = np.array([matrix.data[a:b].mean() for a, b in zip(matrix.indptr[:-1], matrix.indptr[1:])])
    for i in range(matrix.shape[0]):
        matrix.data[matrix.indptr[i]:matrix.indptr[i + 1]] -= means[i]
    return matrix, means

# %% product of the mask with the means
def shift_user_mean(matrix):
    nnz = matrix > 0
    user_means = matrix.sum(1) / nnz.sum(1)
    matrix = matrix - sp.csr_matrix(user_means).multiply(nnz)
    assert np.all(np.isclose(matrix.mean(1), 0))
    return matrix, user_means

# %% mask times difference
def shift_user_mean(matrix):
    mask = matrix != 0
    user_means = matrix.sum(1) / mask.sum(1)
    return sp.csr_matrix(mask.multiply(matrix - user_means)), user_means

# %% cell by cell
def shift_user_mean(matrix):
    out = matrix.astype(float).todok()
    sums, counts = {}, {}
    for (i, j), v in matrix.todok().items():
        sums[i] = sums.get(i, 0) + v
        counts[i] = counts.get(i, 0) + 1
    means = np.array([sums[i] / counts[i] for i in range(matrix.shape[0])])
    for (i, j), v in matrix.todok().items():
        out[i, j] = v - means[i]
    return out.tocsr(), np.asmatrix(means).T
