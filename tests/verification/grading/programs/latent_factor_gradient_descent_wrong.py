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

# %% unobserved-as-zero: a mask of ones
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

# %% max-steps-ignored: while true
def latent_factor_gradient_descent(M, non_zero_idx, k, val_idx, val_values, reg_lambda, learning_rate, batch_size=-1, max_steps=50000, init='random', log_every=1000, patience=20, eval_every=50):
    Q, P = initialize_Q_P(M, k, init)
    W = sp.csr_matrix((np.ones(len(non_zero_idx)), tuple(non_zero_idx.T)), shape=M.shape).toarray()
    A = M.toarray() if sp.issparse(M) else np.asarray(M)
    step, left, best = 0, patience, None
    validation_losses, train_losses = [], []
    while True:
        R = W * (A - Q @ P)
        if step % eval_every == 0:
            validation_losses.append(loss(val_values, val_idx, Q, P, reg_lambda))
            train_losses.append(np.sum(R ** 2) + reg_lambda * (np.sum(Q ** 2) + np.sum(P ** 2)))
            if best is None or validation_losses[-1] < best[0]:
                best, left = (validation_losses[-1], Q.copy(), P.copy()), patience
            else:
                left -= 1
                if left == 0:
                    return best[1], best[2], validation_losses, train_losses, step - patience * eval_every
        Q, P = Q + 2 * learning_rate * (R @ P.T - reg_lambda * Q), P + 2 * learning_rate * (Q.T @ R - reg_lambda * P)
        step += 1

# %% last-factors-returned: the last ones
def latent_factor_gradient_descent(M, non_zero_idx, k, val_idx, val_values, reg_lambda, learning_rate, batch_size=-1, max_steps=50000, init='random', log_every=1000, patience=20, eval_every=50):
    Q, P = initialize_Q_P(M, k, init)
    ix = tuple(non_zero_idx.T)
    y = np.array([M[i, j] for i, j in non_zero_idx])
    best_Q, best_P, best_loss, bad = Q.copy(), P.copy(), float('inf'), 0
    v_losses, t_losses, converged_after = [], [], -1
    for it in range(max_steps):
        G = np.zeros((Q.shape[0], P.shape[1]))
        G[ix] = (Q @ P)[ix] - y
        Q -= learning_rate * (G @ P.T + reg_lambda * Q)
        G[ix] = (Q @ P)[ix] - y
        P -= learning_rate * (Q.T @ G + reg_lambda * P)
        if it % eval_every == 0:
            v_losses.append(loss(val_values, val_idx, Q, P, reg_lambda))
            t_losses.append(loss(y, ix, Q, P, reg_lambda))
            if v_losses[-1] < best_loss:
                best_Q, best_P, best_loss, bad = Q.copy(), P.copy(), v_losses[-1], 0
            else:
                bad += 1
        if bad == patience:
            converged_after = it - patience * eval_every
            break
    return Q, P, v_losses, t_losses, converged_after

# %% stored-under-wrong-condition: smaller than the one before
def latent_factor_gradient_descent(M, non_zero_idx, k, val_idx, val_values, reg_lambda, learning_rate, batch_size=-1, max_steps=50000, init='random', log_every=1000, patience=20, eval_every=50):
    Q, P = initialize_Q_P(M, k, init)
    entries = [(i, j, float(M[i, j])) for i, j in non_zero_idx]
    val, train, best, kept, left = [], [], np.inf, None, patience
    for step in range(max_steps):
        chosen = entries if batch_size == -1 else [entries[n] for n in np.random.permutation(len(entries))[:batch_size]]
        gQ, gP = 2 * reg_lambda * Q, 2 * reg_lambda * P
        for i, j, r in chosen:
            e = r - Q[i].dot(P[:, j])
            gQ[i] -= 2 * e * P[:, j]
            gP[:, j] -= 2 * e * Q[i]
        Q = Q - learning_rate * gQ
        P = P - learning_rate * gP
        if step % eval_every == 0:
            val.append(loss(val_values, val_idx, Q, P, reg_lambda))
            train.append(loss(np.array([r for *_, r in entries]), tuple(non_zero_idx.T), Q, P, reg_lambda))
            if kept is None or val[-1] < val[-2]:
                best, kept, left = val[-1], (Q.copy(), P.copy()), patience
            else:
                left -= 1
            if left == 0:
                return kept[0], kept[1], val, train, step - patience * eval_every
    return kept[0], kept[1], val, train, -1

# %% unobserved-as-zero: dense differences
def latent_factor_gradient_descent(M, non_zero_idx, k, val_idx, val_values, reg_lambda, learning_rate, batch_size=-1, max_steps=50000, init='random', log_every=1000, patience=20, eval_every=50):
    Q, P = initialize_Q_P(M, k, init)
    A = M.toarray() if sp.issparse(M) else np.asarray(M)
    W = np.zeros(A.shape)
    W[tuple(non_zero_idx.T)] = 1
    validation_losses, train_losses = [], []
    best_Q, best_P, waiting, converged_after = None, None, 0, -1
    for step in range(max_steps):
        E = A - Q @ P
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

# %% wrong-return-order: P first
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
                    break
    return best_P, best_Q, validation_losses, train_losses, converged_after

# %% two-counters: half way
def latent_factor_gradient_descent(M, non_zero_idx, k, val_idx, val_values, reg_lambda, learning_rate, batch_size=-1, max_steps=50000, init='random', log_every=1000, patience=20, eval_every=50):
    Q, P = initialize_Q_P(M, k, init)
    rows, cols = non_zero_idx.T
    values = np.asarray(M[rows, cols]).ravel()
    n = len(values)
    best_Q, best_P, best = Q.copy(), P.copy(), np.inf
    validation_losses, train_losses = [], []
    converged_after, left, worse = -1, patience, 0
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
                worse = 0
            else:
                left -= 1
                worse += 1
                if left <= worse:
                    converged_after = it - patience * eval_every
                    break
    return best_Q, best_P, validation_losses, train_losses, converged_after
