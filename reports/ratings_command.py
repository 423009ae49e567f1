"""`ksquared ratings` as it is called; the work is in `reports.rating_view`, imported when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def ratings(
    file: Annotated[
        Path,
        typer.Argument(
            help="MovieLens's u.data (user, item, rating, time separated by tabs), a CSV with a header, or a "
            ".npy of (user, item, rating) rows."
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            help="Also compare numbers of factors and regularizations, and write ratings.html (tables, plot) "
            "and ratings.json to this folder; made if it is missing."
        ),
    ] = None,
    folds: Annotated[int, typer.Option(min=2, help="Parts the ratings are dealt into.")] = 5,
    seed: Annotated[
        int, typer.Option(min=0, help="Seed of all random numbers; the same seed gives the same result.")
    ] = 0,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="No progress and no summary; complaints still come.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the results as JSON instead of a table.")
    ] = False,
) -> int:
    """Say how well ratings are predicted: cross-validation of biases and factors.

    Every rating is held out once; the root mean squared error (RMSE) of each fold and their mean are printed,
    beside those of each user's mean rating. 100,000 ratings take some seconds.
    """
    from reports import rating_view

    request = rating_view.Request(file=file, out=out, folds=folds, seed=seed)
    rating_view.run(request, quiet=quiet, as_json=as_json)
    return 0
