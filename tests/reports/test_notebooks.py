"""Exercises: the student gets no solution, the solution runs and gets full marks, a gap gets none."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from algorithms.errors import InputError
from reports import environment
from reports.notebooks import data, execution, notebook
from reports.notebooks.exercise import GAP, exercise_ids, load_exercise, parse_exercise
from reports.notebooks.rubric import rubric_text
from verification.grading.criteria_catalog import criterion_ids
from verification.grading.gradebook import Sandbox, StudentGrade
from verification.grading.intake.read import read_class
from verification.grading.rubric import parse_rubric
from verification.grading.run import Settings, grade_submission
from verification.grading.sandbox.levels import NOT_CONFINED, confining_levels
from verification.grading.sandbox.policy import Policy
from verification.grading.sandbox.worker import Worker

IDS = exercise_ids()
Json = dict[str, Any]


@pytest.fixture(scope="module")
def solutions() -> Mapping[str, bytes]:
    """The solved notebooks, run once for all tests."""
    found = {}
    for name in IDS:
        exercise = load_exercise(name)
        found[name] = notebook.solution_notebook(exercise, execution.execute(exercise, data.bundled()))
    return found


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    """A sandbox at the best level there is."""
    for level in (*confining_levels(), NOT_CONFINED):
        try:
            started = Worker(level, Policy())
        except InputError:
            continue
        with started:
            yield started
        return


def student_of(name: str) -> Json:
    loaded: Json = json.loads(notebook.student_notebook(load_exercise(name)))
    return loaded


def source(cell: Json) -> str:
    return "".join(cell["source"])


def graded(folder: Path, name: str, content: bytes, worker: Worker, seed: int = 7) -> StudentGrade:
    path = folder / "student"
    path.mkdir(exist_ok=True)
    (path / f"{name}.ipynb").write_bytes(content)
    (submission,) = read_class([folder]).submissions
    rubric = parse_rubric(rubric_text(load_exercise(name)))
    sandbox = Sandbox(worker.level.letter, worker.layers)
    return grade_submission(submission, Settings(rubric, sandbox, seed, environment.version()), worker)


# What students get


@pytest.mark.parametrize("name", IDS)
def test_the_students_notebook_holds_no_line_of_a_solution(name: str) -> None:
    exercise = load_exercise(name)
    shown = notebook.student_notebook(exercise).decode()
    hidden = 0
    for part in (*exercise.tasks, *exercise.answers):
        left = part.unsolved.splitlines()
        for line in part.solved.splitlines():
            if len(line.strip()) > 15 and line not in left:
                hidden += 1
                assert json.dumps(line.strip(), ensure_ascii=False)[1:-1] not in shown
    assert hidden >= len(exercise.tasks) + len(exercise.answers)
    assert "BEGIN SOLUTION" not in shown
    assert "END SOLUTION" not in shown


@pytest.mark.parametrize("name", IDS)
def test_each_task_has_a_docstring_a_gap_and_a_self_test_and_someone_to_judge_it(name: str) -> None:
    exercise = load_exercise(name)
    tests = {part.name for part in exercise.parts if part.kind == "test"}
    mark = GAP.split("{", 1)[0]
    for task in exercise.tasks:
        assert "Returns\n    -------" in task.unsolved
        assert mark in task.unsolved
        assert mark not in task.solved
        assert f"test-{task.name}" in tests
        assert task.name in criterion_ids()


@pytest.mark.parametrize("name", IDS)
def test_students_need_neither_this_project_nor_anything_unusual(name: str) -> None:
    allowed = {"matplotlib", "numpy", "scipy", "sklearn", "PIL"}
    code = "\n".join(source(cell) for cell in student_of(name)["cells"] if cell["cell_type"] == "code")
    imported = set(re.findall(r"^(?:from|import) (\w+)", code, flags=re.MULTILINE))
    assert imported <= allowed
    assert "sklearn.cluster" not in code


@pytest.mark.parametrize("name", IDS)
def test_the_notebook_is_one_of_nbformat_with_the_metadata_of_nbgrader(name: str) -> None:
    student = student_of(name)
    assert (student["nbformat"], student["nbformat_minor"]) == (4, 5)
    ids = [cell["id"] for cell in student["cells"]]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", each) for each in ids)
    for cell in student["cells"]:
        grading = cell["metadata"]["nbgrader"]
        assert grading["schema_version"] == 3
        assert grading["locked"] != grading["solution"]
        assert grading["grade"] == ("points" in grading)
        if cell["cell_type"] == "code":
            assert (cell["outputs"], cell["execution_count"]) == ([], None)
        else:
            assert not {"outputs", "execution_count"} & set(cell)
    total = sum(cell["metadata"]["nbgrader"].get("points", 0) for cell in student["cells"])
    exercise = load_exercise(name)
    assert total == sum(part.points for part in (*exercise.tasks, *exercise.answers))


def test_the_data_lie_beside_the_notebooks_with_their_licenses() -> None:
    files = data.bundled()
    notice = files["DATA.md"].decode()
    assert all(name in notice for name in files if name != "DATA.md")
    assert notice.count("License:") == 2


# The solutions


@pytest.mark.parametrize("name", IDS)
def test_the_solution_is_run_from_top_to_bottom_and_shows_its_figures(
    name: str, solutions: Mapping[str, bytes]
) -> None:
    solved = json.loads(solutions[name])
    code = [cell for cell in solved["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    outputs = [output for cell in code for output in cell["outputs"]]
    assert all(output["output_type"] != "error" for output in outputs)
    pictures = [output["data"]["image/png"] for output in outputs if "image/png" in output.get("data", {})]
    assert len(pictures) == {"derivations": 0, "matrix_factorization": 1, "clustering_and_sampling": 3}[name]
    for picture in pictures:
        assert Image.open(io.BytesIO(base64.b64decode(picture))).width > 600


@pytest.mark.full
@pytest.mark.parametrize("name", IDS)
def test_the_same_exercise_gives_the_same_bytes(name: str, solutions: Mapping[str, bytes]) -> None:
    exercise = load_exercise(name)
    assert (
        notebook.solution_notebook(exercise, execution.execute(exercise, data.bundled())) == solutions[name]
    )


@pytest.mark.parametrize("name", IDS)
def test_the_solution_gets_full_marks_and_the_gaps_none(
    name: str, solutions: Mapping[str, bytes], tmp_path: Path, worker: Worker
) -> None:
    full = graded(tmp_path, name, solutions[name], worker)
    assert (full.points, full.max_points) == (
        full.max_points,
        sum(t.points for t in load_exercise(name).tasks),
    )
    assert [grade.defects for grade in full.functions if grade.defects] == []
    empty = graded(tmp_path, name, notebook.student_notebook(load_exercise(name)), worker)
    assert empty.points == 0
    assert {g.status for g in empty.functions if g.max_points} == {"missing"}


@pytest.mark.full
@pytest.mark.parametrize("name", IDS)
def test_the_solution_gets_full_marks_whatever_the_seed(
    name: str, solutions: Mapping[str, bytes], tmp_path: Path, worker: Worker
) -> None:
    lost = [
        seed for seed in range(40) if graded(tmp_path, name, solutions[name], worker, seed).points is None
    ]
    lost += [
        s
        for s in range(40)
        if (g := graded(tmp_path, name, solutions[name], worker, s)).points != g.max_points
    ]
    assert lost == []


WRONG = {
    "best_decoder": "def best_decoder(W):\n    return W.T",
    "mixture_mean": "def mixture_mean(pi, mu):\n    return mu.sum(axis=0)",
    "mixture_covariance": "def mixture_covariance(pi, mu, sigma):\n    return pi[0] * sigma[0]",
    "sum_of_mixtures": "def sum_of_mixtures(pi, mu, sigma, rho, nu, tau):\n"
    "    return np.concatenate([pi, rho]) / 2, np.concatenate([mu, nu]), np.concatenate([sigma, tau])",
    "shift_user_mean": "def shift_user_mean(matrix):\n    means = matrix.mean(axis=1)\n"
    "    return sp.csr_matrix(matrix - means), means",
    "initialize_Q_P": "def initialize_Q_P(matrix, k, init='random'):\n"
    "    return np.random.randn(matrix.shape[0], k), np.random.randn(k, matrix.shape[1])",
    "kmeans": "def kmeans(X, k):\n    return X[:k], np.argmin(((X - X[:k, None]) ** 2).sum(2), axis=0)",
    "gmm_log_probability": "def gmm_log_probability(X, pi, mu, sigma):\n"
    "    return -0.5 * np.stack([(X - m)[:, 0] ** 2 for m in mu], axis=1)",
    "em": "def em(X, k, tol=0.001):\n    mu, z = kmeans(X, k)\n"
    "    return np.full(k, 1 / k), mu, np.stack([np.eye(X.shape[1])] * k)",
    "gmm_sample": "def gmm_sample(N, pi, mu, sigma):\n"
    "    return np.concatenate([np.random.multivariate_normal(mu[j], sigma[j], int(N * pi[j]))"
    " for j in range(len(pi))])",
}


@pytest.mark.parametrize("name", IDS)
def test_each_self_test_notices_a_wrong_function(name: str) -> None:
    exercise = load_exercise(name)
    sources, expected = [], []
    for part in exercise.parts:
        is_setup = part.kind == "given" and part.text.startswith("import")
        if part.kind in ("task", "test") or is_setup or "loss" in part.functions:
            sources.append(part.solved)
        if part.kind == "test" and (wrong := WRONG.get(part.name.removeprefix("test-"))):
            right = next(task.solved for task in exercise.tasks if part.name == f"test-{task.name}")
            attempt = f"try:\n    exec({part.text!r})\nexcept AssertionError:\n    print({part.name!r})"
            sources += [wrong, attempt, right]
            expected.append(part.name)
    outputs = execution.run(sources, {})
    assert [each for each in outputs if each and each[-1]["output_type"] == "error"] == []
    printed = [line.strip() for each in outputs for output in each for line in output.get("text", [])]
    assert [line for line in printed if line.startswith("test-")] == expected
    assert expected


def test_an_error_in_a_cell_is_named() -> None:
    text = "# T\n\n```python\nprint('so far')\n```\n\nMore.\n\n```python\n1 / 0\n```\n"
    with pytest.raises(execution.DoesNotRun, match="exercise t, cell given-04: ZeroDivisionError"):
        execution.execute(parse_exercise(text, "t"), {})


@pytest.mark.parametrize("info", ["task", "task 3", "solution", "test now"])
def test_a_fence_that_says_something_else_is_refused(info: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        parse_exercise(f"# T\n\n```python {info}\nx = 1\n```\n", "t")
