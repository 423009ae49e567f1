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

# %% unobserved-as-zero: fit on all of M
def latent_factor_alternating_optimization(M, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100, init='random', log_every=1, patience=5, eval_every=1):
    Q, P = initialize_Q_P(M, k, init)
    N, D = M.shape
    rows, cols = non_zero_idx.T
    values = np.asarray(M[rows, cols]).ravel()
    reg = Ridge(alpha=reg_lambda, fit_intercept=False)
    best_Q, best_P, best = Q.copy(), P.copy(), np.inf
    validation_losses, train_losses = [], []
    converged_after, left = -1, patience
    for it in range(max_steps):
        Q = reg.fit(P.T, M.toarray().T).coef_
        P = reg.fit(Q, M.toarray()).coef_.T
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

# %% unobserved-as-zero: normal equations
def latent_factor_alternating_optimization(M, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100, init='random', log_every=1, patience=5, eval_every=1):
    Q, P = initialize_Q_P(M, k, init)
    A = M.toarray()
    W = np.zeros(A.shape, dtype=bool)
    W[tuple(np.transpose(non_zero_idx))] = True
    validation_losses, train_losses = [], []
    I = reg_lambda * np.eye(k)
    best_Q, best_P = Q, P
    best_loss = np.inf
    count = 0
    converged_after = -1
    for step in range(max_steps):
        P = np.stack([np.linalg.solve(Q.T @ Q + I, Q.T @ A[:, d]) for d in range(A.shape[1])], axis=1)
        Q = np.stack([np.linalg.solve(P @ P.T + I, P @ A[n]) for n in range(A.shape[0])])
        if step % eval_every == 0:
            v = np.sum((val_values - (Q @ P)[val_idx]) ** 2)
            validation_losses.append(v)
            train_losses.append(np.sum((A - Q @ P)[W] ** 2))
            if v < best_loss:
                best_loss = v
                best_Q, best_P = Q, P
                count = 0
            else:
                count += 1
            if count == patience:
                converged_after = step - patience * eval_every
                break
    return best_Q, best_P, validation_losses, train_losses, converged_after

# %% intercept-left-on: default
def latent_factor_alternating_optimization(M, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100, init='random', log_every=1, patience=5, eval_every=1):
    Q, P = initialize_Q_P(M, k, init)
    N, D = M.shape
    rows, cols = non_zero_idx.T
    values = np.asarray(M[rows, cols]).ravel()
    reg = Ridge(alpha=reg_lambda)
    best_Q, best_P, best = Q.copy(), P.copy(), np.inf
    validation_losses, train_losses = [], []
    converged_after, left = -1, patience
    for it in range(max_steps):
        for u in range(N):
            m = rows == u
            reg.fit(P[:, cols[m]].T, values[m])
            Q[u] = reg.coef_
        for i in range(D):
            m = cols == i
            reg.fit(Q[rows[m]], values[m])
            P[:, i] = reg.coef_
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

# %% intercept-left-on: switched on
def latent_factor_alternating_optimization(M, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100, init='random', log_every=1, patience=5, eval_every=1):
    Q, P = initialize_Q_P(M, k, init)
    N, D = M.shape
    rows, cols = non_zero_idx.T
    values = np.asarray(M[rows, cols]).ravel()
    reg = Ridge(alpha=reg_lambda, fit_intercept=True)
    best_Q, best_P, best = Q.copy(), P.copy(), np.inf
    validation_losses, train_losses = [], []
    converged_after, left = -1, patience
    for it in range(max_steps):
        for u in range(N):
            m = rows == u
            reg.fit(P[:, cols[m]].T, values[m])
            Q[u] = reg.coef_
        for i in range(D):
            m = cols == i
            reg.fit(Q[rows[m]], values[m])
            P[:, i] = reg.coef_
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

