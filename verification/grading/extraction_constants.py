"""Which statements can be kept with a function: those that define, import, or set a constant.

A constant is made of literals, of functions of the numerical libraries and of other constants. Values that
were read or computed from data are not: the functions that are judged get their data as arguments.
"""

from __future__ import annotations

import ast
import builtins

from verification.grading.extraction_code import Code, Statement

KNOWN_WITHOUT_DEFINITION = frozenset(dir(builtins)) | {"__name__", "__file__", "__doc__", "display"}
LITERAL_PARTS = (ast.Constant, ast.Tuple, ast.List, ast.Dict, ast.Set, ast.JoinedStr, ast.FormattedValue)
OPERATIONS = (ast.UnaryOp, ast.BinOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Subscript, ast.Slice)
OPERATORS = (ast.operator, ast.unaryop, ast.boolop, ast.cmpop)
REFERENCES = (ast.Name, ast.Attribute, ast.Starred, ast.keyword, ast.expr_context)
MODULES = frozenset(
    {
        "numpy",
        "scipy",
        "math",
        "cmath",
        "random",
        "collections",
        "functools",
        "itertools",
        "operator",
        "fractions",
    }
)
CONVERSIONS = frozenset(
    {
        "int",
        "float",
        "complex",
        "bool",
        "str",
        "range",
        "list",
        "dict",
        "tuple",
        "set",
        "frozenset",
        "len",
        "abs",
    }
)
READERS = frozenset(
    {"load", "loadtxt", "genfromtxt", "fromfile", "memmap", "open", "loadmat", "imread", "read"}
)


def is_definition(node: ast.stmt) -> bool:
    """Whether it defines a function or a class."""
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)


def only_defines(node: ast.stmt) -> bool:
    """Definitions and imports, also as alternatives: `try: import a` / `except ImportError: import b`."""
    if isinstance(node, ast.Try):
        bodies = [*node.body, *node.orelse, *node.finalbody]
        bodies += [inner for handler in node.handlers for inner in handler.body]
        return all(only_defines(inner) or isinstance(inner, ast.Pass) for inner in bodies)
    return is_definition(node) or isinstance(node, ast.Import | ast.ImportFrom)


def is_constant(code: Code, statement: Statement, within: frozenset[int] = frozenset()) -> bool:
    """Whether it sets a constant, by constants of the same submission. within: guards against circles."""
    node = statement.node
    if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None or id(statement) in within:
        return False
    if isinstance(node.value, ast.Lambda):
        return True
    if not all(_is_part_of_constant(code, part) for part in ast.walk(node.value)):
        return False
    names = statement.needs - KNOWN_WITHOUT_DEFINITION
    return all(_is_name_of_constant(code, name, within | {id(statement)}) for name in names)


def _is_name_of_constant(code: Code, name: str, within: frozenset[int]) -> bool:
    providers = [other for other in code.statements if name in other.binds]
    return bool(providers) and (only_defines(providers[-1].node) or is_constant(code, providers[-1], within))


def _is_part_of_constant(code: Code, part: ast.AST) -> bool:
    if not isinstance(part, ast.Call):
        return isinstance(part, (*LITERAL_PARTS, *OPERATIONS, *OPERATORS, *REFERENCES))
    names = ast.unparse(part.func).split(".")
    if names[-1] in READERS:
        return False
    return names[0] in CONVERSIONS or _package_of(code, names[0]) in MODULES


def _package_of(code: Code, name: str) -> str:
    """The package that an imported name is from, or empty."""
    for statement in reversed(code.statements):
        node = statement.node
        if name in statement.binds and isinstance(node, ast.Import):
            modules = {alias.asname or alias.name.split(".")[0]: alias.name for alias in node.names}
            return modules[name].split(".")[0]
        if name in statement.binds and isinstance(node, ast.ImportFrom):
            return (node.module or "").split(".")[0]
    return ""
