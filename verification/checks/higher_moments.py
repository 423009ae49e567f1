"""Third and fourth moments of a mixture: what tells Gaussian noise from other noise of the same covariance.

The claimed moments are the derivatives at zero of the characteristic function that the theorem states,
E (a^T x)^p = i^-p (d/dtau)^p phi(tau a). Third and fourth powers have no moment-generating function, so
the bets are those of `statistics.heavy`, which need a variance only.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from algorithms.mixture import Mixture, Samples
from derivations.closed_forms import closed_form
from verification.check import Check, Control, Experiment
from verification.statistics.heavy import Heavy
from verification.statistics.joint import Joint
from verification.statistics.line import moment_along

# Along the first direction there is little but noise: its fourth moment is that of the noise; its third, near
# zero, is left out. Along the second the law is skewed: its third moment is not that of one Gaussian.
DESIGN = Mixture(
    weights=np.array([0.7, 0.3]),
    means=np.array([[0.1, -0.2], [-0.1, 2.8]]),
    covariances=np.array([[[0.8, 0.2], [0.2, 0.4]], [[0.8, -0.3], [-0.3, 0.5]]]),
)
DIRECTIONS = np.array([[1.0, 0.0], [0.3, 0.9]])
POWERS = (3, 4)
KEPT = [1, 2, 3]
"""Of the third moments along both directions, then the fourth."""
KURTOSIS = 3.0  # of a Gaussian; the uniform law has 9/5, two points have 1, Laplace's law has 6
COARSE = 0.25
"""A second set of bets, sized for an error of 25 %: what is far off is rejected early."""
RADIUS, DEGREE = 1.5, 30
"""phi is entire: on |tau| <= 1.5 its Chebyshev series of degree 30 is exact to rounding."""


def powers(samples: Samples) -> np.ndarray:
    """(a^T x)^p for every direction and power that is kept, shape (n, 3)."""
    along = samples.X @ DIRECTIONS.T
    return np.concatenate([along**power for power in POWERS], axis=1)[:, KEPT]


def derivative(direction: np.ndarray, power: int) -> float:
    """The moment of this order along `direction`, from the claimed characteristic function."""

    def phi(tau: np.ndarray) -> np.ndarray:
        values = [
            closed_form("mixture_characteristic")(
                t=t * direction, weights=DESIGN.weights, means=DESIGN.means, covariances=DESIGN.covariances
            )
            for t in tau
        ]
        turned = np.array(values) * (-1j) ** power  # its derivative of this order at zero is real
        return np.asarray(turned.real)

    series = np.polynomial.Chebyshev.interpolate(phi, DEGREE, domain=(-RADIUS, RADIUS))
    return float(series.deriv(power)(0.0))


def shifted_noise(center: np.ndarray, variance: np.ndarray, kurtosis: float = KURTOSIS) -> np.ndarray:
    """Third and fourth moment of center + symmetric noise of this kurtosis; stacked on the first axis."""
    third = center**3 + 3 * center * variance
    return np.stack([third, center**4 + 6 * center**2 * variance + kurtosis * variance**2])


def mixed(component: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> np.ndarray:
    """Wrong moments, shape (3,): those of each component by `component(center, variance)`, averaged."""
    centers = DESIGN.means @ DIRECTIONS.T
    variances = np.einsum("ra,kab,rb->kr", DIRECTIONS, DESIGN.covariances, DIRECTIONS)
    return np.asarray(np.einsum("k,pkr->pr", DESIGN.weights, component(centers, variances))).ravel()[KEPT]


def single_gaussian() -> np.ndarray:
    """The moments of the Gaussian with the mixture's mean and variance, along each direction."""
    means = np.array([moment_along(DESIGN, a, 1) for a in DIRECTIONS])
    variances = np.array([moment_along(DESIGN, a, 2) for a in DIRECTIONS]) - means**2
    return shifted_noise(means, variances).ravel()[KEPT]


def experiment(delta: float) -> Experiment:
    """Fourth powers along two directions, third along one."""
    every = [(a, p, f"E[({a[0]:g} x_1 + {a[1]:g} x_2)^{p}]") for p in POWERS for a in DIRECTIONS]
    named = [every[number] for number in KEPT]
    labels = tuple(label for _, _, label in named)
    exact = np.array([moment_along(DESIGN, a, p) for a, p, _ in named])
    variances = np.array([moment_along(DESIGN, a, 2 * p) for a, p, _ in named]) - exact**2
    truth = np.array([derivative(a, p) for a, p, _ in named])
    slip = truth * (1 + delta * (np.arange(len(truth)) == 0))
    wrong = (
        (
            "single_gaussian",
            "The moments of one Gaussian with the same mean and covariance",
            single_gaussian(),
        ),
        ("uniform_noise", "Uniform noise: kurtosis 9/5", mixed(lambda c, v: shifted_noise(c, v, 9 / 5))),
        (
            "two_point_noise",
            "Noise of two points: kurtosis 1",
            mixed(lambda c, v: shifted_noise(c, v, 1.0)),
        ),
        ("laplace_noise", "Laplace noise: kurtosis 6", mixed(lambda c, v: shifted_noise(c, v, 6.0))),
        (
            "forgot_cross_terms",
            "Powers of mean and noise, no mixed terms",
            mixed(lambda c, v: np.stack([c**3, c**4 + KURTOSIS * v**2])),
        ),
        ("forgot_noise", "Powers of the means alone", mixed(lambda c, v: np.stack([c**3, c**4]))),
        ("slip", f"The first moment {100 * delta:g} % too large", slip),
    )
    claimed = np.array([truth, *(moments for _, _, moments in wrong)])
    fine, coarse = (
        Heavy(labels, powers, claimed, variances, tolerances=share * np.abs(exact))
        for share in (delta, COARSE)
    )
    bets = Joint((fine, coarse))
    controls = tuple(
        Control(name, title, bets.claim(fine.claim(1 + i), coarse.claim(1 + i)))
        for i, (name, title, _) in enumerate(wrong)
    )
    return Experiment(DESIGN.sample, bets, bets.claim(fine.claim(0), coarse.claim(0)), controls)


CHECK = Check(
    id="higher_moments",
    theorem="gaussian_characteristic",
    title="Third and fourth moments of a mixture",
    claim_latex=(
        r"\mathbb{E}[(a^{\mathsf T} x)^p] = i^{-p} \frac{d^p}{d\tau^p}\Big|_{0}"
        r" \sum_k \pi_k e^{i \tau a^{\mathsf T} \mu_k - \tau^2 a^{\mathsf T} \Sigma_k a / 2},"
        r" \quad p = 3, 4"
    ),
    design="draws of a mixture with K = 2, D = 2; fourth powers along two directions, third along one",
    closed_forms=("mixture_characteristic",),
    experiment=experiment,
)
