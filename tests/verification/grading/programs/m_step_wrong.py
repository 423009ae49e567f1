import numpy as np

# %% wrong-covariance-update: over N
def m_step(X, gamma):
    Nk = gamma.sum(0)
    mu = gamma.T @ X / Nk[:, None]
    d = X[:, None] - mu
    return Nk / len(X), mu, np.einsum('nk,nki,nkj->kij', gamma, d, d) / len(X)

# %% wrong-covariance-update: about zero
def m_step(X, gamma):
    Nk = gamma.sum(0)
    mu = gamma.T @ X / Nk[:, None]
    return Nk / len(X), mu, np.einsum('nk,ni,nj->kij', gamma, X, X) / Nk[:, None, None]

# %% wrong-means: unweighted
def m_step(X, gamma):
    Nk = gamma.sum(0)
    mu = gamma.T @ X / len(X)
    d = X[:, None] - mu
    return Nk / len(X), mu, np.einsum('nk,nki,nkj->kij', gamma, d, d) / Nk[:, None, None]

# %% wrong-weights: sums
def m_step(X, gamma):
    Nk = gamma.sum(0)
    mu = gamma.T @ X / Nk[:, None]
    d = X[:, None] - mu
    return Nk, mu, np.einsum('nk,nki,nkj->kij', gamma, d, d) / Nk[:, None, None]

# %% globals-instead-of-arguments: arrays of the notebook
means = np.array([[0.2, 0.6], [0.8, 0.4]])
covs = np.array([0.5 * np.eye(2), 0.5 * np.eye(2)])

def m_step(X, responsibilities):
    N = responsibilities.sum(axis=0)
    for k in range(responsibilities.shape[1]):
        means[k, :] = responsibilities[:, k] @ X / N[k]
        d = X - means[k]
        covs[k, :, :] = (responsibilities[:, k] * d.T) @ d / N[k]
    return means, covs, N / N.sum()

# %% wrong-covariance-update: all differences so far
def m_step(X, responsibilities):
    N, D = X.shape
    K = responsibilities.shape[1]
    covs, means, diff = np.zeros((K, D, D)), np.zeros((K, D)), np.zeros((N, D))
    Nk = responsibilities.sum(axis=0)
    for k in range(K):
        means[k] = responsibilities[:, k] @ X / Nk[k]
        for n in range(N):
            diff[n] = X[n] - means[k]
            covs[k] += responsibilities[n, k] * np.dot(diff.T, diff)
        covs[k] /= Nk[k]
    return means, covs, Nk / N
