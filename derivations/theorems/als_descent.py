r"""A sweep of alternating least squares never raises the regularized loss.

    L(Q, P) = sum_nm o_nm (r_nm - q_n^T p_m)^2 + lambda (sum_n ||q_n||^2 + sum_m ||p_m||^2)
    L(Q, P) >= L(Q', P) >= L(Q', P')

where every q'_n solves its normal equations given P, and then every p'_m given Q'.

Source: Koren, Bell and Volinsky, Matrix factorization techniques (2009), section on learning algorithms.
"""

from derivations.claims import Assumption, Chain, LowerBound, Theorem
from derivations.matrix import Matrix, SquaredNorm
from derivations.notation.learning import best_item, best_user, item, lam, observed, rating, user
from derivations.notation.sizes import m, n
from derivations.notation.words import named, sum_over
from derivations.theorems.ridge_half_step import normal_equations

strength = lam.alone


def loss(latex: str, q: Matrix, p: Matrix) -> Matrix:
    """The regularized loss, abbreviated."""
    return named(latex, written_out(q, p))


def written_out(q: Matrix, p: Matrix) -> Matrix:
    """The regularized loss."""
    errors = sum_over(n, m, observed[n, m] * SquaredNorm(rating[n, m] - p.T @ q))
    return errors + strength * (sum_over(n, SquaredNorm(q)) + sum_over(m, SquaredNorm(p)))


q, p, new_q, new_p = user[n], item[m], best_user[n], best_item[m]

item_equations = Assumption(
    "normal equations of the items",
    sum_over(n, observed[n, m] * (new_q @ (new_q.T @ new_p))),
    sum_over(n, observed[n, m] * (rating[n, m] * new_q)) - strength * new_p,
    r"$p'_m$ is the ridge solution given $Q'$",
)

users_fit = sum_over(n, m, observed[n, m] * SquaredNorm(p.T @ (q - new_q)))
users_size = strength * sum_over(n, SquaredNorm(q - new_q))
items_fit = sum_over(n, m, observed[n, m] * SquaredNorm(new_q.T @ (p - new_p)))
items_size = strength * sum_over(m, SquaredNorm(p - new_p))

before, halfway, after = loss("L(Q, P)", q, p), loss("L(Q', P)", new_q, p), loss("L(Q', P')", new_q, new_p)

user_step = (
    Chain("The users' half-step", before)
    .equals(written_out(q, p), "definition of the loss, over observed ratings")
    .equals(halfway + users_fit + users_size, "each user's gap to the minimum", normal_equations)
)
item_step = (
    Chain("The items' half-step", halfway)
    .equals(written_out(new_q, p), "definition of the loss")
    .equals(after + items_fit + items_size, "each item's gap to the minimum", item_equations)
)
sweep = (
    Chain("A whole sweep", before)
    .equals(halfway + users_fit + users_size, "the users' half-step", user_step)
    .equals(after + items_fit + items_size + users_fit + users_size, "the items' half-step", item_step)
)
descent = LowerBound(
    "The loss never rises",
    sweep,
    after,
    (items_fit, items_size, users_fit, users_size),
    r"$o_{nm} \ge 0$ and $\lambda > 0$",
)

THEOREM = Theorem(
    id="als_descent",
    title="Alternating least squares never raises the loss",
    source="Koren, Bell and Volinsky (2009)",
    claims=(user_step, item_step, sweep, descent),
    states=(descent,),
    remarks=(
        "This is the loss on the training ratings; the validation loss may rise, hence early stopping.",
    ),
)
