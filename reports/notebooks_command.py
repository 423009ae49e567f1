"""`ksquared notebooks`: writes the exercises, or turns notebooks into PDF."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def notebooks(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[EXERCISE | FILE.ipynb]...",
            help="Exercises by name, all if none; with --pdf also notebooks of your own.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder, made if it is missing; without it `notebooks`, or for PDF beside the notebook."
        ),
    ] = None,
    pdf: Annotated[
        bool, typer.Option("--pdf", help="Write PDF. What a notebook holds is shown; nothing of it is run.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="No progress and no summary; complaints still come.")
    ] = False,
) -> int:
    """Write the exercises: notebooks for students, solved ones, rubrics and autograders.

    Each exercise comes from one source: a notebook with gaps for students, the same with solutions, run, and
    what `ksquared grade` and Gradescope need to judge what students hand in.
    """
    from reports import notebooks_view

    return notebooks_view.write(names or [], out, pdf=pdf, quiet=quiet)
