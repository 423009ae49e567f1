"""The rubric of an exercise, as `ksquared grade --rubric` reads it: the points of its tasks and answers."""

from __future__ import annotations

import json

from reports.notebooks.exercise import Exercise, Part
from verification.grading.criteria_catalog import criterion_ids


def rubric_text(exercise: Exercise) -> str:
    """A TOML file. Functions that the exercise gives are looked at, if someone broke them, for no points.

    Answers in words have no verdict of a program: each is laid beside the reference for whoever reads it.
    """
    written = "".join(f"\n[functions.{task.name}]\npoints = {task.points:g}\n" for task in exercise.tasks)
    given = [name for name in exercise.given if name in criterion_ids()]
    broken = "".join(f"\n[functions.{name}]\npoints = 0\n" for name in given)
    by_hand = "".join(map(_answer, exercise.answers))
    return (
        f"# {exercise.title}\n"
        "# Points of the functions. What else can be set: ksquared grade --init-rubric\n"
        "schema = 1\n"
        f"{written}"
        + (f"\n# Given by the exercise, and looked at in case someone broke it.\n{broken}" if given else "")
        + (f"\n# For a human to judge, laid beside the reference.\n{by_hand}" if by_hand else "")
    )


def _answer(answer: Part) -> str:
    # JSON's strings and lists of strings are TOML's; a literal text keeps the backslashes of formulas.
    return (
        f"\n[answers.{answer.name}]\n"
        f"points = {answer.points:g}\n"
        f"starts = {json.dumps([answer.question])}\n"
        f"theorems = {json.dumps(answer.theorems)}\n"
        f"text = '''\n{answer.text}\n'''\n"
    )
