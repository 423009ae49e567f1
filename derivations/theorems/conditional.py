r"""Conditionals of a mixture: each component is conditioned, and the weights are updated by Bayes' rule.

    u | v ~ sum_k r_k(v) N(mu^u_k + G_k (v - mu^v_k), Sigma^uu_k - G_k Sigma^vu_k)
    G_k = Sigma^uv_k (Sigma^vv_k)^{-1}

The residual u_k - G_k v_k is uncorrelated with v_k; their joint characteristic function is a product, so
they are independent, and conditioning on v only shifts the residual.

Source: Bishop, PRML, eqs. 2.81, 2.82, 2.96 and 2.97.
"""

from derivations.claims import Assumption, Chain, ClosedForm, Theorem
from derivations.matrix import Zero
from derivations.notation.mixtures import (
    FACTOR,
    cov_uu,
    cov_uv,
    cov_vv,
    factor_u,
    factor_v,
    gain,
    mean_u,
    mean_v,
    t_v,
    tau,
    value_v,
    z,
)
from derivations.notation.sizes import D, M, N, k
from derivations.notation.words import E, named
from derivations.theorems import standard_normal

u_noise, v_noise = factor_u[k] @ z.alone, factor_v[k] @ z.alone
residual_factor = factor_u[k] - gain[k] @ factor_v[k]
uu = Assumption("covariances of u", cov_uu[k], factor_u[k] @ factor_u[k].T, FACTOR)
uv = Assumption("covariances of u and v", cov_uv[k], factor_u[k] @ factor_v[k].T, FACTOR)
vv = Assumption("covariances of v", cov_vv[k], factor_v[k] @ factor_v[k].T, FACTOR)
normal_equations = Assumption(
    "gain", gain[k] @ cov_vv[k], cov_uv[k], r"$G_k = \Sigma^{uv}_k (\Sigma^{vv}_k)^{-1}$"
)

regression = (
    Chain("The gain in terms of the factors", gain[k] @ factor_v[k] @ factor_v[k].T)
    .equals(gain[k] @ cov_vv[k], r"$\Sigma^{vv}_k = J_k J_k^{\top}$", vv)
    .equals(cov_uv[k], r"$G_k \Sigma^{vv}_k = \Sigma^{uv}_k$", normal_equations)
    .equals(factor_u[k] @ factor_v[k].T, r"$\Sigma^{uv}_k = F_k J_k^{\top}$", uv)
)

deviation = u_noise - gain[k] @ v_noise
uncorrelated = (
    Chain(
        "The residual is uncorrelated with v",
        named(r"\operatorname{Cov}[u_k - G_k v_k,\, v_k]", E(deviation @ v_noise.T)),
    )
    .equals(
        residual_factor @ E(z.alone @ z.alone.T) @ factor_v[k].T,
        r"$u_k - \mu^u_k = F_k z$, $v_k - \mu^v_k = J_k z$",
    )
    .equals(residual_factor @ factor_v[k].T, r"$\mathbb{E}[z z^{\top}] = I$", standard_normal.covariance)
    .equals(cov_uv[k] - gain[k] @ cov_vv[k], "covariances of the blocks", (uv, vv))
    .equals(Zero(M, N), r"$G_k \Sigma^{vv}_k = \Sigma^{uv}_k$", normal_equations)
)
spread = (
    Chain("The covariance of the residual", residual_factor @ residual_factor.T)
    .equals(
        cov_uu[k] - cov_uv[k] @ gain[k].T - gain[k] @ cov_uv[k].T + gain[k] @ cov_vv[k] @ gain[k].T,
        "multiply out",
        (uu, uv, vv),
    )
    .equals(cov_uu[k] - gain[k] @ cov_uv[k].T, r"$G_k \Sigma^{vv}_k = \Sigma^{uv}_k$", normal_equations)
)
tau_, t_ = tau.alone, t_v.alone
both = named("w", residual_factor.T @ tau_ + factor_v[k].T @ t_)
factorizes = (
    Chain("The joint exponent splits", named("w^{\\top} w", both.T @ both))
    .equals(both.T @ both, r"$w = (F_k - G_k J_k)^{\top} \tau + J_k^{\top} t$, the frequency of $z$")
    .equals(
        tau_.T @ (cov_uu[k] - gain[k] @ cov_uv[k].T) @ tau_ + t_.T @ cov_vv[k] @ t_,
        "the mixed terms vanish: the residual is uncorrelated with $v$",
        (regression, uu, uv, vv),
    )
)
location = named(r"\mu^{u \mid v}_k", mean_u[k] + gain[k] @ (value_v.alone - mean_v[k]))
shifted = Chain("The conditional mean", location).equals(
    mean_u[k] + gain[k] @ (value_v.alone - mean_v[k]), "the residual's mean plus $G_k v$"
)

THEOREM = Theorem(
    id="conditional",
    title="Conditionals of a mixture",
    source="Bishop, PRML, eqs. 2.81, 2.82, 2.96 and 2.97",
    given=r"G_k = \Sigma^{uv}_k (\Sigma^{vv}_k)^{-1}",
    claims=(regression, uncorrelated, spread, factorizes, shifted),
    states=(spread, factorizes, shifted),
    remarks=(
        r"$\mathbb{E}[e^{\mathrm{i} (\tau^{\top} e + t^{\top} v)}]$ has the exponent $-w^{\top} w / 2$ beside"
        r" its phases; it splits into"
        r" a function of $\tau$ and one of $t$, so the residual $e$ and $v$ are independent.",
        r"The weights become $r_k(v) \propto \pi_k\, \mathcal{N}(v \mid \mu^{v}_k, \Sigma^{vv}_k)$ (Bayes).",
    ),
    at_most=((N, D),),
    also_rests_on=("uniqueness of characteristic functions",),
    closed_forms=(
        ClosedForm("conditional_means", shifted, shifted.result, (k,)),
        ClosedForm("conditional_covariances", spread, spread.result, (k,)),
    ),
)
