"""Rubric files: what they say is what holds, and what is wrong with one is said in one line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from algorithms.errors import InputError
from verification.grading.criteria_catalog import criterion_ids
from verification.grading.rubric import Rubric, Task, load_rubric, parse_rubric
from verification.grading.rubric_texts import INITIAL_TEXT, default_rubric, json_schema

BAD = {
    "no TOML": ("[functions", "no valid TOML"),
    "no function": ("schema = 1", "at least one table"),
    "an unknown function": ("[functions.k_means]", "there is no criterion 'k_means'"),
    "an unknown criterion": ('[functions.a]\ncriterion = "b"', "set criterion to one of"),
    "negative points": ("[functions.kmeans]\npoints = -1", "points must be a number from 0"),
    "points that are none": ('[functions.kmeans]\npoints = "ten"', "points must be a number"),
    "points that are no number": ("[functions.kmeans]\npoints = nan", "points must be a number"),
    "an unknown key": ("[functions.kmeans]\npoint = 1", "unknown key 'point'"),
    "an unknown key at the top": ("minors = 1\n[functions.kmeans]", "unknown key 'minors'"),
    "an unknown argument": ('[functions.kmeans]\narguments = ["X", "K"]', "arguments has 'K'"),
    "a missing argument": ('[functions.kmeans]\narguments = ["X"]', "arguments lacks k"),
    "a missing result": ('[functions.kmeans]\nreturns = ["mu"]', "returns must name all of mu, z"),
    "a layout of other axes": ('[functions.kmeans]\nlayouts = { X = "d m" }', 'order of the axes "n d"'),
    "a layout of nothing": ('[functions.kmeans]\nlayouts = { Y = "d n" }', "layouts.Y is not one of"),
    "an unknown severity": ('[severities]\na = "bad"\n[functions.kmeans]', "must be major, minor or ignore"),
    "a share above one": ("minor = 1.5\n[functions.kmeans]", "minor must be a number from 0 to 1"),
    "another schema": ("schema = 2\n[functions.kmeans]", "expected schema = 1"),
    "an unknown theorem": ('[functions.kmeans]\n[answers.a]\ntheorems = ["b"]', "there is no theorem 'b'"),
    "an answer that begins anywhere": ('[functions.kmeans]\n[answers.a]\nstarts = [" "]', "empty text"),
    "an answer that is no table": ("[functions.kmeans]\n[answers]\na = 1", "expected a table"),
    "negative points of an answer": ("[functions.kmeans]\n[answers.a]\npoints = -1", "points must be"),
    "no time": ("timeout = 0\n[functions.kmeans]", "timeout must be above 0"),
    "a version that is a number": (
        "[requires]\nnumpy = 1.2\n[functions.kmeans]",
        "requires.numpy must be text",
    ),
}


@pytest.mark.parametrize(("text", "said"), BAD.values(), ids=BAD.keys())
def test_a_bad_rubric_is_refused_in_one_line(text: str, said: str) -> None:
    with pytest.raises(InputError, match=re.escape(said)) as caught:
        parse_rubric(text)
    assert "\n" not in str(caught.value)


def test_the_default_rubric_is_the_commented_file() -> None:
    rubric = default_rubric()
    assert rubric == parse_rubric(INITIAL_TEXT)
    assert rubric.max_points == 60
    assert [task.name for task in rubric.tasks if task.points == 0] == [
        "cold_start_preprocessing",
        "split_data",
        "loss",
    ]


def test_the_examples_in_the_comments_are_valid_too() -> None:
    lines = INITIAL_TEXT.splitlines()
    start = lines.index("# Other years' homeworks:")
    examples = [line.lstrip("# ") for line in lines[start:] if re.match(r"# ([a-z]+ =|\[)", line)]
    names = [task.name for task in parse_rubric("\n".join(examples)).tasks]
    assert names == [
        "latent_factor_gradient_descent",
        "e_step",
        "m_step",
        "gmm_log_likelihood",
        "pdf",
        "expectation",
        "maximization",
    ]


def test_what_is_left_out_has_its_default() -> None:
    assert parse_rubric("[functions.kmeans]") == Rubric((Task("kmeans", "kmeans", 1.0),))


def test_the_timeout_at_the_top_holds_for_functions_without_their_own() -> None:
    rubric = parse_rubric("timeout = 5\n[functions.kmeans]\n[functions.em]\ntimeout = 7.5")
    assert [task.timeout for task in rubric.tasks] == [5.0, 7.5]


def test_a_file_that_is_not_there_or_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read"):
        load_rubric(tmp_path / "none.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="not UTF-8"):
        load_rubric(tmp_path / "binary.toml")
    (tmp_path / "good.toml").write_text(INITIAL_TEXT)
    assert load_rubric(tmp_path / "good.toml") == default_rubric()


def test_the_schema_knows_the_keys_that_the_reader_knows() -> None:
    schema = json_schema()
    task = schema["properties"]["functions"]["additionalProperties"]["properties"]
    assert task["criterion"]["enum"] == list(criterion_ids())
    for place, keys in (("", schema["properties"]), ("[functions.kmeans]\n", task)):
        with pytest.raises(InputError) as caught:
            parse_rubric(f"{place}nonsense = 1\n")
        known = str(caught.value).split("known are ")[1]
        assert set(known.split(", ")) == set(keys)
