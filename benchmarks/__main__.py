"""`python -m benchmarks`: our times and those of other libraries, side by side.

Rivals that are not installed are left out and named; they come with the extra `bench` and the pins in
benchmarks/constraints.txt. Figures are
ratios of medians of runs taken in turns. On a busy machine threads wait for each other and times say little:
`--one-core` pins everything to one core and counts CPU seconds, which others disturb least.
"""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from pathlib import Path

# LensKit and cmfrec thread over rows themselves and are slower with a threaded BLAS below.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
if "--one-core" in sys.argv:  # before any library counts the cores
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

from benchmarks import em, factorization, kmeans, sampling
from benchmarks.growth import curves
from benchmarks.memory import peaks
from benchmarks.report import as_json, machine, markdown, plot
from benchmarks.timing import measure

PARTS = {"kmeans": kmeans, "em": em, "factorization": factorization, "sampling": sampling}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=[*PARTS, "growth", "memory"], help="these parts alone")
    parser.add_argument("--quick", action="store_true", help="smaller data, a minute or two")
    parser.add_argument("--one-core", action="store_true", help="CPU seconds on one core, for a busy machine")
    parser.add_argument("--out", type=Path, default=Path("benchmarks-out"), help="folder for the results")
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # of rivals that stop before they converge, as they are told to
    chosen = options.only or [*PARTS, "growth", "memory"]
    for key, value in machine().items():
        print(f"{key}: {value}")
    results = []
    for name in [name for name in PARTS if name in chosen]:
        for workload in PARTS[name].workloads(options.quick):
            times = measure(workload)
            results.append(times)
            ours, ratio = 1e3 * times.median(times.ours), times.ratio or float("nan")
            print(
                f"{workload.name}: {ours:.4g} ms, ratio {ratio:.1f}, to reach {workload.target}", flush=True
            )
    growth = list(curves()) if "growth" in chosen else []
    memory = peaks() if "memory" in chosen else []
    options.out.mkdir(parents=True, exist_ok=True)
    table = markdown(results, growth, memory)
    (options.out / "benchmarks.md").write_text(table, encoding="utf-8")
    (options.out / "benchmarks.json").write_text(as_json(results, growth, memory), encoding="utf-8")
    if results:
        plot(results, options.out / "benchmarks.svg")
    print("\n" + table)


if __name__ == "__main__":
    main()
