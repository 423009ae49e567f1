"""Mistakes that any function can have."""

from __future__ import annotations

import ast
from typing import Any

from verification.grading.arrangement import order_by_shape
from verification.grading.criteria_catalog import load_criterion
from verification.grading.detector import Case, Detector, Lines, called_name, lines_of, names_in
from verification.grading.reading import numbers, parts
from verification.grading.repairs import needs_older_library
from verification.grading.stops import READY_MADE

SILENT = ("log_every",)
"""Parameters that change nothing but what is printed."""
COUNTS = (
    "k",
    "K",
    "N",
    "n_validation",
    "n_test",
    "min_entries",
    "max_steps",
    "patience",
    "eval_every",
    "batch_size",
)
"""Parameters that a whole number may stand for by mistake."""


def argument_ignored(case: Case) -> Lines | None:
    """A parameter that is never read: something else, a constant or a global, stands in its place."""
    return lines_of(case.function) if _unread(case) else None


def globals_used(case: Case) -> Lines | None:
    """Names from outside of the function where arguments are meant."""
    names = set(case.outside) | (set(case.missing) if _unread(case) else set())
    for node in ast.walk(case.function):
        if isinstance(node, ast.Name) and node.id in names:
            return lines_of(node)
    for helper in [node for node in case.tree.body if isinstance(node, ast.FunctionDef)]:
        own = {n.id for n in ast.walk(helper) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        own |= {argument.arg for argument in ast.walk(helper.args) if isinstance(argument, ast.arg)}
        for node in ast.walk(helper) if helper is not case.function else ():
            if isinstance(node, ast.Name) and node.id in set(case.parameters) - own:
                return lines_of(node)  # a helper that was not given what the function was given
    return None


def outer_arrays_changed(case: Case) -> Lines | None:
    """Arrays made at the top of the notebook, of the size that fits there, are filled by the function."""
    constants = {
        target.id
        for node in case.tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    own = {n.id for n in ast.walk(case.function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    for node in ast.walk(case.function):
        if isinstance(node, ast.Assign | ast.AugAssign):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Subscript) and names_in(target.value) & (constants - own):
                return lines_of(node)
    return None


def hard_coded_constant(case: Case) -> Lines | None:
    """A number stands where an argument is meant: in a loop, a slice, or a call of the function by itself."""
    for node in ast.walk(case.function):
        if (
            isinstance(node, ast.Call)
            and ast.unparse(node.func) == case.function.name
            and any(isinstance(argument, ast.Constant) for argument in node.args)
        ):
            return lines_of(node)
    unread = set(_unread(case)) & set(COUNTS)
    for node in ast.walk(case.function) if unread else ():
        if isinstance(node, ast.Slice) and _is_large(node.upper):
            return lines_of(node)
        if (
            isinstance(node, ast.Call)
            and called_name(node) in ("range", "arange")
            and _is_large(node.args[-1])
        ):
            return lines_of(node)
        if isinstance(node, ast.Compare) and any(map(_is_large, node.comparators)):
            return lines_of(node)
    return None


def _is_large(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int) and node.value > 2


def _unread(case: Case) -> list[str]:
    """Parameters that the function never reads."""
    read = {n.id for n in ast.walk(case.function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    return [name for name in case.parameters if name not in read and name not in SILENT]


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
        if order_by_shape(signature, arguments, given) not in (None, tuple(range(count))):
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


def _return_lines(case: Case) -> Lines:
    returns = [node for node in ast.walk(case.function) if isinstance(node, ast.Return)]
    return lines_of(returns[-1]) if returns else ()


def misused_api(case: Case) -> Lines | None:
    """A library is asked for what it does not have."""
    if case.raised is None or case.raised.type_name not in ("AttributeError", "TypeError", "ImportError"):
        return None
    if needs_older_library(case.raised) or READY_MADE in case.raised.message:
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
    Detector(
        "globals-instead-of-arguments",
        "The function fills arrays that were made outside of it, of the size that fits one example. Make "
        "them in the function.",
        (),
        outer_arrays_changed,
    ),
    Detector(
        "hard-coded-constant",
        "A number stands where one of the arguments is meant: the function works for one setting only.",
        (),
        hard_coded_constant,
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
