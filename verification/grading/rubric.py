"""The rubric: which functions count, how much, and how a course's own names and layouts map to the criteria.

A TOML file; `INITIAL_TEXT` is a commented one that says what holds without any. Every key is explained there.
"""

from __future__ import annotations

import pkgutil
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from algorithms.errors import InputError
from derivations import theorems
from verification.grading.criteria_catalog import criterion_ids, load_criterion
from verification.grading.criterion import Parameter
from verification.grading.requirements import check_requirement

RubricSeverity = Literal["major", "minor", "ignore"]
LONGEST_TIMEOUT = 3600.0


@dataclass(frozen=True)
class Task:
    """One function that is graded.

    name: as the course calls it. criterion: who judges it. names: other names it may have in a submission.
    arguments, returns: the criterion's names in the course's order; empty means the criterion's own.
    layouts: axes in the course's order, by name. timeout: seconds for each call.
    """

    name: str
    criterion: str
    points: float
    names: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    returns: tuple[str, ...] = ()
    layouts: Mapping[str, str] = field(default_factory=dict)
    timeout: float = 20.0


@dataclass(frozen=True)
class Answer:
    """A derivation or an explanation in words, for a human to judge.

    starts: words that a line begins with where the answer stands in a hand-in. theorems: ids of what is to be
    derived, laid beside it with the false claims that go with them. text: what a good answer says. points: at
    most so many, 0 if that is nobody's business here; they count in no score of this suite.
    """

    name: str
    starts: tuple[str, ...]
    theorems: tuple[str, ...] = ()
    text: str = ""
    points: float = 0.0


@dataclass(frozen=True)
class Rubric:
    """All tasks and answers, in the order of the file.

    minor: share of the points that each minor defect costs. repaired: share that remains if the function is
    right after an obvious repair. severities: by code of a defect. requires: versions of Python and libraries
    that submissions were written for, by name; empty for any.
    """

    tasks: tuple[Task, ...]
    minor: float = 0.1
    repaired: float = 0.5
    severities: Mapping[str, RubricSeverity] = field(default_factory=dict)
    requires: Mapping[str, str] = field(default_factory=dict)
    answers: tuple[Answer, ...] = ()

    @property
    def max_points(self) -> float:
        """The sum over all tasks."""
        return sum(task.points for task in self.tasks)


def load_rubric(path: Path) -> Rubric:
    """The rubric in a TOML file. Raises InputError, in one line, for a file that is none."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot read the rubric {path}: {error.strerror}; check the path") from None
    except UnicodeDecodeError:
        raise InputError(f"the rubric {path} is not UTF-8 text; save it as such") from None
    return parse_rubric(text, path.name)


def parse_rubric(text: str, name: str = "rubric") -> Rubric:
    """The rubric in `text`. Raises InputError with the place and what to write instead."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{name} is no valid TOML: {error}") from None
    _only(
        data,
        ("schema", "minor", "repaired", "timeout", "severities", "requires", "functions", "answers"),
        name,
    )
    if data.get("schema", 1) != 1:
        raise InputError(f"{name}: expected schema = 1, got {data['schema']!r}; this version reads no other")
    timeout = _number(data, "timeout", 20.0, name, LONGEST_TIMEOUT)
    if timeout == 0:
        raise InputError(f"{name}: timeout must be above 0 seconds")
    functions = _table(data, "functions", name)
    if not functions:
        raise InputError(f"{name}: expected at least one table [functions.NAME]; see --init-rubric")
    tasks = tuple(
        _task(key, value, timeout, f"{name}, [functions.{key}]") for key, value in functions.items()
    )
    severities = _table(data, "severities", name)
    for code, severity in severities.items():
        if severity not in ("major", "minor", "ignore"):
            raise InputError(f"{name}: severity of {code} must be major, minor or ignore, got {severity!r}")
    requires = _table(data, "requires", name)
    for library, version in requires.items():
        if not isinstance(version, str):
            raise InputError(f'{name}: requires.{library} must be text such as "1.26", got {version!r}')
        check_requirement(library, version, name)
    return Rubric(
        tasks,
        minor=_number(data, "minor", 0.1, name, 1.0),
        repaired=_number(data, "repaired", 0.5, name, 1.0),
        severities=severities,
        requires=requires,
        answers=tuple(
            _answer(key, value, f"{name}, [answers.{key}]")
            for key, value in _table(data, "answers", name).items()
        ),
    )


