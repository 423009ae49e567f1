"""k-means: a fixed point of Lloyd's map, or so near one that going on gains next to nothing.

Properties. Labels name the nearest center; centers are the means of their samples; going on from the result
            with Lloyd's algorithm lowers the objective by next to nothing; no cluster is empty.
Tolerance.  Any start, any stopping rule, any order of clusters; labels as integers or whole floats. One run
            of several may end on a plateau or with an empty cluster: the latter is a minor defect.
Source.     Bishop, PRML 9.1, eqs. 9.1 to 9.4.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial.distance import cdist

from algorithms import kmeans
from verification.grading.criterion import Criterion, Parameter, Signature, Student
from verification.grading.findings import Violation
from verification.grading.reading import Numbers, kind_of, labels, numbers, outcomes, parts, show, violation

GAIN = 0.05
"""Share of the objective that going on may still gain. Honest tolerances leave 0.5 %, a plateau 4 %;
one iteration from a random start leaves 10 % and more on these clouds."""
MISLABELED = 0.02
"""Share of samples that may sit with a center clearly not nearest, when labels are one small step behind."""
ROUNDING = 1e-5
"""Of the largest coordinate: single precision, and nothing more."""
CLEARLY = 1.1
"""A squared distance this many times the smallest one is clearly not the smallest."""


@dataclass(frozen=True)
class Result:
    """What came back for one data set, read; None where it is not readable."""

    X: np.ndarray
    k: int
    value: object
    centers: Numbers | None
    labels: np.ndarray | None

    @property
    def has_gaps(self) -> bool:
        """Whether a center is NaN or infinite, or no sample's: what an empty cluster leaves behind."""
        if self.centers is None or self.labels is None:
            return False
        return not np.isfinite(self.centers).all() or len(np.unique(self.labels)) < self.k


def judge(student: Student, rng: np.random.Generator) -> tuple[Violation, ...]:
    """Clouds without clear clusters, so that a start matters and one step is not enough, then pixels."""
    clouds = [_cloud(rng, n, d) for n, d in ((120, 2), (160, 5), (150, 2), (140, 3))]
    calls: list[tuple[np.ndarray, int]] = [(X, k) for X, k in zip(clouds, (4, 4, 5, 1), strict=True)]
    pixels = np.clip(rng.gamma(3.0, 35.0, size=(150, 3)) + rng.normal(0, 4, (150, 1)), 0, 255)
    calls += [(pixels.astype(np.uint8), 4), (pixels[::-1].astype(np.uint8), 3)]
    returned = outcomes(student, calls)
    results = [_read(X, k, result.value) for (X, k), result in zip(calls, returned, strict=True)]
    for result in results:
        if (unreadable := _unreadable(result)) is not None:
            return (unreadable,)
    gaps = [result for result in results if result.has_gaps]
    missed = [(r.k, p) for r in results if not r.has_gaps and (p := _misses(r)) is not None]
    # One of several clusterings may be a plateau or an unlucky start; one cluster has none.
    if len(missed) > 1 or (missed and gaps) or any(k == 1 for k, _ in missed):
        return (_smallest(student, rng, missed[0][1]),)
    whole = [p for result in results if (p := _truncated(result)) is not None]
    if whole:
        return (whole[0],)
    if len(gaps) > 1:
        return (_smallest(student, rng, _gap(gaps[0], "major")),)
    if gaps:
        return (_gap(gaps[0], "minor"),)
    return _empty_clusters(student, rng)


def _smallest(student: Student, rng: np.random.Generator, found: Violation) -> Violation:
    """The same violation on eight points that can be read, if it shows there; `found` itself otherwise."""
    small = [np.round(_cloud(rng, 8, 2), 1) for _ in range(3)]
    for X, result in zip(small, student.call_each([(X, 2) for X in small]), strict=True):
        read = _read(X, 2, getattr(result, "value", None))
        if read.centers is None or read.labels is None or (read.has_gaps and found.code != "empty-cluster"):
            continue
        again = _misses(read)
        if again is not None and again.code == found.code:
            return again
    return found


def _cloud(rng: np.random.Generator, n: int, d: int) -> Numbers:
    """Skewed, correlated, away from the origin: means differ from medians, zero is nobody's mean.

    On the scale of the exercise's pixels, because tolerances of honest programs are made for that.
    """
    mixing = np.eye(d) + 0.3 * rng.standard_normal((d, d))
    return np.asarray(12 * rng.gamma(1.5, 2.0, size=(n, d)) @ mixing + rng.uniform(40.0, 80.0, d))


def _read(X: np.ndarray, k: int, value: object) -> Result:
    both = parts(value, 2)
    if both is None:
        return Result(X, k, value, None, None)
    return Result(X, k, value, numbers(both[0], k, X.shape[1]), _labels(both[1], X, k))


def _labels(value: object, X: np.ndarray, k: int) -> np.ndarray | None:
    return labels(value, len(X), k)


def _unreadable(result: Result) -> Violation | None:
    shape = (result.k, result.X.shape[1])
    message = ""
    if parts(result.value, 2) is None:
        message = f"The function should return two things, mu and z; it returned {kind_of(result.value)}."
    elif result.centers is None:
        message = f"mu should be the {result.k} centers, an array of shape {shape}."
    elif result.labels is None:
        message = f"z should be one number in 0..{result.k - 1} for each of the {len(result.X)} points."
    if not message:
        return None
    return violation(
        "wrong-shape",
        message,
        inputs={"X": result.X, "k": result.k},
        expected=f"mu of shape {shape}, z of shape ({len(result.X)},)",
        got=kind_of(result.value),
        violated="The result is the pair (mu, z) of the docstring.",
    )


