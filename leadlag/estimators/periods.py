"""The time of rows as counted periods, in the cadence that was learned once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leadlag._validation import as_option
from leadlag.errors import DataContractError, UsageError
from leadlag.sample.cadence import counter_cadence, declared_cadence, infer_cadence
from leadlag.sample.indexed import index_in_doubt
from leadlag.sample.look import look_at
from leadlag.sample.periods import WORDS, Cadence, Freq, months_of, ordinals_of
from leadlag.sample.tables import as_pandas
from leadlag.sample.times import Stamps, read_times
from leadlag.sample.violations import ViolationList, raise_violations

__all__ = ["PeriodCounter", "time_of"]


def time_of(X: Any, time: Any) -> pd.Series | None:
    """Time of every row as a column: what was given as `time`, else an index of a pandas frame that holds times, else None.

    Examples
    --------
    >>> time_of(pd.DataFrame({"visits": [1.0]}, index=pd.PeriodIndex(["2024-01"], freq="M")), None).tolist()
    [Period('2024-01', 'M')]
    """
    if time is None:
        index = X.index if isinstance(X, pd.DataFrame) and not isinstance(X.index, pd.MultiIndex) else None
        if index is None or isinstance(index, pd.RangeIndex):
            return None
        times = index.to_series().reset_index(drop=True)
        look = look_at(times)
        if look.kind in ("date", "form", "other") and (look.whole or look.most):
            return times
        found = index_in_doubt(times, None if index.name is None else str(index.name))
        if found is not None:
            raise UsageError(
                f"the index of X {found}: give the times as time=, as dates or in a form that is known, or drop the index with "
                "X.reset_index(drop=True) if the rows are in order, the oldest first."
            )
        return None
    if isinstance(time, str):
        raise UsageError(f"time={time!r} is one text: give the times themselves, one per row, not the name of a column.")
    if isinstance(time, (pd.Series, pd.Index)):
        return pd.Series(time).reset_index(drop=True)
    if hasattr(time, "to_frame"):  # a column of polars or another frame that narwhals reads
        return as_pandas(time.to_frame(), "time").iloc[:, 0]
    values = np.asarray(time)
    if values.ndim != 1:
        raise UsageError(f"time has {values.ndim} dimensions: give one time per row.")
    return pd.Series(time if values.dtype == object else values)


@dataclass(frozen=True, kw_only=True)
class PeriodCounter:
    """Numbers the periods of any rows as those of the rows that it was learned from.

    Parameters
    ----------
    cadence : Cadence
    counter : bool
        Whether the times are a plain counter, not dates.
    in_utc : bool
        Whether periods are counted in UTC: steps shorter than a day.
    """

    cadence: Cadence
    counter: bool
    in_utc: bool

    @classmethod
    def learned(cls, time: pd.Series, freq: str | None) -> PeriodCounter:
        """The cadence of these times: the one declared, else that of their most frequent step.

        Raises
        ------
        DataContractError
            If the times cannot be read, or their cadence cannot be told.
        """
        word: Freq | None = None if freq is None else as_option(freq, "freq", WORDS)  # type: ignore[assignment]  # WORDS are Freq
        stamps = _stamps(time, None if word == "period" and time.dtype.kind not in "iu" else word)
        if stamps.kind == "counter":
            found = counter_cadence(stamps.local, word or "period")
        elif word is not None or stamps.years:
            found = declared_cadence(word or "year", stamps.local, stamps.first_month)
        else:
            found = infer_cadence(stamps.local, stamps.utc, stamps.first_month)
        if found.cadence is None:
            words = ", ".join(map(repr, WORDS))
            raise DataContractError(
                f"time: the cadence cannot be told: {found.problem}. Say which it is by freq, one of {words}; or give rows "
                "without a time or a dated index, and lags count rows.",
                code="LL309",
            )
        return cls(cadence=found.cadence, counter=stamps.kind == "counter", in_utc=found.in_utc)

    def count(self, time: pd.Series) -> NDArray[np.int64]:
        """Number of the period of each row, shape (n,); neighbouring periods differ by one.

        Raises
        ------
        UsageError
            If these are dates and the learned ones a counter, or the other way round; or if one lies between two periods of a
            learned step.
        """
        stamps = _stamps(time, "period" if self.counter else None if self.cadence.freq == "period" else self.cadence.freq)
        if (stamps.kind == "counter") != self.counter:
            kinds = ("a counter", "dates") if self.counter else ("dates", "a counter")
            raise UsageError(f"time was {kinds[0]} in fit and is {kinds[1]} here: give the same kind of time.")
        clock = stamps.utc if self.in_utc else stamps.local
        if self.counter or self.cadence.freq == "period":
            units = months_of(clock) if self.cadence.base == "month" else clock.astype(np.int64)
            between = np.flatnonzero((units - self.cadence.origin) % self.cadence.step)
            if len(between):
                raise UsageError(
                    f"time: row {between[0]} ({time.iloc[between[0]]}) lies between two periods of the step that fit learned: "
                    "give times on that step, or fit on rows that show the shorter one."
                )
        return np.asarray(ordinals_of(clock, self.cadence), dtype=np.int64)


def _stamps(time: pd.Series, freq: str | None) -> Stamps:
    """The times in any form that tables have; which of two readings is meant, the name of the column or `freq` says."""
    violations = ViolationList()
    name = time.name if isinstance(time.name, str) else None
    stamps = read_times(time, name=name, tz=None, date_format=None, freq=freq, violations=violations)
    if stamps is None:
        raise_violations(violations)
    return stamps
