"""`ksquared doctor`: what works on this machine."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources

from reports import document, environment, results_json, terminal
from reports.document import Report


@dataclass(frozen=True)
class Finding:
    """One thing looked at; `problem` is empty if it works, else says in one line what to do."""

    name: str
    value: str
    problem: str = ""


def examine(*, as_json: bool) -> tuple[str, ...]:
    """Print the findings and return one line for each that does not work."""
    findings = [
        *_versions(),
        *_machine(),
        _attempt("fonts", _fonts),
        _attempt("HTML report", _html),
        _attempt("PDF report", _pdf),
        *_sandbox(),
    ]
    if as_json:
        report: dict[str, results_json.Json] = {
            finding.name: {"value": finding.value, "problem": finding.problem or None} for finding in findings
        }
        sys.stdout.write(results_json.dump(report).decode())
    else:
        width = max(len(finding.name) for finding in findings)
        console = terminal.output()
        for finding in findings:
            mark = "[bold red]✗[/]" if finding.problem else "[green]✓[/]"
            console.print(f"{mark} {finding.name:<{width}}  {finding.value}")
    return tuple(f"{finding.name}: {finding.problem}" for finding in findings if finding.problem)


def _versions() -> list[Finding]:
    found = [Finding("ksquared", environment.version())]
    return found + [Finding(name, version) for name, version in environment.libraries().items()]


def _machine() -> list[Finding]:
    found = [Finding(name, value) for name, value in environment.machine().items()]
    found.append(Finding("threads", "; ".join(_thread_pools())))
    free = shutil.disk_usage(tempfile.gettempdir()).free
    found.append(
        Finding(
            "free space", f"{free / 2**30:.1f} GiB", "" if free > 2**27 else "make room: 128 MiB are needed"
        )
    )
    return found


def _thread_pools() -> list[str]:
    import numpy as np
    from threadpoolctl import threadpool_info

    np.linalg.solve(np.eye(2), np.ones(2))  # loads the library whose threads are asked for
    return sorted(
        {
            f"{pool['internal_api']} {pool['version'] or ''}: {pool['num_threads']}"
            for pool in threadpool_info()
        }
    )


def _attempt(name: str, work: Callable[[], str]) -> Finding:
    """A report is really written, in memory: the only way to know that it can be."""
    try:
        return Finding(name, work())
    except Exception as error:
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        return Finding(name, "does not work", f"{reason}; reinstall ksquared with its dependencies")


def _html() -> str:
    from reports import html

    return f"{len(html.render(_sample())) / 1000:.0f} kB written"


def _pdf() -> str:
    from reports import pdf

    return f"{len(pdf.render(_sample())) / 1000:.0f} kB written"


def _sandbox() -> list[Finding]:
    """What would keep students' code from the grader: tried, attack by attack."""
    from algorithms.errors import InputError
    from verification.grading.sandbox.doctor import diagnose
    from verification.grading.sandbox.policy import Policy

    try:
        found = diagnose(Policy())
    except InputError as error:
        # No fault of the installation: all but grading works without one.
        return [Finding("sandbox for hand-ins", f"none: {' '.join(str(error).split())[:300]}")]
    stopped = sum(trial.stopped for trial in found.trials)
    layers = ", ".join(found.layers)
    told = f"level {found.level.letter} ({layers}); {stopped} of {len(found.trials)} attacks stopped"
    better = [
        Finding(f"sandbox level {letter}", f"not to be had here: {' '.join(why.split())[:160]}")
        for letter, why in found.refused
    ]
    return [Finding("sandbox for hand-ins", told), *better]


def _fonts() -> str:
    names = sorted(
        file.name.removesuffix(".woff2")
        for file in (resources.files("reports") / "fonts").iterdir()
        if file.name.endswith(".woff2")
    )
    if not names:
        raise FileNotFoundError("the package holds no fonts")
    return ", ".join(names)


def _sample() -> Report:
    equation = document.Equation(r"\sum_k \pi_k = 1")
    section = document.Section(document.T("Letters"), (equation,), id="sec:letters")
    return Report("Sample", "of a report", "ksquared", (section,))
