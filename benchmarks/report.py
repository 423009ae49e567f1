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
    if results:
        lines += [
            "| workload | ours | fastest rival | ratio | to reach | others, times ours |",
            "| --- " * 6 + "|",
        ]
    lines += [_row(times) for times in results]
    if curves:
        lines += ["", "| growth | times | exponent | by counting operations |", "| --- " * 4 + "|"]
    for curve in curves:
        points = ", ".join(f"{size}: {_duration(seconds)}" for size, seconds in curve.points)
        lines.append(f"| {curve.name} | {points} | {curve.exponent:.2f} | {curve.operations:g} |")
    if peaks:
        lines += [
            "",
            "| peak memory | input | results | beyond the input | of 2 x input + results |",
            "| --- " * 5 + "|",
        ]
    for peak in peaks:
        sizes = (f"{size / 2**20:.0f} MiB" for size in (peak.input, peak.results, peak.beyond))
        lines.append(f"| {peak.name} | {' | '.join(sizes)} | {peak.beyond / peak.allowed:.0%} |")
    return "\n".join(lines) + "\n"


def _row(times: Times) -> str:
    if times.ours not in times.seconds:
        return f"| {times.workload.name} | {times.failures[times.ours]} | | | | |"
    ours = times.median(times.ours)
    rivals = times.rivals
    best = f"{rivals[0]} {_duration(times.median(rivals[0]))}" if rivals else "none ran"
    ratio = f"{times.ratio:.1f}" if times.ratio else ""
    rest = [name for name in times.seconds if name != times.ours and name not in rivals[:1]]
    once = dict.fromkeys(times.long_runs, " (run once)")
    others = [f"{name} {times.median(name) / ours:.1f}{once.get(name, '')}" for name in rest]
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
        "growth": [
            {"name": c.name, "points": c.points, "exponent": c.exponent, "operations": c.operations}
            for c in curves
        ],
        "memory": [
            {"name": p.name, "input": p.input, "results": p.results, "beyond": p.beyond, "allowed": p.allowed}
            for p in peaks
        ],
    }
    return json.dumps(content, indent=1) + "\n"


def plot(results: list[Times], path: Path) -> None:
    """Ratio of each rival to ours by workload, on a logarithmic axis."""
    figure, axes = _axes(8, 0.5 * len(results) + 1.2)
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


def plot_growth(curves: list[Curve], path: Path) -> None:
    """Times in units of the smallest size's against sizes in units of the smallest, with the exponents."""
    figure, axes = _axes(8, 5)
    for number, curve in enumerate(curves):
        sizes, seconds = np.array(curve.points).T
        marker = "os^vDPX*<>hd"[number % 12]
        label = f"{curve.name}: {curve.exponent:.2f}"
        axes.loglog(sizes / sizes[0], seconds / seconds[0], marker=marker, label=label)
    axes.set(xlabel="size / smallest size", ylabel="time / time at the smallest size")
    axes.legend(fontsize="x-small", title="fitted exponents", title_fontsize="small")
    figure.savefig(path)


def _axes(width: float, height: float):
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    return pyplot.subplots(figsize=(width, height), layout="constrained")


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
