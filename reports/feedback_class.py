"""The page of a class for its instructor: who needs a look, all grades, their spread, frequent mistakes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from reports import document as doc
from reports import html
from reports.document import T
from reports.feedback import points, words
from reports.figures.style import svg
from verification.grading.gradebook import Gradebook, StudentGrade
from verification.grading.submission import printable

MOST_BARS = 12
MOST_EXAMPLES = 3


def render(book: Gradebook, answers: Mapping[str, int] | None = None) -> bytes:
    """The index of a class as HTML, its tables sorted by a click. answers: see `build`."""
    return html.render(build(book, answers), html.text_of("class.js"))


def build(book: Gradebook, answers: Mapping[str, int] | None = None) -> doc.Report:
    """The index of a class. answers: how many wrote on each answer in words, by the name of its page."""
    students = book.students
    done = [student.points for student in students if student.points is not None]
    waiting = len(students) - len(done)
    body = (
        _anomalies(book),
        _grades(book),
        *_spread(book, done),
        *_mistakes(book),
        *_answers(answers or {}, len(students)),
        _made(book),
    )
    return doc.Report(
        title="The class",
        subtitle="Grades and what to look at",
        author="ksquared",
        body=body,
        meta=(
            ("Version", book.version),
            ("Seed", str(book.seed)),
            ("Sandbox", f"level {book.sandbox.level}"),
        ),
        summary=doc.Summary(
            "undecided" if waiting else "pass",
            T("{done} of {all} hand-ins are graded", done=len(done), all=len(students)),
            (
                doc.Tally(points(float(np.median(done)) if done else None), "points in the median", "info"),
                doc.Tally(str(waiting), "wait for a human", "undecided" if waiting else "pass"),
            ),
        ),
    )


def _anomalies(book: Gradebook) -> doc.Section:
    """A line for each hand-in that someone should look at, those first that meddled with the grader."""
    odd = [(student, reasons) for student in book.students if (reasons := tuple(_reasons(student)))]
    odd.sort(key=lambda one: not one[0].has("tampering"))
    items = [
        (
            _link(student.id),
            doc.Text(": " if student.name == student.id else f", {student.name[:100]}: "),
            *words("; ".join(reasons)),
        )
        for student, reasons in odd
    ]
    items += [words(note[:300]) for note in book.notes]
    body: doc.Block = doc.Bullets(tuple(items)) if items else doc.Prose(T("Nothing out of the ordinary."))
    return doc.Section(T("Look at these first"), (body,), id="sec:anomalies")


def _reasons(student: StudentGrade) -> Iterator[str]:
    """Why someone should look at this hand-in."""
    for grade in student.functions:
        if grade.status == "tampering":
            yield f"`{grade.function}` meddles with the grader: " + "; ".join(
                defect.message for defect in grade.defects if defect.code == "tampering"
            )
    # One line for all functions that have the same story.
    without = {grade.notes[-1:] or (grade.status,): grade.status for grade in student.open}
    for (why, *_), status in without.items():
        yield f"{status}: {why}"
    yield from student.notes


def _grades(book: Gradebook) -> doc.Section:
    def rank(student: StudentGrade) -> tuple[bool, float, str]:
        return student.points is not None, student.points_so_far, student.id

    rows = tuple(
        (
            (_link(student.id),),
            (doc.Text(student.name[:100]),),
            T("{points}", points=points(student.points)),
            (_badge(student),),
        )
        for student in sorted(book.students, key=rank)
    )
    most = points(book.students[0].max_points) if book.students else "0"
    table = doc.Table(
        T("All hand-ins, the fewest points first, out of {most}; a dash: no verdict yet.", most=most),
        (T("Hand-in"), T("Name"), T("Points"), T("Functions")),
        rows,
        id="tab:grades",
        align="lxrl",
    )
    return doc.Section(T("Grades"), (table,), id="sec:grades")


def _badge(student: StudentGrade) -> doc.Badge:
    right = sum(grade.status == "correct" for grade in student.functions)
    word = f"{right} of {len(student.functions)} correct"
    if student.open:
        return doc.Badge("undecided", f"{word}, {len(student.open)} open")
    return doc.Badge("pass" if right == len(student.functions) else "fail", word)


def _spread(book: Gradebook, done: list[float]) -> tuple[doc.Section, ...]:
    most = max((student.max_points for student in book.students), default=0.0)
    if not done or most <= 0:
        return ()
    counts, edges = np.histogram(done, bins=MOST_BARS, range=(0.0, most))

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        axes.bar(edges[:-1], counts, width=np.diff(edges) * 0.92, align="edge")
        axes.set(xlabel="points", ylabel="hand-ins", xlim=(0, most))
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(visible=False, axis="x")

    told = ", ".join(
        f"{count} from {low:.3g} to {high:.3g}"
        for count, low, high in zip(counts, edges[:-1], edges[1:], strict=True)
        if count
    )
    picture = doc.Figure(
        svg(draw, width=6.0, height=2.4, key="points"),
        "image/svg+xml",
        f"Histogram of points: {told}.",
        T("How the points of the graded hand-ins spread."),
        id="fig:points",
        width=0.8,
    )
    return (doc.Section(T("Points"), (picture,), id="sec:points"),)


def _mistakes(book: Gradebook) -> tuple[doc.Section, ...]:
    made: dict[tuple[str, str], list[str]] = {}
    said: dict[tuple[str, str], Counter[str]] = {}
    for student in book.students:
        for grade in student.functions:
            for defect in grade.defects:
                key = (grade.function, defect.code)
                made.setdefault(key, []).append(student.id)
                said.setdefault(key, Counter())[defect.message] += 1
    if not made:
        return ()
    frequent = sorted(made, key=lambda key: (-len(made[key]), key))
    rows = tuple(
        (
            T("{n} of {all}", n=len(made[key]), all=len(book.students)),
            (doc.Code(key[0]),),
            (doc.Code(key[1]),),
            words(printable(said[key].most_common(1)[0][0], 300)),
            _examples(made[key]),
        )
        for key in frequent
    )
    table = doc.Table(
        T("Mistakes, the most frequent first, with hand-ins that show them."),
        (T("Made by"), T("Function"), T("Mistake"), T("What is said"), T("For example")),
        rows,
        id="tab:mistakes",
        align="rllxl",
    )
    return (doc.Section(T("Frequent mistakes"), (table,), id="sec:mistakes"),)


def _examples(students: Sequence[str]) -> doc.Inlines:
    """Links to a few pages that show a mistake."""
    inlines: list[doc.Inline] = []
    for student in students[:MOST_EXAMPLES]:
        inlines += [doc.Text(", "), _link(student)] if inlines else [_link(student)]
    return (*inlines, doc.Text(", ...")) if len(students) > MOST_EXAMPLES else tuple(inlines)


def _link(student: str) -> doc.Link:
    """To the feedback of a student, by id."""
    return doc.Link(f"feedback/{student}.html", student)


def _answers(answers: Mapping[str, int], students: int) -> tuple[doc.Section, ...]:
    """Links to the pages where answers in words are read."""
    if not answers:
        return ()
    said = doc.Prose(
        T("Derivations and explanations are not judged here. Each page lays them beside the reference.")
    )
    items = tuple(
        (doc.Link(f"answers/{name}.html", name), doc.Text(f": written by {written} of {students}"))
        for name, written in answers.items()
    )
    return (doc.Section(T("To be read by a human"), (said, doc.Bullets(items)), id="sec:answers"),)


def _made(book: Gradebook) -> doc.Section:
    text = T(
        "Every function ran apart from the grader, in a sandbox of level {level}, on random inputs of seed "
        "{seed}. The same seed gives the same verdicts. A hand-in without a verdict has no points, not zero.",
        level=book.sandbox,
        seed=book.seed,
    )
    return doc.Section(T("How this was judged"), (doc.Prose(text),), id="sec:made")
