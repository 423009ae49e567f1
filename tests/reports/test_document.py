"""The document tree and the authors' markup."""

from __future__ import annotations

import dataclasses

import pytest

from reports.document import Code, Derivation, Emph, Figure, Math, Ref, Strong, T, Table, Text


def test_markup_knows_formulas_code_emphasis_and_references() -> None:
    assert T("a $\\pi_{k}$, `f(x)`, **b**, *c d*: see @fig:mc-2.") == (
        Text("a "),
        Math("\\pi_{k}"),
        Text(", "),
        Code("f(x)"),
        Text(", "),
        Strong("b"),
        Text(", "),
        Emph("c d"),
        Text(": see "),
        Ref("fig:mc-2"),
        Text("."),
    )


def test_inserted_text_is_never_parsed() -> None:
    assert T("by {who}.", who="$x$ **b** @fig:a {who} `c`") == (Text("by $x$ **b** @fig:a {who} `c`."),)


def test_a_backslash_prints_the_mark_itself() -> None:
    assert T(r"costs 5\$, \`, \{x\}, \@fig:a, 2\*3") == (Text("costs 5$, `, {x}, @fig:a, 2*3"),)


def test_a_product_with_spaces_is_not_emphasis() -> None:
    assert T("a * b * c") == (Text("a * b * c"),)


def test_long_inserts_are_cut_and_say_so() -> None:
    (text,) = T("{x}", x="A" * 10_000)
    assert isinstance(text, Text)
    assert text.text == "A" * 1000 + " … [9000 more characters]"


@pytest.mark.parametrize(
    ("source", "inserts", "complaint"),
    [
        ("a $x", {}, "without its partner"),
        ("a ` b", {}, "without its partner"),
        ("{who}", {}, "no value for {who}"),
        ("nobody", {"who": "x"}, "are not used"),
    ],
)
def test_mistakes_in_markup_are_refused(source: str, inserts: dict[str, str], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        T(source, **inserts)


def test_a_table_row_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match="row 2 of table 'tab:a' has 1 cells; the header has 2"):
        Table((), (T("a"), T("b")), ((T("1"), T("2")), (T("3"),)), "tab:a")


def test_an_unknown_alignment_is_refused() -> None:
    with pytest.raises(ValueError, match="expected 2 letters of l, c, r, x"):
        Table((), (T("a"), T("b")), (), "tab:a", align="lq")


def test_a_figure_without_alt_text_is_refused() -> None:
    with pytest.raises(ValueError, match="no alt text"):
        Figure(b"", "image/png", " ", (), "fig:a")


def test_a_derivation_without_steps_is_refused() -> None:
    with pytest.raises(ValueError, match="has no steps"):
        Derivation("x", (), "der:a")


def test_documents_are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Text("a").text = "b"  # type: ignore[misc]