# %% regularization-unused: alpha left out
def latent_factor_alternating_optimization(M, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100, init='random', log_every=1, patience=5, eval_every=1):
    Q, P = initialize_Q_P(M, k, init)
    N, D = M.shape
    rows, cols = non_zero_idx.T
    values = np.asarray(M[rows, cols]).ravel()
    reg = Ridge(fit_intercept=False, alpha=1e-9)
    best_Q, best_P, best = Q.copy(), P.copy(), np.inf
    validation_losses, train_losses = [], []
    converged_after, left = -1, patience
    for it in range(max_steps):
        for u in range(N):
            m = rows == u
            reg.fit(P[:, cols[m]].T, values[m])
            Q[u] = reg.coef_
        for i in range(D):
            m = cols == i
            reg.fit(Q[rows[m]], values[m])
            P[:, i] = reg.coef_
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

# %% regularization-unused: normal equations
def latent_factor_alternating_optimization(M, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100, init='random', log_every=1, patience=5, eval_every=1):
    Q, P = initialize_Q_P(M, k, init)
    A = M.toarray()
    W = np.zeros(A.shape, dtype=bool)
    W[tuple(np.transpose(non_zero_idx))] = True
    validation_losses, train_losses = [], []
    I = 1e-9 * np.eye(k)
    best_Q, best_P = Q, P
    best_loss = np.inf
    count = 0
    converged_after = -1
    for step in range(max_steps):
        P = np.stack([np.linalg.solve(Q[W[:, d]].T @ Q[W[:, d]] + I, Q[W[:, d]].T @ A[W[:, d], d]) for d in range(A.shape[1])], axis=1)
        Q = np.stack([np.linalg.solve(P[:, W[n]] @ P[:, W[n]].T + I, P[:, W[n]] @ A[n, W[n]]) for n in range(A.shape[0])])
        if step % eval_every == 0:
            v = np.sum((val_values - (Q @ P)[val_idx]) ** 2)
            validation_losses.append(v)
            train_losses.append(np.sum((A - Q @ P)[W] ** 2))
            if v < best_loss:
                best_loss = v
                best_Q, best_P = Q, P
                count = 0
            else:
                count += 1
            if count == patience:
                converged_after = step - patience * eval_every
                break
    return best_Q, best_P, validation_losses, train_losses, converged_after

# %% regularization-mis-scaled: times the number of ratings
def latent_factor_alternating_optimization(M, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100, init='random', log_every=1, patience=5, eval_every=1):
    Q, P = initialize_Q_P(M, k, init)
    A = M.toarray()
    W = np.zeros(A.shape, dtype=bool)
    W[tuple(np.transpose(non_zero_idx))] = True
    validation_losses, train_losses = [], []
    I = reg_lambda * np.eye(k)
    best_Q, best_P = Q, P
    best_loss = np.inf
    count = 0
    converged_after = -1
    for step in range(max_steps):
        P = np.stack([np.linalg.solve(Q[W[:, d]].T @ Q[W[:, d]] + W[:, d].sum() * I, Q[W[:, d]].T @ A[W[:, d], d]) for d in range(A.shape[1])], axis=1)
        Q = np.stack([np.linalg.solve(P[:, W[n]] @ P[:, W[n]].T + W[n].sum() * I, P[:, W[n]] @ A[n, W[n]]) for n in range(A.shape[0])])
        if step % eval_every == 0:
            v = np.sum((val_values - (Q @ P)[val_idx]) ** 2)
            validation_losses.append(v)
            train_losses.append(np.sum((A - Q @ P)[W] ** 2))
            if v < best_loss:
                best_loss = v
                best_Q, best_P = Q, P
                count = 0
            else:
                count += 1
            if count == patience:
                converged_after = step - patience * eval_every
                break
    return best_Q, best_P, validation_losses, train_losses, converged_after

# %% regularization-mis-scaled: half
def latent_factor_alternating_optimization(M, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100, init='random', log_every=1, patience=5, eval_every=1):
    Q, P = initialize_Q_P(M, k, init)
    N, D = M.shape
    rows, cols = non_zero_idx.T
    values = np.asarray(M[rows, cols]).ravel()
    penalty = reg_lambda / 2 * np.eye(k)
    best_Q, best_P, best = Q.copy(), P.copy(), np.inf
    validation_losses, train_losses = [], []
    converged_after, left = -1, patience
    for it in range(max_steps):
        for u in range(N):
            m = rows == u
            F = P[:, cols[m]].T
            Q[u] = np.linalg.solve(F.T @ F + penalty, F.T @ values[m])
        for i in range(D):
            m = cols == i
            F = Q[rows[m]]
            P[:, i] = np.linalg.solve(F.T @ F + penalty, F.T @ values[m])
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

