"""`ksquared ratings`: MovieLens's format in, errors of every fold out, and the choice of k and lambda."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from sample_results import sample_results

from algorithms.rating_selection import Candidate, Selection
from algorithms.ratings import Ratings, load, user_means
from reports import cli, rating_study, rating_view, verdict_view
from reports.course import factorization, summary
from reports.figures import selection
from reports.results import Input


@pytest.fixture(scope="module")
def u_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """1,500 ratings 1 to 5 that follow a taste of one dimension, in a file as MovieLens writes it."""
    rng = np.random.default_rng(0)
    pairs = rng.permutation(60 * 50)[:1500]
    users, items = np.divmod(pairs, 50)
    taste = rng.standard_normal(60)[users] * rng.standard_normal(50)[items]
    values = np.clip(np.rint(3 + 1.2 * taste + 0.3 * rng.standard_normal(1500)), 1, 5)
    path = tmp_path_factory.mktemp("ml") / "u.data"
    lines = (f"{u + 1}\t{i + 1}\t{v:.0f}\t881250949\n" for u, i, v in zip(users, items, values, strict=True))
    path.write_text("".join(lines), encoding="utf-8")
    return path


@pytest.fixture
def small_grid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rating_study, "NUMBERS_OF_FACTORS", (1, 3))
    monkeypatch.setattr(rating_study, "REGULARIZATIONS", (0.1, 50.0))


def test_every_fold_and_the_mean_are_printed(u_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["ratings", str(u_data), "--folds", "4"]) == 0
    printed, said = capsys.readouterr()
    assert "1,500 ratings of 50 items by 60 users" in printed
    rows = [line.split() for line in printed.splitlines() if re.match(r" *[1-4] ", line)]
    errors = [float(row[1]) for row in rows]
    assert [row[0] for row in rows] == ["1", "2", "3", "4"]
    mean = next(line.split() for line in printed.splitlines() if "mean " in line and "users" not in line)
    assert float(mean[1]) == pytest.approx(np.mean(errors), abs=1e-4)
    # The taste explains most of what the users' means leave.
    assert float(mean[1]) < 0.75 * float(mean[2])
    assert "cross-validating" in said


def test_the_errors_are_those_of_a_plain_loop_over_the_folds(u_data: Path) -> None:
    ratings = load(u_data)
    found = rating_study.evaluate(ratings, n_folds=3, seed=5, on_progress=lambda *_: None)
    fold_of = np.random.default_rng([5, 1]).permutation(len(ratings)) % 3
    expected = []
    for fold in range(3):
        train, test = ratings.subset(fold_of != fold), ratings.subset(fold_of == fold)
        means = np.array([train.values[train.users == user].mean() for user in test.users])
        expected.append(np.sqrt(np.mean((test.values - means) ** 2)))
    np.testing.assert_allclose(found.user_means.errors, expected, rtol=1e-12)
    assert all(model < means for model, means in zip(found.model.errors, expected, strict=True))


def test_both_ways_to_predict_are_judged_on_the_same_folds(
    u_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def means(train: Ratings, *_: object, **__: object) -> rating_study.MeansOfUsers:
        return rating_study.MeansOfUsers(user_means(train))

    monkeypatch.setattr(rating_study, "recommended", means)
    found = rating_study.evaluate(load(u_data), n_folds=4, seed=1, on_progress=lambda *_: None)
    assert found.model == found.user_means
    other = rating_study.evaluate(load(u_data), n_folds=4, seed=2, on_progress=lambda *_: None)
    assert found.model != other.model


def test_progress_counts_every_step_of_every_fold_once(u_data: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    rating_study.evaluate(load(u_data), n_folds=2, seed=0, on_progress=lambda *step: seen.append(step))
    assert seen == [("cross-validating", done, 30) for done in range(1, 31)]


@pytest.mark.usefixtures("small_grid")
def test_a_folder_gets_the_table_the_plot_and_the_numbers(
    u_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["ratings", str(u_data), "--folds", "2", "--out", str(tmp_path / "out"), "--json"]) == 0
    written = (tmp_path / "out" / "ratings.json").read_text(encoding="utf-8")
    assert capsys.readouterr().out == written
    choice = json.loads(written)["choice"]
    tried = {(row["n_factors"], row["regularization"]): row["validation_rmse"] for row in choice["tried"]}
    assert list(tried) == [(1, 0.1), (1, 50.0), (3, 0.1), (3, 50.0)]
    best = choice["best"]["n_factors"], choice["best"]["regularization"]
    assert tried[best] == min(tried.values())
    assert best[1] == 0.1  # with 50 nothing is learned
    assert (choice["train"], choice["validation"], choice["test"]) == (1200, 150, 150)
    page = (tmp_path / "out" / "ratings.html").read_text(encoding="utf-8")
    for error in tried.values():
        assert f"{error:.4f}" in page
    assert f"{choice['test_rmse']:.4f}" in page
    assert "<svg" in page


@pytest.mark.usefixtures("small_grid")
def test_the_same_seed_writes_the_same_bytes_and_another_seed_others(u_data: Path, tmp_path: Path) -> None:
    for name, seed in (("one", "3"), ("two", "3"), ("three", "4")):
        call = [
            "ratings",
            str(u_data),
            "--folds",
            "2",
            "--quiet",
            "--seed",
            seed,
            "--out",
            str(tmp_path / name),
        ]
        assert cli.run(call) == 0
    for file in ("ratings.html", "ratings.json"):
        one, two, three = ((tmp_path / name / file).read_bytes() for name in ("one", "two", "three"))
        assert one == two
        assert one != three


@pytest.mark.parametrize("place", range(4))
def test_the_smallest_error_is_ringed_in_the_plot(place: int, monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = [(2, 0.1), (2, 1.0), (5, 0.1), (5, 1.0)]
    errors = [0.9 - 0.2 * (number == place) for number in range(4)]
    candidates = tuple(Candidate(k, r, 0.0, error) for (k, r), error in zip(pairs, errors, strict=True))
    figure = Figure()
    monkeypatch.setattr(selection, "svg", lambda draw, **_: draw(figure))
    selection.validation_errors(Selection((2, 5), (0.1, 1.0), candidates))
    few, many, ring = figure.axes[0].lines
    assert [*few.get_ydata(), *many.get_ydata()] == errors
    assert (few.get_label(), many.get_label()) == ("$k = 2$", "$k = 5$")
    assert (*ring.get_xdata(), *ring.get_ydata()) == (pairs[place][1], errors[place])


@pytest.mark.usefixtures("empty_figures")
def test_the_report_on_ratings_of_ones_own_speaks_of_items(capsys: pytest.CaptureFixture[str]) -> None:
    bundled = sample_results()
    own = replace(bundled, ratings=Input("u.data", "ab" * 32, bundled=False))
    said = [repr(factorization.section(results)) for results in (bundled, own)]
    assert ["restaurant" in text for text in said] == [True, False]
    assert "mean rating of the item" in said[1]
    for results, item in ((bundled, "restaurant"), (own, "item")):
        verdict_view.show(results, ())
        assert f"{item} means {results.factorization.item_mean.rmse:.3f}" in capsys.readouterr().out
        assert f"{item} means" in repr(summary.section(results, ()))


WRONG = {
    "no tabs": ("1 2 3 4\n1 3 5 9\n", "expected at least 3 columns"),
    "double colons": ("1::2::3::4\n", "expected at least 3 columns"),
    "a line cut short": ("1\t2\t3\t4\n1\t3\t5\n", "line 2 of u.data"),
    "a word as rating": ("1\t2\t3\t4\n1\t3\tgood\t5\n", "got 'good' in line 2 of u.data"),
    "a rating of NaN": ("1\t2\tnan\t4\n", "got 'nan' in line 1"),
    "a negative user": ("-1\t2\t3\t4\n", "expected ids of 0 or more"),
    "a pair twice": ("1\t2\t3\t4\n1\t2\t5\t9\n", "one rating a pair"),
    "nothing": ("", "empty file"),
    "one rating": ("1\t2\t3\t4\n", "for each of the 1 ratings, got 5"),
}


@pytest.mark.parametrize(("text", "said"), WRONG.values(), ids=WRONG)
def test_a_wrong_file_is_one_line_and_status_2_with(
    text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "u.data").write_text(text, encoding="utf-8")
    assert cli.run(["ratings", str(tmp_path / "u.data"), "--quiet"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert len(printed.err.splitlines()) == 1
    assert said in printed.err


def test_a_folder_that_cannot_be_made_is_refused_before_any_work(
    u_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "taken").write_text("")
    monkeypatch.setattr(rating_view, "evaluate", None)  # calling it would fail
    assert cli.run(["ratings", str(u_data), "--out", str(tmp_path / "taken")]) == 2
    assert "expected a folder" in capsys.readouterr().err
