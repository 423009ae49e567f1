r"""EM with components of covariance epsilon I becomes k-means as epsilon falls to zero.

    r_k / r_1 = (pi_k / pi_1) exp(-(d_k - d_1) / (2 epsilon))  ->  0,    d_k = ||x - mu_k||^2

if mu_1 is the only nearest center. So the responsibilities become the labels of k-means, and the
weighted means the means of the clusters.

Source: Bishop, PRML, section 9.3.2.
"""

from derivations.claims import Assumption, Chain, Limit, Theorem
from derivations.matrix.base import as_matrix
from derivations.notation.learning import distance_1, distance_k, epsilon, excess_k, weight_1, weight_k
from derivations.notation.words import exp, named, ratio

eps, gap = epsilon.alone, excess_k.alone
farther = Assumption(
    "farther", distance_k.alone, distance_1.alone + gap, r"$\mu_1$ is nearest, $\delta_k > 0$"
)

part_k = weight_k.alone * exp(-(ratio(distance_k.alone, eps) / 2))
part_1 = weight_1.alone * exp(-(ratio(distance_1.alone, eps) / 2))
decaying = ratio(weight_k.alone, weight_1.alone) * exp(-(ratio(gap, eps) / 2))

responsibilities = (
    Chain("Ratio of responsibilities", named(r"\frac{r_k}{r_1}", ratio(part_k, part_1)))
    .equals(ratio(part_k, part_1), r"Bayes' rule; the factor $(2 \pi \varepsilon)^{-D/2}$ cancels")
    .equals(decaying, r"$d_k = d_1 + \delta_k$", farther)
)
vanishing = Limit(
    "The others vanish", decaying, epsilon, as_matrix(0), r"found by SymPy, confirmed near $\varepsilon = 0$"
)

THEOREM = Theorem(
    id="kmeans_as_em_limit",
    title="k-means is a limit of EM",
    source="Bishop, PRML, section 9.3.2",
    claims=(responsibilities, vanishing),
    states=(responsibilities, vanishing),
    remarks=(
        r"There are finitely many components, so $r_1 = 1 / (1 + \sum_{k > 1} r_k / r_1) \to 1$.",
        "With two nearest centers the sample is shared between them in proportion to their weights.",
    ),
)
