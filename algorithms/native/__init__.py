"""Compiled kernels behind the algorithms: the same results, sooner.

The NumPy code in `algorithms` is the text and the reference; it always works. Where the package was installed
with a C compiler at hand, the modules here run the inner loops of k-means, EM, matrix factorization, moments,
sampling and palettes in C. The functions of `algorithms` choose by themselves; `status()` says which code
runs and why.

The environment variable KSQUARED_NATIVE forces a choice: `0` the reference; `baseline`, `avx2` or `avx512`
the kernels compiled for that instruction set, if the processor has it.

Results agree with the reference to the tolerances stated in each module. They do not depend on the number of
threads, which is that of OpenMP: OMP_NUM_THREADS and threadpoolctl set it.
"""

from algorithms.native.em import Expectation, Moments, moments
from algorithms.native.library import Status, available, status, thread_count, work_alone
from algorithms.native.palette import distinct_colors
from algorithms.native.placement import place_samples
from algorithms.native.ridge import predict, ridge_rows
from algorithms.native.scatter import Scatter, scatter

__all__ = [
    "Expectation",
    "Moments",
    "Scatter",
    "Status",
    "available",
    "distinct_colors",
    "moments",
    "place_samples",
    "predict",
    "ridge_rows",
    "scatter",
    "status",
    "thread_count",
    "work_alone",
]
