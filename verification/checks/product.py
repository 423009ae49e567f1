r"""The product of two mixture densities p q, by draws from p that are kept with probability q(x) / max q.

Those kept have the density p q / Z, Z being the integral of p q, and the share kept is Z / max q: rejection
sampling, which is exact (C. Robert, G. Casella, Monte Carlo Statistical Methods (2004), section 2.3).
"""

from __future__ import annotations

import numpy as np

from algorithms.mixture import Mixture, Samples
from derivations.closed_forms import closed_form
from verification.check import Check, Control, Experiment
from verification.statistics.claim import Claim
from verification.statistics.frequencies import Frequencies
from verification.statistics.joint import Joint
from verification.statistics.likelihood import Likelihoods

FIRST = Mixture(
    weights=np.array([0.6, 0.4]),
    means=np.array([[1.5, 0.0], [-1.5, 1.0]]),
    covariances=np.array([[[0.5, 0.2], [0.2, 0.4]], [[0.3, -0.1], [-0.1, 0.6]]]),
)
SECOND = Mixture(
    weights=np.array([0.7, 0.3]),
    means=np.array([[-0.5, 1.5], [2.5, -1.0]]),
    covariances=np.array([[[1.5, -0.4], [-0.4, 1.2]], [[1.9, 0.1], [0.1, 1.6]]]),
)
K, L, D = FIRST.n_components, SECOND.n_components, FIRST.n_features
PEAK = float(SECOND.weights @ (1 / np.sqrt(np.linalg.det(2 * np.pi * SECOND.covariances))))
"""q is never above this."""


def draw(n: int, rng: np.random.Generator) -> Samples:
    """Draws from p, labeled 0 with probability q(x) / PEAK, else 1."""
    x = FIRST.sample(n, rng).X
    kept = rng.random(n) * PEAK < np.exp(SECOND.log_prob(x))
    return Samples(x, np.where(kept, 0, 1))


def overlaps(covariances: np.ndarray, other_covariances: np.ndarray) -> np.ndarray:
    """N(mu_k | nu_l, Sigma_k + T_l), the integral of the product of two components; shape (K, L)."""
    return np.array(
        [
            [
                np.exp(Mixture(np.ones(1), nu[None], (s + t)[None]).log_prob(mu[None])[0])
                for nu, t in zip(SECOND.means, other_covariances, strict=True)
            ]
            for mu, s in zip(FIRST.means, covariances, strict=True)
        ]
    )


def mixture(masses: np.ndarray, means: np.ndarray, covariances: np.ndarray) -> Mixture:
    """The mixture of these masses (K, L), means and covariances. InputError if they make none."""
    return Mixture((masses / masses.sum()).ravel(), means.reshape(-1, D), covariances.reshape(-1, D, D))


def claimed() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Masses, means and covariances of the theorem."""
    means = closed_form("product_means")(
        means=FIRST.means,
        covariances=FIRST.covariances,
        other_means=SECOND.means,
        other_covariances=SECOND.covariances,
    )
    covariances = closed_form("product_covariances")(
        covariances=FIRST.covariances, other_covariances=SECOND.covariances
    )
    weights = np.multiply.outer(FIRST.weights, SECOND.weights)
    return weights * overlaps(FIRST.covariances, SECOND.covariances), means, covariances


def experiment(delta: float) -> Experiment:
    """How many draws are kept, and the likelihoods of those under the theorem's law and wrong ones."""
    masses, means, covariances = claimed()
    mass = float(masses.sum())
    sums = FIRST.covariances[:, None] + SECOND.covariances
    averages = (FIRST.means[:, None] + SECOND.means) / 2
    alike = np.multiply.outer(FIRST.weights, SECOND.weights)
    up, down = 1 + delta, 1 - delta
    truth = mixture(masses, means, covariances)
    wrong = (
        (
            "weights_alone",
            "Weights pi_k rho_l, as if all overlapped alike",
            mixture(alike, means, covariances),
        ),
        ("added_covariances", "Covariances that add up, as for a sum", mixture(masses, means, sums)),
        ("averaged_means", "Means halfway between mu_k and nu_l", mixture(masses, averages, covariances)),
        ("slip", f"Covariances {100 * delta:g} % too large", mixture(masses, means, up * covariances)),
        ("slip_down", f"Covariances {100 * delta:g} % too small", mixture(masses, means, down * covariances)),
        ("slipped_means", f"Means {100 * delta:g} % too large", mixture(masses, up * means, covariances)),
        (
            "slipped_means_down",
            f"Means {100 * delta:g} % too small",
            mixture(masses, down * means, covariances),
        ),
    )
    kept = Frequencies(("Z / max q", "1 - Z / max q"), np.full(2, delta * mass / PEAK))
    laws = Likelihoods((truth, *(law for *_, law in wrong)), component=0)
    bets = Joint((kept, laws))

    def claim(z: float, law: int) -> Claim:
        return bets.claim(kept.claim(np.array([z, PEAK - z]) / PEAK), laws.claim(law))

    controls = (
        *(Control(name, title, claim(mass, 1 + i)) for i, (name, title, _) in enumerate(wrong)),
        Control("normalized", "Z = 1: the product of two densities is one", claim(PEAK, 0)),
        Control("slipped_z", f"Z {100 * delta:g} % too large", claim(up * mass, 0)),
    )
    return Experiment(draw, bets, claim(mass, 0), controls)


CHECK = Check(
    id="product",
    theorem="product",
    title="The product of two mixture densities",
    claim_latex=(
        r"p(x) q(x) = \sum_{k, l} \pi_k \rho_l \, \mathcal{N}(\mu_k \mid \nu_l, \Sigma_k + T_l) \,"
        r" \mathcal{N}(x \mid c_{kl}, G_{kl})"
    ),
    design="draws from p (K = 2, D = 2), kept with probability q(x) / max q (L = 2)",
    closed_forms=("product_means", "product_covariances"),
    experiment=experiment,
)
