"""How a table is to be read, checked once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from leadlag._validation import as_option
from leadlag.catalogue import Metric, Missing, as_catalogue, check_missing
from leadlag.errors import UsageError
from leadlag.sample.formats import check_format
from leadlag.sample.marks import DECIMALS, THOUSANDS
from leadlag.sample.periods import WORDS, Freq
from leadlag.sample.times import check_zone

__all__ = ["Settings"]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How a table is to be read; every field as in `as_sample`, checked."""

    time: Any = None
    segment: Any = None
    freq: Freq | None = None
    tz: str | None = None
    date_format: str | None = None
    decimal: str | None = None
    thousands: str | None = None
    as_of: Any = None
    catalogue: Mapping[str, Metric] = field(default_factory=lambda: MappingProxyType({}))
    missing: Missing = "mask"
    infinite: str = "error"

    @classmethod
    def checked(
        cls,
        *,
        time: Any = None,
        segment: Any = None,
        freq: Any = None,
        tz: Any = None,
        date_format: Any = None,
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
        return cls(
            time=time,
            segment=segment,
            freq=None if freq is None else as_option(freq, "freq", WORDS),  # type: ignore[arg-type]  # one of WORDS
            tz=check_zone(tz),
            date_format=check_format(date_format),
            decimal=None if decimal is None else as_option(decimal, "decimal", DECIMALS),
            thousands=None if thousands is None else as_option(thousands, "thousands", THOUSANDS),
            as_of=as_of,
            catalogue=as_catalogue(catalogue),
            missing=check_missing(missing),
            infinite=as_option(infinite, "infinite", ("error", "missing")),
        )

    def refuse_calendar(self) -> None:
        """A `UsageError` if something is said about how a Sample is to be read, which has been."""
        for name in ("time", "segment", "freq", "tz", "date_format", "decimal", "thousands", "as_of"):
            value = getattr(self, name)
            if value is not None:
                raise UsageError(f"{name}={value!r} is not allowed with a Sample, which has been read: give it to from_wide.")
