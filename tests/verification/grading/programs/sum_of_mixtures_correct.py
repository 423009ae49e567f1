import numpy as np

# %% broadcasting
def sum_of_mixtures(pi, mu, sigma, rho, nu, tau):
    D = mu.shape[1]
    return (np.outer(pi, rho).ravel(), (mu[:, None] + nu[None]).reshape(-1, D), (sigma[:, None] + tau[None]).reshape(-1, D, D))

# %% loops, lists
def sum_of_mixtures(pi, mu, sigma, rho, nu, tau):
    weights, means, covariances = [], [], []
    for k in range(len(pi)):
        for l in range(len(rho)):
            weights.append(pi[k] * rho[l])
            means.append(mu[k] + nu[l])
            covariances.append(sigma[k] + tau[l])
    return np.array(weights), np.array(means), np.array(covariances)

# %% second mixture first
def sum_of_mixtures(pi, mu, sigma, rho, nu, tau):
    pairs = [(k, l) for l in range(len(rho)) for k in range(len(pi))]
    return [pi[k] * rho[l] for k, l in pairs], [mu[k] + nu[l] for k, l in pairs], [sigma[k] + tau[l] for k, l in pairs]
