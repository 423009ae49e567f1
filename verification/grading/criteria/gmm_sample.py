"""Samples of a Gaussian mixture, judged by an e-process: a bet against the law that grows if it is wrong.

Properties. N rows of D numbers that follow the mixture; the number of draws from each component is random.
Method.     Half of the draws, in random order, suggest a rival law; the other half decides between the rival
            and the claim by their likelihood ratio. Fixed rivals, the usual mistakes, bet on all draws.
            A correct sampler is accused with probability at most 1e-9 in each of the two bets.
Tolerance.  Any order of the rows, any seed, one seed forever.
Source.     `verification.statistics.process` and `.likelihood`.
"""

from __future__ import annotations

import math

import numpy as np

from algorithms.mixture import Mixture, Samples
from verification.grading.criterion import Criterion, Parameter, Signature, Student
from verification.grading.draws import separated_mixture
from verification.grading.findings import Violation
from verification.grading.reading import Numbers, kind_of, numbers, outcomes, violation
from verification.statistics.likelihood import Likelihoods
from verification.statistics.process import Bounds, Process

BOUNDS = Bounds(alpha=1e-9, beta=1e-3)
DRAWS = 1200
SMALL = (7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103)
"""Numbers of draws for which a fixed share of each component would be seen to be fixed."""
PROPORTIONAL = 0.9
"""Probability that the rival of fixed counts gives to counts next to N pi."""


def judge(student: Student, rng: np.random.Generator) -> tuple[Violation, ...]:
    """One large sample of each of two mixtures, then many small ones."""
    two, three = (separated_mixture(rng, k, d, condition=9.0) for k, d in ((2, 2), (3, 3)))
    calls = [(5, two), (DRAWS, two), (DRAWS, three), (1, two), *((n, two) for n in SMALL)]
    results = outcomes(student, [(n, m.weights, m.means, m.covariances) for n, m in calls])
    read = [numbers(result.value, n, m.n_features) for (n, m), result in zip(calls, results, strict=True)]
    for (n, mixture), X, result in zip(calls, read, results, strict=True):
        if X is None or not np.isfinite(X).all():
            expected = f"{n} points, shape ({n}, {mixture.n_features})"
            return (
                violation(
                    "wrong-shape",
                    f"Asked for {n} points with {mixture.n_features} features, the function returned "
                    f"{kind_of(result.value)}" + (", not all of it finite." if X is not None else "."),
                    inputs=_inputs(n, mixture),
                    expected=expected,
                    got=kind_of(result.value),
                    violated="X has shape N x D, for every N.",
                ),
            )
    for (n, mixture), X in zip(calls[1:3], read[1:3], strict=True):
        assert X is not None
        process = law_process(X, mixture, rng)
        if process.decision(BOUNDS) == "rejected":
            return (_wrong_law(n, mixture, X, process),)
    return _fixed_counts(two, [X for X in read[4:] if X is not None])


def law_process(X: Numbers, mixture: Mixture, rng: np.random.Generator) -> Process:
    """The e-process of the claim that the rows of X follow `mixture`."""
    X = X[rng.permutation(len(X))]
    first, second = np.array_split(X, 2)
    # Every bet has mean 1 under the claim, on whatever draws: so has their average.
    bets = [
        _log_bets(X, mixture, usual_mistakes(mixture)),
        _log_bets(second, mixture, fitted(first, mixture)),
    ]
    return Process().after(len(X), np.concatenate(bets))


def _log_bets(X: Numbers, mixture: Mixture, rivals: tuple[Mixture, ...]) -> Numbers:
    test = Likelihoods((mixture, *rivals))
    sums = test.sums(Samples(X, np.zeros(len(X), dtype=np.intp)))
    return test.claim(0).log_bets(np.nan_to_num(sums, neginf=-1e300))


def usual_mistakes(mixture: Mixture) -> tuple[Mixture, ...]:
    """The laws that the usual mistakes lead to; each has a density."""
    weights, means, covariances = mixture.weights, mixture.means, mixture.covariances
    k, d = means.shape
    overall = weights @ means
    spread = np.einsum("k,kij->ij", weights**2, covariances)  # a weighted sum of one draw of each component
    return (
        Mixture(np.full(k, 1 / k), means, covariances),
        Mixture(weights, means, covariances @ covariances),
        Mixture(weights, means, np.stack([_transposed(c) for c in covariances])),
        Mixture(weights, means, np.stack([np.diag(np.diag(c)) for c in covariances])),
        Mixture(weights, means, np.broadcast_to(np.eye(d), covariances.shape)),
        Mixture(np.ones(1), overall[None], spread[None]),
    )


