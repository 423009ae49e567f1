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

# %% cholesky
def gmm_log_likelihood(X, pi, mu, sigma):
    cols = []
    for j in range(len(pi)):
        L = np.linalg.cholesky(sigma[j])
        z = np.linalg.solve(L, (X - mu[j]).T)
        cols.append(np.log(pi[j]) - X.shape[1] / 2 * np.log(2 * np.pi) - np.log(np.diag(L)).sum() - (z * z).sum(0) / 2)
    return np.logaddexp.reduce(np.array(cols)).sum()

# %% other order of the arguments
def gmm_log_likelihood(X, means, covs, mixing_coefs):
    logs = np.stack([np.log(w) + multivariate_normal.logpdf(X, m, c) for w, m, c in zip(mixing_coefs, means, covs)])
    return float(logsumexp(logs, 0).sum())

# %% two loops: minor
def gmm_log_likelihood(X, pi, mu, sigma):
    total = 0
    for i in range(X.shape[0]):
        inner = 0
        for k in range(pi.shape[0]):
            inner += pi[k] * multivariate_normal.pdf(X[i], mean=mu[k], cov=sigma[k])
        total += np.log(inner)
    return total

# %% weights inside logsumexp
def gmm_log_likelihood(X, pi, mu, sigma):
    d = X[:, None] - mu
    q = np.sum(d * np.linalg.solve(sigma[None], d[..., None])[..., 0], axis=-1)
    log_density = -0.5 * (q + np.linalg.slogdet(sigma)[1] + X.shape[1] * np.log(2 * np.pi))
    return logsumexp(log_density, b=pi, axis=1).sum()

# %% own gmm_log_probability
def gmm_log_probability(X, pi, mu, sigma):
    return np.array([[np.log(pi[j]) + multivariate_normal.logpdf(x, mu[j], sigma[j]) for j in range(len(pi))] for x in X])

def gmm_log_likelihood(X, pi, mu, sigma):
    P = gmm_log_probability(X, pi, mu, sigma)
    m = P.max(axis=1)
    return np.sum(m + np.log(np.exp(P - m[:, None]).sum(axis=1)))

# %% an array of one number
def gmm_log_likelihood(X, pi, mu, sigma):
    lp = np.column_stack([np.log(pi[j]) + multivariate_normal(mu[j], sigma[j]).logpdf(X) for j in range(len(pi))])
    return np.array([[logsumexp(lp, axis=1).sum()]])
