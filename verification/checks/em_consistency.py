r"""EM recovers a mixture from samples, at the rate theory says.

The components are so far apart (40 deviations) that the maximum of the likelihood is that of labeled samples,
up to exp(-100). For these the law of the errors is exact: with N_k samples from component k,

    N_k (m - mu_k)^T Sigma_k^-1 (m - mu_k)  is chi-squared with D degrees of freedom,
    N_k tr(Sigma_k^-1 S_k)                  is chi-squared with (N_k - 1) D ,

m and S_k being the estimated mean and covariance. So the squared error of a mean falls like 1 / N_k: not like
1 / N, nor like its root or its square. Source: R. Muirhead, Aspects of Multivariate
Statistical Theory (1982), theorems 3.1.2 and 3.2.1.
"""

from __future__ import annotations

import numpy as np

from algorithms import em
from algorithms.mixture import Mixture, Samples
from verification.check import Check, Control, Experiment
from verification.statistics.scale import Scales

K, D, N = 8, 6, 160
EACH = N / K
ROOTS = np.array([np.eye(D), np.tri(D) - 0.5 * np.tri(D, k=-2)])[np.arange(K) % 2]
DESIGN = Mixture(
    weights=np.full(K, 1 / K),
    means=30.0 * np.concatenate([np.eye(D)[: K // 2], -np.eye(D)[: K // 2]]),
    covariances=ROOTS @ ROOTS.transpose(0, 2, 1),
)
WHITENERS = np.linalg.inv(ROOTS)
FLOOR = 1e-10
"""Keeps the density of a component with fewer than D + 1 samples; adds less than 1e-7 to a squared error."""


def replicate(rng: np.random.Generator) -> list[float]:
    """Squared errors of means and covariances, summed over the components, and their degrees of freedom."""
    samples = DESIGN.sample(N, rng)
    fit = em.fit_from(samples.X, DESIGN, tol=1e-12, max_iter=5, covariance_floor=FLOOR).mixture
    counts = np.bincount(samples.labels, minlength=K)
    offsets = np.einsum("kab,kb->ka", WHITENERS, fit.means - DESIGN.means)
    scatters = np.einsum("kab,kbc,kac->k", WHITENERS, fit.covariances, WHITENERS)
    of_means = counts @ (offsets**2).sum(axis=1)
    of_covariances = counts @ scatters
    degrees = D * (counts > 0).sum(), D * np.maximum(counts - 1, 0).sum()
    return [float(of_means), float(of_covariances), *map(float, degrees)]


def draw(n: int, rng: np.random.Generator) -> Samples:
    """n data sets of N samples each: a row is what EM made of one."""
    return Samples(np.array([replicate(rng) for _ in range(n)]), np.zeros(n, dtype=np.intp))


def experiment(delta: float) -> Experiment:
    """The scales of both errors; delta is relative to what theory says."""
    bets = Scales(
        labels=("error of the means / theory", "error of the covariances / theory"),
        squares=lambda samples: samples.X[:, :2],
        degrees=lambda samples: samples.X[:, 2:],
        delta=delta,
    )
    controls = tuple(
        Control(name, title, bets.claim(np.array(scales)))
        for name, title, scales in (
            (
                "all_samples",
                "Errors fall like 1 / N, as if every sample told of every component",
                (1 / K, 1.0),
            ),
            ("root", "Squared errors fall like the root of 1 / N_k", (EACH**0.5, 1.0)),
            ("square", "Squared errors fall like the square of 1 / N_k", (1 / EACH, 1.0)),
            ("mean_known", "N_k degrees of freedom, as if the means were known", (1.0, EACH / (EACH - 1))),
            ("slip", f"The error of the means {100 * delta:g} % larger", (1.0 + delta, 1.0)),
        )
    )
    return Experiment(draw, bets, bets.claim(np.ones(2)), controls)


CHECK = Check(
    id="em_consistency",
    theorem="em_ascent",
    title="EM recovers a mixture, at the rate of theory",
    claim_latex=(
        r"N_k (\hat\mu_k - \mu_k)^{\mathsf T} \Sigma_k^{-1} (\hat\mu_k - \mu_k) \sim \chi^2_D,"
        r" \quad N_k \operatorname{tr}(\Sigma_k^{-1} \hat\Sigma_k) \sim \chi^2_{(N_k - 1) D}"
    ),
    design=f"data sets of N = {N} samples of a mixture with K = {K}, D = {D}, far apart; EM is run on each",
    closed_forms=(),
    experiment=experiment,
)
