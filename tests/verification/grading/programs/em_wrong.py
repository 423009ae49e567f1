import numpy as np
from scipy.stats import multivariate_normal
from scipy.special import logsumexp

# %% responsibilities-wrong-axis: columns
def em(X, k, tol=0.001):
    N, D = X.shape
    mu = X[np.random.choice(N, k, replace=False)].astype(float)
    sigma = np.array([np.cov(X.T) for _ in range(k)])
    pi = np.ones(k) / k
    for _ in range(50):
        g = np.array([pi[j] * multivariate_normal(mu[j], sigma[j]).pdf(X) for j in range(k)]).T
        g = g / g.sum(axis=0)
        Nk = g.sum(0)
        pi = Nk / Nk.sum()
        mu = g.T @ X / Nk[:, None]
        sigma = np.array([((X - mu[j]).T * g[:, j]) @ (X - mu[j]) / Nk[j] + 1e-6 * np.eye(D) for j in range(k)])
    return pi, mu, sigma

# %% responsibilities-wrong-axis: in place
def em(X, k, tol=0.001):
    N, D = X.shape
    mu = X[np.random.choice(N, k, replace=False)].astype(float)
    sigma = np.array([np.cov(X.T) for _ in range(k)])
    pi = np.ones(k) / k
    for _ in range(30):
        r = np.zeros((N, k))
        for j in range(k):
            r[:, j] = pi[j] * multivariate_normal.pdf(X, mu[j], sigma[j])
        r /= np.sum(r, axis=0)
        for j in range(k):
            mu[j] = r[:, j] @ X / r[:, j].sum()
            d = X - mu[j]
            sigma[j] = (r[:, j][:, None] * d).T @ d / r[:, j].sum()
        pi = r.mean(0) / r.mean(0).sum()
    return pi, mu, sigma

# %% wrong-covariance-update: divided by N
def em(X, k, tol=0.001):
    N, D = X.shape
    mu = X[np.random.choice(N, k, replace=False)].astype(float)
    sigma = np.array([np.cov(X.T) for _ in range(k)])
    pi = np.ones(k) / k
    for _ in range(60):
        lp = np.array([np.log(pi[j]) + multivariate_normal.logpdf(X, mu[j], sigma[j]) for j in range(k)]).T
        g = np.exp(lp - logsumexp(lp, axis=1, keepdims=True))
        Nk = g.sum(0)
        pi = Nk / N
        mu = g.T @ X / Nk[:, None]
        for j in range(k):
            d = X - mu[j]
            sigma[j] = (g[:, j][:, None] * d).T @ d / N + 1e-6 * np.eye(D)
    return pi, mu, sigma

# %% wrong-covariance-update: not centered
def em(X, k, tol=0.001):
    N, D = X.shape
    mu = X[np.random.choice(N, k, replace=False)].astype(float)
    sigma = np.array([np.cov(X.T) for _ in range(k)])
    pi = np.ones(k) / k
    for _ in range(60):
        lp = np.array([np.log(pi[j]) + multivariate_normal.logpdf(X, mu[j], sigma[j]) for j in range(k)]).T
        g = np.exp(lp - logsumexp(lp, axis=1, keepdims=True))
        Nk = g.sum(0)
        pi = Nk / N
        mu = g.T @ X / Nk[:, None]
        for j in range(k):
            sigma[j] = (g[:, j][:, None] * X).T @ X / Nk[j] + 1e-6 * np.eye(D)
    return pi, mu, sigma

# %% weights-never-updated: pi
def em(X, k, tol=0.001):
    N, D = X.shape
    mu = X[np.random.choice(N, k, replace=False)].astype(float)
    sigma = np.array([np.cov(X.T) for _ in range(k)])
    pi = np.ones(k) / k
    for _ in range(60):
        lp = np.array([np.log(pi[j]) + multivariate_normal.logpdf(X, mu[j], sigma[j]) for j in range(k)]).T
        g = np.exp(lp - logsumexp(lp, axis=1, keepdims=True))
        Nk = g.sum(0)
        mu = g.T @ X / Nk[:, None]
        sigma = np.array([((X - mu[j]).T * g[:, j]) @ (X - mu[j]) / Nk[j] + 1e-6 * np.eye(D) for j in range(k)])
    return pi, mu, sigma

# %% clusters-not-found: all means equal
def em(X, k, tol=0.001):
    N, D = X.shape
    mu = np.array([X.mean(axis=0) for _ in range(k)])
    sigma = np.array([np.cov(X.T) for _ in range(k)])
    pi = np.ones(k) / k
    for _ in range(30):
        lp = np.array([np.log(pi[j]) + multivariate_normal.logpdf(X, mu[j], sigma[j]) for j in range(k)]).T
        g = np.exp(lp - logsumexp(lp, axis=1, keepdims=True))
        Nk = g.sum(0)
        pi = Nk / N
        mu = g.T @ X / Nk[:, None]
        sigma = np.array([((X - mu[j]).T * g[:, j]) @ (X - mu[j]) / Nk[j] for j in range(k)])
    return pi, mu, sigma

