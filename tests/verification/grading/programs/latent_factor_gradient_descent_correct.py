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

# %% sums
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
    return best_Q, best_P, validation_losses, train_losses, converged_after

# %% dense mask
def latent_factor_gradient_descent(M, non_zero_idx, k, val_idx, val_values, reg_lambda, learning_rate, batch_size=-1, max_steps=50000, init='random', log_every=1000, patience=20, eval_every=50):
    Q, P = initialize_Q_P(M, k, init)
    A = M.toarray() if sp.issparse(M) else np.asarray(M)
    W = np.zeros(A.shape)
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

# %% means
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
        gQ, gP = len(s) * reg_lambda / n * Q, len(s) * reg_lambda / n * P
        np.add.at(gQ, r, -e[:, None] * P[:, c].T)
        np.add.at(gP.T, c, -e[:, None] * Q[r])
        Q = Q - 2 * learning_rate / len(s) * gQ
        P = P - 2 * learning_rate / len(s) * gP
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

# %% entry by entry
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
            if val[-1] < best:
                best, kept, left = val[-1], (Q.copy(), P.copy()), patience
            else:
                left -= 1
            if left == 0:
                return kept[0], kept[1], val, train, step - patience * eval_every
    return kept[0], kept[1], val, train, -1

# %% sparse residuals
def latent_factor_gradient_descent(M, non_zero_idx, k, val_idx, val_values, reg_lambda, learning_rate, batch_size=-1, max_steps=50000, init='random', log_every=1000, patience=20, eval_every=50):
    Q, P = initialize_Q_P(M, k, init)
    rows, cols = non_zero_idx[:, 0], non_zero_idx[:, 1]
    y = np.asarray(M[rows, cols]).ravel()
    best_Q, best_P, losses, trains, wait = Q, P, [], [], 0
    for it in range(max_steps):
        pick = np.arange(len(y)) if batch_size < 0 else np.random.choice(len(y), batch_size, False)
        r = y[pick] - np.einsum('nk,kn->n', Q[rows[pick]], P[:, cols[pick]])
        E = sp.csr_matrix((r, (rows[pick], cols[pick])), shape=(len(Q), P.shape[1]))
        dQ, dP = E @ P.T - reg_lambda * Q, (E.T @ Q).T - reg_lambda * P
        Q, P = Q + learning_rate * dQ, P + learning_rate * dP
        if it % eval_every == 0:
            v = loss(val_values, val_idx, Q, P, reg_lambda)
            if not losses or v < min(losses):
                best_Q, best_P, wait = Q, P, 0
            else:
                wait += 1
            losses.append(v)
            trains.append(loss(y, (rows, cols), Q, P, reg_lambda))
            if wait >= patience:
                return best_Q, best_P, losses, trains, it - patience * eval_every
    return best_Q, best_P, losses, trains, -1

# %% against the evaluation before, mean squared error
def latent_factor_gradient_descent(M, non_zero_idx, k, val_idx, val_values, reg_lambda, learning_rate, batch_size=-1, max_steps=50000, init='random', log_every=1000, patience=20, eval_every=50):
    Q, P = initialize_Q_P(M, k, init)
    A = np.asarray(M.todense()) if sp.issparse(M) else np.asarray(M)
    mask = np.zeros(A.shape, bool)
    mask[non_zero_idx[:, 0], non_zero_idx[:, 1]] = True
    n = mask.sum()
    vs, ts = [], []
    best, current, after = (np.inf, Q, P), patience, -1
    for it in range(1, max_steps + 1):
        E = np.where(mask, Q.dot(P) - A, 0)
        Q_new = Q - learning_rate * (2 / n * E.dot(P.T) + 2 / n * reg_lambda * Q)
        P = P - learning_rate * (2 / n * Q.T.dot(E) + 2 / n * reg_lambda * P)
        Q = Q_new
        if it % eval_every == 0:
            v = np.mean((val_values - Q.dot(P)[val_idx]) ** 2)
            ts.append(np.mean((A - Q.dot(P))[mask] ** 2))
            if v < best[0]:
                best = (v, Q, P)
            current = current - 1 if vs and v >= vs[-1] else patience
            vs.append(v)
            if current == 0:
                after = it - patience * eval_every
                break
    return best[1], best[2], vs, ts, after

