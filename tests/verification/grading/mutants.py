"""Small changes of correct programs, one each: what a criterion must notice unless it changes no result."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from typing import Any

import numpy as np
import scipy.sparse as sparse
from in_process import InProcess
from programs_of import StudentProgram, code_of

from verification.grading.findings import FunctionGrade
from verification.grading.judge import grade
from verification.grading.rubric import Rubric, Task
from verification.grading.sandbox.caller import CallResult, Returned

SWAPS: dict[type, type] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Lt: ast.GtE,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
    ast.GtE: ast.Lt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
}


def mutants_of(source: str, left_alone: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """What was changed, and the changed source. Changed are operators, small whole numbers, statements.

    left_alone: functions of the exercise that are judged by themselves, and replaced by correct ones here.
    """
    tree = ast.parse(source)
    others = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name in left_alone]
    skipped = {inner for other in others for inner in ast.walk(other)}
    for place, node in enumerate(ast.walk(tree)):
        if node in skipped:
            continue
        for what, changed in _changes(tree, place, node):
            yield (
                f"line {getattr(node, 'lineno', 0)}: {what}",
                ast.unparse(ast.fix_missing_locations(changed)),
            )


def _changes(tree: ast.Module, place: int, node: ast.AST) -> Iterator[tuple[str, ast.Module]]:
    def again() -> tuple[ast.Module, Any]:
        other = copy.deepcopy(tree)
        return other, next(n for i, n in enumerate(ast.walk(other)) if i == place)

    if isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in SWAPS:
        other, same = again()
        same.op = SWAPS[type(node.op)]()
        yield f"{type(node.op).__name__} swapped", other
    if isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPS:
        other, same = again()
        same.ops[0] = SWAPS[type(node.ops[0])]()
        yield f"{type(node.ops[0]).__name__} swapped", other
    if isinstance(node, ast.Constant) and type(node.value) is int and -2 < node.value < 3:
        other, same = again()
        same.value = 1 - node.value if node.value in (0, 1) else node.value + 1
        yield f"{node.value} changed", other
    if isinstance(node, ast.FunctionDef | ast.For | ast.While | ast.If) and len(node.body) > 1:
        for i, statement in enumerate(node.body):
            if isinstance(statement, ast.Assign | ast.AugAssign | ast.Break):
                other, same = again()
                del same.body[i]
                yield f"statement {statement.lineno} dropped", other


class Recording(InProcess):
    """Remembers what every call came to."""

    def __init__(self, longest: float) -> None:
        super().__init__(longest)
        self.results: list[CallResult] = []

    def call_each(self, *arguments: Any, **options: Any) -> tuple[CallResult, ...]:
        results = super().call_each(*arguments, **options)
        self.results.extend(results)
        return results


def judged(program: StudentProgram, source: str, seed: int) -> tuple[FunctionGrade, list[CallResult]]:
    """The verdict on `source` in place of `program`, and the results of all calls."""
    task = Task(program.criterion, program.criterion, 10.0)
    caller = Recording(2.0)
    return grade(code_of(source), task, Rubric((task,)), caller, seed=seed), caller.results


def is_equivalent(program: StudentProgram, source: str, seeds: range) -> bool:
    """Whether both sources give the same results in all calls for all seeds, to rounding."""
    for seed in seeds:
        (_, before), (_, after) = judged(program, program.source, seed), judged(program, source, seed)
        if len(before) != len(after) or not all(map(_same, before, after)):
            return False
    return True


def _same(a: CallResult, b: CallResult) -> bool:
    if isinstance(a, Returned) and isinstance(b, Returned):
        return _equal(a.value, b.value)
    return type(a) is type(b)


def _equal(a: Any, b: Any) -> bool:
    if sparse.issparse(a) and sparse.issparse(b):
        a, b = a.toarray(), b.toarray()
    if isinstance(a, tuple | list) and isinstance(b, tuple | list):
        return len(a) == len(b) and all(map(_equal, a, b))
    try:
        left, right = np.asarray(a), np.asarray(b)
        return left.shape == right.shape and bool(
            np.allclose(left, right, rtol=1e-7, atol=1e-9, equal_nan=True)
        )
    except (TypeError, ValueError):
        return bool(a == b)
