import numpy as np
from scipy.stats import multivariate_normal
from scipy.special import logsumexp, softmax

# %% log-sum-exp
def e_step(X, pi, mu, sigma):
    lp = np.array([np.log(p) + np.atleast_1d(multivariate_normal.logpdf(X, m, s)) for p, m, s in zip(pi, mu, sigma)]).T
    return np.exp(lp - logsumexp(lp, axis=1, keepdims=True))

# %% softmax of own density
def e_step(X, pi, mu, sigma):
    d = X[:, None] - mu
    return softmax(np.log(pi) - 0.5 * np.linalg.slogdet(sigma)[1] - 0.5 * np.einsum('nki,kij,nkj->nk', d, np.linalg.inv(sigma), d), axis=1)

# %% plain: minor
def e_step(X, pi, mu, sigma):
    g = np.zeros((len(X), len(pi)))
    for j in range(len(pi)):
        g[:, j] = pi[j] * multivariate_normal(mu[j], sigma[j]).pdf(X)
    for i in range(len(X)):
        g[i] = g[i] / np.sum(g[i])
    return g
