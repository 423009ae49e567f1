"""What one pass of Lloyd's iteration yields."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float


@dataclass(frozen=True, eq=False)
class Assignment:
    """The inertia of the samples' nearest centers, and what follows from the labels.

    `repeated`: all labels are as in the pass before. `means`: of the clusters, with the old center for a
    cluster without weight; `n_empty` of them have none.
    """

    inertia: float
    repeated: bool
    means: Float[np.ndarray, "k d"]
    n_empty: int
