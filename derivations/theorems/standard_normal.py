r"""Mean, second moments and characteristic function of standard normal variables.

    E[z] = 0,    E[z z^T] = I,    E[exp(i s z_a)] = exp(-s^2 / 2)

Everything about Gaussians in this library goes back to three one-dimensional integrals and to the
independence of the coordinates of z. No density of a vector is needed, so covariances may be singular.

Source: Bishop, PRML, eqs. 2.59 and 2.62; Billingsley, Probability and Measure, eq. 26.8.
"""

from derivations.claims import Chain, GaussianIntegral, Independence, Theorem
from derivations.matrix import Matrix, Zero
from derivations.matrix.base import as_matrix
from derivations.notation.mixtures import s, z
from derivations.notation.sizes import I_D, D, a, b, i
from derivations.notation.words import E, coordinate, exp

frequency = s.alone
z_a, z_b = coordinate(z.alone, a), coordinate(z.alone, b)

first_moment = GaussianIntegral("First moment", z_a, z_a, as_matrix(0), "the integrand is odd")
second_moment = GaussianIntegral("Second moment", z_a, z_a * z_a, as_matrix(1), "integration by parts")


def characteristic_of(noise: Matrix) -> GaussianIntegral:
    """E[exp(i s noise_a)] for an entry of a standard normal vector."""
    entry = coordinate(noise, a)
    return GaussianIntegral(
        "Characteristic function",
        entry,
        exp(i * frequency * entry),
        exp(-(frequency * frequency / 2)),
        "complete the square in the exponent",
    )


characteristic = characteristic_of(z.alone)

mean = Chain("Mean vector", E(z.alone)).equals(Zero(D), "entry by entry", first_moment)

covariance = Chain("Second moments", E(z.alone @ z.alone.T)).equals(
    I_D,
    r"on the diagonal $\mathbb{E}[z_a^2] = 1$; off it $\mathbb{E}[z_a z_b] = \mathbb{E}[z_a]\,"
    r"\mathbb{E}[z_b] = 0$, because the coordinates are independent",
    (Independence("independent_coordinates", (z_a, z_b)), first_moment, second_moment),
)

THEOREM = Theorem(
    id="standard_normal",
    title="Moments of the standard normal law",
    source="Bishop, PRML, eqs. 2.59 and 2.62",
    claims=(first_moment, second_moment, characteristic, mean, covariance),
    states=(mean, covariance, characteristic),
)
