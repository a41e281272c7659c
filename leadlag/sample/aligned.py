"""Metrics of another cadence beside the KPI: where their periods fall among its own, and one value for each of these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from leadlag.catalogue import Aggregate, Ratio
from leadlag.core.time.clock import Clock
from leadlag.core.time.overlap import Edges, folded, last_ended
from leadlag.sample.names import first_names
from leadlag.sample.periods import MONTH_NAMES, Cadence, Calendar, cadence_of, days_per_period, ordinals_of, starts_of

__all__ = ["Aligned", "Finer", "align", "edges_between", "quotient"]

_DAY = np.timedelta64(86_400_000_000, "us")
#: How far the calendar is looked at for the fewest own periods in one of the KPI's: weekdays and leap years repeat in 28 years.
_YEARS, _MOST_PERIODS = 40, 3_000
_SINCE = np.datetime64("2000-01-01", "us")
#: Metrics that a note names.
_SHOWN = 3


@dataclass(frozen=True, kw_only=True, eq=False)
class Finer:
    """A metric that is seen more often than the KPI, on its own calendar.

    Parameters
    ----------
    values : ndarray, shape (n_own,)
        Oldest first, NaN where missing. They may begin before the KPI's first period and go on after its last.
    clock : Clock
        How the own periods line up with the KPI's.
    unit : str
        One own period in prose, for example ``"month"``.
    calendar : Calendar
        The own periods.
    """

    values: np.ndarray
    clock: Clock
    unit: str
    calendar: Calendar

    def along(self, kpi: Calendar) -> Finer:
        """The same metric beside other periods of the KPI's cadence."""
        clock = edges_between(kpi, self.calendar).clock(per=self.clock.per, ratio=self.clock.ratio)
        return replace(self, clock=clock)


@dataclass(frozen=True, kw_only=True, eq=False)
class Aligned:
    """Metrics of one other cadence beside the KPI.

    Parameters
    ----------
    values : ndarray, shape (n_periods, n_metrics)
        On the KPI's calendar.
    finer : Mapping from str to Finer
        The metrics that are seen more often than the KPI; empty if these are not.
    pace : float
        Own periods to one of the KPI's on average; below one for metrics that are seen less often.
    text : str
        What was lined up with what, as a sentence.
    """

    values: np.ndarray
    finer: Mapping[str, Finer]
    pace: float
    text: str


def align(
    values: np.ndarray,
    names: Sequence[str],
    *,
    own: Calendar,
    kpi: Calendar,
    rules: Mapping[str, Aggregate],
    parts: Mapping[str, np.ndarray],
) -> Aligned:
    """Metrics of one calendar beside a KPI of another.

    Parameters
    ----------
    values : ndarray, shape (n_own, n_metrics)
    names : sequence of str
    own, kpi : Calendar
        Both dated.
    rules : Mapping from str to {"sum", "mean", "last"} or Ratio
        How each metric is folded; a mean where it is not named.
    parts : Mapping from str to ndarray, shape (n_own,)
        Numerators and denominators of the rates.

    Notes
    -----
    Metrics of which at least one period lies whole in each of the KPI's are folded. All others stand with the value of their
    last period that has ended, never interpolated.
    """
    edges = edges_between(kpi, own)
    per = _fewest_whole(kpi, own)
    ratio = float(days_per_period(cadence_of(kpi)) / days_per_period(cadence_of(own)))
    if per < 1 or ratio <= 1.0:
        slow = np.stack([last_ended(column, edges) for column in values.T], axis=-1)
        return Aligned(values=slow, finer={}, pace=ratio, text=_with_spans(_slow_text(names, own, kpi), own, kpi))
    clock = edges.clock(per=per, ratio=ratio)
    columns = [_one(column, edges, rules.get(name, "mean"), parts) for column, name in zip(values.T, names, strict=True)]
    finer = {
        name: Finer(values=column, clock=clock, unit=own.unit, calendar=own) for name, column in zip(names, values.T, strict=True)
    }
    straddled = bool((edges.begun > edges.ended).any()) if own.table is not None or kpi.table is not None else ratio != int(ratio)
    text = _fast_text(names, own, kpi, ratio, {rules.get(name, "mean") for name in names}, straddled=straddled)
    return Aligned(values=np.stack(columns, axis=-1), finer=finer, pace=ratio, text=_with_spans(text, own, kpi))


def edges_between(kpi: Calendar, own: Calendar) -> Edges:
    """Where the edges of the KPI's periods fall among the own periods of another calendar."""
    cadence = cadence_of(own)
    first = int(ordinals_of(_starts(own)[:1], cadence)[0])
    edges = _edges(_moved(_period_edges(_starts(kpi)[0], len(kpi), cadence_of(kpi)), kpi, own), cadence)
    return Edges(ended=edges.ended - first, begun=edges.begun - first, before=edges.before)


def quotient(num: np.ndarray, den: np.ndarray) -> np.ndarray:
    """`num` over `den`, missing where the denominator is zero or either is missing."""
    rate: np.ndarray = np.divide(num, den, out=np.full(np.shape(num), np.nan), where=(den != 0) & ~np.isnan(den))
    return rate


