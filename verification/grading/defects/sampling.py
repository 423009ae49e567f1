"""Known mistakes in sampling a mixture."""

from __future__ import annotations

import ast

import numpy as np

from verification.grading.detector import Case, Detector, Lines, called_name, lines_of, names_in
from verification.grading.reading import numbers

SAMPLE = ("gmm_sample",)


def sampled_equally(case: Case) -> Lines | None:
    """The component is drawn without its probability."""
    if not case.violates("wrong-distribution"):
        return None
    for call in case.nodes(ast.Call):
        if called_name(call) == "randint":
            return lines_of(call)
        if (
            called_name(call) == "choice"
            and len(call.args) < 4
            and not any(k.arg == "p" for k in call.keywords)
        ):
            return lines_of(call)
    return None


def weighted_sum_of_draws(case: Case) -> Lines | None:
    """One draw of every component, added up with the weights: a single Gaussian."""
    if not case.violates("wrong-distribution"):
        return None
    rows = 0
    for (n, pi, mu, sigma), value in case.returned:
        X = numbers(value, n, mu.shape[1])
        if n < 500 or X is None:
            continue
        spread = np.einsum("k,kij->ij", pi**2, sigma)
        off = float(np.linalg.norm(np.cov(X.T) - spread)) / float(np.linalg.norm(spread))
        if off > 0.35:
            return None
        rows += 1
    if not rows:
        return None
    for node in case.nodes(ast.BinOp):
        if isinstance(node.op, ast.Mult) and "normal" in ast.unparse(node):
            return lines_of(node)
    return ()


def fixed_counts(case: Case) -> Lines | None:
    """int(N * pi) or round(N * pi) points of each component."""
    if not case.violates("fixed-counts", "wrong-shape", "wrong-distribution") and case.raised is None:
        return None
    for call in [*case.nodes(ast.Call), *case.nodes(ast.BinOp)]:
        if isinstance(call, ast.Call) and called_name(call) in (
            "int",
            "round",
            "floor",
            "ceil",
            "rint",
            "astype",
        ):
            text = ast.unparse(call)
            if "*" in text and case.parameters and case.parameters[0] in names_in(call):
                return lines_of(call)
    return None


DETECTORS = (
    Detector(
        "equal-weights",
        "The component is drawn without its probability: every component comes equally often.",
        SAMPLE,
        sampled_equally,
    ),
    Detector(
        "weighted-sum-of-draws",
        "Draws of all components are added up with the weights. That is one Gaussian, not a mixture: "
        "choose ONE "
        "component for each point.",
        SAMPLE,
        weighted_sum_of_draws,
    ),
    Detector(
        "fixed-counts",
        "Every component gets its share N * pi of the points, rounded. The number of points of a "
        "component is "
        "random: draw a component for each point, or the counts from a multinomial.",
        SAMPLE,
        fixed_counts,
    ),
)
