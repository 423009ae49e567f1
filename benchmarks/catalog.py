"""All workloads by part."""

from __future__ import annotations

from benchmarks import em, factorization, kmeans, moments, sampling
from benchmarks.timing import Workload

PARTS = {"kmeans": kmeans, "em": em, "factorization": factorization, "sampling": sampling, "moments": moments}


def find(quick: bool, name: str) -> Workload:
    """The workload of this name, with less data if `quick`."""
    every = (workload for part in PARTS.values() for workload in part.workloads(quick))
    return next(workload for workload in every if workload.name == name)