def _misses(result: Result) -> Violation | None:
    """The property that the result lacks, or None."""
    X = result.X.astype(np.float64)
    centers, assigned = result.centers, result.labels
    assert centers is not None
    assert assigned is not None
    if result.has_gaps:
        return _gap(result, "major")
    distances = cdist(X, centers, "sqeuclidean")
    own = distances[np.arange(len(X)), assigned]
    nearest = distances.min(axis=1)
    wrong = own > CLEARLY * nearest + 1e-9 * float(nearest.mean())
    inputs = {"X": result.X, "k": result.k}
    if wrong.sum() > max(1, MISLABELED * len(X)):
        i = int(np.argmax(own - nearest))
        return violation(
            "label-not-nearest",
            f"{int(wrong.sum())} of {len(X)} points are not labeled with their nearest center.",
            inputs={**inputs, "point": X[i], "mu": centers},
            expected=f"label {int(distances[i].argmin())}, at distance {np.sqrt(nearest[i]):.4g}",
            got=f"label {int(assigned[i])}, at distance {np.sqrt(own[i]):.4g}",
            violated="Every point belongs to the cluster whose center is nearest.",
        )
    best = _continued(X, centers)
    objective = float(own.sum())
    means = np.stack([X[assigned == j].mean(axis=0) for j in range(result.k)])
    scale = float(np.abs(X).max())
    # Whatever step was the last one has done its work to the last digit.
    assigned_last = bool((np.sqrt(own) - np.sqrt(nearest) <= ROUNDING * scale).all())
    averaged_last = float(np.abs(means - centers).max()) <= ROUNDING * scale
    if result.k == 1:  # the first mean is the last
        assigned_last = float(np.abs(means - centers).max()) <= 100 * ROUNDING * scale
    if objective <= (1 + GAIN) * best + 1e-9 and (assigned_last or averaged_last):
        return None
    j = int(np.argmax(np.linalg.norm(means - centers, axis=1)))
    inputs = {**inputs, f"points of cluster {j}": int((assigned == j).sum()), "their mean": means[j]}
    if objective > (1 + GAIN) * best + 1e-9:
        return violation(
            "not-a-fixed-point",
            f"The clustering is not finished, or the centers are not means: the sum of squared distances is "
            f"{objective:.5g}, and Lloyd's algorithm goes on from these centers to {best:.5g}.",
            inputs=inputs,
            expected=f"a sum of squared distances near {best:.5g}, where one more iteration changes nothing",
            got=f"{objective:.5g}, with center {j} at {show(centers[j])}",
            violated="At convergence every center is the mean of the points assigned to it.",
        )
    return violation(
        "not-a-fixed-point",
        "The centers are not the means of their points, nor are all points labeled with their nearest "
        "center: one of the two steps is wrong.",
        inputs=inputs,
        expected=f"center {j} at {show(means[j])}",
        got=f"center {j} at {show(centers[j])}",
        violated="Whichever step was the last, centers are means or labels name the nearest centers.",
    )


def _truncated(result: Result) -> Violation | None:
    """Whole numbers as centers of whole numbers: no mean of dozens of pixels is one, let alone all."""
    centers, assigned = result.centers, result.labels
    assert centers is not None
    assert assigned is not None
    if result.has_gaps or not np.array_equal(centers, np.round(centers)):
        return None
    means = np.stack([result.X[assigned == j].mean(axis=0) for j in range(result.k)])
    if np.abs(means - centers).max() < 0.01:
        return None
    return violation(
        "integer-centroids",
        "For whole-number data such as pixels the centers are cut off to whole numbers, because they are "
        "stored "
        "in an array of the data's type. Convert the data to float first.",
        inputs={"X": result.X, "k": result.k, "dtype of X": "uint8"},
        expected=means,
        got=centers,
        violated="Every center is the mean of the points assigned to it.",
    )


def _continued(X: Numbers, centers: Numbers) -> float:
    """The objective that Lloyd's algorithm reaches from `centers`."""
    weight = np.ones(len(X))
    state = kmeans.start(X, weight, centers)
    for _ in range(100):
        after = kmeans.step(X, weight, state)
        if after.inertia >= state.inertia:
            break
        state = after
    return state.inertia


def _gap(result: Result, severity: str) -> Violation:
    return violation(
        "empty-cluster",
        "A cluster lost all its points, and its center is NaN or belongs to no point. Keep the old center or "
        "choose a new one, and start from different points of the data.",
        inputs={"X": result.X, "k": result.k},
        expected=f"{result.k} finite centers, each with at least one point",
        got="NaN or empty" if result.centers is None else result.centers,
        violated="With at least k different points no cluster needs to be empty.",
        severity="minor" if severity == "minor" else "major",
    )


def _empty_clusters(student: Student, rng: np.random.Generator) -> tuple[Violation, ...]:
    """Few different points, each many times: starting centers coincide, and clusters are empty."""
    corners = rng.uniform(10.0, 230.0, size=(6, 2))
    X = corners[rng.permutation(np.repeat(np.arange(6), [20, 2, 2, 2, 2, 2]))]
    result = student.call(X, 4)
    value = getattr(result, "value", None)
    read = _read(X, 4, value)
    if read.centers is not None and np.isfinite(read.centers).all():
        return ()
    return (_gap(read, "minor"),)


CRITERION = Criterion(
    id="kmeans",
    title="k-means clustering",
    signature=Signature(
        (Parameter("X", "n d"), Parameter("k")), (Parameter("mu", "k d"), Parameter("z", "n"))
    ),
    judge=judge,
)
