"""What a detector is: it recognizes a known mistake. It explains a verdict and never makes one.

A detector looks at a case: the source as a tree, the calls with what came of them, and the properties that
were found not to hold. It is asked only after the properties have said that something is wrong.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from verification.grading.criterion import Call
from verification.grading.findings import Severity, Violation
from verification.grading.sandbox.caller import Raised, Returned

Lines: TypeAlias = tuple[int, int] | tuple[()]
"""First and last line of the program; empty where the behavior shows the mistake and no line is to blame."""


@dataclass(frozen=True)
class Case:
    """One function that is not right.

    criterion: who judged it. function: its node. tree: all of the program. calls: those that were made.
    violations: the properties that do not hold. raised: the exception that stopped the judging, if one did.
    missing: names that are used and not defined. outside: those of them that code sets which is
    not run. endless: whether a call did not end in time.
    """

    criterion: str
    function: ast.FunctionDef
    tree: ast.Module
    calls: tuple[Call, ...]
    violations: tuple[Violation, ...]
    raised: Raised | None = None
    missing: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    endless: bool = False

    @property
    def returned(self) -> Iterator[tuple[tuple[Any, ...], Any]]:
        """Arguments and value of every call that returned."""
        return ((c.arguments, c.result.value) for c in self.calls if isinstance(c.result, Returned))

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the function's parameters."""
        return tuple(argument.arg for argument in self.function.args.args)

    def violates(self, *codes: str) -> bool:
        """Whether one of these properties does not hold."""
        return any(violation.code in codes for violation in self.violations)

    def nodes(self, kind: type[Any]) -> Iterator[Any]:
        """All nodes of a kind in the function and, after it, in the other functions of the program."""
        yield from (node for node in ast.walk(self.function) if isinstance(node, kind))
        for other in self.tree.body:
            if other is not self.function and isinstance(other, ast.FunctionDef | ast.ClassDef):
                yield from (node for node in ast.walk(other) if isinstance(node, kind))


@dataclass(frozen=True)
class Detector:
    """Recognizes one mistake in functions that `criteria` judge. Empty criteria: in all functions.

    find: the lines of the mistake, or None if it is not there. explains: the properties that do not hold for
    this reason; empty where it may be any.
    """

    code: str
    message: str
    criteria: tuple[str, ...]
    find: Callable[[Case], Lines | None]
    severity: Severity = "major"
    explains: tuple[str, ...] = ()


def lines_of(node: ast.AST) -> Lines:
    """The lines that a node covers."""
    first = getattr(node, "lineno", None)
    return () if first is None else (first, getattr(node, "end_lineno", None) or first)


def called_name(node: ast.AST) -> str:
    """The last part of the name of a called function: "mean" for np.mean(x) and for x.mean()."""
    if not isinstance(node, ast.Call):
        return ""
    function = node.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def names_in(node: ast.AST) -> set[str]:
    """All names that occur in a node."""
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
