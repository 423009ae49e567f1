r"""The sum of n independent draws from a mixture is a mixture of K^n components, by induction over n.

If S_n has the components (rho_l, nu_l, T_l), then S_n + x has the components pi_k rho_l,
N(mu_k + nu_l, Sigma_k + T_l), K times as many. Means and covariances are added n times.

Source: repeated use of the theorem on two mixtures; Feller (1971), section VI.2, for the moments.
"""

from derivations.claims import Recurrence, Theorem
from derivations.kernel.rules import NUMBER, PREVIOUS
from derivations.kernel.terms import entry, size
from derivations.notation.mixtures import each
from derivations.notation.sizes import K
from derivations.theorems.sum_of_mixtures import sum_of_mixtures

K_, c = size(K), entry(each.name)

step = sum_of_mixtures
components = Recurrence(
    "Number of components",
    "n_fold_components",
    r"\#\text{components of } S_n",
    K_,
    K_ * PREVIOUS,
    K_**NUMBER,
    r"$S_1 = x$ has $K$ components; adding $x$ multiplies their number by $K$; induction over $n$",
)
moments = Recurrence(
    "Means and covariances",
    "n_fold_moments",
    "c(S_n)",
    c,
    PREVIOUS + c,
    NUMBER * c,
    "an entry $c$ of the mean or the covariance of $x$ is added once for each draw; induction over $n$",
)

THEOREM = Theorem(
    id="n_fold_sum",
    title="Sums of n independent draws",
    source="Feller, An Introduction to Probability Theory (1971), section VI.2",
    given=r"S_{n+1} = S_n + x \text{ with } S_n \text{ and } x \text{ independent}",
    claims=(step, components, moments),
    states=(step, components, moments),
    remarks=(r"Of the $K^n$ components at most $\binom{K+n-1}{n}$ are distinct.",),
)
