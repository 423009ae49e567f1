r"""The best center of weighted points is their mean, and the loss of any other is N_k ||c_k - mean_k||^2.

    sum_nk gamma_nk ||x_n - c_k||^2 = sum_nk gamma_nk ||x_n - mean_k||^2 + sum_k N_k ||c_k - mean_k||^2

Source: Bishop, PRML, eq. 9.4.
"""

from derivations.claims import Assumption, Chain, ClosedForm, LowerBound, Theorem
from derivations.matrix import SquaredNorm
from derivations.notation.learning import center, centroid, count, gamma, point
from derivations.notation.sizes import k, n
from derivations.notation.words import named, sum_over

counts = Assumption("cluster weights", count[k], sum_over(n, gamma[n, k]), "the weight of cluster $k$")
means = Assumption(
    "weighted means",
    sum_over(n, gamma[n, k] * point[n]),
    count[k] * centroid[k],
    r"$\bar{x}_k$ is the weighted mean of the points, $N_k > 0$",
)

about_centers = sum_over(n, k, gamma[n, k] * SquaredNorm(point[n] - center[k]))
about_means = sum_over(n, k, gamma[n, k] * SquaredNorm(point[n] - centroid[k]))
mean = centroid[k]
shifts = sum_over(k, count[k] * SquaredNorm(center[k] - mean))
loss, least = named("J(c)", about_centers), named(r"J(\bar{x})", about_means)

decomposition = (
    Chain("Steiner's identity", loss)
    .equals(about_centers, "definition of the objective")
    .equals(
        about_means + shifts,
        r"write $x_n - c_k = (x_n - \bar{x}_k) + (\bar{x}_k - c_k)$; the cross term vanishes",
        (means, counts),
    )
)
optimal = LowerBound("The mean is the best center", decomposition, least, (shifts,), "$N_k > 0$")

THEOREM = Theorem(
    id="kmeans_centroid",
    title="The best center of a cluster is its mean",
    source="Bishop, PRML, eq. 9.4",
    claims=(decomposition, optimal),
    states=(decomposition, optimal),
    closed_forms=(ClosedForm("weighted_means", decomposition, mean, (k,)),),
    remarks=(
        r"The weights need not be 0 or 1: with responsibilities this is the mean in the M step of EM.",
        "The mean is taken along the samples, one number a feature; a mean over all entries is another.",
    ),
)
