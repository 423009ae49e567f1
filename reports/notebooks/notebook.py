"""Cells as a Jupyter notebook, nbformat 4.5, the same bytes for the same exercise.

Cells carry the metadata of nbgrader: what is given and the self-tests are locked; tasks and answers are
graded by hand there, because a self-test that passes is no proof. Points come from `ksquared grade`.

Source: the JSON schema of nbformat 4.5; nbgrader, "Cell metadata", schema version 3.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from reports.notebooks.exercise import Exercise, Part

Json = dict[str, Any]


def student_notebook(exercise: Exercise) -> bytes:
    """The notebook that students get: tasks open, nothing run."""
    return _dump([_cell(part, part.unsolved) for part in exercise.parts])


def solution_notebook(exercise: Exercise, outputs: Mapping[str, Sequence[Json]]) -> bytes:
    """The notebook with all solutions; `outputs` are those of each cell of code, by its name."""
    cells = []
    count = 0
    for part in exercise.parts:
        cell = _cell(part, part.solved)
        if part.is_code:
            count += 1
            cell["execution_count"] = count
            cell["outputs"] = list(outputs[part.name])
        cells.append(cell)
    return _dump(cells)


def _cell(part: Part, source: str) -> Json:
    cell: Json = {
        "cell_type": "code" if part.is_code else "markdown",
        "id": part.name.replace("_", "-"),
        "metadata": {"nbgrader": _nbgrader(part)},
        "source": source.splitlines(keepends=True),
    }
    if part.is_code:
        cell |= {"execution_count": None, "outputs": []}
    return cell


def _nbgrader(part: Part) -> Json:
    is_answered = part.kind in ("task", "answer")
    metadata: Json = {
        "grade": is_answered,
        "grade_id": part.name,
        "locked": not is_answered,
        "schema_version": 3,
        "solution": is_answered,
        "task": False,
    }
    return metadata | {"points": part.points} if is_answered else metadata


def _dump(cells: list[Json]) -> bytes:
    notebook = {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"file_extension": ".py", "name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return (json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()
