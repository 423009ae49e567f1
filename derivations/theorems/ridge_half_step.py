r"""One half-step of alternating least squares: the ridge solution is the only minimizer.

For a user with observed ratings r_m and item factors p_m, the objective is

    J(q) = sum_m o_m (r_m - p_m^T q)^2 + lambda ||q||^2,    o_m = 1 if the rating is observed, else 0,

and if q' solves the normal equations, J(q) - J(q') = sum_m o_m (p_m^T (q - q'))^2 + lambda ||q - q'||^2.
Unobserved entries have no part in it: they are not ratings of zero.

Source: Bishop, PRML, eq. 3.28 (regularized least squares).
"""

from derivations.claims import Assumption, Chain, ClosedForm, LowerBound, Theorem
from derivations.matrix import Matrix, SquaredNorm
from derivations.notation.learning import best_user, item, lam, observed, rating, user
from derivations.notation.sizes import m, n
from derivations.notation.words import named, sum_over

q, best, p = user[n], best_user[n], item[m]
strength = lam.alone


def objective(latex: str, factor: Matrix) -> Matrix:
    """J at a user's factor."""
    errors = sum_over(m, observed[n, m] * SquaredNorm(rating[n, m] - p.T @ factor))
    return named(f"J({latex})", errors + strength * SquaredNorm(factor))


def spelled_out(factor: Matrix) -> Matrix:
    """The same, written out."""
    errors = sum_over(m, observed[n, m] * SquaredNorm(rating[n, m] - p.T @ factor))
    return errors + strength * SquaredNorm(factor)


normal_equations = Assumption(
    "normal equations",
    sum_over(m, observed[n, m] * (p @ (p.T @ best))),
    sum_over(m, observed[n, m] * (rating[n, m] * p)) - strength * best,
    r"$q'$ is the ridge solution, which exists because $\lambda > 0$",
)

fit = sum_over(m, observed[n, m] * SquaredNorm(p.T @ (q - best)))
size = strength * SquaredNorm(q - best)

gap = (
    Chain("The gap to the minimum", objective("q", q))
    .equals(spelled_out(q), "definition of the objective, a sum over observed ratings")
    .equals(
        objective("q'", best) + fit + size,
        r"write $q = q' + (q - q')$; the normal equations make the cross term vanish",
        normal_equations,
    )
)

minimum = LowerBound(
    "The ridge solution is the minimizer", gap, objective("q'", best), (fit, size), r"$\lambda > 0$"
)

THEOREM = Theorem(
    id="ridge_half_step",
    title="A half-step of alternating least squares",
    source="Bishop, PRML, eq. 3.28",
    claims=(gap, minimum),
    states=(gap, minimum),
    closed_forms=(ClosedForm("ridge_half_step", gap, best, (n,)),),
    remarks=(
        r"Equality holds only for $q = q'$, because $\lambda \lVert q - q' \rVert^2 > 0$ otherwise.",
        "Treating unobserved entries as zeros replaces $o_m$ by 1 and solves another problem.",
    ),
)
