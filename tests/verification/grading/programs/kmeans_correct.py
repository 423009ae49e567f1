import numpy as np

# %% vectorized
def kmeans(X, k):
    mu = X[np.random.choice(len(X), k, replace=False)].astype(float)
    while True:
        z = np.linalg.norm(X[:, None] - mu[None], axis=2).argmin(axis=1)
        new = np.array([X[z == j].mean(axis=0) if np.any(z == j) else mu[j] for j in range(k)])
        if np.allclose(new, mu):
            return mu, z
        mu = new

# %% plain loops
def kmeans(X, k):
    n, d = X.shape
    idx = np.random.permutation(n)[:k]
    mu = np.zeros((k, d))
    for c in range(k):
        mu[c] = X[idx[c]]
    z = np.zeros(n, dtype=int)
    changed = True
    while changed:
        changed = False
        for i in range(n):
            best, where = np.inf, 0
            for c in range(k):
                dist = 0.0
                for j in range(d):
                    dist += (float(X[i, j]) - mu[c, j]) ** 2
                if dist < best:
                    best, where = dist, c
            if z[i] != where:
                z[i] = where
                changed = True
        for c in range(k):
            members = [X[i] for i in range(n) if z[i] == c]
            if len(members) > 0:
                mu[c] = sum(m.astype(float) for m in members) / len(members)
    return mu, z

# %% first points, labels compared
def kmeans(X, k):
    X = np.asarray(X, dtype=float)
    mu = np.unique(X, axis=0)[:k].copy()
    z = None
    while True:
        d = ((X[:, np.newaxis, :] - mu) ** 2).sum(-1)
        z_new = np.argmin(d, axis=1)
        if z is not None and (z_new == z).all():
            break
        z = z_new
        for i in range(k):
            if (z == i).sum() > 0:
                mu[i] = np.mean(X[z == i], axis=0)
    return mu, z

# %% k-means++ start, fixed number of iterations
def kmeans(X, k):
    X = X.astype(np.float64)
    centers = [X[np.random.randint(len(X))]]
    for _ in range(1, k):
        d2 = np.min([np.sum((X - c) ** 2, axis=1) for c in centers], axis=0)
        if d2.sum() == 0:
            centers.append(X[np.random.randint(len(X))])
            continue
        centers.append(X[np.random.choice(len(X), p=d2 / d2.sum())])
    mu = np.array(centers)
    for _ in range(100):
        z = np.array([np.argmin(np.sum((mu - x) ** 2, axis=1)) for x in X])
        for c in range(k):
            if np.any(z == c):
                mu[c] = X[z == c].mean(0)
    return mu, z

# %% one-hot indicators, tolerance on the objective
def kmeans(X, k):
    N, D = X.shape
    rng = np.random.RandomState(3)
    mu = X[rng.choice(N, size=k, replace=False), :] * 1.0
    J_old = np.inf
    while True:
        dist = np.stack([np.sum((X - m) ** 2, axis=1) for m in mu], axis=1)
        Z = np.eye(k)[dist.argmin(axis=1)]
        counts = Z.sum(axis=0)
        counts[counts == 0] = 1
        mu = (Z.T @ X) / counts[:, None]
        J = np.sum(Z * dist)
        if abs(J_old - J) < 1e-3:
            break
        J_old = J
    z = np.argmax(Z, axis=1)
    return mu, z

# %% float labels, movement of the centers
def kmeans(X, k):
    N = X.shape[0]
    z = np.zeros(N)
    mu = X[np.random.choice(N, k, replace=False)].copy().astype('float64')
    diff = 1
    while diff > 1e-4:
        old = mu.copy()
        for n in range(N):
            z[n] = np.argmin([np.linalg.norm(X[n] - mu[j]) for j in range(k)])
        for j in range(k):
            pts = X[z == j]
            if pts.shape[0] == 0:
                mu[j] = X[np.random.randint(N)]
            else:
                mu[j] = pts.mean(axis=0)
        diff = np.linalg.norm(mu - old)
    return mu, z

# %% expanded squares, several restarts
def kmeans(X, k):
    X = np.array(X, dtype=float)
    best = None
    for restart in range(4):
        mu = X[np.random.choice(X.shape[0], k, False)]
        for it in range(300):
            d2 = (X ** 2).sum(1)[:, None] - 2 * X.dot(mu.T) + (mu ** 2).sum(1)
            z = d2.argmin(1)
            new = mu.copy()
            for j in range(k):
                if (z == j).any():
                    new[j] = X[z == j].mean(0)
            if np.abs(new - mu).max() < 1e-8:
                break
            mu = new
        cost = ((X - mu[z]) ** 2).sum()
        if best is None or cost < best[0]:
            best = (cost, mu, z)
    return best[1], best[2]

