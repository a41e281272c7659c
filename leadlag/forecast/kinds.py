"""Kinds of values in a model file: each as plain JSON, and read back strictly.

JSON has no infinity and no array; a kind says how each stands in the file and refuses all that it would not have written.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from leadlag.core.arrays import Floats
from leadlag.results import plain as as_plain
from leadlag.wording.shown import Labelled

__all__ = [
    "Array", "Flag", "Given", "Kind", "Many", "MisfitError", "Name", "Plain", "Real", "Record", "Row", "Settled", "Text",
    "Triangle", "Whole",
]  # fmt: skip

#: A value as JSON has it.
Plain = Any

#: Largest whole number, exact as a float too.
_LARGEST = 2**53


class MisfitError(ValueError):
    """A value that is not of its kind; the message names its place in the file."""


class Kind(Protocol):
    """How one value is written and read."""

    def plain(self, value: Any) -> Plain:
        """The value as JSON has it."""

    def read(self, value: Plain, where: str) -> Any:
        """The value again, or a `MisfitError`."""


@dataclass(frozen=True, kw_only=True)
class Text:
    """Text; one of `options` if there are any, or of the form of a regular expression."""

    options: tuple[str, ...] = ()
    form: str = ""

    def plain(self, value: str) -> Plain:
        """As text of its own, without a label, every letter one that UTF-8 can write."""
        return str(value).encode("utf-8", "backslashreplace").decode("utf-8")

    def read(self, value: Plain, where: str) -> str:
        """As it is."""
        if type(value) is not str:
            raise MisfitError(f"{where} is no text")
        if self.options and value not in self.options:
            raise MisfitError(f"{where}={value[:40]!r} is none of {', '.join(self.options)}")
        if self.form and not re.fullmatch(self.form, value):
            raise MisfitError(f"{where}={value[:40]!r} has another form than it should")
        return value


@dataclass(frozen=True, kw_only=True)
class Name:
    """A column's name, with the label by which readers know it if there is one."""

    def plain(self, value: str) -> Plain:
        """As text, or as the name and its label."""
        return [Text().plain(value), Text().plain(value.label)] if isinstance(value, Labelled) else Text().plain(value)

    def read(self, value: Plain, where: str) -> str:
        """As it was."""
        if type(value) is not list:
            return Text().read(value, where)
        name, label = Row(kinds=(Text(), Text())).read(value, where)
        return Labelled(name, label)


@dataclass(frozen=True, kw_only=True)
class Whole:
    """A whole number from `low` to `high`."""

    low: int = -_LARGEST
    high: int = _LARGEST

    def plain(self, value: int) -> Plain:
        """As an int of Python."""
        return int(value)

    def read(self, value: Plain, where: str) -> int:
        """As it is."""
        if type(value) is not int or not self.low <= value <= self.high:
            raise MisfitError(f"{where} is no whole number from {self.low} to {self.high}")
        return value


@dataclass(frozen=True, kw_only=True)
class Real:
    """A finite number from `low` to `high`; JSON's null stands for `null` if that is not NaN."""

    low: float = -math.inf
    high: float = math.inf
    above: bool = False
    null: float = math.nan

    def plain(self, value: float) -> Plain:
        """As a float of Python, which JSON writes so that it is read back exactly."""
        return None if float(value) == self.null else float(value)

    def read(self, value: Plain, where: str) -> float:
        """As it is."""
        if value is None and not math.isnan(self.null):
            return self.null
        if type(value) is not float or not math.isfinite(value):
            raise MisfitError(f"{where} is no finite number")
        if not self.low <= value <= self.high or (self.above and value == self.low):
            raise MisfitError(f"{where}={value!r} is not {'above' if self.above else 'from'} {self.low:g} up to {self.high:g}")
        return value


@dataclass(frozen=True, kw_only=True)
class Flag:
    """True or false."""

    def plain(self, value: bool) -> Plain:
        """As a truth value of Python."""
        return bool(value)

    def read(self, value: Plain, where: str) -> bool:
        """As it is."""
        if type(value) is not bool:
            raise MisfitError(f"{where} is neither true nor false")
        return value


@dataclass(frozen=True, kw_only=True)
class Given:
    """A value of a kind, or null for None."""

    kind: Kind

    def plain(self, value: Any) -> Plain:
        """None as null."""
        return None if value is None else self.kind.plain(value)

    def read(self, value: Plain, where: str) -> Any:
        """Null as None."""
        return None if value is None else self.kind.read(value, where)


@dataclass(frozen=True, kw_only=True)
class Many:
    """A tuple of values of one kind; `count` of them if that is given."""

    kind: Kind
    count: int | None = None
    least: int = 0

    def plain(self, value: Sequence[Any]) -> Plain:
        """As a list."""
        return [self.kind.plain(one) for one in value]

    def read(self, value: Plain, where: str) -> tuple[Any, ...]:
        """As a tuple."""
        found = _listed(value, where)
        if len(found) < self.least or self.count not in (None, len(found)):
            raise MisfitError(f"{where} has {len(found)} values")
        return tuple(self.kind.read(one, f"{where}[{place}]") for place, one in enumerate(found))


