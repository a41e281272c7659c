"""YAML 1.2 as plain values, by the events of ruamel.yaml's own parser: no tag makes an object, no alias grows without end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from leadlag.catalogue.limits import MOST_ALIASES, MOST_DEPTH, MOST_VALUES
from leadlag.catalogue.scalars import number_in
from leadlag.errors import UsageError

__all__ = ["Place", "read_yaml"]

#: Keys and numbers on the way to a value.
Place = tuple[str | int, ...]

_WORDS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NULLS = ("", "~", "null", "Null", "NULL")
_TEXT_TAGS = (None, "!", "tag:yaml.org,2002:str")


class _YamlEvent(Protocol):
    """What the parser says of one piece of the text; not every kind has every one of these."""

    tag: str | None
    anchor: str | None
    value: str
    style: str | None
    start_mark: Any


def read_yaml(text: str, name: str, *, kind: str = "catalogue") -> tuple[Any, dict[Place, int]]:
    """The one document of a text, and the line of every key; plain decimal numbers, true, false and null are such, all else text.

    Raises
    ------
    UsageError
        If ruamel.yaml is missing (LL405), the text is no YAML, holds a key twice, a tag or more than one document, or is
        larger than the limits.
    """
    try:
        from ruamel.yaml import YAML  # noqa: PLC0415  (an extra)
        from ruamel.yaml.error import YAMLError  # noqa: PLC0415
    except ImportError:
        message = f"{name} needs ruamel.yaml to be read: pip install 'leadlag-kpi[batch]', or give a .toml file."
        raise UsageError(message, code="LL405") from None
    parser = YAML(typ="safe", pure=True)
    parser.version = (1, 2)
    try:
        values = _Values(parser.parse(text), name, kind)
        return values.document(), values.lines
    except YAMLError as error:
        raise UsageError(f"{name} is no YAML: {_why(error)}.") from None


def _why(error: Exception) -> str:
    """What the parser met, with its line."""
    mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None) or getattr(error, "reason", None)
    said = " ".join(str(problem or str(error).split("\n")[0]).split())
    return f"line {mark.line + 1}: {said}" if mark is not None else said


class _Values:
    """Values out of a stream of events.

    Parameters
    ----------
    events : iterator
    name, kind : str
        What is read, for messages: the file, and what it should be.
    """

    def __init__(self, events: Iterator[_YamlEvent], name: str, kind: str) -> None:
        self._events, self._name, self._kind = events, name, kind
        self.lines: dict[Place, int] = {}
        self._anchored: dict[str, tuple[Any, int, int]] = {}  # value, its size and its depth
        self._n_aliases, self._n_repeated = 0, 0

    def document(self) -> Any:
        """The value of the only document; None if there is none."""
        value, seen = None, 0
        for event in self._events:
            kind = type(event).__name__
            if kind == "DocumentStartEvent":
                seen += 1
                if seen > 1:
                    raise self._wrong(event, f"a second document begins: a {self._kind} is one")
                value = self._value(next(self._events), ())[0]
        return value

    def _value(self, event: _YamlEvent, place: Place) -> tuple[Any, int, int]:
        """The value that begins with this event, how many values it holds, and how deep it is."""
        kind, depth = type(event).__name__, len(place)
        if kind == "AliasEvent":
            found = self._alias(event)
        elif kind == "ScalarEvent":
            found = (self._scalar(event), 1, 0)
        else:
            if depth >= MOST_DEPTH:
                raise self._wrong(event, f"nested deeper than {MOST_DEPTH} levels, which no {self._kind} is")
            if event.tag not in (None, "!", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map"):
                raise self._wrong(event, f"the tag {event.tag!r} is not allowed: give the plain value")
            found = self._mapping(place) if kind == "MappingStartEvent" else self._sequence(place)
        if depth + found[2] > MOST_DEPTH:
            raise self._wrong(event, f"by its alias nested deeper than {MOST_DEPTH} levels, which no {self._kind} is")
        if kind != "AliasEvent" and event.anchor is not None:
            self._anchored[event.anchor] = found
        return found

    def _sequence(self, place: Place) -> tuple[list[Any], int, int]:
        values: list[Any] = []
        size, deepest = 1, 0
        while type(event := next(self._events)).__name__ != "SequenceEndEvent":
            inside = (*place, len(values))
            self.lines[inside] = event.start_mark.line + 1
            value, inner, below = self._value(event, inside)
            values.append(value)
            size, deepest = size + inner, max(deepest, below)
        return values, size, deepest + 1

    def _mapping(self, place: Place) -> tuple[dict[str, Any], int, int]:
        values: dict[str, Any] = {}
        size, deepest = 1, 0
        while type(event := next(self._events)).__name__ != "MappingEndEvent":
            if type(event).__name__ != "ScalarEvent":
                raise self._wrong(event, "a key is no text")
            if event.value in values:
                raise self._wrong(event, f"the key {event.value!r} occurs twice")
            inside = (*place, event.value)
            self.lines[inside] = event.start_mark.line + 1
            value, inner, below = self._value(next(self._events), inside)
            values[event.value] = value  # a key is text, whatever it looks like
            size, deepest = size + inner, max(deepest, below)
        return values, size, deepest + 1

    def _scalar(self, event: _YamlEvent) -> Any:
        """A word without quotes may be a number, a truth value or nothing; all else is text."""
        text: str = event.value
        if event.tag not in _TEXT_TAGS:
            raise self._wrong(event, f"the tag {event.tag!r} is not allowed: give the plain value")
        if event.tag is not None or event.style not in (None, ""):
            return text
        if text in _NULLS:
            return None
        if text in _WORDS:
            return _WORDS[text]
        number = number_in(text)
        return text if number is None else number

    def _alias(self, event: _YamlEvent) -> tuple[Any, int, int]:
        self._n_aliases += 1
        if self._n_aliases > MOST_ALIASES:
            raise self._wrong(event, f"more than {MOST_ALIASES} aliases, which no {self._kind} has")
        if event.anchor not in self._anchored:
            raise self._wrong(event, f"the alias *{event.anchor} names nothing above it")
        found = self._anchored[event.anchor]
        self._n_repeated += found[1]
        if self._n_repeated > MOST_VALUES:
            raise self._wrong(event, f"its aliases stand for more than {MOST_VALUES:,} values: write out what is meant")
        return found

    def _wrong(self, event: _YamlEvent, what: str) -> UsageError:
        return UsageError(f"{self._name}, line {event.start_mark.line + 1}: {what}.")
