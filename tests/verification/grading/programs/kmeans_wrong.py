import numpy as np

# %% missing-axis: loops
def kmeans(X, k):
    X = X.astype(float)
    mu = X[np.random.choice(len(X), k, replace=False)]
    for _ in range(50):
        z = np.array([np.argmin([np.linalg.norm(x - m) for m in mu]) for x in X])
        for j in range(k):
            if (z == j).any():
                mu[j] = np.mean(X[z == j])
    return mu, z

# %% missing-axis: comprehension
def kmeans(X, k):
    mu = X[:k].astype(float)
    for _ in range(20):
        z = ((X[:, None] - mu[None]) ** 2).sum(axis=2).argmin(axis=1)
        mu = np.array([np.ones(X.shape[1]) * X[z == j].mean() if np.any(z == j) else mu[j] for j in range(k)])
    return mu, z

# %% scalar-centroids: sum over both axes
def kmeans(X, k):
    X = X.astype(float)
    mu = X[np.random.choice(len(X), k, replace=False)]
    for _ in range(50):
        z = np.array([np.argmin([np.linalg.norm(x - m) for m in mu]) for x in X])
        for j in range(k):
            if (z == j).any():
                mu[j] = X[z == j].sum() / X[z == j].size
    return mu, z

# %% integer-centroids: array of the type of the data
def kmeans(X, k):
    mu = X[np.random.choice(len(X), k, replace=False)].copy()
    z = np.zeros(len(X), dtype=int)
    for _ in range(60):
        z = np.array([np.argmin(np.sum((x.astype(float) - mu) ** 2, axis=1)) for x in X])
        for j in range(k):
            if np.any(z == j):
                mu[j] = X[z == j].mean(axis=0)
    return mu, z

# %% integer-centroids: cast
def kmeans(X, k):
    Xf = X.astype(float)
    mu = Xf[np.random.choice(len(X), k, replace=False)]
    for _ in range(60):
        z = ((Xf[:, None] - mu) ** 2).sum(2).argmin(1)
        mu = np.array([Xf[z == j].mean(0) if (z == j).any() else mu[j] for j in range(k)]).astype(X.dtype).astype(float)
    return mu, z

# %% lists-never-reset: clusters
def kmeans(X, k):
    X = X.astype(float)
    mu = X[np.random.choice(len(X), k, replace=False)]
    clusters = [[] for _ in range(k)]
    for _ in range(10):
        z = []
        for point in X:
            c = np.argmin([np.linalg.norm(point - m) for m in mu])
            z.append(c)
            clusters[c].append(point)
        for i in range(k):
            mu[i] = np.mean(clusters[i], axis=0)
    return mu, np.array(z)

# %% lists-never-reset: labels
def kmeans(X, k):
    X = X.astype(float)
    mu = X[np.random.choice(len(X), k, replace=False)]
    z = []
    for _ in range(10):
        for point in X:
            z.append(np.argmin([np.linalg.norm(point - m) for m in mu]))
        labels = np.array(z[-len(X):])
        for i in range(k):
            mu[i] = X[labels == i].mean(axis=0)
    return mu, np.array(z)

# %% aliased-state: labels
def kmeans(X, k):
    X = X.astype(float)
    mu = X[np.random.choice(len(X), k, replace=False)]
    z = np.zeros(len(X), dtype=int)
    while True:
        old = z
        for i in range(len(X)):
            z[i] = np.argmin(np.linalg.norm(mu - X[i], axis=1))
        for j in range(k):
            if (z == j).any():
                mu[j] = X[z == j].mean(axis=0)
        if np.array_equal(old, z):
            break
    return mu, z

# %% aliased-state: centers
def kmeans(X, k):
    X = X.astype(float)
    mu = X[np.random.choice(len(X), k, replace=False)]
    converged = False
    while not converged:
        previous = mu
        z = ((X[:, None] - mu) ** 2).sum(2).argmin(1)
        for j in range(k):
            if (z == j).any():
                mu[j] = X[z == j].mean(axis=0)
        converged = np.allclose(previous, mu)
    return mu, z

# %% empty-cluster: random centers near the origin
def kmeans(X, k):
    X = X.astype(float)
    mu = np.random.uniform(X.min(), X.max(), (k, X.shape[1]))
    for _ in range(50):
        z = ((X[:, None] - mu) ** 2).sum(2).argmin(1)
        mu = np.array([X[z == j].mean(axis=0) for j in range(k)])
    return mu, z

# %% bad-initialization: random numbers
def kmeans(X, k):
    mu = np.random.rand(k, X.shape[1])
    for _ in range(50):
        z = np.linalg.norm(X[:, None] - mu, axis=2).argmin(1)
        mu = np.array([X[z == j].mean(axis=0) for j in range(k)])
    return mu, z

# %% bad-initialization: zeros
def kmeans(X, k):
    mu = np.zeros((k, X.shape[1]))
    z = None
    for _ in range(30):
        z = np.linalg.norm(X[:, None] - mu, axis=2).argmin(1)
        for j in range(k):
            if (z == j).any():
                mu[j] = X[z == j].mean(axis=0)
    return mu, z

# %% wrong-convergence-test: any equal label
def kmeans(X, k):
    X = X.astype(float)
    mu = X[np.random.choice(len(X), k, replace=False)]
    z = np.full(len(X), -1)
    while True:
        new = ((X[:, None] - mu) ** 2).sum(2).argmin(1)
        if np.any(new == z):
            break
        z = new
        mu = np.array([X[z == j].mean(axis=0) if (z == j).any() else mu[j] for j in range(k)])
    return mu, z

