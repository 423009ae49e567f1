"""Runs the solution of an exercise, as a student would: all cells, from a fresh start, beside the data.

No Jupyter kernel is needed: the cells are plain Python without magics, and `runner` shows of them what a
notebook shows. Linear algebra has one thread, so that the numbers do not depend on the machine's cores.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from reports.notebooks.exercise import Exercise

RUNNER = Path(__file__).parent / "runner.py"
LONGEST = 300.0
"""Seconds that an exercise may take; the longest takes five."""


class DoesNotRun(Exception):
    """A cell stopped with an error. One line that names the exercise, the cell and the error."""


def execute(exercise: Exercise, data: Mapping[str, bytes], *, solved: bool = True) -> dict[str, list[Any]]:
    """The outputs of each cell of code, by its name, in the form of nbformat 4.

    data: the files that lie beside the notebook, by name. solved: False runs the student's version. Raises
    DoesNotRun at the first error.
    """
    cells = [part for part in exercise.parts if part.is_code]
    outputs = run([part.solved if solved else part.unsolved for part in cells], data)
    last = outputs[-1][-1:] if outputs else []
    if last and last[0]["output_type"] == "error":
        where = f"exercise {exercise.id}, cell {cells[len(outputs) - 1].name}"
        raise DoesNotRun(f"{where}: {last[0]['ename']}: {last[0]['evalue']}")
    return {part.name: shown for part, shown in zip(cells, outputs, strict=True)}


def run(sources: Sequence[str], data: Mapping[str, bytes]) -> list[list[Any]]:
    """What each source showed, up to the first error. Raises DoesNotRun if the process itself ends badly."""
    with tempfile.TemporaryDirectory(prefix="ksquared-") as name:
        for file, content in data.items():
            (Path(name) / file).write_bytes(content)
        try:
            done = subprocess.run(
                [sys.executable, "-I", str(RUNNER)],
                input=json.dumps(list(sources)),
                capture_output=True,
                text=True,
                cwd=name,
                env=_environment(name),
                timeout=LONGEST,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise DoesNotRun(f"the cells did not end within {LONGEST:.0f} seconds") from None
    if done.returncode != 0:
        raise DoesNotRun(f"the process that ran the cells ended with {done.returncode}: {done.stderr[-300:]}")
    outputs: list[list[Any]] = json.loads(done.stdout)
    return outputs


def _environment(folder: str) -> dict[str, str]:
    """Pictures are drawn, not shown in windows; settings of the user's own Matplotlib do not count."""
    one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {**os.environ, **one_thread, "MPLBACKEND": "agg", "MATPLOTLIBRC": os.devnull, "HOME": folder}
