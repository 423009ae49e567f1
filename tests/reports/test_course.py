"""The course report: every problem is there, the verdict comes first, and nothing wrong is hidden."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace

import pytest
from sample_results import FORGOT_WEIGHTS, MEAN, MEAN_CHECK, broken_results, sample_results

from derivations import homework
from reports import course, html
from reports import document as doc
from reports.results import Results

pytestmark = pytest.mark.usefixtures("empty_figures")

SECTIONS = (
    "sec:summary",
    "sec:rank",
    "sec:moments",
    "sec:sums",
    "sec:factorization",
    "sec:kmeans",
    "sec:em",
    "sec:sampling",
    "sec:checks",
    "sec:made",
)


IN_CHECKS = ("fig:paths", "fig:confidence", "fig:calibration")


def parts(node: object) -> Iterator[object]:
    """Every part of a document, the whole first."""
    if is_dataclass(node):
        yield node
        for field in fields(node):
            yield from parts(getattr(node, field.name))
    elif isinstance(node, tuple):
        for entry in node:
            yield from parts(entry)


def text(node: object) -> str:
    """All words, code and formulas of a part, in order."""
    words = []
    for part in parts(node):
        match part:
            case doc.Text(value) | doc.Code(value) | doc.Emph(value) | doc.Strong(value) | doc.Math(value):
                words.append(value)
            case doc.Equation(tex=tex):
                words.append(tex)
            case doc.Badge(word=word):
                words.append(word)
    return "".join(words)


def section(report: doc.Report, name: str) -> doc.Section:
    return next(part for part in parts(report) if isinstance(part, doc.Section) and part.id == name)


@pytest.fixture(scope="module")
def report(empty_figures: None) -> doc.Report:
    return course.build(sample_results())


@pytest.fixture(scope="module")
def broken(empty_figures: None) -> doc.Report:
    return course.build(broken_results())


def test_the_problems_come_in_the_order_of_the_homework(report: doc.Report) -> None:
    assert tuple(part.id for part in report.body if isinstance(part, doc.Section)) == SECTIONS


def test_each_problem_says_question_and_answer(report: doc.Report) -> None:
    for name in SECTIONS[1:8]:
        words = text(section(report, name))
        assert words.startswith(text(section(report, name).title) + "Question.")
        assert any(
            isinstance(part, doc.Callout) and text(part.title).startswith("Answer")
            for part in section(report, name).body
        )


def test_all_well_is_said_on_the_first_screen(report: doc.Report) -> None:
    assert report.summary is not None
    assert report.summary.tone == "pass"
    assert [tally.value for tally in report.summary.tallies] == ["1 of 1"] * 4


def test_the_first_screen_says_of_each_part_that_was_run_whether_it_holds(
    report: doc.Report, broken: doc.Report
) -> None:
    for of, tone, word in ((report, "pass", "holds"), (broken, "fail", "not confirmed")):
        assert of.summary is not None
        (said,) = [
            item
            for block in of.summary.body
            if isinstance(block, doc.Bullets)
            for item in block.items
            if isinstance(item[0], doc.Badge)
        ]
        assert said[0] == doc.Badge(tone, word)
        assert isinstance(said[-1], doc.Ref)
        assert said[-1].to == "sec:moments"


def test_everything_wrong_is_named_on_the_first_screen(broken: doc.Report) -> None:
    assert broken.summary is not None
    assert broken.summary.tone == "fail"
    words = text(broken.summary)
    for name in ("theorem mixture_mean", "false claim unweighted_mean", "check mixture_mean"):
        assert name in words
    assert {tally.tone for tally in broken.summary.tallies} == {"fail"}


def test_the_answer_of_a_problem_with_a_broken_proof_is_marked(
    report: doc.Report, broken: doc.Report
) -> None:
    def tone(of: doc.Report) -> doc.Tone:
        return next(part.tone for part in section(of, "sec:moments").body if isinstance(part, doc.Callout))

    assert (tone(report), tone(broken)) == ("pass", "fail")


@pytest.mark.parametrize(
    "change",
    [
        {"theorems": (replace(MEAN, verdict="undecided", failure="a step is not justified"),)},
        {"refutations": (replace(FORGOT_WEIGHTS, verdict="undecided", counterexample=None),)},
        {"checks": (replace(MEAN_CHECK, verdict="undecided", failure="the budget ended"),)},
    ],
    ids=["a theorem", "a refutation", "a check"],
)
def test_one_thing_wrong_is_enough_to_mark_the_answer_and_the_summary(change: dict[str, object]) -> None:
    results = replace(sample_results(), **change)
    report = course.build(results)
    callout = next(part for part in section(report, "sec:moments").body if isinstance(part, doc.Callout))
    assert callout.tone == "fail"
    assert report.summary is not None
    assert report.summary.tone == "fail"
    assert len(results.findings) == 1


def test_an_answer_without_any_theorem_is_not_confirmed() -> None:
    report = course.build(replace(sample_results(), theorems=(), refutations=(), checks=()))
    callout = next(part for part in section(report, "sec:rank").body if isinstance(part, doc.Callout))
    assert callout.tone == "fail"


def test_the_hand_in_is_judged_line_by_line_beside_the_points_of_a_full_answer(report: doc.Report) -> None:
    for number, name in ((2, "rank"), (3, "moments"), (4, "sums")):
        answers = [answer for answer in homework.ANSWERS if answer.problem == number]
        lines = [line for answer in answers for line in answer.hand_in]
        judged = section(report, f"sec:{name}-hand-in")
        badges = [part.word for part in parts(judged) if isinstance(part, doc.Badge)]
        assert badges == [line.verdict for line in lines]
        assert all(text(doc.T(line.quote)) in text(judged) for line in lines)
        points = text(section(report, f"sec:{name}-points"))
        assert all(text(doc.T(point.says)) in points for answer in answers for point in answer.points)


def test_a_wrong_line_shows_what_it_says_and_what_is_true() -> None:
    claim = replace(FORGOT_WEIGHTS, id="exact_data_means_identity", theorem="no_left_inverse")
    found = course.build(replace(sample_results(), refutations=(claim,)))
    lost = course.build(replace(sample_results(), refutations=(replace(claim, counterexample=None),)))
    assert r"the line says \mathbb{E}[x] = 1/2; in truth \mathbb{E}[x] = 2/3." in text(
        section(found, "sec:rank-hand-in")
    )
    assert "ended without one" in text(section(lost, "sec:rank-hand-in"))


def test_a_derivation_is_printed_line_by_line_with_its_reasons(report: doc.Report) -> None:
    derivation = next(part for part in parts(report) if isinstance(part, doc.Derivation))
    assert [step.tex for step in derivation.steps] == [line.latex for line in MEAN.derivations[0].lines]
    assert all(step.verified for step in derivation.steps)
    assert text(derivation.steps[0].why) == "law of total expectation"


def test_a_refuted_claim_shows_its_counterexample_and_both_sides(report: doc.Report) -> None:
    words = text(section(report, "sec:moments-refuted"))
    for piece in (r"\pi = (1/3, 2/3)", r"\mathbb{E}[x] = 1/2", r"\mathbb{E}[x] = 2/3", "case 94 of a search"):
        assert piece in words


def test_a_control_that_survived_is_red_in_the_table_of_controls(broken: doc.Report) -> None:
    table = next(part for part in parts(broken) if isinstance(part, doc.Table) and part.id == "tab:controls")
    assert [part.tone for part in parts(table) if isinstance(part, doc.Badge)] == ["fail"]


def test_what_no_problem_tells_is_told_at_the_end() -> None:
    extra = replace(MEAN, id="a_lemma", title="A lemma")
    claim = replace(FORGOT_WEIGHTS, id="another", theorem="a_lemma")
    report = course.build(replace(sample_results(), theorems=(MEAN, extra), refutations=(claim,)))
    words = text(section(report, "sec:further"))
    assert "A lemma" in words
    assert claim.title in words


def test_every_axiom_is_listed_with_the_theorems_that_rest_on_it(report: doc.Report) -> None:
    made = section(report, "sec:made")
    assert "Axiom: total_expectation (Billingsley). Used in " in text(made)
    assert doc.Equation(MEAN.axioms[0].latex) in made.body
    assert doc.Ref("sec:mixture_mean") in set(parts(made.body))


@pytest.mark.parametrize(("name", "where"), [("ratings", "sec:ratings"), ("picture", "sec:kmeans")])
def test_the_name_of_a_file_cannot_become_markup(name: str, where: str) -> None:
    hostile = "$x$`*{y}@sec:rank.csv"
    source = replace(getattr(sample_results(), name), name=hostile, bundled=False)
    report = course.build(replace(sample_results(), **{name: source}))
    assert hostile in text(section(report, where))


def test_notes_on_the_picture_are_told(report: doc.Report) -> None:
    assert "The picture was made by hand." in text(section(report, "sec:kmeans"))


def with_advantage(advantage: float) -> Results:
    results = sample_results()
    study = replace(results.factorization, advantage=advantage, advantage_error=0.01)
    return replace(results, factorization=study)


@pytest.mark.parametrize(
    ("advantage", "sentence"),
    [
        (0.021, "The factors find more than the users' means"),
        (0.019, "within what chance explains"),
        (-0.019, "within what chance explains"),
        (-0.021, "The factors do worse than the users' means"),
    ],
)
def test_a_difference_is_claimed_only_beyond_two_standard_errors(advantage: float, sentence: str) -> None:
    assert sentence in text(section(course.build(with_advantage(advantage)), "sec:factorization"))


def test_a_picture_without_neighbors_is_explained_without_a_correlation() -> None:
    results = sample_results()
    none = replace(results.images.original_correlation, horizontal=None, vertical=None)
    plain = replace(
        results, images=replace(results.images, original_correlation=none, sampled_correlation=none)
    )
    words = text(section(course.build(plain), "sec:sampling"))
    assert "undefined" in words
    assert "None" not in words


def test_what_a_figure_shows_is_said_in_numbers(report: doc.Report) -> None:
    drawn = {figure.id: figure.alt for figure in parts(report) if isinstance(figure, doc.Figure)}
    assert {"fig:gallery", "fig:components", "fig:kmeans-steps", "fig:em-steps", "fig:contours"} <= set(drawn)
    told = {name: alt for name, alt in drawn.items() if name not in IN_CHECKS}
    assert [name for name, alt in told.items() if not any(letter.isdigit() for letter in alt)] == []


def test_what_a_figure_says_follows_its_numbers() -> None:
    results = sample_results()
    study = replace(results.images, kmeans=replace(results.images.kmeans, distortion=4321.0))
    changed = course.build(replace(results, images=study))
    alt = next(f.alt for f in parts(changed) if isinstance(f, doc.Figure) and f.id == "fig:gallery")
    assert "4321 for 5" in alt


def test_the_story_of_a_problem_is_told_in_order(report: doc.Report) -> None:
    titles = [
        text(part.title) for part in section(report, "sec:moments").body if isinstance(part, doc.Section)
    ]
    order = ("What a full answer says", MEAN.title, "What it looks like", "Checked by simulation")
    assert [title for title in titles if title in order] == list(order)
    assert titles[-2:] == ["Common mistakes", "The hand-in, line by line"]


def test_the_report_renders_and_is_the_same_twice(report: doc.Report) -> None:
    assert html.render(report) == html.render(course.build(sample_results()))