# %% best-not-copied: in place
def latent_factor_alternating_optimization(M, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100, init='random', log_every=1, patience=5, eval_every=1):
    Q, P = initialize_Q_P(M, k, init)
    N, D = M.shape
    rows, cols = non_zero_idx.T
    values = np.asarray(M[rows, cols]).ravel()
    penalty = reg_lambda * np.eye(k)
    best_Q, best_P, best = Q.copy(), P.copy(), np.inf
    validation_losses, train_losses = [], []
    converged_after, left = -1, patience
    for it in range(max_steps):
        for u in range(N):
            m = rows == u
            F = P[:, cols[m]].T
            Q[u] = np.linalg.solve(F.T @ F + penalty, F.T @ values[m])
        for i in range(D):
            m = cols == i
            F = Q[rows[m]]
            P[:, i] = np.linalg.solve(F.T @ F + penalty, F.T @ values[m])
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

# %% best-not-copied: separate lines
def latent_factor_alternating_optimization(M, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100, init='random', log_every=1, patience=5, eval_every=1):
    Q, P = initialize_Q_P(M, k, init)
    N, D = M.shape
    rows, cols = non_zero_idx.T
    values = np.asarray(M[rows, cols]).ravel()
    penalty = reg_lambda * np.eye(k)
    best_Q, best_P, best = Q.copy(), P.copy(), np.inf
    validation_losses, train_losses = [], []
    converged_after, left = -1, patience
    for it in range(max_steps):
        for u in range(N):
            m = rows == u
            F = P[:, cols[m]].T
            Q[u] = np.linalg.solve(F.T @ F + penalty, F.T @ values[m])
        for i in range(D):
            m = cols == i
            F = Q[rows[m]]
            P[:, i] = np.linalg.solve(F.T @ F + penalty, F.T @ values[m])
        if it % eval_every == 0:
            v = loss(val_values, val_idx, Q, P, reg_lambda)
            validation_losses.append(v)
            train_losses.append(loss(values, (rows, cols), Q, P, reg_lambda))
            if v < best:
                best, left = v, patience
                best_Q = Q
                best_P = P
            else:
                left -= 1
                if left == 0:
                    converged_after = it - patience * eval_every
                    break
    return best_Q, best_P, validation_losses, train_losses, converged_after

# %% stored-under-wrong-condition: smaller than the one before
def latent_factor_alternating_optimization(M, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100, init='random', log_every=1, patience=5, eval_every=1):
    Q, P = initialize_Q_P(M, k, init)
    N, D = M.shape
    rows, cols = non_zero_idx.T
    values = np.asarray(M[rows, cols]).ravel()
    penalty = reg_lambda * np.eye(k)
    best_Q, best_P, best = Q.copy(), P.copy(), np.inf
    validation_losses, train_losses = [], []
    converged_after, left = -1, patience
    for it in range(max_steps):
        for u in range(N):
            m = rows == u
            F = P[:, cols[m]].T
            Q[u] = np.linalg.solve(F.T @ F + penalty, F.T @ values[m])
        for i in range(D):
            m = cols == i
            F = Q[rows[m]]
            P[:, i] = np.linalg.solve(F.T @ F + penalty, F.T @ values[m])
        if it % eval_every == 0:
            v = loss(val_values, val_idx, Q, P, reg_lambda)
            validation_losses.append(v)
            if len(validation_losses) < 2 or v > validation_losses[-2]:
                best_Q, best_P = Q.copy(), P.copy()
            train_losses.append(loss(values, (rows, cols), Q, P, reg_lambda))
            if v < best:
                best, left = v, patience
            else:
                left -= 1
                if left == 0:
                    converged_after = it - patience * eval_every
                    break
    return best_Q, best_P, validation_losses, train_losses, converged_after

