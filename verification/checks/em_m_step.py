"""The M-step that is computed is the one that is derived, for random responsibilities and sample weights.

A sample of weight w counts as w equal samples: in the theorem the weight multiplies its responsibilities.
A whole iteration, which other code may do in one pass, is this M-step for the responsibilities of the start.
"""

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


def derived(X: np.ndarray, counted: np.ndarray) -> Parameters:
    """What the theorem says, from responsibilities times weights."""
    return (
        closed_form("em_weights")(responsibilities=counted),
        closed_form("em_means")(responsibilities=counted, points=X),
        closed_form("em_covariances")(responsibilities=counted, points=X),
    )


def computed(X: np.ndarray, weight: np.ndarray, responsibilities: np.ndarray) -> Parameters:
    """What the algorithm does."""
    fitted = em.m_step(X, weight, responsibilities, 0.0, UNUSED)
    return fitted.weights, fitted.means, fitted.covariances


def differ(first: Parameters, second: Parameters) -> bool:
    """Beyond rounding, anywhere; a number that is none differs from all."""
    return not all(np.allclose(a, b, rtol=0, atol=ROUNDING) for a, b in zip(first, second, strict=True))


def goes_astray(X: np.ndarray, weight: np.ndarray, start: Mixture) -> bool:
    """Is an iteration from `start` another M-step, or are its log-likelihoods not those of the mixtures?"""
    fit = em.fit_from(X, start, sample_weight=weight, tol=0.0, max_iter=1, covariance_floor=0.0)
    best = derived(X, start.responsibilities(X) * weight[:, None])
    values = [weight @ mixture.log_prob(X) for mixture in (start, fit.mixture)]
    parameters = fit.mixture.weights, fit.mixture.means, fit.mixture.covariances
    return differ(best, parameters) or not np.allclose(fit.trace, values, rtol=ROUNDING, atol=0)


def wrong_answers(
    X: np.ndarray, weight: np.ndarray, gamma: np.ndarray, delta: float
) -> tuple[tuple[str, str, Parameters], ...]:
    """Name, title and parameters of every wrong M-step."""
    weights, means, covariances = computed(X, weight, gamma)
    counted = gamma * weight[:, None]
    counts = counted.sum(axis=0)[:, None, None]
    seconds = covariances + means[:, :, None] * means[:, None, :]
    sums = counted.T @ X
    return (
        ("equal_weights", "Weights left at 1 / K", (np.full(K, 1 / K), means, covariances)),
        ("unweighted", "The weights of the samples forgotten", computed(X, np.ones(N), gamma)),
        ("unbiased", "Covariances divided by N_k - 1", (weights, means, covariances * counts / (counts - 1))),
        ("second_moments", "Second moments for covariances", (weights, means, seconds)),
        ("divided_by_all", "Means divided by N, not by N_k", (weights, sums / weight.sum(), covariances)),
        (
            "hard",
            "Every sample counted for one component",
            computed(X, weight, np.eye(K)[gamma.argmax(axis=1)]),
        ),
        ("diagonal", "Covariances without their off-diagonal", (weights, means, covariances * np.eye(D))),
        ("slip", f"Covariances {100 * delta:g} % too large", (weights, means, (1 + delta) * covariances)),
    )


def problem(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points, their weights, and responsibilities of some weight for every component."""
    X = rng.standard_normal((N, D)) + rng.standard_normal(D)
    return X, rng.uniform(0.2, 2.0, size=N), rng.dirichlet(np.ones(K), size=N)


def experiment(delta: float) -> Experiment:
    """Two columns for the algorithm, one for each wrong answer; delta is a share of the problems."""

    def replicate(rng: np.random.Generator) -> list[bool]:
        X, weight, gamma = problem(rng)
        right = derived(X, gamma * weight[:, None])
        wrong = [parameters for _, _, parameters in wrong_answers(X, weight, gamma, delta)]
        start = Mixture(gamma[0], X[:K], UNUSED.covariances)
        differences = [differ(right, parameters) for parameters in (computed(X, weight, gamma), *wrong)]
        return [goes_astray(X, weight, start), *differences]

    def draw(n: int, rng: np.random.Generator) -> Samples:
        rows = [replicate(rng) for _ in range(n)]
        return Samples(np.array(rows, dtype=float), np.zeros(n, dtype=np.intp))

    names = [(name, title) for name, title, _ in wrong_answers(*problem(np.random.default_rng(0)), delta)]
    events = Events(
        (
            "P(an iteration differs from derived)",
            "P(computed differs from derived)",
            *(f"P(differs: {name})" for name, _ in names),
        ),
        delta,
    )
    controls = tuple(Control(name, title, events.never(2 + i)) for i, (name, title) in enumerate(names))
    return Experiment(draw, events, events.never(0, 1), controls)


CHECK = Check(
    id="em_m_step",
    theorem="em_m_step",
    title="The M-step of EM",
    claim_latex=(
        r"N_k = \sum_n \gamma_{nk}, \quad \mu_k = \tfrac{1}{N_k} \sum_n \gamma_{nk} x_n,"
        r" \quad \Sigma_k = \tfrac{1}{N_k} \sum_n \gamma_{nk} (x_n - \mu_k)(x_n - \mu_k)^{\mathsf T}"
    ),
    design=(
        f"random points, weights and responsibilities (N = {N}, D = {D}, K = {K}); delta is a share of them"
    ),
    closed_forms=("em_weights", "em_means", "em_covariances"),
    experiment=experiment,
)
