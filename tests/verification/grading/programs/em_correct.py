import numpy as np
from scipy.stats import multivariate_normal
from scipy.special import logsumexp

# %% log-sum-exp, likelihood
def log_joint(X, pi, mu, sigma):
    return np.stack([np.log(pi[j]) + multivariate_normal.logpdf(X, mu[j], sigma[j], allow_singular=True) for j in range(len(pi))], axis=1)

def em(X, k, tol=0.001):
    X = X.astype(float)
    N, D = X.shape
    mu = X[np.random.choice(N, k, replace=False)]
    sigma = np.array([np.cov(X.T) for _ in range(k)])
    pi = np.ones(k) / k
    old = -np.inf
    while True:
        lp = log_joint(X, pi, mu, sigma)
        norm = logsumexp(lp, axis=1)
        if norm.mean() - old < tol:
            return pi, mu, sigma
        old = norm.mean()
        g = np.exp(lp - norm[:, None])
        Nk = g.sum(0)
        pi = Nk / N
        mu = g.T @ X / Nk[:, None]
        sigma = np.array([((X - mu[j]).T * g[:, j]) @ (X - mu[j]) / Nk[j] + 1e-6 * np.eye(D) for j in range(k)])

# %% plain pdf, loops
def em(X, k, tol=0.001):
    n, d = X.shape
    X = np.array(X, dtype=float)
    perm = np.random.permutation(n)
    mu = X[perm[:k]].copy()
    sigma = np.zeros((k, d, d))
    for j in range(k):
        sigma[j] = np.diag(np.var(X, axis=0))
    pi = np.full(k, 1.0 / k)
    ll_old = None
    for it in range(500):
        r = np.zeros((n, k))
        for j in range(k):
            r[:, j] = pi[j] * multivariate_normal(mu[j], sigma[j]).pdf(X)
        total = r.sum(axis=1, keepdims=True)
        ll = np.log(total).mean()
        r /= total
        for j in range(k):
            Nj = r[:, j].sum()
            pi[j] = Nj / n
            mu[j] = (r[:, j:j + 1] * X).sum(axis=0) / Nj
            acc = np.zeros((d, d))
            for i in range(n):
                v = (X[i] - mu[j]).reshape(-1, 1)
                acc += r[i, j] * v.dot(v.T)
            sigma[j] = acc / Nj
        if ll_old is not None and abs(ll - ll_old) < tol:
            break
        ll_old = ll
    return pi, mu, sigma

# %% start from kmeans, expected joint log-likelihood
def kmeans(X, k):
    mu = X[np.random.choice(len(X), k, replace=False)].astype(float)
    for _ in range(100):
        z = ((X[:, None] - mu) ** 2).sum(2).argmin(1)
        mu = np.array([X[z == j].mean(0) if (z == j).any() else mu[j] for j in range(k)])
    return mu, z

def em(X, k, tol=0.001):
    N, D = X.shape
    mu, z = kmeans(X, k)
    pi = np.bincount(z, minlength=k) / N
    sigma = np.stack([np.cov(X[z == j].T, bias=True) + 1e-6 * np.eye(D) for j in range(k)])
    old = -np.inf
    while True:
        lp = np.stack([np.log(pi[j]) + multivariate_normal.logpdf(X, mu[j], sigma[j]) for j in range(k)], 1)
        gamma = np.exp(lp - logsumexp(lp, axis=1, keepdims=True))
        new = np.mean(np.sum(gamma * lp, axis=1))
        Nk = gamma.sum(0)
        pi = Nk / N
        mu = (gamma.T @ X) / Nk[:, None]
        diff = X[:, None] - mu
        sigma = np.einsum('nk,nki,nkj->kij', gamma, diff, diff) / Nk[:, None, None]
        if new - old < tol:
            break
        old = new
    return pi, mu, sigma

# %% own gmm_log_probability, fixed iterations
def gmm_log_probability(X, pi, mu, sigma):
    D = X.shape[1]
    P = np.zeros((len(X), len(pi)))
    for j in range(len(pi)):
        d = X - mu[j]
        P[:, j] = np.log(pi[j]) - 0.5 * (D * np.log(2 * np.pi) + np.linalg.slogdet(sigma[j])[1] + np.sum(d @ np.linalg.inv(sigma[j]) * d, 1))
    return P

