"""EM for Gaussian mixtures: a valid mixture near a stationary point of the likelihood.

Properties. Weights sum to one, covariances are symmetric and positive semidefinite; one exact EM step from
            the result gains next to nothing; every M-step gives the mixture the mean and the covariance of
            the sample; two clear clusters are found; a larger tol stops earlier.
Tolerance.  Any start and any stopping rule, in particular the expected joint log-likelihood, which is not
            monotone under EM; regularized covariances; one unlucky run of several.
Source.     Bishop, PRML 9.2.2, eqs. 9.23 to 9.28.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from algorithms import em
from algorithms.errors import InputError
from algorithms.mixture import Mixture
from verification.grading.criterion import Call, Criterion, Parameter, Signature, Stopped, Student
from verification.grading.draws import random_covariance, random_mixture, separated_mixture
from verification.grading.findings import Violation
from verification.grading.reading import Numbers, kind_of, numbers, parts, violation
from verification.grading.sandbox.caller import Returned

GAIN = 0.015
"""Log-likelihood a sample that one more EM step may gain. Stopping rules at the default tol leave 0.003 or
less; weights that are never updated leave 0.04, wrong covariances 0.1 and more."""
OFF_MEAN, OFF_COVARIANCE = 0.01, 0.05
"""How far the mixture's mean and covariance may be from the sample's, by the spread within components. After
an M-step they agree to rounding; a ridge or a divisor N_k - 1 leaves 0.015 of the covariance."""
SHARE = 0.6
"""Of what the true mixture gains over one Gaussian, the share that finding the clusters must reach."""
CONVERGED = 1e-9
LARGE_TOL = 1e6


@dataclass(frozen=True)
class Fit:
    """One run: the data, and the mixture that came back, or what is wrong with it."""

    X: np.ndarray
    k: int
    problem: Violation | None
    mixture: Mixture | None
    gain: float = np.inf


def judge(student: Student, rng: np.random.Generator) -> tuple[Violation, ...]:
    """Three times two clear clusters, overlapping ones with a small and a large tol, pixels."""
    clear = [separated_mixture(rng, 2, 2, distance=6.0) for _ in range(3)]
    overlapping = _drawn(random_mixture(rng, 3, 3, spread=1.3), 240, rng)
    uneven = _drawn(_uneven(rng), 200, rng)
    pixels = np.clip(_drawn(random_mixture(rng, 3, 3), 200, rng) * 18 + 120, 0, 255).astype(np.uint8)
    colors = np.clip(_drawn(separated_mixture(rng, 2, 3), 150, rng) * 12 + 120, 0, 255).astype(np.uint8)
    # A small tol: at the default one an honest rule may stop on a plateau before the clusters part.
    calls: list[tuple[np.ndarray, int, float]] = [(_drawn(mixture, 160, rng), 2, 1e-6) for mixture in clear]
    calls += [(overlapping, 3, 1e-6), (overlapping, 3, LARGE_TOL)]
    calls += [(uneven, 2, 1e-6), (pixels, 3, 1e-3), (colors, 2, 1e-3)]
    # Every call has its own random start, but the two with different tol share theirs.
    results = [*student.call_each(calls[:4], seed=11), *student.call_each(calls[4:5], seed=14)]
    results += student.call_each(calls[5:], seed=15)
    stopped = [
        Call(arguments, result)
        for arguments, result in zip(calls, results, strict=True)
        if not isinstance(result, Returned)
    ]
    if len(stopped) > 1:
        raise Stopped(stopped[0])
    fits = [
        _read(arguments[0], arguments[1], result.value)
        for arguments, result in zip(calls, results, strict=True)
        if isinstance(result, Returned)
    ]
    problems = [fit.problem for fit in fits if fit.problem is not None]
    if len(problems) > 1 or (problems and stopped):
        return (problems[0],)
    judged = [fit for i, fit in enumerate(fits) if not (i == 4 and not stopped)]  # the large tol stops early
    unfinished = [fit for fit in judged if fit.problem is None and fit.gain > GAIN]
    if len(unfinished) > 1:
        return (_smallest(student, rng, _unfinished(unfinished[0])),)
    whole = [found for fit in fits if (found := _cut_off(fit)) is not None]
    if whole:
        return (whole[0],)
    off = [found for fit in judged if (found := _moments_off(fit)) is not None]
    if len(off) > 1:
        return (_smallest(student, rng, off[0]),)
    found = _clusters_missed(clear, fits[:3])
    if found is not None:
        return (found,)
    return () if stopped else _tol_ignored(fits[3], fits[4])


def _smallest(student: Student, rng: np.random.Generator, found: Violation) -> Violation:
    """The same violation on ten points that can be read, if it shows there; `found` itself otherwise."""
    small = [np.round(_drawn(separated_mixture(rng, 2, 2, distance=3.0), 10, rng), 1) for _ in range(3)]
    for X, result in zip(small, student.call_each([(X, 2, 1e-6) for X in small]), strict=True):
        fit = _read(X, 2, getattr(result, "value", None))
        if fit.problem is not None:
            continue
        again = _unfinished(fit) if fit.gain > GAIN else _moments_off(fit)
        if again is not None and again.code == found.code:
            return again
    return found


def _uneven(rng: np.random.Generator) -> Mixture:
    """A narrow component at the rim of a wide one with more weight: k-means divides them elsewhere."""
    wide, narrow = random_covariance(rng, 2, 2.0), 0.1 * random_covariance(rng, 2, 2.0)
    center = rng.uniform(2.0, 4.0, 2)
    direction = rng.standard_normal(2)
    rim = center + 1.6 * direction / np.linalg.norm(direction)
    return Mixture(np.array([0.8, 0.2]), np.stack([center, rim]), np.stack([wide, narrow]))


def _drawn(mixture: Mixture, n: int, rng: np.random.Generator) -> Numbers:
    """Draws with every component in its proportion: no sample without one of the clusters."""
    counts = np.maximum(1, np.round(n * mixture.weights)).astype(int)
    labels = rng.permutation(np.repeat(np.arange(len(counts)), counts))
    return np.asarray(mixture.place(labels, rng.standard_normal((len(labels), mixture.n_features))))


def _read(X: np.ndarray, k: int, value: object) -> Fit:
    d = X.shape[1]
    three = parts(value, 3)
    pi, mu, sigma = (
        (None, None, None)
        if three is None
        else (numbers(three[0], k), numbers(three[1], k, d), numbers(three[2], k, d, d))
    )
    expected = f"pi of shape ({k},), mu of shape ({k}, {d}), sigma of shape ({k}, {d}, {d})"
    if pi is None or mu is None or sigma is None:
        message = "The function should return the weights, the means and the covariances, in this order."
        return Fit(X, k, _invalid("wrong-shape", message, X, k, expected, kind_of(value)), None)
    problem = _not_a_mixture(pi, mu, sigma)
    if problem:
        message = f"The result is no mixture of Gaussians: {problem}."
        return Fit(X, k, _invalid("invalid-mixture", message, X, k, "a valid mixture", problem), None)
    mixture = Mixture(np.abs(pi) / np.abs(pi).sum(), mu, _positive((sigma + sigma.transpose(0, 2, 1)) / 2))
    return Fit(X, k, None, mixture, _gain(X.astype(np.float64), mixture))


def _not_a_mixture(pi: Numbers, mu: Numbers, sigma: Numbers) -> str:
    if not (np.isfinite(pi).all() and np.isfinite(mu).all() and np.isfinite(sigma).all()):
        return "it contains NaN or infinite numbers"
    if pi.min() < -1e-9 or abs(pi.sum() - 1) > 1e-6:
        return f"pi is {np.round(pi, 4)} and sums to {pi.sum():.6g}"
    scale = float(np.abs(sigma).max())
    if np.abs(sigma - sigma.transpose(0, 2, 1)).max() > 1e-6 * scale:
        return "a covariance is not symmetric"
    if np.linalg.eigvalsh(sigma).min() < -1e-6 * scale:
        return "a covariance has a negative eigenvalue"
    return ""


def _positive(covariances: Numbers) -> Numbers:
    """The same, with eigenvalues that rounding or a collapsed component made zero raised a little."""
    scale = float(np.trace(covariances, axis1=1, axis2=2).max())
    return np.stack(
        [em.raise_eigenvalues(covariance, 1e-10 * max(scale, 1e-300)) for covariance in covariances]
    )


def _gain(X: Numbers, mixture: Mixture) -> float:
    """What one EM step adds to the mean log-likelihood."""
    weight = np.ones(len(X))
    try:
        state = em.e_step(X, weight, mixture)
        floor = 1e-10 * float(np.trace(np.atleast_2d(np.cov(X.T))))
        after = em.step(X, weight, state, floor)
    except (InputError, np.linalg.LinAlgError):
        return np.inf
    return (after.log_likelihood - state.log_likelihood) / len(X)


def _invalid(code: str, message: str, X: np.ndarray, k: int, expected: str, got: str) -> Violation:
    return violation(
        code,
        message,
        inputs={"X": X, "k": k},
        expected=expected,
        got=got,
        violated="pi is a probability vector, mu holds k means, sigma k covariance matrices.",
    )


def _unfinished(fit: Fit) -> Violation:
    assert fit.mixture is not None
    return violation(
        "not-stationary",
        f"EM is not finished or its steps are wrong: one exact EM step from the result raises the mean "
        f"log-likelihood by {fit.gain:.3g}.",
        inputs={"X": fit.X, "k": fit.k},
        expected=f"a gain below {GAIN}",
        got=f"a gain of {fit.gain:.3g} from pi = {np.round(fit.mixture.weights, 3)}, "
        f"mu = {np.round(fit.mixture.means, 3).tolist()}",
        violated="EM stops near a stationary point of the likelihood: further steps change next to nothing.",
    )


def _moments_off(fit: Fit) -> Violation | None:
    """The mean or the covariance of the mixture, if an M-step cannot have left it so."""
    if fit.mixture is None:
        return None
    weights, means, X = fit.mixture.weights, fit.mixture.means, fit.X.astype(np.float64)
    within = np.einsum("k,kij->ij", weights, fit.mixture.covariances)
    mean, centered = weights @ means, means - weights @ means
    covariance = within + (weights[:, None] * centered).T @ centered
    sample = np.atleast_2d(np.cov(X.T, bias=True))
    off = np.linalg.solve(np.linalg.cholesky(within), mean - X.mean(axis=0))
    wrong_mean = float(np.linalg.norm(off)) > OFF_MEAN
    wrong_covariance = float(np.linalg.norm(covariance - sample) / np.linalg.norm(within)) > OFF_COVARIANCE
    if not (wrong_mean or wrong_covariance):
        return None
    what = "mean" if wrong_mean else "covariance"
    return violation(
        "not-an-m-step",
        f"The parameters do not come from an M-step: the {what} of the mixture is not that of the data. One "
        "of pi, mu and sigma is wrong or never updated.",
        inputs={"X": fit.X, "k": fit.k},
        expected=X.mean(axis=0) if wrong_mean else sample,
        got=mean if wrong_mean else covariance,
        violated="After every M-step sum_k pi_k mu_k is the mean of the data."
        if wrong_mean
        else "After every M-step sum_k pi_k (Sigma_k + mu_k mu_k^T) - m m^T is the covariance of the data.",
    )


def _cut_off(fit: Fit) -> Violation | None:
    """Whole numbers as means of pixels: they were stored in an array of the data's type."""
    if fit.mixture is None or fit.X.dtype.kind != "u":
        return None
    if not np.array_equal(fit.mixture.means, np.round(fit.mixture.means)):
        return None
    return violation(
        "integer-means",
        "For whole-number data such as pixels the means are cut off to whole numbers, because they are "
        "stored in an array of the data's type. Convert the data to float first.",
        inputs={"X": fit.X, "k": fit.k, "dtype of X": "uint8"},
        expected="means with fractions",
        got=fit.mixture.means,
        violated="mu_k is the mean of the data, weighted with the responsibilities of component k.",
    )


