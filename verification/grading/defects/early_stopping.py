"""Known mistakes in early stopping: what is stored, when, and when training ends."""

from __future__ import annotations

import ast

from verification.grading.detector import Case, Detector, Lines, lines_of, names_in

TRAINING = ("latent_factor_alternating_optimization", "latent_factor_gradient_descent")


def best_not_copied(case: Case) -> Lines | None:
    """best_Q = Q, and Q is changed in place afterwards."""
    if not case.violates("best-factors-not-returned", "last-factors-returned"):
        return None
    changed = set()
    for node in [*case.nodes(ast.Assign), *case.nodes(ast.AugAssign)]:
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        if isinstance(target, ast.Subscript) or isinstance(node, ast.AugAssign):
            changed |= names_in(target)
    returned = {name for node in case.nodes(ast.Return) for name in names_in(node)}
    for node in _in_loops(case):
        pairs_ = (
            zip(node.targets[0].elts, node.value.elts, strict=False)
            if isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, ast.Tuple)
            else [(node.targets[0], node.value)]
        )
        for target, value in pairs_:
            if not (isinstance(target, ast.Name) and isinstance(value, ast.Name)):
                continue
            if value.id in changed and target.id in returned - changed:
                return lines_of(node)
    return None


def stored_under_wrong_condition(case: Case) -> Lines | None:
    """The factors are stored when the loss is smaller than the one before, not smaller than all before."""
    if (
        not case.violates("best-factors-not-returned", "last-factors-returned")
        or best_not_copied(case) is not None
    ):
        return None
    for node in [n for loop in _loops(case) for n in ast.walk(loop) if isinstance(n, ast.If)]:
        stores = [
            inner
            for inner in ast.walk(node)
            if isinstance(inner, ast.Assign)
            and any("best" in ast.unparse(t) and "loss" not in ast.unparse(t) for t in inner.targets)
        ]
        returned = {name for end in case.nodes(ast.Return) for name in names_in(end)}
        kept = {name for inner in stores for target in inner.targets for name in names_in(target)}
        if case.violates("last-factors-returned") and not kept & returned:
            return None  # stored, and then not returned
        if stores:
            return lines_of(node.test)
    for stored in _in_loops(case):
        if any("best" in ast.unparse(target) for target in stored.targets):
            return lines_of(stored)
    return None


def _loops(case: Case) -> list[ast.For | ast.While]:
    return [*case.nodes(ast.For), *case.nodes(ast.While)]


def _in_loops(case: Case) -> list[ast.Assign]:
    """Assignments within a loop: what is stored once, after training, was never compared."""
    return [node for loop in _loops(case) for node in ast.walk(loop) if isinstance(node, ast.Assign)]


def two_counters(case: Case) -> Lines | None:
    """patience counts down while another counter goes up, and they meet half way."""
    down = {
        ast.unparse(node.target)
        for node in case.nodes(ast.AugAssign)
        if isinstance(node.op, ast.Sub) and isinstance(node.value, ast.Constant)
    }
    up = {
        ast.unparse(node.target)
        for node in case.nodes(ast.AugAssign)
        if isinstance(node.op, ast.Add) and isinstance(node.value, ast.Constant)
    }
    for node in case.nodes(ast.Compare):
        sides = {ast.unparse(node.left), *(ast.unparse(other) for other in node.comparators)}
        if sides & down and sides & up:
            return lines_of(node)
    return None


def no_early_stopping(case: Case) -> Lines | None:
    """`patience` is never looked at, or nothing ends the loop."""
    if not case.violates("early-stopping"):
        return None
    name = next((p for p in case.parameters if p == "patience"), None)
    read = [n for n in ast.walk(case.function) if isinstance(n, ast.Name) and n.id == name]
    loads = [n for n in read if isinstance(n.ctx, ast.Load)]
    ends = [n for n in ast.walk(case.function) if isinstance(n, ast.Break)]
    returns = [
        n
        for loop in ast.walk(case.function)
        if isinstance(loop, ast.For | ast.While)
        for n in ast.walk(loop)
        if isinstance(n, ast.Return)
    ]
    whiles = [n for n in ast.walk(case.function) if isinstance(n, ast.While)]
    if not loads or not (ends or returns or whiles):
        return lines_of(case.function)
    return None


def max_steps_ignored(case: Case) -> Lines | None:
    """`max_steps` is never looked at, or the loop goes on for ever."""
    if "max_steps" not in case.parameters:
        return None
    read = [
        n
        for n in ast.walk(case.function)
        if isinstance(n, ast.Name) and n.id == "max_steps" and isinstance(n.ctx, ast.Load)
    ]
    return lines_of(case.function) if not read else None


DETECTORS = (
    Detector(
        "best-not-copied",
        "The best factors are stored without a copy and change with every later step. Store Q.copy() and "
        "P.copy().",
        TRAINING,
        best_not_copied,
        explains=("best-factors-not-returned", "last-factors-returned"),
    ),
    Detector(
        "stored-under-wrong-condition",
        "The factors are not stored exactly when the validation loss is smaller than ever before.",
        TRAINING,
        stored_under_wrong_condition,
        explains=("best-factors-not-returned", "last-factors-returned"),
    ),
    Detector(
        "two-counters",
        "One counter goes down while another goes up, and they are compared with each other: training stops "
        "after half the patience.",
        TRAINING,
        two_counters,
        explains=("early-stopping",),
    ),
    Detector(
        "no-early-stopping",
        "Nothing stops the training when the validation loss no longer improves: patience is not used.",
        TRAINING,
        no_early_stopping,
        explains=("early-stopping",),
    ),
    Detector(
        "max-steps-ignored",
        "max_steps is not used: training ends only when patience runs out.",
        TRAINING,
        max_steps_ignored,
        explains=("max-steps-ignored", "early-stopping"),
    ),
)
