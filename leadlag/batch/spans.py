"""Which periods of a sample count: those that have ended by the day of a run, and from the first value to the last."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from leadlag.catalogue import Ratio
from leadlag.errors import DataContractError, UsageError
from leadlag.sample import Note, Sample
from leadlag.sample.grid import moment_of
from leadlag.sample.known import only_rows, trimmed
from leadlag.sample.model import together
from leadlag.sample.names import first_names
from leadlag.sample.periods import BUSINESS
from leadlag.sample.vintages import period_ends
from leadlag.sample.violations import counted

__all__ = ["ReadSpan", "ended_by", "span_of", "with_values"]


@dataclass(frozen=True, kw_only=True)
class ReadSpan:
    """The first and the last period with a value, and the day on which the last ends; None where periods have no dates."""

    first: str
    last: str
    day: dt.date | None


def ended_by(sample: Sample, as_of: str, *, ahead: Mapping[str, int]) -> Sample:
    """The sample as it was known on a day: no period that ends later, but of a metric that is known ahead as many as it is.

    Parameters
    ----------
    sample : Sample
        Without dates it stays as it is: nothing says which of its rows are of a later day.
    as_of : str
        A day, which counts to its end.
    ahead : Mapping from str to int
        Periods of its own by which a metric is known ahead.

    Raises
    ------
    DataContractError
        If no period of some cadence had ended.
    UsageError
        If the periods are those of a business year of which the first month is not known.
    """
    ended = [_n_ended(part, as_of) for part in sample.cadences]
    pairs = list(zip(sample.cadences, ended, strict=True))
    for part in (part for part, n in pairs if part.n_periods and not n):
        of = f"no {part.calendar.unit} of {first_names(part.names)}"
        raise DataContractError(f"{of} had ended by {as_of}: the first is {part.periods[0]}.", code="LL312")
    n_later = max(part.n_periods - n for part, n in pairs)
    if not n_later:
        return sample
    some = ", but for what is known ahead" if ahead else ""
    text = f"{counted(n_later, 'period was', 'periods were')} dropped, not complete at {as_of}{some}."
    notes = (*sample.notes, Note(code="LL110", column=None, text=text))
    return replace(together([_until(part, n, ahead) for part, n in pairs], sample, order=sample.order), notes=notes)


def _n_ended(part: Sample, as_of: str) -> int:
    """How many periods of one cadence had ended."""
    calendar = part.calendar
    if not calendar.dated or not part.n_periods:
        return part.n_periods
    if calendar.off == BUSINESS:
        raise UsageError(
            "its times belong to a business year whose dates are not known, so nothing says which periods had ended by "
            f"{as_of}: say by year_start in which month it begins."
        )
    return int(np.searchsorted(period_ends(calendar), moment_of(as_of, calendar.tz), side="right"))


def _until(part: Sample, n_ended: int, ahead: Mapping[str, int]) -> Sample:
    """One cadence up to a period, with what of later ones was known."""
    until = {name: min(n_ended + ahead.get(name, 0), part.n_periods) for name in part.names}
    kept = only_rows(part, slice(0, max(until.values(), default=n_ended)))
    if kept.n_periods == n_ended:
        return kept
    values, of_rates = kept.values.copy(), {name: values.copy() for name, values in kept.parts.items()}
    for place, name in enumerate(part.names):
        values[..., until[name] :, place] = np.nan
    for name, numbers in of_rates.items():
        rates = [
            until[rate]
            for rate, rule in part.aggregates.items()
            if isinstance(rule, Ratio) and rate in until and name in (rule.num, rule.den)
        ]
        numbers[..., max(rates, default=n_ended) :] = np.nan
    return replace(kept, values=values, parts=of_rates)


def with_values(sample: Sample) -> Sample:
    """Each cadence from the first of its periods in which some metric has a value to the last; one without any as it is."""
    return together([trimmed(part) for part in sample.cadences], sample, order=sample.order)


def span_of(sample: Sample, *, ahead: Iterable[str]) -> ReadSpan:
    """From the first period to the last in which a metric that is not known ahead has a value, of whichever cadence."""
    ends = [end for part in sample.cadences if (end := _end(part, frozenset(ahead))) is not None]
    if not ends:
        return ReadSpan(first="", last="", day=None)
    first, last = min(ends, key=lambda end: end[0]), max(ends, key=lambda end: end[1])
    return ReadSpan(first=first[2], last=last[3], day=last[1].astype(dt.date) if sample.calendar.dated else None)


def _end(part: Sample, ahead: frozenset[str]) -> tuple[np.datetime64, np.datetime64, str, str] | None:
    """The first and the last day of one cadence, and the labels of its first and last period; None without a value."""
    part = part.select([name for name in part.names if name not in ahead] or part.names)
    if not np.isfinite(part.values).any():
        return None
    part = trimmed(part)
    day = np.datetime64(0, "D")
    if part.calendar.dated:
        day, end = part.calendar.starts.to_numpy(dtype="datetime64[D]")[0], period_ends(part.calendar)[-1]
        return day, (end - np.timedelta64(1, "us")).astype("datetime64[D]"), part.periods[0], part.periods[-1]
    return day, day, part.periods[0], part.periods[-1]
