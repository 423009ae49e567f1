import numpy as np
from scipy.stats import multivariate_normal

# %% wrong-log-likelihood: sum of logarithms
def gmm_log_likelihood(X, pi, mu, sigma):
    return sum(np.sum(np.log(pi[j]) + multivariate_normal.logpdf(X, mu[j], sigma[j])) for j in range(len(pi)))

# %% likelihood-after-normalizing: responsibilities
def gmm_log_likelihood(X, pi, mu, sigma):
    g = np.array([pi[j] * multivariate_normal(mu[j], sigma[j]).pdf(X) for j in range(len(pi))]).T
    g = g / g.sum(axis=1, keepdims=True)
    return np.sum(np.log(g.sum(axis=1)))

# %% prior-missing: densities added up
def gmm_log_likelihood(X, pi, mu, sigma):
    return np.sum(np.log(sum(multivariate_normal(mu[j], sigma[j]).pdf(X) for j in range(len(pi)))))

# %% likelihood-after-normalizing: in place
def gmm_log_likelihood(X, pi, mu, sigma):
    r = np.zeros((len(X), len(pi)))
    for j in range(len(pi)):
        r[:, j] = pi[j] * multivariate_normal(mu[j], sigma[j]).pdf(X)
    r /= np.sum(r, axis=1)[:, None]
    return np.log(np.sum(r, axis=1)).sum()

# %% log-missing: product of the densities
def gmm_log_likelihood(X, pi, mu, sigma):
    return np.sum(sum(pi[j] * multivariate_normal(mu[j], sigma[j]).pdf(X) for j in range(len(pi))))
