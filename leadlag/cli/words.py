"""What a check of the data found, as text of at most 80 columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leadlag.wording.kinds import by_kind
from leadlag.wording.layout import labelled
from leadlag.wording.shown import cut, pad, periods, shown, width, wrap

if TYPE_CHECKING:
    from leadlag.sample.violations import Violation

__all__ = ["ReadCalendar", "violation_table", "what_was_read"]

_WIDTH = 80
_NAME = 24


def violation_table(violations: Sequence[Violation]) -> str:
    """All violations as a table: code, column, what is wrong, examples and the next step."""
    names = [cut(shown(item.argument if item.column is None else item.column), _NAME) for item in violations]
    column = max(width("Column"), *map(width, names))
    first = len(str(len(violations)))
    indent = " " * (first + 9 + column + 2)
    lines = [
        f"{'#':>{first}}  Code   {pad('Column', column)}  What is wrong",
        f"{'-' * first}  -----  {'-' * column}  {'-' * 13}",
    ]
    for place, (item, name) in enumerate(zip(violations, names, strict=True), start=1):
        head = f"{place:>{first}}  {item.code}  {pad(name, column)}  "
        lines += wrap(shown(item.text), _WIDTH, indent=indent, first=head)
        if item.examples:
            lines += wrap(shown("; ".join(item.examples)), _WIDTH, indent=indent, first=f"{indent}For example: ")
        if item.next_step:
            lines += wrap(shown(item.next_step), _WIDTH, indent=indent, first=f"{indent}Next: ")
    found = "1 violation" if len(violations) == 1 else f"{len(violations)} violations"
    return "\n".join([*lines, "", f"{found}: the data cannot be used as they are."])


@dataclass(frozen=True, kw_only=True)
class ReadCalendar:
    """The periods of one cadence and the metrics on them."""

    n_periods: int
    unit: str
    first: str
    last: str
    names: Sequence[str]
    in_order: bool = False

    def facts(self, label: str, before: str) -> list[tuple[str, str]]:
        """Its two lines."""
        names = ", ".join(cut(shown(name), _NAME) for name in self.names)
        span = f"{periods(self.n_periods, self.unit)}, {shown(self.first)} to {shown(self.last)}"
        span += ", without times, rows in their order" if self.in_order else ""
        return [(label, f"{before}{span}"), ("Metrics", f"{len(self.names):,}: {names}")]


def what_was_read(
    *,
    calendars: Sequence[ReadCalendar],
    notes: Sequence[tuple[str, str]],
    left_out: Sequence[tuple[str, str]],
    untestable: Sequence[tuple[str, str]],
) -> str:
    """What data without violations hold, and what about them deserves a look."""
    facts = [
        *calendars[0].facts("Data", "no violations: "),
        *[fact for calendar in calendars[1:] for fact in calendar.facts("Beside", "")],
        *[("Left out", f"{cut(shown(name), _NAME)} ({shown(why)})") for name, why in left_out],
        *[("Untestable", f"{cut(shown(name), _NAME)}: {why}") for name, why in untestable],
        *[("Note", text) for text in by_kind(notes)],
    ]
    return "\n".join(labelled(facts))
