"""The preparation learned again at each origin, from what was published then."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import Protocol, TypeAlias

import numpy as np

from leadlag.core.arrays import Flags, Floats, Ints
from leadlag.core.forecasts.direct import own_history_model
from leadlag.core.linear.leastsquares import is_constant, less_columns, standardise
from leadlag.core.noise.momentum import Momentum, filtered_fit, fit_momentum, inside
from leadlag.core.search.shapes import first_autocorrelation
from leadlag.core.series.robust import few_values
from leadlag.core.time.lags import difference
from leadlag.prepare.kpi import MAX_ORDER, clear_shift, clip_limit, working_kpi
from leadlag.prepare.leads import N_TREND, working_leads
from leadlag.prepare.origins.filled import as_surprises, filled_forward, latest, less_by_rows
from leadlag.prepare.regressors import beside_leads, fixed_blocks
from leadlag.prepare.season import SeasonKey, candidate_seasons, season_periods
from leadlag.prepare.transforms import clip_beyond, clip_innovations
from leadlag.prepare.untestable import fewest_rows
from leadlag.sample import Calendar

__all__ = [
    "KnownValues", "KpiAtOrigin", "LeadsAtOrigin", "Learner", "Preparation", "RealTimeData", "UnrevisedData", "grown_rows",
    "level_shift",
]  # fmt: skip


#: Seasons and what lies inside the periods, by which columns are made.
_Terms: TypeAlias = tuple[tuple[SeasonKey, ...], tuple[str, ...]]

#: Verdicts are asked again when the history has grown by this share.
_GROWTH = 0.2
#: Rows at which they are asked first, and seasons at which again: at two a season can be asked, at four with all its cycles.
_FIRST_ROWS, _AT_SEASONS = 20, (2, 4)


@dataclass(frozen=True, kw_only=True, eq=False)
class KnownValues:
    """Values as they were published at one origin, rows up to and with it; NaN where not published yet, or missing.

    Parameters
    ----------
    y : ndarray, shape (origin + 1,)
    X : ndarray, shape (origin + 1, m)
    Z : ndarray, shape (origin + 1, c)
        KPI, leads and controls.
    """

    y: Floats
    X: Floats
    Z: Floats

    @property
    def n_known(self) -> int:
        """Rows up to the KPI's last value, of which there is one."""
        return int(np.flatnonzero(np.isfinite(self.y))[-1]) + 1


class RealTimeData(Protocol):
    """What says which values were known when."""

    @property
    def kpi_delay(self) -> int:
        """Periods after its own at which a value of the KPI is published."""

    @property
    def lead_delays(self) -> Ints:
        """The same of each lead, shape (m,)."""

    @property
    def control_delays(self) -> Ints:
        """The same of each control, shape (c,)."""

    def at(self, origin: int) -> KnownValues:
        """What was known at the end of row `origin`."""


@dataclass(frozen=True, kw_only=True, eq=False)
class UnrevisedData:
    """Values that are published once, some periods late, and never revised.

    Parameters
    ----------
    y : ndarray, shape (n,)
    X : ndarray, shape (n, m)
    Z : ndarray, shape (n, c)
    kpi_delay : int
    lead_delays : ndarray of int, shape (m,)
    control_delays : ndarray of int, shape (c,)
    """

    y: Floats
    X: Floats
    Z: Floats
    kpi_delay: int
    lead_delays: Ints
    control_delays: Ints

    def at(self, origin: int) -> KnownValues:
        """What was known at the end of row `origin`."""
        row = np.arange(origin + 1)[:, None]
        leads = np.where(row <= origin - self.lead_delays, self.X[: origin + 1], np.nan)
        controls = np.where(row <= origin - self.control_delays, self.Z[: origin + 1], np.nan)
        own = np.where(row[:, 0] <= origin - self.kpi_delay, self.y[: origin + 1], np.nan)
        return KnownValues(y=own, X=leads, Z=controls)


