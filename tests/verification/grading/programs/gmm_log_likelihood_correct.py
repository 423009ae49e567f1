import numpy as np
from scipy.stats import multivariate_normal
from scipy.special import logsumexp

# %% log-sum-exp
def gmm_log_likelihood(X, pi, mu, sigma):
    lp = np.array([np.log(p) + np.atleast_1d(multivariate_normal.logpdf(X, m, s)) for p, m, s in zip(pi, mu, sigma)])
    return logsumexp(lp, axis=0).sum()

# %% largest taken out by hand
def gmm_log_likelihood(X, pi, mu, sigma):
    total = 0.0
    for x in X:
        terms = [np.log(pi[j]) - 0.5 * np.linalg.slogdet(2 * np.pi * sigma[j])[1] - 0.5 * (x - mu[j]) @ np.linalg.solve(sigma[j], x - mu[j]) for j in range(len(pi))]
        top = max(terms)
        total += top + np.log(sum(np.exp(t - top) for t in terms))
    return total

# %% plain: minor
def gmm_log_likelihood(X, pi, mu, sigma):
    return np.sum(np.log(sum(pi[j] * multivariate_normal(mu[j], sigma[j]).pdf(X) for j in range(len(pi)))))

# %% mean: minor
def gmm_log_likelihood(X, pi, mu, sigma):
    lp = np.array([np.log(p) + np.atleast_1d(multivariate_normal.logpdf(X, m, s)) for p, m, s in zip(pi, mu, sigma)])
    return logsumexp(lp, axis=0).mean()
