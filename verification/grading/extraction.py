"""Takes a function out of a submission by its name, with everything it needs and nothing else.

Kept: the last definition of the function and, of each name it uses, the last import, function, class or
constant that binds it, and so on. Not kept: whatever else the submission does when it is run, above all
reading files, fitting and plotting.
"""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator, Mapping, Sequence

from verification.grading.extraction_code import Code, Statement
from verification.grading.extraction_constants import (
    KNOWN_WITHOUT_DEFINITION,
    is_constant,
    is_definition,
    only_defines,
)
from verification.grading.submission import Extracted, Place, Program


def extract(
    code: Code, function: str, *, aliases: Sequence[str] = (), replacing: Mapping[str, str] | None = None
) -> Extracted:
    """The function under its name or one of its `aliases`, the first that is defined.

    replacing: source text to use for a name instead of the student's own definition, so that one wrong
    function does not spoil another that calls it.
    """
    wanted = (function, *aliases)
    found = next((definition for name in wanted if (definition := _last_function(code, name))), None)
    broken = tuple(f"{piece.place}: {piece.why}" for piece in code.broken if piece.name in wanted)
    if found is None:
        return Extracted(function, "", None, notes=_nearest(code, wanted), broken=broken)
    name, statement = found
    replacements = dict(replacing or {})
    chosen, missing = _closure(code, statement, replacements)
    stars = [other for other in code.statements if _is_star_import(other)]
    notes = _duplicates(code, name, statement)
    if missing and stars:
        chosen |= {id(other): other for other in stars}
        missing = []
    notes += [_note_on_missing(code, unknown) for unknown in missing]
    return Extracted(
        function=function,
        defined_as=name,
        program=_program(code, chosen, replacements),
        parameters=tuple(_parameters(statement.node)),
        notes=tuple(notes),
        broken=broken,
        missing=tuple(missing),
        outside=tuple(n for n in missing if any(n in other.binds for other in code.statements)),
    )


def _last_function(code: Code, name: str) -> tuple[str, Statement] | None:
    """The last statement that makes `name` something to call."""
    for statement in reversed(code.statements):
        if name in statement.binds and (is_definition(statement.node) or is_constant(code, statement)):
            return name, statement
    return None


def _closure(
    code: Code, root: Statement, replacements: Mapping[str, str]
) -> tuple[dict[int, Statement], list[str]]:
    """What `root` needs, itself included, and the names that nothing defines, both in order of discovery."""
    chosen = {id(root): root}
    missing: list[str] = []
    seen = set(replacements)
    waiting = [root]
    while waiting:
        for name in sorted(waiting.pop().needs - seen):
            seen.add(name)
            provider = _provider(code, name)
            if provider is not None and id(provider) not in chosen:
                chosen[id(provider)] = provider
                waiting.append(provider)
            elif provider is None and name not in KNOWN_WITHOUT_DEFINITION:
                missing.append(name)
    return chosen, missing


def _provider(code: Code, name: str) -> Statement | None:
    """The last statement that binds `name` and can be kept."""
    for statement in reversed(code.statements):
        if name in statement.binds and _can_be_kept(code, statement):
            return statement
    return None


def _can_be_kept(code: Code, statement: Statement) -> bool:
    return only_defines(statement.node) or is_constant(code, statement)


def _program(code: Code, chosen: Mapping[int, Statement], replacements: Mapping[str, str]) -> Program:
    """The chosen statements in the student's order, then the replacements, which so have the last word."""
    kept = [statement for statement in code.statements if id(statement) in chosen]
    future = [statement for statement in code.statements if _is_future_import(statement)]
    pieces = [*future, *(statement for statement in kept if not _is_future_import(statement))]
    texts = [piece.source for piece in pieces] + list(replacements.values())
    places: list[Place | None] = [place for piece in pieces for place in piece.places]
    for text in replacements.values():
        places += [None] * (text.count("\n") + 1)
    return Program("\n".join(texts) + "\n", tuple(places))


def _is_future_import(statement: Statement) -> bool:
    return isinstance(statement.node, ast.ImportFrom) and statement.node.module == "__future__"


def _is_star_import(statement: Statement) -> bool:
    return isinstance(statement.node, ast.ImportFrom) and statement.node.names[0].name == "*"


def _parameters(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Lambda):
        arguments = node.value.args
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        arguments = node.args
    else:
        return
    yield from (argument.arg for argument in [*arguments.posonlyargs, *arguments.args])
    if arguments.vararg is not None:
        yield "*" + arguments.vararg.arg
    yield from (argument.arg for argument in arguments.kwonlyargs)
    if arguments.kwarg is not None:
        yield "**" + arguments.kwarg.arg


def _duplicates(code: Code, name: str, judged: Statement) -> list[str]:
    others = [s for s in code.statements if name in s.binds and is_definition(s.node) and s is not judged]
    if not others:
        return []
    where = "; ".join(str(other.place) for other in others[:5])
    return [f"`{name}` is defined {len(others) + 1} times; judged is the last, {judged.place}, not {where}"]


def _note_on_missing(code: Code, name: str) -> str:
    outside = [statement for statement in code.statements if name in statement.binds]
    if outside:
        return f"`{name}` is used, but set outside of the function by code not run, {outside[-1].place}"
    return f"`{name}` is used but defined nowhere"


def _nearest(code: Code, wanted: Sequence[str]) -> tuple[str, ...]:
    """A function of nearly the right name, for a human to look at."""
    names = {name: s for s in code.statements if is_definition(s.node) for name in s.binds}
    close = difflib.get_close_matches(wanted[0], names, n=1, cutoff=0.75)
    return tuple(f"no `{wanted[0]}`, but `{name}`, {names[name].place}" for name in close)
