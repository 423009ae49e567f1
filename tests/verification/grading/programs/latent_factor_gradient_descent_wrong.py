import numpy as np
import scipy.sparse as sp
from sklearn.linear_model import Ridge

def initialize_Q_P(matrix, k, init='random'):
    if init == 'random':
        return np.random.rand(matrix.shape[0], k), np.random.rand(k, matrix.shape[1])
    A = matrix.toarray() if sp.issparse(matrix) else np.asarray(matrix)
    U, s, Vt = np.linalg.svd(A, full_matrices=False)
    return U[:, :k] * s[:k], Vt[:k]

def loss(values, ixs, Q, P, reg_lambda):
    return np.sum((values - Q.dot(P)[ixs]) ** 2) + reg_lambda * (np.sum(P ** 2) + np.sum(Q ** 2))

# %% not-stationary: unobserved cells
def latent_factor_gradient_descent(M, non_zero_idx, k, val_idx, val_values, reg_lambda, learning_rate, batch_size=-1, max_steps=50000, init='random', log_every=1000, patience=20, eval_every=50):
    Q, P = initialize_Q_P(M, k, init)
    A = M.toarray() if sp.issparse(M) else np.asarray(M)
    W = np.ones(A.shape)
    W[tuple(non_zero_idx.T)] = 1
    validation_losses, train_losses = [], []
    best_Q, best_P, waiting, converged_after = None, None, 0, -1
    for step in range(max_steps):
        E = W * (A - Q @ P)
        Q, P = Q + learning_rate * (E @ P.T - reg_lambda * Q), P + learning_rate * (Q.T @ E - reg_lambda * P)
        if step % eval_every == 0:
            validation_losses.append(np.sum((val_values - (Q @ P)[val_idx]) ** 2))
            train_losses.append(np.sum((W * (A - Q @ P)) ** 2))
            if validation_losses[-1] <= min(validation_losses):
                best_Q, best_P, waiting = Q, P, 0
            else:
                waiting += 1
            if waiting >= patience:
                converged_after = step - patience * eval_every
                break
    return best_Q, best_P, validation_losses, train_losses, converged_after

# %% regularization-unused: gradient
def latent_factor_gradient_descent(M, non_zero_idx, k, val_idx, val_values, reg_lambda, learning_rate, batch_size=-1, max_steps=50000, init='random', log_every=1000, patience=20, eval_every=50):
    Q, P = initialize_Q_P(M, k, init)
    A = M.toarray() if sp.issparse(M) else np.asarray(M)
    W = np.zeros(A.shape)
    W[tuple(non_zero_idx.T)] = 1
    validation_losses, train_losses = [], []
    best_Q, best_P, waiting, converged_after = None, None, 0, -1
    for step in range(max_steps):
        E = W * (A - Q @ P)
        Q, P = Q + learning_rate * (E @ P.T), P + learning_rate * (Q.T @ E)
        if step % eval_every == 0:
            validation_losses.append(np.sum((val_values - (Q @ P)[val_idx]) ** 2))
            train_losses.append(np.sum((W * (A - Q @ P)) ** 2))
            if validation_losses[-1] <= min(validation_losses):
                best_Q, best_P, waiting = Q, P, 0
            else:
                waiting += 1
            if waiting >= patience:
                converged_after = step - patience * eval_every
                break
    return best_Q, best_P, validation_losses, train_losses, converged_after

