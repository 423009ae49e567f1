r"""The sum of two independent mixtures is the mixture of all pairs of components.

    x + y ~ sum_k sum_l pi_k rho_l N(mu_k + nu_l, Sigma_k + T_l)

Draw k and x from the first mixture, l and y from the second, and add. Given (k, l) the sum of two
independent Gaussians is Gaussian; the pair has probability pi_k rho_l because the draws are independent.

Source: Billingsley, Probability and Measure (1995), section 26 (sums and characteristic functions).
"""

from derivations.claims import Chain, ClosedForm, Independence, MixtureLaw, SameLaw, Theorem
from derivations.notation.mixtures import Sigma, T, mu, nu, pi, rho, t, x_k, y_l
from derivations.notation.sizes import i, k, l
from derivations.notation.words import E, exp, named, sum_over
from derivations.theorems import gaussian_characteristic as cf

frequency = t.alone
phase_x, phase_y = exp(i * (frequency.T @ x_k)), exp(i * (frequency.T @ y_l))

law = MixtureLaw((k, l), pi[k] * rho[l], mu[k] + nu[l], Sigma[k] + T[l])

characteristic_of_sum = (
    Chain(
        "Characteristic function of the sum",
        named(
            r"\mathbb{E}[e^{\mathrm{i} t^{\top} (x + y)}]",
            sum_over(k, l, pi[k] * rho[l] * E(exp(i * (frequency.T @ (x_k + y_l))))),
        ),
    )
    .equals(
        sum_over(k, l, pi[k] * rho[l] * E(exp(i * (frequency.T @ (x_k + y_l))))),
        r"draw $k$ and $l$ independently, the pair with probability $\pi_k \rho_l$, then add $x_k$ and $y_l$",
    )
    .equals(
        sum_over(k, l, pi[k] * rho[l] * (E(phase_x) * E(phase_y))),
        r"$x_k$ and $y_l$ are independent",
        Independence("independent_factors", (phase_x, phase_y)),
    )
    .equals(
        sum_over(
            k,
            l,
            pi[k] * rho[l] * (cf.exponent_of(mu[k], Sigma[k]) * cf.exponent_of(nu[l], T[l])),
        ),
        "characteristic functions of the components",
        (cf.first, cf.second),
    )
    .equals(
        sum_over(k, l, law.weight * cf.exponent_of(law.mean, law.covariance)),
        r"$e^u e^v = e^{u + v}$: means add, covariances add",
    )
)

sum_of_mixtures = SameLaw(
    "Law of the sum",
    characteristic_of_sum,
    "x + y",
    t,
    law,
    "the characteristic function determines the law",
)

THEOREM = Theorem(
    id="sum_of_mixtures",
    title="The sum of two independent Gaussian mixtures",
    source="Billingsley, Probability and Measure (1995), section 26",
    given=r"x \text{ and } y \text{ independent}",
    claims=(cf.second, characteristic_of_sum, sum_of_mixtures),
    states=(sum_of_mixtures,),
    remarks=(
        r"There are $K L$ components, $K^2$ if both mixtures have $K$; some may coincide.",
        "The indices of the weight, the mean and the covariance of a component are the same pair $(k, l)$.",
        "Densities do not add: the density of a sum is a convolution.",
    ),
    closed_forms=(
        ClosedForm("sum_weights", law, law.weight, (k, l)),
        ClosedForm("sum_means", law, law.mean, (k, l)),
        ClosedForm("sum_covariances", law, law.covariance, (k, l)),
    ),
)
