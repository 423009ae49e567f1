"""Runs on several processes, on a cluster, broken off and resumed: always the same numbers."""

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import pytest

from algorithms.errors import InputError
from verification import catalog, record, session
from verification.level import Level
from verification.outcome import Outcome
from verification.record import Record, code_version
from verification.run import Progress, run_checks
from verification.session import Request, verify
from verification.work import Order

NAMES = ("mixture_mean", "sampler", "product")
COARSE = Level("coarse", delta=0.2)
"""Two thousand draws decide: enough pieces to break off, to reorder and to send away."""


def numbers(outcomes: tuple[Outcome, ...]) -> list[str]:
    """All of the outcomes but the time they took. As text, because nan differs from itself."""
    return [repr(replace(outcome, seconds=0.0)) for outcome in outcomes]


@pytest.fixture(scope="module")
def alone() -> list[str]:
    """The numbers of one process, with seed 5."""
    return numbers(verify(NAMES, Request(level=COARSE, seed=5)))


def test_two_processes_give_the_numbers_of_one(alone):
    assert numbers(verify(NAMES, Request(level=COARSE, seed=5, jobs=2))) == alone


class LastFirst(ThreadPoolExecutor):
    """An executor that does its work in the wrong order: everything waits for what is handed in after it."""

    def __init__(self) -> None:
        super().__init__(1)
        self.waiting = []

    def submit(self, fn, /, *args, **kwargs):
        future = Future()
        self.waiting.append((future, fn, args, kwargs))
        if len(self.waiting) == 3:
            for late, function, arguments, named in reversed(self.waiting):
                late.set_result(function(*arguments, **named))
            self.waiting.clear()
        return future


def test_order_in_which_pieces_come_back_does_not_matter():
    check = catalog.load("mixture_mean")
    honest = run_checks((check,), COARSE, seed=5)
    with LastFirst() as executor:
        # Three at a time, so that the executor above always gets the third it waits for.
        assert numbers(run_checks((check,), COARSE, seed=5, executor=executor, workers=2)) == numbers(honest)


@pytest.mark.parametrize("workers", [1, 3])
def test_threads_give_the_numbers_of_one(alone, workers):
    checks = [catalog.load(name) for name in NAMES]
    with ThreadPoolExecutor(workers) as executor:
        assert numbers(run_checks(checks, COARSE, seed=5, executor=executor, workers=workers)) == alone


