import numpy as np

# %% wrong-decoder: transposed
def best_decoder(W):
    return W.T

# %% wrong-decoder: ridge
def best_decoder(W):
    return W.T @ np.linalg.inv(W @ W.T + 0.1 * np.eye(len(W)))

# %% wrong-shape: not transposed
def best_decoder(W):
    return np.linalg.pinv(W).T
