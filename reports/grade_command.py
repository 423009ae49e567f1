"""`ksquared grade` as it is called; the work is in `reports.grade_view`, imported when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def grade(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH...", help="Folders, zips, notebooks or scripts with the hand-ins."),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for grades and feedback; made if it is missing.")] = Path(
        "grades"
    ),
    rubric: Annotated[
        Path | None, typer.Option(help="Points, names and layouts of your course (TOML). See --init-rubric.")
    ] = None,
    exports: Annotated[
        str,
        typer.Option(
            help="What else to write, separated by commas: canvas, csv, gradescope, junit, moodle, nbgrader."
        ),
    ] = "csv",
    worksheet: Annotated[
        Path | None,
        typer.Option(help="The table downloaded from Moodle or Canvas, to be filled in and uploaded again."),
    ] = None,
    assignment: Annotated[
        str, typer.Option(help="What the exercise is called in Canvas's gradebook and by nbgrader.")
    ] = "homework",
    python: Annotated[
        str | None,
        typer.Option(
            metavar="INTERPRETER", help="Runs submissions, e.g. that of an environment with older libraries."
        ),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Hand-ins judged at once; by default one a core.")
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(help="Address of a Dask scheduler whose workers judge; needs the extra dask."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Seed of the hidden inputs; by default a new one in every run.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the run that was stopped in the folder of --out.")
    ] = False,
    only_list: Annotated[
        bool, typer.Option("--list", help="Show what is recognized and stop; nothing is run.")
    ] = False,
    init_rubric: Annotated[
        bool, typer.Option("--init-rubric", help="Write a commented rubric to --rubric and stop.")
    ] = False,
    trusted: Annotated[
        bool,
        typer.Option("--i-trust-this-code", help="Grade even where students' code cannot be confined."),
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="No progress and no summary; complaints still come.")
    ] = False,
) -> int:
    """Judge a class's hand-ins by the properties of each function, apart from the grader's own process.

    Writes index.html, feedback for each student (HTML, JSON, Markdown), pages to grade answers in words, and
    the exports. A wrong answer of a student is no error: the exit status is 1 if something has no verdict
    (a hand-in that cannot be read, a library that is missing, an error of the grader), and names it.
    """
    from reports import grade_view

    if init_rubric:
        return grade_view.write_rubric(rubric or Path("rubric.toml"))
    if only_list:
        return grade_view.show_recognized(paths or [], rubric)
    request = grade_view.Request(
        paths=tuple(paths or ()),
        out=out,
        rubric=rubric,
        exports=exports,
        worksheet=worksheet,
        assignment=assignment,
        jobs=jobs,
        seed=seed,
        resume=resume,
        trusted=trusted,
        python=python,
        scheduler=scheduler,
    )
    return grade_view.grade(request, quiet=quiet)
