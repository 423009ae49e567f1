"""False claims about what adds when random numbers are added, and what independence is needed for.

`joint` (n, n) is a table of joint probabilities: entry (i, j) is P(x = a_i, y = a_j), where the values a
are 0, 1 or -1, 0, 1. Every expectation is a finite sum over the table."""

from __future__ import annotations

import numpy as np
from jaxtyping import Shaped

from derivations.enumeration import Variable, normalized
from derivations.false_claim import FalseClaim

Table = Shaped[np.ndarray, "n n"]
Scalar = Shaped[np.ndarray, ""]


def values(joint: Table) -> Shaped[np.ndarray, n]:
    """0, 1 for n = 2 and -1, 0, 1 for n = 3."""
    return np.arange(len(joint)) - (len(joint) - 1) // 2


def marginals(joint: Table) -> tuple[Shaped[np.ndarray, n], Shaped[np.ndarray, n]]:
    """The laws of x and of y."""
    return joint.sum(axis=1), joint.sum(axis=0)


def sum_moment(joint: Table, order: int) -> Scalar:
    """E (x + y)^order."""
    a = values(joint)
    return np.asarray((joint * (a[:, None] + a[None, :]) ** order).sum())


def variance_of_sum(joint: Table) -> Scalar:
    """Var[x + y] from the table."""
    return np.asarray(sum_moment(joint, 2) - sum_moment(joint, 1) ** 2)


def sum_of_variances(joint: Table) -> Scalar:
    """Var[x] + Var[y]."""
    a = values(joint)
    return np.asarray(sum((law * a**2).sum() - (law * a).sum() ** 2 for law in marginals(joint)))


def is_uncorrelated(joint: Table) -> bool:
    """E[xy] = E[x] E[y]."""
    a = values(joint)
    first, second = marginals(joint)
    return bool((joint * np.outer(a, a)).sum() == (first * a).sum() * (second * a).sum())


def fourth_moment(joint: Table) -> Scalar:
    """E (x + y)^4 from the table."""
    return sum_moment(joint, 4)


def fourth_moment_if_independent(joint: Table) -> Scalar:
    """E (x + y)^4 if x and y kept their laws and were independent."""
    first, second = marginals(joint)
    return sum_moment(first[:, None] * second[None, :], 4)


def variance_from_deviations(deviation: Scalar, other_deviation: Scalar) -> Scalar:
    """(sigma + tau)^2."""
    return np.asarray((deviation + other_deviation) ** 2)


def variance_of_two_coins(deviation: Scalar, other_deviation: Scalar) -> Scalar:
    """Var[x + y] over the four equally likely outcomes of x = +-sigma, y = +-tau."""
    outcomes = [(s * deviation + t * other_deviation) ** 2 for s in (-1, 1) for t in (-1, 1)]
    return np.asarray(sum(outcomes) / 4)


CLAIMS = (
    FalseClaim(
        id="variances_always_add",
        title="Variances add without independence",
        theorem="moments_of_sum",
        claim_latex=r"\operatorname{Var}[x + y] = \operatorname{Var}[x] + \operatorname{Var}[y]",
        true_latex=(
            r"\operatorname{Var}[x + y] = \operatorname{Var}[x] + \operatorname{Var}[y]"
            r" + 2 \operatorname{Cov}[x, y]"
        ),
        why="Means do add without independence, and the formula for the variance is learned beside theirs.",
        variables=(Variable("joint", "P", ("2", "2"), (0, 1, 2), build=normalized),),
        quantities=(r"\operatorname{Var}[x + y]",),
        claimed=sum_of_variances,
        true=variance_of_sum,
    ),
    FalseClaim(
        id="uncorrelated_is_enough",
        title="For the law of a sum, uncorrelated is as good as independent",
        theorem="sum_of_mixtures",
        claim_latex=(
            r"\operatorname{Cov}[x, y] = 0 \implies x + y \text{ has the law of the sum of"
            r" independent copies of } x \text{ and } y"
        ),
        true_latex=r"x, y \text{ independent} \implies \varphi_{x + y} = \varphi_x \, \varphi_y",
        why=(
            "It is enough for the variances to add, and for jointly Gaussian variables the two words mean"
            " the same."
        ),
        variables=(Variable("joint", "P", ("3", "3"), (0, 1, 2), build=normalized),),
        premise=is_uncorrelated,
        quantities=(r"\mathbb{E}[(x + y)^4]",),
        claimed=fourth_moment_if_independent,
        true=fourth_moment,
    ),
    FalseClaim(
        id="standard_deviations_add",
        title="Standard deviations add",
        theorem="moments_of_sum",
        claim_latex=r"x, y \text{ independent} \implies \operatorname{Var}[x + y] = (\sigma + \tau)^2",
        true_latex=r"x, y \text{ independent} \implies \operatorname{Var}[x + y] = \sigma^2 + \tau^2",
        why=r"The notation $\mathcal{N}(\mu, \sigma)$ invites adding what stands in the second place.",
        variables=(
            Variable("deviation", r"\sigma", (), (1, 2, 3)),
            Variable("other_deviation", r"\tau", (), (1, 2, 3)),
        ),
        quantities=(r"\operatorname{Var}[x + y]",),
        claimed=variance_from_deviations,
        true=variance_of_two_coins,
    ),
)