def em(X, k, tol=0.001):
    N, D = X.shape
    mu = X[np.random.choice(N, k, False)].astype(float)
    sigma = np.tile(np.cov(X, rowvar=False).reshape(1, D, D), (k, 1, 1))
    pi = np.ones(k) / k
    last = np.inf
    for i in range(300):
        P = gmm_log_probability(X, pi, mu, sigma)
        m = P.max(axis=1, keepdims=True)
        R = np.exp(P - m)
        L = float((m[:, 0] + np.log(R.sum(axis=1))).sum())
        R = R / R.sum(axis=1, keepdims=True)
        Nk = R.sum(axis=0)
        pi = Nk / Nk.sum()
        mu = np.dot(R.T, X) / Nk.reshape(-1, 1)
        for j in range(k):
            C = X - mu[j]
            sigma[j] = np.dot(C.T, R[:, j].reshape(-1, 1) * C) / Nk[j]
        if abs((L - last) / L) < tol * 1e-2:
            break
        last = L
    return pi, mu, sigma

# %% covariance by np.cov with weights
def em(X, k, tol=0.001):
    n = len(X)
    z = np.random.randint(0, k, n)
    gamma = np.full((n, k), 0.2 / k)
    centers = X[np.random.choice(n, k, replace=False)].astype(float)
    z = np.array([np.argmin(((centers - x) ** 2).sum(1)) for x in X])
    gamma[np.arange(n), z] += 0.8
    gamma /= gamma.sum(1, keepdims=True)
    history = []
    while len(history) < 3 or history[-1] - history[-2] > tol / 10:
        pi = gamma.mean(axis=0)
        mu = np.array([np.average(X, axis=0, weights=gamma[:, j]) for j in range(k)])
        sigma = np.array([np.cov(X, rowvar=False, aweights=gamma[:, j], ddof=0) for j in range(k)])
        joint = np.array([pi[j] * multivariate_normal.pdf(X, mu[j], sigma[j]) for j in range(k)]).T
        history.append(np.log(joint.sum(1)).mean())
        gamma = joint / joint.sum(1)[:, None]
    return pi, mu, sigma

# %% e_step and m_step, relative criterion
def e_step(X, pi, mu, sigma):
    lp = np.array([np.log(p) + multivariate_normal.logpdf(X, m, s) for p, m, s in zip(pi, mu, sigma)]).T
    total = logsumexp(lp, 1)
    return np.exp(lp - total[:, None]), total.sum()

def m_step(X, gamma):
    Nk = gamma.sum(0)
    mu = (gamma[:, :, None] * X[:, None, :]).sum(0) / Nk[:, None]
    sigma = []
    for j in range(gamma.shape[1]):
        d = X - mu[j]
        sigma.append((gamma[:, j][:, None, None] * d[:, :, None] * d[:, None, :]).sum(0) / Nk[j])
    return Nk / len(X), mu, np.array(sigma)

def em(X, k, tol=0.001):
    pi = np.array([1 / k] * k)
    mu = X[np.random.permutation(len(X))[:k]].astype(float)
    sigma = np.array([np.eye(X.shape[1]) * X.var() for _ in range(k)])
    ll = [-1e300]
    while True:
        gamma, l = e_step(X, pi, mu, sigma)
        pi, mu, sigma = m_step(X, gamma)
        ll.append(l)
        if abs(ll[-1] - ll[-2]) / abs(ll[-1]) < tol * 0.1:
            return list(pi), mu, sigma

# %% second moments
def em(X, k, tol=0.001):
    X = np.asarray(X, float)
    N, D = X.shape
    mu = X[np.random.choice(N, k, replace=False)]
    sigma = np.stack([np.cov(X.T)] * k)
    pi = np.ones(k) / k
    prev, cur = -np.inf, -1e12
    while cur - prev > tol:
        prev = cur
        logs = np.empty((N, k))
        for j in range(k):
            L = np.linalg.cholesky(sigma[j])
            y = np.linalg.solve(L, (X - mu[j]).T)
            logs[:, j] = np.log(pi[j]) - 0.5 * np.square(y).sum(0) - np.log(np.diag(L)).sum() - D / 2 * np.log(2 * np.pi)
        top = logs.max(1)
        lik = top + np.log(np.exp(logs - top[:, None]).sum(1))
        cur = lik.mean()
        g = np.exp(logs - lik[:, None])
        Nk = g.sum(0)
        pi, mu = Nk / N, (g.T @ X) / Nk[:, None]
        sigma = np.einsum('nk,ni,nj->kij', g, X, X) / Nk[:, None, None] - mu[:, :, None] * mu[:, None, :]
        sigma += 1e-6 * np.eye(D)
    return pi, mu, sigma

