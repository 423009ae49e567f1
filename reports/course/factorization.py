"""The programming task on restaurant ratings."""

from __future__ import annotations

from reports import document as doc
from reports.course.evidence import evidence
from reports.document import T
from reports.factorization_study import N_FACTORS, PATIENCE, REGULARIZATIONS, FactorizationStudy
from reports.figures import curves
from reports.numbers import count
from reports.results import Factorized

THEOREMS = ("ridge_half_step", "als_descent")


def section(results: Factorized) -> doc.Section:
    """Task, answer, data, objective, losses, comparison."""
    study = results.factorization
    item = results.ratings.item
    return doc.Section(
        T("Matrix factorization: predicting ratings"),
        (
            doc.Prose(
                (
                    doc.Strong("Question."),
                    *T(
                        f" Predict the rating $M_{{ix}}$ that user $i$ will give to {item} $x$ from the "
                        "ratings that are known, as the product $q_i^{\\top} p_x$ of a vector for the user "
                        f"and one for the {item}."
                    ),
                )
            ),
            doc.Callout("info", T("Answer"), (doc.Prose(T(_answer(study, item))),)),
            doc.Section(T("The data"), _data(results, item), id="sec:ratings"),
            doc.Section(T("The method"), _method(study, item), id="sec:alternating"),
            doc.Section(T("How well it predicts"), _comparison(study, item), id="sec:rmse"),
            *evidence(results, THEOREMS, "factorization"),
        ),
        id="sec:factorization",
    )


def _answer(study: FactorizationStudy, item: str) -> str:
    factorization, user, other = study.factorization.rmse, study.user_mean.rmse, study.item_mean.rmse
    errors = (
        f"On {study.n_test} ratings never seen in training the root mean squared error is "
        f"**{factorization:.3f}**; predicting each user's mean gives {user:.3f}, each {item}'s mean "
        f"{other:.3f}. "
    )
    if study.advantage > 2 * study.advantage_error:
        return errors + "The factors find more than the users' means, by more than chance explains."
    if study.advantage < -2 * study.advantage_error:
        return (
            errors + "The factors do worse than the users' means: they fit the noise of the training ratings."
        )
    return errors + (
        "The difference to the users' means is within what chance explains: "
        f"{count(study.n_train)} training ratings do not show what a user likes beyond how kindly the user "
        f"rates."
    )


def _data(results: Factorized, item: str) -> tuple[doc.Block, ...]:
    study = results.factorization
    low, high = (f"{bound:g}" for bound in study.scale)
    source = (
        "The ratings are real: consumers in Mexico rated restaurants they had visited (`{name}`, comes with "
        "the project). "
        if results.ratings.bundled
        else "The ratings were read from `{name}`. "
    )
    rows = (
        (T("given"), *_counts(study.given.n_ratings, study.given.n_users, study.given.n_items)),
        (
            T("after the cold-start filter"),
            *_counts(study.kept.n_ratings, study.kept.n_users, study.kept.n_items),
        ),
    )
    return (
        doc.Prose(
            (
                *_with_name(source, results.ratings.name),
                *T(
                    f"They lie between {low} and {high}. A user or {item} with {study.cold_start} "
                    f"ratings or fewer says too little to learn "
                    "from; all such are removed, again and again until none is left, because each removal "
                    "takes ratings from others. What is not rated is unknown, not zero, and **a rating of 0 "
                    "is a rating**."
                ),
            )
        ),
        doc.Table(
            T(f"Ratings, users, {item}s"),
            (T(""), T("ratings"), T("users"), T(f"{item}s")),
            rows,
            id="tab:ratings",
            align="xrrr",
        ),
        doc.Prose(
            T(
                f"Of the {count(study.kept.n_ratings)} ratings, {study.n_validation} drawn at random are "
                f"held out for validation and {study.n_test} for the test; {count(study.n_train)} are left "
                f"for training. Each user's mean training rating is subtracted from all of the user's "
                f"ratings. {study.n_constant_users} users gave the same rating throughout; their centered "
                f"ratings are 0 and still count as known."
            )
        ),
    )


def _with_name(source: str, name: str) -> doc.Inlines:
    before, after = source.split("`{name}`")
    return (*T(before), doc.Code(name), *T(after))


def _counts(*numbers: int) -> tuple[doc.Inlines, ...]:
    return tuple(T(count(number)) for number in numbers)


