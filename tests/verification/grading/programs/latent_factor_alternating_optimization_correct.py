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

# %% ridge of scikit-learn, user by user
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

# %% normal equations, items first, start evaluated
def latent_factor_alternating_optimization(M, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100, init='random', log_every=1, patience=5, eval_every=1):
    Q, P = initialize_Q_P(M, k, init)
    A = M.toarray() if sp.issparse(M) else np.asarray(M)
    W = np.zeros(A.shape, dtype=bool)
    W[tuple(np.transpose(non_zero_idx))] = True
    val, train = [], []
    I = reg_lambda * np.eye(k)
    best = None
    waiting = 0
    converged_after = -1
    it = 0
    while True:
        if it % eval_every == 0:
            v = np.sum((val_values - (Q @ P)[val_idx]) ** 2)
            val.append(v)
            train.append(np.sum((A - Q @ P)[W] ** 2))
            if best is None or v < best[0]:
                best = (v, Q, P, it)
                waiting = 0
            else:
                waiting += 1
            if waiting == patience:
                converged_after = best[3]
                break
        if it == max_steps:
            break
        P = np.stack([np.linalg.solve(Q[W[:, d]].T @ Q[W[:, d]] + I, Q[W[:, d]].T @ A[W[:, d], d]) for d in range(A.shape[1])], axis=1)
        Q = np.stack([np.linalg.solve(P[:, W[n]] @ P[:, W[n]].T + I, P[:, W[n]] @ A[n, W[n]]) for n in range(A.shape[0])])
        it += 1
    return best[1], best[2], val, train, converged_after

# %% improvement against the evaluation before, mean squared error
def latent_factor_alternating_optimization(M, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100, init='random', log_every=1, patience=5, eval_every=1):
    Q, P = initialize_Q_P(M, k, init=init)
    items_of, users_of = {}, {}
    for u, i in non_zero_idx:
        items_of.setdefault(u, []).append(i)
        users_of.setdefault(i, []).append(u)
    val_losses, train_losses = [], []
    best_Q, best_P, best_loss = Q.copy(), P.copy(), float('inf')
    current = patience
    converged_after = -1
    train_ix = tuple(non_zero_idx.T)
    truth = np.array([M[u, i] for u, i in non_zero_idx])
    for step in range(1, max_steps + 1):
        for u, items in items_of.items():
            F = P[:, items].T
            r = np.array([M[u, i] for i in items])
            Q[u] = np.linalg.inv(F.T @ F + reg_lambda * np.eye(k)) @ F.T @ r
        for i, users in users_of.items():
            F = Q[users]
            r = np.array([M[u, i] for u in users])
            P[:, i] = np.linalg.inv(F.T @ F + reg_lambda * np.eye(k)) @ (F.T @ r)
        if step % eval_every == 0:
            v = np.mean((val_values - Q.dot(P)[val_idx]) ** 2)
            t = np.mean((truth - Q.dot(P)[train_ix]) ** 2)
            if v < best_loss:
                best_loss = v
                best_Q, best_P = np.array(Q), np.array(P)
            if val_losses and v >= val_losses[-1]:
                current -= 1
            else:
                current = patience
            val_losses.append(v)
            train_losses.append(t)
            if current <= 0:
                converged_after = step - patience * eval_every
                break
    return best_Q, best_P, val_losses, train_losses, converged_after

# %% lsqr solver, rows of the sparse matrix
def latent_factor_alternating_optimization(M, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100, init='random', log_every=1, patience=5, eval_every=1):
    Q, P = initialize_Q_P(M, k, init)
    M = sp.csr_matrix(M)
    n, d = M.shape
    mask = sp.csr_matrix((np.ones(len(non_zero_idx)), (non_zero_idx[:, 0], non_zero_idx[:, 1])), shape=M.shape)
    dense = M.toarray()
    history, history_train, params = [], [], []
    stop = -1
    for it in range(max_steps):
        newQ = np.zeros((n, k))
        for u in range(n):
            idx = mask[u].indices
            newQ[u] = Ridge(alpha=reg_lambda, fit_intercept=False, solver='cholesky').fit(P.T[idx], dense[u, idx]).coef_
        Q = newQ
        newP = np.zeros((k, d))
        maskT = mask.tocsc()
        for i in range(d):
            idx = maskT[:, i].indices
            newP[:, i] = Ridge(alpha=reg_lambda, fit_intercept=False, solver='svd').fit(Q[idx], dense[idx, i]).coef_
        P = newP
        if it % eval_every == 0:
            history.append(loss(val_values, val_idx, Q, P, reg_lambda))
            history_train.append(loss(dense[tuple(non_zero_idx.T)], tuple(non_zero_idx.T), Q, P, reg_lambda))
            params.append((Q, P))
            b = int(np.argmin(history))
            if len(history) - 1 - b >= patience:
                stop = it - patience * eval_every
                break
    b = int(np.argmin(history))
    return params[b][0], params[b][1], history, history_train, stop

