"""What `ksquared grade` writes: pages and data of each student, pages of the class, and exports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from algorithms.errors import InputError
from reports import feedback, html, markdown, output
from verification.grading.exporter import Exporter, Material, exporter_ids, load_exporter
from verification.grading.gradebook import Gradebook, Sandbox
from verification.grading.rubric import Answer
from verification.grading.submission import Submission


@dataclass(frozen=True)
class Target:
    """Where to write and what. out: the folder for everything. worksheet, assignment: see `Material`."""

    out: Path
    exporters: tuple[Exporter, ...]
    worksheet: Path | None
    assignment: str


def target(out: Path, exports: str, worksheet: Path | None, assignment: str) -> Target:
    """exports: ids with commas between. Raises InputError for an unknown one, and for an unfit worksheet."""
    chosen = dict.fromkeys(name.strip() for name in exports.split(",") if name.strip())
    loaded = tuple(map(load_exporter, chosen))
    if worksheet is not None:
        takers = [exporter for exporter in loaded if exporter.worksheet]
        if len(takers) != 1:
            known = [exporter for exporter in map(load_exporter, exporter_ids()) if exporter.worksheet]
            raise InputError(
                "--worksheet: expected one of "
                + ", ".join(f"--exports {exporter.id} ({exporter.worksheet})" for exporter in known)
                + f", got {len(takers)} of them; the file can be that of one platform only"
            )
        if not worksheet.is_file():
            raise InputError(f"--worksheet: there is no file {worksheet}; check the path")
        # A table that cannot be filled in is told now, not after hours of grading.
        nobody = Gradebook((), Sandbox("", ()), 0, "")
        for _ in takers[0].write(Material(nobody, lambda _: b"", (), worksheet, assignment)):
            pass
    return Target(out, loaded, worksheet, assignment)


def write(
    target: Target, book: Gradebook, submissions: Sequence[Submission], answered: Sequence[Answer]
) -> list[Path]:
    """Pages first, then what refers to them; the paths an instructor opens."""
    # Figures and the kernel of the proofs: loaded when there is time for it.
    from reports import feedback_class, review

    folder = target.out / "feedback"
    for student, submission in zip(book.students, submissions, strict=True):
        page = feedback.build(student, submission, book)
        files = {
            f"{student.id}.html": html.render(page),
            f"{student.id}.json": feedback.as_json(student, book),
            f"{student.id}.md": markdown.render(page),
        }
        output.write_together(folder, files)
    answers = review.render_all(answered, submissions, book)
    for answer in answers:
        output.write_together(target.out / "answers", {f"{answer.name}.html": answer.content})
    index = {"index.html": feedback_class.render(book, {answer.name: answer.written for answer in answers})}
    paths = [*output.write_together(target.out, index)]
    material = Material(
        book,
        lambda id: (folder / f"{id}.html").read_bytes(),
        tuple(submissions),
        target.worksheet,
        target.assignment,
    )
    for exporter in target.exporters:
        for name, content in exporter.write(material):
            path = target.out / name
            output.write_together(path.parent, {path.name: content})
            if path.parent == target.out:
                paths.append(path)
    return paths
