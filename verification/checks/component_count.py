"""How many components a sum has: K L, and fewer where some of them coincide.

All covariances are zero here, so a component is a point: draws are counted at the points that the theorem
names, and one draw anywhere else refutes a claim. For x + y all K L points differ. For x + x', two
independent draws of the same mixture, (k, l) and (l, k) coincide: K^2 pairs, but K (K + 1) / 2 points.
"""

from __future__ import annotations

import numpy as np

from algorithms.mixture import Mixture, Samples
from derivations.closed_forms import closed_form
from verification.check import Check, Control, Experiment, slipped_weights
from verification.statistics.claim import Claim
from verification.statistics.frequencies import Frequencies
from verification.statistics.joint import Joint

FIRST = Mixture(
    weights=np.array([0.5, 0.3, 0.2]),
    means=np.array([[2.0, 1.0], [3.0, 4.0], [6.0, 0.0]]),
    covariances=np.zeros((3, 2, 2)),
)
SECOND = Mixture(
    weights=np.array([0.6, 0.4]),
    means=np.array([[1.0, 0.5], [-3.0, 2.0]]),
    covariances=np.zeros((2, 2, 2)),
)
D = FIRST.n_features
ROUNDING = 1e-9
"""Sums of two numbers below 10 are exact to 2e-15; different points are 1 apart or more."""


def draw(n: int, rng: np.random.Generator) -> Samples:
    """x + y and x + x' side by side; no labels, the draws themselves tell."""
    x, y, other = FIRST.sample(n, rng).X, SECOND.sample(n, rng).X, FIRST.sample(n, rng).X
    return Samples(np.concatenate([x + y, x + other], axis=1), np.zeros(n, dtype=np.intp))


def cells(points: np.ndarray, places: np.ndarray) -> np.ndarray:
    """For each row of `points` the place it lies at, -1 if at none; shape (n,)."""
    found = np.full(len(points), -1)
    for number, place in enumerate(places):
        found[np.abs(points - place).max(axis=1) < ROUNDING] = number
    return found


def pairs(first: Mixture, second: Mixture) -> tuple[np.ndarray, np.ndarray]:
    """Weights and means that the theorem gives to all pairs (k, l)."""
    weights = closed_form("sum_weights")(weights=first.weights, other_weights=second.weights)
    means = closed_form("sum_means")(means=first.means, other_means=second.means)
    return weights.reshape(-1), means.reshape(-1, D)


def gathered(places: np.ndarray, weights: np.ndarray, means: np.ndarray) -> np.ndarray:
    """The probability of each place: the weights of the components there. ValueError if one is elsewhere."""
    where = cells(means, places)
    if (where < 0).any():
        raise ValueError(f"a component at {means[where < 0][0]}, which is no sum of two means")
    return np.bincount(where, weights=weights, minlength=len(places))


def experiment(delta: float) -> Experiment:
    """Counts at every place where some claim has a component; delta is relative to each probability."""
    # The places as arithmetic on the design gives them; that the theorem's are the same is part of the claim.
    sums = np.array([a + b for a in FIRST.means for b in SECOND.means])
    twice = np.unique(np.array([a + b for a in FIRST.means for b in FIRST.means]), axis=0)
    places = np.concatenate([sums, FIRST.means, SECOND.means])
    weights, means = pairs(FIRST, SECOND)
    both_weights, both_means = pairs(FIRST, FIRST)
    truth = gathered(places, weights, means)
    truth_twice = gathered(twice, both_weights, both_means)

    def tolerances(probabilities: np.ndarray) -> np.ndarray:
        return delta * np.where(probabilities > 0, probabilities, 1.0)

    sum_counts = Frequencies(
        tuple(f"P(x + y = ({p[0]:g}, {p[1]:g}))" for p in places),
        tolerances(truth),
        cells=lambda samples: cells(samples.X[:, :D], places),
    )
    twice_counts = Frequencies(
        tuple(f"P(x + x' = ({p[0]:g}, {p[1]:g}))" for p in twice),
        tolerances(truth_twice),
        cells=lambda samples: cells(samples.X[:, D:], twice),
    )
    bets = Joint((sum_counts, twice_counts))

    def claim(probabilities: np.ndarray, twice: np.ndarray = truth_twice) -> Claim:
        return bets.claim(sum_counts.claim(probabilities), twice_counts.claim(twice))

    paired = np.isin(np.arange(len(weights)), [0, 3])  # (1, 1) and (2, 2)
    once = np.array(
        [weight if k <= l else 0.0 for weight, (k, l) in zip(both_weights, np.ndindex(3, 3), strict=True)]
    )
    union = np.concatenate([FIRST.weights, SECOND.weights]) / 2
    missing = np.where(np.arange(len(weights)) == 5, 0.0, weights)
    controls = (
        Control(
            "paired",
            "min(K, L) components, (1, 1) and (2, 2)",
            claim(gathered(places, weights * paired / (weights @ paired), means)),
        ),
        Control(
            "union",
            "K + L components, those of x and those of y",
            claim(gathered(places, union, np.concatenate([FIRST.means, SECOND.means]))),
        ),
        Control("one_missing", "K L - 1 components", claim(gathered(places, missing / missing.sum(), means))),
        Control(
            "counted_once",
            "Of components that coincide only one counts",
            claim(truth, gathered(twice, once / once.sum(), both_means)),
        ),
        Control(
            "slip", f"The first weight {100 * delta:g} % too large", claim(slipped_weights(truth, delta))
        ),
    )
    return Experiment(draw, bets, claim(truth), controls)


CHECK = Check(
    id="component_count",
    theorem="component_count",
    title="The number of components of a sum",
    claim_latex=r"\#\{\mu_k + \nu_l\} = K L, \quad \#\{\mu_k + \mu_l\} = \tfrac{1}{2} K (K + 1)",
    design=(
        "draws of x + y and of x + x' with K = 3, L = 2, D = 2 and covariances of zero; "
        "counts at every point that can occur"
    ),
    closed_forms=("sum_weights", "sum_means"),
    experiment=experiment,
)
