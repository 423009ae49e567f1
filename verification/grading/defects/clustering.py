"""Known mistakes in k-means."""

from __future__ import annotations

import ast

import numpy as np

from verification.grading.detector import Case, Detector, Lines, called_name, lines_of, names_in
from verification.grading.reading import numbers, parts

KMEANS = ("kmeans",)
UNFINISHED = (
    "not-a-fixed-point",
    "label-not-nearest",
    "empty-cluster",
    "integer-centroids",
    "not-stationary",
)
"""What the steps of an iteration explain; not that results are unreadable."""


def missing_axis(case: Case) -> Lines | None:
    """A mean or a minimum over all numbers of an array where one for each column or row is meant."""
    stopped = case.raised is not None and case.raised.type_name in ("ValueError", "TypeError", "IndexError")
    if not _centers_are_scalar(case) and not stopped and not case.violates("wrong-shape"):
        return None
    for call in case.nodes(ast.Call):
        if isinstance(call.func, ast.Attribute) and called_name(call.func.value) == "groupby":
            continue
        wants = 1 if isinstance(call.func, ast.Attribute) and not _is_module(call.func.value) else 2
        if called_name(call) in ("mean", "average") and len(call.args) < wants and not _has_axis(call):
            return lines_of(call)
    return None


def scalar_centers(case: Case) -> Lines | None:
    """Every center has the same number in all its coordinates, and no line shows why."""
    return () if _centers_are_scalar(case) and missing_axis(case) is None else None


def integer_centers(case: Case) -> Lines | None:
    """Centers of whole-number data are whole numbers: means were cut off."""
    for (X, *_), value in case.returned:
        both = parts(value, 2)
        if X.dtype.kind == "u" and both is not None:
            centers = numbers(both[0])
            if centers is not None and centers.size > 3 and np.array_equal(centers, np.round(centers)):
                return ()
    return None


def lists_never_reset(case: Case) -> Lines | None:
    """A list that collects points or labels is filled in every iteration and emptied in none."""
    for loop in _main_loops(case):
        emptied = {
            target.id
            for node in ast.walk(loop)
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name) and not isinstance(node.value, ast.Name)
        }
        emptied |= {
            names.pop()
            for node in ast.walk(loop)
            if isinstance(node, ast.Call) and called_name(node) == "clear" and (names := names_in(node.func))
        }
        emptied |= {
            next(iter(names_in(target)))
            for node in ast.walk(loop)
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.List | ast.ListComp)
            for target in node.targets
            if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name)
        }
        for inner in ast.walk(loop):
            if isinstance(inner, ast.For) and inner is not loop:
                for node in ast.walk(inner):
                    if called_name(node) in ("append", "extend") and isinstance(node, ast.Call):
                        owner = _owner(node.func)
                        bound = {n.id for n in ast.walk(inner.target) if isinstance(n, ast.Name)}
                        if owner and owner not in emptied | bound:
                            return lines_of(node)
    return None


def aliased_state(case: Case) -> Lines | None:
    """`old = new` is two names for one object: changed in place, both change and always compare equal."""
    changed = {
        owner
        for node in case.nodes(ast.Call)
        if called_name(node) in ("append", "extend", "fill", "sort") and (owner := _owner(node.func))
    }
    for node in case.nodes(ast.Assign):
        changed |= {
            t.value.id for t in node.targets if isinstance(t, ast.Subscript) and isinstance(t.value, ast.Name)
        }
    for node in case.nodes(ast.AugAssign):
        changed |= {n for n in names_in(node.target) if isinstance(node.target, ast.Subscript)}
    for loop in _main_loops(case):
        rebound = {
            t.id
            for node in ast.walk(loop)
            if isinstance(node, ast.Assign) and not isinstance(node.value, ast.Name)
            for t in node.targets
            if isinstance(t, ast.Name)
        }
        for node in ast.walk(loop):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name):
                name = node.value.id
                if name in changed and name not in rebound and isinstance(node.targets[0], ast.Name):
                    return lines_of(node)
    return None


def bad_start(case: Case) -> Lines | None:
    """Centers that start away from the data, or all in one place."""
    if not case.violates("empty-cluster", "not-a-fixed-point", "label-not-nearest") and not case.endless:
        return None
    for node in case.nodes(ast.Assign):
        text = ast.unparse(node.value)
        makes = not isinstance(node.value, ast.Subscript) and any(
            called_name(inner)
            in ("rand", "randn", "randint", "zeros", "ones", "random", "normal", "standard_normal", "uniform")
            for inner in ast.walk(node.value)
        )
        names = {n for target in node.targets for n in names_in(target)}
        if makes and names & {"mu", "centers", "centroids", "means", "c"} and ".min" not in text:
            later = [n for n in case.nodes(ast.Assign) if n is not node and n.lineno > node.lineno]
            filled = any(
                isinstance(n.targets[0], ast.Subscript)
                and names_in(n.targets[0]) & names
                and _outside_loops(case, n)
                for n in later
            )
            if not filled and (case.violates("empty-cluster") or case.endless):
                return lines_of(node)
    return None