@dataclass(frozen=True, kw_only=True, eq=False)
class Preparation:
    """What was found to hold of the series up to some origin; arrays of shape (m,).

    Parameters
    ----------
    unit_root : bool
    seasons : tuple of SeasonKey
    inside : tuple of str
        What lies inside the periods, by the names of `leadlag.prepare.regressors`.
    shift : int or None
        First row after the KPI's level shift.
    momentum : Momentum
        By which the KPI's innovations are judged.
    clip : float or None
        Robust standard deviations within which they are kept; None for a KPI of few values.
    differenced, surprises : ndarray of bool
    spikes : ndarray
        Distance from its surroundings at which a value of a lead is a spike.
    """

    unit_root: bool
    seasons: tuple[SeasonKey, ...]
    inside: tuple[str, ...]
    shift: int | None
    momentum: Momentum
    clip: float | None
    differenced: Flags
    surprises: Flags
    spikes: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class KpiAtOrigin:
    """The KPI as it was analysed at one origin.

    Parameters
    ----------
    y : ndarray, shape (n_known,)
        Its innovations clipped, gaps after the first value filled by its own past, less `center` and in units of `scale`.
    known : ndarray of bool, shape (n_known,)
        Rows that are not filled.
    momentum : Momentum
    center, scale : float
    raw : ndarray, shape (n_known,)
        As published.
    """

    y: Floats
    known: Flags
    momentum: Momentum
    center: float
    scale: float
    raw: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class LeadsAtOrigin:
    """Leads with one publication delay as they were analysed at one origin.

    Parameters
    ----------
    values : ndarray, shape (n_known, m)
        Without trend, season and gaps.
    rho : ndarray, shape (m,)
        First autocorrelation.
    """

    values: Floats
    rho: Floats


