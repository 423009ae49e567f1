"""The command `ksquared`.

Exit status: 0 all holds; 1 something was found wrong, each thing named in one line on standard error; 2 the
input or the call is bad, one line says what was expected, what came and what to do; 130 interrupted.

Every command imports what it needs when it runs, so that `--help` and a mistyped option answer at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import typer

from algorithms.errors import InputError
from reports import grade_command, notebooks_command, ratings_command

UsageError: type[typer.BadParameter] = typer.BadParameter.__mro__[
    1
]  # the base of all bad calls; typer itself does not export it

OK, WRONG, BAD_CALL, INTERRUPTED = 0, 1, 2, 130

app = typer.Typer(
    name="ksquared",
    help="Proves, computes, checks and writes up a machine-learning homework: "
    "mixtures of Gaussians, EM, k-means, matrix factorization.\n\nStart with: ksquared report",
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Seed = Annotated[
    int, typer.Option(min=0, help="Seed of all random numbers; the same seed gives the same report.")
]
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="No progress and no summary; complaints still come.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the results as JSON instead of a table.")]


@app.callback(invoke_without_command=True)
def about(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    if version:
        from reports.environment import version as own_version

        typer.echo(f"ksquared {own_version()}")
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command()
def report(
    out: Annotated[Path, typer.Option(help="Folder for the report; made if it is missing.")] = Path("report"),
    ratings: Annotated[
        Path | None,
        typer.Option(
            help="Your ratings: a CSV with a header, a .npy of (user, item, rating) rows, or MovieLens's "
            "u.data. Without it: 1,161 real restaurant ratings."
        ),
    ] = None,
    image: Annotated[
        Path | None,
        typer.Option(help="Your picture (JPEG, PNG, ...). Without it: the photograph of a flower."),
    ] = None,
    cold_start: Annotated[
        int, typer.Option(min=0, help="Drop users and items with this many ratings or fewer.")
    ] = 4,
    formats: Annotated[str, typer.Option(help="What to write, separated by commas.")] = "html,pdf,json",
    only: Annotated[
        str | None,
        typer.Option(
            help="One part alone: problem-2, problem-3, problem-4, factorization or compression. "
            "Runs what that part needs and writes files named after it."
        ),
    ] = None,
    compare: Annotated[
        Path | None,
        typer.Option(help="An older results.json: say what moved since, in a section of its own."),
    ] = None,
    seed: Seed = 0,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> int:
    """Write the whole homework: proofs, computations, checks.

    Proves every theorem, refutes the false claims, factorizes the ratings, compresses and samples a picture,
    checks the formulas by simulation, and writes report.html, report.pdf and results.json. Takes under a
    minute.
    """
    from reports import pipeline, report_view

    settings = pipeline.Settings(seed=seed, ratings=ratings, image=image, cold_start=cold_start)
    asked = report_view.Asked(settings, pipeline.parse_formats(formats), out, quiet=quiet, as_json=as_json)
    if only is None:
        return _status(report_view.whole(asked, compare))
    if compare is not None:
        raise InputError("report: expected --compare with a whole report, got --only as well; leave one out")
    return _status(report_view.part(asked, only))


@app.command()
def prove(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[THEOREM]...", help="Theorems or false claims by name; none: a list of all."),
    ] = None,
    axioms: Annotated[
        bool, typer.Option("--axioms", help="List the axioms, each with the theorems that rest on it.")
    ] = False,
    written_as: Annotated[
        Literal["text", "latex", "markdown", "html", "pdf", "json"],
        typer.Option("--format", help="latex, markdown, html and pdf are whole documents."),
    ] = "text",
    out: Annotated[
        Path | None, typer.Option(help="Write to this file instead of standard output.", dir_okay=False)
    ] = None,
    replay: Annotated[
        Path | None,
        typer.Option(help="Check the certificates in this JSON file step by step, trusting nothing else."),
    ] = None,
    certificates: Annotated[
        Path | None, typer.Option(help="Write the proofs, step by step, to this JSON file for --replay.")
    ] = None,
    quiet: Quiet = False,
    as_json: Annotated[bool, typer.Option("--json", help="Short for --format json.")] = False,
) -> int:
    """Prove theorems and print their derivations.

    Each line of a derivation comes with its reason and is checked twice: by the normal form of the kernel and
    on random models. False claims are refuted by their smallest counterexample.
    """
    chosen = "json" if as_json else written_as
    if replay is not None:
        from reports import replay_view

        if names or certificates or axioms or out or written_as != "text":
            raise InputError("prove: expected --replay FILE alone, got more; call it twice")
        return _status(replay_view.replay(replay, quiet=quiet, as_json=as_json))
    from reports import proof_view

    if axioms:
        if names or certificates or chosen not in ("text", "json"):
            raise InputError(
                "prove: expected --axioms alone or with --json and --out, got more; call it twice"
            )
        return _status(proof_view.axioms(out=out, as_json=chosen == "json", quiet=quiet))
    return _status(proof_view.prove(names or [], certificates, written_as=chosen, out=out, quiet=quiet))


@app.command()
def verify(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[CHECK]...", help="Checks by name; none: all of them.")
    ] = None,
    level: Annotated[
        Literal["quick", "full"], typer.Option(help="quick: seconds; full: notices errors of 1 %.")
    ] = "quick",
    designs: Annotated[
        bool,
        typer.Option("--designs", help="Also check a catalogue of mixtures: any K, D, singular, ..."),
    ] = False,
    seed: Seed = 0,
    jobs: Annotated[int, typer.Option(help="Processes that draw; the numbers do not depend on it.")] = 1,
    scheduler: Annotated[
        str | None, typer.Option(help="Address of a Dask scheduler whose workers draw; needs the extra dask.")
    ] = None,
    resume: Annotated[
        Path | None,
        typer.Option(help="Record of the run: written as it goes, and gone on from if it is there."),
    ] = None,
    budget: Annotated[
        int | None, typer.Option(help="Samples a check may draw; without it 50 million.")
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(
            help="Also write a report to this file, as its ending says: .html, .pdf, .md, .tex.",
            dir_okay=False,
        ),
    ] = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> int:
    """Check closed forms by simulation, each with wrong answers it must reject.

    A check states its false-alarm rate alpha, the error delta it notices and the chance beta to miss it; it
    draws samples until it can decide.
    """
    from reports import check_view
    from verification import catalog
    from verification.run import level_named
    from verification.session import Request

    strictness = level_named(level)
    if budget is not None:
        strictness = replace(strictness, budget=budget)
    chosen = [*(names or ()), *(catalog.design_ids() if designs else ())]
    if designs and not names:
        chosen = [*catalog.check_ids(), *chosen]
    request = Request(strictness, seed, jobs, scheduler, resume)
    return _status(check_view.verify(chosen, request, report, quiet=quiet, as_json=as_json))


app.command()(grade_command.grade)
app.command()(notebooks_command.notebooks)
app.command()(ratings_command.ratings)


@app.command()
def doctor(as_json: AsJson = False) -> int:
    """Say what works on this machine: versions, cores, threads, fonts, renderers."""
    from reports import doctor as examination

    return _status(examination.examine(as_json=as_json))


def _status(findings: Sequence[str]) -> int:
    """Name what was found wrong, one line each."""
    from reports.terminal import complain

    for finding in findings:
        complain(finding)
    return WRONG if findings else OK


def run(arguments: Sequence[str]) -> int:
    """Run the command and return its exit status; no exception that a user can cause leaves here."""
    from reports.terminal import complain

    try:
        status = app(args=list(arguments), prog_name="ksquared", standalone_mode=False) or OK
        sys.stdout.flush()
    except InputError as error:
        complain(str(error))
        return BAD_CALL
    except UsageError as error:
        complain(f"{error.format_message()} See: ksquared --help")
        return BAD_CALL
    except (KeyboardInterrupt, typer.Abort):
        status = INTERRUPTED
    except BrokenPipeError:
        # The reader of our output (head, less) has seen enough. Nothing may be flushed to it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    if status == INTERRUPTED:  # some versions of typer turn Ctrl-C into this status themselves
        complain("interrupted; no result was written")
    return int(status)


def main() -> None:
    """The console script."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
