import numpy as np
import scipy.sparse as sp

# %% mean-over-zeros: mean of the row
def shift_user_mean(matrix):
    user_means = matrix.mean(axis=1)
    mask = (matrix != 0).astype(float)
    return matrix - sp.diags(np.asarray(user_means).ravel()).dot(mask), user_means

# %% mean-over-zeros: dense
def shift_user_mean(matrix):
    A = matrix.toarray().astype(float)
    m = A.mean(axis=1, keepdims=True)
    return sp.csr_matrix(np.where(A > 0, A - m, 0)), m

# %% mean-subtracted-from-unobserved: dense
def shift_user_mean(matrix):
    A = matrix.toarray().astype(float)
    m = A.sum(1, keepdims=True) / (A > 0).sum(1, keepdims=True)
    return sp.csr_matrix(A - m), m

# %% mean-subtracted-from-unobserved: matrix
def shift_user_mean(matrix):
    m = matrix.sum(1) / (matrix > 0).sum(1)
    return sp.csr_matrix(matrix.todense() - m), m

# %% item-means: axis 0
def shift_user_mean(matrix):
    A = matrix.toarray().astype(float)
    m = A.sum(0) / np.maximum((A > 0).sum(0), 1)
    return sp.csr_matrix(np.where(A > 0, A - m, 0)), m

# %% matrix-not-shifted: means only
def shift_user_mean(matrix):
    return matrix, matrix.sum(1) / (matrix > 0).sum(1)

# %% global-mean: data
def shift_user_mean(matrix):
    matrix = matrix.astype(float)
    m = matrix.data.mean()
    matrix.data -= m
    return matrix, np.full((matrix.shape[0], 1), m)

# %% wrong-shifted-entries: whole numbers
def shift_user_mean(matrix):
    m = matrix.sum(1) / (matrix > 0).sum(1)
    out = matrix.copy().astype(int)
    r, c = out.nonzero()
    out[r, c] = (np.asarray(out[r, c]).ravel() - np.asarray(m)[r, 0]).astype(int)
    return out, m

# %% exception: in place on whole numbers
def shift_user_mean(matrix):
    m = np.asarray(matrix.sum(1) / (matrix > 0).sum(1))
    matrix.data -= np.repeat(m.ravel(), np.diff(matrix.indptr))
    return matrix, m
