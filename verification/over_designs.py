r"""A check of any mixture: the labels, the mean and the covariance, in deviations of the design itself.

A relative error of a number near zero is nothing to test. So x is whitened: with m and C its mean and
covariance by arithmetic on the design, in units of the features' deviations, and C = V diag(lambda) V^T,

    y = diag(lambda)^(-1/2) V^T (x - m)     over the directions with lambda > 0

has covariance I. An error is noticed when it is delta deviations of one draw large, in any entry. That costs
the same number of draws, about 2 ln(1/beta) / delta^2, for every design. Where lambda = 0 nothing may move.

Under a wrong closed form the claimed mean of y is off by W (m' - m), the claimed covariance is W C' W^T.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from algorithms.mixture import Mixture, Samples
from derivations.closed_forms import closed_form
from derivations.refutations.moments import CLAIMS
from verification.check import Check, Control, Experiment
from verification.designs import DESIGNS
from verification.statistics.claim import Claim
from verification.statistics.events import Events
from verification.statistics.frequencies import Frequencies
from verification.statistics.joint import Joint
from verification.statistics.quadratic import Quadratics
from verification.statistics.tilt import tilt_in_deviations

RANK = 1e-10
"""Eigenvalues below this share of the largest are zero; those of nearly singular designs are above."""
PREFIX = "design_"
STILL = 1e-6
"""Directions of eigenvalue zero: rounding moves x by 1e-9 deviations."""
VISIBLE = 4.0
"""A wrong answer is a control where it is off by this many tolerances; elsewhere it is nearly right."""


@dataclass(frozen=True)
class Whitening:
    """y = W (x - m), and the directions that do not move, in units of the features' deviations."""

    mean: Float[np.ndarray, " d"]
    matrix: Float[np.ndarray, "r d"]
    still: Float[np.ndarray, "z d"]


def whitening(design: Mixture) -> Whitening:
    """From the moments of the design, component by component."""
    mean = design.weights @ design.means
    offsets = design.means - mean
    spread = design.covariances + offsets[:, :, None] * offsets[:, None, :]
    covariance = np.einsum("k,kab->ab", design.weights, spread)
    units = np.sqrt(np.diagonal(covariance))
    units = np.where(units > 0, units, 1.0)
    values, axes = np.linalg.eigh(covariance / np.multiply.outer(units, units))
    moving = values > RANK * values[-1]
    matrix = (axes[:, moving] / np.sqrt(values[moving])).T / units
    return Whitening(mean, matrix, axes[:, ~moving].T / units)


def whitened(y: Whitening) -> Quadratics:
    """y_1 .. y_r, then y_i y_j for i <= j."""
    r, d = y.matrix.shape
    rows, columns = np.triu_indices(r)
    outer = y.matrix[rows, :, None] * y.matrix[columns, None, :]
    return Quadratics(
        (
            *(f"E[y_{i + 1}]" for i in range(r)),
            *(f"E[y_{i + 1} y_{j + 1}]" for i, j in zip(rows, columns, strict=True)),
        ),
        y.mean,
        np.concatenate([np.zeros((r, d, d)), (outer + outer.transpose(0, 2, 1)) / 2]),
        np.concatenate([y.matrix, np.zeros((len(rows), d))]),
    )


def experiment(design: Mixture, delta: float) -> Experiment:
    """Labels, mean and covariance; delta is in standard deviations of each statistic."""
    weights, means, covariances = design.weights, design.means, design.covariances
    y = whitening(design)
    deviations = np.sqrt(weights * (1 - weights))
    labels = Frequencies(
        tuple(f"P(k = {k + 1})" for k in range(len(weights))),
        # A component that is certain, or never comes up, has no deviation: any other frequency is noticed.
        delta * np.where(deviations > 0, deviations, 1.0),
    )
    moments = tilt_in_deviations(whitened(y), design, delta)
    still = _Still(Events(("P(x leaves its plane)",), delta), y)
    flat = len(y.still) > 0
    bets = Joint((labels, moments, still) if flat else (labels, moments))

    def claim(mean: np.ndarray, covariance: np.ndarray, weights: np.ndarray = weights) -> Claim:
        moved = mean - y.mean
        whitened = y.matrix @ covariance @ y.matrix.T
        # E (x - m)(x - m)^T about the design's mean m, if the mean is claimed to be another.
        products = (whitened + np.multiply.outer(y.matrix @ moved, y.matrix @ moved))[
            np.triu_indices(len(whitened))
        ]
        of_moments = moments.claim(np.concatenate([y.matrix @ moved, products]))
        return bets.claim(labels.claim(weights), of_moments, *([still.events.never(0)] if flat else []))

    mean = closed_form("mixture_mean")(weights=weights, means=means)
    covariance = closed_form("mixture_covariance")(weights=weights, means=means, covariances=covariances)
    controls = [
        Control("slip", f"The mean {delta:g} deviations off", claim(mean + delta * _unit(y), covariance))
    ]
    for false in CLAIMS:
        wrong = false.claimed(weights, means, covariances) if false.id != "transposed_factor" else covariance
        if false.theorem == "mixture_mean":
            off = np.abs(y.matrix @ (wrong - mean)).max()
            control = claim(wrong, covariance)
        else:
            off = np.abs(y.matrix @ (wrong - covariance) @ y.matrix.T).max()
            control = claim(mean, wrong)
        if off > VISIBLE * delta:
            controls.append(Control(false.id, false.title, control))
    return Experiment(design.sample, bets, claim(mean, covariance), tuple(controls))


def _unit(y: Whitening) -> Float[np.ndarray, " d"]:
    """The x whose first whitened coordinate moves by one."""
    return np.asarray(np.linalg.pinv(y.matrix)[:, 0])


@dataclass(frozen=True)
class _Still:
    """Counts draws that leave the plane that x lives in."""

    events: Events
    whitening: Whitening

    @property
    def size(self) -> int:
        """As `Events`."""
        return self.events.size

    def sums(self, samples: Samples) -> Float[np.ndarray, " s"]:
        """Draws, and those outside."""
        moved = (samples.X - self.whitening.mean) @ self.whitening.still.T
        outside = np.abs(moved) > STILL
        return self.events.sums(Samples(outside.any(axis=1, keepdims=True).astype(float), samples.labels))


@dataclass(frozen=True)
class OfDesign:
    """The experiment of a design by its name: small enough to be sent to another process."""

    name: str

    def __call__(self, delta: float) -> Experiment:
        """As `Check.experiment`."""
        return experiment(DESIGNS[self.name](), delta)


def check_of(name: str) -> Check:
    """The check of the design `name`."""
    design = DESIGNS[name]()
    return Check(
        id=PREFIX + name,
        theorem="mixture_covariance",
        title=f"Labels, mean and covariance: {name.replace('_', ' ')}",
        claim_latex=r"P(k) = \pi_k, \quad \mathbb{E}[x] = m, \quad \operatorname{Cov}[x] = C",
        design=(
            f"draws of a mixture with K = {design.n_components}, D = {design.n_features}, whitened; "
            "delta is in standard deviations"
        ),
        closed_forms=("mixture_mean", "mixture_covariance"),
        experiment=OfDesign(name),
    )