# %% parameters no longer move
def em(X, k, tol=0.001):
    N, D = X.shape
    rng = np.random.RandomState(1)
    mu = X[rng.choice(N, k, replace=False)] + 0.0
    sigma = np.repeat(np.cov(X.T)[None], k, axis=0)
    pi = np.repeat(1 / k, k)
    for _ in range(1000):
        old = mu.copy()
        like = np.zeros((k, N))
        for j in range(k):
            like[j] = pi[j] * multivariate_normal(mu[j], sigma[j]).pdf(X)
        like /= like.sum(0)
        for j in range(k):
            s = like[j].sum()
            mu[j] = like[j] @ X / s
            sigma[j] = (like[j][:, None] * (X - mu[j])).T @ (X - mu[j]) / s
            pi[j] = s / N
        if np.max(np.abs(old - mu)) < tol * X.std():
            break
    return pi, mu, sigma

# %% start from the labels of kmeans, likelihood before and after
def kmeans(X, k):
    mu = X[np.random.choice(len(X), k, replace=False)].astype(float)
    z = None
    while True:
        new = np.linalg.norm(X[:, None] - mu, axis=2).argmin(axis=1)
        if z is not None and np.array_equal(new, z):
            return mu, z
        z = new
        for j in range(k):
            if np.any(z == j):
                mu[j] = X[z == j].mean(axis=0)

def em(X, k, tol=0.001):
    N, D = X.shape
    _, z = kmeans(X, k)
    gamma = np.eye(k)[z]
    before = -np.inf
    while True:
        Nk = gamma.sum(axis=0)
        pi, mu = Nk / N, gamma.T @ X / Nk[:, None]
        sigma = np.array([(gamma[:, [j]] * (X - mu[j])).T @ (X - mu[j]) / Nk[j] for j in range(k)])
        P = np.array([np.log(pi[j]) + multivariate_normal(mu[j], sigma[j], allow_singular=True).logpdf(X) for j in range(k)]).T
        total = logsumexp(P, axis=1, keepdims=True)
        if total.mean() - before < tol:
            return pi, mu, sigma
        before = total.mean()
        gamma = np.exp(P - total)

# %% k-means++ start, a ridge of a thousandth
def em(X, k, tol=0.001):
    X = np.asarray(X, dtype=np.float64)
    N, D = X.shape
    centers = [X[np.random.randint(N)]]
    while len(centers) < k:
        d = np.min([((X - c) ** 2).sum(1) for c in centers], axis=0)
        centers.append(X[np.random.choice(N, p=d / d.sum())])
    mu, pi = np.array(centers), np.ones(k) / k
    S = np.cov(X, rowvar=False)
    ridge = 1e-3 * np.trace(S) / D * np.eye(D)
    sigma = np.array([S / k for _ in range(k)])
    value = None
    for _ in range(2000):
        logs = np.empty((N, k))
        for j in range(k):
            d = X - mu[j]
            logs[:, j] = np.log(pi[j]) - 0.5 * (np.linalg.slogdet(2 * np.pi * sigma[j])[1] + np.sum(d.T * np.linalg.solve(sigma[j], d.T), axis=0))
        top = logs.max(axis=1, keepdims=True)
        like = top[:, 0] + np.log(np.exp(logs - top).sum(axis=1))
        gamma = np.exp(logs - like[:, None])
        n = gamma.sum(axis=0)
        pi, mu = n / N, gamma.T.dot(X) / n[:, None]
        for j in range(k):
            d = X - mu[j]
            sigma[j] = (d * gamma[:, [j]]).T.dot(d) / n[j] + ridge
        if value is not None and like.mean() - value < tol * 0.1:
            break
        value = like.mean()
    return pi, mu, sigma

# %% several starts, the best of them
def one_run(X, k, tol):
    N, D = X.shape
    mu = X[np.random.permutation(N)[:k]].copy()
    sigma = np.array([np.diag(X.var(axis=0)) for _ in range(k)])
    pi = np.full(k, 1 / k)
    history = [-np.inf]
    for _ in range(300):
        P = np.stack([np.log(pi[j]) + multivariate_normal.logpdf(X, mu[j], sigma[j], allow_singular=True) for j in range(k)], axis=1)
        L = logsumexp(P, axis=1)
        g = np.exp(P - L[:, None])
        pi = g.mean(axis=0)
        mu = (g / g.sum(axis=0)).T @ X
        sigma = np.array([np.cov(X.T, aweights=g[:, j]) + 1e-9 * np.eye(D) for j in range(k)])
        history.append(L.mean())
        if abs(history[-1] - history[-2]) < tol * 0.2:
            break
    return history[-1], pi, mu, sigma

def em(X, k, tol=0.001):
    runs = [one_run(np.asarray(X, float), k, tol) for _ in range(3)]
    return max(runs, key=lambda run: run[0])[1:]
