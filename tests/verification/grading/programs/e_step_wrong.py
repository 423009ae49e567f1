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

# %% responsibilities-wrong-axis: in place
def e_step(X, means, covs, mixing_coefs):
    K, N = means.shape[0], X.shape[0]
    responsibilities = np.zeros((N, K))
    for i in range(K):
        for j in range(N):
            responsibilities[j][i] = mixing_coefs[i] * multivariate_normal.pdf(X[j], means[i], covs[i])
    responsibilities /= responsibilities.sum(0)
    return responsibilities

# %% misused-api: draws have no density
def e_step(X, pi, mu, sigma):
    g = np.array([pi[j] * np.random.multivariate_normal(mu[j], sigma[j]).pdf(X) for j in range(len(pi))]).T
    return g / g.sum(axis=1, keepdims=True)

# %% only-first-point: X[0]
def e_step(X, pi, mu, sigma):
    g = np.zeros((len(X), len(pi)))
    for j in range(len(pi)):
        g[:, j] = pi[j] * multivariate_normal.pdf(X[0], mu[j], sigma[j])
    return g / g.sum(axis=1, keepdims=True)

# %% wrong-normalizing-constant: determinant without the root
def e_step(X, pi, mu, sigma):
    g = np.zeros((len(X), len(pi)))
    for j in range(len(pi)):
        d = X - mu[j]
        g[:, j] = pi[j] * np.exp(-0.5 * np.sum(d @ np.linalg.inv(sigma[j]) * d, axis=1)) / np.linalg.det(sigma[j])
    return g / g.sum(axis=1, keepdims=True)
