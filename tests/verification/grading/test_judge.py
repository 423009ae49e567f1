"""The verdict on a function: good will first, then what stopped it, then what else is wrong."""

from __future__ import annotations

import json

import pytest
from in_process import InProcess
from programs_of import FOLDER, code_of, correct_programs, sections

from verification.grading.findings import STATUSES, FunctionGrade
from verification.grading.judge import grade
from verification.grading.rubric import Rubric, Task, parse_rubric
from verification.grading.sandbox.caller import CallResult, Crashed, NotRun, OutOfMemory, Tampering

KMEANS = Task("kmeans", "kmeans", 10.0)
GOOD_KMEANS = correct_programs("kmeans")[0].source


def judged(source: str, task: Task = KMEANS, **settings: object) -> FunctionGrade:
    rubric = Rubric((task,), **settings)  # type: ignore[arg-type]
    return grade(code_of(source), task, rubric, InProcess(3.0), seed=5)


def by_rubric(source: str, text: str) -> FunctionGrade:
    rubric = parse_rubric(text)
    return grade(code_of(source), rubric.tasks[0], rubric, InProcess(3.0), seed=5)


def test_a_function_that_is_not_there_is_missing() -> None:
    result = judged("import numpy as np\ndef k_mean(X, k):\n    return X[:k], None\n")
    assert (result.status, result.points) == ("missing", 0)
    assert result.defects[0].code == "function-missing"
    assert "k_mean" in " ".join(result.notes)


def test_another_name_of_the_rubric_is_tried() -> None:
    source = GOOD_KMEANS.replace("kmeans", "my_clustering")
    assert judged(source).status == "missing"
    assert judged(source, Task("kmeans", "kmeans", 10.0, names=("my_clustering",))).status == "correct"


def test_a_syntax_error_is_named_with_its_place() -> None:
    result = judged("def kmeans(X, k):\n    return X[:k\n")
    assert (result.status, result.defects[0].code) == ("raises", "syntax-error")
    assert "hand_in.py" in result.defects[0].message


def test_python_2_is_named() -> None:
    result = judged("def kmeans(X, k):\n    print X\n    return X[:k], X\n")
    assert (result.status, result.defects[0].code) == ("raises", "python-2")


@pytest.mark.parametrize(
    "body",
    [
        "pass",
        "return mu, z",
        "raise NotImplementedError",
        '"""Doc."""\n    return None',
        "mu, z = None, None\n    return mu, z",
        "mu = None\n    z = ...\n    print(X.shape)\n    return mu, z",
    ],
)
def test_a_function_left_as_it_was_given_is_missing(body: str) -> None:
    result = judged(f"def kmeans(X, k):\n    {body}\n")
    assert (result.status, result.defects[0].code) == ("missing", "todo-left")


def test_a_misspelled_name_is_said_and_what_is_left_is_judged() -> None:
    result = judged(GOOD_KMEANS.replace("len(X), k,", "len(X), K,"))
    assert result.status == "raises"
    assert [defect.code for defect in result.defects] == ["undefined-name"]
    assert result.points == 5.0
    assert any("`K` read as `k`" in note for note in result.notes)


def test_behind_a_misspelled_name_further_mistakes_are_found() -> None:
    source = GOOD_KMEANS.replace("len(X), k,", "len(X), K,").replace("mean(axis=0)", "mean()")
    result = judged(source.replace("np.array([X", "np.array([np.ones(X.shape[1]) * X"))
    assert result.status == "raises"
    assert {"undefined-name", "missing-axis"} <= {defect.code for defect in result.defects}
    assert result.points == 0


def test_a_missing_import_is_repaired() -> None:
    result = judged(GOOD_KMEANS.replace("import numpy as np", ""))
    assert result.status == "raises"
    assert result.points == 5.0


def test_parameters_in_another_order_are_recognized_by_name() -> None:
    assert judged(GOOD_KMEANS.replace("kmeans(X, k)", "kmeans(k, X)")).status == "correct"


def test_a_wrong_helper_of_the_exercise_does_not_spoil_the_function_that_calls_it() -> None:
    em = dict(sections(FOLDER / "em_correct.py"))["start from kmeans, expected joint log-likelihood"]
    broken = em.replace("mu = X[np.random.choice(len(X), k, replace=False)]", "mu = 0 * X[:k] / 0")
    result = judged(broken, Task("em", "em", 10.0))
    assert result.status == "correct"
    assert any("replaced" in note for note in result.notes)


def test_names_that_numpy_dropped_are_no_mistake() -> None:
    result = judged(GOOD_KMEANS.replace("astype(float)", "astype(np.float)"))
    assert (result.status, result.points) == ("correct", 10.0)
    assert any("older libraries" in note for note in result.notes)


