r"""Characteristic function of a Gaussian component, singular covariances included.

    E[exp(i t^T x_k)] = exp(i t^T mu_k - t^T Sigma_k t / 2)

Source: Billingsley, Probability and Measure (1995), section 29; The second mixture's component
is proved by the same lines with its own letters.
"""

from functools import cache

from derivations.claims import Assumption, Chain, ClosedForm, Independence, Instance, Theorem
from derivations.matrix import Matrix, ProductOver
from derivations.notation.mixtures import (
    A,
    C,
    Sigma,
    T,
    covariance_factor,
    mu,
    nu,
    other_covariance_factor,
    pi,
    s,
    t,
    w,
    x_k,
    y_l,
    z,
)
from derivations.notation.sizes import a, i, k, l
from derivations.notation.words import E, coordinate, exp, named, sum_over
from derivations.theorems import standard_normal


def exponent_at(frequency: Matrix, mean: Matrix, covariance: Matrix) -> Matrix:
    """exp(i f^T mean - f^T covariance f / 2) at the frequency f."""
    return exp(i * (frequency.T @ mean) - frequency.T @ covariance @ frequency / 2)


def characteristic_of(
    draw: Matrix,
    mean: Matrix,
    factor: Matrix,
    covariance: Matrix,
    noise: Matrix,
    assumption: Assumption,
    frequency: Matrix,
) -> Chain:
    """The derivation for a component draw = mean + factor noise."""
    projected = named("s", factor.T @ frequency)
    s_a, noise_a = coordinate(projected, a), coordinate(noise, a)
    one = standard_normal.characteristic_of(noise)
    drawn = f"{draw.print()} = {mean.print()} + {factor.print()} {noise.print()}"
    phase = exp(i * (frequency.T @ mean))
    return (
        Chain(f"Characteristic function of ${draw.print()}$", E(exp(i * (frequency.T @ draw))))
        .equals(
            phase * E(exp(i * (projected.T @ noise))),
            rf"${drawn}$; write $s = {factor.print()}^{{\top}} {frequency.print()}$",
        )
        .equals(
            phase * ProductOver(a, E(exp(i * (s_a * noise_a)))),
            rf"the coordinates of ${noise.print()}$ are independent",
            Independence("independent_product", (i * (s_a * noise_a),)),
        )
        .equals(
            phase * ProductOver(a, exp(-(s_a * s_a / 2))),
            "the one-dimensional integral, with $s_a$ for $s$",
            Instance(one, s, s_a),
        )
        .equals(
            exp(i * (frequency.T @ mean) - frequency.T @ factor @ factor.T @ frequency / 2),
            r"$\sum_a s_a^2 = s^{\top} s$",
        )
        .equals(
            exponent_at(frequency, mean, covariance),
            rf"${covariance.print()} = {factor.print()} {factor.print()}^{{\top}}$",
            assumption,
        )
    )


@cache
def at_frequency(frequency: Matrix) -> Chain:
    """The characteristic function of x_k at any frequency."""
    return characteristic_of(x_k, mu[k], A[k], Sigma[k], z.alone, covariance_factor, frequency)


def exponent_of(mean: Matrix, covariance: Matrix) -> Matrix:
    """The characteristic function of N(mean, covariance) at t."""
    return exponent_at(t.alone, mean, covariance)


first = at_frequency(t.alone)
second = characteristic_of(y_l, nu[l], C[l], T[l], w.alone, other_covariance_factor, t.alone)

of_mixture = Chain(
    "Characteristic function of a mixture",
    named(r"\mathbb{E}[e^{\mathrm{i} t^{\top} x}]", sum_over(k, pi[k] * E(exp(i * (t.alone.T @ x_k))))),
).equals(
    sum_over(k, pi[k] * exponent_of(mu[k], Sigma[k])),
    "law of total expectation, and the component's characteristic function",
    first,
)

THEOREM = Theorem(
    id="gaussian_characteristic",
    title="Characteristic function of a Gaussian and of a mixture",
    source="Billingsley, Probability and Measure (1995), section 29",
    claims=(first, of_mixture),
    states=(first, of_mixture),
    remarks=(r"$\Sigma_k$ need not be invertible; no density is used.",),
    closed_forms=(
        ClosedForm("gaussian_characteristic", first, first.result, single=k),
        ClosedForm("mixture_characteristic", of_mixture, of_mixture.result),
    ),
)
