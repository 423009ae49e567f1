"""Marginals of a mixture: some coordinates of x follow the mixture of their blocks."""

from __future__ import annotations

import numpy as np

from algorithms.mixture import Mixture, Samples
from derivations.closed_forms import closed_form
from verification.check import Check, Control, Experiment
from verification.statistics.likelihood import Likelihoods

ROOTS = np.array(
    [[[1.0, 0, 0], [0.6, 0.8, 0], [-0.5, 0.3, 0.7]], [[0.7, 0, 0], [-0.4, 0.9, 0], [0.3, 0.6, 0.5]]]
)
DESIGN = Mixture(
    weights=np.array([0.65, 0.35]),
    means=np.array([[1.5, 0.0, -0.5], [-0.5, 1.0, 1.5]]),
    covariances=ROOTS @ ROOTS.transpose(0, 2, 1),
)
KEPT = [0, 2]
SELECTION = np.eye(3)[KEPT]


def draw(n: int, rng: np.random.Generator) -> Samples:
    """The first and the third coordinate."""
    x = DESIGN.sample(n, rng)
    return Samples(x.X[:, KEPT], x.labels)


def claimed_law() -> Mixture:
    """The blocks, as the image under the matrix that selects them."""
    return Mixture(
        DESIGN.weights,
        closed_form("affine_means")(matrix=SELECTION, means=DESIGN.means, shift=np.zeros(2)),
        closed_form("affine_covariances")(matrix=SELECTION, covariances=DESIGN.covariances),
    )


def wrong_laws(truth: Mixture, delta: float) -> tuple[tuple[str, str, Mixture], ...]:
    """Name, title and law of every wrong answer."""
    weights, means, covariances = truth.weights, truth.means, truth.covariances
    schur = np.linalg.inv(np.linalg.inv(DESIGN.covariances)[:, KEPT][:, :, KEPT])
    diagonal = covariances * np.eye(2)
    first_two = DESIGN.covariances[:, :2, :2]
    return (
        (
            "conditional",
            "The block of the precisions, inverted: that is a conditional",
            Mixture(weights, means, schur),
        ),
        ("independent", "The coordinates independent within a component", Mixture(weights, means, diagonal)),
        ("wrong_block", "The block of the first two coordinates", Mixture(weights, means, first_two)),
        ("equal_weights", "The weights lost", Mixture(np.full(2, 0.5), means, covariances)),
        (
            "slip",
            f"Covariances {100 * delta:g} % too large",
            Mixture(weights, means, (1 + delta) * covariances),
        ),
        (
            "slip_down",
            f"Covariances {100 * delta:g} % too small",
            Mixture(weights, means, (1 - delta) * covariances),
        ),
        (
            "slipped_means",
            f"Means {100 * delta:g} % too large",
            Mixture(weights, (1 + delta) * means, covariances),
        ),
        (
            "slipped_means_down",
            f"Means {100 * delta:g} % too small",
            Mixture(weights, (1 - delta) * means, covariances),
        ),
    )


def experiment(delta: float) -> Experiment:
    """Likelihoods under the theorem's law and under every wrong one."""
    truth = claimed_law()
    wrong = wrong_laws(truth, delta)
    bets = Likelihoods((truth, *(law for _, _, law in wrong)))
    controls = tuple(Control(name, title, bets.claim(1 + i)) for i, (name, title, _) in enumerate(wrong))
    return Experiment(draw, bets, bets.claim(0), controls)


CHECK = Check(
    id="marginal",
    theorem="marginal",
    title="Marginals of a mixture",
    claim_latex=r"u \sim \sum_k \pi_k \, \mathcal{N}(\mu^u_k, \Sigma^{uu}_k)",
    design="two of the three coordinates of draws of a mixture with K = 2; likelihoods",
    closed_forms=("affine_means", "affine_covariances"),
    experiment=experiment,
)
