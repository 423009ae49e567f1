import numpy as np

# %% wrong-weights: indices slipped
def sum_of_mixtures(pi, mu, sigma, rho, nu, tau):
    pairs = [(k, l) for k in range(len(pi)) for l in range(len(rho))]
    weights = np.array([pi[min(l, len(pi) - 1)] * rho[min(k, len(rho) - 1)] for k, l in pairs])
    return weights, np.array([mu[k] + nu[l] for k, l in pairs]), np.array([sigma[k] + tau[l] for k, l in pairs])

# %% wrong-covariances: own twice
def sum_of_mixtures(pi, mu, sigma, rho, nu, tau):
    pairs = [(k, l) for k in range(len(pi)) for l in range(len(rho))]
    return np.array([pi[k] * rho[l] for k, l in pairs]), np.array([mu[k] + nu[l] for k, l in pairs]), np.array([sigma[k] + sigma[k] for k, l in pairs])

# %% wrong-means: differences
def sum_of_mixtures(pi, mu, sigma, rho, nu, tau):
    pairs = [(k, l) for k in range(len(pi)) for l in range(len(rho))]
    return np.array([pi[k] * rho[l] for k, l in pairs]), np.array([mu[k] - nu[l] for k, l in pairs]), np.array([sigma[k] + tau[l] for k, l in pairs])

# %% wrong-shape: K + L components
def sum_of_mixtures(pi, mu, sigma, rho, nu, tau):
    return np.concatenate([pi, rho]) / 2, np.concatenate([mu, nu]), np.concatenate([sigma, tau])
