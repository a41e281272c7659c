"""What a check of the data found, as text of at most 80 columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from leadlag.wording.layout import labelled
from leadlag.wording.notes import by_kind
from leadlag.wording.shown import cut, periods, shown, width, wrap
from leadlag.wording.table import Column, table

if TYPE_CHECKING:
    from leadlag.sample import Sample, Violation

__all__ = ["understood", "violation_table", "what_was_read"]

_NAME = 24
_GAP = "  "


def violation_table(violations: Sequence[Violation]) -> str:
    """All violations as a table: code, column, what is wrong, examples and the next step."""
    names = [cut(shown(item.argument if item.column is None else item.column), _NAME) for item in violations]
    columns = (
        Column("#", len(str(len(violations)))), Column("Code", 5, "left"),
        Column("Column", max(width("Column"), *map(width, names)), "left"),
    )  # fmt: skip
    indent = " " * sum(column.width + len(_GAP) for column in columns)
    lines = table([*columns, Column("What is wrong", 13, "left")], [], gap=_GAP, rule=True)
    for place, (item, name) in enumerate(zip(violations, names, strict=True), start=1):
        cells = zip(columns, (str(place), item.code, name), strict=True)
        head = "".join(column.cell(text) + _GAP for column, text in cells)
        lines += wrap(shown(item.text), indent=indent, first=head)
        if item.examples:
            lines += wrap(shown("; ".join(item.examples)), indent=indent, first=f"{indent}For example: ")
        if item.step_by_flags:
            lines += wrap(shown(item.step_by_flags), indent=indent, first=f"{indent}Next: ")
        lines += [f"{indent}      {shown(line)}" for line in item.beside_flags.split("\n") if line]
    found = "1 violation" if len(violations) == 1 else f"{len(violations)} violations"
    return "\n".join([*lines, "", f"{found}: the data cannot be used as they are."])


def what_was_read(sample: Sample, *, untestable: Sequence[tuple[str, str]]) -> str:
    """What data without violations hold, and what about them deserves a look."""
    first, *others = sample.cadences
    facts = [
        *_calendar("Data", "no violations: ", first),
        *[fact for other in others for fact in _calendar("Beside", "", other)],
        *_segments(sample),
        *[("Left out", f"{cut(shown(item.name), _NAME)} ({shown(item.reason)})") for item in sample.left_out],
        *[("Untestable", f"{cut(shown(name), _NAME)}: {why}") for name, why in untestable],
        *[("Note", text) for text in by_kind([(note.code, note.text_by_flags) for note in sample.notes])],
    ]
    return "\n".join(labelled(facts))


def understood(file: str, sample: Sample) -> list[dict[str, object]]:
    """How one file was read, for programs: an entry for each cadence in it."""
    return [
        {
            "file": file, "rows": part.read.n_rows if part.read else None,
            "time": {"column": part.read.time, "form": part.read.form or None, "dates_at": part.calendar.taken_at}
            if part.read else None,
            "cadence": part.calendar.freq, "season": list(part.calendar.season_lengths),
            "first": part.periods[0], "last": part.periods[-1], "n_periods": part.n_periods,
            "n_empty": part.n_empty, "metrics": list(part.names),
            "left_out": [{"name": item.name, "why": item.reason} for item in sample.left_out],
        }
        for part in sample.cadences
    ]  # fmt: skip


def _segments(sample: Sample) -> list[tuple[str, str]]:
    """The segments, if there are any."""
    names = ", ".join(cut(shown(name), _NAME) for name in sample.segments)
    return [("Segments", f"{len(sample.segments):,}: {names}")] if sample.segments else []


def _calendar(label: str, before: str, part: Sample) -> list[tuple[str, str]]:
    """The periods of one cadence, and the metrics on them."""
    names = ", ".join(cut(shown(name), _NAME) for name in part.names)
    span = f"{periods(part.n_periods, part.calendar.unit)}, {shown(part.periods[0])} to {shown(part.periods[-1])}"
    span += f" ({part.calendar.span})" if part.calendar.span else ""
    span += ", without times, rows in their order" if part.calendar.in_order else ""
    return [(label, f"{before}{span}"), ("Metrics", f"{len(part.names):,}: {names}")]
