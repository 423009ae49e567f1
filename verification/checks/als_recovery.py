r"""Alternating least squares recovers planted factors: what is left of the noise is what geometry leaves.

Square matrices of rank k near M = Q P^T form a surface of dimension k (2 n - k). With noise of size sigma,
small against the singular values, and lambda -> 0 the best matrix of rank k is the projection onto its
tangent plane, so with all entries observed

    |M' - M|^2 / sigma^2        is chi-squared with k (2 n - k) degrees of freedom,

and with the entries W observed the squared misfit on W / sigma^2 is chi-squared with |W| - k (2 n - k). The
curvature of the surface adds a share of order (sigma / smallest singular value)^2, here below 1e-10.

Source: linear regression in the tangent plane, Bishop, PRML 3.1.1; its dimension in J. Lee, Introduction to
Smooth Manifolds (2012), example 5.30.
"""

from __future__ import annotations

import numpy as np

from algorithms import matrix_factorization as als
from algorithms.mixture import Samples
from algorithms.ratings import Ratings
from verification.check import Check, Control, Experiment
from verification.statistics.scale import Scales

N, K = 24, 3
FREE = K * (2 * N - K)
SEEN_IN_ROW = 18
"""Entries observed of each user and of each item, the same number for all."""
SIGMA = 1e-6
LAMBDA = 1e-12
"""Below sigma^2, so that the penalty's pull is a small part of the noise's."""
FULL_STEPS, PARTIAL_STEPS = 4, 20
"""With all entries the error of the subspaces falls by (sigma / singular value)^2 a step."""


def planted(rng: np.random.Generator) -> als.Factors:
    """Factors with orthonormal columns times singular values between 3 and 6, as Q and P."""
    left, right = (np.linalg.qr(rng.standard_normal((N, K)))[0] for _ in range(2))
    roots = np.sqrt(rng.uniform(3, 6, size=K))
    return als.Factors(left * roots, right * roots)


def ratings(seen: np.ndarray, matrix: np.ndarray) -> Ratings:
    """The entries of `matrix` where `seen` holds."""
    users, items = np.nonzero(seen)
    return Ratings(users, items, matrix[users, items], np.arange(N), np.arange(N))


def mask(rng: np.random.Generator) -> np.ndarray:
    """Which entries are observed: a band, its rows and columns in random order."""
    rows, columns = rng.permutation(N), rng.permutation(N)
    return np.asarray((rows[:, None] + columns) % N < SEEN_IN_ROW)


def run(observed: Ratings, start: als.Factors, steps: int) -> als.Factors:
    """The factors after so many steps."""
    by_user = als.group_rows(observed.users, observed.items, observed.values)
    by_item = als.group_rows(observed.items, observed.users, observed.values)
    factors = start
    for _ in range(steps):
        factors = als.step(by_user, by_item, factors, LAMBDA)
    return factors


def replicate(rng: np.random.Generator) -> list[float]:
    """Squared error with all entries, squared misfit with gaps, and the degrees of freedom of both."""
    truth = planted(rng)
    matrix = truth.user_factors @ truth.item_factors.T
    noisy = matrix + SIGMA * rng.standard_normal((N, N))
    full = run(ratings(np.ones((N, N), dtype=bool), noisy), truth, FULL_STEPS)
    error = ((full.user_factors @ full.item_factors.T - matrix) ** 2).sum()
    with_gaps = ratings(mask(rng), noisy)
    misfit = als.squared_error(with_gaps, run(with_gaps, truth, PARTIAL_STEPS))
    return [float(error) / SIGMA**2, misfit / SIGMA**2, float(FREE), float(len(with_gaps) - FREE)]


def draw(n: int, rng: np.random.Generator) -> Samples:
    """n planted problems: a row is what the algorithm made of one."""
    return Samples(np.array([replicate(rng) for _ in range(n)]), np.zeros(n, dtype=np.intp))


def experiment(delta: float) -> Experiment:
    """The scales of error and misfit; delta is relative to what theory says."""
    bets = Scales(
        labels=("error / theory, all entries", "misfit / theory, with gaps"),
        squares=lambda samples: samples.X[:, :2],
        degrees=lambda samples: samples.X[:, 2:],
        delta=delta,
    )
    seen = SEEN_IN_ROW * N
    controls = tuple(
        Control(name, title, bets.claim(np.array(scales)))
        for name, title, scales in (
            ("no_gain", "All of the noise stays: n^2 degrees of freedom", (N * N / FREE, 1.0)),
            (
                "every_number",
                "2 k n, as if Q and P were determined and not only Q P^T",
                (K * 2 * N / FREE, 1.0),
            ),
            (
                "saturated",
                "No misfit is left but that of |W| - k n",
                (1.0, (seen - K * N) / (seen - FREE)),
            ),
            ("no_fit", "The misfit of the planted factors themselves: |W|", (1.0, seen / (seen - FREE))),
            ("slip", f"The error {100 * delta:g} % larger", (1.0 + delta, 1.0)),
        )
    )
    return Experiment(draw, bets, bets.claim(np.ones(2)), controls)


CHECK = Check(
    id="als_recovery",
    theorem="als_descent",
    title="Alternating least squares recovers planted factors",
    claim_latex=(
        r"\lVert \hat M - M \rVert_F^2 / \sigma^2 \to \chi^2_{k (2 n - k)}, \quad"
        r" \lVert \hat M - R \rVert_W^2 / \sigma^2 \to \chi^2_{|W| - k (2 n - k)}"
        r" \quad (\sigma, \lambda \to 0)"
    ),
    design=(
        f"planted factors ({N} x {N}, k = {K}) with noise; the error with all entries, "
        f"the misfit with {SEEN_IN_ROW} in each row and column"
    ),
    closed_forms=(),
    experiment=experiment,
)
