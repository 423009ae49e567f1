import numpy as np

# %% wrong-mean: unweighted
def mixture_mean(pi, mu):
    return mu.mean(axis=0)

# %% wrong-mean: divided by K
def mixture_mean(pi, mu):
    return pi @ mu / len(pi)

# %% wrong-shape: over all coordinates
def mixture_mean(pi, mu):
    return (pi[:, None] * mu).sum()
