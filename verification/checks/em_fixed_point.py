r"""The truth is a fixed point of EM, however much the components overlap.

For x from the mixture, E[f(x) gamma_k(x)] = pi_k E[f(x) | k]: Bayes' rule, averaged over x. With f = 1, x and
x x^T these are the sums of the M-step in the limit of many samples, so the M-step returns the parameters it
was given. Responsibilities are at most one, which bounds the variances: the bets of `statistics.heavy` need
no more.
"""

from __future__ import annotations

import numpy as np

from algorithms.mixture import Mixture, Samples
from derivations.closed_forms import closed_form
from verification.check import Check, Control, Experiment
from verification.statistics.heavy import Heavy
from verification.statistics.line import moment_along

# About half of the samples have no component that is more probable than 70 %.
DESIGN = Mixture(
    weights=np.array([0.5, 0.3, 0.2]),
    means=np.array([[2.0, 1.0], [1.0, 2.2], [2.8, 2.0]]),
    covariances=np.array([[[1.0, 0.4], [0.4, 0.8]], [[0.7, -0.2], [-0.2, 0.6]], [[0.8, 0.1], [0.1, 1.2]]]),
)
K, D = DESIGN.means.shape


def statistics(samples: Samples) -> np.ndarray:
    """gamma_k, gamma_k x_i and gamma_k x_i^2 for every k and i, shape (n, K + 2 K D)."""
    gamma = DESIGN.responsibilities(samples.X)
    powers = np.concatenate([np.ones((len(gamma), 1)), samples.X, samples.X**2], axis=1)
    return np.asarray((gamma[:, None, :] * powers[:, :, None]).reshape(len(gamma), -1))


def expected(weights: np.ndarray, means: np.ndarray, squares: np.ndarray) -> np.ndarray:
    """pi_k, pi_k E[x | k] and pi_k E[x^2 | k] in the order of `statistics`, from (K, D) arrays."""
    return np.concatenate([weights, (weights * means.T).ravel(), (weights * squares.T).ravel()])


def variances() -> np.ndarray:
    """At most pi_k E[f^2 | k] - (pi_k E[f | k])^2: gamma_k^2 <= gamma_k, and f^2 has the identity."""

    def moment(power: int) -> list[float]:
        parts = [Mixture(np.ones(1), DESIGN.means[[k]], DESIGN.covariances[[k]]) for k in range(K)]
        return [moment_along(part, axis, power) for axis in np.eye(D) for part in parts]

    weights = np.tile(DESIGN.weights, 1 + 2 * D)
    first = np.array([*np.ones(K), *moment(1), *moment(2)])
    second = np.array([*np.ones(K), *moment(2), *moment(4)])
    return np.asarray(weights * second - (weights * first) ** 2)


def experiment(delta: float) -> Experiment:
    """The sums of the M-step; delta is relative to each."""
    weights = DESIGN.weights
    means = np.array([closed_form("component_mean")(mean=mean) for mean in DESIGN.means])
    moments = closed_form("component_second_moment")
    squares = np.array(
        [
            np.diagonal(moments(mean=mean, covariance=covariance))
            for mean, covariance in zip(DESIGN.means, DESIGN.covariances, strict=True)
        ]
    )
    truth = expected(weights, means, squares)
    overall = np.broadcast_to(weights @ means, means.shape)
    wrong = (
        (
            "equal_weights",
            "Each component responsible for 1 / K",
            expected(np.full(K, 1 / K), means, squares),
        ),
        ("same_mean", "Every component with the mean of all samples", expected(weights, overall, squares)),
        ("forgot_spread", "E[x^2] is the square of the mean", expected(weights, means, means**2)),
        ("forgot_means", "E[x^2] is the variance", expected(weights, means, squares - means**2)),
        ("undivided", "Means that are not multiplied by the weights", expected(np.ones(K), means, squares)),
        (
            "slip",
            f"The first weight {100 * delta:g} % too large",
            truth * (1 + delta * (np.arange(len(truth)) == 0)),
        ),
    )
    names = ["", *(f" x_{i + 1}" for i in range(D)), *(f" x_{i + 1}^2" for i in range(D))]
    labels = tuple(f"E[gamma_{k + 1}{name}]" for name in names for k in range(K))
    claimed = np.array([truth, *(values for _, _, values in wrong)])
    exact = expected(
        weights, DESIGN.means, DESIGN.means**2 + np.diagonal(DESIGN.covariances, axis1=1, axis2=2)
    )
    bets = Heavy(labels, statistics, claimed, variances(), tolerances=delta * np.abs(exact))
    controls = tuple(Control(name, title, bets.claim(1 + i)) for i, (name, title, _) in enumerate(wrong))
    return Experiment(DESIGN.sample, bets, bets.claim(0), controls)


CHECK = Check(
    id="em_fixed_point",
    theorem="em_m_step",
    title="The truth is a fixed point of EM",
    claim_latex=(
        r"\mathbb{E}[\gamma_k(x)] = \pi_k, \quad \mathbb{E}[\gamma_k(x)\, x] = \pi_k \mu_k,"
        r" \quad \mathbb{E}[\gamma_k(x)\, x x^{\mathsf T}] = \pi_k (\Sigma_k + \mu_k \mu_k^{\mathsf T})"
    ),
    design="draws of a mixture with K = 3, D = 2 that overlap; the sums of the M-step are averaged",
    closed_forms=("component_mean", "component_second_moment"),
    experiment=experiment,
)
