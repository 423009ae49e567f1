import numpy as np

# %% second moments
def mixture_covariance(pi, mu, sigma):
    m = pi @ mu
    return np.tensordot(pi, sigma + mu[:, :, None] * mu[:, None, :], axes=1) - np.outer(m, m)

# %% within and between
def mixture_covariance(pi, mu, sigma):
    d = mu - pi @ mu
    return np.einsum('k,kij->ij', pi, sigma) + (pi[:, None] * d).T @ d

# %% loop
def mixture_covariance(pi, mu, sigma):
    K, D = mu.shape
    mean = sum(pi[k] * mu[k] for k in range(K))
    C = np.zeros((D, D))
    for k in range(K):
        C += pi[k] * (sigma[k] + np.outer(mu[k], mu[k]))
    return C - np.outer(mean, mean)
