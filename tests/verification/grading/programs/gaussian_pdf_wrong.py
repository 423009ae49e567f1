import numpy as np

# %% wrong-density: determinant without root
def gaussian_pdf(X, mu, sigma):
    d = X - mu
    return np.exp(-0.5 * np.sum(d @ np.linalg.inv(sigma) * d, axis=1)) / ((2 * np.pi) ** (X.shape[1] / 2) * np.linalg.det(sigma))

# %% wrong-density: without the half
def gaussian_pdf(X, mu, sigma):
    d = X - mu
    return np.exp(-np.sum(d @ np.linalg.inv(sigma) * d, axis=1)) / np.sqrt(np.linalg.det(2 * np.pi * sigma))
