"""The outcome as a table, as JSON, and as a plot."""

from __future__ import annotations

import json
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from algorithms import native
from benchmarks.growth import Curve
from benchmarks.memory import Peak
from benchmarks.timing import Times

PACKAGES = ("numpy", "scipy", "scikit-learn", "scikit-learn-intelex", "faiss-cpu", "lenskit", "cmfrec")


def machine() -> dict[str, str]:
    """What the figures depend on."""
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "system": f"{platform.system()}, Python {platform.python_version()}",
        "kernels": native.status().reason,
        **{package: _version(package) for package in PACKAGES},
    }


def markdown(results: list[Times], curves: list[Curve], peaks: list[Peak]) -> str:
    """All tables. Times are medians; ratios are of a rival's median to ours, in the same run."""
    lines = ["# Benchmarks", "", *(f"- {key}: {value}" for key, value in machine().items()), ""]
    lines += ["| workload | ours | fastest rival | ratio | to reach | others |", "| --- " * 6 + "|"]
    lines += [_row(times) for times in results]
    if curves:
        lines += ["", "| growth | times | exponent |", "| --- " * 3 + "|"]
    for curve in curves:
        points = ", ".join(f"{size}: {_duration(seconds)}" for size, seconds in curve.points)
        lines.append(f"| {curve.name} | {points} | {curve.exponent:.2f} |")
    if peaks:
        lines += ["", "| peak memory | input | beyond it | ratio |", "| --- " * 4 + "|"]
    for peak in peaks:
        size, beyond = f"{peak.input / 2**20:.0f} MiB", f"{peak.beyond / 2**20:.0f} MiB"
        lines.append(f"| {peak.name} | {size} | {beyond} | {peak.beyond / peak.input:.2f} |")
    return "\n".join(lines) + "\n"


def _row(times: Times) -> str:
    ours = times.median(times.ours)
    rivals = times.rivals
    best = f"{rivals[0]} {_duration(times.median(rivals[0]))}" if rivals else "none ran"
    ratio = f"{times.ratio:.1f}" if times.ratio else ""
    rest = [name for name in times.seconds if name != times.ours and name not in rivals[:1]]
    others = [f"{name} {times.median(name) / ours:.1f}" for name in rest]
    others += [f"{name}: {reason}" for name, reason in times.failures.items()]
    return (
        f"| {times.workload.name} | {_duration(ours)} | {best} | {ratio} | {times.workload.target or ''} "
        f"| {'; '.join(others)} |"
    )


def _duration(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{1e3 * seconds:.3g} ms"


def as_json(results: list[Times], curves: list[Curve], peaks: list[Peak]) -> str:
    """Every single time, for later comparison."""
    content = {
        "machine": machine(),
        "workloads": [
            {
                "name": times.workload.name,
                "per": times.workload.per,
                "target": times.workload.target,
                "ratio": times.ratio,
                "seconds": times.seconds,
                "failures": times.failures,
            }
            for times in results
        ],
        "growth": [{"name": c.name, "points": c.points, "exponent": c.exponent} for c in curves],
        "memory": [{"name": p.name, "input": p.input, "beyond": p.beyond} for p in peaks],
    }
    return json.dumps(content, indent=1) + "\n"


def plot(results: list[Times], path: Path) -> None:
    """Ratio of each rival to ours by workload, on a logarithmic axis."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(8, 0.5 * len(results) + 1.2), layout="constrained")
    names = sorted({name for times in results for name in times.rivals})
    for name in names:
        places = [i for i, times in enumerate(results) if name in times.rivals]
        ratios = [results[i].median(name) / results[i].median(results[i].ours) for i in places]
        axes.plot(ratios, places, "o", label=name)
    targets = [times.workload.target or np.nan for times in results]
    axes.plot(targets, range(len(results)), "k|", markersize=14, label="to reach")
    axes.set(xscale="log", xlabel="time of the rival / ours", yticks=range(len(results)))
    axes.set_yticklabels([times.workload.name for times in results])
    axes.axvline(1, color="gray", linewidth=0.8)
    axes.invert_yaxis()
    axes.legend(fontsize="small")
    figure.savefig(path)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")