@dataclass(kw_only=True, eq=False)
class Learner:
    """Learns the preparation at one origin after the other.

    Parameters
    ----------
    known : RealTimeData
    calendar : Calendar
        Of all rows.
    max_lag : int
    growth : float
        Verdicts (season, integration, level shift, spikes, surprises) are asked again when the rows have grown by this share, and
        when a season can be asked for the first time; all else is learned at every origin. 0 asks at every origin.
    sums : ndarray of bool, shape (1 + m,), optional
        Series, the KPI first, whose values can depend on the days of a period; all if None.

    Notes
    -----
    The rows at which the preparation is chosen do not depend on where the origins begin, and a forecast neither.
    """

    known: RealTimeData
    calendar: Calendar
    max_lag: int
    growth: float = _GROWTH
    sums: Flags | None = None
    _cached: tuple[int, Preparation] | None = field(default=None, init=False)
    _fixed_rows: dict[_Terms, Floats] = field(default_factory=dict, init=False)
    _fixed_places: dict[_Terms, tuple[slice, ...]] = field(default_factory=dict, init=False)

    def preparation(self, origin: int, now: KnownValues) -> Preparation:
        """The preparation that holds at one origin: that of the last number of rows at which it is chosen."""
        rows = max((point for point in self._points if point <= origin + 1), default=origin + 1)
        if self._cached is not None and self._cached[0] == rows:
            return self._cached[1]
        then = now if rows == origin + 1 else self.known.at(rows - 1)
        if not self.can_learn(then):
            rows, then = origin + 1, now
        self._cached = (rows, _preparation(then, self.calendar, self.max_lag, sums=self.sums))
        return self._cached[1]

    @cached_property
    def _points(self) -> tuple[int, ...]:
        """Numbers of rows at which the preparation is chosen."""
        n = len(self.calendar)
        if self.growth <= 0:
            return tuple(range(1, n + 1))
        grown = grown_rows(_FIRST_ROWS, n, growth=self.growth)
        seasons = [times * one.period for one in candidate_seasons(self.calendar, n) for times in _AT_SEASONS]
        return tuple(sorted({int(np.ceil(point)) for point in (*grown, *seasons)}))

    @property
    def season(self) -> int | None:
        """Periods in a season of the calendar, the shortest if it has several; None if it has none."""
        return min(self.calendar.season_lengths, default=None)

    def deterministic(self, preparation: Preparation, n: int) -> Floats:
        """Constant, trend and seasons on the first n rows, shape (n, q); made for all rows at once, not to be changed."""
        return self.deterministic_of(preparation.seasons, preparation.inside, n)

    def deterministic_of(self, seasons: tuple[SeasonKey, ...], inside: tuple[str, ...], n: int) -> Floats:
        """The same of any seasons and names of what lies inside the periods."""
        terms = (seasons, inside)
        if len(self._fixed_rows.get(terms, ())) < n:
            rows = max(n, len(self.calendar))
            blocks = fixed_blocks(self.calendar, *terms, rows, span=len(self.calendar))
            ends = np.cumsum([block.shape[1] for block in blocks]).tolist()
            self._fixed_rows[terms] = np.column_stack(blocks)
            self._fixed_places[terms] = tuple(slice(*pair) for pair in pairwise(ends))
        return self._fixed_rows[terms][:n]

    def places_of(self, seasons: tuple[SeasonKey, ...], inside: tuple[str, ...]) -> tuple[slice, ...]:
        """Which of these columns are the trend, each season, and each of what lies inside the periods."""
        self.deterministic_of(seasons, inside, 1)
        return self._fixed_places[seasons, inside]

    def can_learn(self, now: KnownValues) -> bool:
        """Whether enough is known of the KPI, and something of it is left beside a straight line."""
        raw = self._raw(now)
        if np.isfinite(raw).sum() < fewest_rows(N_TREND + now.Z.shape[1]) or bool(is_constant(raw)):
            return False
        line = np.column_stack([np.ones(len(raw)), np.arange(len(raw)) / len(raw)])
        return bool(np.nan_to_num(less_columns(standardise(raw).values, line)).any())

    def _raw(self, now: KnownValues) -> Floats:
        """The KPI as far as it is published."""
        return now.y[: len(now.y) - self.known.kpi_delay]

    def kpi(self, now: KnownValues, preparation: Preparation) -> KpiAtOrigin:
        """The KPI at one origin."""
        raw = self._raw(now)
        scaled = standardise(raw)
        columns = [self.deterministic(preparation, len(raw)), standardise(now.Z[: len(raw)]).values]
        base = np.column_stack([*columns, *level_shift(preparation.shift, len(raw))])
        cleaned = scaled.values
        if preparation.clip is not None:
            mean = base @ filtered_fit(cleaned, base, preparation.momentum).params
            residual, n_clipped = clip_innovations(cleaned - mean, preparation.momentum, limit=preparation.clip)
            cleaned = mean + residual if n_clipped else cleaned
        known = np.isfinite(cleaned)
        cleaned = cleaned if known.all() else _gaps_forecast(cleaned, base, preparation.momentum)
        # own history one row on is the KPI's autoregression: what carries effects on in one of the shapes
        own = own_history_model(
            cleaned,
            known,
            self._fixed(preparation, len(raw) + 1, steps=1),
            steps=1,
            unit_root=preparation.unit_root,
            max_order=MAX_ORDER,
        )
        phi = preparation.momentum.phi if own is None else inside(own.psi)
        return KpiAtOrigin(
            y=cleaned, known=known, momentum=replace(preparation.momentum, phi=phi), center=float(scaled.center),
            scale=float(scaled.scale), raw=raw,
        )  # fmt: skip

    def base(self, now: KnownValues, preparation: Preparation, *, ahead: int) -> Floats:
        """Columns of every model, on the rows up to the one that is forecast, `ahead` rows after the origin.

        A control stands with the value that is known at the origin: its value in the period that is forecast is not.
        """
        n = len(now.y) + ahead
        columns = [self._fixed(preparation, n, steps=ahead + self.known.kpi_delay)]
        for values, delay in zip(now.Z.T, self.known.control_delays, strict=True):
            moved = difference(values) if preparation.unit_root else values
            columns.append(latest(moved[: len(moved) - delay], n=n)[:, None])
        return np.column_stack(columns)

    def _fixed(self, preparation: Preparation, n: int, *, steps: int) -> Floats:
        """Constant, trend, seasons and level shift on the first n rows, of changes over so many steps for an integrated KPI."""
        columns, shift = self.deterministic(preparation, n), level_shift(preparation.shift, n)
        if preparation.unit_root:  # the constant is the drift of changes
            columns = np.delete(columns, 1, axis=1)
            shift = [one - np.concatenate([np.zeros((steps, 1)), one[:-steps]]) for one in shift]
        return np.column_stack([columns, *shift])

    def leads(self, now: KnownValues, preparation: Preparation, some: Ints, *, delay: int) -> LeadsAtOrigin:
        """Some leads, all published `delay` periods late, at one origin."""
        n = len(now.y) - delay
        values, _ = clip_beyond(now.X[:n, some], preparation.spikes[some])
        values = np.where(preparation.differenced[some], difference(values), values)
        values = less_by_rows(standardise(values).values, self.deterministic(preparation, n))
        values = as_surprises(values, preparation.surprises[some], unit_root=preparation.unit_root)
        rho = first_autocorrelation(values)
        return LeadsAtOrigin(values=filled_forward(values, rho), rho=rho)


