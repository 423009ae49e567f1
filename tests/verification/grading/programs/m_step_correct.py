import numpy as np

# %% loops
def m_step(X, gamma):
    N, D = X.shape
    k = gamma.shape[1]
    pi, mu, sigma = np.zeros(k), np.zeros((k, D)), np.zeros((k, D, D))
    for j in range(k):
        Nj = 0
        for n in range(N):
            Nj += gamma[n, j]
            mu[j] += gamma[n, j] * X[n]
        mu[j] /= Nj
        pi[j] = Nj / N
        for n in range(N):
            sigma[j] += gamma[n, j] * np.outer(X[n] - mu[j], X[n] - mu[j])
        sigma[j] /= Nj
    return pi, mu, sigma

# %% einsum
def m_step(X, gamma):
    Nk = gamma.sum(0)
    mu = np.einsum('nk,nd->kd', gamma, X) / Nk[:, None]
    d = X[:, None] - mu
    return Nk / len(X), mu, np.einsum('nk,nki,nkj->kij', gamma, d, d) / Nk[:, None, None]

# %% np.cov
def m_step(X, gamma):
    k = gamma.shape[1]
    mu = [np.average(X, axis=0, weights=gamma[:, j]) for j in range(k)]
    sigma = [np.atleast_2d(np.cov(X, rowvar=False, aweights=gamma[:, j], ddof=0)) for j in range(k)]
    return gamma.mean(axis=0), np.array(mu), np.array(sigma)

# %% second moments
def m_step(X, gamma):
    Nk = gamma.sum(axis=0)
    mu = gamma.T.dot(X) / Nk.reshape(-1, 1)
    sigma = [(gamma[:, [j]] * X).T.dot(X) / Nk[j] - np.outer(mu[j], mu[j]) for j in range(len(Nk))]
    return Nk / Nk.sum(), mu, np.array(sigma)

# %% means first
def m_step(X, responsibilities):
    N, D = X.shape
    K = responsibilities.shape[1]
    means, covs = np.empty((K, D)), np.empty((K, D, D))
    mixing_coefs = responsibilities.sum(axis=0) / N
    for k in range(K):
        r = responsibilities[:, k]
        means[k] = r @ X / r.sum()
        diff = X - means[k]
        covs[k] = diff.T @ (diff * r[:, None]) / r.sum()
    return means, covs, mixing_coefs

# %% diagonal matrix of weights
def m_step(X, gamma):
    pi, mu, sigma = [], [], []
    for g in gamma.T:
        W = np.diag(g)
        m = X.T @ W @ np.ones(len(X)) / np.trace(W)
        pi.append(np.trace(W) / len(X))
        mu.append(m)
        sigma.append((X - m).T @ W @ (X - m) / np.trace(W))
    return np.array(pi), np.array(mu), np.array(sigma)

# %% broadcasting
def m_step(X, gamma):
    N = len(X)
    pi = gamma.mean(0)
    mu = (gamma[:, :, np.newaxis] * X[:, np.newaxis, :]).sum(0) / (N * pi)[:, np.newaxis]
    c = X[:, np.newaxis, :] - mu
    sigma = (gamma[:, :, None, None] * c[:, :, :, None] * c[:, :, None, :]).sum(0) / (N * pi)[:, None, None]
    return pi, mu, sigma

# %% square roots of the weights
def m_step(X, gamma):
    Nk = np.sum(gamma, 0)
    mu = np.dot(gamma.T, X) / Nk[:, None]
    sigma = np.zeros((gamma.shape[1], X.shape[1], X.shape[1]))
    for k in range(len(Nk)):
        A = np.sqrt(gamma[:, k:k + 1] / Nk[k]) * (X - mu[k])
        sigma[k] = A.T @ A
    return Nk / X.shape[0], mu, sigma

# %% with a small ridge
def m_step(X, gamma):
    Nk = gamma.sum(axis=0)
    mu = gamma.T @ X / Nk[:, None]
    sigma = np.stack([(gamma[:, k] * (X - mu[k]).T) @ (X - mu[k]) / Nk[k] for k in range(len(Nk))])
    return Nk / len(X), mu, sigma + 1e-6 * np.eye(X.shape[1])

# %% entry by entry
def m_step(X, gamma):
    (N, D), K = X.shape, gamma.shape[1]
    pi = np.array([sum(gamma[:, k]) / N for k in range(K)])
    mu = np.array([[sum(gamma[n, k] * X[n, d] for n in range(N)) / sum(gamma[:, k]) for d in range(D)] for k in range(K)])
    sigma = np.zeros((K, D, D))
    for k in range(K):
        for a in range(D):
            for b in range(D):
                sigma[k, a, b] = np.sum(gamma[:, k] * (X[:, a] - mu[k, a]) * (X[:, b] - mu[k, b])) / np.sum(gamma[:, k])
    return pi, mu, sigma
