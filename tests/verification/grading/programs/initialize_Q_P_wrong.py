import numpy as np
from scipy.sparse.linalg import svds

# %% singular-values-dropped: U and V
def initialize_Q_P(matrix, k, init='random'):
    if init == 'random':
        return np.random.rand(matrix.shape[0], k), np.random.rand(k, matrix.shape[1])
    U, s, Vt = svds(matrix, k=k)
    return U, Vt

# %% singular-values-dropped: on both sides
def initialize_Q_P(matrix, k, init='random'):
    if init == 'random':
        return np.random.rand(matrix.shape[0], k), np.random.rand(k, matrix.shape[1])
    U, s, Vt = svds(matrix, k=k)
    return U @ np.diag(s), np.diag(s) @ Vt

# %% singular-values-dropped: in the wrong order
def initialize_Q_P(matrix, k, init='random'):
    if init == 'random':
        return np.random.rand(matrix.shape[0], k), np.random.rand(k, matrix.shape[1])
    U, s, Vt = svds(matrix, k=k)
    return U * s[::-1], Vt

# %% svds-without-k: six
def initialize_Q_P(matrix, k, init='random'):
    if init == 'random':
        return np.random.rand(matrix.shape[0], k), np.random.rand(k, matrix.shape[1])
    U, s, Vt = svds(matrix)
    return U * s, Vt

# %% svds-without-k: roles swapped too
def initialize_Q_P(matrix, k, init='random'):
    N, D = matrix.shape
    if init == 'random':
        Q = np.random.rand(N, k)
        P = np.random.rand(k, D)
    else:
        u, s, vt = svds(matrix)
        P = u @ s
        Q = vt
    return Q, P

# %% factors-swapped: returned
def initialize_Q_P(matrix, k, init='random'):
    if init == 'random':
        return np.random.rand(k, matrix.shape[1]), np.random.rand(matrix.shape[0], k)
    U, s, Vt = svds(matrix, k=k)
    return Vt, U * s

# %% factors-swapped: shapes of the transpose
def initialize_Q_P(matrix, k, init='random'):
    if init == 'random':
        return np.random.rand(matrix.shape[1], k), np.random.rand(k, matrix.shape[0])
    U, s, Vt = svds(matrix, k=k)
    return (U * s), Vt

# %% random-not-uniform: normal
def initialize_Q_P(matrix, k, init='random'):
    if init == 'random':
        return np.random.randn(matrix.shape[0], k), np.random.randn(k, matrix.shape[1])
    U, s, Vt = svds(matrix, k=k)
    return U * s, Vt

# %% random-not-uniform: zeros and ones
def initialize_Q_P(matrix, k, init='random'):
    if init == 'random':
        return np.random.randint(0, 2, (matrix.shape[0], k)), np.random.randint(0, 2, (k, matrix.shape[1]))
    U, s, Vt = svds(matrix, k=k)
    return U * s, Vt

# %% random-not-uniform: divided
def initialize_Q_P(matrix, k, init='random'):
    if init == 'random':
        return np.random.rand(matrix.shape[0], k) / k, np.random.rand(k, matrix.shape[1]) / k
    U, s, Vt = svds(matrix, k=k)
    return U * s, Vt

# %% undefined-name: N
def initialize_Q_P(matrix, k, init='random'):
    if init == 'random':
        return np.random.rand(N, k), np.random.rand(k, D)
    U, s, Vt = svds(matrix, k=k)
    return U * s, Vt

# %% singular-values-dropped: multiplied as a vector
def initialize_Q_P(matrix, k, init='random'):
    if init == 'random':
        return np.random.rand(matrix.shape[0], k), np.random.rand(k, matrix.shape[1])
    u, s, vt = svds(matrix, k=k)
    return u.dot(s), vt

# %% assertion-failed: shapes of the matrix
def initialize_Q_P(matrix, k, init='random'):
    N, D = matrix.shape
    if init == 'svd':
        U, s, V = svds(matrix, k=k)
        Q, P = U.dot(np.diag(s)), V
    else:
        Q = np.random.random((N, D))
        P = np.random.random((N, D))
    assert Q.shape == (matrix.shape[0], k)
    assert P.shape == (k, matrix.shape[1])
    return Q, P
