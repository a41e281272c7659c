"""What stands beside the leads in a regression: trend, season and controls, on the rows it was fitted to and on later ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NoReturn

import numpy as np
import pandas as pd

from leadlag.core.arrays import Floats
from leadlag.core.series.season import harmonics
from leadlag.core.time.clock import Clock
from leadlag.errors import UsageError
from leadlag.prepare.season import selected_seasons
from leadlag.prepare.transforms import take_log
from leadlag.sample import Calendar, Sample
from leadlag.sample.periods import MONTH_NAMES, cadence_of, calendar_of, ordinals_of

__all__ = ["Covariates", "LeadSeries", "covariates_of", "extended_sample", "lead_series", "level_or_log", "periods_after"]


#: Cycles of a season that was asked for by its length alone.
_MOST_CYCLES = 12


@dataclass(frozen=True, kw_only=True)
class Covariates:
    """Recipe of the columns beside the leads.

    Parameters
    ----------
    trend : {"none", "linear"}
    seasons : tuple of (float, int)
        Length in periods, and number of cycles, of each season.
    controls : tuple of str
    log : tuple of str
        Columns taken in logs.
    first : Calendar
        That of the fit; trend and season are counted from its first period.
    """

    trend: str
    seasons: tuple[tuple[float, int], ...]
    controls: tuple[str, ...]
    log: tuple[str, ...]
    first: Calendar

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each column."""
        waves = [
            f"season{period:.4g}.{place + 1}"
            for period, count in self.seasons
            for place in range(harmonics(2, period=period, count=count).shape[1])
        ]
        return (*(("trend",) if self.trend == "linear" else ()), *waves, *self.controls)

    def columns(self, sample: Sample) -> Floats:
        """The columns on the periods of a sample, shape (n_periods, len(names))."""
        offset, n = periods_after(self.first, sample.calendar), sample.n_periods
        parts = [np.arange(offset, offset + n, dtype=np.float64)[:, None]] if self.trend == "linear" else []
        skipped = max(-offset, 0)
        for period, count in self.seasons:
            # a whole number of seasons earlier the waves are the same
            back = int(np.ceil(skipped / period) * period) if float(period).is_integer() else 0
            if skipped and not back:
                raise UsageError("data begin before the first period of the fit: leave those periods out.")
            parts.append(harmonics(offset + back + n, period=period, count=count)[offset + back :])
        parts += [level_or_log(sample, name, self.log)[:, None] for name in self.controls]
        return np.column_stack(parts) if parts else np.empty((n, 0))


def covariates_of(
    sample: Sample, *, kpi: str, leads: Sequence[str], controls: Sequence[str], trend: str, season: str | int, log: Sequence[str]
) -> Covariates:
    """The recipe for one regression.

    Parameters
    ----------
    sample : Sample
    kpi : str
    leads, controls : sequence of str
    trend : {"none", "linear"}
    season : {"none", "auto"} or int
        The seasons of the calendar that the KPI or a lead shows, or one of so many periods.
    log : sequence of str

    Returns
    -------
    Covariates

    Raises
    ------
    UsageError
        If a season does not fit into the sample twice.
    """
    if season == "auto":
        X = np.column_stack([level_or_log(sample, name, log) for name in leads])
        selected = selected_seasons(sample.calendar, level_or_log(sample, kpi, log), X)
        seasons = tuple((item.period, item.count) for item in selected if item.count)
    elif isinstance(season, str):
        seasons = ()
    else:
        if 2 * season > sample.n_periods:
            raise UsageError(f"season={season} is longer than half of the {sample.n_periods} periods: give at most half.")
        seasons = ((float(season), min(season // 2, _MOST_CYCLES)),)
    return Covariates(trend=trend, seasons=seasons, controls=tuple(controls), log=tuple(log), first=sample.calendar)


@dataclass(frozen=True, kw_only=True, eq=False)
class LeadSeries:
    """One lead as a regression takes it.

    Parameters
    ----------
    values : ndarray, shape (n,), or (n_own,) where it is seen more often than the KPI
        In logs if it is to be; NaN where missing.
    clock : Clock or None
        How its own periods line up with the KPI's; None where they are the same.
    calendar : Calendar
        Of its own periods.
    """

    values: Floats
    clock: Clock | None
    calendar: Calendar


def lead_series(sample: Sample, name: str, log: Sequence[str]) -> LeadSeries:
    """A lead of a sample around the KPI, on its own calendar if it is seen more often than the KPI."""
    finer = sample.finer(name)
    if finer is None:
        return LeadSeries(values=level_or_log(sample, name, log), clock=None, calendar=sample.calendar)
    values = take_log(finer.values, name) if name in log else finer.values
    return LeadSeries(values=values, clock=finer.clock, calendar=finer.calendar)


def extended_sample(sample: Sample, *, first_lag: int) -> Sample:
    """The sample with later periods of the KPI, as far as leads seen more often reach; the same if there are none of these.

    Parameters
    ----------
    sample : Sample
    first_lag : int
        Shortest lag, in periods of the KPI, that is in the model.
    """
    calendar = sample.calendar
    left = [(len(finer.values) - finer.clock.ended[-1]) / finer.clock.ratio for finer in sample.faster.values()]
    if not left:
        return sample
    ahead = max(int(np.ceil(max(left))), 0) + first_lag + 1
    cadence = cadence_of(calendar)
    first = _first_ordinal(calendar)
    longer = calendar_of(first, first + len(calendar) + ahead - 1, cadence, tz=calendar.tz)
    values = np.concatenate([sample.values, np.full((ahead, sample.values.shape[1]), np.nan)])
    faster = {name: finer.along(longer) for name, finer in sample.faster.items()}
    return replace(sample, calendar=longer, values=values, faster=faster)


def level_or_log(sample: Sample, name: str, log: Sequence[str]) -> Floats:
    """A column of the sample, in logs if it is to be."""
    values = sample.column(name)
    return take_log(values, name) if name in log else values


def periods_after(first: Calendar, later: Calendar) -> int:
    """Periods from the first one of a calendar to the first one of another."""
    old, new = first.index, later.index
    if first.freq != later.freq or type(old) is not type(new):
        raise UsageError(f"data have one row a {later.unit} where the fit had one a {first.unit}: give the same cadence.")
    if (
        (isinstance(new, pd.PeriodIndex) and isinstance(old, pd.PeriodIndex))
        or later.table is not None
        or first.table is not None
    ):
        if cadence_of(first) != cadence_of(later):
            _refuse_anchor(first, later)
        return _first_ordinal(later) - _first_ordinal(first)
    if isinstance(new, pd.DatetimeIndex):
        if first.freq == "business_day":
            return int(np.busday_count(old[0].date(), new[0].date()))
        step = old[1] - old[0]
        return round((new[0] - old[0]) / step)
    return int(new[0]) - int(old[0])


def _first_ordinal(calendar: Calendar) -> int:
    return int(ordinals_of(calendar.starts.to_numpy(dtype="datetime64[us]")[:1], cadence_of(calendar))[0])


def _refuse_anchor(first: Calendar, later: Calendar) -> NoReturn:
    if later.table is not None or first.table is not None:
        raise UsageError("the calendar of the data has other periods than that of the fit: read both with one calendar.")
    if first.freq != "week":
        months = " where that of the fit began in ".join(MONTH_NAMES[calendar.year_start] for calendar in (later, first))
        raise UsageError(f"the year of the data begins in {months}: give {later.unit}s of the same year.")
    raise UsageError(
        f"weeks of data begin on {later.anchor} where those of the fit began on {first.anchor}: give the same weeks."
    )
