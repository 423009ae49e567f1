"""A workload whose entries tell what process they run in."""

import os
import time

from benchmarks.timing import Workload


def find(name):
    return Workload(name, entries, one_blas_thread=("one thread of BLAS",))


def entries():
    runs = []

    def count():
        runs.append(1)
        return float(len(runs))

    def missing():
        raise ImportError("no such library\nat all")

    def blas_threads():
        return float(os.environ.get("OPENBLAS_NUM_THREADS", 0))

    return {
        "ksquared": lambda: float(os.getpid()),
        "rival": lambda: float(os.getpid()),
        "counts its runs": count,
        "counts its long runs": lambda: (time.sleep(0.6), count())[1],
        "one thread of BLAS": blas_threads,
        "BLAS as it is": blas_threads,
        "missing": missing,
        "crashes": lambda: os._exit(3),
        "sleeps": lambda: time.sleep(0.1),
    }
