"""The components of the sum of two mixtures, one by one: both labels exposed, each pair (k, l) alone.

`sum_of_mixtures` sets whole laws against each other; this check sees an error in any single parameter.
"""

from __future__ import annotations

import numpy as np

from algorithms.mixture import Mixture, Samples
from derivations.closed_forms import closed_form
from verification.check import Check, Control, Experiment, slipped_weights
from verification.statistics.claim import Claim
from verification.statistics.frequencies import Frequencies
from verification.statistics.joint import Joint
from verification.statistics.quadratic import coordinates, products, upper_triangle
from verification.statistics.tilt import Tilt, tilt

FIRST = Mixture(
    weights=np.array([0.6, 0.4]),
    means=np.array([[2.0, 1.0], [0.5, -2.0]]),
    covariances=np.array([[[0.8, 0.5], [0.5, 0.9]], [[0.3, 0.1], [0.1, 0.2]]]),
)
SECOND = Mixture(
    weights=np.array([0.35, 0.65]),
    means=np.array([[1.0, 3.5], [-3.5, -3.0]]),
    covariances=np.array([[[0.2, 0.15], [0.15, 0.4]], [[1.0, 0.6], [0.6, 0.7]]]),
)
PAIRS = [(k, l) for k in range(FIRST.n_components) for l in range(SECOND.n_components)]


def draw(n: int, rng: np.random.Generator) -> Samples:
    """X + Y; the label of component (k, l) is its place in PAIRS."""
    x, y = FIRST.sample(n, rng), SECOND.sample(n, rng)
    return Samples(x.X + y.X, x.labels * SECOND.n_components + y.labels)


def pair_bets(pair: int, center: np.ndarray, delta: float) -> tuple[Tilt, Tilt]:
    """Mean and covariance, about the claimed mean `center`, of the draws from one pair."""
    k, l = PAIRS[pair]
    law = Mixture(
        np.ones(1),
        (FIRST.means[k] + SECOND.means[l])[None],
        (FIRST.covariances[k] + SECOND.covariances[l])[None],
    )
    given = f"k = {k + 1}, l = {l + 1}"
    means = coordinates((f"E[z_1 | {given}]", f"E[z_2 | {given}]"))
    return tilt(means, law, delta, pair), tilt(products(f"Cov[z | {given}]", center), law, delta, pair)


def experiment(delta: float) -> Experiment:
    """Frequency, mean and covariance of every pair."""
    weights = closed_form("sum_weights")(weights=FIRST.weights, other_weights=SECOND.weights).reshape(-1)
    means = closed_form("sum_means")(means=FIRST.means, other_means=SECOND.means).reshape(-1, 2)
    covariances = closed_form("sum_covariances")(
        covariances=FIRST.covariances, other_covariances=SECOND.covariances
    ).reshape(-1, 2, 2)
    frequencies = Frequencies(
        labels=tuple(f"P(k = {k + 1}, l = {l + 1})" for k, l in PAIRS),
        tolerances=delta * np.array([FIRST.weights[k] * SECOND.weights[l] for k, l in PAIRS]),
    )
    moments = [pair_bets(pair, means[pair], delta) for pair in range(len(PAIRS))]
    bets = Joint((frequencies, *(bet for pair in moments for bet in pair)))

    def claim(weights: np.ndarray, means: np.ndarray, covariances: np.ndarray) -> Claim:
        claims = [
            part
            for (first, second), mean, covariance in zip(moments, means, covariances, strict=True)
            for part in (first.claim(mean), second.claim(upper_triangle(covariance)))
        ]
        return bets.claim(frequencies.claim(weights), *claims)

    ks, ls = np.transpose(PAIRS)
    controls = (
        Control(
            "swapped_weights",
            "The weights with their indices swapped",
            claim(FIRST.weights[ls] * SECOND.weights[ks], means, covariances),
        ),
        Control(
            "slipped_covariances",
            "Both covariances with the index k",
            claim(weights, means, FIRST.covariances[ks] + SECOND.covariances[ks]),
        ),
        Control(
            "slipped_means",
            "Both means with the index k",
            claim(weights, FIRST.means[ks] + SECOND.means[ks], covariances),
        ),
        Control(
            "averaged_covariances",
            "The average of the covariances, not their sum",
            claim(weights, means, covariances / 2),
        ),
        Control(
            "slip",
            f"The weight of the first pair {100 * delta:g} % too large",
            claim(slipped_weights(weights, delta), means, covariances),
        ),
    )
    return Experiment(draw, bets, claim(weights, means, covariances), controls)


CHECK = Check(
    id="sum_components",
    theorem="sum_of_mixtures",
    title="Components of a sum, pair by pair",
    claim_latex=(
        r"P(k, l) = \pi_k \rho_l, \quad \mathbb{E}[z \mid k, l] = \mu_k + \nu_l,"
        r" \quad \operatorname{Cov}[z \mid k, l] = \Sigma_k + T_l"
    ),
    design="draws of X + Y with K = L = 2, D = 2 and both labels; frequencies and moments for each pair",
    closed_forms=("sum_weights", "sum_means", "sum_covariances"),
    experiment=experiment,
)
