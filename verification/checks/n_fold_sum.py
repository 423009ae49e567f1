"""The sum of n independent draws of one mixture: K^n components, the moments n times, phi to the power n."""

from __future__ import annotations

import numpy as np

from algorithms.mixture import Mixture, Samples
from derivations.closed_forms import closed_form
from verification.check import Check, Control, Experiment
from verification.statistics.bounded import Bounded
from verification.statistics.claim import Claim
from verification.statistics.joint import Joint
from verification.statistics.likelihood import Likelihoods

TIMES = 3
DESIGN = Mixture(
    weights=np.array([0.7, 0.3]),
    means=np.array([[0.8, 0.0], [-1.2, 1.5]]),
    covariances=np.array([[[0.4, 0.15], [0.15, 0.3]], [[0.2, -0.05], [-0.05, 0.5]]]),
)
D = DESIGN.n_features
FREQUENCIES = np.array([[0.4, 0.0], [0.0, 0.4], [0.3, -0.3]])


def draw(n: int, rng: np.random.Generator) -> Samples:
    """x_1 + x_2 + x_3, with the labels of the first."""
    first, *others = [DESIGN.sample(n, rng) for _ in range(TIMES)]
    return Samples(sum((x.X for x in others), first.X), first.labels)


def added(law: Mixture) -> Mixture:
    """The law of a draw from `law` plus a draw from the design, by the theorem on two mixtures."""
    weights = closed_form("sum_weights")(weights=law.weights, other_weights=DESIGN.weights)
    means = closed_form("sum_means")(means=law.means, other_means=DESIGN.means)
    covariances = closed_form("sum_covariances")(
        covariances=law.covariances, other_covariances=DESIGN.covariances
    )
    return Mixture(weights.reshape(-1), means.reshape(-1, D), covariances.reshape(-1, D, D))


def folded(times: int) -> Mixture:
    """The law of the sum of so many draws: K^times components."""
    return DESIGN if times == 1 else added(folded(times - 1))


def wrong_laws(truth: Mixture, delta: float) -> tuple[tuple[str, str, Mixture], ...]:
    """Name, title and law of every wrong answer."""
    weights, means, covariances = DESIGN.weights, DESIGN.means, DESIGN.covariances
    mean = weights @ means
    deviations = means - mean
    spread = np.einsum("k,kab->ab", weights, covariances + deviations[:, :, None] * deviations[:, None, :])
    n = TIMES
    return (
        ("one_draw_n_times", "n x: one draw, n times", Mixture(weights, n * means, n**2 * covariances)),
        (
            "still_k",
            "K components, means and covariances n times",
            Mixture(weights, n * means, n * covariances),
        ),
        ("one_less", "n - 1 draws", folded(n - 1)),
        ("one_more", "n + 1 draws", folded(n + 1)),
        (
            "central_limit",
            "One Gaussian with the right mean and covariance",
            Mixture(np.ones(1), n * mean[None], n * spread[None]),
        ),
        (
            "slip",
            f"All covariances {100 * delta:g} % too large",
            Mixture(truth.weights, truth.means, (1 + delta) * truth.covariances),
        ),
        (
            "slip_down",
            f"All covariances {100 * delta:g} % too small",
            Mixture(truth.weights, truth.means, (1 - delta) * truth.covariances),
        ),
        (
            "slipped_means",
            f"All means {100 * delta:g} % too large",
            Mixture(truth.weights, (1 + delta) * truth.means, truth.covariances),
        ),
        (
            "slipped_means_down",
            f"All means {100 * delta:g} % too small",
            Mixture(truth.weights, (1 - delta) * truth.means, truth.covariances),
        ),
    )


def waves(samples: Samples) -> np.ndarray:
    """cos t^T z and sin t^T z for every t in FREQUENCIES, shape (n, 2 T)."""
    phases = samples.X @ FREQUENCIES.T
    return np.concatenate([np.cos(phases), np.sin(phases)], axis=1)


def characteristic(law: Mixture, power: int = 1) -> np.ndarray:
    """Real and imaginary parts of phi(t)^power under `law`."""
    phi = closed_form("mixture_characteristic")
    values = np.array(
        [phi(t=t, weights=law.weights, means=law.means, covariances=law.covariances) for t in FREQUENCIES]
    )
    return np.concatenate([(values**power).real, (values**power).imag])


def experiment(delta: float) -> Experiment:
    """phi^n and likelihoods; delta is relative to 1, the largest value of the former."""
    truth = folded(TIMES)
    wrong = wrong_laws(truth, delta)
    labels = tuple(
        f"E[{wave}(t^T z)], t = ({t[0]:g}, {t[1]:g})" for wave in ("cos", "sin") for t in FREQUENCIES
    )
    points = Bounded(labels, waves, tolerances=np.full(len(labels), delta), low=-1.0, high=1.0)
    laws = (truth, *(law for _, _, law in wrong))
    likelihoods = Likelihoods(laws)
    bets = Joint((points, likelihoods))

    def claim(number: int, phi: np.ndarray) -> Claim:
        return bets.claim(points.claim(phi), likelihoods.claim(number))

    controls = tuple(
        Control(name, title, claim(1 + i, characteristic(law))) for i, (name, title, law) in enumerate(wrong)
    )
    return Experiment(draw, bets, claim(0, characteristic(DESIGN, TIMES)), controls)


CHECK = Check(
    id="n_fold_sum",
    theorem="n_fold_sum",
    title="Sums of n independent draws",
    claim_latex=(
        r"\sum_{i=1}^n x_i \sim \sum_{k_1, \dots, k_n} \pi_{k_1} \cdots \pi_{k_n} \,"
        r" \mathcal{N}\Bigl(\sum_i \mu_{k_i}, \sum_i \Sigma_{k_i}\Bigr),"
        r" \quad \varphi_{\sum x_i} = \varphi_x^n"
    ),
    design=f"sums of {TIMES} draws with K = 2, D = 2; likelihoods, the characteristic function at 3 points",
    closed_forms=("sum_weights", "sum_means", "sum_covariances", "mixture_characteristic"),
    experiment=experiment,
)
