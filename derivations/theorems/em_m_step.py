r"""The M step of EM maximizes the expected log-likelihood, globally, in each of its parameters.

Weights: the shares N_k / N beat all others by N KL. Means: Steiner's identity in the metric of the
precision. Covariance: with Sigma = R R^T and S = R diag(lambda) R^T, the gap is a sum of
lambda - 1 - log lambda. The last lines are the derivation with a Lagrange multiplier.

Source: Bishop, PRML, eqs. 9.16 to 9.22; Murphy, Machine Learning (2012), section 11.4.2.3.
"""

from derivations.claims import Assumption, Chain, ClosedForm, LowerBound, Theorem
from derivations.matrix import Diagonal, LogGap, ProductOver, SizeOf, SquaredNorm, Trace
from derivations.matrix.base import as_matrix
from derivations.notation.learning import (
    centroid,
    count,
    det_model,
    det_sample,
    eigenvalue,
    frame,
    frame_inverse,
    gamma,
    model_mean,
    multiplier,
    point,
    root,
    sample_covariance,
    share,
    total,
)
from derivations.notation.mixtures import pi, weights_sum_to_one
from derivations.notation.sizes import I_D, D, a, k, n
from derivations.notation.words import coordinate, log, named, ratio, sum_over
from derivations.theorems.kmeans_centroid import counts, means

# -- weights -----------------------------------------------------------------------------------

best_share, best_mean, best_scatter = share[k], centroid[k], sample_covariance[k]

shares = Assumption("shares", count[k], total.alone * share[k], r"$\hat{\pi}_k = N_k / N$")
shares_sum = Assumption("shares sum to one", sum_over(k, share[k]), as_matrix(1), r"$\sum_k N_k = N$")

best_weights = named(r"\sum_k N_k \log \hat{\pi}_k", sum_over(k, count[k] * log(best_share)))
any_weights = named(r"\sum_k N_k \log \pi_k", sum_over(k, count[k] * log(pi[k])))
weight_gaps = total.alone * sum_over(k, share[k] * LogGap(ratio(pi[k], share[k])))

weights_gap = (
    Chain("The weights", best_weights)
    .equals(
        any_weights + total.alone * sum_over(k, share[k] * (log(share[k]) - log(pi[k]))),
        r"$N_k = N \hat{\pi}_k$",
        shares,
    )
    .equals(
        any_weights + weight_gaps,
        r"add $0 = \sum_k \pi_k - \sum_k \hat{\pi}_k$",
        (weights_sum_to_one, shares_sum),
    )
)
weights = LowerBound(
    "The shares are the best weights", weights_gap, any_weights, (weight_gaps,), r"$u - 1 \ge \log u$"
)

# -- means -------------------------------------------------------------------------------------

about_model = sum_over(n, k, gamma[n, k] * SquaredNorm(root[k] @ (point[n] - model_mean[k])))
about_means = sum_over(n, k, gamma[n, k] * SquaredNorm(root[k] @ (point[n] - centroid[k])))
mean_shifts = sum_over(k, count[k] * SquaredNorm(root[k] @ (model_mean[k] - best_mean)))
minimum = named(r"\sum_{n, k} \gamma_{n k} \lVert R_k (x_n - \bar{x}_k) \rVert^2", about_means)

means_gap = Chain("The means", about_model).equals(
    about_means + mean_shifts, r"$x_n - \mu_k = (x_n - \bar{x}_k) + (\bar{x}_k - \mu_k)$", (means, counts)
)
best_means = LowerBound("The weighted means are the best", means_gap, minimum, (mean_shifts,), "$N_k > 0$")

# -- the weighted covariance -------------------------------------------------------------------

