"""Small results made by hand: a theorem, a refuted claim, a check, and real but tiny computations."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np

from algorithms import ratings
from algorithms.images import Image
from algorithms.mixture import Mixture
from derivations.results import (
    Assumption,
    Counterexample,
    Derivation,
    Line,
    RefutationResult,
    TheoremResult,
    Value,
)
from reports import factorization_study, image_study
from reports.figures.learning import Convergence, Heat, RankErrors
from reports.figures.mixtures import Curve, Spread
from reports.illustration import MomentsPicture, SumPicture
from reports.results import Input, Results
from verification.outcome import ControlOutcome, Outcome, PathPoint

MEAN = TheoremResult(
    id="mixture_mean",
    title="Mean of a mixture",
    source="Bishop, PRML, 2.3.9",
    statement_latex=r"\mathbb{E}[x] = \sum_k \pi_k \mu_k",
    general_in=("K", "D"),
    hypotheses=(Assumption("weights_sum_to_one", r"\sum_k \pi_k = 1", "the mixture is a distribution"),),
    axioms=(Assumption("total_expectation", r"\mathbb{E}[x] = \sum_k \pi_k \mathbb{E}[x_k]", "Billingsley"),),
    derivations=(
        Derivation(
            "Mean of a mixture",
            r"\mathbb{E}[x]",
            (
                Line(
                    "=", r"\sum_k \pi_k \mathbb{E}[x_k]", "law of total expectation", ("total_expectation",)
                ),
                Line("=", r"\sum_k \pi_k \mu_k", "mean of $x_k$", ("component_moments",)),
            ),
        ),
    ),
    remarks=("The covariances do not matter.",),
    mistakes=("forgot_weights",),
    verdict="proved",
    failure="",
    seconds=0.25,
)

FORGOT_WEIGHTS = RefutationResult(
    id="unweighted_mean",
    title="The mean of the means",
    theorem="mixture_mean",
    claim_latex=r"\mathbb{E}[x] = \frac{1}{K} \sum_k \mu_k",
    true_latex=r"\mathbb{E}[x] = \sum_k \pi_k \mu_k",
    why="One forgets that components differ in weight.",
    verdict="refuted",
    counterexample=Counterexample(
        sizes=(("K", 2), ("D", 1)),
        values=(
            Value("pi", r"\pi = (1/3, 2/3)", ["1/3", "2/3"]),
            Value("mu", r"\mu = (0, 1)", [["0"], ["1"]]),
        ),
        claimed=Value("claimed", r"\mathbb{E}[x] = 1/2", "1/2"),
        true=Value("true", r"\mathbb{E}[x] = 2/3", "2/3"),
        tried=94,
    ),
    seconds=0.1,
)

MEAN_CHECK = Outcome(
    id="mixture_mean",
    theorem="mixture_mean",
    title="Mean of a mixture",
    claim_latex=r"\mathbb{E}[x] = \sum_k \pi_k \mu_k",
    design="draws of a mixture with K = 3",
    level="quick",
    statistic="E[x_1]",
    estimate=1.2501,
    closed_form=1.25,
    standard_error=0.001,
    z=0.1,
    e_value=0.0,
    p_value=1.0,
    n=4096,
    alpha=1e-9,
    beta=1e-3,
    delta=0.05,
    verdict="pass",
    controls=(ControlOutcome("unweighted_mean", "The mean of the means", "rejected", 512),),
    entries=(),
    path=(PathPoint(512, -0.5, 1.0), PathPoint(4096, -2.0, 7.0)),
    needed=None,
    failure="",
    seed=0,
    seconds=0.5,
)


def tiny_image() -> Image:
    """A smooth picture of 24 x 32 pixels."""
    rows, columns = np.mgrid[0:24, 0:32]
    channels = [rows * 10, columns * 8, (rows + columns) * 4]
    return Image(np.stack(channels, axis=-1).astype(np.uint8), ("The picture was made by hand.",), "tiny.png")


@cache
def sample_results() -> Results:
    """Results in which everything holds."""
    rng = np.random.default_rng(0)
    grid = np.linspace(-3, 3, 50)
    density = np.exp(-(grid**2) / 2) / np.sqrt(2 * np.pi)
    return Results(
        seed=0,
        command="ksquared report --seed 0",
        version="0.1.0",
        libraries={"numpy": "2.0"},
        machine={"cores": "2"},
        ratings=Input("restaurant_ratings.csv", "", bundled=True),
        picture=Input("tiny.png", "ab" * 32, bundled=False),
        theorems=(MEAN,),
        refutations=(FORGOT_WEIGHTS,),
        factorization=factorization_study.study(ratings.bundled(), cold_start=4, rng=rng),
        images=image_study.study(tiny_image(), rng=rng, on_stage=lambda *_: None),
        rank_picture=RankErrors(np.array([2.0, 1.0, 0.0]), np.ones((1, 3)), np.array([1.0, 0.0, 0.0]), 1),
        convergence_picture=Convergence(np.array([16, 64]), np.array([0.5, 0.2]), np.array([0.9, 0.5])),
        mean_pictures=(Heat("x", np.zeros((1, 2))), Heat("y", np.ones((2, 2))), Heat("z", np.ones((2, 2)))),
        covariance_pictures=tuple(Heat(name, np.eye(2)) for name in ("x", "y", "sum", "simulated")),
        moments_picture=MomentsPicture(
            rng.standard_normal((30, 2)),
            rng.integers(0, 2, 30),
            (Spread("the theorem", np.zeros(2), np.eye(2), right=True),),
        ),
        sum_picture=SumPicture(
            rng.standard_normal(100),
            grid,
            (Curve("the theorem", density, right=True),),
            Mixture(np.array([1.0]), np.zeros((1, 1)), np.full((1, 1, 1), 0.5)),
            Mixture(np.array([0.5, 0.5]), np.zeros((2, 1)), np.full((2, 1, 1), 0.5)),
        ),
        checks=(MEAN_CHECK,),
    )


def broken_results() -> Results:
    """The same with a theorem that is not proved, a claim that is not refuted and a check that failed."""
    return replace(
        sample_results(),
        theorems=(replace(MEAN, verdict="undecided", failure="line 2 does not follow from line 1"),),
        refutations=(replace(FORGOT_WEIGHTS, verdict="undecided", counterexample=None),),
        checks=(
            replace(
                MEAN_CHECK,
                verdict="fail",
                failure="the claim was rejected",
                controls=(ControlOutcome("unweighted_mean", "The mean of the means", "survived", 512),),
            ),
        ),
    )