# %% wrong-convergence-test: tolerance far too large
def kmeans(X, k):
    X = X.astype(float)
    mu = X[np.random.choice(len(X), k, replace=False)]
    diff = np.inf
    while diff > 100:
        z = ((X[:, None] - mu) ** 2).sum(2).argmin(1)
        new = np.array([X[z == j].mean(axis=0) if (z == j).any() else mu[j] for j in range(k)])
        diff = np.abs(new - mu).sum()
        mu = new
    return mu, z

# %% one-iteration: no loop
def kmeans(X, k):
    X = X.astype(float)
    mu = X[np.random.choice(len(X), k, replace=False)]
    z = ((X[:, None] - mu) ** 2).sum(2).argmin(1)
    mu = np.array([X[z == j].mean(axis=0) for j in range(k)])
    return mu, z

# %% one-iteration: return inside the loop
def kmeans(X, k):
    X = X.astype(float)
    mu = X[np.random.choice(len(X), k, replace=False)]
    while True:
        z = np.array([np.argmin(np.linalg.norm(mu - x, axis=1)) for x in X])
        for j in range(k):
            mu[j] = X[z == j].mean(axis=0)
        return mu, z

# %% endless: waits for what never comes
def kmeans(X, k):
    X = X.astype(float)
    mu = X[np.random.choice(len(X), k, replace=False)]
    old = np.zeros_like(mu)
    while not np.array_equal(old, mu):
        z = ((X[:, None] - mu) ** 2).sum(2).argmin(1)
        mu = np.array([X[z == j].mean(axis=0) for j in range(k)])
    return mu, z

# %% farthest-center: argmax
def kmeans(X, k):
    X = X.astype(float)
    mu = X[np.random.choice(len(X), k, replace=False)]
    for _ in range(30):
        z = ((X[:, None] - mu) ** 2).sum(2).argmax(1)
        mu = np.array([X[z == j].mean(axis=0) if (z == j).any() else mu[j] for j in range(k)])
    return mu, z

# %% wrong-return-order: z first
def kmeans(X, k):
    X = X.astype(float)
    mu = X[np.random.choice(len(X), k, replace=False)]
    for _ in range(50):
        z = ((X[:, None] - mu) ** 2).sum(2).argmin(1)
        mu = np.array([X[z == j].mean(axis=0) if (z == j).any() else mu[j] for j in range(k)])
    return z, mu

# %% undefined-name: capitals
def kmeans(X, k):
    mu = X[np.random.choice(len(X), K, replace=False)].astype(float)
    for _ in range(50):
        z = ((X[:, None] - mu) ** 2).sum(2).argmin(1)
        mu = np.array([X[z == j].mean(axis=0) if (z == j).any() else mu[j] for j in range(K)])
    return mu, z

# %% label-not-nearest: labels of another metric
def kmeans(X, k):
    X = X.astype(float)
    mu = X[np.random.choice(len(X), k, replace=False)]
    for _ in range(50):
        z = np.abs(X[:, None] - mu).max(2).argmin(1)
        mu = np.array([X[z == j].mean(axis=0) if (z == j).any() else mu[j] for j in range(k)])
    return mu, z

# %% returns-nothing: printed
def kmeans(X, k):
    X = X.astype(float)
    mu = X[np.random.choice(len(X), k, replace=False)]
    for _ in range(50):
        z = ((X[:, None] - mu) ** 2).sum(2).argmin(1)
        mu = np.array([X[z == j].mean(axis=0) if (z == j).any() else mu[j] for j in range(k)])
    print(mu, z)

# %% scalar-centroids: numbers instead of points
def kmeans(X, k):
    mu = X[:k].astype(float)
    for _ in range(30):
        z = ((X[:, None] - mu) ** 2).sum(axis=2).argmin(axis=1)
        new = np.zeros((k, 1))
        for j in range(k):
            if (z == j).any():
                new[j] = sum(sum(X[z == j])) / X[z == j].size
        mu = new * np.ones(X.shape[1])
    return mu, z

# %% empty-cluster: mean of nothing
def kmeans(X, k):
    lo, hi = X.min(), X.max()
    mu = np.random.uniform(lo - (hi - lo), hi + (hi - lo), size=(k, X.shape[1]))
    for _ in range(100):
        z = np.linalg.norm(X[:, None] - mu, axis=2).argmin(axis=1)
        mu = np.array([X[z == j].mean(axis=0) for j in range(k)])
    return mu, z

# %% input-mutated: centers are rows of the data
def kmeans(X, k):
    if X.dtype != float:
        X = X.astype(float)
    mu = X[:k]
    for _ in range(100):
        z = ((X[:, None] - mu) ** 2).sum(axis=2).argmin(axis=1)
        for j in range(k):
            if (z == j).any():
                mu[j] = X[z == j].mean(axis=0)
    return mu, z

# %% globals-instead-of-arguments: a helper that knows the notebook's k only
k = 3

def new_centers(X, z, mu):
    return np.array([X[z == j].mean(axis=0) if (z == j).any() else mu[j] for j in range(k)])

def kmeans(X, k):
    mu = X[np.random.choice(len(X), k, replace=False)].astype(float)
    for _ in range(60):
        z = ((X[:, None] - mu[:k]) ** 2).sum(axis=2).argmin(axis=1)
        mu = new_centers(X, z, mu)
    return mu, z

# %% endless: until nothing is left to explain
def kmeans(X, k):
    mu = X[np.random.choice(len(X), k, replace=False)].astype(float)
    cost = 1.0
    while cost > 0:
        z = ((X[:, None] - mu) ** 2).sum(axis=2).argmin(axis=1)
        mu = np.array([X[z == j].mean(axis=0) if (z == j).any() else mu[j] for j in range(k)])
        cost = ((X - mu[z]) ** 2).sum()
    return mu, z