def _clusters_missed(clear: list[Mixture], fits: list[Fit]) -> Violation | None:
    """Two clear clusters that were found in none of the data sets."""
    X, truth, single, best, reached = np.empty(0), clear[0], 0.0, 0.0, 0.0
    for truth, fit in zip(clear, fits, strict=False):
        if fit.mixture is None:
            continue
        X = fit.X
        one = Mixture(np.ones(1), X.mean(axis=0)[None], np.cov(X.T)[None])
        single, best = float(one.log_prob(X).mean()), float(truth.log_prob(X).mean())
        reached = float(fit.mixture.log_prob(X).mean())
        if reached >= single + SHARE * (best - single):
            return None
    return violation(
        "clusters-not-found",
        "The data fall into two clear clusters, and EM found them in none of three data sets. Start from "
        "different "
        "points of the data, or from k-means.",
        inputs={"X": X, "k": 2},
        expected=f"a mean log-likelihood near {best:.4g}, that of means {np.round(truth.means, 2).tolist()}",
        got=f"{reached:.4g}; one single Gaussian has {single:.4g}",
        violated="A mixture of two Gaussians fits two clear clusters better than one Gaussian.",
    )


def _tol_ignored(small: Fit, large: Fit) -> tuple[Violation, ...]:
    if small.mixture is None or large.mixture is None or small.gain > CONVERGED:
        return ()
    same = np.array_equal(small.mixture.means, large.mixture.means)
    same &= np.array_equal(small.mixture.covariances, large.mixture.covariances)
    if not same:
        return ()
    return (
        violation(
            "tol-ignored",
            "The result does not depend on tol: even with an enormous one EM went on to convergence.",
            inputs={"X": small.X, "k": small.k, "tol": LARGE_TOL},
            expected="a stop after one or two iterations, with parameters that are not converged",
            got=f"exactly the parameters of tol = 1e-6: mu = {np.round(large.mixture.means, 3).tolist()}",
            violated="Iterations stop when the improvement is below tol.",
            severity="minor",
        ),
    )


CRITERION = Criterion(
    id="em",
    title="EM for a Gaussian mixture",
    signature=Signature(
        (Parameter("X", "n d"), Parameter("k"), Parameter("tol", optional=True)),
        (Parameter("pi", "k"), Parameter("mu", "k d"), Parameter("sigma", "k d d")),
    ),
    judge=judge,
    uses=("kmeans", "gmm_log_probability"),
)