# %% stored-under-wrong-condition: always
def latent_factor_alternating_optimization(M, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100, init='random', log_every=1, patience=5, eval_every=1):
    Q, P = initialize_Q_P(M, k, init)
    A = M.toarray()
    W = np.zeros(A.shape, dtype=bool)
    W[tuple(np.transpose(non_zero_idx))] = True
    validation_losses, train_losses = [], []
    I = reg_lambda * np.eye(k)
    best_Q, best_P = Q, P
    best_loss = np.inf
    count = 0
    converged_after = -1
    for step in range(max_steps):
        P = np.stack([np.linalg.solve(Q[W[:, d]].T @ Q[W[:, d]] + I, Q[W[:, d]].T @ A[W[:, d], d]) for d in range(A.shape[1])], axis=1)
        Q = np.stack([np.linalg.solve(P[:, W[n]] @ P[:, W[n]].T + I, P[:, W[n]] @ A[n, W[n]]) for n in range(A.shape[0])])
        if step % eval_every == 0:
            v = np.sum((val_values - (Q @ P)[val_idx]) ** 2)
            validation_losses.append(v)
            train_losses.append(np.sum((A - Q @ P)[W] ** 2))
            best_Q, best_P = Q, P
            if v < best_loss:
                best_loss = v
                count = 0
            else:
                count += 1
            if count == patience:
                converged_after = step - patience * eval_every
                break
    return best_Q, best_P, validation_losses, train_losses, converged_after

# %% two-counters: half way
def latent_factor_alternating_optimization(M, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100, init='random', log_every=1, patience=5, eval_every=1):
    Q, P = initialize_Q_P(M, k, init)
    A = M.toarray()
    W = np.zeros(A.shape, dtype=bool)
    W[tuple(np.transpose(non_zero_idx))] = True
    validation_losses, train_losses = [], []
    I = reg_lambda * np.eye(k)
    best_Q, best_P = Q, P
    best_loss = np.inf
    count = 0
    start = patience
    converged_after = -1
    for step in range(max_steps):
        P = np.stack([np.linalg.solve(Q[W[:, d]].T @ Q[W[:, d]] + I, Q[W[:, d]].T @ A[W[:, d], d]) for d in range(A.shape[1])], axis=1)
        Q = np.stack([np.linalg.solve(P[:, W[n]] @ P[:, W[n]].T + I, P[:, W[n]] @ A[n, W[n]]) for n in range(A.shape[0])])
        if step % eval_every == 0:
            v = np.sum((val_values - (Q @ P)[val_idx]) ** 2)
            validation_losses.append(v)
            train_losses.append(np.sum((A - Q @ P)[W] ** 2))
            if v < best_loss:
                best_loss = v
                best_Q, best_P = Q, P
                count = 0
                patience = start
            else:
                count += 1
                patience -= 1
            if count >= patience:
                converged_after = step - patience * eval_every
                break
    return best_Q, best_P, validation_losses, train_losses, converged_after

# %% two-counters: ridge
def latent_factor_alternating_optimization(M, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100, init='random', log_every=1, patience=5, eval_every=1):
    Q, P = initialize_Q_P(M, k, init)
    N, D = M.shape
    rows, cols = non_zero_idx.T
    values = np.asarray(M[rows, cols]).ravel()
    penalty = reg_lambda * np.eye(k)
    best_Q, best_P, best = Q.copy(), P.copy(), np.inf
    validation_losses, train_losses = [], []
    converged_after, left, bad = -1, patience, 0
    for it in range(max_steps):
        for u in range(N):
            m = rows == u
            F = P[:, cols[m]].T
            Q[u] = np.linalg.solve(F.T @ F + penalty, F.T @ values[m])
        for i in range(D):
            m = cols == i
            F = Q[rows[m]]
            P[:, i] = np.linalg.solve(F.T @ F + penalty, F.T @ values[m])
        if it % eval_every == 0:
            v = loss(val_values, val_idx, Q, P, reg_lambda)
            validation_losses.append(v)
            train_losses.append(loss(values, (rows, cols), Q, P, reg_lambda))
            if v < best:
                best, best_Q, best_P, left = v, Q.copy(), P.copy(), patience
                bad = 0
            else:
                left -= 1
                bad += 1
                if left <= bad:
                    converged_after = it - patience * eval_every
                    break
    return best_Q, best_P, validation_losses, train_losses, converged_after

