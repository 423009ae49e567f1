"""Whether a function was left as the exercise gave it."""

from __future__ import annotations

import ast
import builtins


def is_unfinished(function: ast.FunctionDef) -> bool:
    """Whether the body does nothing but return names that it never sets, raise or pass.

    The exercise gives a docstring, a comment and, at most, a return statement and assertions.
    """
    body = [node for node in function.body if not _is_filler(node)]
    set_names = {
        n.id
        for part in body
        for n in ast.walk(part)
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    set_names |= {argument.arg for argument in ast.walk(function.args) if isinstance(argument, ast.arg)}
    if any(not isinstance(node, ast.Return) for node in body):
        return False
    used = {n.id for node in body for n in ast.walk(node) if isinstance(n, ast.Name)}
    calls = any(isinstance(inner, ast.Call | ast.BinOp) for node in body for inner in ast.walk(node))
    if calls:
        return False
    return not body or bool(used - set_names - set(dir(builtins))) or not used


def _is_filler(node: ast.stmt) -> bool:
    """Docstrings, `pass`, a raised NotImplementedError, assertions, `X = None`, a fixed seed, a print."""
    if isinstance(node, ast.Pass | ast.Assert):
        return True
    if isinstance(node, ast.Raise):
        return "NotImplemented" in ast.unparse(node)
    if isinstance(node, ast.Expr):
        said = ast.unparse(node).startswith(("np.random.seed(", "print("))
        return said or isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Assign):
        values = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
        return all(isinstance(value, ast.Constant) and value.value in (None, Ellipsis) for value in values)
    return False