def _answer(key: str, data: Any, where: str) -> Answer:
    if not isinstance(data, dict):
        raise InputError(f"{where}: expected a table, got {data!r}")
    _only(data, ("starts", "theorems", "text", "points"), where)
    text = data.get("text", "")
    if not isinstance(text, str):
        raise InputError(f"{where}: text must be text, got {text!r}")
    derived = _texts(data, "theorems", where)
    for theorem in derived:
        if theorem not in _theorems():
            raise InputError(
                f"{where}: there is no theorem {theorem!r}; choose from {', '.join(_theorems())}"
            )
    starts = _texts(data, "starts", where) or (key,)
    if not all(start.strip() for start in starts):
        raise InputError(f"{where}: starts has an empty text, with which every line begins")
    return Answer(key, starts, derived, text, _number(data, "points", 0.0, where, 1e6))


def _theorems() -> list[str]:
    """The ids of all theorems, which are the names of their files: none of them is loaded for this."""
    return sorted(module.name for module in pkgutil.iter_modules(theorems.__path__))


def _task(key: str, data: Any, timeout: float, where: str) -> Task:
    if not isinstance(data, dict):
        raise InputError(f"{where}: expected a table, got {data!r}")
    known = ("criterion", "points", "names", "arguments", "returns", "layouts", "timeout")
    _only(data, known, where)
    criterion_id = data.get("criterion", key)
    if criterion_id not in criterion_ids():
        raise InputError(
            f"{where}: there is no criterion {criterion_id!r}; set criterion to one of "
            f"{', '.join(criterion_ids())}"
        )
    signature = load_criterion(criterion_id).signature
    arguments = _names(data, "arguments", signature.parameters, where)
    missing = [p.name for p in signature.parameters if not p.optional and p.name not in arguments]
    if arguments and missing:
        raise InputError(f"{where}: arguments lacks {', '.join(missing)}")
    returns = _names(data, "returns", signature.returns, where)
    if returns and len(returns) != len(signature.returns):
        raise InputError(f"{where}: returns must name all of {', '.join(p.name for p in signature.returns)}")
    own_timeout = _number(data, "timeout", timeout, where, LONGEST_TIMEOUT)
    return Task(
        name=key,
        criterion=criterion_id,
        points=_number(data, "points", 1.0, where, 1e6),
        names=_texts(data, "names", where),
        arguments=arguments,
        returns=returns,
        layouts=_layouts(data, (*signature.parameters, *signature.returns), where),
        timeout=own_timeout or timeout,
    )


def _layouts(data: Mapping[str, Any], parameters: tuple[Parameter, ...], where: str) -> dict[str, str]:
    axes = {parameter.name: parameter.axes for parameter in parameters if parameter.axes}
    layouts = _table(data, "layouts", where)
    for name, layout in layouts.items():
        if name not in axes:
            raise InputError(f"{where}: layouts.{name} is not one of {', '.join(axes)}")
        if not isinstance(layout, str) or sorted(layout.split()) != sorted(axes[name].split()):
            raise InputError(
                f'{where}: layouts.{name} must be an order of the axes "{axes[name]}", got {layout!r}'
            )
    return dict(layouts)


def _names(
    data: Mapping[str, Any], key: str, parameters: tuple[Parameter, ...], where: str
) -> tuple[str, ...]:
    chosen, known = _texts(data, key, where), [parameter.name for parameter in parameters]
    for name in chosen:
        if name not in known:
            raise InputError(f"{where}: {key} has {name!r}; the criterion knows {', '.join(known)}")
    if len(set(chosen)) < len(chosen):
        raise InputError(f"{where}: {key} has a name twice")
    return chosen


def _texts(data: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    value = data.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise InputError(f"{where}: {key} must be a list of texts, got {value!r}")
    return tuple(value)


def _number(data: Mapping[str, Any], key: str, default: float, where: str, most: float) -> float:
    value = data.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise InputError(f"{where}: {key} must be a number from 0 to {most:g}, got {value!r}")
    return float(value)


def _table(data: Mapping[str, Any], key: str, where: str) -> dict[str, Any]:
    value = data.get(key, {})
    if not isinstance(value, dict):
        raise InputError(f"{where}: {key} must be a table, got {value!r}")
    return value


def _only(data: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in data:
        if key not in known:
            raise InputError(f"{where}: unknown key {key!r}; known are {', '.join(known)}")
