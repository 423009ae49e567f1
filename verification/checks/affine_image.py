"""Affine images of a mixture: the likelihoods of draws H x + c under the theorem's law and wrong ones."""

from __future__ import annotations

import numpy as np

from algorithms.mixture import Mixture, Samples
from derivations.closed_forms import closed_form
from verification.check import Check, Control, Experiment
from verification.statistics.bounded import Bounded
from verification.statistics.claim import Claim
from verification.statistics.joint import Joint
from verification.statistics.likelihood import Likelihoods

DESIGN = Mixture(
    weights=np.array([0.5, 0.3, 0.2]),
    means=np.array([[1.0, 0.0], [-1.0, 1.5], [0.5, -2.0]]),
    covariances=np.array([[[0.5, 0.2], [0.2, 0.9]], [[0.3, -0.1], [-0.1, 0.6]], [[0.8, 0.3], [0.3, 0.4]]]),
)
MATRIX = np.array([[1.2, 0.8], [-0.4, 0.7]])
SHIFT = np.array([0.7, -0.5])
FREQUENCIES = np.array([[0.5, 0.0], [0.0, 0.8], [0.4, 0.5]])


def draw(n: int, rng: np.random.Generator) -> Samples:
    """H x + c."""
    x = DESIGN.sample(n, rng)
    return Samples(x.X @ MATRIX.T + SHIFT, x.labels)


def claimed_law() -> Mixture:
    """The mixture of the theorem. Raises InputError if its closed forms give no law."""
    return Mixture(
        DESIGN.weights,
        closed_form("affine_means")(matrix=MATRIX, means=DESIGN.means, shift=SHIFT),
        closed_form("affine_covariances")(matrix=MATRIX, covariances=DESIGN.covariances),
    )


def wrong_laws(truth: Mixture, delta: float) -> tuple[tuple[str, str, Mixture], ...]:
    """Name, title and law of every wrong answer."""
    weights, means, covariances = truth.weights, truth.means, truth.covariances
    scale = abs(np.linalg.det(MATRIX))
    return (
        (
            "transposed",
            "H^T Sigma H for H Sigma H^T",
            Mixture(weights, means, MATRIX.T @ DESIGN.covariances @ MATRIX),
        ),
        ("unchanged_covariances", "Covariances as they were", Mixture(weights, means, DESIGN.covariances)),
        ("determinant", "Covariances times |det H|", Mixture(weights, means, scale * DESIGN.covariances)),
        ("forgot_shift", "H x without c", Mixture(weights, means - SHIFT, covariances)),
        ("reversed_weights", "The weights in reverse order", Mixture(weights[::-1], means, covariances)),
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


def waves(samples: Samples) -> np.ndarray:
    """cos t^T y and sin t^T y for every t in FREQUENCIES, shape (n, 2 T)."""
    phases = samples.X @ FREQUENCIES.T
    return np.concatenate([np.cos(phases), np.sin(phases)], axis=1)


def characteristic(law: Mixture) -> np.ndarray:
    """The claimed means of `waves` under `law`."""
    phi = closed_form("mixture_characteristic")
    values = np.array(
        [phi(t=t, weights=law.weights, means=law.means, covariances=law.covariances) for t in FREQUENCIES]
    )
    return np.concatenate([values.real, values.imag])


def experiment(delta: float) -> Experiment:
    """Characteristic function and likelihoods; delta is relative to 1, the largest value of the former."""
    truth = claimed_law()
    wrong = wrong_laws(truth, delta)
    labels = tuple(
        f"E[{wave}(t^T y)], t = ({t[0]:g}, {t[1]:g})" for wave in ("cos", "sin") for t in FREQUENCIES
    )
    points = Bounded(labels, waves, tolerances=np.full(len(labels), delta), low=-1.0, high=1.0)
    laws = (truth, *(law for _, _, law in wrong))
    likelihoods = Likelihoods(laws)
    bets = Joint((points, likelihoods))

    def claim(number: int) -> Claim:
        return bets.claim(points.claim(characteristic(laws[number])), likelihoods.claim(number))

    controls = tuple(Control(name, title, claim(1 + i)) for i, (name, title, _) in enumerate(wrong))
    return Experiment(draw, bets, claim(0), controls)


CHECK = Check(
    id="affine_image",
    theorem="affine_image",
    title="Affine images of a mixture",
    claim_latex=r"H x + c \sim \sum_k \pi_k \, \mathcal{N}(H \mu_k + c, H \Sigma_k H^{\mathsf T})",
    design=(
        "H x + c for draws of a mixture with K = 3, D = 2; likelihoods, "
        "and the characteristic function at 3 points"
    ),
    closed_forms=("affine_means", "affine_covariances", "mixture_characteristic"),
    experiment=experiment,
)