def _one(values: np.ndarray, edges: Edges, rule: Aggregate, parts: Mapping[str, np.ndarray]) -> np.ndarray:
    """One metric by its rule; a rate is the sum of its parts over the sum of its parts."""
    if not isinstance(rule, Ratio):
        return folded(values, edges, rule)
    if rule.num not in parts or rule.den not in parts:
        return folded(values, edges, "mean")
    return quotient(folded(parts[rule.num], edges, "sum"), folded(parts[rule.den], edges, "sum"))


def _edges(moments: np.ndarray, cadence: Cadence) -> Edges:
    """Own periods, counted as the cadence counts, at some moments."""
    ended = ordinals_of(moments, cadence)
    starts = starts_of(ended, cadence)
    straddled = starts < moments  # a weekend before the next business day straddles nothing
    ends = starts + _DAY if cadence.freq == "business_day" else starts_of(ended + 1, cadence)
    before = np.where(straddled, (moments - starts) / (ends - starts), 0.0)
    return Edges(ended=ended.astype(np.intp), begun=(ended + straddled).astype(np.intp), before=before)


def _starts(calendar: Calendar) -> np.ndarray:
    starts: np.ndarray = calendar.starts.to_numpy(dtype="datetime64[us]")
    return starts


def _period_edges(start: np.datetime64, n_periods: int, cadence: Cadence) -> np.ndarray:
    """First moment of each of some periods and of the one after them, shape (n_periods + 1,)."""
    first = int(ordinals_of(np.array([start]), cadence)[0])
    return starts_of(np.arange(first, first + n_periods + 1), cadence)


def _moved(moments: np.ndarray, kpi: Calendar, own: Calendar) -> np.ndarray:
    """Moments of the KPI's clock on the other one."""
    if kpi.tz is None or own.tz is None or kpi.tz == own.tz:
        return moments
    index = pd.DatetimeIndex(moments)
    aware = index.tz_localize(kpi.tz, ambiguous=np.ones(len(index), dtype=bool), nonexistent="shift_forward")
    moved: np.ndarray = aware.tz_convert(own.tz).tz_localize(None).to_numpy(dtype="datetime64[us]")
    return moved


def _fewest_whole(kpi: Calendar, own: Calendar) -> int:
    """Own periods that lie whole in every period of the KPI's cadence: of the calendar, not of the rows there are."""
    edges = _edges(_moved(_many_edges(kpi, own), kpi, own), cadence_of(own))
    return max(0, int((edges.ended[1:] - edges.begun[:-1]).min()))


def _many_edges(kpi: Calendar, own: Calendar) -> np.ndarray:
    """Edges of the KPI's periods: of as many as a declared table has, or reaches over, else of many years of the calendar."""
    cadence = cadence_of(kpi)
    if kpi.table is not None:
        return starts_of(np.arange(len(kpi.table) + 1), cadence)
    n_periods = min(_MOST_PERIODS, max(2, int(_YEARS * 366 / days_per_period(cadence))))
    if own.table is None:
        return _period_edges(_SINCE, n_periods, cadence)
    reach = np.array(own.table.days)[[0, -1]].astype("datetime64[D]").astype("datetime64[us]")
    first, last = ordinals_of(reach, cadence).tolist()
    return starts_of(np.arange(first + 1, max(last, first + 2) + 1), cadence)


def _unit(calendar: Calendar) -> str:
    return f"step of {calendar.step}" if calendar.step else calendar.unit


def _with_spans(text: str, own: Calendar, kpi: Calendar) -> str:
    """The sentence with the days of weeks and other steps, where it does not say them itself."""
    spans = {calendar.span: None for calendar in (own, kpi) if calendar.span}
    return f"{text.removesuffix('.')} ({'; '.join(spans)})." if spans and own.freq != kpi.freq else text


def _year(calendar: Calendar) -> str:
    return MONTH_NAMES[calendar.year_start]


def _fast_text(
    names: Sequence[str], own: Calendar, kpi: Calendar, ratio: float, rules: set[Aggregate], *, straddled: bool
) -> str:
    words = {"sum": "sum", "mean": "mean", "last": "last value"}
    ways = sorted({words["sum"] + " over sum" if isinstance(rule, Ratio) else words[rule] for rule in rules})
    how = " or ".join(ways) + (", as the catalogue says" if len(ways) > 1 else "")
    count = f"{ratio:.4g} {_unit(own)}s to a {_unit(kpi)}"
    straddling = "" if not straddled else f"; a {_unit(own)} that lies in two is split by days"
    once = f"where one value a {kpi.unit} is needed, the {how}{straddling}"
    return f"seen more often than the KPI, {count}: {first_names(names, _SHOWN)}; {once}."


def _slow_text(names: Sequence[str], own: Calendar, kpi: Calendar) -> str:
    if cadence_of(own).freq == cadence_of(kpi).freq == "week":
        how = f"weeks that begin on {own.anchor}, where those of the KPI begin on {kpi.anchor}"
        return f"{how}: {first_names(names, _SHOWN)}. So each week has the value of the last one that had ended."
    if own.freq == kpi.freq and kpi.freq in ("quarter", "year"):
        how = f"{own.unit}s of a year that begins in {_year(own)}, where that of the KPI begins in {_year(kpi)}"
        return f"{how}: {first_names(names, _SHOWN)}. So each {kpi.unit} has the value of the last one that had ended."
    how = f"each {kpi.unit} has the value of the last {_unit(own)} that had ended, none is interpolated"
    return f"not seen as often as the KPI, once a {_unit(own)}: {first_names(names, _SHOWN)}. So {how}."
