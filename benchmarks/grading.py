"""Throughput of `ksquared grade`: a class of correct hand-ins through every step, as the command does it.

python benchmarks/grading.py [students] [jobs]

Each hand-in holds every function of the exercise, in the fastest program of the tests that is right, and
differs from the others by a comment, so that no step can be saved.
"""

from __future__ import annotations

import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from verification.grading.rubric_texts import default_rubric

PROGRAMS = Path(__file__).parents[1] / "tests/verification/grading/programs"
FASTEST = {
    "latent_factor_alternating_optimization": "normal equations",
    "kmeans": "cdist",
    "em": "second moments",
    "gmm_sample": "inverse of the cumulative sum",
    "initialize_Q_P": "dense svd",
}


def source(criterion: str) -> str:
    """The program chosen for a criterion, with the imports at the top of its file."""
    head, *sections = (PROGRAMS / f"{criterion}_correct.py").read_text().split("# %% ")
    wanted = FASTEST.get(criterion, "")
    _, body = next(s for s in sections if s.startswith(wanted)).split("\n", 1)
    return f"{head}\n{body}"


def write_class(folder: Path, students: int) -> None:
    """A folder a student, a script a function."""
    sources = {task.criterion: source(task.criterion) for task in default_rubric().tasks}
    for number in range(students):
        own = folder / f"student{number:04}"
        own.mkdir(parents=True)
        for criterion, text in sources.items():
            (own / f"{criterion}.py").write_text(f"# Handed in by {number}.\n{text}")


def run(students: int, jobs: int) -> None:
    """Grades a class of that size in a process of its own and prints what it took."""
    with tempfile.TemporaryDirectory() as name:
        write_class(Path(name, "class"), students)
        command = [sys.executable, "-m", "reports.cli", "grade", str(Path(name, "class"))]
        options = ["--out", str(Path(name, "out")), "--jobs", str(jobs), "--seed", "1"]
        began = time.perf_counter()
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        process = subprocess.Popen([*command, *options], **pipes)
        ready = 0.0
        for line in process.stderr:
            if line.startswith("grading "):
                ready = time.perf_counter() - began
                break
        journal = Path(name, "out", "journal.jsonl")
        graded = 0.0
        while process.poll() is None:
            if not graded and journal.exists() and journal.read_bytes().count(b"\n") > students:
                graded = time.perf_counter() - began
            time.sleep(0.05)
        whole = time.perf_counter() - began
        said = process.stdout.read()
    found = re.search(r"functions: (.*)", said)
    if process.returncode != 0 or found is None:
        sys.exit(f"grading failed: {said}")
    print(f"{students} students, {jobs} jobs: {found[1]}")
    print(f"  start-up {ready:.1f} s; graded {60 * students / (graded - ready):.0f} a minute")
    print(f"  pages and exports {whole - graded:.1f} s; in all {whole:.1f} s")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"  highest use of memory by any process so far {peak:.0f} MiB")


if __name__ == "__main__":
    run(*(int(argument) for argument in [*sys.argv[1:], "50", "2"][:2]))
