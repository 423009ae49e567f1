r"""A block of the coordinates of a mixture is a mixture of the blocks.

    x = (u, v)  =>  u ~ sum_k pi_k N(mu^u_k, Sigma^uu_k)

Source: Bishop, PRML, eq. 2.98, for a single Gaussian.
"""

from derivations.claims import Assumption, Chain, MixtureLaw, SameLaw, Theorem
from derivations.notation.mixtures import FACTOR, cov_uu, factor_u, mean_u, pi, tau, z
from derivations.notation.sizes import i, k
from derivations.notation.words import E, exp, named, sum_over
from derivations.theorems.gaussian_characteristic import characteristic_of, exponent_at

u_k = named("u_k", mean_u[k] + factor_u[k] @ z.alone)
frequency = tau.alone
block = Assumption("covariances of u", cov_uu[k], factor_u[k] @ factor_u[k].T, FACTOR)
of_component = characteristic_of(u_k, mean_u[k], factor_u[k], cov_uu[k], z.alone, block, frequency)

mixed = sum_over(k, pi[k] * E(exp(i * (frequency.T @ u_k))))
of_block = Chain(
    "Characteristic function of the block", named(r"\mathbb{E}[e^{\mathrm{i} \tau^{\top} u}]", mixed)
).equals(
    sum_over(k, pi[k] * exponent_at(frequency, mean_u[k], cov_uu[k])),
    "law of total expectation, and the component's characteristic function",
    of_component,
)
law = MixtureLaw((k,), pi[k], mean_u[k], cov_uu[k])
marginal = SameLaw(
    "Law of the block", of_block, "u", tau, law, "the characteristic function determines the law"
)

THEOREM = Theorem(
    id="marginal",
    title="Marginals of a mixture",
    source="Bishop, PRML, eq. 2.98",
    given=r"x = (u, v),\ u_k = \mu^{u}_k + F_k z",
    claims=(of_component, of_block, marginal),
    states=(marginal,),
    remarks=(
        "The weights are the same for every block; components that differ in $v$ only come to coincide.",
    ),
)
