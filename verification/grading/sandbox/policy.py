"""What a student's function may use: which interpreter runs it, what it can import, how much memory."""

from __future__ import annotations

import sys
from dataclasses import dataclass

PACKAGES = (
    "numpy",
    "scipy",
    "sklearn",
    "joblib",
    "threadpoolctl",
    "cloudpickle",  # these two scikit-learn imports
    "narwhals",
    "pandas",
    "dateutil",
    "pytz",
    "six",
    "tzdata",
)
GIVE_THE_ANSWER_AWAY = ("sklearn.cluster", "sklearn.mixture", "scipy.cluster")


@dataclass(frozen=True)
class Policy:
    """python: the interpreter. packages: top-level names that can be imported beside the standard library.

    blocked_modules: modules of these packages that cannot. memory: bytes a child may use beyond what the
    libraries take.
    """

    python: str = sys.executable
    packages: tuple[str, ...] = PACKAGES
    blocked_modules: tuple[str, ...] = GIVE_THE_ANSWER_AWAY
    memory: int = 1 << 30