def test_one_point_a_column_through_a_rubric() -> None:
    source = """
import numpy as np
def expectation(X, mu, sigma, pi):
    D, N = X.shape
    K = mu.shape[1]
    lp = np.zeros((K, N))
    for j in range(K):
        d = X - mu[:, [j]]
        s = sigma[:, :, j]
        lp[j] = np.log(pi[j]) - 0.5 * np.linalg.slogdet(s)[1]
        lp[j] -= 0.5 * np.sum(d * np.linalg.solve(s, d), axis=0)
    lp -= lp.max(axis=0)
    return np.exp(lp) / np.exp(lp).sum(axis=0)
def maximization(X, gamma):
    Nk = gamma.sum(axis=1)
    mu = X @ gamma.T / Nk
    d = [X - mu[:, [j]] for j in range(len(Nk))]
    sigma = np.stack([(gamma[j] * d[j]) @ d[j].T / Nk[j] for j in range(len(Nk))], axis=2)
    return mu, sigma, Nk / X.shape[1]
def pdf(X, mu, sigma):
    d = X - mu.reshape(-1, 1)
    q = np.sum(d * np.linalg.solve(sigma, d), axis=0)
    return np.exp(-0.5 * q) / np.sqrt(np.linalg.det(2 * np.pi * sigma))
"""
    layouts = 'layouts = { X = "d n", mu = "d k", sigma = "d d k", gamma = "k n" }\n'
    expectation = '[functions.expectation]\ncriterion = "e_step"\narguments = ["X", "mu", "sigma", "pi"]\n'
    maximization = '[functions.maximization]\ncriterion = "m_step"\nreturns = ["mu", "sigma", "pi"]\n'
    pdf = '[functions.pdf]\ncriterion = "gaussian_pdf"\nlayouts = { X = "d n" }\n'
    for text in (expectation + layouts, maximization + layouts, pdf):
        assert by_rubric(source, text).status == "correct", text
    # The same programs read with the exercise's own layout are wrong: the layouts matter.
    assert by_rubric(source, maximization).status != "correct"


def test_the_rubric_decides_how_bad_a_defect_is() -> None:
    dense = next(p for p in correct_programs("shift_user_mean") if p.name.startswith("dense"))
    task = Task("shift_user_mean", "shift_user_mean", 10.0)
    assert judged(dense.source, task).points == 9.0
    assert judged(dense.source, task, minor=0.5).points == 5.0
    assert judged(dense.source, task, severities={"dense-result": "ignore"}).points == 10.0
    assert judged(dense.source, task, severities={"dense-result": "major"}).status == "wrong"


class Says:
    """A caller whose every call comes to the same."""

    def __init__(self, result: CallResult) -> None:
        self.result = result

    def call(self, *arguments: object, **options: object) -> CallResult:
        return self.result

    def call_each(self, program: object, function: str, calls: list[object], **options: object) -> tuple:  # type: ignore[type-arg]
        return tuple(self.result for _ in calls)


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (Tampering("it left"), "tampering"),
        (OutOfMemory(), "memory"),
        (NotRun("no sandbox"), "grader-error"),
        (Crashed(11), "raises"),
    ],
    ids=["tampering", "memory", "sandbox-lost", "crash"],
)
def test_what_is_no_answer_earns_nothing_and_is_told_apart(said: CallResult, status: str) -> None:
    result = grade(code_of(GOOD_KMEANS), KMEANS, Rubric((KMEANS,)), Says(said), seed=0)
    assert (result.status, result.points) == (status, 0)


def test_an_error_of_ours_is_never_a_zero_in_disguise() -> None:
    result = grade(code_of(GOOD_KMEANS), KMEANS, Rubric((KMEANS,)), Says(None), seed=0)  # type: ignore[arg-type]
    assert result.status == "grader-error"
    assert result.notes


def test_the_same_seed_gives_the_same_verdict_and_another_seed_other_inputs() -> None:
    wrong = GOOD_KMEANS.replace("return mu, z", "return mu + 1, z")

    def at(seed: int) -> FunctionGrade:
        return grade(code_of(wrong), KMEANS, Rubric((KMEANS,)), InProcess(3.0), seed=seed)

    assert at(1) == at(1)
    assert at(1).defects[0].evidence != at(2).defects[0].evidence


def test_a_loss_that_is_not_a_number_has_no_mistake_of_a_formula() -> None:
    loss = Task("loss", "loss", 10.0)
    result = judged("def loss(values, ixs, Q, P, reg_lambda):\n    return float('nan')\n", loss)
    assert [defect.code for defect in result.defects] == ["not-a-number", "argument-ignored"]
    assert result.status == "wrong"


def test_a_verdict_can_be_written_as_json() -> None:
    text = json.dumps(judged(GOOD_KMEANS.replace("return mu, z", "return mu + 1, z")).as_dict())
    read = json.loads(text)
    assert read["status"] in STATUSES
    assert set(read["defects"][0]) == {"code", "severity", "message", "evidence", "lines"}
