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
from leadlag.sample.periods import WORDS, Freq
from leadlag.sample.times import check_zone

__all__ = ["Settings"]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How a table is to be read; every field as in `as_sample`, checked."""

    time: Any = None
    freq: Freq | None = None
    tz: str | None = None
    date_format: str | None = None
    as_of: Any = None
    catalogue: Mapping[str, Metric] = field(default_factory=lambda: MappingProxyType({}))
    missing: Missing = "mask"
    infinite: str = "error"

    @classmethod
    def checked(
        cls,
        *,
        time: Any = None,
        freq: Any = None,
        tz: Any = None,
        date_format: Any = None,
        as_of: Any = None,
        catalogue: Any = None,
        missing: Any = "mask",
        infinite: Any = "error",
    ) -> Settings:
        """Settings, or a `UsageError` that names the argument."""
        return cls(
            time=time,
            freq=None if freq is None else as_option(freq, "freq", WORDS),  # type: ignore[arg-type]  # one of WORDS
            tz=check_zone(tz),
            date_format=check_format(date_format),
            as_of=as_of,
            catalogue=as_catalogue(catalogue),
            missing=check_missing(missing),
            infinite=as_option(infinite, "infinite", ("error", "missing")),
        )

    @property
    def filled(self) -> bool:
        """Whether a rule says what a period without a row stands for, as zero does in a list of events."""
        return any(
            rule not in ("mask", "error") for rule in (self.missing, *(metric.missing for metric in self.catalogue.values()))
        )

    def refuse_calendar(self) -> None:
        """A `UsageError` if something is said about the calendar of a Sample, which has its own."""
        for name in ("time", "freq", "tz", "date_format", "as_of"):
            value = getattr(self, name)
            if value is not None:
                raise UsageError(f"{name}={value!r} is not allowed with a Sample, which has its calendar: give it to from_wide.")
