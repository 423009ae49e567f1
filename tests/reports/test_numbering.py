"""The numbering pass that both renderers share."""

from __future__ import annotations

import pytest

from reports.document import (
    Block,
    Callout,
    Derivation,
    Equation,
    Figure,
    Listing,
    Prose,
    Report,
    Section,
    Step,
    T,
    Table,
)
from reports.numbering import resolve


def report(*blocks: Block) -> Report:
    return Report("Title", "Subtitle", "Author", blocks)


def section(*blocks: Block, id: str = "") -> Section:
    return Section(T("Part"), blocks, id)


def figure(id: str = "") -> Figure:
    return Figure(b"<svg/>", "image/svg+xml", "a picture", T("Picture"), id)


def test_sections_are_numbered_by_depth() -> None:
    numbered = resolve(
        report(section(section(id="sec:a"), section(section(id="sec:b"))), section(id="sec:c"))
    )
    assert [(entry.number, entry.depth) for entry in numbered.contents] == [
        ("1", 0),
        ("1.1", 1),
        ("1.2", 1),
        ("1.2.1", 2),
        ("2", 0),
    ]
    assert str(numbered.labels["sec:b"]) == "Section 1.2.1"


def test_each_kind_has_its_own_count_across_sections() -> None:
    blocks = (figure("fig:a"), Table((), (T("x"),), (), "tab:a"), figure("fig:b"))
    step = Derivation("x", (Step("=", "y"),), "der:a")
    numbered = resolve(report(section(*blocks), section(step, figure("fig:c"), Listing("code", id="lst:a"))))
    labels = {id: str(label) for id, label in numbered.labels.items() if ":" in id}
    assert labels == {
        "fig:a": "Figure 1",
        "tab:a": "Table 1",
        "fig:b": "Figure 2",
        "der:a": "Derivation 1",
        "fig:c": "Figure 3",
        "lst:a": "Listing 1",
    }


def test_equations_are_numbered_only_with_an_id_and_also_inside_callouts() -> None:
    callout = Callout("info", T("Note"), (Equation("x"), Equation("y", "eq:y")))
    numbered = resolve(report(Equation("a"), callout, Equation("b", "eq:b")))
    assert {id: label.number for id, label in numbered.labels.items()} == {"eq:y": "1", "eq:b": "2"}


def test_blocks_without_an_id_get_one_made_from_their_number() -> None:
    numbered = resolve(report(section(figure(), figure())))
    assert sorted(numbered.labels) == ["figure-1", "figure-2", "section-1"]


def test_citations_are_listed_by_section_without_the_home_section() -> None:
    cite = Prose(T("see @fig:a"))
    numbered = resolve(
        report(
            section(figure("fig:a"), cite, id="sec:a"),
            section(cite, cite, id="sec:b"),
            section(cite, id="sec:c"),
        )
    )
    assert numbered.cited_in["fig:a"] == ("sec:b", "sec:c")


@pytest.mark.parametrize(
    "block",
    [
        Prose(T("see @fig:none")),
        Callout("info", T("see @fig:none")),
        Table(T("see @fig:none"), (T("a"),), ()),
        Table((), (T("a"),), ((T("@fig:none"),),)),
        Derivation("x", (Step("=", "y", T("by @fig:none")),)),
        Derivation("x", (Step("=", "y", cites=T("@fig:none")),)),
        Section(T("@fig:none"), ()),
    ],
    ids=["prose", "callout", "caption", "cell", "reason", "cites", "heading"],
)
def test_a_reference_to_nothing_is_refused_wherever_it_stands(block: Block) -> None:
    with pytest.raises(ValueError, match="unknown id 'fig:none'"):
        resolve(report(block))


def test_an_id_used_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="'x:a' is used twice: Equation 1 and Figure 1"):
        resolve(report(section(Equation("x", "x:a")), section(figure("x:a"))))


def test_an_id_that_could_leave_its_attribute_is_refused() -> None:
    with pytest.raises(ValueError, match="expected a letter"):
        resolve(report(Equation("x", 'eq:a" onclick="x')))


def test_a_section_inside_a_callout_is_refused() -> None:
    with pytest.raises(ValueError, match="inside a callout"):
        resolve(report(Callout("info", T("Note"), (section(),))))
