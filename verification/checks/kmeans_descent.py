r"""k-means never raises its objective, stops at a fixed point, and is the limit of EM for narrow components.

With equal weights and covariances eps I, put F = -2 eps sum_n ln sum_k exp(-|x_n - mu_k|^2 / (2 eps)). A sum
of K exponentials lies between its largest term and K times it, so

    J - 2 eps N ln K <= F <= J     for every eps > 0 ,

J being the objective of k-means: F, which EM lowers, becomes J. Source: Bishop, PRML 9.3.2, eq. 9.43.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from algorithms import em, kmeans
from algorithms.mixture import Mixture, Samples
from derivations.closed_forms import closed_form
from verification.check import Check, Control, Experiment
from verification.statistics.events import Events

N, D, K = 30, 2, 4
EPSILONS = (0.3, 1e-2, 1e-4)
ROUNDING = 1e-9
"""Relative: sums of 30 squares are exact to 1e-14; at eps = 1e-4 their difference from F keeps 10 digits."""

Update = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]
"""New centers from points, labels, and the centers so far."""


def free_energy(X: np.ndarray, centers: np.ndarray, epsilon: float) -> float:
    """F, from the log-likelihood that the E-step computes."""
    covariances = np.broadcast_to(epsilon * np.eye(D), (K, D, D))
    state = em.e_step(X, np.ones(N), Mixture(np.full(K, 1 / K), centers, covariances))
    constant = N * np.log(K) + N * D / 2 * np.log(2 * np.pi * epsilon)
    return -2 * epsilon * (state.log_likelihood + float(constant))


def medians(X: np.ndarray, labels: np.ndarray, centers: np.ndarray) -> np.ndarray:
    """Coordinatewise medians."""
    return np.array([np.median(X[labels == k], axis=0) if k in labels else centers[k] for k in range(K)])


def entry_means(X: np.ndarray, labels: np.ndarray, centers: np.ndarray) -> np.ndarray:
    """One number, the mean over all entries, for all features."""
    return np.array([np.full(D, X[labels == k].mean()) if k in labels else centers[k] for k in range(K)])


def overshooting(delta: float) -> Update:
    """Means moved away from the origin by the fraction delta."""

    def update(X: np.ndarray, labels: np.ndarray, centers: np.ndarray) -> np.ndarray:
        means = [X[labels == k].mean(axis=0) if k in labels else centers[k] for k in range(K)]
        return (1 + delta) * np.array(means)

    return update


def objective(X: np.ndarray, centers: np.ndarray, labels: np.ndarray) -> float:
    """J of these labels."""
    return float(((X - centers[labels]) ** 2).sum())


def is_fixed_point(X: np.ndarray, fit: kmeans.KMeansFit) -> bool:
    """Labels name the nearest center, centers are means of their points: both as the theorems say."""
    nearest = closed_form("nearest_labels")(points=X, centers=fit.centers)
    if not np.array_equal(nearest, np.eye(K)[fit.labels]) or not nearest.any(axis=0).all():
        return False  # a cluster without points cannot be: there are more points than centers
    means = closed_form("weighted_means")(points=X, responsibilities=nearest)
    return bool(np.allclose(fit.centers, means, rtol=0, atol=ROUNDING))


def experiment(delta: float) -> Experiment:
    """Two columns for the right algorithm, one for each wrong one; delta is a share of the problems."""
    updates: tuple[tuple[str, str, Update], ...] = (
        ("medians", "Medians instead of means", medians),
        ("entry_means", "The mean over all entries of a cluster, one number for all features", entry_means),
        ("slip", f"Centers {100 * delta:g} % too far from the origin", overshooting(delta)),
    )

    def within(X: np.ndarray, centers: np.ndarray, least: float, factor: float) -> bool:
        energies = [factor * free_energy(X, centers, epsilon) for epsilon in EPSILONS]
        return all(
            least - 2 * epsilon * N * np.log(K) - ROUNDING * least <= energy <= least + ROUNDING * least
            for epsilon, energy in zip(EPSILONS, energies, strict=True)
        )

    def raised(X: np.ndarray, fit: kmeans.KMeansFit, update: Update) -> bool:
        moved = update(X, fit.labels, fit.centers)
        return objective(X, moved, fit.labels) > fit.inertia * (1 + ROUNDING)

    def second_nearest(X: np.ndarray, centers: np.ndarray) -> float:
        distances = ((X[:, None] - centers) ** 2).sum(axis=-1)
        return objective(X, centers, distances.argsort(axis=1)[:, 1])

    def replicate(rng: np.random.Generator) -> list[bool]:
        clouds = 2.0 * rng.standard_normal((K, D)) + 1.0
        X = clouds[rng.integers(K, size=N)] + rng.standard_normal((N, D))
        fit = kmeans.fit_from(X, X[rng.choice(N, size=K, replace=False)])
        steps = zip(fit.trace, fit.trace[1:], strict=False)
        rises = any(after > before * (1 + ROUNDING) for before, after in steps)
        return [
            rises or not (fit.converged and is_fixed_point(X, fit)),
            not within(X, fit.centers, fit.inertia, 1.0),
            *(raised(X, fit, update) for _, _, update in updates),
            second_nearest(X, fit.centers) > fit.inertia * (1 + ROUNDING),
            not within(X, fit.centers, fit.inertia, 0.5),
        ]

    def draw(n: int, rng: np.random.Generator) -> Samples:
        rows = [replicate(rng) for _ in range(n)]
        return Samples(np.array(rows, dtype=float), np.zeros(n, dtype=np.intp))

    wrong = (
        *((name, title) for name, title, _ in updates),
        ("second_nearest", "Labels of the second nearest center"),
        ("forgot_two", "F = -eps sum ln sum exp, without the 2"),
    )
    events = Events(
        (
            "P(J rises, or no fixed point)",
            "P(F outside its bounds)",
            *(f"P(broken: {name})" for name, _ in wrong),
        ),
        delta,
    )
    controls = tuple(Control(name, title, events.never(2 + i)) for i, (name, title) in enumerate(wrong))
    return Experiment(draw, events, events.never(0, 1), controls)


CHECK = Check(
    id="kmeans_descent",
    theorem="kmeans_as_em_limit",
    title="k-means never raises its objective, and is a limit of EM",
    claim_latex=(
        r"J^{(t+1)} \le J^{(t)}, \quad J - 2 \varepsilon N \ln K \le"
        r" -2 \varepsilon \sum_n \ln \sum_k e^{-\lVert x_n - \mu_k \rVert^2 / 2 \varepsilon} \le J"
    ),
    design=f"random data (N = {N}, D = {D}) and starts (K = {K}), run to the end; delta is a share of them",
    closed_forms=("nearest_labels", "weighted_means"),
    experiment=experiment,
)
