"""What stands against some tables, or what was read from them and which candidates cannot be tested."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from leadlag.cli.words import ReadCalendar, what_was_read
from leadlag.decision import Reason
from leadlag.errors import DataContractError
from leadlag.prepare import prepare
from leadlag.ranking.words.sentences import reason
from leadlag.sample import Sample, Violation, as_sample, find_violations

__all__ = ["check_tables", "violations_of"]


def check_tables(tables: Sequence[pd.DataFrame], *, kpi: str | None = None, **options: Any) -> tuple[list[Violation], str]:
    """All violations; without any, what was read as text.

    Parameters
    ----------
    tables : sequence of pandas.DataFrame
    kpi : str, optional
        Also check that it, and the others, can be analysed.
    **options
        Those of `as_sample`.
    """
    found = list(find_violations(tables, **options))
    if kpi is not None:
        said = {(item.code, item.column) for item in found}
        asked = find_violations(tables, **options, columns={"kpi": [kpi]})
        found += [item for item in asked if (item.code, item.column) not in said]
    if found:
        return found, ""
    sample = as_sample(tables, **options)
    untestable: list[tuple[str, str]] = []
    if kpi is not None:
        try:
            untestable = _untestable(sample, kpi)
        except DataContractError as error:
            return violations_of(error, column=kpi), ""
    told = what_was_read(
        calendars=[_calendar(part) for part in sample.cadences], notes=[(note.code, note.text) for note in sample.notes],
        left_out=[(item.name, item.reason) for item in sample.left_out], untestable=untestable,
    )  # fmt: skip
    return [], told


def violations_of(error: DataContractError, *, column: str | None = None) -> list[Violation]:
    """The violations in an error; one of its own if it lists none."""
    listed = [item for item in error.violations if isinstance(item, Violation)]
    return listed or [Violation(code=error.code, argument="data", column=column, text=str(error.args[0]))]


def _calendar(part: Sample) -> ReadCalendar:
    labels = part.periods
    return ReadCalendar(
        n_periods=len(labels), unit=part.calendar.unit, first=labels[0], last=labels[-1], names=part.names,
        in_order=part.calendar.in_order,
    )  # fmt: skip


def _untestable(sample: Sample, kpi: str) -> list[tuple[str, str]]:
    """Candidates that a ranking could not test, each with why."""
    name = sample.require_single().resolve(kpi, "kpi")
    sample = sample.around(name)
    leads = [other for other in sample.names if other != name]
    prepared = prepare(sample, kpi=name, leads=leads, max_lag=sample.calendar.default_max_lag(sample.n_periods))
    return [(item.lead, reason(Reason(code=item.code, detail=item.detail))) for item in prepared.untestable]
