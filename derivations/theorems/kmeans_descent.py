r"""Neither step of k-means raises the objective, so the algorithm ends.

    J(z, c) = sum_nk z_nk ||x_n - c_k||^2,    z_nk = 1 if sample n is in cluster k, else 0

Assigning every sample to a nearest center (the first one if there are several) gives J(z', c) <= J(z, c);
replacing the centers by the means does not raise it either. There are at most K^N assignments, and one
that is left at a lower objective never returns.

Source: Bishop, PRML, section 9.1 and exercise 9.1.
"""

from derivations.claims import Assumption, Chain, ClosedForm, LowerBound, Theorem
from derivations.matrix import SquaredNorm
from derivations.matrix.base import as_matrix
from derivations.notation.learning import center, excess, label, least, nearest, point
from derivations.notation.sizes import k, n
from derivations.notation.words import named, sum_over

distance = SquaredNorm(point[n] - center[k])
before = sum_over(n, k, label[n, k] * distance)
best_label = nearest[n, k]
after = sum_over(n, k, best_label * distance)
saved = sum_over(n, k, label[n, k] * excess[n, k])

one_cluster = Assumption(
    "one cluster each", sum_over(k, label[n, k]), as_matrix(1), "every sample has one label"
)
to_nearest = Assumption(
    "nearest centers",
    sum_over(k, nearest[n, k] * distance),
    least[n],
    "$z'$ picks a nearest center, the first one",
)
least_distance = Assumption(
    "distance above the least", excess[n, k], distance - least[n], r"$d_n = \min_k \lVert x_n - c_k \rVert^2$"
)

assignment = (
    Chain("The assignment step", named("J(z, c)", before))
    .equals(before, "definition of the objective")
    .equals(
        sum_over(n, least[n]) + saved,
        r"$\lVert x_n - c_k \rVert^2 = d_n + e_{nk}$, and every sample has one label",
        (least_distance, one_cluster),
    )
    .equals(named("J(z', c)", after) + saved, r"$d_n = \sum_k z'_{nk} \lVert x_n - c_k \rVert^2$", to_nearest)
)
descent = LowerBound(
    "Assignment never raises the objective", assignment, named("J(z', c)", after), (saved,), r"$e_{nk} \ge 0$"
)

THEOREM = Theorem(
    id="kmeans_descent",
    title="k-means never raises its objective, and ends",
    source="Bishop, PRML, section 9.1",
    claims=(assignment, descent),
    states=(descent,),
    closed_forms=(ClosedForm("nearest_labels", assignment, best_label, (n, k)),),
    remarks=(
        "The centers' step is the theorem on the best center; an empty cluster keeps its center.",
        r"There are $K^N$ assignments. With a fixed rule for ties, one that is left was improved on,"
        " so it never returns, and after finitely many steps the labels stay the same.",
    ),
    also_rests_on=("finite descent",),
)
