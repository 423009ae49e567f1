"""Mistakes that any function can have."""

from __future__ import annotations

import ast
import itertools
from typing import Any

from verification.grading.criteria_catalog import load_criterion
from verification.grading.detector import Case, Detector, Lines, lines_of, names_in
from verification.grading.reading import numbers, parts

SILENT = ("log_every",)
"""Parameters that change nothing but what is printed."""


def argument_ignored(case: Case) -> Lines | None:
    """A parameter that is never read: something else, a constant or a global, stands in its place."""
    read = {n.id for n in ast.walk(case.function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    unread = [name for name in case.parameters if name not in read and name not in SILENT]
    return lines_of(case.function) if unread else None


def globals_used(case: Case) -> Lines | None:
    """Names from outside of the function where arguments are meant."""
    if not case.missing or argument_ignored(case) is None:
        return None
    for node in ast.walk(case.function):
        if isinstance(node, ast.Name) and node.id in case.missing:
            return lines_of(node)
    return None


def wrong_return_order(case: Case) -> Lines | None:
    """The results, in another order, would have the right shapes."""
    if not case.violates("wrong-shape"):
        return None
    signature = load_criterion(case.criterion).signature
    count = len(signature.returns)
    for arguments, value in case.returned:
        given = parts(value, count)
        if given is None or count < 2:
            continue
        sizes = _sizes(case, arguments)
        for order in itertools.permutations(range(count)):
            if order == tuple(range(count)):
                continue
            fits = [
                numbers(given[i], *[sizes[axis] for axis in part.axes.split()]) is not None
                for i, part in zip(order, signature.returns, strict=True)
                if part.axes and all(axis in sizes for axis in part.axes.split())
            ]
            if fits and all(fits):
                return _return_lines(case)
        if count == 5 and _swapped_factors(case, arguments, given):
            return _return_lines(case)
    return None


def _swapped_factors(case: Case, arguments: tuple[Any, ...], given: tuple[Any, ...]) -> bool:
    """Whether P comes first and Q second in the results of a training."""
    if not case.criterion.startswith("latent_factor"):
        return False
    (n, d), k = arguments[0].shape, arguments[2]
    return numbers(given[1], n, k) is not None and numbers(given[0], k, d) is not None


def _sizes(case: Case, arguments: tuple[object, ...]) -> dict[str, int]:
    """Lengths of the named axes, from the arguments."""
    sizes: dict[str, int] = {}
    for part, value in zip(load_criterion(case.criterion).signature.parameters, arguments, strict=False):
        array = numbers(value)
        if array is not None and part.axes:
            sizes |= dict(zip(part.axes.split(), array.shape, strict=False))
        if part.name == "k" and isinstance(value, int):
            sizes["k"] = value
    return sizes


def _return_lines(case: Case) -> Lines:
    returns = [node for node in ast.walk(case.function) if isinstance(node, ast.Return)]
    return lines_of(returns[-1]) if returns else ()


def misused_api(case: Case) -> Lines | None:
    """A library is asked for what it does not have."""
    if case.raised is None or case.raised.type_name not in ("AttributeError", "TypeError", "ImportError"):
        return None
    message = case.raised.message
    signs = ("has no attribute", "unexpected keyword", "positional argument", "not callable", "cannot import")
    return () if any(sign in message for sign in signs) else None


def returns_nothing(case: Case) -> Lines | None:
    """There is no return statement."""
    returns = [n for n in ast.walk(case.function) if isinstance(n, ast.Return) and n.value is not None]
    yields = any(isinstance(n, ast.Yield | ast.YieldFrom) for n in ast.walk(case.function))
    return lines_of(case.function) if not returns and not yields else None


def input_mutated(case: Case) -> Lines | None:
    """An argument is changed in place."""
    for call in case.calls:
        mutated = getattr(call.result, "mutated", ())
        if any(mutated):
            for node in ast.walk(case.function):
                target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
                if isinstance(target, ast.Subscript) and names_in(target.value) & set(case.parameters):
                    return lines_of(node)
            return ()
    return None


DETECTORS = (
    Detector(
        "globals-instead-of-arguments",
        "The function uses names from outside instead of its arguments: it works in this notebook, on "
        "these data, "
        "and nowhere else.",
        (),
        globals_used,
    ),
    Detector("returns-nothing", "There is no return statement: the result is lost.", (), returns_nothing),
    Detector(
        "wrong-return-order",
        "The results are returned in another order than documented.",
        (),
        wrong_return_order,
    ),
    Detector(
        "misused-api",
        "A function of a library is used in a way it does not have: look at its documentation.",
        (),
        misused_api,
    ),
    Detector(
        "argument-ignored",
        "The function never looks at one of its arguments: a constant or something else stands in its place.",
        (),
        argument_ignored,
        "minor",
    ),
    Detector(
        "input-mutated",
        "An argument is changed in place: the caller's data are not the same afterwards. Work on a copy.",
        (
            "kmeans",
            "em",
            "gmm_log_probability",
            "e_step",
            "m_step",
            "gmm_sample",
            "split_data",
            "initialize_Q_P",
        ),
        input_mutated,
        "minor",
    ),
)