@dataclass(frozen=True, kw_only=True)
class Row:
    """A tuple of values of these kinds."""

    kinds: tuple[Kind, ...]

    def plain(self, value: Sequence[Any]) -> Plain:
        """As a list."""
        return [kind.plain(one) for kind, one in zip(self.kinds, value, strict=True)]

    def read(self, value: Plain, where: str) -> tuple[Any, ...]:
        """As a tuple."""
        found = _listed(value, where)
        if len(found) != len(self.kinds):
            raise MisfitError(f"{where} has {len(found)} values")
        every = enumerate(zip(self.kinds, found, strict=True))
        return tuple(kind.read(one, f"{where}[{place}]") for place, (kind, one) in every)


@dataclass(frozen=True, kw_only=True)
class Array:
    """An array of finite numbers of one dimension, or of truth values."""

    of: type[float] | type[bool] = float
    low: float = -math.inf
    lengths: tuple[int, ...] = ()

    def plain(self, value: np.ndarray) -> Plain:
        """As a list."""
        return np.asarray(value, dtype=self.of).tolist()

    def read(self, value: Plain, where: str) -> np.ndarray:
        """As an array."""
        found = _listed(value, where)
        if not set(map(type, found)) <= {self.of} or (self.lengths and len(found) not in self.lengths):
            raise MisfitError(f"{where} is no list of {'numbers' if self.of is float else 'truth values'}, or of another length")
        values = np.array(found, dtype=self.of)
        if self.of is float and not (np.isfinite(values) & (values >= self.low)).all():
            raise MisfitError(f"{where} has numbers that are not allowed")
        return values


@dataclass(frozen=True, kw_only=True)
class Triangle:
    """A covariance matrix; its lower triangle, row by row, so that it cannot but be symmetric."""

    def plain(self, value: Floats) -> Plain:
        """As one list."""
        return np.asarray(value, dtype=np.float64)[np.tril_indices(len(value))].tolist()

    def read(self, value: Plain, where: str) -> Floats:
        """As a matrix with no variance below zero, and no correlation beyond one."""
        found: Floats = Array().read(value, where)
        size = math.isqrt(2 * len(found))
        if size * (size + 1) != 2 * len(found):
            raise MisfitError(f"{where} has {len(found)} values, which make no triangle")
        below, lower = np.tri(size, dtype=bool), np.zeros((size, size))
        lower[below] = found
        matrix = np.where(below, lower, lower.T)
        spread = np.sqrt(np.maximum(matrix.diagonal(), 0.0))
        if (matrix.diagonal() < 0.0).any() or (np.abs(matrix) > np.outer(spread, spread) * (1.0 + 1e-6)).any():
            raise MisfitError(f"{where} is no covariance")
        return matrix


@dataclass(frozen=True, kw_only=True)
class Settled:
    """A tuple of names and plain values, as settings are; lists come back as tuples."""

    def plain(self, value: Sequence[tuple[str, Any]]) -> Plain:
        """As an object, values as `leadlag.results.plain` has them."""
        return {Text().plain(name): _in_utf8(as_plain(one)) for name, one in value}

    def read(self, value: Plain, where: str) -> tuple[tuple[str, Any], ...]:
        """As pairs."""
        if type(value) is not dict:
            raise MisfitError(f"{where} is no object")
        return tuple((name, _as_tuples(one)) for name, one in value.items())


@dataclass(frozen=True, kw_only=True)
class Record:
    """A frozen dataclass, field by field.

    Parameters
    ----------
    made : callable
        Makes it of its fields.
    fields : Mapping from str to Kind
        All of them.
    check : callable, optional
        What is wrong with the whole, in words; empty if nothing is.
    """

    made: Callable[..., Any]
    fields: Mapping[str, Kind]
    check: Callable[[Any], str] | None = None

    def plain(self, value: Any) -> Plain:
        """As an object."""
        return {name: kind.plain(getattr(value, name)) for name, kind in self.fields.items()}

    def read(self, value: Plain, where: str) -> Any:
        """The dataclass again."""
        if type(value) is not dict:
            raise MisfitError(f"{where} is no object")
        if value.keys() != self.fields.keys():
            absent = [name for name in self.fields if name not in value]
            unknown = [name for name in value if name not in self.fields]
            what = f"has no {absent[0]!r}" if absent else f"has a field {unknown[0][:40]!r} that this leadlag does not know"
            raise MisfitError(f"{where} {what}")
        made = self.made(**{name: kind.read(value[name], f"{where}.{name}") for name, kind in self.fields.items()})
        if self.check is not None and (wrong := self.check(made)):
            raise MisfitError(f"{where}: {wrong}")
        return made


def _listed(value: Plain, where: str) -> list[Any]:
    if type(value) is not list:
        raise MisfitError(f"{where} is no list")
    return value


def _in_utf8(value: Plain) -> Plain:
    """Texts within, every letter one that UTF-8 can write."""
    if isinstance(value, dict):
        return {_in_utf8(key): _in_utf8(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_in_utf8(one) for one in value]
    return Text().plain(value) if isinstance(value, str) else value


def _as_tuples(value: Plain) -> Any:
    """Lists as tuples, as settings have them."""
    if isinstance(value, dict):
        return {key: _as_tuples(one) for key, one in value.items()}
    return tuple(map(_as_tuples, value)) if isinstance(value, list) else value
