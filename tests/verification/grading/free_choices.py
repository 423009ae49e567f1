"""Changes of correct programs that leave them right: what the docstrings do not tell, anyone may choose.

Each was looked at. They are named by criterion, program and change, under the reason why they are no mistake.
"""

from __future__ import annotations

FREE: dict[str, tuple[str, ...]] = {
    "another start": (
        "em, start from kmeans, expected joint log-likelihood, line 15: Div swapped",
        "em, start from kmeans, expected joint log-likelihood, line 16: Add swapped",
        "em, start from kmeans, expected joint log-likelihood, line 16: Eq swapped",
        "em, covariance by np.cov with weights, line 5: statement 10 dropped",
        "em, covariance by np.cov with weights, line 7: 0 changed",
        "em, covariance by np.cov with weights, line 8: Div swapped",
        "em, covariance by np.cov with weights, line 10: 1 changed",
        "em, covariance by np.cov with weights, line 12: 1 changed",
        "em, e_step and m_step, relative criterion, line 22: Mult swapped",
        "em, parameters no longer move, line 7: 1 changed",
    ),
    "another ridge or divisor, far below what data tell": (
        "em, log-sum-exp, likelihood, line 25: Add swapped",
        "em, covariance by np.cov with weights, line 17: 0 changed",
        "em, second moments, line 12: statement 26 dropped",
        "em, second moments, line 26: Add swapped",
    ),
    "another rule to stop, that still reaches an optimum": (
        "em, plain pdf, loops, line 31: Sub swapped",
        "em, start from kmeans, expected joint log-likelihood, line 21: 1 changed",
        "em, start from kmeans, expected joint log-likelihood, line 21: Mult swapped",
        "em, start from kmeans, expected joint log-likelihood, line 27: Sub swapped",
        "em, own gmm_log_probability, fixed iterations, line 23: Add swapped",
        "em, own gmm_log_probability, fixed iterations, line 31: Div swapped",
        "em, own gmm_log_probability, fixed iterations, line 31: Sub swapped",
        "em, covariance by np.cov with weights, line 14: 2 changed",
        "em, covariance by np.cov with weights, line 14: Div swapped",
        "em, e_step and m_step, relative criterion, line 28: Div swapped",
        "em, parameters no longer move, line 22: Mult swapped",
        "em, parameters no longer move, line 22: Sub swapped",
    ),
    "a count that may begin at 0 or at 1": (
        "latent_factor_gradient_descent, sums, line 40: 0 changed",
        "latent_factor_gradient_descent, dense mask, line 29: 0 changed",
        "latent_factor_alternating_optimization, ridge of scikit-learn, user by user, line 41: 0 changed",
        "latent_factor_alternating_optimization, normal equations, items first, start evaluated, line 25: 0 "
        "changed",
    ),
    "another size of the steps": (
        "latent_factor_gradient_descent, sums, line 30: 2 changed",
        "latent_factor_gradient_descent, sums, line 31: 2 changed",
    ),
    "code without effect": (
        "initialize_Q_P, roots on both sides, seed inside, line 5: 0 changed",
        "em, covariance by np.cov with weights, line 5: statement 7 dropped",
        "em, second moments, line 5: statement 6 dropped",
        "em, own gmm_log_probability, fixed iterations, line 22: Sub swapped",
    ),
}


def is_free(change: str) -> bool:
    """Whether it is one of those."""
    return any(change in changes for changes in FREE.values())