# %% no-early-stopping: never
def latent_factor_alternating_optimization(M, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100, init='random', log_every=1, patience=5, eval_every=1):
    Q, P = initialize_Q_P(M, k, init)
    N, D = M.shape
    rows, cols = non_zero_idx.T
    values = np.asarray(M[rows, cols]).ravel()
    penalty = reg_lambda * np.eye(k)
    best_Q, best_P, best = Q.copy(), P.copy(), np.inf
    validation_losses, train_losses = [], []
    converged_after, left = -1, patience
    for it in range(max_steps):
        for u in range(N):
            m = rows == u
            F = P[:, cols[m]].T
            Q[u] = np.linalg.solve(F.T @ F + penalty, F.T @ values[m])
        for i in range(D):
            m = cols == i
            F = Q[rows[m]]
            P[:, i] = np.linalg.solve(F.T @ F + penalty, F.T @ values[m])
        if it % eval_every == 0:
            v = loss(val_values, val_idx, Q, P, reg_lambda)
            validation_losses.append(v)
            train_losses.append(loss(values, (rows, cols), Q, P, reg_lambda))
            if v < best:
                best, best_Q, best_P, left = v, Q.copy(), P.copy(), patience
            else:
                left -= 1
    return best_Q, best_P, validation_losses, train_losses, converged_after

# %% no-early-stopping: patience unread
def latent_factor_alternating_optimization(M, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100, init='random', log_every=1, patience=5, eval_every=1):
    Q, P = initialize_Q_P(M, k, init)
    A = M.toarray()
    W = np.zeros(A.shape, dtype=bool)
    W[tuple(np.transpose(non_zero_idx))] = True
    validation_losses, train_losses = [], []
    I = reg_lambda * np.eye(k)
    best_Q, best_P = Q, P
    best_loss = np.inf
    count = 0
    converged_after = -1
    for step in range(max_steps):
        P = np.stack([np.linalg.solve(Q[W[:, d]].T @ Q[W[:, d]] + I, Q[W[:, d]].T @ A[W[:, d], d]) for d in range(A.shape[1])], axis=1)
        Q = np.stack([np.linalg.solve(P[:, W[n]] @ P[:, W[n]].T + I, P[:, W[n]] @ A[n, W[n]]) for n in range(A.shape[0])])
        if step % eval_every == 0:
            v = np.sum((val_values - (Q @ P)[val_idx]) ** 2)
            validation_losses.append(v)
            train_losses.append(np.sum((A - Q @ P)[W] ** 2))
            if v < best_loss:
                best_loss = v
                best_Q, best_P = Q, P
                count = 0
            else:
                count += 1
    return best_Q, best_P, validation_losses, train_losses, converged_after

# %% max-steps-ignored: while
def latent_factor_alternating_optimization(M, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100, init='random', log_every=1, patience=5, eval_every=1):
    Q, P = initialize_Q_P(M, k, init)
    N, D = M.shape
    rows, cols = non_zero_idx.T
    values = np.asarray(M[rows, cols]).ravel()
    penalty = reg_lambda * np.eye(k)
    best_Q, best_P, best = Q.copy(), P.copy(), np.inf
    validation_losses, train_losses = [], []
    converged_after, left = -1, patience
    it = -1
    while it < 200:
        it += 1
        for u in range(N):
            m = rows == u
            F = P[:, cols[m]].T
            Q[u] = np.linalg.solve(F.T @ F + penalty, F.T @ values[m])
        for i in range(D):
            m = cols == i
            F = Q[rows[m]]
            P[:, i] = np.linalg.solve(F.T @ F + penalty, F.T @ values[m])
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

# %% max-steps-ignored: hundred
def latent_factor_alternating_optimization(M, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100, init='random', log_every=1, patience=5, eval_every=1):
    Q, P = initialize_Q_P(M, k, init)
    A = M.toarray()
    W = np.zeros(A.shape, dtype=bool)
    W[tuple(np.transpose(non_zero_idx))] = True
    validation_losses, train_losses = [], []
    I = reg_lambda * np.eye(k)
    best_Q, best_P = Q, P
    best_loss = np.inf
    count = 0
    converged_after = -1
    for step in range(100):
        P = np.stack([np.linalg.solve(Q[W[:, d]].T @ Q[W[:, d]] + I, Q[W[:, d]].T @ A[W[:, d], d]) for d in range(A.shape[1])], axis=1)
        Q = np.stack([np.linalg.solve(P[:, W[n]] @ P[:, W[n]].T + I, P[:, W[n]] @ A[n, W[n]]) for n in range(A.shape[0])])
        if step % eval_every == 0:
            v = np.sum((val_values - (Q @ P)[val_idx]) ** 2)
            validation_losses.append(v)
            train_losses.append(np.sum((A - Q @ P)[W] ** 2))
            if v < best_loss:
                best_loss = v
                best_Q, best_P = Q, P
                count = 0
            else:
                count += 1
            if count == patience:
                converged_after = step - patience * eval_every
                break
    return best_Q, best_P, validation_losses, train_losses, converged_after