deviation = point[n] - centroid[k]
covariances = Assumption(
    "weighted covariances",
    sum_over(n, gamma[n, k] * (deviation @ deviation.T)),
    count[k] * sample_covariance[k],
    r"$S_k$ is the weighted covariance of the points",
)
scatter = (
    Chain("The scatter about the means", about_means)
    .equals(
        sum_over(k, Trace(root[k] @ sum_over(n, gamma[n, k] * (deviation @ deviation.T)) @ root[k].T)),
        r"$\lVert v \rVert^2 = \operatorname{tr}(v v^{\top})$",
    )
    .equals(
        sum_over(k, count[k] * Trace(root[k] @ best_scatter @ root[k].T)),
        r"$N_k S_k = \sum_n \gamma_{n k} (x_n - \bar{x}_k)(x_n - \bar{x}_k)^{\top}$",
        covariances,
    )
)
# -- covariance --------------------------------------------------------------------------------

r, r_inverse, eigenvalues = frame.alone, frame_inverse.alone, eigenvalue.alone
sample = named("S", r @ Diagonal(eigenvalues) @ r.T)
model_inverse = named(r"\Sigma^{-1}", r_inverse.T @ r_inverse)
inverse = Assumption("inverse of R", r_inverse @ r, I_D, "$R$ is invertible, because the covariance is")
determinants = Assumption(
    "determinants",
    det_sample.alone,
    det_model.alone * ProductOver(a, coordinate(eigenvalues, a)),
    r"$S = R \operatorname{diag}(\lambda) R^{\top}$ and $\Sigma = R R^{\top}$",
)
eigenvalue_gaps = sum_over(a, LogGap(coordinate(eigenvalues, a)))
least = log(det_sample.alone) + SizeOf(D)

covariance_gap = (
    Chain("The covariance", log(det_model.alone) + Trace(model_inverse @ sample))
    .equals(
        log(det_model.alone) + sum_over(a, coordinate(eigenvalues, a)),
        r"$\operatorname{tr}(R^{-\top} R^{-1} R \operatorname{diag}(\lambda) R^{\top}) = \sum_a \lambda_a$",
        inverse,
    )
    .equals(
        least + eigenvalue_gaps, r"$\log \det S = \log \det \Sigma + \sum_a \log \lambda_a$", determinants
    )
)
best_covariance = LowerBound(
    "The weighted covariance is the best",
    covariance_gap,
    least,
    (eigenvalue_gaps,),
    r"$\lambda_a - 1 \ge \log \lambda_a$",
)

# -- the multiplier ----------------------------------------------------------------------------

stationary = Assumption(
    "stationary point", count[k], multiplier.alone * share[k], r"$\partial / \partial \pi_k$ of"
    r" $\sum_k N_k \log \pi_k + \lambda (1 - \sum_k \pi_k)$ is zero",
)  # fmt: skip
lagrange = (
    Chain("The Lagrange multiplier", sum_over(k, count[k]))
    .equals(
        multiplier.alone * sum_over(k, share[k]), r"$N_k / \hat{\pi}_k = \lambda$ for every $k$", stationary
    )
    .equals(multiplier.alone, r"$\sum_k \hat{\pi}_k = 1$; so $\lambda = N$", shares_sum)
)

THEOREM = Theorem(
    id="em_m_step",
    title="The M step is the global maximum",
    source="Bishop, PRML, eqs. 9.16 to 9.22",
    claims=(weights_gap, weights, means_gap, best_means, scatter, covariance_gap, best_covariance, lagrange),
    states=(weights, best_means, best_covariance),
    remarks=(
        "A stationary point of the Lagrangian need not be a maximum; the gaps show that this one is.",
        r"Equality holds only for $\pi = \hat{\pi}$, $\mu_k = \bar{x}_k$ and $\Sigma = S$.",
    ),
    closed_forms=(
        ClosedForm("em_weights", weights_gap, best_share, (k,)),
        ClosedForm("em_means", means_gap, best_mean, (k,)),
        ClosedForm("em_covariances", scatter, best_scatter, (k,)),
    ),
    also_rests_on=("simultaneous diagonalization", "determinant of a product"),
)