@pytest.mark.usefixtures("many_calls")
class TestRecord:
    def broken_off(self, path, after: int) -> None:
        """A run that is interrupted at its `after`-th look."""
        looks = 0

        def interrupt(progress: Progress) -> None:
            nonlocal looks
            looks += 1
            if looks == after:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            verify(NAMES, Request(level=COARSE, seed=5, record=path), interrupt)

    @pytest.mark.parametrize("after", [1, 15, 40])
    def test_run_that_was_broken_off_goes_on_to_the_same_end(self, tmp_path, alone, after):
        self.broken_off(tmp_path / "run.json", after)
        assert numbers(verify(NAMES, Request(level=COARSE, seed=5, record=tmp_path / "run.json"))) == alone

    def test_resumed_run_draws_only_what_is_missing(self, tmp_path):
        self.broken_off(tmp_path / "run.json", 15)
        held = json.loads((tmp_path / "run.json").read_text())["checks"]
        before = sum(size for listed in held.values() for size, _ in listed)
        seen: list[Progress] = []
        outcomes = verify(NAMES, Request(level=COARSE, seed=5, record=tmp_path / "run.json"), seen.append)
        needed = sum(max(o.n, *(control.n for control in o.controls)) for o in outcomes)
        assert before > 0
        assert seen[-1].drawn == needed - before

    def test_run_that_is_over_draws_nothing_when_resumed(self, tmp_path, alone):
        verify(NAMES, Request(level=COARSE, seed=5, record=tmp_path / "run.json"))
        seen: list[Progress] = []
        assert (
            numbers(verify(NAMES, Request(level=COARSE, seed=5, record=tmp_path / "run.json"), seen.append))
            == alone
        )
        assert seen == []

    def test_undecided_run_goes_on_with_a_larger_budget(self, tmp_path):
        path = tmp_path / "run.json"
        small = replace(COARSE, budget=500)
        (first,) = verify(("mixture_mean",), Request(level=small, seed=5, record=path))
        (second,) = verify(("mixture_mean",), Request(level=COARSE, seed=5, record=path))
        assert (first.verdict, first.n) == ("undecided", 500)
        assert second.verdict == "pass"
        # One process: what was seen within the small budget is part of the path, not thrown away.
        assert second.path[: len(first.path)] == first.path

    def test_record_of_other_checks_is_kept(self, tmp_path):
        path = tmp_path / "run.json"
        verify(("mixture_mean",), Request(level=COARSE, seed=5, record=path))
        verify(("sampler",), Request(level=COARSE, seed=5, record=path))
        assert set(json.loads(path.read_text())["checks"]) == {"mixture_mean", "sampler"}

    def test_record_of_another_seed_is_refused(self, tmp_path):
        self.broken_off(tmp_path / "run.json", 3)
        with pytest.raises(
            InputError, match=r"^run\.json was written with seed 5, this run has 6; go on with"
        ):
            verify(NAMES, Request(level=COARSE, seed=6, record=tmp_path / "run.json"))

    def test_record_of_other_code_is_refused(self, tmp_path, monkeypatch):
        self.broken_off(tmp_path / "run.json", 3)
        monkeypatch.setattr(record, "code_version", lambda: "0123")
        with pytest.raises(
            InputError, match=rf"^run\.json was written with code {code_version()}, this run has 0"
        ):
            verify(NAMES, Request(level=COARSE, seed=5, record=tmp_path / "run.json"))

    def test_record_of_another_strictness_is_refused(self, tmp_path):
        self.broken_off(tmp_path / "run.json", 3)
        with pytest.raises(InputError, match=r"^run\.json was written with level name coarse, delta 0\.2"):
            verify(NAMES, Request(level=replace(COARSE, delta=0.04), seed=5, record=tmp_path / "run.json"))

    @pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": 1}', "\x00\x01"])
    def test_file_that_is_no_record_is_refused_and_left_alone(self, tmp_path, text):
        path = tmp_path / "run.json"
        path.write_text(text)
        with pytest.raises(InputError, match=r"^run\.json is no record of a run \(.*\); name another file$"):
            verify(NAMES, Request(level=COARSE, seed=5, record=path))
        assert path.read_text() == text

    def test_record_with_damaged_sums_is_refused(self, tmp_path):
        path = tmp_path / "run.json"
        self.broken_off(path, 3)
        held = json.loads(path.read_text())
        held["checks"]["mixture_mean"][0][1][0] = "much"
        path.write_text(json.dumps(held))
        with pytest.raises(InputError, match="no record of a run"):
            verify(NAMES, Request(level=COARSE, seed=5, record=path))

    def test_record_that_cannot_be_written_is_found_out_before_any_draw(self, tmp_path):
        seen: list[Progress] = []
        with pytest.raises(
            InputError, match=r"^cannot write the record run\.json: No such file or directory$"
        ):
            verify(
                NAMES, Request(level=COARSE, seed=5, record=tmp_path / "missing" / "run.json"), seen.append
            )
        assert seen == []

    def test_infinite_sums_survive(self, tmp_path):
        held = Record(tmp_path / "run.json", 0, COARSE)
        piece = record.Piece(3, record.np.array([1 / 3, -record.np.inf]))
        held.save({"a": (piece,)})
        (back,) = held.load()["a"]
        assert (back.size, back.sums.tolist()) == (3, [1 / 3, -record.np.inf])


