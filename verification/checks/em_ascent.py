"""EM never lowers the likelihood: random data, random starts, every step looked at.

The wrong M-steps continue where the right algorithm has arrived, near a maximum, where a wrong step has only
one way to go.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from algorithms import em
from algorithms.mixture import Mixture, Samples
from verification.check import Check, Control, Experiment
from verification.statistics.events import Events

N, D, K = 40, 2, 3
STEPS, WRONG_STEPS = 12, 2
FLOOR = 0.02
"""Smallest eigenvalue allowed; data have variance one or more, so it is felt by narrow components alone."""
ROUNDING = 1e-9
"""Relative: a log-likelihood is a sum of 40 logarithms, exact to 1e-14; what is looked for is far larger."""

Step = Callable[[np.ndarray, em.EMState], Mixture]
"""An M-step: the new mixture from the data and the state."""


def problem(rng: np.random.Generator) -> tuple[np.ndarray, Mixture]:
    """Data of three overlapping clouds, and a start at three of the points."""
    clouds = 1.5 * rng.standard_normal((K, D))
    X = clouds[rng.integers(K, size=N)] + rng.standard_normal((N, D)) @ rng.normal(size=(D, D))
    start = X[rng.choice(N, size=K, replace=False)]
    return X, Mixture(rng.dirichlet(np.full(K, 5.0)), start, np.broadcast_to(np.cov(X.T), (K, D, D)))


def m_step(X: np.ndarray, state: em.EMState) -> Mixture:
    """The right one."""
    return em.m_step(X, np.ones(N), state.responsibilities, FLOOR, state.mixture)


def hard_m_step(X: np.ndarray, state: em.EMState) -> Mixture:
    """Every sample to its most probable component."""
    hard = np.eye(K)[state.responsibilities.argmax(axis=1)]
    return em.m_step(X, np.ones(N), hard, FLOOR, state.mixture)


def unbiased_m_step(X: np.ndarray, state: em.EMState) -> Mixture:
    """Covariances divided by N_k - 1."""
    counts = state.responsibilities.sum(axis=0)[:, None, None]
    best = m_step(X, state)
    return Mixture(best.weights, best.means, best.covariances * counts / np.maximum(counts - 1, 1))


def equal_weights_m_step(X: np.ndarray, state: em.EMState) -> Mixture:
    """Weights 1 / K."""
    best = m_step(X, state)
    return Mixture(np.full(K, 1 / K), best.means, best.covariances)


def added_floor_m_step(X: np.ndarray, state: em.EMState) -> Mixture:
    """The floor added to every diagonal."""
    best = m_step(X, state)
    return Mixture(best.weights, best.means, best.covariances + FLOOR * np.eye(D))


def wide_m_step(delta: float) -> Step:
    """Covariances too large by the fraction delta."""

    def step(X: np.ndarray, state: em.EMState) -> Mixture:
        best = m_step(X, state)
        return Mixture(best.weights, best.means, (1 + delta) * best.covariances)

    return step


def falls(before: float, after: float) -> bool:
    """Is the second log-likelihood smaller, by more than rounding?"""
    return after < before - ROUNDING * abs(before)


def experiment(delta: float) -> Experiment:
    """One column for the right algorithm, one for each wrong M-step; delta is a share of the problems."""
    wrong: tuple[tuple[str, str, Step], ...] = (
        ("hard", "Every sample counted for its most probable component only", hard_m_step),
        ("unbiased", "Covariances divided by N_k - 1", unbiased_m_step),
        ("equal_weights", "Weights left at 1 / K", equal_weights_m_step),
        (
            "added_floor",
            "The floor added to the diagonal instead of raising eigenvalues to it",
            added_floor_m_step,
        ),
        ("slip", f"Covariances {100 * delta:g} % too large", wide_m_step(delta)),
    )

    def lowered(X: np.ndarray, state: em.EMState, step: Step) -> bool:
        for _ in range(WRONG_STEPS):
            after = em.e_step(X, np.ones(N), step(X, state))
            if falls(state.log_likelihood, after.log_likelihood):
                return True
            state = after
        return False

    def replicate(rng: np.random.Generator) -> list[bool]:
        X, start = problem(rng)
        fit = em.fit_from(X, start, tol=0.0, max_iter=STEPS, covariance_floor=FLOOR)
        arrived = em.e_step(X, np.ones(N), fit.mixture)
        ever = any(falls(*pair) for pair in zip(fit.trace, fit.trace[1:], strict=False))
        return [ever, *(lowered(X, arrived, step) for _, _, step in wrong)]

    def draw(n: int, rng: np.random.Generator) -> Samples:
        rows = [replicate(rng) for _ in range(n)]
        return Samples(np.array(rows, dtype=float), np.zeros(n, dtype=np.intp))

    events = Events(("P(EM lowers the likelihood)", *(f"P(lowered: {name})" for name, _, _ in wrong)), delta)
    controls = tuple(Control(name, title, events.never(1 + i)) for i, (name, title, _) in enumerate(wrong))
    return Experiment(draw, events, events.never(0), controls)


CHECK = Check(
    id="em_ascent",
    theorem="em_ascent",
    title="EM never lowers the likelihood",
    claim_latex=r"\ln p(X \mid \theta^{(t+1)}) \ge \ln p(X \mid \theta^{(t)})",
    design=f"random data (N = {N}, D = {D}), starts (K = {K}), {STEPS} steps; delta is a share of them",
    closed_forms=(),
    experiment=experiment,
)
