r"""How many distinct components a sum of mixtures has.

At most K L, one for each pair; for two independent draws from one mixture at most K (K + 1) / 2, for n
draws at most C(K + n - 1, n), because the order does not matter; and never fewer than K + L - 1, so a
sum with L >= 2 is never a mixture with K components.

Source: Feller, An Introduction to Probability Theory (1968), section II.5, for the multisets.
"""

import sympy as sp

from derivations.claims import Assumption, Chain, LowerBound, Recurrence, Theorem
from derivations.kernel.rules import NUMBER, PREVIOUS
from derivations.kernel.terms import size
from derivations.matrix import Delta, Index, SizeOf
from derivations.matrix.base import as_matrix
from derivations.notation.mixtures import first_gap, first_place, newest, second_gap, second_place, top
from derivations.notation.sizes import K, L, k, l
from derivations.notation.words import named, sum_over

h = Index("h", K)
one = as_matrix(1)
K_ = size(K)

pairs = Chain("Pairs of components", named(r"\#\{(k, l)\}", sum_over(k, l, one))).equals(
    SizeOf(K) * SizeOf(L), "one for each pair"
)
ordered, diagonal = sum_over(k, h, one), sum_over(k, h, Delta(k, h))
unordered = (
    Chain("Two draws from one mixture", named(r"\#\{\{k, h\}\}", (ordered + diagonal) / 2))
    .equals(
        (ordered + diagonal) / 2,
        "count ordered pairs, and once more those with $k = h$: every unordered pair is counted twice",
    )
    .equals(SizeOf(K) * (SizeOf(K) + one) / 2, r"$\sum_{k, h} \delta_{k h} = K$")
)
multisets = Recurrence(
    "Draws from one mixture, n of them",
    "multisets",
    r"\#\text{multisets of size } n",
    K_,
    PREVIOUS * (K_ + NUMBER) / (NUMBER + 1),
    sp.binomial(K_ + NUMBER - 1, NUMBER),
    r"put one more star into a row of $n$ stars and $K - 1$ bars: there are $K + n$ places, and any of the"
    r" $n + 1$ stars may be the one put in; induction over $n$",
)

from_the_first = Assumption(
    "places of x", first_place[k], top.alone - first_gap[k], "$a_K$ is the largest place of $x$"
)
from_the_second = Assumption(
    "places of y", second_place[l], newest.alone - second_gap[l], "the new place of $y$ is the largest"
)
ahead = Chain(
    "The largest sum is new", (top.alone + newest.alone) - (first_place[k] + second_place[l])
).equals(second_gap[l] + first_gap[k], "differences of places", (from_the_first, from_the_second))
new_sum = LowerBound(
    "The largest sum is new", ahead, second_gap[l], (first_gap[k],), r"$p_k \ge 0$, and $q_l > 0$"
)
at_least = Recurrence(
    "At least K + n - 1",
    "least_count",
    r"\min \#\text{components for } L = n",
    K_,
    PREVIOUS + 1,
    K_ + NUMBER - 1,
    "every further component of $y$ adds a new sum; induction over the number of components of $y$",
)

THEOREM = Theorem(
    id="component_count",
    title="How many components a sum has",
    source="Feller, An Introduction to Probability Theory (1968), section II.5",
    claims=(pairs, unordered, multisets, ahead, new_sum, at_least),
    states=(pairs, unordered, multisets, at_least),
    remarks=(
        "Places are values of a linear function of means and covariances that separates the components of"
        " each mixture; almost every linear function does.",
        r"So for $K, L \ge 2$ the sum has more than $K$ components, and by identifiability it is no mixture"
        r" with $K$ components. It may have fewer than $K L$: places $0, 1$ and $0, 1$ give only three sums.",
    ),
    also_rests_on=("identifiability",),
)
