"""Ancestral sampling: labels as often as the weights say, and for each label the whole law of its component.

`sampler` looks at two moments of each component; here it is the characteristic function, which knows all of
them: noise of another shape with the right mean and covariance does not get past.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from algorithms.mixture import Mixture, Samples
from derivations.closed_forms import closed_form
from derivations.refutations.moments import transposed_factor
from verification.check import Check, Control, Experiment, slipped_weights
from verification.statistics.bounded import Bounded
from verification.statistics.claim import Claim
from verification.statistics.frequencies import Frequencies
from verification.statistics.joint import Joint

FACTORS = np.array([[[1.0, 0.0], [0.8, 0.7]], [[0.9, 0.0], [-0.6, 0.8]], [[0.7, 0.0], [0.5, 1.1]]])
DESIGN = Mixture(
    weights=np.array([0.45, 0.35, 0.2]),
    means=np.array([[1.0, 0.5], [-0.8, 0.4], [0.3, -1.2]]),
    covariances=FACTORS @ FACTORS.transpose(0, 2, 1),
)
COMPONENTS = range(DESIGN.n_components)
# Long enough for the shape of the noise to show (at two deviations a Gaussian has e^-2 left, a uniform law
# less than nothing), short enough that something is left to see.
FREQUENCIES = np.array([[2.2, 0.0], [0.5, 1.0], [0.0, 1.1]])

Characteristic = Callable[[np.ndarray, int], complex]
"""E exp(i t^T x) given the label, as a function of t and the label."""


def waves(samples: Samples) -> np.ndarray:
    """cos t^T x and sin t^T x for every t in FREQUENCIES, shape (n, 2 T)."""
    phases = samples.X @ FREQUENCIES.T
    return np.concatenate([np.cos(phases), np.sin(phases)], axis=1)


def gaussian(t: np.ndarray, k: int) -> complex:
    """What the theorem says."""
    phi = closed_form("gaussian_characteristic")
    return complex(phi(t=t, mean=DESIGN.means[k], covariance=DESIGN.covariances[k]))


def shaped(shape: Callable[[np.ndarray], np.ndarray]) -> Characteristic:
    """mu + L z with independent z_i of another law, whose characteristic function is `shape`."""
    return lambda t, k: complex(np.exp(1j * t @ DESIGN.means[k]) * np.prod(shape(FACTORS[k].T @ t)))


def with_factor_transposed(t: np.ndarray, k: int) -> complex:
    """L^T z where L z is meant."""
    spread = t @ transposed_factor(FACTORS[k]) @ t
    return complex(np.exp(1j * t @ DESIGN.means[k] - spread / 2))


def experiment(delta: float) -> Experiment:
    """Label frequencies (relative to each weight), characteristic functions (relative to 1)."""
    labels = Frequencies(tuple(f"P(k = {k + 1})" for k in COMPONENTS), delta * DESIGN.weights)
    names = tuple(
        f"E[{wave}(t^T x), t = ({t[0]:g}, {t[1]:g})" for wave in ("cos", "sin") for t in FREQUENCIES
    )
    tolerances = np.full(len(names), delta)
    parts = [
        Bounded(tuple(f"{name} | k = {k + 1}]" for name in names), waves, tolerances, -1.0, 1.0, component=k)
        for k in COMPONENTS
    ]
    bets = Joint((labels, *parts))

    def claim(weights: np.ndarray, phi: Characteristic) -> Claim:
        values = [np.array([phi(t, k) for t in FREQUENCIES]) for k in COMPONENTS]
        laws = [p.claim(np.concatenate([v.real, v.imag])) for p, v in zip(parts, values, strict=True)]
        return bets.claim(labels.claim(weights), *laws)

    weights = DESIGN.weights
    controls = (
        Control("equal_weights", "All components equally often", claim(np.full(3, 1 / 3), gaussian)),
        Control(
            "next_label",
            "Each label with the law of the next",
            claim(weights, lambda t, k: gaussian(t, (k + 1) % 3)),
        ),
        Control("transposed_factor", "L^T z where L z is meant", claim(weights, with_factor_transposed)),
        Control(
            "uniform_noise",
            "Uniform noise with the right mean and covariance",
            claim(weights, shaped(lambda s: np.sinc(np.sqrt(3) * s / np.pi))),
        ),
        Control(
            "two_point_noise",
            "Noise of -1 and 1, with the right mean and covariance",
            claim(weights, shaped(np.cos)),
        ),
        Control(
            "laplace_noise",
            "Laplace noise with the right mean and covariance",
            claim(weights, shaped(lambda s: 1 / (1 + s**2 / 2))),
        ),
        Control(
            "slip",
            f"The first weight {100 * delta:g} % too large",
            claim(slipped_weights(weights, delta), gaussian),
        ),
    )
    return Experiment(DESIGN.sample, bets, claim(weights, gaussian), controls)


CHECK = Check(
    id="ancestral_sampling",
    theorem="ancestral_sampling",
    title="Ancestral sampling, the law of each component",
    claim_latex=(
        r"P(k) = \pi_k, \quad \mathbb{E}[e^{i t^{\mathsf T} x} \mid k]"
        r" = \exp(i t^{\mathsf T} \mu_k - \tfrac{1}{2} t^{\mathsf T} \Sigma_k t)"
    ),
    design=(
        "draws of a mixture with K = 3, D = 2 and their labels; frequencies, and for each label the "
        "characteristic function at 3 points"
    ),
    closed_forms=("gaussian_characteristic",),
    experiment=experiment,
)
