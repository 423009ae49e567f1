import numpy as np
from scipy.stats import multivariate_normal

# %% wrong-log-likelihood: sum of logarithms
def gmm_log_likelihood(X, pi, mu, sigma):
    return sum(np.sum(np.log(pi[j]) + multivariate_normal.logpdf(X, mu[j], sigma[j])) for j in range(len(pi)))

# %% wrong-log-likelihood: likelihood of normalized responsibilities
def gmm_log_likelihood(X, pi, mu, sigma):
    g = np.array([pi[j] * multivariate_normal(mu[j], sigma[j]).pdf(X) for j in range(len(pi))]).T
    g = g / g.sum(axis=1, keepdims=True)
    return np.sum(np.log(g.sum(axis=1)))
