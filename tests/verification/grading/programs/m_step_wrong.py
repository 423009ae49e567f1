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