def one_iteration(case: Case) -> Lines | None:
    """No loop around both steps, or a return in its first round."""
    if not case.violates("not-a-fixed-point", "label-not-nearest", "not-stationary", "empty-cluster"):
        return None
    loops = [node for node in ast.walk(case.function) if isinstance(node, ast.For | ast.While)]
    for loop in loops:
        last = loop.body[-1]
        if isinstance(last, ast.Return) or (isinstance(last, ast.Break) and isinstance(loop, ast.While)):
            return lines_of(last)
        if isinstance(loop, ast.For) and ast.unparse(loop.iter) in ("range(1)", "range(0, 1)"):
            return lines_of(loop)
    nested = [
        loop
        for loop in loops
        if isinstance(loop, ast.While)
        or any(isinstance(n, ast.For | ast.comprehension) for n in ast.walk(loop) if n is not loop)
        or any(called_name(n) in ("argmin", "argmax", "norm", "cdist", "mean") for n in ast.walk(loop))
    ]
    return lines_of(case.function) if not nested else None


def wrong_convergence_test(case: Case) -> Lines | None:
    """Iterations stop too early: the test that ends the loop is met before nothing changes any more."""
    if not case.violates("not-a-fixed-point", "label-not-nearest") or one_iteration(case) is not None:
        return None
    if any(find(case) is not None for find in (aliased_state, lists_never_reset, integer_centers)):
        return None
    return end_of_loop(case)


def end_of_loop(case: Case) -> Lines | None:
    """The test that ends the main loop."""
    for loop in _main_loops(case):
        if isinstance(loop, ast.While) and not isinstance(loop.test, ast.Constant):
            return lines_of(loop.test)
        for node in ast.walk(loop):
            if isinstance(node, ast.If) and any(
                isinstance(n, ast.Break | ast.Return) for n in ast.walk(node)
            ):
                return lines_of(node.test)
    return None


def farthest_center(case: Case) -> Lines | None:
    """Points go to the farthest center: argmax of distances."""
    if not case.violates("label-not-nearest", "empty-cluster", "not-a-fixed-point"):
        return None
    for call in case.nodes(ast.Call):
        if called_name(call) == "argmax":
            return lines_of(call)
    return None


def _centers_are_scalar(case: Case) -> bool:
    for (X, k, *_), value in case.returned:
        both = parts(value, 2)
        centers = None if both is None else numbers(both[0])
        if centers is not None and X.shape[1] > 1 and k > 1:
            if centers.shape == (k,):
                return True
            if centers.ndim == 2 and np.isfinite(centers).any() and np.nanmax(np.ptp(centers, axis=1)) == 0:
                return True
    return False


def _main_loops(case: Case) -> list[ast.For | ast.While]:
    """The outermost loops of the function."""
    found: list[ast.For | ast.While] = []

    def visit(node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.For | ast.While):
                found.append(child)
            elif not isinstance(child, ast.FunctionDef | ast.Lambda):
                visit(child)

    visit(case.function)
    return found


def _outside_loops(case: Case, node: ast.AST) -> bool:
    """Whether a statement is before the iterations, which are the loops that look for nearest centers."""
    searching = ("argmin", "argmax", "min", "norm", "cdist")
    loops = [loop for loop in _main_loops(case) if any(called_name(n) in searching for n in ast.walk(loop))]
    return not any(node is inner for loop in loops for inner in ast.walk(loop))


def _owner(function: ast.expr) -> str:
    """The name of what a method is called on: z in z.append, clusters in clusters[i].append."""
    inner = function.value if isinstance(function, ast.Attribute) else function
    while isinstance(inner, ast.Subscript | ast.Attribute):
        inner = inner.value
    return inner.id if isinstance(inner, ast.Name) else ""


def _is_module(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("np", "numpy")


def _has_axis(call: ast.Call) -> bool:
    return any(keyword.arg in ("axis", None) for keyword in call.keywords)


DETECTORS = (
    Detector(
        "missing-axis",
        "The mean is taken over all numbers at once. The center of a cluster needs one mean for each "
        "coordinate: np.mean(points, axis=0).",
        KMEANS,
        missing_axis,
    ),
    Detector(
        "scalar-centroids",
        "Every center is one number repeated, not a point: a mean was taken over the coordinates too.",
        KMEANS,
        scalar_centers,
    ),
    Detector(
        "integer-centroids",
        "For whole-number data such as pixels the centers are cut off to whole numbers, because they are "
        "stored "
        "in an array of the data's type. Convert to float first.",
        KMEANS,
        integer_centers,
        explains=UNFINISHED,
    ),
    Detector(
        "lists-never-reset",
        "A list grows from iteration to iteration: it must be emptied before points are assigned again.",
        KMEANS,
        lists_never_reset,
    ),
    Detector(
        "aliased-state",
        "`old = new` gives one object a second name. When it is changed in place both change, so the test "
        "for "
        "convergence always sees them equal. Copy it.",
        KMEANS,
        aliased_state,
        explains=UNFINISHED,
    ),
    Detector(
        "one-iteration",
        "The two steps are done once only. Repeat them until nothing changes.",
        ("kmeans", "em"),
        one_iteration,
        explains=UNFINISHED,
    ),
    Detector(
        "bad-initialization",
        "The centers start where there may be no data, so clusters stay empty. Start from points of the "
        "data.",
        KMEANS,
        bad_start,
        explains=("not-a-fixed-point", "label-not-nearest"),
    ),
    Detector(
        "farthest-center",
        "The largest distance is looked for, not the smallest.",
        KMEANS,
        farthest_center,
        explains=UNFINISHED,
    ),
    Detector(
        "wrong-convergence-test",
        "The iterations stop too early: the test is met although labels and centers still change.",
        KMEANS,
        wrong_convergence_test,
        explains=UNFINISHED,
    ),
)
