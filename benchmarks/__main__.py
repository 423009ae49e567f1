"""`python -m benchmarks`: our times and those of other libraries, side by side.

Rivals that are not installed are left out and named; they come with the extra `bench` and the pins in
benchmarks/constraints.txt. Figures are ratios of medians of runs taken in turns, each library in a process
of its own. On a busy machine threads wait for each other and times say little: `--one-core` pins everything
to one core and counts CPU seconds, which others disturb least.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from functools import partial
from pathlib import Path

if "--one-core" in sys.argv:  # before any library counts the cores
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

from benchmarks.apart import apart
from benchmarks.catalog import PARTS, find
from benchmarks.growth import Curve, Growth, curve, growths
from benchmarks.memory import FITS, Peak, peak
from benchmarks.report import as_json, machine, markdown, plot, plot_growth
from benchmarks.timing import Times, Workload, measure


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=[*PARTS, "growth", "memory"], help="these parts alone")
    parser.add_argument("--workload", nargs="+", default=[], help="those whose names contain one of these")
    parser.add_argument("--list", action="store_true", help="name what would be run, and stop")
    parser.add_argument("--quick", action="store_true", help="smaller data, a minute or two")
    parser.add_argument("--one-core", action="store_true", help="CPU seconds on one core, for a busy machine")
    parser.add_argument("--out", type=Path, default=Path("benchmarks-out"), help="folder for the results")
    options = parser.parse_args()
    parts = options.only or [*PARTS, "growth", "memory"]

    def wanted(name: str) -> bool:
        plain = name.lower().replace(" = ", "=")
        return not options.workload or any(
            text.lower().replace(" = ", "=") in plain for text in options.workload
        )

    workloads = [
        workload
        for part in PARTS
        if part in parts
        for workload in PARTS[part].workloads(options.quick)
        if wanted(workload.name)
    ]
    curves = [growth for growth in growths(options.quick) if "growth" in parts and wanted(growth.name)]
    fits = [name for name in FITS if "memory" in parts and not options.quick and wanted(name)]
    names = [item.name for item in (*workloads, *curves)] + fits
    if options.list or not names:
        print("\n".join(names) or "nothing has such a name; --list names everything")
        return
    for key, value in machine().items():
        print(f"{key}: {value}")
    results = _run(options.quick, workloads, curves, fits)
    options.out.mkdir(parents=True, exist_ok=True)
    table = markdown(*results)
    (options.out / "benchmarks.md").write_text(table, encoding="utf-8")
    (options.out / "benchmarks.json").write_text(as_json(*results), encoding="utf-8")
    if results[0]:
        plot(results[0], options.out / "benchmarks.svg")
    if results[1]:
        plot_growth(results[1], options.out / "growth.svg")
    print("\n" + table)


def _run(
    quick: bool, workloads: list[Workload], curves: list[Growth], fits: list[str]
) -> tuple[list[Times], list[Curve], list[Peak]]:
    """Everything in turn, with a line for each on what is done and what has been found."""
    begin = time.perf_counter()
    of, done = len(workloads) + len(curves) + len(fits), 0

    def tell(what: str) -> None:
        if sys.stderr.isatty():
            print(
                f"\r\033[K[{done + 1}/{of}, {time.perf_counter() - begin:.0f} s] {what}",
                end="",
                file=sys.stderr,
            )

    def found(what: str) -> None:
        nonlocal done
        done += 1
        clear = "\r\033[K" if sys.stderr.isatty() else ""
        print(f"{clear}[{done}/{of}, {time.perf_counter() - begin:.0f} s] {what}", flush=True)

    times, fitted, peaks = [], [], []
    for workload in workloads:
        tell(f"{workload.name}: data")
        with apart(partial(find, quick), workload) as runs:
            measured = measure(workload, runs, tell)
        times.append(measured)
        found(f"{workload.name}: {_summary(measured)}")
    for growth in curves:
        tell(growth.name)
        fitted.append(curve(growth))
        found(f"{growth.name}: exponent {fitted[-1].exponent:.2f}, operations {growth.operations:g}")
    for name in fits:
        tell(name)
        peaks.append(peak(name))
        found(f"{name}: {peaks[-1].beyond / 2**20:.0f} of {peaks[-1].allowed / 2**20:.0f} MiB")
    return times, fitted, peaks


def _summary(times: Times) -> str:
    if times.ours not in times.seconds:
        return f"failed, {times.failures[times.ours]}"
    ratio = "no rival ran" if times.ratio is None else f"ratio {times.ratio:.1f}"
    return f"{1e3 * times.median(times.ours):.4g} ms, {ratio}, to reach {times.workload.target}"


if __name__ == "__main__":
    main()
