"""Declared symbols: their slots, what is assumed of them, and how a random model draws them.

A declaration is data, so that a certificate can carry it. What it claims of a tensor (symmetric,
positive) is checked again on every model that is drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Free:
    """Drawn at random among small rationals; matrices are sometimes made rank deficient."""


@dataclass(frozen=True)
class Simplex:
    """Positive weights over the last slot that sum to one."""


@dataclass(frozen=True)
class StandardNormal:
    """Random: independent standard normal entries, independent of all other random tensors."""


@dataclass(frozen=True)
class Defined:
    """The entry at `indices` is the value of `term`."""

    indices: tuple[Any, ...]
    term: Any


@dataclass(frozen=True)
class PseudoInverse:
    """The Moore-Penrose inverse of the matrix `of`."""

    of: str


@dataclass(frozen=True)
class Inverse:
    """The inverse of the square matrix whose entry at `indices` is `term`; singular draws are redrawn."""

    indices: tuple[Any, Any]
    term: Any


Law = Free | Simplex | StandardNormal | Defined | PseudoInverse | Inverse


@dataclass(frozen=True)
class Declaration:
    """A scalar (no slots) or tensor: the size of each slot, and what is assumed of it."""

    name: str
    slots: tuple[str, ...] = ()
    law: Law = Free()
    symmetric: bool = False
    """In its last two slots."""
    positive: bool = False

    @property
    def random(self) -> bool:
        """Whether expectations are taken over it."""
        return isinstance(self.law, StandardNormal)


@dataclass(frozen=True)
class Signature:
    """The sizes and symbols that the terms of one proof may use.

    `at_most` holds pairs of sizes (small, large) with small <= large in every model.
    """

    sizes: frozenset[str]
    declarations: tuple[Declaration, ...]
    at_most: tuple[tuple[str, str], ...] = ()

    def __contains__(self, name: str) -> bool:
        return any(d.name == name for d in self.declarations)

    def __getitem__(self, name: str) -> Declaration:
        for d in self.declarations:
            if d.name == name:
                return d
        raise KeyError(name)

    def __iter__(self) -> Iterator[Declaration]:
        return iter(self.declarations)

    def merged(self, others: Iterable[Signature]) -> Signature:
        """All declarations of this and the other signatures; raises ValueError if two disagree."""
        sizes, at_most = set(self.sizes), list(self.at_most)
        declared = {d.name: d for d in self}
        for other in others:
            sizes |= other.sizes
            at_most += [pair for pair in other.at_most if pair not in at_most]
            for d in other:
                if declared.setdefault(d.name, d) != d:
                    raise ValueError(f"{d.name} is declared in two ways")
        return Signature(frozenset(sizes), tuple(declared.values()), tuple(at_most))
