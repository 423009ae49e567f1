"""Bad input to `ksquared report`: exit 2, one clear line, nothing written. Odd input: told and used."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sample_results import FORGOT_WEIGHTS, MEAN, MEAN_CHECK

from reports import cli, pipeline
from verification.work import Inline

pytestmark = pytest.mark.usefixtures("empty_figures")

GOOD = np.array([[user, item, (user + item) % 5] for user in range(12) for item in range(12)])
SIX_BY_SIX = GOOD.reshape(12, 12, 3)[:6, :6].reshape(-1, 3)
PICKLED = np.array([[1, 2, "x"]], dtype=object)


@pytest.fixture(autouse=True)
def short_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proofs and checks do not depend on the input and take most of the time: leave them out."""
    monkeypatch.setattr(pipeline, "processes", lambda _: nullcontext(Inline()))
    monkeypatch.setattr(pipeline, "theorem_ids", lambda: (MEAN.id,))
    monkeypatch.setattr(pipeline, "check_theorem", lambda _: MEAN)
    monkeypatch.setattr(pipeline, "refutation_ids", lambda: (FORGOT_WEIGHTS.id,))
    monkeypatch.setattr(pipeline, "refute", lambda _: FORGOT_WEIGHTS)
    monkeypatch.setattr(pipeline, "check_all", lambda _seed, _: (MEAN_CHECK,))


def npy(path: Path, table: np.ndarray) -> Path:
    np.save(path, table, allow_pickle=True)
    return path


def csv(path: Path, *lines: str) -> Path:
    path.write_text("user,item,rating\n" + "\n".join(lines) + "\n")
    return path


def with_rating(value: float) -> np.ndarray:
    table = GOOD.astype(float)
    table[7, 2] = value
    return table


RATINGS = {
    "a missing file": (lambda at: at / "none.npy", "found none"),
    "a folder": (lambda at: at, "folder|directory"),
    "an empty file": (lambda at: at.joinpath("e.csv").touch() or at / "e.csv", "empty"),
    "two columns": (lambda at: npy(at / "r.npy", GOOD[:, :2]), "3 columns"),
    "four columns": (lambda at: npy(at / "r.npy", np.c_[GOOD, GOOD[:, 2]]), "3 columns"),
    "a rating in words": (lambda at: csv(at / "r.csv", "1,2,good"), "got 'good' in line 2"),
    "a rating that is NaN": (lambda at: npy(at / "r.npy", with_rating(np.nan)), "got nan in row 7"),
    "an infinite rating": (lambda at: csv(at / "r.csv", "1,2,inf"), "got 'inf' in line 2"),
    "a negative id": (lambda at: npy(at / "r.npy", np.array([[-1, 2, 3], *GOOD[1:]])), "got -1 in row 0"),
    "a negative id in a CSV": (lambda at: csv(at / "r.csv", "-1,2,3"), "0 or more"),
    "a pair rated twice": (lambda at: npy(at / "r.npy", np.r_[GOOD, GOOD[:1]]), "several for user 0"),
    "fewer ratings than the split needs": (lambda at: npy(at / "r.npy", SIX_BY_SIX), "hold out"),
    "ratings that the filter removes": (lambda at: npy(at / "r.npy", GOOD[:12]), "lower the cold-start"),
    "pickled objects": (lambda at: npy(at / "r.npy", PICKLED), "pickled Python objects"),
    "half a .npy": (lambda at: truncated(npy(at / "r.npy", GOOD)), "damaged"),
    "a CSV without a header": (lambda at: header_less(at / "r.csv"), "expected a header"),
}  # fmt: skip


def truncated(path: Path) -> Path:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return path


def header_less(path: Path) -> Path:
    path.write_text("1,2,3\n2,3,4\n")
    return path


def refused(arguments: list[str], out: Path, capsys: pytest.CaptureFixture[str], expected: str) -> None:
    """The call ends with status 2 and one line on standard error that has `expected`; nothing is written."""
    status = cli.run(["report", "--out", str(out), "--quiet", *arguments])
    printed = capsys.readouterr()
    assert status == 2
    assert printed.out == ""
    assert printed.err.count("\n") == 1, printed.err
    assert printed.err.startswith("ksquared: ")
    assert "Traceback" not in printed.err
    assert any(word in printed.err for word in expected.split("|")), printed.err
    assert not out.exists()