# %% uses M.nonzero: minor
def latent_factor_alternating_optimization(M, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100, init='random', log_every=1, patience=5, eval_every=1):
    Q, P = initialize_Q_P(M, k, init)
    rows, cols = M.nonzero()
    vals = np.array(M[rows, cols]).ravel()
    vl, tl = [], []
    best_Q, best_P, best_val, wait, conv = Q, P, np.inf, 0, -1
    for it in range(max_steps):
        Q, P = Q.copy(), P.copy()
        for u in np.unique(rows):
            s = rows == u
            B = P[:, cols[s]]
            Q[u] = np.linalg.solve(B @ B.T + reg_lambda * np.identity(k), B @ vals[s])
        for i in np.unique(cols):
            s = cols == i
            B = Q[rows[s]].T
            P[:, i] = np.linalg.solve(B @ B.T + reg_lambda * np.identity(k), B @ vals[s])
        if it % eval_every == 0:
            vl.append(loss(val_values, val_idx, Q, P, reg_lambda))
            tl.append(loss(vals, (rows, cols), Q, P, reg_lambda))
            if vl[-1] < best_val:
                best_Q, best_P, best_val, wait = Q, P, vl[-1], 0
            else:
                wait += 1
            if wait >= patience:
                conv = it - patience * eval_every
                break
    return best_Q, best_P, vl, tl, conv

# %% augmented least squares
def latent_factor_alternating_optimization(M, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100, init='random', log_every=1, patience=5, eval_every=1):
    Q, P = initialize_Q_P(M, k, init)
    nz = [tuple(ix) for ix in np.asarray(non_zero_idx)]
    R = {ix: M[ix] for ix in nz}
    N, D = M.shape
    root = np.sqrt(reg_lambda) * np.eye(k)
    by_user = [[j for (i, j) in nz if i == u] for u in range(N)]
    by_item = [[i for (i, j) in nz if j == x] for x in range(D)]
    ixs = tuple(np.array(nz).T)
    y = np.array([R[ix] for ix in nz])
    v_losses = [loss(val_values, val_idx, Q, P, reg_lambda)]
    t_losses = [loss(y, ixs, Q, P, reg_lambda)]
    best_Q, best_P, counter, converged_after = Q.copy(), P.copy(), patience, -1
    for it in range(1, max_steps + 1):
        for u in range(N):
            F = np.vstack([P[:, by_user[u]].T, root])
            Q[u] = np.linalg.lstsq(F, np.concatenate([[R[u, j] for j in by_user[u]], np.zeros(k)]), rcond=None)[0]
        for x in range(D):
            F = np.vstack([Q[by_item[x]], root])
            P[:, x] = np.linalg.lstsq(F, np.concatenate([[R[i, x] for i in by_item[x]], np.zeros(k)]), rcond=None)[0]
        if it % eval_every != 0:
            continue
        v = loss(val_values, val_idx, Q, P, reg_lambda)
        if v < min(v_losses):
            best_Q, best_P = Q.copy(), P.copy()
            counter = patience
        else:
            counter -= 1
        v_losses.append(v)
        t_losses.append(loss(y, ixs, Q, P, reg_lambda))
        if counter == 0:
            converged_after = it - patience * eval_every
            break
    return best_Q, best_P, v_losses, t_losses, converged_after

# %% dense only: minor
def latent_factor_alternating_optimization(M, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100, init='random', log_every=1, patience=5, eval_every=1):
    Q, P = initialize_Q_P(M, k, init)
    M = np.array(M)
    assert M.ndim == 2
    mask = np.zeros(M.shape)
    mask[non_zero_idx[:, 0], non_zero_idx[:, 1]] = 1
    vl, tl = [], []
    best = (np.inf, None, None)
    bad, conv = 0, -1
    for it in range(max_steps):
        Q = np.array([Ridge(alpha=reg_lambda, fit_intercept=False).fit(P.T, M[u], sample_weight=mask[u]).coef_ for u in range(len(M))])
        P = np.array([Ridge(alpha=reg_lambda, fit_intercept=False).fit(Q, M[:, i], sample_weight=mask[:, i]).coef_ for i in range(M.shape[1])]).T
        if it % eval_every == 0:
            vl.append(loss(val_values, val_idx, Q, P, reg_lambda))
            tl.append(loss(M[mask == 1], np.where(mask == 1), Q, P, reg_lambda))
            if vl[-1] < best[0]:
                best, bad = (vl[-1], Q, P), 0
            else:
                bad += 1
            if bad == patience:
                conv = it - patience * eval_every
                break
    return best[1], best[2], vl, tl, conv

