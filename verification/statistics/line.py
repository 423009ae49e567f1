"""Expectations of powers of a^T x under a Gaussian mixture, by quadrature that is exact for polynomials.

Source: Gauss-Hermite quadrature with n nodes integrates polynomials of degree 2 n - 1 without error; A. Gil,
J. Segura, N. Temme, Numerical Methods for Special Functions (2007), section 5.3.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from algorithms.mixture import Mixture

NODES = 12
"""Exact up to degree 23: more than the eighth powers that variances of fourth powers need."""


def moment_along(mixture: Mixture, direction: Float[np.ndarray, " d"], power: int) -> float:
    """E (a^T x)^power for x from `mixture` (covariances may be singular); power up to 23."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    centers = mixture.means @ direction
    spreads = np.sqrt(np.einsum("a,kab,b->k", direction, mixture.covariances, direction))
    values = (centers[:, None] + spreads[:, None] * nodes) ** power
    return float(mixture.weights @ values @ weights / weights.sum())
