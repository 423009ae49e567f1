import numpy as np
from scipy.stats import multivariate_normal

# %% choice, then one draw each
def gmm_sample(N, pi, mu, sigma):
    z = np.random.choice(len(pi), size=N, p=pi)
    return np.array([np.random.multivariate_normal(mu[k], sigma[k]) for k in z])

# %% multinomial counts
def gmm_sample(N, pi, mu, sigma):
    counts = np.random.multinomial(N, pi)
    X = np.concatenate([np.random.multivariate_normal(mu[k], sigma[k], size=c) for k, c in enumerate(counts)])
    np.random.shuffle(X)
    return X

# %% multinomial counts, blocks
def gmm_sample(N, pi, mu, sigma):
    X = np.zeros((N, mu.shape[1]))
    start = 0
    for k, c in enumerate(np.random.multinomial(N, pi)):
        X[start:start + c] = np.random.multivariate_normal(mu[k], sigma[k], c)
        start += c
    return X

# %% inverse of the cumulative sum, cholesky
def gmm_sample(N, pi, mu, sigma):
    u = np.random.rand(N)
    z = np.searchsorted(np.cumsum(pi), u)
    z = np.minimum(z, len(pi) - 1)
    L = np.linalg.cholesky(sigma)
    eps = np.random.randn(N, mu.shape[1])
    return mu[z] + np.einsum('nij,nj->ni', L[z], eps)

# %% generator
def gmm_sample(N, pi, mu, sigma):
    rng = np.random.default_rng()
    z = rng.choice(len(pi), N, p=pi)
    X = np.empty((N, len(mu[0])))
    for i in range(N):
        X[i] = rng.multivariate_normal(mu[z[i]], sigma[z[i]])
    return X

# %% seed inside
def gmm_sample(N, pi, mu, sigma):
    np.random.seed(42)
    X = []
    for n in range(N):
        k = np.argmax(np.random.multinomial(1, pi))
        X.append(np.random.multivariate_normal(mu[k], sigma[k]))
    return np.array(X)

# %% scipy rvs
def gmm_sample(N, pi, mu, sigma):
    out = np.zeros((N, mu.shape[1]))
    for n in range(N):
        k = np.random.choice(np.arange(len(pi)), p=pi)
        out[n, :] = multivariate_normal.rvs(mean=mu[k], cov=sigma[k])
    return out

# %% all components drawn, one chosen
def gmm_sample(N, pi, mu, sigma):
    draws = np.stack([np.random.multivariate_normal(m, s, size=N) for m, s in zip(mu, sigma)], axis=1)
    z = np.random.choice(len(pi), N, p=pi / np.sum(pi))
    return draws[np.arange(N), z]

# %% python's random
import random

def gmm_sample(N, pi, mu, sigma):
    chosen = random.choices(range(len(pi)), weights=list(pi), k=int(N))
    return [np.random.multivariate_normal(mu[c], sigma[c]).tolist() for c in chosen]

# %% square root by eigenvectors
def gmm_sample(N, pi, mu, sigma):
    D = mu.shape[1]
    z = np.digitize(np.random.random_sample(N), np.cumsum(pi)[:-1])
    X = np.random.standard_normal((N, D))
    for k in range(len(pi)):
        w, V = np.linalg.eigh(sigma[k])
        X[z == k] = X[z == k] @ (V * np.sqrt(w)).T + mu[k]
    return X
