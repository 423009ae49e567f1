r"""Conditionals of a mixture: the law of u given v, by the likelihood of each u given its v.

Every draw has a v of its own, known before the bet on its u, so the likelihood ratio of two conditional
densities is a bet whatever the law of v.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from algorithms.mixture import Mixture
from derivations.closed_forms import closed_form
from verification.check import Check, Control, Experiment
from verification.statistics.likelihood import Likelihoods

# u = (x_1, x_2), v = (x_3, x_4). The components differ in their regressions, and v tells which one is likely.
ROOTS = np.array(
    [
        [[1.0, 0, 0, 0], [0.4, 0.8, 0, 0], [0.7, -0.3, 0.9, 0], [-0.2, 0.6, 0.3, 0.8]],
        [[0.8, 0, 0, 0], [-0.3, 1.1, 0, 0], [-0.6, 0.5, 0.7, 0], [0.5, 0.2, -0.4, 0.9]],
    ]
)
DESIGN = Mixture(
    weights=np.array([0.6, 0.4]),
    means=np.array([[1.0, -0.5, 0.8, 0.0], [-1.0, 0.5, -0.6, 1.2]]),
    covariances=ROOTS @ ROOTS.transpose(0, 2, 1),
)
K, U = DESIGN.n_components, 2
UU, UV = DESIGN.covariances[:, :U, :U], DESIGN.covariances[:, :U, U:]
VV = DESIGN.covariances[:, U:, U:]

OF_V = Mixture(DESIGN.weights, DESIGN.means[:, U:], DESIGN.covariances[:, U:, U:])


@dataclass(frozen=True)
class Conditional:
    """u given v: component k has mean offsets_k + slopes_k v and covariance covariances_k.

    bayes: whether v changes the weights.
    """

    offsets: np.ndarray
    slopes: np.ndarray
    covariances: np.ndarray
    bayes: bool = True

    def log_prob(self, X: np.ndarray) -> np.ndarray:
        """ln p(u | v) of the rows (u, v) of X."""
        u, v = X[:, :U], X[:, U:]
        weights = OF_V.responsibilities(v) if self.bayes else np.broadcast_to(DESIGN.weights, (len(X), K))
        parts = [
            Mixture(np.ones(1), offset[None], covariance[None]).log_prob(u - v @ slope.T)
            for offset, slope, covariance in zip(self.offsets, self.slopes, self.covariances, strict=True)
        ]
        return np.asarray(logsumexp(np.stack(parts, axis=1), b=weights, axis=1))


def claimed_law() -> Conditional:
    """The law of the theorem. Its means are affine in v: values at 0 and at the unit vectors tell all."""
    means = closed_form("conditional_means")

    def at(v: np.ndarray) -> np.ndarray:
        return np.asarray(
            means(
                means_u=DESIGN.means[:, :U],
                means_v=DESIGN.means[:, U:],
                covariances_uv=UV,
                covariances_vv=VV,
                value=v,
            )
        )

    offsets = at(np.zeros(U))
    slopes = np.stack([at(axis) - offsets for axis in np.eye(U)], axis=-1)
    covariances = closed_form("conditional_covariances")(
        covariances_uu=UU, covariances_uv=UV, covariances_vv=VV
    )
    # Not a law, if its covariances are not: said here, where a claim is made.
    Mixture(DESIGN.weights, offsets, covariances)
    return Conditional(offsets, slopes, covariances)


def wrong_laws(truth: Conditional, delta: float) -> tuple[tuple[str, str, Conditional], ...]:
    """Name, title and law of every wrong answer."""
    offsets, slopes, covariances = truth.offsets, truth.slopes, truth.covariances
    means = DESIGN.means[:, :U]
    undivided = means - np.einsum("kuv,kv->ku", UV, DESIGN.means[:, U:])
    return (
        (
            "prior_weights",
            "Weights that v does not change",
            Conditional(offsets, slopes, covariances, bayes=False),
        ),
        ("marginal", "Means and covariances of u alone", Conditional(means, 0 * slopes, UU)),
        ("marginal_covariances", "Covariances of u alone", Conditional(offsets, slopes, UU)),
        ("uncentered", "Means mu_u + G v", Conditional(means, slopes, covariances)),
        ("undivided", "Gains without the inverse", Conditional(undivided, UV, covariances)),
        (
            "slip",
            f"Covariances {100 * delta:g} % too large",
            Conditional(offsets, slopes, (1 + delta) * covariances),
        ),
        (
            "slip_down",
            f"Covariances {100 * delta:g} % too small",
            Conditional(offsets, slopes, (1 - delta) * covariances),
        ),
        (
            "slipped_gains",
            f"Gains {100 * delta:g} % too large",
            Conditional(offsets, (1 + delta) * slopes, covariances),
        ),
        (
            "slipped_gains_down",
            f"Gains {100 * delta:g} % too small",
            Conditional(offsets, (1 - delta) * slopes, covariances),
        ),
    )


def experiment(delta: float) -> Experiment:
    """Likelihoods of u given v under the theorem's law and under every wrong one."""
    truth = claimed_law()
    wrong = wrong_laws(truth, delta)
    bets = Likelihoods((truth, *(law for _, _, law in wrong)))
    controls = tuple(Control(name, title, bets.claim(1 + i)) for i, (name, title, _) in enumerate(wrong))
    return Experiment(DESIGN.sample, bets, bets.claim(0), controls)


CHECK = Check(
    id="conditional",
    theorem="conditional",
    title="Conditionals of a mixture",
    claim_latex=(
        r"u \mid v \sim \sum_k r_k(v) \, \mathcal{N}(\mu^u_k + G_k (v - \mu^v_k),"
        r" \Sigma^{uu}_k - G_k \Sigma^{vu}_k), \quad G_k = \Sigma^{uv}_k (\Sigma^{vv}_k)^{-1}"
    ),
    design="draws (u, v) of a mixture with K = 2, D = 2 + 2; the likelihood of each u given its v",
    closed_forms=("conditional_means", "conditional_covariances"),
    experiment=experiment,
)
