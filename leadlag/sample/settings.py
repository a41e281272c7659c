"""How a table is to be read, checked once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from types import MappingProxyType
from typing import Any

from leadlag._calls import READING
from leadlag._validation import as_name, as_option
from leadlag.catalogue import Catalogue, Metric, Missing, as_catalogue, check_missing
from leadlag.errors import UsageError
from leadlag.sample.counting import PeriodTable
from leadlag.sample.declared import as_table
from leadlag.sample.formats import check_format
from leadlag.sample.holidays import Holidays, as_holidays
from leadlag.sample.marks import DECIMALS, THOUSANDS
from leadlag.sample.naming import DATES_AT
from leadlag.sample.periods import MONTH_NAMES, WORDS, DatesAt, Freq
from leadlag.sample.times import check_zone

__all__ = ["Settings"]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How a table is to be read; every field as in `as_sample`, checked.

    `company_wide` says that the catalogue is one for many tables, so that it may name what this one does not have; `beside` that
    there are other tables beside this one.
    """

    time: Any = None
    segment: Any = None
    freq: Freq | None = None
    tz: str | None = None
    date_format: str | None = None
    dates_at: DatesAt | Mapping[str, DatesAt] | None = None
    year_start: str | None = None
    calendar: PeriodTable | None = None
    holidays: Holidays | None = None
    beside: bool = False
    decimal: str | None = None
    thousands: str | None = None
    as_of: Any = None
    catalogue: Mapping[str, Metric] = field(default_factory=lambda: MappingProxyType({}))
    missing: Missing = "mask"
    infinite: str = "error"
    company_wide: bool = False

    @classmethod
    def checked(
        cls,
        *,
        time: Any = None,
        segment: Any = None,
        freq: Any = None,
        tz: Any = None,
        date_format: Any = None,
        dates_at: Any = None,
        year_start: Any = None,
        calendar: Any = None,
        holidays: Any = None,
        decimal: Any = None,
        thousands: Any = None,
        as_of: Any = None,
        catalogue: Any = None,
        missing: Any = "mask",
        infinite: Any = "error",
    ) -> Settings:
        """Settings, or a `UsageError` that names the argument."""
        if decimal is not None and decimal == thousands:
            raise UsageError(
                f"decimal and thousands are both {decimal!r}: a number needs two marks that differ, or one of the two."
            )
        if calendar is not None and freq is not None:
            raise UsageError(f"freq={freq!r} is not allowed with calendar, whose periods are the cadence: leave one of them out.")
        return cls(
            time=time,
            segment=segment,
            freq=None if freq is None else as_option(freq, "freq", WORDS),  # type: ignore[arg-type]  # one of WORDS
            tz=check_zone(tz),
            date_format=check_format(date_format),
            dates_at=_which_end(dates_at),
            year_start=None if year_start is None else as_option(year_start, "year_start", MONTH_NAMES),
            calendar=as_table(calendar),
            holidays=as_holidays(holidays),
            decimal=None if decimal is None else as_option(decimal, "decimal", DECIMALS),
            thousands=None if thousands is None else as_option(thousands, "thousands", THOUSANDS),
            as_of=as_of,
            catalogue=as_catalogue(catalogue),
            missing=check_missing(missing),
            infinite=as_option(infinite, "infinite", ("error", "missing")),
            company_wide=isinstance(catalogue, Catalogue),
        )

    @property
    def filled(self) -> bool:
        """Whether a rule says what a period without a row stands for, as zero does in a list of events."""
        return any(
            rule not in ("mask", "error") for rule in (self.missing, *(metric.missing for metric in self.catalogue.values()))
        )

    @property
    def first_month(self) -> int | None:
        """`year_start` as a number, 0 = January."""
        return None if self.year_start is None else MONTH_NAMES.index(self.year_start)

    @property
    def said_end(self) -> DatesAt | None:
        """`dates_at` of one table."""
        return None if isinstance(self.dates_at, Mapping) else self.dates_at

    def of_table(self, label: str, labels: Sequence[str]) -> Settings:
        """The settings of one of some tables: `dates_at` may differ between them.

        Raises
        ------
        UsageError
            If `dates_at` names a table that is not there.
        """
        if not isinstance(self.dates_at, Mapping):
            return self
        files = {PurePath(each).name: each for each in labels} | {each: each for each in labels}
        told = {files[as_name(table, "dates_at", tuple(files), owner="table")]: word for table, word in self.dates_at.items()}
        return replace(self, dates_at=told.get(label))

    def refuse_calendar(self) -> None:
        """A `UsageError` if something is said about how a Sample is to be read, which has been."""
        for name in READING:
            value = getattr(self, name)
            if value is not None and name not in ("catalogue", "infinite"):
                raise UsageError(f"{name}={value!r} is not allowed with a Sample, which has been read: give it to from_wide.")


def _which_end(dates_at: Any) -> DatesAt | Mapping[str, DatesAt] | None:
    """Which end of its period a date names, for all tables or by table, or a `UsageError`."""
    if dates_at is None:
        return None
    if isinstance(dates_at, Mapping):
        return {str(table): _one_end(word) for table, word in dates_at.items()}
    return _one_end(dates_at)


def _one_end(word: Any) -> DatesAt:
    return as_option(word, "dates_at", DATES_AT)  # type: ignore[return-value]  # one of DATES_AT
