"""What `ksquared notebooks` does: makes everything first, then writes it and says where it is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from algorithms.errors import InputError
from reports import notebooks_pdf, output, terminal
from reports.notebooks import autograder, data, execution, notebook
from reports.notebooks.exercise import Exercise, exercise_ids, load_exercise
from reports.notebooks.rubric import rubric_text

OK, WRONG = 0, 1
DEFAULT_FOLDER = Path("notebooks")
TOLD = {
    "student": "to hand out: notebooks with gaps, and the data beside them",
    "solution": "the same notebooks, solved and run",
    "grading": "for `ksquared grade --rubric` and for Gradescope",
}


def write(names: Sequence[str], out: Path | None, *, pdf: bool, quiet: bool) -> int:
    """Write the exercises called `names`, all if there are none, or with `pdf` notebooks as PDF.

    Raises InputError for an unknown name and a notebook that cannot be read, before any work.
    """
    if pdf:
        return notebooks_pdf.write(names, out, quiet=quiet)
    for name in names:
        if name.endswith(".ipynb"):
            raise InputError(f"notebooks: expected the name of an exercise, got {name}; for PDF add --pdf")
    exercises = [load_exercise(name) for name in dict.fromkeys(names or exercise_ids())]
    folder = out or DEFAULT_FOLDER
    output.check_directory(folder)
    beside = data.bundled()
    students, solutions, grading = dict(beside), dict(beside), {}
    with terminal.progress(quiet=quiet) as on_progress:
        for done, exercise in enumerate(exercises):
            on_progress("running the solutions", done, len(exercises))
            students[f"{exercise.id}.ipynb"] = notebook.student_notebook(exercise)
            solutions[f"{exercise.id}.ipynb"] = solved(exercise, beside)
            grading[f"{exercise.id}.toml"] = rubric_text(exercise).encode()
            grading[f"{exercise.id}-gradescope.zip"] = autograder.bundle(exercise)
        on_progress("running the solutions", len(exercises), len(exercises))
    for name, files in (("student", students), ("solution", solutions), ("grading", grading)):
        output.write_together(folder / name, files)
        if not quiet:
            terminal.output().print(f"{folder / name}: {TOLD[name]}", markup=False, soft_wrap=True)
    return OK


def solved(exercise: Exercise, beside: dict[str, bytes]) -> bytes:
    """The solution as a notebook, run."""
    return notebook.solution_notebook(exercise, execution.execute(exercise, beside))
