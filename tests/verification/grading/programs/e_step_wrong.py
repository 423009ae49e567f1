import numpy as np
from scipy.stats import multivariate_normal

# %% responsibilities-wrong-axis: axis 0
def e_step(X, pi, mu, sigma):
    g = np.array([pi[j] * multivariate_normal(mu[j], sigma[j]).pdf(X) for j in range(len(pi))]).T
    return g / g.sum(axis=0)

# %% prior-missing: densities
def e_step(X, pi, mu, sigma):
    g = np.array([multivariate_normal(mu[j], sigma[j]).pdf(X) for j in range(len(pi))]).T
    return g / g.sum(axis=1, keepdims=True)

# %% not-normalized: joint
def e_step(X, pi, mu, sigma):
    return np.array([pi[j] * multivariate_normal(mu[j], sigma[j]).pdf(X) for j in range(len(pi))]).T

# %% transposed-result: components first
def e_step(X, pi, mu, sigma):
    g = np.array([pi[j] * multivariate_normal(mu[j], sigma[j]).pdf(X) for j in range(len(pi))])
    return g / g.sum(axis=0)
