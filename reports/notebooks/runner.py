"""Runs the cells of a notebook one after the other and reports what each showed, as a notebook would.

A program of its own, run by `execution` in a fresh process and importing nothing of this project: a JSON list
of sources comes on standard input, a JSON list with the outputs of each goes to standard output. What a cell
prints, the value of its last line and the figures it leaves open are outputs; the first error ends the run.
"""

from __future__ import annotations

import ast
import base64
import contextlib
import io
import json
import sys
import traceback
from typing import Any

DPI = 90


def run(sources: list[str]) -> list[list[dict[str, Any]]]:
    """The outputs of each cell, in the form of nbformat 4; fewer lists than sources after an error."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    outputs: list[list[dict[str, Any]]] = []
    for number, source in enumerate(sources, start=1):
        printed = io.StringIO()
        shown: list[dict[str, Any]] = []
        failed = False
        with contextlib.redirect_stdout(printed):
            try:
                shown = _execute(source, number, namespace)
            except BaseException as error:
                failed = True
                shown = [_error(error)]
        stream = {"name": "stdout", "output_type": "stream", "text": _lines(printed.getvalue())}
        outputs.append([*([stream] if stream["text"] else []), *shown])
        if failed:
            break
    return outputs


def _execute(source: str, number: int, namespace: dict[str, Any]) -> list[dict[str, Any]]:
    tree = ast.parse(source)
    value = None
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, f"cell {number}", "exec"), namespace)
    if isinstance(last, ast.Expr):
        value = eval(compile(ast.Expression(last.value), f"cell {number}", "eval"), namespace)
    figures = _figures()
    # The value of a line that drew is of no interest beside the picture.
    if value is None or figures:
        return figures
    result = {
        "data": {"text/plain": _lines(repr(value))},
        "execution_count": number,
        "metadata": {},
        "output_type": "execute_result",
    }
    return [result]


def _figures() -> list[dict[str, Any]]:
    """The open figures of pyplot as PNG, which are then closed."""
    if "matplotlib.pyplot" not in sys.modules:
        return []
    from matplotlib import pyplot

    shown = []
    for number in pyplot.get_fignums():
        figure = pyplot.figure(number)
        picture = io.BytesIO()
        figure.savefig(picture, format="png", dpi=DPI, metadata={"Software": None})
        data = {
            "image/png": base64.b64encode(picture.getvalue()).decode() + "\n",
            "text/plain": [f"<Figure with {len(figure.axes)} axes>"],
        }
        shown.append({"data": data, "metadata": {}, "output_type": "display_data"})
    pyplot.close("all")
    return shown


def _error(error: BaseException) -> dict[str, Any]:
    said = traceback.format_exception(error)
    return {
        "ename": type(error).__name__,
        "evalue": str(error),
        "output_type": "error",
        "traceback": "".join(said).splitlines(),
    }


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


if __name__ == "__main__":
    answer = run(json.load(sys.stdin))
    json.dump(answer, sys.stdout)
