import numpy as np

# %% penalty-missing: squares only
def loss(values, ixs, Q, P, reg_lambda):
    return np.sum((values - Q.dot(P)[ixs]) ** 2)

# %% norms-not-squared: norms
def loss(values, ixs, Q, P, reg_lambda):
    return np.sum((values - Q.dot(P)[ixs]) ** 2) + reg_lambda * (np.sum(np.linalg.norm(P, axis=0)) + np.sum(np.linalg.norm(Q, axis=1)))

# %% mean-instead-of-sum: mean
def loss(values, ixs, Q, P, reg_lambda):
    return np.mean((values - Q.dot(P)[ixs]) ** 2) + reg_lambda * ((P ** 2).sum() + (Q ** 2).sum())

# %% wrong-loss: one factor
def loss(values, ixs, Q, P, reg_lambda):
    return np.sum((values - Q.dot(P)[ixs]) ** 2) + reg_lambda * (P ** 2).sum()
