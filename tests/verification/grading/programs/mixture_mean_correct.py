import numpy as np

# %% product
def mixture_mean(pi, mu):
    return pi @ mu

# %% loop
def mixture_mean(pi, mu):
    m = np.zeros(mu.shape[1])
    for k in range(len(pi)):
        m = m + pi[k] * mu[k]
    return m

# %% average
def mixture_mean(pi, mu):
    return np.average(mu, axis=0, weights=pi)
