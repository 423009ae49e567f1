"""The sampler of a mixture, with its labels exposed: how often each component, and what is drawn from it."""

from __future__ import annotations

import numpy as np

from algorithms.mixture import Mixture
from derivations.closed_forms import closed_form
from derivations.refutations.moments import transposed_factor
from verification.check import Check, Control, Experiment, slipped_weights
from verification.statistics.claim import Claim
from verification.statistics.frequencies import Frequencies
from verification.statistics.joint import Joint
from verification.statistics.quadratic import coordinates, products, upper_triangle
from verification.statistics.tilt import Tilt, tilt

FACTORS = np.array([[[1.0, 0.0], [0.8, 0.7]], [[0.9, 0.0], [-0.6, 0.8]], [[0.7, 0.0], [0.5, 1.1]]])
DESIGN = Mixture(
    weights=np.array([0.5, 0.3, 0.2]),
    means=np.array([[2.0, 1.0], [-1.5, 1.0], [1.0, -2.0]]),
    covariances=FACTORS @ FACTORS.transpose(0, 2, 1),
)
COMPONENTS = range(DESIGN.n_components)


def frequencies(delta: float) -> Frequencies:
    """How often each label occurs."""
    return Frequencies(tuple(f"P(k = {k + 1})" for k in COMPONENTS), delta * DESIGN.weights)


def component_bets(component: int, delta: float) -> tuple[Tilt, Tilt]:
    """First and second moments of the draws with one label."""
    law = Mixture(np.ones(1), DESIGN.means[component, None], DESIGN.covariances[component, None])
    name = f"| k = {component + 1}]"
    first = coordinates((f"E[x_1 {name}", f"E[x_2 {name}"))
    second = products(f"E[x x^T {name}", np.zeros(DESIGN.n_features))
    return tilt(first, law, delta, component), tilt(second, law, delta, component)


def experiment(delta: float) -> Experiment:
    """Label frequencies, then the moments of each component's draws."""
    labels = frequencies(delta)
    pairs = [component_bets(k, delta) for k in COMPONENTS]
    bets = Joint((labels, *(bet for pair in pairs for bet in pair)))

    def claim(weights: np.ndarray, means: np.ndarray, seconds: np.ndarray) -> Claim:
        claims = [
            c
            for (first, second), mean, moment in zip(pairs, means, seconds, strict=True)
            for c in (first.claim(mean), second.claim(upper_triangle(moment)))
        ]
        return bets.claim(labels.claim(weights), *claims)

    weights = DESIGN.weights
    means = np.array([closed_form("component_mean")(mean=mean) for mean in DESIGN.means])
    seconds = np.array(
        [
            closed_form("component_second_moment")(mean=mean, covariance=covariance)
            for mean, covariance in zip(DESIGN.means, DESIGN.covariances, strict=True)
        ]
    )
    squares = means[:, :, None] * means[:, None, :]
    transposed = squares + np.array([transposed_factor(factor) for factor in FACTORS])
    controls = (
        Control("equal_weights", "All components equally often", claim(np.full(3, 1 / 3), means, seconds)),
        Control("reversed_weights", "The weights in reverse order", claim(weights[::-1], means, seconds)),
        Control("forgot_means", "All components around zero", claim(weights, 0 * means, seconds - squares)),
        Control("forgot_covariances", "No spread within a component", claim(weights, means, squares)),
        Control("transposed_factor", "L^T z where L z is meant", claim(weights, means, transposed)),
        Control(
            "slip",
            f"The first weight {100 * delta:g} % too large",
            claim(slipped_weights(weights, delta), means, seconds),
        ),
    )
    return Experiment(DESIGN.sample, bets, claim(weights, means, seconds), controls)


CHECK = Check(
    id="sampler",
    theorem="component_moments",
    title="The sampler, component by component",
    claim_latex=(
        r"P(k) = \pi_k, \quad \mathbb{E}[x \mid k] = \mu_k,"
        r" \quad \mathbb{E}[x x^{\mathsf T} \mid k] = \Sigma_k + \mu_k \mu_k^{\mathsf T}"
    ),
    design="draws of a mixture with K = 3, D = 2 and their labels; frequencies and moments for each label",
    closed_forms=("component_mean", "component_second_moment"),
    experiment=experiment,
)
