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