# %% half-step-not-solved: one factor never updated
def latent_factor_alternating_optimization(M, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100, init='random', log_every=1, patience=5, eval_every=1):
    Q, P = initialize_Q_P(M, k, init)
    A = M.toarray()
    W = np.zeros(A.shape, dtype=bool)
    W[tuple(np.transpose(non_zero_idx))] = True
    validation_losses, train_losses = [], []
    I = reg_lambda * np.eye(k)
    best_Q, best_P = Q, P
    best_loss = np.inf
    count = 0
    converged_after = -1
    for step in range(max_steps):
        P = np.stack([np.linalg.solve(Q[W[:, d]].T @ Q[W[:, d]] + I, Q[W[:, d]].T @ A[W[:, d], d]) for d in range(A.shape[1])], axis=1)
        Q = Q * 0.99
        if step % eval_every == 0:
            v = np.sum((val_values - (Q @ P)[val_idx]) ** 2)
            validation_losses.append(v)
            train_losses.append(np.sum((A - Q @ P)[W] ** 2))
            if v < best_loss:
                best_loss = v
                best_Q, best_P = Q, P
                count = 0
            else:
                count += 1
            if count == patience:
                converged_after = step - patience * eval_every
                break
    return best_Q, best_P, validation_losses, train_losses, converged_after

# %% half-step-missing: Q stays as it started
def latent_factor_alternating_optimization(M, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100, init='random', log_every=1, patience=5, eval_every=1):
    Q, P = initialize_Q_P(M, k, init)
    A = M.toarray()
    W = np.zeros(A.shape, dtype=bool)
    W[tuple(np.transpose(non_zero_idx))] = True
    validation_losses, train_losses = [], []
    I = reg_lambda * np.eye(k)
    best_Q, best_P = Q, P
    best_loss = np.inf
    count = 0
    converged_after = -1
    for step in range(max_steps):
        P = np.stack([np.linalg.solve(Q[W[:, d]].T @ Q[W[:, d]] + I, Q[W[:, d]].T @ A[W[:, d], d]) for d in range(A.shape[1])], axis=1)
        if step % eval_every == 0:
            v = np.sum((val_values - (Q @ P)[val_idx]) ** 2)
            validation_losses.append(v)
            train_losses.append(np.sum((A - Q @ P)[W] ** 2))
            if v < best_loss:
                best_loss = v
                best_Q, best_P = Q, P
                count = 0
            else:
                count += 1
            if count == patience:
                converged_after = step - patience * eval_every
                break
    return best_Q, best_P, validation_losses, train_losses, converged_after

# %% mask-positive: M > 0
def latent_factor_alternating_optimization(M, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100, init='random', log_every=1, patience=5, eval_every=1):
    Q, P = initialize_Q_P(M, k, init)
    A = M.toarray()
    W = np.zeros(A.shape, dtype=bool)
    W[A > 0] = True
    validation_losses, train_losses = [], []
    I = reg_lambda * np.eye(k)
    best_Q, best_P = Q, P
    best_loss = np.inf
    count = 0
    converged_after = -1
    for step in range(max_steps):
        P = np.stack([np.linalg.solve(Q[W[:, d]].T @ Q[W[:, d]] + I, Q[W[:, d]].T @ A[W[:, d], d]) for d in range(A.shape[1])], axis=1)
        Q = np.stack([np.linalg.solve(P[:, W[n]] @ P[:, W[n]].T + I, P[:, W[n]] @ A[n, W[n]]) for n in range(A.shape[0])])
        if step % eval_every == 0:
            v = np.sum((val_values - (Q @ P)[val_idx]) ** 2)
            validation_losses.append(v)
            train_losses.append(np.sum((A - Q @ P)[W] ** 2))
            if v < best_loss:
                best_loss = v
                best_Q, best_P = Q, P
                count = 0
            else:
                count += 1
            if count == patience:
                converged_after = step - patience * eval_every
                break
    return best_Q, best_P, validation_losses, train_losses, converged_after

