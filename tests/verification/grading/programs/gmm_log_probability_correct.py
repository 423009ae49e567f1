import numpy as np
from scipy.stats import multivariate_normal
from scipy.linalg import cho_factor, cho_solve, solve_triangular

# %% scipy logpdf
def gmm_log_probability(X, pi, mu, sigma):
    P = np.zeros((X.shape[0], len(pi)))
    for j in range(len(pi)):
        P[:, j] = np.log(pi[j]) + multivariate_normal.logpdf(X, mean=mu[j], cov=sigma[j])
    return P

# %% inverse and determinant
def gmm_log_probability(X, pi, mu, sigma):
    N, D = X.shape
    k = pi.shape[0]
    P = np.zeros((N, k))
    for j in range(k):
        inv = np.linalg.inv(sigma[j])
        det = np.linalg.det(sigma[j])
        for i in range(N):
            d = X[i] - mu[j]
            P[i, j] = np.log(pi[j]) - D / 2 * np.log(2 * np.pi) - 0.5 * np.log(det) - 0.5 * d.T @ inv @ d
    return P

# %% cholesky
def gmm_log_probability(X, pi, mu, sigma):
    out = []
    for p, m, s in zip(pi, mu, sigma):
        L = np.linalg.cholesky(s)
        y = solve_triangular(L, (X - m).T, lower=True)
        out.append(np.log(p) - 0.5 * (y ** 2).sum(0) - np.log(np.diag(L)).sum() - 0.5 * X.shape[1] * np.log(2 * np.pi))
    return np.array(out).T

# %% einsum
def gmm_log_probability(X, pi, mu, sigma):
    diff = X[:, None, :] - mu[None, :, :]
    prec = np.linalg.inv(sigma)
    maha = np.einsum('nki,kij,nkj->nk', diff, prec, diff)
    _, logdet = np.linalg.slogdet(sigma)
    return np.log(pi) - 0.5 * (maha + logdet + X.shape[1] * np.log(2 * np.pi))

# %% list of lists
def log_normal(x, m, s):
    d = np.asarray(x) - np.asarray(m)
    sign, ld = np.linalg.slogdet(2 * np.pi * np.asarray(s))
    return -0.5 * (ld + d.dot(np.linalg.solve(s, d)))

def gmm_log_probability(X, pi, mu, sigma):
    return [[np.log(pi[j]) + log_normal(x, mu[j], sigma[j]) for j in range(len(pi))] for x in X]

# %% log of pdf: minor
def gmm_log_probability(X, pi, mu, sigma):
    return np.stack([np.log(pi[j] * multivariate_normal(mu[j], sigma[j]).pdf(X)).reshape(len(X)) for j in range(len(pi))], axis=1)

# %% constant offset: minor
def gmm_log_probability(X, pi, mu, sigma):
    P = np.zeros((X.shape[0], len(pi)))
    for j in range(len(pi)):
        diff = X - mu[j]
        P[:, j] = np.log(pi[j]) - 0.5 * np.linalg.slogdet(sigma[j])[1] - 0.5 * np.sum(diff @ np.linalg.inv(sigma[j]) * diff, axis=1)
    return P

# %% eigenvectors
def gmm_log_probability(X, pi, mu, sigma):
    N, D = X.shape
    P = np.empty((N, len(pi)))
    for j in range(len(pi)):
        w, V = np.linalg.eigh(sigma[j])
        y = (X - mu[j]) @ V
        P[:, j] = np.log(pi[j]) - 0.5 * (D * np.log(2 * np.pi) + np.log(w).sum() + (y ** 2 / w).sum(axis=1))
    return P

# %% cho_factor
def gmm_log_probability(X, pi, mu, sigma):
    P = np.zeros([len(X), len(mu)])
    for k in range(len(mu)):
        c, low = cho_factor(sigma[k])
        delta = (X - mu[k]).T
        quad = np.einsum('dn,dn->n', delta, cho_solve((c, low), delta))
        P[:, k] = np.log(pi[k]) - 0.5 * quad - np.sum(np.log(np.diagonal(c))) - X.shape[1] * 0.5 * np.log(2 * np.pi)
    return P

# %% diagonal of a large product
def gmm_log_probability(X, pi, mu, sigma):
    D = X.shape[1]
    cols = []
    for j, w in enumerate(pi):
        A = X - mu[j]
        q = np.diag(A.dot(np.linalg.pinv(sigma[j], rcond=1e-14)).dot(A.T))
        cols.append((np.log(w) + np.log(1 / np.sqrt((2 * np.pi) ** D * np.linalg.det(sigma[j]))) - q / 2)[:, None])
    return np.hstack(cols)
