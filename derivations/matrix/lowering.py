"""From matrix notation to the kernel's terms."""

from __future__ import annotations

from derivations.kernel import terms
from derivations.matrix.base import COLUMN, ROW, Matrix, Scope
from derivations.matrix.symbols import Entry, Tensor


def lowered(x: Matrix, scope: Scope | None = None) -> terms.Expr:
    """The term for the entry of `x` at the free row and column indices i and j."""
    i = terms.index(ROW, x.rows) if x.rows != "1" else None
    j = terms.index(COLUMN, x.columns) if x.columns != "1" else None
    return x.lower(i, j, scope or Scope())


def tensors(x: Matrix) -> dict[str, Tensor]:
    """The tensors that occur in `x`, by name."""
    found = {x.tensor.name: x.tensor} if isinstance(x, Entry) else {}
    for part in x.parts():
        found |= tensors(part)
    return found