# %% start evaluated, while
def latent_factor_gradient_descent(M, non_zero_idx, k, val_idx, val_values, reg_lambda, learning_rate, batch_size=-1, max_steps=50000, init='random', log_every=1000, patience=20, eval_every=50):
    Q, P = initialize_Q_P(M, k, init)
    W = sp.csr_matrix((np.ones(len(non_zero_idx)), tuple(non_zero_idx.T)), shape=M.shape).toarray()
    A = M.toarray() if sp.issparse(M) else np.asarray(M)
    step, left, best = 0, patience, None
    validation_losses, train_losses = [], []
    while step <= max_steps:
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
    return best[1], best[2], validation_losses, train_losses, -1

# %% Q first, then P with the new Q
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
    return best_Q, best_P, v_losses, t_losses, converged_after

# %% history of factors
def latent_factor_gradient_descent(M, non_zero_idx, k, val_idx, val_values, reg_lambda, learning_rate, batch_size=-1, max_steps=50000, init='random', log_every=1000, patience=20, eval_every=50):
    Q, P = initialize_Q_P(M, k, init)
    rows, cols = non_zero_idx.T
    y = np.asarray(M[rows, cols]).ravel()
    history = []
    for it in range(max_steps):
        b = np.arange(len(y)) if batch_size <= 0 else np.random.permutation(len(y))[:batch_size]
        err = (Q[rows[b]] * P[:, cols[b]].T).sum(axis=1) - y[b]
        gQ = np.stack([np.bincount(rows[b], err * P[f, cols[b]], minlength=len(Q)) for f in range(k)], axis=1)
        gP = np.stack([np.bincount(cols[b], err * Q[rows[b], f], minlength=P.shape[1]) for f in range(k)])
        Q, P = Q - learning_rate * (gQ + reg_lambda * Q), P - learning_rate * (gP + reg_lambda * P)
        if it % eval_every == 0:
            history.append((loss(val_values, val_idx, Q, P, reg_lambda), loss(y, (rows, cols), Q, P, reg_lambda), Q, P))
            best = int(np.argmin([h[0] for h in history]))
            if len(history) - 1 - best >= patience:
                break
    v, t = [h[0] for h in history], [h[1] for h in history]
    stopped = len(history) - 1 - best >= patience
    return history[best][2], history[best][3], v, t, (best * eval_every if stopped else -1)

# %% random starting rows of a batch, half the squared error
def latent_factor_gradient_descent(M, non_zero_idx, k, val_idx, val_values, reg_lambda, learning_rate, batch_size=-1, max_steps=50000, init='random', log_every=1000, patience=20, eval_every=50):
    Q, P = initialize_Q_P(M, k, init=init)
    idx = np.array(non_zero_idx)
    truth = np.asarray(M[idx[:, 0], idx[:, 1]]).flatten()
    n = len(truth)
    size = n if batch_size == -1 else batch_size
    keep, best, waited, done = (Q, P), np.inf, 0, -1
    validation_losses, train_losses = [], []
    for t in range(max_steps):
        start = np.random.randint(n)
        s = np.arange(start, start + size) % n
        i, j = idx[s, 0], idx[s, 1]
        diff = (Q[i] * P.T[j]).sum(1) - truth[s]
        newQ, newP = Q * (1 - learning_rate * reg_lambda), P * (1 - learning_rate * reg_lambda)
        np.subtract.at(newQ, i, learning_rate * diff[:, None] * P.T[j])
        np.subtract.at(newP.T, j, learning_rate * diff[:, None] * Q[i])
        Q, P = newQ, newP
        if t % eval_every == 0:
            validation_losses.append(0.5 * np.sum((val_values - Q.dot(P)[val_idx]) ** 2))
            train_losses.append(0.5 * np.sum((truth - Q.dot(P)[tuple(idx.T)]) ** 2))
            if validation_losses[-1] < best:
                best, keep, waited = validation_losses[-1], (Q, P), 0
            else:
                waited += 1
                if waited >= patience:
                    done = t - patience * eval_every
                    break
    return keep[0], keep[1], validation_losses, train_losses, done