# %% one-iteration: no loop
def em(X, k, tol=0.001):
    N, D = X.shape
    mu = X[np.random.choice(N, k, replace=False)].astype(float)
    sigma = np.array([np.cov(X.T) for _ in range(k)])
    pi = np.ones(k) / k
    lp = np.array([np.log(pi[j]) + multivariate_normal.logpdf(X, mu[j], sigma[j]) for j in range(k)]).T
    g = np.exp(lp - logsumexp(lp, axis=1, keepdims=True))
    Nk = g.sum(0)
    pi = Nk / N
    mu = g.T @ X / Nk[:, None]
    sigma = np.array([((X - mu[j]).T * g[:, j]) @ (X - mu[j]) / Nk[j] for j in range(k)])
    return pi, mu, sigma

# %% one-iteration: return in the loop
def em(X, k, tol=0.001):
    N, D = X.shape
    mu = X[np.random.choice(N, k, replace=False)].astype(float)
    sigma = np.array([np.cov(X.T) for _ in range(k)])
    pi = np.ones(k) / k
    while True:
        lp = np.array([np.log(pi[j]) + multivariate_normal.logpdf(X, mu[j], sigma[j]) for j in range(k)]).T
        g = np.exp(lp - logsumexp(lp, axis=1, keepdims=True))
        pi, mu = g.mean(0), g.T @ X / g.sum(0)[:, None]
        sigma = np.array([((X - mu[j]).T * g[:, j]) @ (X - mu[j]) / g[:, j].sum() for j in range(k)])
        return pi, mu, sigma

# %% wrong-return-order: sigma first
def em(X, k, tol=0.001):
    N, D = X.shape
    mu = X[np.random.choice(N, k, replace=False)].astype(float)
    sigma = np.array([np.cov(X.T) for _ in range(k)])
    pi = np.ones(k) / k
    for _ in range(30):
        lp = np.array([np.log(pi[j]) + multivariate_normal.logpdf(X, mu[j], sigma[j]) for j in range(k)]).T
        g = np.exp(lp - logsumexp(lp, axis=1, keepdims=True))
        Nk = g.sum(0)
        pi = Nk / N
        mu = g.T @ X / Nk[:, None]
        sigma = np.array([((X - mu[j]).T * g[:, j]) @ (X - mu[j]) / Nk[j] for j in range(k)])
    return mu, sigma, pi

# %% wrong-convergence-test: stops when it improves
def em(X, k, tol=0.001):
    N, D = X.shape
    mu = X[np.random.choice(N, k, replace=False)].astype(float)
    sigma = np.array([np.cov(X.T) for _ in range(k)])
    pi = np.ones(k) / k
    old = -np.inf
    while True:
        lp = np.array([np.log(pi[j]) + multivariate_normal.logpdf(X, mu[j], sigma[j]) for j in range(k)]).T
        new = logsumexp(lp, axis=1).mean()
        g = np.exp(lp - logsumexp(lp, axis=1, keepdims=True))
        pi, mu = g.mean(0), g.T @ X / g.sum(0)[:, None]
        sigma = np.array([((X - mu[j]).T * g[:, j]) @ (X - mu[j]) / g[:, j].sum() for j in range(k)])
        if new - old > tol:
            break
        old = new
    return pi, mu, sigma

# %% tol-ignored: always two hundred
def em(X, k, tol=0.001):
    N, D = X.shape
    mu = X[np.random.choice(N, k, replace=False)].astype(float)
    sigma = np.array([np.cov(X.T) for _ in range(k)])
    pi = np.ones(k) / k
    for _ in range(600):
        lp = np.array([np.log(pi[j]) + multivariate_normal.logpdf(X, mu[j], sigma[j]) for j in range(k)]).T
        g = np.exp(lp - logsumexp(lp, axis=1, keepdims=True))
        pi, mu = g.mean(0), g.T @ X / g.sum(0)[:, None]
        sigma = np.array([((X - mu[j]).T * g[:, j]) @ (X - mu[j]) / g[:, j].sum() for j in range(k)])
    return pi, mu, sigma

# %% todo-left: as given
def em(X, k, tol=0.001):
    """Fit a Gaussian mixture model with k components to X."""
    # TODO: Compute pi, mu and sigma
    return pi, mu, sigma