def _method(study: FactorizationStudy, item: str) -> tuple[doc.Block, ...]:
    fit = study.fit
    end = (
        f"stopped after {fit.n_iter} iterations, {PATIENCE} of them without a new smallest validation loss"
        if fit.converged
        else f"used all {fit.n_iter} iterations"
    )
    rows = tuple(
        (
            (doc.Math(f"\\lambda = {regularization:g}"), *((doc.Text(" (chosen)"),) if tried is fit else ())),
            T(f"{tried.validation_trace[tried.best_iteration]:.2f}"),
            T(str(tried.best_iteration)),
        )
        for regularization, tried in zip(REGULARIZATIONS, study.fits, strict=True)
    )
    return (
        doc.Prose(T("With $W$ the set of *known* pairs, minimize")),
        doc.Equation(
            "\\mathcal{L}(Q, P) = \\sum_{(i,x) \\in W} \\left(M_{ix} - q_i^{\\top} p_x\\right)^2 + \\lambda "
            "\\sum_i \\lVert q_i \\rVert^2 + \\lambda \\sum_x \\lVert p_x \\rVert^2",
            id="eq:factorization",
        ),
        doc.Prose(
            T(
                f"with $k = {N_FACTORS}$ factors. For fixed $P$ this is one ridge regression for each user, "
                f"over the {item}s that user has "
                f"rated; for fixed $Q$ one for each {item}. Solving them in turn can never raise the "
                "loss. Training on the loss alone would fit the noise, so the factors with the smallest loss "
                "on the *validation* ratings are kept. "
                f"The run {end}; the factors of iteration {fit.best_iteration} are returned (@fig:losses). "
                "The validation ratings also choose $\\lambda$ (@tab:lambda); the test ratings choose "
                "nothing."
            )
        ),
        doc.Figure(
            curves.losses(fit.train_trace, fit.validation_trace, fit.best_iteration),
            "image/svg+xml",
            alt=(
                f"Two line charts over iterations 1 to {fit.n_iter}. The training loss falls from "
                f"{fit.train_trace[1]:.4g} to {fit.train_trace[-1]:.4g}. The validation loss is least, "
                f"{fit.validation_trace[fit.best_iteration]:.4g}, at iteration {fit.best_iteration} and ends "
                f"at {fit.validation_trace[-1]:.4g}."
            ),
            caption=T(
                "Training loss @eq:factorization and validation loss (sum of squared errors); the random "
                "start is not shown"
            ),
            id="fig:losses",
        ),
        doc.Table(
            T("Smallest validation loss for each regularization"),
            (T("regularization"), T("validation loss"), T("at iteration")),
            rows,
            id="tab:lambda",
            align="xrr",
        ),
    )


def _comparison(study: FactorizationStudy, item: str) -> tuple[doc.Block, ...]:
    rivals = sorted((study.factorization, study.user_mean, study.item_mean), key=lambda rival: rival.rmse)
    names = [rival.name.replace("item", item) for rival in rivals]
    listed = ", ".join(f"{name} {rival.rmse:.3f}" for name, rival in zip(names, rivals, strict=True))
    return (
        doc.Figure(
            curves.scores(
                [
                    curves.Scored(name, rival.rmse, rival.error)
                    for name, rival in zip(names, rivals, strict=True)
                ],
                xlabel="test RMSE",
                key="rmse",
            ),
            "image/svg+xml",
            alt=(
                f"Three points on a line of test errors, best first: {listed}. Bars of two standard errors "
                f"to each side are about {2 * rivals[0].error:.2f} long."
            ),
            caption=T(
                "The factors against predictions that need none: root mean squared error on the test "
                "ratings, with two standard errors to each side. All are tested on the same ratings, so that "
                "a difference is known better than either error."
            ),
            id="fig:rmse",
            width=0.8,
        ),
        doc.Table(
            T(f"Root mean squared error on {study.n_test} test ratings, in units of the ratings"),
            (T("prediction"), T("test RMSE")),
            tuple((T(name), T(f"{rival.rmse:.4f}")) for name, rival in zip(names, rivals, strict=True)),
            id="tab:rmse",
            align="xr",
        ),
        doc.Prose(
            T(
                "Per test rating, the squared error of the users' means exceeds that of the factors by "
                f"${study.advantage:+.4f} \\pm {study.advantage_error:.4f}$ (one standard error)."
            )
        ),
    )
