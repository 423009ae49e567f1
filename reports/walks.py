"""k-means and EM on points in the plane, every moment of the run kept.

The points and the start are the same in every report, whatever its seed: three clouds, two of them long and
close together, and three centers that begin in one corner. k-means cuts the long clouds across; EM, which
knows covariances, finds them. Both runs are steps of `algorithms`, one by one.

Source. Bishop, PRML, figures 9.1 and 9.8.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from algorithms import em, kmeans
from algorithms.mixture import Mixture
from reports.live import Frame, Point, Walk

N_POINTS = 150
MOST_ITERATIONS = 60
SMALLEST_GAIN = 1e-4  # of EM, as a share of the log-likelihood; less is not seen

CLOUDS = Mixture(
    weights=np.array([0.4, 0.35, 0.25]),
    means=np.array([[-0.6, 1.2], [0.6, -1.2], [5.0, -1.4]]),
    covariances=np.array([[[3.2, 1.6], [1.6, 1.0]], [[3.2, 1.6], [1.6, 1.0]], [[0.3, -0.1], [-0.1, 0.4]]]),
)
START = np.array([[-4.0, 2.6], [-3.2, 1.4], [-2.6, 2.9]])


def points() -> Float[np.ndarray, "n 2"]:
    """The points of both runs, rounded to hundredths, as they are drawn."""
    return np.round(CLOUDS.sample(N_POINTS, np.random.default_rng(12)).X, 2)


def kmeans_walk() -> Walk:
    """Two moments an iteration: each point goes to its nearest center, each center to the mean of its points.

    Ends when no point changes its center.
    """
    X = points()
    weight = np.ones(len(X))
    state = kmeans.start(X, weight, START)
    frames = [_half_step(X, state, state.centers, "The start: each point belongs to its nearest center.")]
    for iteration in range(1, MOST_ITERATIONS + 1):
        before, state = state, kmeans.step(X, weight, state)
        moved = f"Iteration {iteration}: each center moves to the mean of its points."
        frames.append(_half_step(X, before, state.centers, moved))
        n_changed = int(np.sum(before.labels != state.labels))
        if n_changed == 0:
            end = f"Iteration {iteration}: no point has a nearer center. This is the end."
            return _walk("k-means", X, [*frames, _half_step(X, state, state.centers, end)], "distortion J")
        points_go = "1 point goes" if n_changed == 1 else f"{n_changed} points go"
        assigned = f"Iteration {iteration}: {points_go} to a nearer center."
        frames.append(_half_step(X, state, state.centers, assigned))
    return _walk("k-means", X, frames, "distortion J")


def em_walk() -> Walk:
    """One moment an iteration, from round components at the same start until the likelihood hardly rises."""
    X = points()
    weight = np.ones(len(X))
    floor = em.default_floor(X, weight)
    start = Mixture(np.full(3, 1 / 3), START, np.stack([np.eye(2)] * 3))
    state = em.e_step(X, weight, start)
    frames = [_expectation(state, "The start: three equal round components.")]
    for iteration in range(1, MOST_ITERATIONS + 1):
        before, state = state, em.step(X, weight, state, floor)
        gain = (state.log_likelihood - before.log_likelihood) / abs(before.log_likelihood)
        ends = gain <= SMALLEST_GAIN
        rest = "the likelihood hardly rises. This is the end." if ends else "M-step, then E-step."
        frames.append(_expectation(state, f"Iteration {iteration}: {rest}"))
        if ends:
            break
    return _walk("EM", X, frames, "log-likelihood")


def _half_step(
    X: Float[np.ndarray, "n 2"], state: kmeans.LloydState, centers: Float[np.ndarray, "k 2"], said: str
) -> Frame:
    """The labels of `state` with centers that may have moved on already."""
    objective = float(np.sum((X - centers[state.labels]) ** 2))
    shares = tuple(map(_percent, np.eye(len(centers))[state.labels]))
    return Frame(said, round(objective, 2), _rounded(centers), shares)


def _expectation(state: em.EMState, said: str) -> Frame:
    mixture = state.mixture
    covariances = tuple((_short(c[0, 0]), _short(c[0, 1]), _short(c[1, 1])) for c in mixture.covariances)
    shares = tuple(map(_percent, state.responsibilities))
    return Frame(said, round(state.log_likelihood, 2), _rounded(mixture.means), shares, covariances)


def _walk(algorithm: str, X: Float[np.ndarray, "n 2"], frames: list[Frame], objective: str) -> Walk:
    return Walk(algorithm, _rounded(X), tuple(frames), objective)


def _rounded(places: Float[np.ndarray, "n 2"]) -> tuple[Point, ...]:
    return tuple((_short(x), _short(y)) for x, y in places)


def _short(value: float) -> float:
    return round(float(value), 3)


def _percent(shares: Float[np.ndarray, " k"]) -> tuple[int, ...]:
    return tuple(int(share) for share in np.rint(100 * shares))