# %% likelihood-after-normalizing: log of ones
def em(X, k, tol=0.001):
    N, D = X.shape
    mu = X[np.random.choice(N, k, replace=False)].astype(float)
    sigma = np.array([np.cov(X.T) for _ in range(k)])
    pi = np.ones(k) / k
    old = -np.inf
    while True:
        r = np.array([pi[j] * multivariate_normal(mu[j], sigma[j]).pdf(X) for j in range(k)]).T
        r = r / r.sum(axis=1, keepdims=True)
        new = np.mean(np.log(np.sum(r, axis=1)))
        pi, mu = r.mean(0), r.T @ X / r.sum(0)[:, None]
        sigma = np.array([((X - mu[j]).T * r[:, j]) @ (X - mu[j]) / r[:, j].sum() for j in range(k)])
        if new - old < tol:
            break
        old = new
    return pi, mu, sigma

# %% integer-means: array of the type of the data
def em(X, k, tol=0.001):
    N, D = X.shape
    mu = X[np.random.choice(N, k, replace=False)].copy()
    sigma = np.array([np.cov(X.T) for _ in range(k)])
    pi = np.ones(k) / k
    old = -np.inf
    while True:
        lp = np.array([np.log(pi[j]) + multivariate_normal.logpdf(X, mu[j], sigma[j]) for j in range(k)]).T
        new = logsumexp(lp, axis=1).mean()
        g = np.exp(lp - logsumexp(lp, axis=1, keepdims=True))
        pi = g.mean(0)
        for j in range(k):
            m = g[:, j] @ X / g[:, j].sum()
            mu[j] = m
            sigma[j] = ((X - m).T * g[:, j]) @ (X - m) / g[:, j].sum()
        if abs(new - old) < tol:
            break
        old = new
    return pi, mu, sigma

# %% not-an-m-step: weights stay those of kmeans
def kmeans(X, k):
    mu = X[np.random.choice(len(X), k, replace=False)].astype(float)
    for _ in range(100):
        z = ((X[:, None] - mu) ** 2).sum(2).argmin(1)
        mu = np.array([X[z == j].mean(0) if (z == j).any() else mu[j] for j in range(k)])
    return mu, z

def em(X, k, tol=0.001):
    mu, z = kmeans(X, k)
    pi = np.bincount(z, minlength=k) / len(X)
    sigma = np.stack([np.cov(X[z == j].T, bias=True) for j in range(k)])
    old = -np.inf
    for _ in range(500):
        lp = np.array([np.log(pi[j]) + multivariate_normal.logpdf(X, mu[j], sigma[j]) for j in range(k)]).T
        new = logsumexp(lp, axis=1).mean()
        g = np.exp(lp - logsumexp(lp, axis=1, keepdims=True))
        mu = g.T @ X / g.sum(0)[:, None]
        sigma = np.array([((X - mu[j]).T * g[:, j]) @ (X - mu[j]) / g[:, j].sum() for j in range(k)])
        if new - old < tol:
            break
        old = new
    return pi, mu, sigma

# %% weights-never-updated: forgotten in the M-step
def em(X, k, tol=0.001):
    N, D = X.shape
    pi, mu = np.full(k, 1 / k), X[np.random.permutation(N)[:k]] * 1.0
    sigma = np.array([np.diag(X.var(axis=0)) for _ in range(k)])
    last = -1e9
    while True:
        r = np.array([pi[j] * multivariate_normal.pdf(X, mu[j], sigma[j]) for j in range(k)])
        ll = np.log(r.sum(axis=0)).mean()
        r = r / r.sum(axis=0)
        for j in range(k):
            mu[j] = r[j] @ X / r[j].sum()
            sigma[j] = (r[j] * (X - mu[j]).T) @ (X - mu[j]) / r[j].sum()
        if ll - last < tol:
            return pi, mu, sigma
        last = ll

# %% tol-ignored: a fixed number of rounds
def em(X, k, tol=0.001):
    N, D = X.shape
    mu = X[np.random.permutation(N)[:k]].astype(float)
    sigma = np.array([np.diag(X.var(axis=0)) for _ in range(k)])
    pi = np.ones(k) / k
    n_iter = 800
    while n_iter > 0:
        n_iter -= 1
        lp = np.array([np.log(pi[j]) + multivariate_normal(mu[j], sigma[j], allow_singular=True).logpdf(X) for j in range(k)]).T
        g = np.exp(lp - logsumexp(lp, axis=1, keepdims=True))
        pi, mu = g.mean(0), g.T @ X / g.sum(0)[:, None]
        sigma = np.array([((X - mu[j]).T * g[:, j]) @ (X - mu[j]) / g[:, j].sum() for j in range(k)])
    return pi, mu, sigma