def _preparation(now: KnownValues, calendar: Calendar, max_lag: int, *, sums: Flags | None) -> Preparation:
    """The preparation that is chosen on what is known."""
    n, m = now.X.shape
    fixed = np.column_stack([np.ones(n), np.arange(n) / n, standardise(now.Z).values])
    some = np.flatnonzero((np.isfinite(now.X).sum(axis=0) >= fewest_rows(N_TREND)) & ~is_constant(now.X))
    X = now.X[:, some]
    sums = None if sums is None else sums[np.r_[0, 1 + some]]
    beside = beside_leads(replace(calendar, index=calendar.index[:n]), now.y, X, sums=sums)
    season = beside.columns
    base = fixed if season is None else np.column_stack([fixed, season])
    kpi = working_kpi(now.y, base, season=season, periods=season_periods(calendar))
    made = working_leads(X, kpi, lags=range(1, max_lag + 1), season=season)
    momentum, shift = kpi.momentum, clear_shift(kpi.y, base, kpi.momentum)
    if shift is not None:
        base = np.column_stack([base, shift.column(n)])
        momentum = fit_momentum(kpi.y, base, max_order=MAX_ORDER, unit_root=kpi.unit_root, season=kpi.momentum.season)
    left = kpi.unclipped - base @ filtered_fit(kpi.y, base, momentum).params
    differenced, surprises, spikes = np.zeros(m, dtype=bool), np.zeros(m, dtype=bool), np.full(m, np.inf)
    differenced[some], surprises[some] = made.differenced, made.surprises
    spikes[some] = made.spikes
    return Preparation(
        unit_root=kpi.unit_root, seasons=tuple(item.key for item in beside.seasons), inside=beside.names,
        shift=None if shift is None else shift.row, momentum=momentum,
        clip=None if few_values(kpi.unclipped) else clip_limit(left, momentum), differenced=differenced, surprises=surprises,
        spikes=spikes,
    )  # fmt: skip


def level_shift(shift: int | None, n: int, *, first: int = 0) -> list[Floats]:
    """The KPI's level shift, which begins with row `shift`, on n rows from `first` on, shape (n, 1); nothing if there is none."""
    return [] if shift is None else [(np.arange(first, first + n) >= shift).astype(np.float64)[:, None]]


def grown_rows(first: int, n: int, *, growth: float = _GROWTH) -> Floats:
    """Numbers of rows, each larger than the one before by a share, from the first to n and beyond."""
    return np.asarray(first * (1.0 + growth) ** np.arange(np.ceil(np.log(max(n, 2)) / np.log1p(growth))))


def _gaps_forecast(y: Floats, base: Floats, momentum: Momentum) -> Floats:
    """The KPI with what is missing after its first value foretold by its own past."""
    mean = np.nan_to_num(base @ filtered_fit(y, base, momentum).params)
    u, phi = y - mean, momentum.phi
    for row in np.flatnonzero(~np.isfinite(u)):
        if not np.isfinite(u[:row]).any():
            continue
        past = np.nan_to_num(u[max(row - len(phi) - 1, 0) : row][::-1])
        if momentum.unit_root:
            moved = -np.diff(past)
            u[row] = past[0] + float(phi[: len(moved)] @ moved[: len(phi)])
        else:
            u[row] = float(phi[: len(past)] @ past[: len(phi)])
    return mean + u
