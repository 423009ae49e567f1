"""The end of `ksquared report` in the terminal: the verdict at one look, and where the files are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.table import Table
from rich.text import Text

from reports.results import Results
from reports.terminal import output
from reports.visible import visible


def show(results: Results, paths: Sequence[Path]) -> None:
    """Print the counts, the main numbers and the files."""
    factorization, pictures = results.factorization, results.images
    table = Table.grid(padding=(0, 2))
    for name, good, all_, word in (
        ("Theorems", results.n_proved, len(results.theorems), "proved"),
        ("False claims", results.n_refuted, len(results.refutations), "refuted"),
        ("Checks", results.n_passed, len(results.checks), "passed"),
        ("Wrong answers", results.n_rejected, results.n_controls, "rejected"),
    ):
        mark = "[green]✓[/]" if good == all_ else "[bold red]✗[/]"
        table.add_row(mark, name, f"{good} of {all_} {word}")
    table.add_row(
        "",
        "Factorization",
        f"test RMSE {factorization.factorization.rmse:.3f} (user means {factorization.user_mean.rmse:.3f}, "
        f"{results.ratings.item} means {factorization.item_mean.rmse:.3f})",
    )
    table.add_row(
        "",
        "Compression",
        f"distortion {pictures.kmeans.distortion:.1f} by k-means, {pictures.em.distortion:.1f} by EM",
    )
    for note in pictures.image.notes:
        table.add_row("", "Picture", Text(visible(note)))
    console = output()
    console.print()
    console.print(table)
    console.print()
    for path in paths:
        # Not through rich: it would wrap or color the path, which people copy.
        print(f"  {visible(str(path))}")
