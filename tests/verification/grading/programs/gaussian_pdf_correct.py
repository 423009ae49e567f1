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
