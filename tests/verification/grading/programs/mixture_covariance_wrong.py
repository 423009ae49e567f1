import numpy as np

# %% wrong-covariance: within only
def mixture_covariance(pi, mu, sigma):
    return np.tensordot(pi, sigma, axes=1)

# %% wrong-covariance: mean not subtracted
def mixture_covariance(pi, mu, sigma):
    return np.tensordot(pi, sigma + mu[:, :, None] * mu[:, None, :], axes=1)

# %% wrong-covariance: components forgotten
def mixture_covariance(pi, mu, sigma):
    d = mu - pi @ mu
    return (pi[:, None] * d).T @ d

# %% wrong-shape: a number
def mixture_covariance(pi, mu, sigma):
    m = pi @ mu
    return pi @ np.array([np.trace(s) + u @ u for s, u in zip(sigma, mu)]) - m @ m
