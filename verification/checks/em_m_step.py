"""The M-step that is computed is the one that is derived, for random responsibilities."""

from __future__ import annotations

import numpy as np

from algorithms import em
from algorithms.mixture import Mixture, Samples
from derivations.closed_forms import closed_form
from verification.check import Check, Control, Experiment
from verification.statistics.events import Events

N, D, K = 25, 2, 3
ROUNDING = 1e-9
"""Sums of 25 products of numbers below 10, taken in another order: exact to 1e-13."""
UNUSED = Mixture(np.full(K, 1 / K), np.zeros((K, D)), np.broadcast_to(np.eye(D), (K, D, D)))

Parameters = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Weights (K,), means (K, D), covariances (K, D, D)."""


def derived(X: np.ndarray, responsibilities: np.ndarray) -> Parameters:
    """What the theorem says."""
    given = {"responsibilities": responsibilities, "points": X}
    return (
        closed_form("em_weights")(responsibilities=responsibilities),
        closed_form("em_means")(**given),
        closed_form("em_covariances")(**given),
    )


def computed(X: np.ndarray, responsibilities: np.ndarray) -> Parameters:
    """What the algorithm does."""
    fitted = em.m_step(X, np.ones(N), responsibilities, 0.0, UNUSED)
    return fitted.weights, fitted.means, fitted.covariances


def differ(first: Parameters, second: Parameters) -> bool:
    """Beyond rounding, anywhere; a number that is none differs from all."""
    return not all(np.allclose(a, b, rtol=0, atol=ROUNDING) for a, b in zip(first, second, strict=True))


def wrong_answers(X: np.ndarray, gamma: np.ndarray, delta: float) -> tuple[tuple[str, str, Parameters], ...]:
    """Name, title and parameters of every wrong M-step."""
    weights, means, covariances = computed(X, gamma)
    counts = gamma.sum(axis=0)[:, None, None]
    seconds = covariances + means[:, :, None] * means[:, None, :]
    sums = gamma.T @ X
    return (
        ("equal_weights", "Weights left at 1 / K", (np.full(K, 1 / K), means, covariances)),
        ("unbiased", "Covariances divided by N_k - 1", (weights, means, covariances * counts / (counts - 1))),
        ("second_moments", "Second moments for covariances", (weights, means, seconds)),
        ("divided_by_all", "Means divided by N, not by N_k", (weights, sums / N, covariances)),
        ("hard", "Every sample counted for one component", computed(X, np.eye(K)[gamma.argmax(axis=1)])),
        ("diagonal", "Covariances without their off-diagonal", (weights, means, covariances * np.eye(D))),
        ("slip", f"Covariances {100 * delta:g} % too large", (weights, means, (1 + delta) * covariances)),
    )


def problem(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Points, and responsibilities of some weight for every component."""
    return rng.standard_normal((N, D)) + rng.standard_normal(D), rng.dirichlet(np.ones(K), size=N)


def experiment(delta: float) -> Experiment:
    """One column for the algorithm, one for each wrong answer; delta is a share of the problems."""

    def replicate(rng: np.random.Generator) -> list[bool]:
        X, gamma = problem(rng)
        right = derived(X, gamma)
        wrong = [parameters for _, _, parameters in wrong_answers(X, gamma, delta)]
        return [differ(right, parameters) for parameters in (computed(X, gamma), *wrong)]

    def draw(n: int, rng: np.random.Generator) -> Samples:
        rows = [replicate(rng) for _ in range(n)]
        return Samples(np.array(rows, dtype=float), np.zeros(n, dtype=np.intp))

    names = [(name, title) for name, title, _ in wrong_answers(*problem(np.random.default_rng(0)), delta)]
    events = Events(
        ("P(computed differs from derived)", *(f"P(differs: {name})" for name, _ in names)), delta
    )
    controls = tuple(Control(name, title, events.never(1 + i)) for i, (name, title) in enumerate(names))
    return Experiment(draw, events, events.never(0), controls)


CHECK = Check(
    id="em_m_step",
    theorem="em_m_step",
    title="The M-step of EM",
    claim_latex=(
        r"N_k = \sum_n \gamma_{nk}, \quad \mu_k = \tfrac{1}{N_k} \sum_n \gamma_{nk} x_n,"
        r" \quad \Sigma_k = \tfrac{1}{N_k} \sum_n \gamma_{nk} (x_n - \mu_k)(x_n - \mu_k)^{\mathsf T}"
    ),
    design=f"random points and responsibilities (N = {N}, D = {D}, K = {K}); delta is a share of them",
    closed_forms=("em_weights", "em_means", "em_covariances"),
    experiment=experiment,
)
