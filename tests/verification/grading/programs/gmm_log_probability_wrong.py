import numpy as np
from scipy.stats import multivariate_normal
from scipy.special import logsumexp

# %% log-missing: probabilities
def gmm_log_probability(X, pi, mu, sigma):
    return np.stack([pi[j] * multivariate_normal(mu[j], sigma[j]).pdf(X) for j in range(len(pi))], axis=1)

# %% log-missing: own formula
def gmm_log_probability(X, pi, mu, sigma):
    N, D = X.shape
    P = np.zeros((N, len(pi)))
    for i in range(N):
        for j in range(len(pi)):
            d = X[i] - mu[j]
            P[i, j] = pi[j] * np.exp(-0.5 * d @ np.linalg.inv(sigma[j]) @ d) / np.sqrt((2 * np.pi) ** D * np.linalg.det(sigma[j]))
    return P

# %% prior-missing: logpdf only
def gmm_log_probability(X, pi, mu, sigma):
    return np.array([np.atleast_1d(multivariate_normal.logpdf(X, m, s)) for m, s in zip(mu, sigma)]).T

# %% prior-missing: pi where ln pi is meant
def gmm_log_probability(X, pi, mu, sigma):
    return np.array([pi[j] * multivariate_normal.logpdf(X, mu[j], sigma[j]) for j in range(len(pi))]).T

# %% wrong-normalizing-constant: determinant without the half
def gmm_log_probability(X, pi, mu, sigma):
    diff = X[:, None, :] - mu[None]
    maha = np.einsum('nki,kij,nkj->nk', diff, np.linalg.inv(sigma), diff)
    return np.log(pi) - 0.5 * maha - np.linalg.slogdet(sigma)[1] - 0.5 * X.shape[1] * np.log(2 * np.pi)

# %% wrong-normalizing-constant: plus
def gmm_log_probability(X, pi, mu, sigma):
    P = np.zeros((len(X), len(pi)))
    for j in range(len(pi)):
        d = X - mu[j]
        P[:, j] = np.log(pi[j]) - 0.5 * (d @ np.linalg.inv(sigma[j]) * d).sum(1) + 0.5 * np.log(np.linalg.det(sigma[j]))
    return P

# %% summed-over-components: logsumexp
def gmm_log_probability(X, pi, mu, sigma):
    P = np.array([np.log(pi[j]) + np.atleast_1d(multivariate_normal.logpdf(X, mu[j], sigma[j])) for j in range(len(pi))]).T
    return logsumexp(P, axis=1)

# %% summed-over-components: total
def gmm_log_probability(X, pi, mu, sigma):
    p = sum(pi[j] * multivariate_normal(mu[j], sigma[j]).pdf(X) for j in range(len(pi)))
    return np.sum(np.log(p))

# %% only-first-point: X[0]
def gmm_log_probability(X, pi, mu, sigma):
    P = np.zeros((len(X), len(pi)))
    for j in range(len(pi)):
        P[:, j] = np.log(pi[j]) + multivariate_normal.logpdf(X[0], mu[j], sigma[j])
    return P

# %% posterior-returned: normalized
def gmm_log_probability(X, pi, mu, sigma):
    P = np.array([np.log(pi[j]) + np.atleast_1d(multivariate_normal.logpdf(X, mu[j], sigma[j])) for j in range(len(pi))]).T
    return P - logsumexp(P, axis=1, keepdims=True)

# %% transposed-result: components in rows
def gmm_log_probability(X, pi, mu, sigma):
    return np.array([np.log(pi[j]) + np.atleast_1d(multivariate_normal.logpdf(X, mu[j], sigma[j])) for j in range(len(pi))])

# %% misused-api: random
def gmm_log_probability(X, pi, mu, sigma):
    return np.array([np.log(pi[j]) + np.log(np.random.multivariate_normal(mu[j], sigma[j]).pdf(X)) for j in range(len(pi))]).T

# %% undefined-name: cov
def gmm_log_probability(X, pi, mu, sigma):
    return np.array([np.log(pi[j]) + multivariate_normal.logpdf(X, mu[j], cov[j]) for j in range(len(pi))]).T

# %% wrong-log-probability: covariance instead of its inverse
def gmm_log_probability(X, pi, mu, sigma):
    diff = X[:, None, :] - mu[None]
    maha = np.einsum('nki,kij,nkj->nk', diff, sigma, diff)
    return np.log(pi) - 0.5 * (maha + np.linalg.slogdet(sigma)[1] + X.shape[1] * np.log(2 * np.pi))

# %% wrong-log-probability: diagonal only
def gmm_log_probability(X, pi, mu, sigma):
    var = np.array([np.diag(s) for s in sigma])
    diff = (X[:, None, :] - mu[None]) ** 2 / var
    return np.log(pi) - 0.5 * (diff.sum(2) + np.log(var).sum(1) + X.shape[1] * np.log(2 * np.pi))

# %% only-first-point: one row of the result
def gmm_log_probability(X, pi, mu, sigma):
    row = []
    for j in range(len(pi)):
        d = X[0] - mu[j]
        row.append(np.log(pi[j]) - 0.5 * (d @ np.linalg.inv(sigma[j]) @ d + np.linalg.slogdet(2 * np.pi * sigma[j])[1]))
    return np.array([row for _ in X])