# %% random partition, lists returned
def kmeans(X, k):
    X = np.array(X, float)
    z = np.random.randint(0, k, len(X))
    for j in range(k):
        z[j] = j
    mu = None
    for _ in range(200):
        mu = []
        for j in range(k):
            cluster = X[z == j]
            mu.append(cluster.mean(axis=0) if len(cluster) else X[np.random.randint(len(X))])
        dists = np.array([[np.sqrt(np.sum((x - m) ** 2)) for m in mu] for x in X])
        z_next = dists.argmin(axis=1)
        if np.array_equal(z, z_next):
            break
        z = z_next
    return mu, list(z)

# %% helper functions
def assign(X, mu):
    return np.argmin(np.linalg.norm(np.expand_dims(X, 1) - np.expand_dims(mu, 0), axis=-1), axis=-1)

def update(X, z, mu):
    out = mu.copy()
    for j in np.unique(z):
        out[j] = X[z == j].mean(axis=0)
    return out

def kmeans(X, k):
    X = X.astype(float)
    mu = X[np.random.choice(np.arange(len(X)), size=k, replace=False)]
    previous = np.full(len(X), -1)
    z = assign(X, mu)
    while np.any(z != previous):
        mu = update(X, z, mu)
        previous, z = z, assign(X, mu)
    return mu, z

# %% cdist and bincount
from scipy.spatial.distance import cdist

def kmeans(X, k):
    Xf = np.asarray(X, dtype=np.float64)
    mu = Xf[np.random.permutation(Xf.shape[0])[:k]]
    for _ in range(500):
        z = cdist(Xf, mu).argmin(axis=1)
        n = np.bincount(z, minlength=k)
        s = np.stack([np.bincount(z, weights=Xf[:, j], minlength=k) for j in range(Xf.shape[1])], 1)
        nxt = np.where(n[:, None] > 0, s / np.maximum(n, 1)[:, None], mu)
        if (nxt == mu).all():
            break
        mu = nxt
    return mu, z

# %% sorted by the first coordinate, spread start
def kmeans(X, k):
    order = np.argsort(X[:, 0])
    start = order[np.linspace(0, len(X) - 1, k + 2).astype(int)[1:-1]]
    mu = X[start].astype(float)
    z = np.zeros(len(X), int)
    for step in range(1000):
        new_z = np.empty_like(z)
        for i, x in enumerate(X):
            new_z[i] = np.argmin(((mu - x) ** 2).sum(1))
        if step and (new_z == z).all():
            return mu, z
        z = new_z
        mu = np.vstack([X[z == j].mean(0) if (z == j).any() else mu[j] for j in range(k)])
    return mu, z

# %% until no center moves by one color value
def kmeans(X, k):
    X = np.array(X, dtype=np.float64)
    mu = X[np.random.randint(0, X.shape[0], k)]
    while True:
        dist = np.zeros((X.shape[0], k))
        for j in range(k):
            dist[:, j] = np.sqrt(((X - mu[j]) ** 2).sum(axis=1))
        z = np.argmin(dist, axis=1)
        old = mu.copy()
        for j in range(k):
            if np.sum(z == j) > 0:
                mu[j] = np.mean(X[z == j], axis=0)
        if np.max(np.abs(mu - old)) < 1:
            return mu, z

# %% restart when a cluster is lost, distortion no longer falls
def kmeans(X, k):
    N, D = X.shape
    mu = X[np.random.choice(N, size=k, replace=False)].astype(float)
    before = None
    while True:
        z = ((X[:, np.newaxis] - mu[np.newaxis]) ** 2).sum(axis=-1).argmin(axis=-1)
        counts = np.bincount(z, minlength=k)
        if np.any(counts == 0):
            mu = X[np.random.choice(N, size=k, replace=False)].astype(float)
            before = None
            continue
        for i in range(k):
            mu[i] = X[z == i].sum(axis=0)
        mu = mu / counts[:, np.newaxis]
        J = ((X - mu[z]) ** 2).sum()
        if before is not None and J >= before:
            return mu, z
        before = J

# %% at most forty rounds
def kmeans(X, k):
    mu = X[np.random.permutation(len(X))[:k], :].astype('float64')
    for it in range(40):
        z = np.array([np.argmin(np.sum((mu - x) ** 2, axis=1)) for x in X])
        mu = np.array([X[z == j].mean(axis=0) if j in z else X[np.random.randint(len(X))] for j in range(k)])
    return mu, z