@pytest.mark.usefixtures("many_calls")
def test_run_interrupted_by_the_keyboard_goes_on_to_the_same_end(tmp_path):
    """A real process and a real signal; the record it leaves is the only thing that goes on."""
    names, path = ("als_recovery", "sum_components"), tmp_path / "run.json"
    call = [sys.executable, "-m", "reports.cli", "verify", *names, "--resume", str(path)]
    with subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr.readline() == "checking als_recovery ...\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 130
        complaints = process.stderr.read()
    assert "Traceback" not in complaints
    assert "ksquared: run.json keeps what was drawn; the same call goes on from there\n" in complaints
    held = sum(size for listed in json.loads(path.read_text())["checks"].values() for size, _ in listed)
    seen: list[Progress] = []
    resumed = verify(names, Request(record=path), seen.append)
    assert numbers(resumed) == numbers(verify(names, Request()))
    needed = sum(max(o.n, *(control.n for control in o.controls)) for o in resumed)
    assert 0 < seen[-1].drawn == needed - held


def test_check_named_twice_is_run_once():
    assert len(verify(("marginal", "marginal"), Request(level=COARSE))) == 1


def die(order: Order) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_worker_that_is_killed_is_one_line(monkeypatch):
    monkeypatch.setattr("verification.run.carry_out", die)
    with pytest.raises(InputError, match=r"^a process that worked was killed \(out of memory\?\)"):
        verify(("marginal",), Request(level=COARSE, jobs=2))


class TestCluster:
    @pytest.mark.parametrize(
        ("versions", "message"),
        [
            ({}, "has no workers; start some"),
            ({"a": "0123"}, "have other code, libraries or compiled kernels"),
        ],
    )
    def test_cluster_that_cannot_give_the_same_numbers_is_refused(self, monkeypatch, versions, message):
        distributed = pytest.importorskip("distributed")

        class Silent:
            def __init__(self, *arguments, **named):
                self.run = lambda function: versions

            __enter__ = lambda self: self  # noqa: E731
            __exit__ = lambda self, *error: None  # noqa: E731

        monkeypatch.setattr(distributed, "Client", Silent)
        with pytest.raises(InputError, match=message):
            verify(NAMES, Request(scheduler="tcp://127.0.0.1:9"))

    def test_two_dask_workers_give_the_numbers_of_one_process(self, alone):
        distributed = pytest.importorskip("distributed")
        with distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None
        ) as cluster:
            # Workers in threads listen at an address within the process; the client connects as to any other.
            assert (
                numbers(verify(NAMES, Request(level=COARSE, seed=5, scheduler=cluster.scheduler_address)))
                == alone
            )

    @pytest.mark.full
    def test_two_dask_processes_give_the_numbers_of_one_process(self, alone):
        distributed = pytest.importorskip("distributed")
        with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
            assert (
                numbers(verify(NAMES, Request(level=COARSE, seed=5, scheduler=cluster.scheduler_address)))
                == alone
            )

    def test_scheduler_that_does_not_answer_is_one_line(self, monkeypatch):
        pytest.importorskip("distributed")
        monkeypatch.setattr(session, "CONNECT_WITHIN", 1)
        with pytest.raises(
            InputError, match=r"^no Dask scheduler answers at 'tcp://127\.0\.0\.1:9'; start one"
        ):
            verify(NAMES, Request(scheduler="tcp://127.0.0.1:9"))

    def test_missing_dask_is_one_line(self, monkeypatch):
        def missing(name: str) -> None:
            raise ImportError(name)

        monkeypatch.setattr(session, "import_module", missing)
        with pytest.raises(InputError, match=r"^a scheduler needs Dask, which is not installed; pip install"):
            verify(NAMES, Request(scheduler="tcp://127.0.0.1:9"))

    def test_jobs_beside_a_scheduler_are_refused(self):
        with pytest.raises(InputError, match=r"^give jobs or a scheduler, not both"):
            Request(jobs=2, scheduler="tcp://127.0.0.1:9")


def test_no_jobs_are_refused():
    with pytest.raises(InputError, match=r"^the number of jobs must be 1 or more, got 0$"):
        Request(jobs=0)
