"""The characteristic function of a Gaussian with a singular covariance: cosines and sines of draws."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from algorithms.mixture import Mixture, Samples
from derivations.closed_forms import closed_form
from verification.check import Check, Control, Experiment
from verification.statistics.bounded import Bounded
from verification.statistics.claim import Claim

FACTOR = np.array([[0.8, 0.2], [-0.5, 0.6], [0.3, 0.4]])
MEAN = np.array([0.8, -0.5, 1.0])
COVARIANCE = FACTOR @ FACTOR.T  # rank 2 in 3 dimensions: no density, but a characteristic function
DESIGN = Mixture(np.ones(1), MEAN[None], COVARIANCE[None])
FREQUENCIES = np.array([[1.0, 0.0, 0.0], [0.5, -1.0, 0.5], [-0.5, 0.5, 1.0], [0.0, 1.0, 1.0]])


def waves(samples: Samples) -> np.ndarray:
    """cos t^T x and sin t^T x for every t in FREQUENCIES, shape (n, 2 T)."""
    phases = samples.X @ FREQUENCIES.T
    return np.concatenate([np.cos(phases), np.sin(phases)], axis=1)


def experiment(delta: float) -> Experiment:
    """Real and imaginary parts; delta is relative to 1, the largest value of a characteristic function."""
    names = [f"t = ({', '.join(f'{number:g}' for number in t)})" for t in FREQUENCIES]
    labels = tuple(f"E[{wave}(t^T x)], {name}" for wave in ("cos", "sin") for name in names)
    bets = Bounded(labels, waves, tolerances=np.full(len(labels), delta), low=-1.0, high=1.0)

    def claim(phi: Callable[[np.ndarray], complex]) -> Claim:
        values = np.array([complex(phi(t)) for t in FREQUENCIES])
        return bets.claim(np.concatenate([values.real, values.imag]))

    def truth(t: np.ndarray) -> complex:
        return complex(closed_form("gaussian_characteristic")(t=t, mean=MEAN, covariance=COVARIANCE))

    def power(t: np.ndarray) -> float:
        return float(t @ COVARIANCE @ t)

    controls = (
        Control("forgot_half", "exp(-t^T Sigma t)", claim(lambda t: truth(t) * np.exp(-power(t) / 2))),
        Control("forgot_mean", "No phase t^T mu", claim(lambda t: np.exp(-power(t) / 2))),
        Control("wrong_sign", "exp(-i t^T mu)", claim(lambda t: truth(t).conjugate())),
        Control(
            "forgot_i", "exp(t^T mu - t^T Sigma t / 2)", claim(lambda t: np.exp(t @ MEAN - power(t) / 2))
        ),
        Control("slip", f"Real parts {delta:g} too large", claim(lambda t: truth(t) + delta)),
    )
    return Experiment(DESIGN.sample, bets, claim(truth), controls)


CHECK = Check(
    id="gaussian_characteristic",
    theorem="gaussian_characteristic",
    title="Characteristic function of a Gaussian",
    claim_latex=(
        r"\mathbb{E}[e^{i t^{\mathsf T} x}]"
        r" = \exp(i t^{\mathsf T} \mu - \tfrac{1}{2} t^{\mathsf T} \Sigma t)"
    ),
    design="draws of a Gaussian of rank 2 in 3 dimensions; cosines and sines are averaged at 4 points t",
    closed_forms=("gaussian_characteristic",),
    experiment=experiment,
)
