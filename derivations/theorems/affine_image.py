r"""An affine image of a mixture is a mixture: H x + c has means H mu_k + c and covariances H Sigma_k H^T.

The matrix H may have any shape and rank, so this covers sums and selections of coordinates.

Source: Bishop, PRML, eq. 2.115, for a single Gaussian.
"""

from derivations.claims import Chain, ClosedForm, MixtureLaw, SameLaw, Theorem
from derivations.notation.mixtures import H, Sigma, mu, pi, shift, tau, x_k
from derivations.notation.sizes import i, k
from derivations.notation.words import E, exp, named, sum_over
from derivations.theorems import gaussian_characteristic as cf

h, c, frequency = H.alone, shift.alone, tau.alone
law = MixtureLaw((k,), pi[k], h @ mu[k] + c, h @ Sigma[k] @ h.T)
pulled_back = named(r"H^{\top} \tau", h.T @ frequency)
image = sum_over(k, pi[k] * E(exp(i * (frequency.T @ (h @ x_k + c)))))
phase = exp(i * (frequency.T @ c))

characteristic_of_image = (
    Chain(
        "Characteristic function of the image",
        named(r"\mathbb{E}[e^{\mathrm{i} \tau^{\top} (H x + c)}]", image),
    )
    .equals(image, "law of total expectation")
    .equals(
        sum_over(k, pi[k] * (phase * E(exp(i * (pulled_back.T @ x_k))))),
        r"$\tau^{\top} (H x_k + c) = (H^{\top} \tau)^{\top} x_k + \tau^{\top} c$",
    )
    .equals(
        sum_over(k, pi[k] * (phase * cf.exponent_at(pulled_back, mu[k], Sigma[k]))),
        r"characteristic function of a component, at $t = H^{\top} \tau$",
        cf.at_frequency(pulled_back),
    )
    .equals(
        sum_over(k, pi[k] * cf.exponent_at(frequency, law.mean, law.covariance)),
        r"collect what belongs to $\tau$",
    )
)

affine_image = SameLaw(
    "Law of the image",
    characteristic_of_image,
    "H x + c",
    tau,
    law,
    "the characteristic function determines it",
)

THEOREM = Theorem(
    id="affine_image",
    title="Affine images of a mixture",
    source="Bishop, PRML, eq. 2.115",
    claims=(cf.at_frequency(pulled_back), characteristic_of_image, affine_image),
    states=(affine_image,),
    remarks=(r"The weights do not change; components may come to coincide.",),
    closed_forms=(
        ClosedForm("affine_means", law, law.mean, (k,)),
        ClosedForm("affine_covariances", law, law.covariance, (k,)),
    ),
)
