import numpy as np

# %% fixed-counts: int, the rest to the last
def gmm_sample(N, pi, mu, sigma):
    counts = [int(N * p) for p in pi]
    counts[-1] = N - sum(counts[:-1])
    return np.concatenate([np.random.multivariate_normal(mu[k], sigma[k], counts[k]) for k in range(len(pi))])

# %% fixed-counts: int, rows lost
def gmm_sample(N, pi, mu, sigma):
    X = []
    for k in range(len(pi)):
        for x in np.random.multivariate_normal(mu[k], sigma[k], int(N * pi[k])):
            X.append(x)
    return np.array(X)

# %% weighted-sum-of-draws: loop
def gmm_sample(N, pi, mu, sigma):
    X = np.zeros((N, mu.shape[1]))
    for n in range(N):
        for k in range(len(pi)):
            X[n] += pi[k] * np.random.multivariate_normal(mu[k], sigma[k])
    return X

# %% weighted-sum-of-draws: vectorized
def gmm_sample(N, pi, mu, sigma):
    return sum(p * np.random.multivariate_normal(m, s, size=N) for p, m, s in zip(pi, mu, sigma))

# %% equal-weights: randint
def gmm_sample(N, pi, mu, sigma):
    z = np.random.randint(len(pi), size=N)
    return np.array([np.random.multivariate_normal(mu[k], sigma[k]) for k in z])

# %% equal-weights: choice without p
def gmm_sample(N, pi, mu, sigma):
    z = np.random.choice(len(pi), N)
    return np.array([np.random.multivariate_normal(mu[k], sigma[k]) for k in z])

# %% wrong-distribution: covariance as factor
def gmm_sample(N, pi, mu, sigma):
    z = np.random.choice(len(pi), N, p=pi)
    return np.array([mu[k] + sigma[k] @ np.random.randn(mu.shape[1]) for k in z])

# %% wrong-distribution: transposed factor
def gmm_sample(N, pi, mu, sigma):
    z = np.random.choice(len(pi), N, p=pi)
    L = np.linalg.cholesky(sigma)
    return np.array([mu[k] + np.random.randn(mu.shape[1]) @ L[k] for k in z])

# %% wrong-distribution: only the most likely component
def gmm_sample(N, pi, mu, sigma):
    k = np.argmax(pi)
    return np.random.multivariate_normal(mu[k], sigma[k], N)

# %% wrong-distribution: no noise
def gmm_sample(N, pi, mu, sigma):
    return mu[np.random.choice(len(pi), N, p=pi)]

# %% wrong-distribution: mean of the mixture
def gmm_sample(N, pi, mu, sigma):
    return np.random.multivariate_normal(pi @ mu, np.einsum('k,kij->ij', pi, sigma), N)

# %% wrong-shape: one point for each component
def gmm_sample(N, pi, mu, sigma):
    return np.array([np.random.multivariate_normal(mu[k], sigma[k]) for k in range(len(pi))])

# %% wrong-distribution: one component for all
def gmm_sample(N, pi, mu, sigma):
    k = np.random.choice(len(pi), p=pi)
    return np.random.multivariate_normal(mu[k], sigma[k], N)
