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
