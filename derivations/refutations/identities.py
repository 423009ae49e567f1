r"""Identities that hold for small sizes only: a check at D = 2 proves nothing about D = 3.

For every 1 x 1 and every 2 x 2 matrix (tr A)^3 - 3 tr A tr A^2 + 2 tr A^3 = 0; for 3 x 3 it is 6 det A.

Source: Horn and Johnson, Matrix Analysis (2013), section 1.2 (Newton's identities).
"""

from __future__ import annotations

import numpy as np

from derivations.enumeration import Variable, diagonal
from derivations.false_claim import Array, FalseClaim

TRACES = r"(\operatorname{tr} A)^3 - 3 \operatorname{tr} A\, \operatorname{tr} A^2 + 2 \operatorname{tr} A^3"

A = Variable("A", "A", ("D",), (0, 1, 2), diagonal)


def zero(A: Array) -> Array:
    """What the claim says of the combination of traces."""
    return np.asarray(0 * A[0, 0])


def combination(A: Array) -> Array:
    """(tr A)^3 - 3 tr A tr A^2 + 2 tr A^3."""
    first, second, third = np.trace(A), np.trace(A @ A), np.trace(A @ A @ A)
    return np.asarray(first**3 - 3 * first * second + 2 * third)


CLAIMS = (
    FalseClaim(
        id="checked_for_small_sizes",
        title="An identity that was checked for D = 1 and D = 2",
        theorem="eckart_young",
        claim_latex=f"{TRACES} = 0",
        true_latex=rf"{TRACES} = 6 \det A \text{{ for }} D = 3",
        why="It holds for every matrix of size 1 and 2, and one stops checking there.",
        variables=(A,),
        quantities=(TRACES,),
        claimed=zero,
        true=combination,
        largest_size=3,
    ),
)
