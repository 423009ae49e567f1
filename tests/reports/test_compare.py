"""What moved since an older report: told exactly, the worst first; any other file is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sample_results import broken_results, sample_results

from algorithms.errors import InputError
from reports import cli, compare_view, pipeline, results_json
from reports import document as doc
from reports.compare import Change, compare, load
from reports.terminal import say_nothing


def written() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(results_json.render(sample_results()))
    return content


def moved(alter: Callable[[dict[str, Any]], object]) -> tuple[Change, ...]:
    """What is told when the older file is the sample after `alter`."""
    old = written()
    alter(old)
    return compare(old, sample_results(), "old.json").worst_first


def test_the_same_results_have_not_moved() -> None:
    compared = compare(written(), sample_results(), "old.json")
    assert compared.changes == ()
    assert compared.n_same > 50
    assert "nothing moved" in compare_view.said(compared)


def test_times_do_not_count() -> None:
    assert moved(lambda old: old["theorems"][0].update(seconds=1e9)) == ()


def test_a_verdict_that_got_worse_is_first_and_red() -> None:
    compared = compare(written(), broken_results(), "old.json")
    verdicts = {(each.before, each.after, each.tone) for each in compared.worse}
    assert ("pass", "fail", "fail") in verdicts
    assert compared.worst_first[: len(compared.worse)] == compared.worse
    assert f"{len(compared.worse)} for the worse" in compare_view.said(compared)


def test_a_verdict_that_got_better_is_green() -> None:
    def alter(old: dict[str, Any]) -> None:
        old["version"] = "0.0.1"
        old["theorems"][0]["verdict"] = "undecided"

    better, plain = moved(alter)
    assert (better.kind, better.before, better.after, better.tone) == (
        "theorem",
        "undecided",
        "proved",
        "pass",
    )
    assert (plain.name, plain.before, plain.tone) == ("ksquared", "0.0.1", "info")


def test_theorems_that_came_and_went_are_told() -> None:
    def alter(old: dict[str, Any]) -> None:
        old["theorems"][0]["id"] = "phlogiston"

    gone, new = moved(alter)
    assert (gone.name, gone.before, gone.after) == ("phlogiston", "proved", "gone")
    assert (new.name, new.after) == (sample_results().theorems[0].id, "new: proved")


def test_a_number_that_moved_is_told_with_how_much() -> None:
    def alter(old: dict[str, Any]) -> None:
        old["checks"][0]["estimate"] = sample_results().checks[0].estimate / 1.25
        old["algorithms"]["kmeans"]["trace"][0] += 1

    number, trace = moved(alter)
    assert number.name == f"{sample_results().checks[0].id}.estimate"
    assert number.after.endswith("(+25.00%)")
    assert trace.name == "kmeans.trace"
    assert trace.after.endswith(", 1 of them moved")


@pytest.mark.usefixtures("empty_figures")
def test_the_report_has_a_section_on_it_and_shows_strings_of_others() -> None:
    old = written()
    old["version"] = "<script>alert(1)</script>"
    old["theorems"].append({"id": "\x1b[31m<b>", "verdict": "#panic()"})
    compared = compare(old, sample_results(), "old.json")
    files = pipeline.render(sample_results(), ("html",), say_nothing, compared)
    page = files["report.html"].decode()
    assert 'id="sec:moved"' in page
    assert "&lt;script&gt;alert(1)" in page
    assert "⟨U+001B⟩[31m&lt;b&gt;" in page


def test_long_hashes_and_values_leave_room_for_the_other_columns() -> None:
    old = written()
    old["inputs"]["image"]["sha256"] = "0123456789abcdef" * 4
    old["inputs"]["ratings"]["bundled"] = None
    compared = compare(old, sample_results(), "old.json")
    assert {change.before for change in compared.changes} == {"0123456789ab…", "null"}
    (table,) = [block for block in compare_view.section(compared).body if isinstance(block, doc.Table)]
    assert table.align == "lxxx"  # a column as wide as its text may leave none to the next


def test_the_terminal_shows_no_control_characters(capsys: pytest.CaptureFixture[str]) -> None:
    old = written()
    old["theorems"].append({"id": "\x1b[31m[red]", "verdict": "proved"})
    compare_view.show(compare(old, sample_results(), "old.json"))
    said = capsys.readouterr().out
    assert "1 values moved" in said
    assert "⟨U+001B⟩[31m[red]" in said
    assert "\x1b" not in said


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"%PDF", "is no JSON"),
        (b"", "is no JSON"),
        (b"[" * 100_000, "is no JSON"),
        (b"[1, 2]", "is other JSON"),
        (b'{"cells": []}', "is other JSON"),
        (b'{"schema": 99}', "has schema '99'"),
        (b'{"schema": 1, "theorems": []}', "lacks the list 'refutations'"),
        (b'{"schema": 1, "theorems": [3], "refutations": [], "checks": []}', "without id and verdict"),
    ],
)
def test_another_file_is_refused_in_one_line(content: bytes, says: str, tmp_path: Path) -> None:
    (tmp_path / "old.json").write_bytes(content)
    with pytest.raises(InputError, match=says) as caught:
        load(tmp_path / "old.json")
    assert "\n" not in str(caught.value)


def test_a_bad_file_stops_the_command_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(pipeline, "run", lambda *_: pytest.fail("work was done"))
    out = tmp_path / "out"
    assert cli.run(["report", "--compare", str(tmp_path / "missing.json"), "--out", str(out)]) == 2
    assert "--compare: cannot read" in capsys.readouterr().err
    assert not out.exists()
