"""Several tables at once: each through the door by itself, those of one cadence onto one calendar."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from leadlag._calls import Code, Fix
from leadlag._validation import as_name, nearest
from leadlag.errors import DataWarning, UsageError
from leadlag.sample.calendars import refuse_unused
from leadlag.sample.merge import merged
from leadlag.sample.model import Note, Sample
from leadlag.sample.names import requested_names
from leadlag.sample.rates import rate_names, rate_parts
from leadlag.sample.settings import Settings
from leadlag.sample.tables import SOURCE, as_pandas
from leadlag.sample.violations import ViolationList, counted
from leadlag.sample.wide import Wide

__all__ = ["read_several", "unknown_metrics", "with_notes"]

#: How alike two names are, from 0 to 1, that are taken for one and the same, misspelled.
_ALIKE = 0.8


@dataclass(frozen=True, kw_only=True)
class _OpenedTable:
    """One item of the list: its label in messages (its place, or its file), and a Sample or a table with its names known."""

    place: int
    label: str
    content: Sample | Wide

    @property
    def names(self) -> tuple[str, ...]:
        if isinstance(self.content, Wide):
            return self.content.clean.names
        return (*self.content.all_names, *(column.name for column in self.content.left_out))

    @property
    def labels(self) -> Mapping[str, Any]:
        return self.content.labels if isinstance(self.content, Wide) else self.content.name_map

    def has_time(self, time: Any) -> bool:
        """Whether it has a column, or an index, of this name."""
        return isinstance(self.content, Wide) and (time in self.names or time == self.content.frame.index.name)


def read_several(
    data: Sequence[Any], settings: Settings, columns: Any, violations: ViolationList
) -> tuple[Sample | None, dict[str, str] | None]:
    """The tables of a list as one Sample, before missing periods are treated; what is wrong is collected by table.

    Parameters
    ----------
    data : sequence of eager frames and Samples
    settings : Settings
    columns : str, sequence of str, Mapping from argument to names, or None
        As in `as_sample`; looked for in all tables.
    violations : ViolationList

    Returns
    -------
    Sample or None
    dict from str to str, or None
        Argument that asked for each metric.
    """
    tables = _opened(data, settings, violations)
    names = tuple(dict.fromkeys(name for table in tables for name in table.names))
    known = (*names, *rate_names(names, settings.catalogue))
    labels = {name: label for table in tables for name, label in table.labels.items()}
    asked = requested_names(columns, known, labels)
    samples: dict[str, Sample] = {}
    for table in tables:
        if asked is not None and not {*asked, *rate_parts(asked, settings.catalogue)} & set(table.names):
            continue
        mine = settings.of_table(table.label, [each.label for each in tables])
        sample = _read(table, mine, asked, violations, beside=len(tables) > 1)
        if sample is not None:
            samples[table.label] = sample
    _collect_repeated(samples, asked, settings, violations)
    if len(violations):
        return None, asked
    refuse_unused(settings.calendar, [part.calendar for sample in samples.values() for part in sample.cadences])
    whole = merged(samples, violations)
    return (None if whole is None else with_notes(whole, unknown_metrics(settings, known))), asked


def unknown_metrics(settings: Settings, known: Sequence[str]) -> list[Note]:
    """Metrics of the catalogue that the data do not have: often a name that is spelled in another way.

    A catalogue of a whole company may name others; of these, those are told that a column is nearly called like.
    """
    there, catalogue = set(known), settings.catalogue
    unclaimed = [name for name in known if name not in catalogue]
    hints = {
        name: nearest(name, unclaimed, cutoff=_ALIKE) if settings.company_wide else nearest(name, known)
        for name in catalogue
        if name not in there
    }
    texts = [
        f"the catalogue names {name!r}, which the data do not have.{hint}"
        for name, hint in hints.items()
        if hint or not settings.company_wide
    ]
    return [Note(code="LL120", column=None, text=text) for text in texts]


def with_notes(sample: Sample, notes: Sequence[Note]) -> Sample:
    """The sample with further notes, each also given as a warning."""
    for note in notes:
        warnings.warn(DataWarning(note.text, code=note.code), stacklevel=2)
    return replace(sample, notes=(*sample.notes, *notes)) if notes else sample


def _opened(data: Sequence[Any], settings: Settings, violations: ViolationList) -> list[_OpenedTable]:
    """The tables with their names, and what is wrong with the call."""
    if not data:
        raise UsageError("data is an empty list: give at least one table.")
    if settings.freq is not None and len(data) > 1:
        raise UsageError(
            f"freq={settings.freq!r} is one cadence, and each table of a list has its own: leave it out, or read the "
            "tables one by one and give their Samples."
        )
    if settings.segment is not None:
        raise UsageError(f"segment={settings.segment!r} is for one table: join the tables first, or rank each segment by itself.")
    if all(isinstance(item, Sample) for item in data):
        settings.refuse_calendar()
    tables: list[_OpenedTable] = []
    for place, item in enumerate(data):
        label = str(getattr(item, "attrs", {}).get(SOURCE, f"data[{place}]"))
        label = f"{label} (data[{place}])" if any(label == table.label for table in tables) else label
        with _by_table(place, label, violations) as mine:
            content = item.require_single(label) if isinstance(item, Sample) else Wide.of(as_pandas(item, label), mine)
        tables.append(_OpenedTable(place=place, label=label, content=content))
    if settings.time is not None and not any(table.has_time(settings.time) for table in tables):
        as_name(settings.time, "time", list(dict.fromkeys(name for table in tables for name in table.names)))
    return tables


def _read(
    table: _OpenedTable, settings: Settings, asked: Mapping[str, str] | None, violations: ViolationList, *, beside: bool
) -> Sample | None:
    """One table, with its label in notes and violations."""
    if isinstance(table.content, Sample):
        refusals = (table.content.why_left_out(name, argument) for name, argument in (asked or {}).items())
        violations.found.extend(refusal for refusal in refusals if refusal is not None)
        return table.content.from_table("", table.content.notes)
    here = settings if table.has_time(settings.time) else replace(settings, time=None)
    here = replace(here, beside=beside)
    with _by_table(table.place, table.label, violations) as mine:
        try:
            sample = table.content.read(here, asked, mine)
        except UsageError as error:
            raise type(error)(f"{table.label}: {error.args[0]}", code=error.code) from None
    if sample is None:
        return None
    notes = tuple(replace(note, text=f"{table.label}: {note.text}") for note in sample.notes)
    if not sample.calendar.dated:
        with _by_table(table.place, table.label, violations) as mine:
            step = "give every table a column of dates, or join the tables into one of the same rows first."
            mine.add("LL311", "the rows have no dates, so nothing says which rows of the tables belong together.", next_step=step)
    return sample.from_table(table.label, notes)


@contextmanager
def _by_table(place: int, label: str, violations: ViolationList) -> Iterator[ViolationList]:
    """A list of its own for one table; what is in it at the end says which table it was."""
    mine = ViolationList()
    yield mine
    for found in mine:
        argument = label if found.argument == "data" else f"{found.argument} of {label}"
        ways = tuple(way for fix in found.fixes if (way := _in_list(fix, place, label)) is not None)
        violations.found.append(replace(found, argument=argument, fixes=ways))


def _in_list(fix: Fix, place: int, label: str) -> Fix | None:
    """A way out for one table of a list: what holds for one table only is said to it alone; None where that is no line."""
    options = dict(fix.options)
    if fix.lines or fix.reader or "segment" in options:
        return None
    if isinstance(options.get("dates_at"), str):
        return replace(fix, options=tuple({**options, "dates_at": {label: options["dates_at"]}}.items()))
    if options.get("freq") is None:
        return fix
    said = ", ".join(f"{name}={value if isinstance(value, Code) else repr(value)}" for name, value in options.items())
    return Fix(lines=(f"data = [*data[:{place}], from_wide(data[{place}], {said}), *data[{place + 1}:]]",), when=fix.when)


def _collect_repeated(
    samples: Mapping[str, Sample], asked: Mapping[str, str] | None, settings: Settings, violations: ViolationList
) -> None:
    """A metric that is in several tables."""
    wanted = None if asked is None else {*asked, *rate_parts(asked, settings.catalogue)}
    holders: dict[str, list[str]] = {}
    for label, sample in samples.items():
        for name in sample.all_names:
            if wanted is None or name in wanted:
                holders.setdefault(name, []).append(label)
    for name, labels in holders.items():
        if len(labels) > 1:
            count = counted(len(labels), "table", "tables")
            text = f"the metric is in {count}: {', '.join(labels)}."
            step = "rename it, or leave it out of all tables but one."
            violations.add("LL306", text, column=name, next_step=step)