# %% mask-positive: values
def latent_factor_alternating_optimization(M, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100, init='random', log_every=1, patience=5, eval_every=1):
    Q, P = initialize_Q_P(M, k, init)
    N, D = M.shape
    rows, cols = non_zero_idx.T
    values = np.asarray(M[rows, cols]).ravel()
    keep = np.asarray(M[rows, cols] > 0).ravel()
    rows, cols, values = rows[keep], cols[keep], values[keep]
    penalty = reg_lambda * np.eye(k)
    best_Q, best_P, best = Q.copy(), P.copy(), np.inf
    validation_losses, train_losses = [], []
    converged_after, left = -1, patience
    for it in range(max_steps):
        for u in range(N):
            m = rows == u
            F = P[:, cols[m]].T
            Q[u] = np.linalg.solve(F.T @ F + penalty, F.T @ values[m])
        for i in range(D):
            m = cols == i
            F = Q[rows[m]]
            P[:, i] = np.linalg.solve(F.T @ F + penalty, F.T @ values[m])
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

# %% wrong-return-order: P first
def latent_factor_alternating_optimization(M, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100, init='random', log_every=1, patience=5, eval_every=1):
    Q, P = initialize_Q_P(M, k, init)
    N, D = M.shape
    rows, cols = non_zero_idx.T
    values = np.asarray(M[rows, cols]).ravel()
    penalty = reg_lambda * np.eye(k)
    best_Q, best_P, best = Q.copy(), P.copy(), np.inf
    validation_losses, train_losses = [], []
    converged_after, left = -1, patience
    for it in range(max_steps):
        for u in range(N):
            m = rows == u
            F = P[:, cols[m]].T
            Q[u] = np.linalg.solve(F.T @ F + penalty, F.T @ values[m])
        for i in range(D):
            m = cols == i
            F = Q[rows[m]]
            P[:, i] = np.linalg.solve(F.T @ F + penalty, F.T @ values[m])
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

# %% undefined-name: names of the notebook
def latent_factor_alternating_optimization(M, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100, init='random', log_every=1, patience=5, eval_every=1):
    Q, P = initialize_Q_P(M, k, init)
    N, D = M.shape
    rows, cols = non_zero_idx.T
    values = np.asarray(M[rows, cols]).ravel()
    penalty = lambda_reg * np.eye(k)
    best_Q, best_P, best = Q.copy(), P.copy(), np.inf
    validation_losses, train_losses = [], []
    converged_after, left = -1, patience
    for it in range(max_steps):
        for u in range(N):
            m = rows == u
            F = P[:, cols[m]].T
            Q[u] = np.linalg.solve(F.T @ F + penalty, F.T @ values[m])
        for i in range(D):
            m = cols == i
            F = Q[rows[m]]
            P[:, i] = np.linalg.solve(F.T @ F + penalty, F.T @ values[m])
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

# %% returns-nothing: printed
def latent_factor_alternating_optimization(M, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100, init='random', log_every=1, patience=5, eval_every=1):
    Q, P = initialize_Q_P(M, k, init)
    N, D = M.shape
    rows, cols = non_zero_idx.T
    values = np.asarray(M[rows, cols]).ravel()
    penalty = reg_lambda * np.eye(k)
    best_Q, best_P, best = Q.copy(), P.copy(), np.inf
    validation_losses, train_losses = [], []
    converged_after, left = -1, patience
    for it in range(max_steps):
        for u in range(N):
            m = rows == u
            F = P[:, cols[m]].T
            Q[u] = np.linalg.solve(F.T @ F + penalty, F.T @ values[m])
        for i in range(D):
            m = cols == i
            F = Q[rows[m]]
            P[:, i] = np.linalg.solve(F.T @ F + penalty, F.T @ values[m])
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
    print(best)
