"""Indices of matrix entries in other forms than the exercise tells.

Whoever wrote more of the notebook than was asked for, or last year's, has the indices as two arrays, as one
array of two rows or columns, or as a list of pairs. A function that works with these is right, but for a
minor defect.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from verification.grading.adapter import Form
from verification.grading.findings import Defect
from verification.grading.submission import Extracted


@dataclass(frozen=True)
class IndexForm:
    """changes: by name of argument, what makes the other form of it. words: the form, by name of argument."""

    changes: Mapping[str, Form] = field(default_factory=dict)
    words: tuple[str, ...] = ()

    @property
    def note(self) -> str:
        """What was changed, one line."""
        return f"run with {' and '.join(self.words)}"

    @property
    def defects(self) -> tuple[Defect, ...]:
        """The minor defect of a function that works with this form only."""
        message = f"The function works only with {' and '.join(self.words)}, not as documented."
        return (Defect("index-form", "minor", message),)


def _two_arrays(pairs: Any) -> Any:
    return tuple(np.ascontiguousarray(column) for column in np.asarray(pairs).T)


def _two_rows(arrays: Any) -> Any:
    return np.array(arrays)


def _two_columns(arrays: Any) -> Any:
    return np.array(arrays).T.copy()


def _list_of_pairs(arrays: Any) -> Any:
    return [tuple(pair) for pair in np.array(arrays).T.tolist()]


OBSERVED: dict[str, Form] = {"as two arrays": _two_arrays}
HELD_OUT: dict[str, Form] = {
    "as an array of two rows": _two_rows,
    "as a list of pairs": _list_of_pairs,
    "as an array of two columns": _two_columns,
}


def _forms(name: str, others: Mapping[str, Form]) -> tuple[IndexForm, ...]:
    return tuple(IndexForm({name: change}, (f"{name} {words}",)) for words, change in others.items())


_OF_TRAINING = (
    *_forms("non_zero_idx", OBSERVED),
    *_forms("val_idx", HELD_OUT),
    *(
        IndexForm({**one.changes, **other.changes}, (*one.words, *other.words))
        for one in _forms("non_zero_idx", OBSERVED)
        for other in _forms("val_idx", HELD_OUT)
    ),
)
FORMS: dict[str, tuple[IndexForm, ...]] = {
    "latent_factor_alternating_optimization": _OF_TRAINING,
    "latent_factor_gradient_descent": _OF_TRAINING,
    "loss": _forms("ixs", HELD_OUT),
}
"""By criterion, the forms to try."""


def pair_is_expected(extracted: Extracted, forms: tuple[IndexForm, ...]) -> tuple[IndexForm, ...]:
    """The forms for a function that takes `non_zero_idx` apart as if it were two arrays, without failing."""
    name = extracted.parameters[1] if len(extracted.parameters) > 1 else "non_zero_idx"
    source = "" if extracted.program is None else extracted.program.source
    if not re.search(rf"\b{re.escape(name)}\[[01]\]", source):
        return ()
    return tuple(form for form in forms if set(form.changes) == {"non_zero_idx"})
