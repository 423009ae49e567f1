import numpy as np

# %% as given
def loss(values, ixs, Q, P, reg_lambda):
    mean_sse_loss = np.sum((values - Q.dot(P)[ixs]) ** 2)
    regularization_loss = reg_lambda * (np.sum(np.linalg.norm(P, axis=0) ** 2) + np.sum(np.linalg.norm(Q, axis=1) ** 2))
    return mean_sse_loss + regularization_loss

# %% rows only
def loss(values, ixs, Q, P, reg_lambda):
    i, j = ixs
    e = values - np.einsum('nk,nk->n', Q[i], P[:, j].T)
    return e @ e + reg_lambda * (np.square(Q).sum() + np.square(P).sum())

# %% loop
def loss(values, ixs, Q, P, reg_lambda):
    total = 0
    for v, i, j in zip(values, ixs[0], ixs[1]):
        total += (v - Q[i] @ P[:, j]) ** 2
    return total + reg_lambda * np.linalg.norm(Q) ** 2 + reg_lambda * np.linalg.norm(P) ** 2

# %% matrix of squares
def loss(values, ixs, Q, P, reg_lambda):
    R = np.matmul(Q, P)
    diff = np.array(values) - R[ixs[0], ixs[1]]
    return float(np.dot(diff, diff)) + reg_lambda * (np.linalg.norm(Q, 'fro') ** 2 + np.linalg.norm(P, 'fro') ** 2)

# %% trace
def loss(values, ixs, Q, P, reg_lambda):
    return np.power(values - (Q @ P)[tuple(ixs)], 2).sum() + reg_lambda * (np.trace(Q.T @ Q) + np.trace(P @ P.T))

# %% sparse residuals
from scipy.sparse import coo_matrix

def loss(values, ixs, Q, P, reg_lambda):
    shape = (Q.shape[0], P.shape[1])
    truth = coo_matrix((values, ixs), shape=shape).toarray()
    mask = coo_matrix((np.ones(len(values)), ixs), shape=shape).toarray() > 0
    return ((truth - Q.dot(P)) ** 2)[mask].sum() + reg_lambda * sum((A ** 2).sum() for A in (Q, P))

# %% lists
def loss(values, ixs, Q, P, reg_lambda):
    error = sum((v - sum(Q[i][f] * P[f][j] for f in range(len(P)))) ** 2 for v, i, j in zip(values, *ixs))
    penalty = 0
    for row in Q:
        penalty += sum(q * q for q in row)
    for row in P:
        penalty += sum(p * p for p in row)
    return error + reg_lambda * penalty

# %% raveled
def loss(values, ixs, Q, P, reg_lambda):
    flat = np.ravel_multi_index(ixs, (Q.shape[0], P.shape[1]))
    residual = values - Q.dot(P).ravel()[flat]
    return np.inner(residual, residual) + reg_lambda * np.sum(np.concatenate([Q.ravel(), P.ravel()]) ** 2)

# %% an array of one number
def loss(values, ixs, Q, P, reg_lambda):
    e = (values - Q.dot(P)[ixs]).reshape(1, -1)
    return e @ e.T + reg_lambda * np.linalg.norm(P) ** 2 + reg_lambda * np.linalg.norm(Q) ** 2

# %% rows and columns apart
def sse(values, predicted):
    return np.sum(np.square(values - predicted))

def loss(values, ixs, Q, P, reg_lambda):
    predicted = [np.dot(Q[u, :], P[:, r]) for u, r in zip(ixs[0], ixs[1])]
    norms = sum(np.linalg.norm(q) ** 2 for q in Q) + sum(np.linalg.norm(p) ** 2 for p in P.T)
    return sse(np.asarray(values), np.asarray(predicted)) + reg_lambda * norms
