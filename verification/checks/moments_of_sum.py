"""Mean and covariance of the sum of two independent mixtures: both add."""

from __future__ import annotations

import numpy as np

from algorithms.mixture import Mixture, Samples
from derivations.closed_forms import closed_form
from verification.check import Check, Control, Experiment, slipped
from verification.statistics.claim import Claim
from verification.statistics.joint import Joint
from verification.statistics.quadratic import coordinates, products, upper_triangle
from verification.statistics.tilt import tilt

FIRST = Mixture(
    weights=np.array([0.7, 0.3]),
    means=np.array([[2.0, 1.0], [0.0, -1.0]]),
    covariances=np.array([[[0.8, 0.4], [0.4, 0.9]], [[0.5, 0.1], [0.1, 0.3]]]),
)
SECOND = Mixture(
    weights=np.array([0.2, 0.3, 0.5]),
    means=np.array([[-1.0, 0.5], [1.0, 1.0], [2.0, 2.5]]),
    covariances=np.array([[[0.4, 0.2], [0.2, 0.4]], [[1.0, 0.5], [0.5, 0.7]], [[0.3, 0.0], [0.0, 0.6]]]),
)
WEIGHTS_AND_MEANS = {
    "weights": FIRST.weights,
    "means": FIRST.means,
    "other_weights": SECOND.weights,
    "other_means": SECOND.means,
}


def draw(n: int, rng: np.random.Generator) -> Samples:
    """X + Y, with the labels of X."""
    x, y = FIRST.sample(n, rng), SECOND.sample(n, rng)
    return Samples(x.X + y.X, x.labels)


def moments(mixture: Mixture) -> tuple[np.ndarray, np.ndarray]:
    """Mean and covariance of one of the two by the theorems on mixtures."""
    mean = closed_form("mixture_mean")(weights=mixture.weights, means=mixture.means)
    covariance = closed_form("mixture_covariance")(
        weights=mixture.weights, means=mixture.means, covariances=mixture.covariances
    )
    return mean, covariance


def experiment(delta: float) -> Experiment:
    """The coordinates of z = x + y, and their products about the claimed mean."""
    mean = closed_form("sum_mean")(**WEIGHTS_AND_MEANS)
    covariance = closed_form("sum_covariance")(
        **WEIGHTS_AND_MEANS, covariances=FIRST.covariances, other_covariances=SECOND.covariances
    )
    law = FIRST.sum_with(SECOND)  # for the noise; that it is the law of x + y is seen in `sum_of_mixtures`
    first = tilt(coordinates(("E[z_1]", "E[z_2]")), law, delta)
    second = tilt(products("Cov[z]", mean), law, delta)
    bets = Joint((first, second))

    def claim(mean: np.ndarray, covariance: np.ndarray) -> Claim:
        return bets.claim(first.claim(mean), second.claim(upper_triangle(covariance)))

    (x_mean, x_covariance), (y_mean, y_covariance) = moments(FIRST), moments(SECOND)
    deviations = np.sqrt(np.diag(x_covariance)) + np.sqrt(np.diag(y_covariance))
    controls = (
        Control("averaged", "The averages of the moments", claim(mean / 2, covariance / 2)),
        Control("first_twice", "y drawn with the parameters of x", claim(2 * x_mean, 2 * x_covariance)),
        Control(
            "deviations_add",
            "Standard deviations add",
            claim(mean, covariance - np.diag(np.diag(covariance)) + np.diag(deviations**2)),
        ),
        Control(
            "product_of_means",
            "The mean of the sum is the product of the means",
            claim(x_mean * y_mean, covariance),
        ),
        Control(
            "slip", f"The first mean {100 * delta:g} % too large", claim(slipped(mean, delta), covariance)
        ),
    )
    return Experiment(draw, bets, claim(mean, covariance), controls)


CHECK = Check(
    id="moments_of_sum",
    theorem="moments_of_sum",
    title="Mean and covariance of a sum",
    claim_latex=(
        r"\mathbb{E}[x + y] = \mathbb{E}[x] + \mathbb{E}[y],"
        r" \quad \operatorname{Cov}[x + y] = \operatorname{Cov}[x] + \operatorname{Cov}[y]"
    ),
    design="draws of X + Y with K = 2, L = 3, D = 2; coordinates and products of centered coordinates",
    closed_forms=("sum_mean", "sum_covariance", "mixture_mean", "mixture_covariance"),
    experiment=experiment,
)
