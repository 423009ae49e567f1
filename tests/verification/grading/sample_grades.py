"""A class of three for exports and pages: one right, one wrong and hostile, one without a verdict."""

from __future__ import annotations

from verification.grading.findings import Defect, Evidence, FunctionGrade
from verification.grading.gradebook import Gradebook, Sandbox, StudentGrade
from verification.grading.submission import Cell, Place, SourceFile, Submission

HOSTILE = "=cmd()<script>alert(1)</script>\x1b[31m‮\ud800`$x$`"
SOURCE = "import numpy as np\n\n\ndef kmeans(X, k):\n    return '<script>alert(2)</script>'\n"
PLACE = Place("hand_in.py", None, 5)
MEAN = FunctionGrade("shift_user_mean", "correct", 5.0, 5.0, defined_as="shift_user_mean")
WRONG = FunctionGrade(
    "kmeans",
    "wrong",
    0.0,
    10.0,
    (
        Defect(
            "missing-axis",
            "major",
            f"The mean is one number: {HOSTILE}",
            Evidence((("X", "[[0, 1],\n [2, 3]]"), ("k", "1")), "[1, 2]", HOSTILE, "Centers are means."),
            (PLACE, PLACE),
        ),
    ),
    (HOSTILE,),
    "kmeans",
    "kmeans",
    3,
)
FAILED = FunctionGrade(
    "kmeans", "grader-error", 0.0, 10.0, notes=("the grader failed: ZeroDivisionError: x",)
)

RIGHT_STUDENT = StudentGrade(
    "anna",
    "Anna",
    "Anna_11_assignsubmission_file",
    (),
    (MEAN, FunctionGrade("kmeans", "correct", 10.0, 10.0)),
    "11",
)
WRONG_STUDENT = StudentGrade("eve", HOSTILE, "Eve_12_assignsubmission_file", (HOSTILE,), (MEAN, WRONG), "12")
OPEN_STUDENT = StudentGrade("olga", "Olga", "Olga_13_assignsubmission_file", (), (MEAN, FAILED), "13")

BOOK = Gradebook(
    (RIGHT_STUDENT, WRONG_STUDENT, OPEN_STUDENT),
    Sandbox("B", ("Landlock", "seccomp")),
    7,
    "1.2.3",
    (HOSTILE,),
)
SUBMISSION = Submission("eve", HOSTILE, (SourceFile("hand_in.py", "script", (Cell(None, "code", SOURCE),)),))