@pytest.mark.parametrize("flaw", RATINGS)
def test_ratings_are_refused(flaw: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make, expected = RATINGS[flaw]
    refused(["--ratings", str(make(tmp_path))], tmp_path / "report", capsys, expected)


def pixels(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)


def saved(path: Path, image: Image.Image) -> Path:
    image.save(path)
    return path


IMAGES = {
    "a missing file": (lambda at: at / "none.png", "found none"),
    "a text file": (lambda at: header_less(at / "picture.png"), "expected an image"),
    "a truncated JPEG": (
        lambda at: truncated(saved(at / "picture.jpg", Image.fromarray(pixels(200, 200, 3)))),
        "damaged",
    ),
    "a truncated PNG": (
        lambda at: truncated(saved(at / "picture.png", Image.fromarray(pixels(200, 200, 3)))),
        "damaged",
    ),
    "200 megapixels": (
        lambda at: saved(at / "picture.png", Image.new("1", (20_000, 10_000))),
        "smaller first",
    ),
}


@pytest.mark.parametrize("flaw", IMAGES)
def test_a_picture_is_refused(flaw: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make, expected = IMAGES[flaw]
    refused(["--image", str(make(tmp_path))], tmp_path / "report", capsys, expected)


ODD_IMAGES = {
    "greyscale": (lambda: Image.fromarray(pixels(20, 20)), "RGB"),
    "alpha": (lambda: Image.fromarray(pixels(20, 20, 4)), "white"),
    "palette": (lambda: Image.fromarray(pixels(20, 20)).convert("P"), "RGB"),
    "16-bit": (lambda: Image.fromarray(pixels(20, 20).astype(np.uint16) * 257), "16"),
    "1x1": (lambda: Image.fromarray(pixels(1, 1, 3)), ""),
    "one color": (lambda: Image.new("RGB", (20, 20), (10, 200, 30)), ""),
    "more pixels than are kept": (lambda: Image.new("RGB", (2000, 1100), (10, 200, 30)), "averaged down"),
}


@pytest.mark.parametrize("kind", ODD_IMAGES)
def test_an_odd_picture_is_used_and_what_was_done_to_it_is_said(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make, note = ODD_IMAGES[kind]
    picture = saved(tmp_path / "picture.png", make())
    out = tmp_path / "report"
    status = cli.run(
        ["report", "--out", str(out), "--image", str(picture), "--formats", "html,json", "--quiet"]
    )
    assert (status, capsys.readouterr().err) == (0, "")
    assert note in (out / "report.html").read_text()


def quick_report(ratings: Path) -> list[str]:
    """Arguments for a report on `ratings` and a picture of one color."""
    picture = saved(ratings.parent / "picture.png", Image.new("RGB", (2, 2)))
    return ["--ratings", str(ratings), "--image", str(picture), "--formats", "json", "--quiet"]


def test_huge_ids_need_no_dense_matrix(tmp_path: Path) -> None:
    table = GOOD.copy()
    table[:, :2] += 2**40
    out = tmp_path / "report"
    assert cli.run(["report", "--out", str(out), *quick_report(npy(tmp_path / "r.npy", table))]) == 0


def test_a_rating_of_zero_is_a_rating(tmp_path: Path) -> None:
    zeros = GOOD.copy()
    zeros[:, 2] = np.arange(len(GOOD)) % 2
    out = tmp_path / "report"
    assert cli.run(["report", "--out", str(out), *quick_report(npy(tmp_path / "r.npy", zeros))]) == 0
    assert f'"n_ratings_kept": {len(GOOD)}' in (out / "results.json").read_text()


def test_an_output_that_is_a_file_is_refused_before_any_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "run", lambda *_: pytest.fail("work was done"))
    taken = tmp_path / "taken"
    taken.write_text("mine")
    assert cli.run(["report", "--out", str(taken)]) == 2
    assert "is a file" in capsys.readouterr().err
    assert taken.read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["report", "--formats", "html,docx"], "'docx'"),
        (["report", "--formats", ","], "--formats"),
        (["report", "--seed", "-1"], "seed"),
        (["report", "--seed", "many"], "seed"),
        (["report", "--nonsense"], "nonsense"),
        (["nonsense"], "nonsense"),
        (["verify", "--level", "thorough"], "thorough"),
        (["verify", "no_such_check"], "no_such_check"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_bad_call_is_one_line(
    arguments: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(arguments) == 2
    printed = capsys.readouterr()
    assert printed.err.count("\n") == 1
    assert expected in printed.err
