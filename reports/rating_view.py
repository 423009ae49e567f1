"""`ksquared ratings`: read, cross-validate, choose, print, write."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from algorithms.ratings import Ratings, load
from reports import html, output, rating_document, results_json, terminal
from reports.rating_study import Choice, Evaluation, choose, evaluate


@dataclass(frozen=True)
class Request:
    """What the user asked for; without `out` nothing is chosen or written."""

    file: Path
    out: Path | None
    folds: int
    seed: int


def run(request: Request, *, quiet: bool, as_json: bool) -> None:
    """Do what was asked. Raises InputError for a file, a number of folds or a folder that cannot be used."""
    if request.out is not None:
        output.check_directory(request.out)
    ratings = load(request.file)
    with terminal.progress(quiet=quiet) as on_progress:
        evaluation = evaluate(ratings, n_folds=request.folds, seed=request.seed, on_progress=on_progress)
        choice = None if request.out is None else choose(ratings, seed=request.seed, on_progress=on_progress)
    content = results_json.dump(as_numbers(request, ratings, evaluation, choice))
    paths: tuple[Path, ...] = ()
    if request.out is not None and choice is not None:
        report = rating_document.build(request.file.name, request.seed, ratings, evaluation, choice)
        files = {"ratings.html": html.render(report), "ratings.json": content}
        paths = output.write_together(request.out, files)
    if as_json:
        sys.stdout.write(content.decode())
    elif not quiet:
        _show(ratings, evaluation, choice)
        for path in paths:
            # Not through rich: it would wrap or color the path, which people copy.
            print(f"  {path}")


def as_numbers(
    request: Request, ratings: Ratings, evaluation: Evaluation, choice: Choice | None
) -> results_json.Json:
    """All results; `choice` is null where none was asked for."""
    return {
        "file": request.file.name,
        "seed": request.seed,
        "ratings": len(ratings),
        "users": ratings.n_users,
        "items": ratings.n_items,
        "folds": list(evaluation.model.errors),
        "mean": evaluation.model.mean,
        "standard_deviation": evaluation.model.spread,
        "user_means": list(evaluation.user_means.errors),
        "choice": None if choice is None else _choice(choice),
    }


def _choice(choice: Choice) -> results_json.Json:
    best = choice.selection.best
    return {
        "train": choice.n_train,
        "validation": choice.n_validation,
        "test": choice.n_test,
        "tried": [
            {
                "n_factors": candidate.n_factors,
                "regularization": candidate.regularization,
                "train_rmse": candidate.train_error,
                "validation_rmse": candidate.validation_error,
            }
            for candidate in choice.selection.candidates
        ],
        "best": {"n_factors": best.n_factors, "regularization": best.regularization},
        "test_rmse": choice.test_error,
    }


def _show(ratings: Ratings, evaluation: Evaluation, choice: Choice | None) -> None:
    console = terminal.output()
    console.print(f"{len(ratings):,} ratings of {ratings.n_items:,} items by {ratings.n_users:,} users")
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for heading in ("fold", "RMSE", "users' means"):
        table.add_column(heading, justify="right", no_wrap=True)
    model, means = evaluation.model, evaluation.user_means
    for number, (error, of_means) in enumerate(zip(model.errors, means.errors, strict=True), start=1):
        table.add_row(str(number), f"{error:.4f}", f"{of_means:.4f}")
    table.add_row("mean", f"{model.mean:.4f}", f"{means.mean:.4f}", style="bold")
    table.add_row("std. dev.", f"{model.spread:.4f}", f"{means.spread:.4f}")
    console.print(table)
    if choice is not None:
        best = choice.selection.best
        console.print(
            f"Best of {len(choice.selection.candidates)} pairs on {choice.n_validation:,} validation ratings:"
            f" k = {best.n_factors}, lambda = {best.regularization:g}; test RMSE {choice.test_error:.4f}"
        )
