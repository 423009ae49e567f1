"""The covariance of a mixture: draws against the theorem, entry by entry.

The products (x_i - m_i)(x_j - m_j) are centered at the mean m that the theorem on the mean claims, so a
wrong mean shows here too.
"""

from __future__ import annotations

import numpy as np

from algorithms.mixture import Mixture
from derivations.closed_forms import closed_form
from derivations.refutations.moments import CLAIMS
from verification.check import Check, Control, Experiment, slipped
from verification.statistics.claim import Claim
from verification.statistics.joint import Joint
from verification.statistics.quadratic import products, upper_triangle
from verification.statistics.tilt import tilt

# No correlation of x is below 0.5 (a check of a weak one costs 1/rho^2 as many draws), and the mean is as
# large as the spread, so that no wrong answer comes near the right one.
DESIGN = Mixture(
    weights=np.array([0.5, 0.3, 0.2]),
    means=np.array([[2.5, 2.5, -2.0], [0.0, 2.0, 0.0], [0.0, -0.5, 1.0]]),
    covariances=np.array(
        [
            [[1.0, 0.4, -0.3], [0.4, 1.2, -0.5], [-0.3, -0.5, 0.8]],
            [[0.6, 0.3, -0.2], [0.3, 0.9, -0.4], [-0.2, -0.4, 1.5]],
            [[2.0, 0.5, -0.8], [0.5, 0.7, -0.3], [-0.8, -0.3, 1.0]],
        ]
    ),
)


def experiment(delta: float) -> Experiment:
    """The products of centered coordinates against the claimed entries, and against within + between."""
    weights, means, covariances = DESIGN.weights, DESIGN.means, DESIGN.covariances
    mean = closed_form("mixture_mean")(weights=weights, means=means)
    total = tilt(products("Cov[x]", mean), DESIGN, delta)
    parts = tilt(products("within + between", mean), DESIGN, delta)
    bets = Joint((total, parts))
    within = closed_form("within_covariance")(weights=weights, covariances=covariances)
    between = closed_form("between_covariance")(weights=weights, means=means)

    def claim(entries: np.ndarray) -> Claim:
        return bets.claim(total.claim(entries), parts.claim(upper_triangle(within + between)))

    truth = upper_triangle(
        closed_form("mixture_covariance")(weights=weights, means=means, covariances=covariances)
    )
    wrong = [
        Control(false.id, false.title, claim(upper_triangle(false.claimed(weights, means, covariances))))
        for false in CLAIMS
        if false.theorem == "mixture_covariance"
    ]
    slip = Control("slip", f"The first entry {100 * delta:g} % too large", claim(slipped(truth, delta)))
    return Experiment(DESIGN.sample, bets, claim(truth), (*wrong, slip))


CHECK = Check(
    id="mixture_covariance",
    theorem="mixture_covariance",
    title="Covariance of a mixture",
    claim_latex=(
        r"\operatorname{Cov}[x] = \sum_k \pi_k (\Sigma_k + \mu_k \mu_k^{\mathsf T}) - m m^{\mathsf T},"
        r" \quad m = \sum_k \pi_k \mu_k"
    ),
    design="draws of a mixture with K = 3, D = 3; the products of centered coordinates are averaged",
    closed_forms=("mixture_mean", "mixture_covariance", "within_covariance", "between_covariance"),
    experiment=experiment,
)
