"""Correct versions of the functions that others of the exercise call, as text for the student's program.

A function is judged alone: where it calls a wrong one of the student's, that one is replaced by its text
here, so that one mistake costs one function. They are given to the sandbox and give nothing away there: each
stands only in programs that are about another function.
"""

from __future__ import annotations

INITIALIZE_Q_P = """
def initialize_Q_P(matrix, k, init="random"):
    import numpy
    n, d = matrix.shape
    if init == "random":
        return numpy.random.rand(n, k), numpy.random.rand(k, d)
    dense = numpy.asarray(matrix.todense()) if hasattr(matrix, "todense") else numpy.asarray(matrix)
    left, singular, right = numpy.linalg.svd(dense, full_matrices=False)
    return left[:, :k] * singular[:k], right[:k]
"""

LOSS = """
def loss(values, ixs, Q, P, reg_lambda):
    import numpy
    Q, P = numpy.asarray(Q), numpy.asarray(P)
    errors = numpy.asarray(values).ravel() - Q.dot(P)[tuple(ixs)]
    return numpy.sum(errors ** 2) + reg_lambda * (numpy.sum(Q ** 2) + numpy.sum(P ** 2))
"""

KMEANS = """
def kmeans(X, k):
    import numpy
    X = numpy.asarray(X, dtype=float)
    best = None
    for _ in range(3):
        mu = X[numpy.random.choice(len(X), k, replace=False)]
        for _ in range(100):
            z = ((X[:, None] - mu) ** 2).sum(axis=2).argmin(axis=1)
            new = numpy.array([X[z == j].mean(axis=0) if (z == j).any() else mu[j] for j in range(k)])
            if numpy.allclose(new, mu):
                break
            mu = new
        cost = ((X - mu[z]) ** 2).sum()
        if best is None or cost < best[0]:
            best = cost, mu, z
    return best[1], best[2]
"""

GMM_LOG_PROBABILITY = """
def gmm_log_probability(X, pi, mu, sigma):
    import numpy
    X = numpy.asarray(X, dtype=float)
    P = numpy.empty((len(X), len(pi)))
    for j in range(len(pi)):
        offsets = X - mu[j]
        squares = (offsets * numpy.linalg.solve(sigma[j], offsets.T).T).sum(axis=1)
        log_det = numpy.linalg.slogdet(sigma[j])[1]
        P[:, j] = numpy.log(pi[j]) - 0.5 * (squares + log_det + X.shape[1] * numpy.log(2 * numpy.pi))
    return P
"""

REPLACEMENTS = {
    "initialize_Q_P": INITIALIZE_Q_P,
    "loss": LOSS,
    "kmeans": KMEANS,
    "gmm_log_probability": GMM_LOG_PROBABILITY,
}
