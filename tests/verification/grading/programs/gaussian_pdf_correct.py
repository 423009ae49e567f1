import numpy as np
from scipy.stats import multivariate_normal

# %% scipy
def gaussian_pdf(X, mu, sigma):
    return multivariate_normal(mu, sigma).pdf(X)

# %% formula
def gaussian_pdf(X, mu, sigma):
    d = X - mu
    return np.exp(-0.5 * np.sum(d @ np.linalg.inv(sigma) * d, axis=1)) / np.sqrt(np.linalg.det(2 * np.pi * sigma))

# %% loop
def gaussian_pdf(X, mu, sigma):
    out = []
    for x in X:
        q = (x - mu).T @ np.linalg.solve(sigma, x - mu)
        out.append(np.exp(-q / 2) / ((2 * np.pi) ** (len(x) / 2) * np.linalg.det(sigma) ** 0.5))
    return out

# %% cholesky
def gaussian_pdf(X, mu, sigma):
    L = np.linalg.cholesky(sigma)
    y = np.linalg.solve(L, (X - mu).T)
    return np.exp(-0.5 * (y ** 2).sum(axis=0) - np.log(np.diag(L)).sum() - len(mu) / 2 * np.log(2 * np.pi))

# %% exp of logpdf
def gaussian_pdf(X, mu, sigma):
    return np.exp(multivariate_normal.logpdf(X, mean=mu, cov=sigma))

# %% einsum
def gaussian_pdf(X, mean, cov):
    diff = X - mean
    maha = np.einsum('ni,ij,nj->n', diff, np.linalg.inv(cov), diff)
    return np.exp(-maha / 2) / np.sqrt((2 * np.pi) ** X.shape[1] * np.linalg.det(cov))

# %% diagonal of a product
def gaussian_pdf(X, mu, sigma):
    c = X - mu
    return np.exp(-0.5 * np.diag(c @ np.linalg.inv(sigma) @ c.T)) / np.linalg.det(2 * np.pi * sigma) ** 0.5

# %% a column
def gaussian_pdf(X, mu, sigma):
    N, D = X.shape
    out = np.zeros((N, 1))
    for n in range(N):
        d = (X[n] - mu).reshape(D, 1)
        out[n] = (1 / np.sqrt((2 * np.pi) ** D * np.linalg.det(sigma)) * np.exp(-0.5 * d.T.dot(np.linalg.inv(sigma)).dot(d))).item()
    return out

# %% eigenvectors
def gaussian_pdf(X, mu, sigma):
    w, V = np.linalg.eigh(sigma)
    y = (X - mu) @ V / np.sqrt(w)
    return np.prod(np.exp(-y ** 2 / 2) / np.sqrt(2 * np.pi * w), axis=1)

# %% slogdet and pinv
def gaussian_pdf(X, mu, sigma):
    d = X - mu[None, :]
    return np.exp(-0.5 * (np.linalg.slogdet(2 * np.pi * sigma)[1] + (d.dot(np.linalg.pinv(sigma)) * d).sum(1)))
