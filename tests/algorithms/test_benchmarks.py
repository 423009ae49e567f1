"""The benchmarks measure what they say: medians, ratios, exponents, rivals that are missing."""

import sys

import numpy as np
import pytest

main = pytest.importorskip("benchmarks.__main__")  # part of a checkout, not of the installed package
import benchmark_entries  # noqa: E402

from benchmarks import memory, report, timing  # noqa: E402
from benchmarks.apart import apart  # noqa: E402
from benchmarks.growth import Curve, growths  # noqa: E402
from benchmarks.timing import Failure, Workload, measure  # noqa: E402

TASK = Workload("a task", dict, per=10, target=3.0, repetitions=3)


def silent(what):
    pass


def test_the_ratio_is_that_of_medians_to_the_fastest_rival_and_references_are_no_rivals():
    seconds = {"ksquared": iter([9.0, 1.0, 2.0, 6.0]), "slow": iter([0.0, 50.0, 60.0, 70.0])}
    runs = {
        "ksquared": lambda: next(seconds["ksquared"]),
        "slow": lambda: next(seconds["slow"]),
        "fast": lambda: 8.0,
        "ksquared NumPy": lambda: 0.5,
        "limit: of the machine": lambda: 0.1,
    }
    times = measure(TASK, runs, silent)
    assert times.seconds["ksquared"] == [1.0, 2.0, 6.0]  # the first run only warms up
    assert times.median("ksquared") == 0.2
    assert times.rivals == ["fast", "slow"]
    assert times.ratio == 4.0
    row = report.markdown([times], [], []).splitlines()[-1]
    assert "| a task | 200 ms | fast 800 ms | 4.0 | 3.0 | slow 30.0;" in row


def test_a_rival_that_breaks_is_named_and_the_rest_is_measured():
    def broken():
        raise Failure("ImportError: no such library")

    times = measure(TASK, {"ksquared": lambda: 1.0, "missing": broken}, silent)
    assert times.failures == {"missing": "ImportError: no such library"}
    assert times.ratio is None
    assert "missing: ImportError: no such library" in report.markdown([times], [], [])


def test_what_takes_long_is_run_once_and_said_to_be(monkeypatch):
    runs = []

    def long():
        runs.append(1)
        return 100.0

    monkeypatch.setattr(timing, "SECONDS_OF_A_LONG_RUN", -1.0)
    times = measure(TASK, {"ksquared": lambda: 1.0, "long": long, "longer": lambda: 200.0}, silent)
    assert len(runs) == 1
    assert times.ratio == 100.0
    assert "longer 200.0 (run once)" in report.markdown([times], [], [])


def test_entries_run_in_processes_of_their_own_that_end(monkeypatch):
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    with apart(benchmark_entries.find, benchmark_entries.find("a task")) as runs:
        assert next(iter(runs)) == "ksquared"
        # Each has changed its process for itself alone, and is the same process in every turn.
        ours = runs["ksquared"]()
        assert runs["rival"]() != ours
        assert runs["ksquared"]() == ours
        # What is short is run once more, and the second run counts.
        assert [runs["counts its runs"]() for _ in range(2)] == [2.0, 4.0]
        assert [runs["counts its long runs"]() for _ in range(2)] == [1.0, 2.0]
        # BLAS has one thread where that was asked for, and as many as it likes elsewhere.
        assert (runs["one thread of BLAS"](), runs["BLAS as it is"]()) == (1.0, 0.0)
        with pytest.raises(Failure, match=r"^ImportError: no such library$"):
            runs["missing"]()
        for _ in range(2):
            with pytest.raises(Failure, match="its process ended"):
                runs["crashes"]()
        assert runs["sleeps"]() >= 0.1  # it counts no seconds of its own
    with pytest.raises(Failure, match="its process ended"):
        runs["rival"]()


def test_the_exponent_of_a_power_law_is_found():
    sizes = np.array([10, 20, 40, 80])
    curve = Curve("made", 1.7, [(int(n), 3e-6 * n**1.7) for n in sizes])
    assert curve.exponent == pytest.approx(1.7)
    assert "| 1.70 | 1.7 |" in report.markdown([], [curve], [])


def test_memory_beyond_the_input_is_measured_in_a_process_that_held_nothing_else(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    peak = memory.peak("k-means 2000000 x 3, k = 32")
    assert peak.input == 2_000_000 * 3 * 8
    assert peak.results == 2_000_000 * 8 + 32 * 3 * 8
    # Labels alone are results; in C they are held once more.
    assert peak.beyond > 20 * 2**20


def test_every_axis_has_a_curve_and_every_part_workloads():
    names = [growth.name for growth in growths(quick=True)]
    for wanted in ("k-means", "EM", "sampling"):
        assert [name[-1] for name in names if name.startswith(wanted)] == ["N", "D", "K"]
    assert any("nnz" in name for name in names)
    for part in main.PARTS.values():
        assert list(part.workloads(quick=False))


def test_a_single_workload_can_be_chosen(monkeypatch, capsys):
    monkeypatch.setattr(
        sys, "argv", ["benchmarks", "--list", "--only", "kmeans", "--workload", "flower.jpg, k=5"]
    )
    main.main()
    assert capsys.readouterr().out.splitlines() == ["k-means flower.jpg, k = 5"]