# %% arrays of losses filled in part
def latent_factor_alternating_optimization(M, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100, init='random', log_every=1, patience=5, eval_every=1):
    Q, P = initialize_Q_P(M, k, init)
    rows, cols = non_zero_idx[:, 0], non_zero_idx[:, 1]
    y = np.asarray(M[rows, cols]).ravel()
    validation_losses, train_losses = np.zeros(max_steps + 1), np.zeros(max_steps + 1)
    best_Q, best_P, left, n = Q.copy(), P.copy(), patience, 0
    for it in range(max_steps):
        for u in set(rows.tolist()):
            s = rows == u
            A = P[:, cols[s]]
            Q[u, :] = np.linalg.solve(A.dot(A.T) + reg_lambda * np.eye(k), A.dot(y[s]))
        for i in set(cols.tolist()):
            s = cols == i
            A = Q[rows[s], :].T
            P[:, i] = np.linalg.solve(A.dot(A.T) + reg_lambda * np.eye(k), A.dot(y[s]))
        if it % eval_every:
            continue
        validation_losses[n] = loss(val_values, val_idx, Q, P, reg_lambda)
        train_losses[n] = loss(y, (rows, cols), Q, P, reg_lambda)
        if n == 0 or validation_losses[n] < validation_losses[:n].min():
            best_Q, best_P, left = Q.copy(), P.copy(), patience
        else:
            left -= 1
        n += 1
        if left == 0:
            return best_Q, best_P, validation_losses, train_losses, it - patience * eval_every
    return best_Q, best_P, validation_losses, train_losses, -1

# %% one function for two methods
def latent_factor_alternating_optimization(R, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100, init='random', log_every=1, patience=5, eval_every=1, optimizer='sgd', lr=1e-2):
    Q, P = initialize_Q_P(R, k, init)
    idx = tuple(non_zero_idx.T)
    D = R.toarray() if sp.issparse(R) else np.asarray(R)
    best_Q, best_P, best_val, bad = None, None, None, 0
    validation_losses, train_losses = [], []
    for it in range(max_steps):
        if optimizer == 'sgd':
            for u, i in non_zero_idx:
                e = D[u, i] - Q[u] @ P[:, i]
                Q[u], P[:, i] = Q[u] + lr * (e * P[:, i] - reg_lambda * Q[u]), P[:, i] + lr * (e * Q[u] - reg_lambda * P[:, i])
        else:
            for i in range(D.shape[1]):
                users = idx[0][idx[1] == i]
                P[:, i] = np.linalg.inv(Q[users].T @ Q[users] + reg_lambda * np.eye(k)) @ Q[users].T @ D[users, i]
            for u in range(D.shape[0]):
                items = idx[1][idx[0] == u]
                Q[u] = np.linalg.inv(P[:, items] @ P[:, items].T + reg_lambda * np.eye(k)) @ P[:, items] @ D[u, items]
        if it % eval_every == 0:
            validation_losses.append(loss(val_values, val_idx, Q, P, reg_lambda))
            train_losses.append(loss(D[idx], idx, Q, P, reg_lambda))
            if best_val is None or validation_losses[-1] < best_val:
                best_val, best_Q, best_P, bad = validation_losses[-1], Q.copy(), P.copy(), 0
            else:
                bad += 1
                if bad == patience:
                    return best_Q, best_P, validation_losses, train_losses, it - patience * eval_every
    return best_Q, best_P, validation_losses, train_losses, -1

# %% stacked solves, root of the mean squared error
class Stopper:
    def __init__(self, patience):
        self.patience, self.left, self.best, self.kept = patience, patience, np.inf, None

    def see(self, value, factors):
        if value < self.best:
            self.best, self.kept, self.left = value, factors, self.patience
        else:
            self.left -= 1
        return self.left <= 0

def half_step(A, W, F, reg_lambda):
    gram = np.einsum('rc,ic,jc->rij', W, F, F) + reg_lambda * np.eye(len(F))
    return np.linalg.solve(gram, ((W * A) @ F.T)[:, :, None])[:, :, 0]

def latent_factor_alternating_optimization(M, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100, init='random', log_every=1, patience=5, eval_every=1):
    Q, P = initialize_Q_P(M, k, init)
    A = M.toarray() if sp.issparse(M) else np.asarray(M)
    W = np.zeros(A.shape)
    W[tuple(non_zero_idx.T)] = 1.0
    stopper, vl, tl = Stopper(patience), [], []
    for it in range(1, max_steps + 1):
        Q = half_step(A, W, P, reg_lambda)
        P = half_step(A.T, W.T, Q.T, reg_lambda).T
        if it % eval_every == 0:
            vl.append(np.sqrt(np.mean((val_values - (Q @ P)[val_idx]) ** 2)))
            tl.append(np.sqrt(np.mean((A - Q @ P)[W > 0] ** 2)))
            if stopper.see(vl[-1], (Q, P)):
                return (*stopper.kept, vl, tl, it - patience * eval_every)
    return (*stopper.kept, vl, tl, -1)
