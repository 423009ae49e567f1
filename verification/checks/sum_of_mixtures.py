r"""The law of the sum of two independent mixtures: draws of X + Y against the K*L mixture.

Moments do not decide here. In this design the slip Sigma_k + T_k has the right mean AND the right
covariance (the weights of the components that share a T add up to the same under pi and rho). So besides
the characteristic function at a few points, the likelihood of the draws under the claimed law is set
against that under every wrong law.

The false claims that are not laws at all, because their density does not integrate to one, need no draws.
"""

from __future__ import annotations

import numpy as np

from algorithms.mixture import Mixture, Samples
from derivations.closed_forms import closed_form
from derivations.raw_moments import Law
from derivations.refutations import sums
from verification.check import Check, Control, Experiment
from verification.statistics.bounded import Bounded
from verification.statistics.claim import Claim
from verification.statistics.joint import Joint
from verification.statistics.likelihood import Likelihoods

FIRST = Mixture(
    weights=np.array([0.5, 0.3, 0.2]),
    means=np.array([[1.0, 0.0], [-1.0, 1.5], [0.5, -2.0]]),
    covariances=np.array([[[0.5, 0.2], [0.2, 0.4]], [[0.3, -0.1], [-0.1, 0.6]], [[0.8, 0.3], [0.3, 0.3]]]),
)
SECOND = Mixture(
    weights=np.array([0.3, 0.3, 0.4]),
    means=np.array([[1.5, 1.0], [-0.5, -1.0], [0.0, 1.5]]),
    covariances=np.array([[[0.3, 0.1], [0.1, 0.9]], [[1.2, -0.5], [-0.5, 0.7]], [[0.3, 0.1], [0.1, 0.9]]]),
)
FREQUENCIES = np.array([[0.5, 0.0], [0.0, 0.4], [0.4, 0.3]])
WRONG_LAWS = {
    "swapped_weights": sums.swapped_weights,
    "slipped_covariances": sums.slipped_covariances,
    "second_drawn_as_first": sums.second_drawn_as_first,
    "averaged_densities": sums.averaged_densities,
    "paired_and_normalized": sums.paired_and_normalized,
    "single_gaussian": sums.single_gaussian,
}
ROUNDING = 1e-12
"""Sums and products of two numbers below 2."""
TITLES = {false.id: false.title for false in sums.CLAIMS}


def draw(n: int, rng: np.random.Generator) -> Samples:
    """X + Y; the label of component (k, l) is k L + l."""
    x, y = FIRST.sample(n, rng), SECOND.sample(n, rng)
    return Samples(x.X + y.X, x.labels * SECOND.n_components + y.labels)


def claimed_law() -> Mixture:
    """The K*L mixture of the theorem.

    Raises ValueError if its closed forms give no law, or not the parameters that `Mixture.sum_with` computes.
    """
    weights = closed_form("sum_weights")(weights=FIRST.weights, other_weights=SECOND.weights)
    means = closed_form("sum_means")(means=FIRST.means, other_means=SECOND.means)
    covariances = closed_form("sum_covariances")(
        covariances=FIRST.covariances, other_covariances=SECOND.covariances
    )
    d = FIRST.n_features
    law = Mixture(weights.reshape(-1), means.reshape(-1, d), covariances.reshape(-1, d, d))
    computed = FIRST.sum_with(SECOND)
    for name in ("weights", "means", "covariances"):
        if not np.allclose(getattr(law, name), getattr(computed, name), rtol=0, atol=ROUNDING):
            raise ValueError(f"its {name} are not those that Mixture.sum_with computes")
    return law


def wrong_laws(truth: Mixture, delta: float) -> tuple[tuple[str, str, Mixture], ...]:
    """Name, title and law of every wrong answer."""
    x = Law(FIRST.weights, FIRST.means, FIRST.covariances)
    y = Law(SECOND.weights, SECOND.means, SECOND.covariances)
    percent = f"{100 * delta:g} %"
    slips = (
        ("slip", f"All covariances {percent} too large", _law(truth, covariances=1 + delta)),
        ("slip_down", f"All covariances {percent} too small", _law(truth, covariances=1 - delta)),
        ("slipped_means", f"All means {percent} too large", _law(truth, means=1 + delta)),
        ("slipped_means_down", f"All means {percent} too small", _law(truth, means=1 - delta)),
    )
    return *((name, TITLES[name], Mixture(*law(x, y))) for name, law in WRONG_LAWS.items()), *slips


def _law(law: Mixture, *, means: float = 1.0, covariances: float = 1.0) -> Mixture:
    """`law` with its parameters multiplied."""
    return Mixture(law.weights, means * law.means, covariances * law.covariances)


def waves(samples: Samples) -> np.ndarray:
    """cos t^T z and sin t^T z for every t in FREQUENCIES, shape (n, 2 T)."""
    phases = samples.X @ FREQUENCIES.T
    return np.concatenate([np.cos(phases), np.sin(phases)], axis=1)


def characteristic(law: Mixture) -> np.ndarray:
    """The claimed means of `waves` under `law`: real and imaginary part of the characteristic function."""
    phi = closed_form("mixture_characteristic")
    values = np.array(
        [phi(t=t, weights=law.weights, means=law.means, covariances=law.covariances) for t in FREQUENCIES]
    )
    return np.concatenate([values.real, values.imag])


def experiment(delta: float) -> Experiment:
    """Characteristic function and likelihoods; delta is relative to 1, the largest value of the former."""
    truth = claimed_law()
    wrong = wrong_laws(truth, delta)
    names = [f"t = ({t[0]:g}, {t[1]:g})" for t in FREQUENCIES]
    labels = tuple(f"E[{wave}(t^T z)], {name}" for wave in ("cos", "sin") for name in names)
    points = Bounded(labels, waves, tolerances=np.full(len(labels), delta), low=-1.0, high=1.0)
    laws = (truth, *(law for _, _, law in wrong))
    likelihoods = Likelihoods(laws)
    bets = Joint((points, likelihoods))

    def claim(number: int) -> Claim:
        return bets.claim(points.claim(characteristic(laws[number])), likelihoods.claim(number))

    controls = tuple(Control(name, title, claim(1 + i)) for i, (name, title, _) in enumerate(wrong))
    return Experiment(draw, bets, claim(0), controls)


CHECK = Check(
    id="sum_of_mixtures",
    theorem="sum_of_mixtures",
    title="Sum of two independent mixtures",
    claim_latex=(
        r"p(z) = \sum_{k=1}^{K} \sum_{l=1}^{L} \pi_k \rho_l \,"
        r" \mathcal{N}(z \mid \mu_k + \nu_l, \Sigma_k + T_l)"
    ),
    design=(
        "draws of X + Y with K = L = 3, D = 2; the likelihoods under every wrong law, "
        "and the characteristic function at 3 points"
    ),
    closed_forms=("sum_weights", "sum_means", "sum_covariances", "mixture_characteristic"),
    experiment=experiment,
)
