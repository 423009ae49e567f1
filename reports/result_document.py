"""A single result as a document, with the blocks that the course report shows it with."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from algorithms.em import EMFit
from algorithms.kmeans import KMeansFit
from algorithms.matrix_factorization import FactorizationFit
from derivations.results import RefutationResult, TheoremResult
from reports import check_document, proof_document
from reports import document as doc
from reports.document import T
from reports.figures import curves
from reports.numbers import count
from verification.outcome import Outcome

Result = TheoremResult | RefutationResult | Outcome | KMeansFit | EMFit | FactorizationFit | doc.Report
MOST_ROWS = 20


def document_of(result: Result) -> doc.Report:
    """The result as a document; one that is a document already stays as it is."""
    match result:
        case doc.Report():
            return result
        case TheoremResult():
            return proof_document.build([result], [])
        case RefutationResult():
            return proof_document.build([], [result])
        case Outcome():
            return check_document.build([result])
        case KMeansFit():
            return _alone("k-means", f"{len(result.centers)} clusters", _kmeans(result))
        case EMFit():
            return _alone("Mixture of Gaussians", f"{result.mixture.n_components} components", _em(result))
        case FactorizationFit():
            n_factors = result.user_factors.shape[1]
            return _alone("Matrix factorization", f"{n_factors} factors", _factorization(result))


def _alone(title: str, subtitle: str, body: tuple[doc.Block, ...]) -> doc.Report:
    return doc.Report(title=title, subtitle=subtitle, author="ksquared", body=body)


def _kmeans(fit: KMeansFit) -> tuple[doc.Block, ...]:
    sizes = np.bincount(fit.labels, minlength=len(fit.centers))
    rows = [
        (str(n), count(int(size)), _numbers(center))
        for n, (size, center) in enumerate(zip(sizes, fit.centers, strict=True))
    ]
    return (
        doc.Prose(T(f"Inertia **{fit.inertia:.6g}**, {_ended(fit.n_iter, fit.converged)}")),
        _table("Clusters", ("cluster", "samples", "center"), rows),
        _curve(fit.trace, "Inertia", "$J$", "falls", "k-means"),
    )


def _em(fit: EMFit) -> tuple[doc.Block, ...]:
    mixture = fit.mixture
    rows = [
        (str(n), f"{weight:.4f}", _numbers(mean), _numbers(np.sqrt(np.diag(covariance))))
        for n, (weight, mean, covariance) in enumerate(
            zip(mixture.weights, mixture.means, mixture.covariances, strict=True)
        )
    ]
    return (
        doc.Prose(T(f"Log-likelihood **{fit.trace[-1]:.6g}**, {_ended(fit.n_iter, fit.converged)}")),
        _table("Components", ("component", "weight", "mean", "standard deviations"), rows),
        _curve(fit.trace, "Log-likelihood", r"$\ln\,p(X)$", "rises", "em"),
    )


def _factorization(fit: FactorizationFit) -> tuple[doc.Block, ...]:
    best = min(fit.validation_trace)
    told = doc.Prose(
        T(
            f"{count(len(fit.user_factors))} users, {count(len(fit.item_factors))} items. "
            f"Smallest validation loss **{best:.6g}**, at step {fit.best_iteration}, "
            + _ended(fit.n_iter, fit.converged)
        )
    )
    if len(fit.train_trace) < 3:
        return (told,)
    picture = doc.Figure(
        curves.losses(fit.train_trace, fit.validation_trace, fit.best_iteration),
        "image/svg+xml",
        alt=(
            f"Two line charts: the training loss ends at {fit.train_trace[-1]:.4g}, the validation loss is "
            f"least at step {fit.best_iteration}."
        ),
        caption=T("Training and validation loss; the random start is not shown"),
        id="fig:losses",
    )
    return (told, picture)


def _curve(trace: Sequence[float], title: str, symbol: str, moves: str, key: str) -> doc.Figure:
    return doc.Figure(
        curves.objective(list(trace), title=title, ylabel=symbol, key=key),
        "image/svg+xml",
        alt=f"Line chart: the objective {moves} from {trace[0]:.4g} to {trace[-1]:.4g}.",
        caption=T(f"{title} after each iteration"),
        id=f"fig:{key}",
        width=0.75,
    )


def _table(caption: str, header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> doc.Table:
    more = f" (the first {MOST_ROWS} of {len(rows)})" if len(rows) > MOST_ROWS else ""
    return doc.Table(
        T(caption + more),
        tuple(T(name) for name in header),
        tuple(tuple(T("{text}", text=cell) for cell in row) for row in rows[:MOST_ROWS]),
        id=f"tab:{caption.lower()}",
        align="r" * (len(header) - 1) + "x",
    )


def _numbers(values: np.ndarray) -> str:
    shown = ", ".join(f"{value:.4g}" for value in values[:8])
    return shown if len(values) <= 8 else f"{shown}, … ({len(values)} in all)"


def _ended(n_iter: int, converged: bool) -> str:
    steps = "1 iteration" if n_iter == 1 else f"{n_iter} iterations"
    return f"converged after {steps}." if converged else f"stopped after {steps} without converging."
