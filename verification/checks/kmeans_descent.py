r"""k-means never raises its objective, stops at a fixed point, and is the limit of EM for narrow components.

With equal weights and covariances eps I, put F = -2 eps sum_n w_n ln sum_k exp(-|x_n - mu_k|^2 / (2 eps)). A
sum of K exponentials lies between its largest term and K times it, so

    J - 2 eps sum_n w_n ln K <= F <= J     for every eps > 0 ,

J being the objective of k-means with sample weights w: F, which EM lowers, becomes J. In half of the problems
one center starts so far off that it has no sample. Source: Bishop, PRML 9.3.2, eq. 9.43.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

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

FAR = 1000.0
"""No sample is nearest to a center moved by this much: it has to be moved back."""


@dataclass(frozen=True)
class Data:
    """Points (N, D) and their weights (N,)."""

    X: np.ndarray
    weight: np.ndarray

    def objective(self, centers: np.ndarray, labels: np.ndarray) -> float:
        """J of these labels."""
        return float(self.weight @ ((self.X - centers[labels]) ** 2).sum(axis=1))

    def free_energy(self, centers: np.ndarray, epsilon: float) -> float:
        """F, from the log-likelihood that the E-step computes."""
        covariances = np.broadcast_to(epsilon * np.eye(D), (K, D, D))
        state = em.e_step(self.X, self.weight, Mixture(np.full(K, 1 / K), centers, covariances))
        constant = self.weight.sum() * (np.log(K) + D / 2 * np.log(2 * np.pi * epsilon))
        return -2 * epsilon * (state.log_likelihood + float(constant))


Center = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""The center (D,) of a cluster from its points and their weights."""


def mean(points: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """The right one."""
    return np.asarray(weight @ points / weight.sum())


def median(points: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Coordinatewise."""
    return np.asarray(np.median(points, axis=0))


def entry_mean(points: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """One number, the mean over all entries, for all features."""
    return np.full(D, mean(points, weight).mean())


def unweighted_mean(points: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """As if all weights were one."""
    return np.asarray(points.mean(axis=0))


def overshooting(delta: float) -> Center:
    """Means moved away from the origin by the fraction delta."""
    return lambda points, weight: (1 + delta) * mean(points, weight)


def is_fixed_point(data: Data, fit: kmeans.KMeansFit) -> bool:
    """Labels name the nearest center, centers are means of their points: both as the theorems say."""
    nearest = closed_form("nearest_labels")(points=data.X, centers=fit.centers)
    if not np.array_equal(nearest, np.eye(K)[fit.labels]) or not nearest.any(axis=0).all():
        return False  # a cluster without points cannot be: there are more points than centers
    means = closed_form("weighted_means")(points=data.X, responsibilities=nearest * data.weight[:, None])
    return bool(np.allclose(fit.centers, means, rtol=0, atol=ROUNDING))


def experiment(delta: float) -> Experiment:
    """Two columns for the right algorithm, one for each wrong one; delta is a share of the problems."""
    wrong_centers: tuple[tuple[str, str, Center], ...] = (
        ("medians", "Medians instead of means", median),
        ("entry_means", "The mean over all entries of a cluster, one number for all features", entry_mean),
        ("unweighted_means", "Means that forget the weights of the samples", unweighted_mean),
        ("slip", f"Centers {100 * delta:g} % too far from the origin", overshooting(delta)),
    )

    def within(data: Data, fit: kmeans.KMeansFit, factor: float) -> bool:
        least, room = fit.inertia, 2 * np.log(K) * data.weight.sum()
        energies = [factor * data.free_energy(fit.centers, epsilon) for epsilon in EPSILONS]
        return all(
            least - epsilon * room - ROUNDING * least <= energy <= least + ROUNDING * least
            for epsilon, energy in zip(EPSILONS, energies, strict=True)
        )

    def raised(data: Data, fit: kmeans.KMeansFit, center: Center) -> bool:
        own = [fit.labels == k for k in range(K)]
        moved = [center(data.X[o], data.weight[o]) if o.any() else fit.centers[0] for o in own]
        return data.objective(np.array(moved), fit.labels) > fit.inertia * (1 + ROUNDING)

    def second_nearest(data: Data, centers: np.ndarray) -> float:
        distances = ((data.X[:, None] - centers) ** 2).sum(axis=-1)
        return data.objective(centers, distances.argsort(axis=1)[:, 1])

    def replicate(rng: np.random.Generator) -> list[bool]:
        clouds = 2.0 * rng.standard_normal((K, D)) + 1.0
        X = clouds[rng.integers(K, size=N)] + rng.standard_normal((N, D))
        data = Data(X, rng.uniform(0.2, 2.0, size=N))
        start = X[rng.choice(N, size=K, replace=False)]
        start[0] += FAR * rng.integers(2)
        fit = kmeans.fit_from(X, start, sample_weight=data.weight)
        steps = zip(fit.trace, fit.trace[1:], strict=False)
        rises = any(after > before * (1 + ROUNDING) for before, after in steps)
        return [
            rises or not (fit.converged and is_fixed_point(data, fit)),
            not within(data, fit, 1.0),
            *(raised(data, fit, center) for _, _, center in wrong_centers),
            second_nearest(data, fit.centers) > fit.inertia * (1 + ROUNDING),
            not within(data, fit, 0.5),
        ]

    def draw(n: int, rng: np.random.Generator) -> Samples:
        rows = [replicate(rng) for _ in range(n)]
        return Samples(np.array(rows, dtype=float), np.zeros(n, dtype=np.intp))

    wrong = (
        *((name, title) for name, title, _ in wrong_centers),
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
        r"J^{(t+1)} \le J^{(t)}, \quad J - 2 \varepsilon \ln K \sum_n w_n \le"
        r" -2 \varepsilon \sum_n w_n \ln \sum_k e^{-\lVert x_n - \mu_k \rVert^2 / 2 \varepsilon} \le J"
    ),
    design=(
        f"random data (N = {N}, D = {D}), weights and starts (K = {K}), run to the end; "
        "delta is a share of them"
    ),
    closed_forms=("nearest_labels", "weighted_means"),
    experiment=experiment,
)
