"""The mean of a mixture: draws against the theorem, coordinate by coordinate."""

from __future__ import annotations

import numpy as np

from algorithms.mixture import Mixture
from derivations.closed_forms import closed_form
from derivations.refutations.moments import CLAIMS
from verification.check import Check, Control, Experiment, slipped
from verification.statistics.quadratic import coordinates
from verification.statistics.tilt import tilt

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
    """The coordinates of x against their claimed means."""
    bets = tilt(coordinates(("E[x_1]", "E[x_2]", "E[x_3]")), DESIGN, delta)
    truth = closed_form("mixture_mean")(weights=DESIGN.weights, means=DESIGN.means)
    wrong = [
        Control(
            false.id, false.title, bets.claim(false.claimed(DESIGN.weights, DESIGN.means, DESIGN.covariances))
        )
        for false in CLAIMS
        if false.theorem == "mixture_mean"
    ]
    largest = Control(
        "largest_component",
        "The mean is that of the component with the largest weight",
        bets.claim(DESIGN.means[DESIGN.weights.argmax()]),
    )
    slip = Control(
        "slip", f"The first coordinate {100 * delta:g} % too large", bets.claim(slipped(truth, delta))
    )
    return Experiment(DESIGN.sample, bets, bets.claim(truth), (*wrong, largest, slip))


CHECK = Check(
    id="mixture_mean",
    theorem="mixture_mean",
    title="Mean of a mixture",
    claim_latex=r"\mathbb{E}[x] = \sum_k \pi_k \mu_k",
    design="draws of a mixture with K = 3, D = 3; each coordinate is averaged",
    closed_forms=("mixture_mean",),
    experiment=experiment,
)
