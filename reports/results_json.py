"""The results for programs: `results.json`, schema 1.

    {"schema", "version", "seed", "inputs", "environment",
     "theorems":    [{"id", "statement_latex", "verdict", "general_in", "steps",
                      "hypotheses", "axioms", "seconds"}],
     "refutations": [{"id", "claim_latex", "verdict", "counterexample", "why"}],
     "algorithms":  {"kmeans", "em", "sampling", "matrix_factorization"},
     "checks":      [{"id", "theorem", "estimate", "closed_form", "standard_error", "n", "alpha", "beta",
                      "e_value", "p_value", "verdict", "controls": [{"mutant", "verdict"}]}]}

Keys are sorted. Wall times stand under "seconds" and nowhere else: all the rest is the same for the same seed
on the same machine. A number that is not finite (an e-value too large for a double) is null.
"""

from __future__ import annotations

import json
import math

from derivations.results import Assumption, Counterexample, RefutationResult, TheoremResult
from reports.factorization_study import N_FACTORS, REGULARIZATIONS, FactorizationStudy
from reports.image_study import N_COLORS, ImageStudy, shares
from reports.results import Input, Results
from reports.visible import HIDDEN
from verification.outcome import Outcome

SCHEMA = 1

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None


def render(results: Results) -> bytes:
    """The whole file, in UTF-8, with a final newline."""
    return dump(
        {
            "schema": SCHEMA,
            "version": results.version,
            "seed": results.seed,
            "inputs": {
                "ratings": _input(results.ratings),
                "image": _input(results.picture),
                "image_notes": [*results.images.image.notes],
            },
            "environment": {
                "command": results.command,
                "libraries": dict(results.libraries),
                "machine": dict(results.machine),
            },
            "theorems": [theorem(result) for result in results.theorems],
            "refutations": [refutation(result) for result in results.refutations],
            "algorithms": {
                "kmeans": _kmeans(results.images),
                "em": _em(results.images),
                "sampling": _sampling(results.images),
                "matrix_factorization": _factorization(results.factorization),
            },
            "checks": [check(outcome) for outcome in results.checks],
        }
    )


def dump(value: Json) -> bytes:
    """JSON with sorted keys and no NaN; characters that would act on whoever looks at it are escaped."""
    text = json.dumps(_finite(value), indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return (HIDDEN.sub(lambda found: json.dumps(found[0])[1:-1], text) + "\n").encode()


def _finite(value: Json) -> Json:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: _finite(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_finite(entry) for entry in value]
    return value


def theorem(result: TheoremResult) -> Json:
    """One entry of "theorems"."""
    return {
        "id": result.id,
        "statement_latex": result.statement_latex,
        "verdict": result.verdict,
        "general_in": list(result.general_in),
        "steps": result.n_steps,
        "hypotheses": [_assumption(hypothesis) for hypothesis in result.hypotheses],
        "axioms": [_assumption(axiom) for axiom in result.axioms],
        "seconds": result.seconds,
    }


def _assumption(assumption: Assumption) -> Json:
    return {"name": assumption.name, "latex": assumption.latex, "source": assumption.source}


def refutation(result: RefutationResult) -> Json:
    """One entry of "refutations"."""
    return {
        "id": result.id,
        "claim_latex": result.claim_latex,
        "verdict": result.verdict,
        "counterexample": None if result.counterexample is None else _counterexample(result.counterexample),
        "why": result.why,
    }


def _counterexample(found: Counterexample) -> Json:
    values: dict[str, Json] = {value.name: _exact(value.data) for value in found.values}
    return {
        "sizes": dict(found.sizes),
        "values": values,
        "claimed": _exact(found.claimed.data),
        "true": _exact(found.true.data),
        "tried": found.tried,
    }


def _exact(data: object) -> Json:
    """Nested sequences of exact numbers as text, such as "1/2"."""
    if isinstance(data, list | tuple):
        return [_exact(entry) for entry in data]
    return str(data)


def check(outcome: Outcome) -> Json:
    """One entry of "checks"."""
    return {
        "id": outcome.id,
        "theorem": outcome.theorem,
        "estimate": outcome.estimate,
        "closed_form": outcome.closed_form,
        "standard_error": outcome.standard_error,
        "n": outcome.n,
        "alpha": outcome.alpha,
        "beta": outcome.beta,
        "e_value": outcome.e_value,
        "p_value": outcome.p_value,
        "verdict": outcome.verdict,
        "controls": [{"mutant": control.mutant, "verdict": control.verdict} for control in outcome.controls],
    }


def _input(source: Input) -> Json:
    return {"name": source.name, "bundled": source.bundled, "sha256": source.sha256 or None}


def _kmeans(study: ImageStudy) -> Json:
    fit = study.kmeans.fit
    return {
        "n_clusters": N_COLORS,
        "n_pixels": study.n_pixels,
        "n_distinct_colors": study.n_distinct,
        "centers": fit.centers.tolist(),
        "shares": shares(study.kmeans.labels, N_COLORS).tolist(),
        "inertia": fit.inertia,
        "distortion": study.kmeans.distortion,
        "trace": list(fit.trace),
        "n_iter": fit.n_iter,
        "converged": fit.converged,
    }


def _em(study: ImageStudy) -> Json:
    fit = study.em.fit
    return {
        "n_components": N_COLORS,
        "weights": fit.mixture.weights.tolist(),
        "means": fit.mixture.means.tolist(),
        "covariances": fit.mixture.covariances.tolist(),
        "distortion": study.em.distortion,
        "trace": list(fit.trace),
        "n_iter": fit.n_iter,
        "converged": fit.converged,
    }


def _sampling(study: ImageStudy) -> Json:
    original, sampled = study.original_correlation, study.sampled_correlation
    return {
        "n_pixels": study.n_pixels,
        "neighbor_correlation": {
            "original": {"horizontal": original.horizontal, "vertical": original.vertical},
            "sampled": {"horizontal": sampled.horizontal, "vertical": sampled.vertical},
        },
    }


def _factorization(study: FactorizationStudy) -> Json:
    fit = study.fit
    validation_losses: dict[str, Json] = {
        str(regularization): tried.validation_trace[tried.best_iteration]
        for regularization, tried in zip(REGULARIZATIONS, study.fits, strict=True)
    }
    return {
        "n_ratings": study.given.n_ratings,
        "n_users": study.given.n_users,
        "n_items": study.given.n_items,
        "cold_start": study.cold_start,
        "n_ratings_kept": study.kept.n_ratings,
        "n_users_kept": study.kept.n_users,
        "n_items_kept": study.kept.n_items,
        "n_train": study.n_train,
        "n_validation": study.n_validation,
        "n_test": study.n_test,
        "n_factors": N_FACTORS,
        "regularization": study.regularization,
        "validation_loss_by_regularization": validation_losses,
        "train_trace": list(fit.train_trace),
        "validation_trace": list(fit.validation_trace),
        "best_iteration": fit.best_iteration,
        "n_iter": fit.n_iter,
        "converged": fit.converged,
        "test_rmse": study.factorization.rmse,
        "test_rmse_user_mean": study.user_mean.rmse,
        "test_rmse_item_mean": study.item_mean.rmse,
    }