# %% best-not-copied: in place
def latent_factor_gradient_descent(M, non_zero_idx, k, val_idx, val_values, reg_lambda, learning_rate, batch_size=-1, max_steps=50000, init='random', log_every=1000, patience=20, eval_every=50):
    Q, P = initialize_Q_P(M, k, init)
    rows, cols = non_zero_idx.T
    values = np.asarray(M[rows, cols]).ravel()
    n = len(values)
    best_Q, best_P, best = Q.copy(), P.copy(), np.inf
    validation_losses, train_losses = [], []
    converged_after, left = -1, patience
    for it in range(max_steps):
        s = np.arange(n) if batch_size == -1 else np.random.choice(n, batch_size, replace=False)
        r, c = rows[s], cols[s]
        e = values[s] - np.sum(Q[r] * P[:, c].T, axis=1)
        gQ, gP = reg_lambda * Q, reg_lambda * P
        np.add.at(gQ, r, -e[:, None] * P[:, c].T)
        np.add.at(gP.T, c, -e[:, None] * Q[r])
        Q -= 2 * learning_rate * gQ
        P -= 2 * learning_rate * gP
        if it % eval_every == 0:
            v = loss(val_values, val_idx, Q, P, reg_lambda)
            validation_losses.append(v)
            train_losses.append(loss(values, (rows, cols), Q, P, reg_lambda))
            if v < best:
                best, best_Q, best_P, left = v, Q, P, patience
            else:
                left -= 1
                if left == 0:
                    converged_after = it - patience * eval_every
                    break
    return best_Q, best_P, validation_losses, train_losses, converged_after

# %% not-stationary: uphill
def latent_factor_gradient_descent(M, non_zero_idx, k, val_idx, val_values, reg_lambda, learning_rate, batch_size=-1, max_steps=50000, init='random', log_every=1000, patience=20, eval_every=50):
    Q, P = initialize_Q_P(M, k, init)
    rows, cols = non_zero_idx.T
    values = np.asarray(M[rows, cols]).ravel()
    n = len(values)
    best_Q, best_P, best = Q.copy(), P.copy(), np.inf
    validation_losses, train_losses = [], []
    converged_after, left = -1, patience
    for it in range(max_steps):
        s = np.arange(n) if batch_size == -1 else np.random.choice(n, batch_size, replace=False)
        r, c = rows[s], cols[s]
        e = values[s] - np.sum(Q[r] * P[:, c].T, axis=1)
        gQ, gP = reg_lambda * Q, reg_lambda * P
        np.add.at(gQ, r, -e[:, None] * P[:, c].T)
        np.add.at(gP.T, c, -e[:, None] * Q[r])
        Q = Q + 2e-3 * learning_rate * gQ
        P = P + 2e-3 * learning_rate * gP
        if it % eval_every == 0:
            v = loss(val_values, val_idx, Q, P, reg_lambda)
            validation_losses.append(v)
            train_losses.append(loss(values, (rows, cols), Q, P, reg_lambda))
            if v < best:
                best, best_Q, best_P, left = v, Q.copy(), P.copy(), patience
            else:
                left -= 1
                if left == 0:
                    converged_after = it - patience * eval_every
                    break
    return best_Q, best_P, validation_losses, train_losses, converged_after

# %% no-early-stopping: never
def latent_factor_gradient_descent(M, non_zero_idx, k, val_idx, val_values, reg_lambda, learning_rate, batch_size=-1, max_steps=50000, init='random', log_every=1000, patience=20, eval_every=50):
    Q, P = initialize_Q_P(M, k, init)
    rows, cols = non_zero_idx.T
    values = np.asarray(M[rows, cols]).ravel()
    n = len(values)
    best_Q, best_P, best = Q.copy(), P.copy(), np.inf
    validation_losses, train_losses = [], []
    converged_after, left = -1, patience
    for it in range(max_steps):
        s = np.arange(n) if batch_size == -1 else np.random.choice(n, batch_size, replace=False)
        r, c = rows[s], cols[s]
        e = values[s] - np.sum(Q[r] * P[:, c].T, axis=1)
        gQ, gP = reg_lambda * Q, reg_lambda * P
        np.add.at(gQ, r, -e[:, None] * P[:, c].T)
        np.add.at(gP.T, c, -e[:, None] * Q[r])
        Q = Q - 2 * learning_rate * gQ
        P = P - 2 * learning_rate * gP
        if it % eval_every == 0:
            v = loss(val_values, val_idx, Q, P, reg_lambda)
            validation_losses.append(v)
            train_losses.append(loss(values, (rows, cols), Q, P, reg_lambda))
            if v < best:
                best, best_Q, best_P, left = v, Q.copy(), P.copy(), patience
            else:
                left -= 1
                if left == 0:
                    converged_after = it - patience * eval_every
                    pass
    return best_Q, best_P, validation_losses, train_losses, converged_after
