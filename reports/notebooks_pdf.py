"""`ksquared notebooks --pdf`: notebooks as PDF, ours and those of anyone, without LaTeX."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typst

from algorithms.errors import InputError
from reports import output, pdf, terminal
from reports.notebooks import data, document_of, execution, foreign, notebook
from reports.notebooks.exercise import exercise_ids, load_exercise
from reports.notebooks.known_formulas import parsed

OK = 0
DEFAULT_FOLDER = Path("notebooks")


def write(names: Sequence[str], out: Path | None, *, quiet: bool) -> int:
    """Write each notebook as PDF: an exercise by name solved and run, a file as it is.

    Without names all exercises. The PDF of a file goes beside it, that of an exercise into `notebooks`,
    unless `out` names a folder. Raises InputError, before any work, for what cannot be read.
    """
    chosen = list(dict.fromkeys(names or exercise_ids()))
    files = {name: foreign.read(Path(name)) for name in chosen if name.endswith(".ipynb")}
    exercises = {name: load_exercise(name) for name in chosen if name not in files}
    written: dict[Path, bytes] = {}
    for folder in {_folder(name, out) for name in chosen}:
        output.check_directory(folder)
    with terminal.progress(quiet=quiet) as on_progress:
        for done, name in enumerate(chosen):
            on_progress("writing PDF", done, len(chosen))
            if name in exercises:
                run = execution.execute(exercises[name], data.bundled())
                solved = notebook.solution_notebook(exercises[name], run)
                cells = foreign.parse(solved, f"{name}.ipynb")
            else:
                cells = files[name]
            target = _folder(name, out) / f"{Path(name).name.removesuffix('.ipynb')}.pdf"
            if target in written:
                raise InputError(f"notebooks: two notebooks would become {target}; write them one by one")
            written[target] = render(cells, Path(name).name)
        on_progress("writing PDF", len(chosen), len(chosen))
    for target, content in written.items():
        output.write_together(target.parent, {target.name: content})
        if not quiet:
            print(target)
    return OK


def render(cells: Sequence[foreign.ShownCell], name: str) -> bytes:
    """The cells as PDF; where the formulas of a stranger cannot be set after all, with formulas as code."""
    known = parsed(document_of.formulas(cells))
    try:
        return pdf.render(document_of.build(cells, name, known))
    except typst.TypstError:
        if not known:
            raise
        return pdf.render(document_of.build(cells, name, {}))


def _folder(name: str, out: Path | None) -> Path:
    if out is not None:
        return out
    return Path(name).parent if name.endswith(".ipynb") else DEFAULT_FOLDER
