"""The rubric of an exercise, as `ksquared grade --rubric` reads it: the points of its tasks."""

from __future__ import annotations

from reports.notebooks.exercise import Exercise
from verification.grading.criteria_catalog import criterion_ids


def rubric_text(exercise: Exercise) -> str:
    """A TOML file. Functions that the exercise gives are looked at, if someone broke them, for no points.

    Answers in words have no verdict of a program; they are listed with their points for whoever reads them.
    """
    written = "".join(f"\n[functions.{task.name}]\npoints = {task.points:g}\n" for task in exercise.tasks)
    given = [name for name in exercise.given if name in criterion_ids()]
    broken = "".join(f"\n[functions.{name}]\npoints = 0\n" for name in given)
    by_hand = "".join(f"#   {answer.name}: {answer.points:g}\n" for answer in exercise.answers)
    return (
        f"# {exercise.title}\n"
        "# Points of the functions. What else can be set: ksquared grade --init-rubric\n"
        "schema = 1\n"
        f"{written}"
        + (f"\n# Given by the exercise, and looked at in case someone broke it.\n{broken}" if given else "")
        + (f"\n# For a human to judge, with these points:\n{by_hand}" if by_hand else "")
    )
