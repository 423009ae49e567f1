"""Which code computed: said by `doctor`, by every report and by results.json, and true."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest
from sample_results import sample_results
from threadpoolctl import threadpool_limits

from algorithms import native
from algorithms.native import library
from reports import environment
from reports.course import made


def said() -> str:
    return environment.machine()["algorithms"]


def test_without_kernels_the_reference_is_named_and_why() -> None:
    with library.using("0"):
        assert said() == "NumPy reference: KSQUARED_NATIVE=0"


@pytest.mark.skipif(not native.available(), reason="no compiled kernels here")
def test_kernels_are_named_with_instruction_set_and_threads() -> None:
    with library.using("baseline"):
        assert said().startswith("compiled kernels, baseline instructions; built for baseline")
    with threadpool_limits(1):
        assert said().endswith("; 1 thread")
    with threadpool_limits(2):
        assert said().endswith("; 2 threads")


@pytest.mark.usefixtures("empty_figures")
def test_the_report_says_it() -> None:
    results = replace(sample_results(), machine={"algorithms": "NumPy reference: no compiler"})
    assert "NumPy reference: no compiler" in repr(made.section(results))


def test_the_version_is_told_without_numpy() -> None:
    script = (
        "import sys; from reports import environment; environment.version(); sys.exit('numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
