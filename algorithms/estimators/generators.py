"""scikit-learn's `random_state` as a NumPy generator."""

from __future__ import annotations

import numpy as np
from sklearn.utils import check_random_state

RandomState = int | np.random.RandomState | np.random.Generator | None


def generator(random_state: RandomState) -> np.random.Generator:
    """A generator for a seed, for NumPy's global state (None), or for a state, which moves on by four draws.

    A `Generator` is returned as it is.
    """
    if isinstance(random_state, np.random.Generator):
        return random_state
    return np.random.default_rng(check_random_state(random_state).randint(1 << 31, size=4))
