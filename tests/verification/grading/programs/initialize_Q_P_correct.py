import numpy as np
from scipy.sparse.linalg import svds

# %% svds, values with Q
def initialize_Q_P(matrix, k, init='random'):
    if init == 'random':
        Q = np.random.rand(matrix.shape[0], k)
        P = np.random.rand(k, matrix.shape[1])
    elif init == 'svd':
        U, s, Vt = svds(matrix, k=k)
        Q, P = U * s, Vt
    return Q, P

# %% roots on both sides, seed inside
def initialize_Q_P(matrix, k, init='random'):
    np.random.seed(0)
    N, D = matrix.shape
    if init == 'svd':
        U, s, Vt = svds(matrix.astype(float), k)
        S = np.diag(np.sqrt(s))
        return U @ S, S @ Vt
    return np.random.uniform(0, 1, (N, k)), np.random.uniform(0, 1, (k, D))

# %% dense svd, values with P
def initialize_Q_P(matrix, k, init='random'):
    if init == 'random':
        rng = np.random.default_rng(1)
        return rng.random((matrix.shape[0], k)), rng.random((k, matrix.shape[1]))
    A = matrix.toarray() if hasattr(matrix, 'toarray') else np.asarray(matrix)
    U, s, Vt = np.linalg.svd(A, full_matrices=False)
    return U[:, :k], np.diag(s[:k]).dot(Vt[:k])

# %% random_sample and eigenvectors
def initialize_Q_P(matrix, k, init='random'):
    if init == 'random':
        return np.random.random_sample((matrix.shape[0], k)), np.random.random_sample((k, matrix.shape[1]))
    A = np.asarray(matrix.todense())
    w, V = np.linalg.eigh(A.T @ A)
    V = V[:, ::-1][:, :k]
    return A @ V, V.T

# %% sklearn
from sklearn.decomposition import TruncatedSVD

def initialize_Q_P(matrix, k, init='random'):
    if init != 'svd':
        Q = np.array([[np.random.rand() for _ in range(k)] for _ in range(matrix.shape[0])])
        P = np.array([[np.random.rand() for _ in range(matrix.shape[1])] for _ in range(k)])
        return Q, P
    svd = TruncatedSVD(n_components=k, n_iter=20, random_state=0)
    Q = svd.fit_transform(matrix)
    return Q, svd.components_

# %% sparse diagonal
import scipy.sparse as sp

def initialize_Q_P(matrix, k, init='random'):
    if init == 'random':
        Q, P = np.random.random((matrix.shape[0], k)), np.random.random((k, matrix.shape[1]))
    else:
        u, s, vt = svds(sp.csr_matrix(matrix), k=k)
        Q = sp.diags(s).dot(u.T).T
        P = vt
    assert Q.shape == (matrix.shape[0], k)
    assert P.shape == (k, matrix.shape[1])
    return Q, P

# %% diagonal of a list
def initialize_Q_P(matrix, k, init='random'):
    if init == 'svd':
        U, sigma, P = svds(matrix, k)
        Q = np.matmul(U, np.eye(k) * sigma)
    elif init == 'random':
        Q = np.random.rand(matrix.shape[0], k)
        P = np.random.rand(k, matrix.shape[1])
    else:
        raise ValueError
    assert Q.shape == (matrix.shape[0], k)
    assert P.shape == (k, matrix.shape[1])
    return Q, P

# %% largest first
def initialize_Q_P(matrix, k, init='random'):
    np.random.seed(0)
    n, d = matrix.shape
    if init == 'random':
        return np.random.random((n, k)), np.random.random((k, d))
    u, s, vt = svds(matrix.asfptype() if hasattr(matrix, 'asfptype') else matrix.astype(float), k=k, which='LM')
    order = np.argsort(s)[::-1]
    u, s, vt = u[:, order], s[order], vt[order]
    return u.dot(np.diagflat(s)), vt

# %% power iteration
def initialize_Q_P(matrix, k, init='random'):
    if init == 'random':
        return np.random.uniform(size=(matrix.shape[0], k)), np.random.uniform(size=(k, matrix.shape[1]))
    A = matrix.toarray()
    V = np.linalg.qr(np.random.randn(A.shape[1], k))[0]
    for _ in range(500):
        V = np.linalg.qr(A.T @ (A @ V))[0]
    return A @ V, V.T

# %% lists of factors
def initialize_Q_P(matrix, k, init='random'):
    N, D = matrix.shape
    if init == 'random':
        Q = np.random.sample((N, k))
        P = np.random.sample((k, D))
    else:
        U, s, V = np.linalg.svd(matrix.toarray())
        Q = np.zeros((N, k))
        for f in range(k):
            Q[:, f] = U[:, f] * s[f]
        P = V[:k, :]
    return [Q, P]
