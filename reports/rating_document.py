"""What `ksquared ratings` found, as a document: the folds, and the errors over k and lambda."""

from __future__ import annotations

from algorithms.ratings import Ratings
from reports import document as doc
from reports import environment
from reports.document import T
from reports.figures.selection import validation_errors
from reports.numbers import count
from reports.rating_study import Choice, Evaluation


def build(name: str, seed: int, ratings: Ratings, evaluation: Evaluation, choice: Choice) -> doc.Report:
    """Two sections; `name` is the file's, which is not trusted."""
    return doc.Report(
        title="Predicting ratings",
        subtitle="Cross-validation, and the choice of factors and regularization",
        author="ksquared",
        body=(
            _folds(name, ratings, evaluation),
            _choice(choice),
        ),
        meta=(
            ("Version", environment.version()),
            ("Seed", str(seed)),
            ("Algorithms", environment.machine()["algorithms"]),
        ),
    )


def _folds(name: str, ratings: Ratings, evaluation: Evaluation) -> doc.Section:
    model, means = evaluation.model, evaluation.user_means
    rows = [
        (T(str(number)), T(f"{error:.4f}"), T(f"{of_means:.4f}"))
        for number, (error, of_means) in enumerate(zip(model.errors, means.errors, strict=True), start=1)
    ]
    rows.append((T("**mean**"), T(f"**{model.mean:.4f}**"), T(f"{means.mean:.4f}")))
    rows.append((T("standard deviation"), T(f"{model.spread:.4f}"), T(f"{means.spread:.4f}")))
    return doc.Section(
        T("Every rating held out once"),
        (
            doc.Prose(
                (
                    *T("The file "),
                    doc.Code(name),
                    *T(
                        f" holds {count(len(ratings))} ratings of {count(ratings.n_items)} items by "
                        f"{count(ratings.n_users)} users. They are dealt into {len(model.errors)} folds of "
                        "equal size; the ratings of each are predicted from all others by a mean, biases of "
                        "user and item, and factors, with settings fixed beforehand."
                    ),
                )
            ),
            doc.Table(
                T("Root mean squared error of each fold, in units of the ratings"),
                (T("fold"), T("biases and factors"), T("users' means")),
                tuple(rows),
                id="tab:folds",
                align="xrr",
            ),
        ),
        id="sec:folds",
    )


def _choice(choice: Choice) -> doc.Section:
    selection = choice.selection
    errors = selection.validation_errors()
    best = selection.best
    header = (
        T("factors"),
        *((doc.Math(f"\\lambda = {regularization:g}"),) for regularization in selection.regularizations),
    )
    rows = tuple(
        (
            T(f"$k = {k}$"),
            *(T(f"**{error:.4f}**" if error == errors.min() else f"{error:.4f}") for error in row),
        )
        for k, row in zip(selection.n_factors, errors, strict=True)
    )
    return doc.Section(
        T("Factors and regularization"),
        (
            doc.Prose(
                T(
                    f"{count(choice.n_train)} ratings train a model for each pair of a number of factors "
                    "$k$ and a regularization $\\lambda$, which counts once a rating of a user or item. "
                    f"{count(choice.n_validation)} others choose among them (@tab:choice, @fig:choice): "
                    f"$k = {best.n_factors}$, $\\lambda = {best.regularization:g}$. The smallest of many "
                    f"errors is too favorable, so the winner is judged on {count(choice.n_test)} ratings "
                    f"that chose nothing: its test error is **{choice.test_error:.4f}**."
                )
            ),
            doc.Table(
                T("Validation error (root mean square); the smallest is bold"),
                header,
                rows,
                id="tab:choice",
                align="x" + "r" * len(selection.regularizations),
            ),
            doc.Figure(
                validation_errors(selection),
                "image/svg+xml",
                alt=(
                    f"Lines of validation error against regularization, one for each of {len(errors)} "
                    f"numbers of factors. The least is {errors.min():.4f}, at {best.n_factors} factors and "
                    f"{best.regularization:g}; the largest is {errors.max():.4f}."
                ),
                caption=T("Validation error against regularization, a line for each number of factors"),
                id="fig:choice",
                width=0.8,
            ),
        ),
        id="sec:choice",
    )
