"""Declared symbols: their slots, what is assumed of them, and how a random model draws them.

A declaration is data, so that a certificate can carry it. What it claims of a tensor (symmetric,
positive) is checked again on every model that is drawn.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import TYPE_CHECKING, ClassVar, Protocol

if TYPE_CHECKING:
    from derivations.kernel.evaluation import Model, Values


RESERVED = frozenset({"I", "HOLE", "u", "n"})
"""Names the kernel uses itself."""


class Law(Protocol):
    """How a model draws the values of a symbol; see `laws`."""

    random: ClassVar[bool]

    def needs(self) -> set[str]:
        """The symbols and sizes whose values it uses."""

    def draw(self, d: Declaration, model: Model, rng: Random) -> Values:
        """The values, by position."""


@dataclass(frozen=True)
class Declaration:
    """A scalar (no slots) or tensor: the size of each slot, and what is assumed of it."""

    name: str
    slots: tuple[str, ...]
    law: Law
    symmetric: bool = False
    """In its last two slots."""
    positive: bool = False
    nonnegative: bool = False

    @property
    def random(self) -> bool:
        """Whether expectations are taken over it."""
        return self.law.random

    @property
    def arbitrary(self) -> bool:
        """Whether nothing is assumed of it but its slots. A law is no assumption, hypotheses are."""
        return not (self.random or self.symmetric or self.positive or self.nonnegative)


@dataclass(frozen=True)
class Signature:
    """The sizes and symbols that the terms of one proof may use.

    `at_most` holds pairs of sizes (small, large) with small <= large in every model, `split` triples
    (whole, part, rest) with whole = part + rest.
    """

    sizes: frozenset[str]
    declarations: tuple[Declaration, ...]
    at_most: tuple[tuple[str, str], ...] = ()
    split: tuple[tuple[str, str, str], ...] = ()

    @cached_property
    def _by_name(self) -> dict[str, Declaration]:
        return {d.name: d for d in self.declarations}

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def __getitem__(self, name: str) -> Declaration:
        return self._by_name[name]

    def __iter__(self) -> Iterator[Declaration]:
        return iter(self.declarations)

    def satisfied_by(self, sizes: dict[str, int]) -> bool:
        """Whether sizes satisfy the constraints between them."""
        return all(sizes[a] <= sizes[b] for a, b in self.at_most) and all(
            sizes[whole] == sizes[part] + sizes[rest] for whole, part, rest in self.split
        )

    def check(self) -> None:
        """Raise ValueError unless names are unique identifiers, and slots and constraints name sizes."""
        names = [*self.sizes, *(d.name for d in self)]
        for name in names:
            if not (isinstance(name, str) and name.isidentifier()) or name in RESERVED:
                raise ValueError(f"{name!r} cannot name a symbol")
        if len(set(names)) != len(names):
            raise ValueError("two symbols of one name")
        mentioned = {s for t in (*self.at_most, *self.split) for s in t}
        if not mentioned.union(*(d.slots for d in self)) <= self.sizes:
            raise ValueError("a slot or a constraint names what is no size")
        for d in self:
            if d.symmetric and (len(d.slots) < 2 or d.slots[-1] != d.slots[-2]):
                raise ValueError(f"{d.name} cannot be symmetric")
            if d.random and (not d.slots or d.symmetric or d.positive or d.nonnegative):
                raise ValueError(f"{d.name} is random: it needs slots, and no other property")