def _transposed(covariance: Numbers) -> Numbers:
    """L^T L where the covariance is L L^T: what z^T L gives."""
    factor = np.linalg.cholesky(covariance)
    return np.asarray(factor.T @ factor)


def fitted(X: Numbers, mixture: Mixture) -> tuple[Mixture, ...]:
    """A mixture and one Gaussian fitted to X, widened a little so that they bet on nothing impossible."""
    hard = np.argmax(mixture.joint_log_prob(X), axis=1)
    counts = np.bincount(hard, minlength=mixture.n_components)
    means, covariances = mixture.means.copy(), mixture.covariances.copy()
    for j in np.flatnonzero(counts > X.shape[1] + 1):
        means[j] = X[hard == j].mean(axis=0)
        covariances[j] = _covariance(X[hard == j])
    weights = (counts + 0.5) / (counts + 0.5).sum()
    one = Mixture(np.ones(1), X.mean(axis=0)[None], _covariance(X)[None])
    return Mixture(weights, means, covariances), one


def _covariance(X: Numbers) -> Numbers:
    return np.atleast_2d(np.cov(X.T, bias=True)) + 1e-3 * np.eye(X.shape[1])


def _wrong_law(n: int, mixture: Mixture, X: Numbers, process: Process) -> Violation:
    mean, covariance = X.mean(axis=0), np.cov(X.T)
    centered = mixture.means - mixture.weights @ mixture.means
    expected = (
        np.einsum("k,kij->ij", mixture.weights, mixture.covariances)
        + (mixture.weights[:, None] * centered).T @ centered
    )
    hard = np.argmax(mixture.joint_log_prob(X), axis=1)
    shares = np.bincount(hard, minlength=mixture.n_components) / n
    return violation(
        "wrong-distribution",
        "The points do not follow the mixture: draw a component with probability pi for each point, then the "
        "point from the Gaussian of that component.",
        inputs=_inputs(n, mixture),
        expected=f"mean {_short(mixture.weights @ mixture.means)}, covariance {_short(expected)}, shares "
        "of the "
        f"components {_short(mixture.weights)}",
        got=f"mean {_short(mean)}, covariance {_short(covariance)}, shares {_short(shares)}; evidence "
        "against the "
        f"mixture e^{min(process.log_e, 999):.0f} to 1",
        violated="The draws follow p(x) = sum_k pi_k N(x | mu_k, Sigma_k).",
    )


def _fixed_counts(mixture: Mixture, samples: list[Numbers]) -> tuple[Violation, ...]:
    """Two components, many samples: random counts scatter around N pi, fixed ones never do."""
    if np.allclose(samples[0][:5], samples[1][:5]):
        return ()  # the same draws in every call: a seed set inside, so these samples are not independent
    first = [int((np.argmax(mixture.joint_log_prob(X), axis=1) == 0).sum()) for X in samples]
    share = float(mixture.weights[0])
    log_bet = 0.0
    for n, count in zip(SMALL, first, strict=True):
        near = {math.floor(n * share), math.ceil(n * share)}
        chance = sum(_binomial(n, c, share) for c in near)
        # Under the claim `count` is in `near` with probability `chance`: a coin against a coin.
        log_bet += math.log(PROPORTIONAL / chance if count in near else (1 - PROPORTIONAL) / (1 - chance))
    if Process().after(len(SMALL), np.array([log_bet])).decision(BOUNDS) != "rejected":
        return ()
    return (
        violation(
            "fixed-counts",
            "Every sample has exactly N * pi points of each component, up to rounding. The number of "
            "points of a "
            "component is random: draw a component for each point, or the counts from a multinomial.",
            inputs={"N": list(SMALL[:8]), "pi": mixture.weights},
            expected=f"counts that scatter around N * {share:.3g} by about sqrt(N * "
            f"{share * (1 - share):.2g})",
            got=f"points of component 0: {first[:8]}",
            violated="The component of each point is drawn independently from Cat(pi).",
        ),
    )


def _binomial(n: int, count: int, share: float) -> float:
    return math.comb(n, count) * share**count * (1 - share) ** (n - count)


def _inputs(n: int, mixture: Mixture) -> dict[str, object]:
    return {"N": n, "pi": mixture.weights, "mu": mixture.means, "sigma": mixture.covariances}


def _short(values: Numbers) -> str:
    return np.array2string(np.asarray(values), precision=3, suppress_small=True, separator=", ").replace(
        "\n", ""
    )


CRITERION = Criterion(
    id="gmm_sample",
    title="Samples of a Gaussian mixture",
    signature=Signature(
        (Parameter("N"), Parameter("pi", "k"), Parameter("mu", "k d"), Parameter("sigma", "k d d")),
        (Parameter("X", "n d"),),
    ),
    judge=judge,
)
