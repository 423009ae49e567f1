import numpy as np
from scipy.stats import multivariate_normal
from scipy.special import logsumexp, softmax

# %% log-sum-exp
def e_step(X, pi, mu, sigma):
    lp = np.array([np.log(p) + np.atleast_1d(multivariate_normal.logpdf(X, m, s)) for p, m, s in zip(pi, mu, sigma)]).T
    return np.exp(lp - logsumexp(lp, axis=1, keepdims=True))

# %% softmax of own density
def e_step(X, pi, mu, sigma):
    d = X[:, None] - mu
    return softmax(np.log(pi) - 0.5 * np.linalg.slogdet(sigma)[1] - 0.5 * np.einsum('nki,kij,nkj->nk', d, np.linalg.inv(sigma), d), axis=1)

# %% plain: minor
def e_step(X, pi, mu, sigma):
    g = np.zeros((len(X), len(pi)))
    for j in range(len(pi)):
        g[:, j] = pi[j] * multivariate_normal(mu[j], sigma[j]).pdf(X)
    for i in range(len(X)):
        g[i] = g[i] / np.sum(g[i])
    return g

# %% cholesky
def e_step(X, pi, mu, sigma):
    N, D = X.shape
    logs = np.empty((len(pi), N))
    for j in range(len(pi)):
        L = np.linalg.cholesky(sigma[j])
        y = np.linalg.solve(L, (X - mu[j]).T)
        logs[j] = np.log(pi[j]) - np.log(np.diag(L)).sum() - 0.5 * (y ** 2).sum(0) - 0.5 * D * np.log(2 * np.pi)
    logs -= logs.max(axis=0)
    gamma = np.exp(logs)
    return (gamma / gamma.sum(axis=0)).T

# %% point by point, minus the largest
def e_step(X, pi, mu, sigma):
    gamma = []
    for x in X:
        l = np.array([np.log(pi[k]) - 0.5 * np.linalg.slogdet(sigma[k])[1] - 0.5 * (x - mu[k]) @ np.linalg.solve(sigma[k], x - mu[k]) for k in range(len(pi))])
        w = np.exp(l - l.max())
        gamma.append(w / w.sum())
    return np.array(gamma)

# %% other names, other order
def e_step(X, means, covs, mixing_coefs):
    K = len(mixing_coefs)
    lp = np.zeros((X.shape[0], K))
    for k in range(K):
        lp[:, k] = np.log(mixing_coefs[k]) + multivariate_normal.logpdf(X, means[k], covs[k])
    return np.exp(lp - logsumexp(lp, axis=1)[:, np.newaxis])

# %% loops, densities: minor
def e_step(X, pi, mu, sigma):
    N, K = X.shape[0], len(pi)
    r = np.zeros((N, K))
    for n in range(N):
        for k in range(K):
            d = X[n] - mu[k]
            r[n, k] = pi[k] * np.exp(-0.5 * d.dot(np.linalg.inv(sigma[k])).dot(d)) / np.sqrt((2 * np.pi) ** X.shape[1] * np.linalg.det(sigma[k]))
        r[n] /= r[n].sum()
    return r

# %% eigenvectors
def e_step(X, pi, mu, sigma):
    cols = []
    for p, m, S in zip(pi, mu, sigma):
        w, V = np.linalg.eigh(S)
        cols.append(np.log(p) - 0.5 * np.sum(np.log(w)) - 0.5 * np.sum(((X - m) @ V) ** 2 / w, axis=1))
    return softmax(np.column_stack(cols), axis=1)

# %% differences of logarithms
def e_step(X, pi, mu, sigma):
    d = X[:, None, :] - mu[None]
    m = np.einsum('nki,kij,nkj->nk', d, np.linalg.inv(sigma), d)
    l = np.log(pi) - 0.5 * np.log(np.linalg.det(sigma)) - 0.5 * m
    with np.errstate(over='ignore'):
        return 1 / np.exp(l[:, None, :] - l[:, :, None]).sum(axis=2)

# %% a list of lists
def e_step(X, pi, mu, sigma):
    result = []
    for x in X.tolist():
        logs = [float(np.log(p) + multivariate_normal.logpdf(x, m, s)) for p, m, s in zip(pi, mu, sigma)]
        top = max(logs)
        es = [np.exp(l - top) for l in logs]
        result.append([e / sum(es) for e in es])
    return result

# %% own gmm_log_probability
def gmm_log_probability(X, pi, mu, sigma):
    P = np.zeros((len(X), len(pi)))
    for j in range(len(pi)):
        P[:, j] = np.log(pi[j]) + multivariate_normal(mu[j], sigma[j]).logpdf(X)
    return P

def e_step(X, pi, mu, sigma):
    P = gmm_log_probability(X, pi, mu, sigma)
    a = np.max(P, axis=1).reshape(-1, 1)
    return np.exp(P - a) / np.sum(np.exp(P - a), axis=1).reshape(-1, 1)
