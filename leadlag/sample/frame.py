"""Wide tables in: one column per metric, any eager frame, one Sample out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from leadlag._calls import READING, Call
from leadlag._validation import only_data_positional
from leadlag.catalogue import Catalogue, Metric, Missing
from leadlag.errors import UsageError
from leadlag.sample.holidays import with_holidays
from leadlag.sample.labelled import labelled
from leadlag.sample.missing import fill_missing
from leadlag.sample.model import Sample, together
from leadlag.sample.names import requested_names
from leadlag.sample.periods import DatesAt, Freq
from leadlag.sample.rates import add_rates, rate_names, rates_of, with_aggregates
from leadlag.sample.settings import Settings
from leadlag.sample.several import read_several, unknown_metrics, with_notes
from leadlag.sample.tables import SOURCE, as_pandas
from leadlag.sample.violations import Violation, ViolationList, raise_violations
from leadlag.sample.wide import Wide

__all__ = ["as_sample", "find_violations", "from_wide"]


@only_data_positional
def from_wide(
    data: Any,
    *,
    time: str | None = None,
    segment: str | None = None,
    freq: Freq | None = None,
    tz: str | None = None,
    date_format: str | None = None,
    dates_at: DatesAt | Mapping[str, DatesAt] | None = None,
    year_start: str | None = None,
    calendar: Any = None,
    holidays: Any = None,
    decimal: str | None = None,
    thousands: str | None = None,
    as_of: Any = None,
    catalogue: Catalogue | Iterable[Metric] | None = None,
    infinite: str = "error",
) -> Sample:
    """Read a wide table, one column per metric, into a `Sample`.

    Parameters
    ----------
    data : pandas.DataFrame, polars.DataFrame, pyarrow.Table, or a list of these
        One row per period. It is not changed. A list holds metrics of different cadence, or of one in several tables.
    time : str, optional
        Column (or index name) with the times. None takes a dated index, else the one column that can only be times; one that may
        be is asked about; where there is none the rows are in order, the oldest first.
    segment : str, optional
        Column with the segment (country, plan, ...) of a table with one row per period and segment; every segment gets its own
        values on one calendar. Not allowed with a list.
    freq : {"hour", "day", "business_day", "week", "month", "quarter", "year", "period"}, optional
        Cadence, which also decides where times can be two things; None infers it from the most frequent step. ``"period"`` counts
        rows or whole numbers as they are. Not allowed with a list.
    tz : str, optional
        The one zone in which periods are meant; stamps with another zone are converted, stamps without are read in it.
    date_format : str, optional
        How times are written, in the signs of ``strptime`` and ``%q`` for a quarter, or a word for numbers: ``"excel"``,
        ``"excel1904"``, ``"spss"``, ``"stata_week"``, ``"decimal_year"``. None reads ISO dates and the forms in docs/tables.md.
    dates_at : {"start", "end"}, optional
        Which day of a week, or of another step off the calendar, its date names: the first, or the last that still belongs to it
        (the last hour, of steps of hours). None goes by what the table says of itself: periods by their type, texts with both
        ends, a name such as ``week_ending``. Tables of a list may differ: ``{"data[0]": "end"}``.
    year_start : str, optional
        Month in which the year of quarters and years begins, ``"February"``; a year has the name of the calendar year in which it
        ends. It also says which dates times such as ``FY24 P03`` and ``FY24 Q1`` are. None goes by the type of periods
        (``Q-JAN``), else by the calendar.
    calendar : eager frame, optional
        Periods of a business calendar such as 4-4-5: column ``start`` with their first days, optionally ``name``; the last row is
        the end of the last period, the day after its last one. `retail_calendar` makes one. The dates, or the names, in the table
        are those of these periods; in a list, tables of another cadence keep theirs.
    holidays : list of dates, eager frame or str, optional
        Holidays, or other days on which many metrics move together: dates, a table with a column ``date``, or the code of a
        country, ``"DE"`` or ``"US-CA"`` (needs the extra ``calendar``). Their share of each period, and that of the weeks around
        them, stands in every model; hours and undated rows have none.
    decimal : {".", ","}, optional
        Decimal mark of numbers written as text. None reads the point, and what the cells themselves say (``"1.234,50"``).
    thousands : {".", ",", " ", "'"}, optional
        Mark of thousands in numbers written as text; columns that it does not fit keep their decimal point.
    as_of : date, datetime, str or int, optional
        What was known then: periods that end later are dropped. A date counts to its end.
    catalogue : Catalogue or iterable of Metric, optional
        How several rows of one period become one value, and rates to compute.
    infinite : {"error", "missing"}
        What an infinite value means.

    Returns
    -------
    Sample

    Raises
    ------
    DataContractError
        Lists everything that is wrong with the data.
    UsageError
        If an argument is wrong.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"date": ["2024-01-01", "2024-01-08", "2024-01-22"], "visits": [3, 4, 5]})
    >>> from_wide(frame).column("visits")
    array([ 3.,  4., nan,  5.])
    """
    settings = Settings.checked(
        time=time, segment=segment, freq=freq, tz=tz, date_format=date_format, dates_at=dates_at,
        year_start=year_start, calendar=calendar, holidays=holidays, decimal=decimal, thousands=thousands,
        as_of=as_of, catalogue=catalogue, infinite=infinite,
    )  # fmt: skip
    return _read_or_raise(data, settings, None)


@only_data_positional
def as_sample(
    data: Any,
    *,
    time: str | None = None,
    segment: str | None = None,
    catalogue: Catalogue | Iterable[Metric] | None = None,
    missing: Missing = "mask",
    columns: Any = None,
    freq: Freq | None = None,
    tz: str | None = None,
    date_format: str | None = None,
    dates_at: DatesAt | Mapping[str, DatesAt] | None = None,
    year_start: str | None = None,
    calendar: Any = None,
    holidays: Any = None,
    decimal: str | None = None,
    thousands: str | None = None,
    as_of: Any = None,
    infinite: str = "error",
) -> Sample:
    """Read whatever a caller gave as `data` into a `Sample` of the metrics that will be used.

    Parameters
    ----------
    data : Sample, eager frame, or a list of these
        A Sample passes through, then metrics are chosen and missing periods treated. In a list each table is read by itself;
        those of one cadence come onto one calendar, those of another one into `Sample.others`.
    time, segment, freq, tz, date_format, dates_at, year_start, calendar, holidays, decimal, thousands, as_of, infinite
        As in `from_wide`; not allowed with a Sample, which has been read.
    catalogue : Catalogue or iterable of Metric, optional
        What is known about the metrics; its `missing` goes before the argument.
    missing : {"mask", "error", "zero"} or ("ffill", n)
        What to do with missing periods; nothing is filled by default.
    columns : str, sequence of str, or Mapping from argument to names, optional
        The metrics to use, in this order. A mapping such as ``{"kpi": "sales", "leads": ["visits"]}`` makes messages
        name the right argument. None takes every column of numbers; columns of text are left out and listed.

    Returns
    -------
    Sample

    Raises
    ------
    DataContractError
        Lists everything that is wrong with these columns.
    UnknownNameError
        If a name is not in the data; with the nearest one.
    UsageError
        If an argument is wrong.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"sales": [1, 2, 3], "visits": [4, None, 6], "city": ["A", "B", "C"]})
    >>> sample = as_sample(frame, columns=["visits", "sales"], missing="zero")
    >>> sample.names, sample.column("visits")
    (('visits', 'sales'), array([4., 0., 6.]))
    """
    settings = Settings.checked(
        time=time, segment=segment, freq=freq, tz=tz, date_format=date_format, dates_at=dates_at,
        year_start=year_start, calendar=calendar, holidays=holidays, decimal=decimal, thousands=thousands,
        as_of=as_of, catalogue=catalogue, missing=missing,
        infinite=infinite,
    )  # fmt: skip
    return _read_or_raise(data, settings, columns)


def find_violations(
    data: Any,
    *,
    time: str | None = None,
    segment: str | None = None,
    catalogue: Catalogue | Iterable[Metric] | None = None,
    missing: Missing = "mask",
    columns: Any = None,
    freq: Freq | None = None,
    tz: str | None = None,
    date_format: str | None = None,
    dates_at: DatesAt | Mapping[str, DatesAt] | None = None,
    year_start: str | None = None,
    calendar: Any = None,
    holidays: Any = None,
    decimal: str | None = None,
    thousands: str | None = None,
    as_of: Any = None,
    infinite: str = "error",
) -> tuple[Violation, ...]:
    """Everything that is wrong with the data, as a table of its own would say it; empty if it can be used.

    Parameters are those of `as_sample`.

    Returns
    -------
    tuple of Violation

    Raises
    ------
    UsageError
        If an argument is wrong.

    Examples
    --------
    >>> import pandas as pd
    >>> [found.code for found in find_violations(pd.DataFrame({"sales": [1.0, float("inf")]}))]
    ['LL302']
    """
    settings = Settings.checked(
        time=time, segment=segment, freq=freq, tz=tz, date_format=date_format, dates_at=dates_at,
        year_start=year_start, calendar=calendar, holidays=holidays, decimal=decimal, thousands=thousands,
        as_of=as_of, catalogue=catalogue, missing=missing,
        infinite=infinite,
    )  # fmt: skip
    said = {name: getattr(settings, name) for name in READING if name != "catalogue"} | {"catalogue": catalogue}
    return tuple(found.told(Call.of(from_wide, said)) for found in _read(data, settings, columns)[1])


def _read_or_raise(data: Any, settings: Settings, columns: Any) -> Sample:
    sample, violations = _read(data, settings, columns)
    if sample is None:
        raise_violations(violations)
    return sample


def _read(data: Any, settings: Settings, columns: Any) -> tuple[Sample | None, tuple[Violation, ...]]:
    """The Sample, or all that stands against it."""
    violations = ViolationList()
    sample: Sample | None
    if isinstance(data, (list, tuple)) and len(data) == 1:
        data = data[0]
    if isinstance(data, (list, tuple)):
        sample, asked = read_several(data, settings, columns, violations)
    elif isinstance(data, Sample):
        sample, asked = _from_sample(data, settings, columns, violations)
    else:
        frame = as_pandas(data)
        label = str(frame.attrs.get(SOURCE, "data"))
        sample, asked = _from_frame(frame, settings.of_table(label, [label]), columns, violations)
    if sample is not None and not len(violations):
        sample = with_holidays(labelled(_finish(sample, asked, settings, violations), settings.catalogue), settings.holidays)
    return (None if len(violations) else sample), tuple(violations)


def _from_sample(
    sample: Sample, settings: Settings, columns: Any, violations: ViolationList
) -> tuple[Sample, dict[str, str] | None]:
    """A Sample again, with the metrics that were asked for."""
    settings.refuse_calendar()
    known = (*sample.all_names, *rates_of(sample, settings.catalogue), *(column.name for column in sample.left_out))
    asked = requested_names(columns, known, sample.name_map)
    unknown = [note for note in unknown_metrics(settings, known) if note not in sample.notes]
    refusals = (sample.why_left_out(name, argument) for name, argument in (asked or {}).items())
    violations.found.extend(refusal for refusal in refusals if refusal is not None)
    return with_notes(sample, unknown), asked


def _from_frame(
    frame: pd.DataFrame, settings: Settings, columns: Any, violations: ViolationList
) -> tuple[Sample | None, dict[str, str] | None]:
    """A frame on its grid, before missing periods are treated."""
    table = Wide.of(frame, violations)
    known = (*table.clean.names, *rate_names(table.clean.names, settings.catalogue))
    asked = requested_names(columns, known, table.labels)
    sample = table.read(settings, asked, violations)
    return (None if sample is None else with_notes(sample, unknown_metrics(settings, known))), asked


def _finish(sample: Sample, asked: Mapping[str, str] | None, settings: Settings, violations: ViolationList) -> Sample:
    """Rates, the metrics asked for, and the rules for missing periods."""
    wanted = None if asked is None else tuple(asked)
    sample = _with_rates(sample, settings.catalogue, wanted)
    if wanted is not None:
        _refuse_torn_rates(wanted, sample)
        sample = sample.select(wanted)
    if not sample.others:
        return _filled(sample, asked or {}, settings, violations)
    filled = [_filled(part, asked or {}, settings, violations) for part in sample.cadences]
    added = [note for before, after in zip(sample.cadences, filled, strict=True) for note in after.notes[len(before.notes) :]]
    return replace(together(filled, sample, order=sample.order), notes=(*sample.notes, *added))


def _with_rates(sample: Sample, catalogue: Mapping[str, Metric], wanted: Sequence[str] | None) -> Sample:
    """With how each metric is aggregated, and with the rates whose parts have one calendar."""
    if not sample.others:
        return add_rates(with_aggregates(sample, catalogue), catalogue, wanted)
    parts = [_with_rates(part, catalogue, wanted) for part in sample.cadences]
    new = [name for part in parts for name in part.names if name not in sample.order]
    return together(parts, sample, order=(*sample.order, *new))


def _refuse_torn_rates(wanted: Sequence[str], sample: Sample) -> None:
    """A rate whose numerator and denominator are not on one calendar."""
    known = frozenset(sample.all_names)
    torn = [name for name in wanted if name not in known]
    if torn:
        raise UsageError(
            f"the ratio {torn[0]!r} cannot be formed, because its two parts are not seen equally often: aggregate one of them "
            "to the periods of the other first."
        )


def _filled(sample: Sample, asked: Mapping[str, str], settings: Settings, violations: ViolationList) -> Sample:
    """Missing periods by rule, on one calendar."""
    if settings.missing == "mask" and not settings.catalogue:
        return sample
    values, notes = fill_missing(
        sample.values,
        sample.names,
        default=settings.missing,
        catalogue=settings.catalogue,
        asked=asked,
        periods=sample.periods,
        violations=violations,
    )
    return replace(sample, values=values, notes=(*sample.notes, *notes)) if notes else sample
