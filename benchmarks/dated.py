"""Families whose seasons and calendars move: seasonal walks, growing seasons, holidays, working days, odd years."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import overlays
import pandas as pd
from build import Columns, acted, autoregressive, built, calendar, own_paths, seasonal_walk, walk_filter
from cases import HISTORY, Case, Cell, Floats, Mechanism, planted_case
from dateutil.easter import easter
from family import MONTHS, Family, leads_of

from leadlag.simulate import PlantedSeries

__all__ = ["DATED"]

_QUARTERS = {"period": 4, "n": 80, "max_lag": 8}
_KNOWN = {"known_calendar": True}
_MOONS = 354.367  # days in twelve moons


# --- seasons that move -----------------------------------------------------------------------------------------------


def _season_walk(rng: np.random.Generator, cell: Cell, leads: tuple[PlantedSeries, ...]) -> Case:
    """Every month of every series walks from year to year; leads act with all that they are."""
    rows = HISTORY + cell.n
    steps = own_paths(rng, cell, leads)
    candidates = np.column_stack([seasonal_walk(rng, one, cell.period, size=2.0) for one in steps.T])
    noise = seasonal_walk(rng, autoregressive(rng, rows, cell.momentum, unit=False), cell.period, size=2.0)
    mechanism = None
    if leads:
        whitening = np.convolve([1.0, -cell.momentum], walk_filter(cell.period))
        mechanism = _mechanism(noise, candidates, leads, momentum=tuple(-whitening[1:]))
    kpi = noise if mechanism is None else mechanism.kpi
    columns = Columns(shown=candidates[HISTORY:], planted=leads)
    return built(rng, cell, kpi=kpi[HISTORY:], columns=columns, dates=calendar(cell), mechanism=mechanism)


def _mechanism(noise: Floats, candidates: Floats, leads: tuple[PlantedSeries, ...], *, momentum: tuple[float, ...]) -> Mechanism:
    """The KPI that answers to the leads, on noise of that momentum."""
    rows, m = candidates.shape
    how = Mechanism(
        kpi=noise, candidates=candidates, kpi_hidden=np.zeros(rows, dtype=bool), hidden=np.zeros((rows, m), dtype=bool),
        planted=leads, momentum=momentum, in_outcome=False, template=leads[0], deterministic=np.ones((rows, 1)),
    )  # fmt: skip
    effects = sum(acted(candidates[:, place], how.weights(one)) for place, one in enumerate(leads))
    return replace(how, kpi=noise + effects)


def null_season_walk(rng: np.random.Generator, cell: Cell) -> Case:
    return _season_walk(rng, cell, ())


def season_walk(rng: np.random.Generator, cell: Cell) -> Case:
    return _season_walk(rng, cell, tuple(leads_of(rng, cell, 3, 0.40, 0.90)))


def null_season_grows(rng: np.random.Generator, cell: Cell) -> Case:
    return overlays.growing_season(planted_case(rng, cell), rng, cell, kpi=1.5, leads=1.5, factor=3.0)


def season_grows(rng: np.random.Generator, cell: Cell) -> Case:
    case = planted_case(rng, cell, leads_of(rng, cell, 3, 0.40, 0.90))
    return overlays.growing_season(case, rng, cell, kpi=1.5, leads=1.5, factor=3.0)


def null_yearly_peak(rng: np.random.Generator, cell: Cell) -> Case:
    """Two weeks of each year in which the KPI is high; the candidates are so one to four weeks before."""
    case = planted_case(rng, cell)
    dates = calendar(replace(cell, n=cell.n + 8))  # the peaks of the first weeks after the last row move candidates within it
    peak = np.isin(dates.isocalendar().week.to_numpy(), (50, 51)).astype(float)
    return _moved(case, rng, peak, dates[: cell.n], size=4.0, ahead=(1, 5))


def _moved(case: Case, rng: np.random.Generator, swing: Floats, dates: pd.Index, *, size: float, ahead: tuple[int, int]) -> Case:
    """A shared swing in the KPI, and in every candidate some periods before."""
    data, n = case.data.copy(), len(case.data)
    data.index = dates
    data["kpi"] += size * swing[:n]
    for item in case.truth:
        lead = int(rng.integers(*ahead))
        data[item.name] += size * rng.uniform(0.5, 1.5) * swing[lead : lead + n]
    return replace(case, data=data)


def null_fortnights(rng: np.random.Generator, cell: Cell) -> Case:
    """Rows of 14 or 28 days with a yearly season."""
    return _odd_year(planted_case(rng, cell), rng, cell)


def fortnights(rng: np.random.Generator, cell: Cell) -> Case:
    return _odd_year(planted_case(rng, cell, leads_of(rng, cell, 3, 0.40, 0.90)), rng, cell)


def _odd_year(case: Case, rng: np.random.Generator, cell: Cell) -> Case:
    seasonal = overlays.seasonal(case, rng, cell, kpi=2.0, leads=2.0, trend=0.0)
    return replace(seasonal, data=seasonal.data.set_axis(calendar(cell), axis=0))


# --- holidays and working days ---------------------------------------------------------------------------------------


def _easters(edges: pd.DatetimeIndex) -> list[pd.Timestamp]:
    return [pd.Timestamp(easter(year)) for year in range(edges[0].year - 1, edges[-1].year + 2)]


def _lunar(edges: pd.DatetimeIndex) -> list[pd.Timestamp]:
    """One day in each year of twelve moons, as the feasts of Islam: it comes eleven days earlier from year to year."""
    n_years = int((edges[-1] - edges[0]).days / _MOONS) + 3
    return [edges[0] + pd.Timedelta(days=round(_MOONS * year)) for year in range(n_years)]


def _share(edges: pd.DatetimeIndex, feasts: list[pd.Timestamp], *, days: int, ahead: int) -> Floats:
    """Share of the `days` up to each feast, moved `ahead` days earlier, that fall into each period between two edges."""
    share = np.zeros(len(edges) - 1)
    for feast in feasts:
        window = pd.date_range(end=feast - pd.Timedelta(days=ahead), periods=days)
        place = edges.searchsorted(window, side="right") - 1
        inside = (place >= 0) & (place < len(share))
        np.add.at(share, place[inside], 1.0 / days)
    return share


def _holiday(rng: np.random.Generator, cell: Cell, feasts: Callable[[pd.DatetimeIndex], list[pd.Timestamp]]) -> Case:
    """The two weeks before a feast move the KPI's monthly sum, and those one to three weeks before them a candidate's."""
    case = planted_case(rng, cell)
    edges = calendar(replace(cell, n=cell.n + 1))
    data = case.data.set_axis(edges[:-1], axis=0)
    data["kpi"] += 4.0 * _share(edges, feasts(edges), days=14, ahead=0)
    for item in case.truth:
        own = _share(edges, feasts(edges), days=14, ahead=int(rng.integers(7, 22)))
        data[item.name] += 4.0 * rng.uniform(0.5, 1.5) * own
    return _told(replace(case, data=data), cell, feasts(edges))


def _told(case: Case, cell: Cell, feasts: list[pd.Timestamp]) -> Case:
    """The case with its feasts declared, if the cell knows its calendar."""
    return replace(case, holidays=tuple(str(feast.date()) for feast in feasts)) if cell.known_calendar else case


def null_holiday_weeks(rng: np.random.Generator, cell: Cell) -> Case:
    """The week of Easter; candidates are one to three weeks early."""
    case = planted_case(rng, cell)
    edges = calendar(replace(cell, n=cell.n + 5))
    moved = _moved(case, rng, _share(edges, _easters(edges), days=7, ahead=0), edges[: cell.n], size=4.0, ahead=(1, 4))
    return _told(moved, cell, _easters(edges))


def null_holiday_months(rng: np.random.Generator, cell: Cell) -> Case:
    return _holiday(rng, cell, _easters)


def null_lunar_months(rng: np.random.Generator, cell: Cell) -> Case:
    return _holiday(rng, cell, _lunar)


def _working_days(rng: np.random.Generator, cell: Cell, *, noise: float) -> Case:
    """Monthly sums over the working days: 20 to 23 of them, each worth the same but for that share of noise."""
    edges = calendar(replace(cell, n=cell.n + 1)).to_numpy().astype("datetime64[D]")
    days = np.busday_count(edges[:-1], edges[1:]).astype(float)
    rates = 1 + noise * np.column_stack([autoregressive(rng, HISTORY + cell.n, cell.momentum), own_paths(rng, cell)])[HISTORY:]
    sums = days[:, None] * rates * rng.uniform(1.0, 50.0, rates.shape[1])
    columns = Columns(shown=sums[:, 1:])
    return built(rng, cell, kpi=sums[:, 0], columns=columns, dates=pd.DatetimeIndex(edges[:-1]))


def null_working_days(rng: np.random.Generator, cell: Cell) -> Case:
    return _working_days(rng, cell, noise=0.02)


def null_working_days_5(rng: np.random.Generator, cell: Cell) -> Case:
    return _working_days(rng, cell, noise=0.05)


# --- year on year ----------------------------------------------------------------------------------------------------


def _year_on_year(rng: np.random.Generator, cell: Cell, leads: tuple[PlantedSeries, ...]) -> Case:
    """Levels of which the change on the year before is shown, in per cent, of KPI and candidates alike."""
    own = own_paths(rng, cell, leads)
    noise = autoregressive(rng, len(own), cell.momentum, unit=False)
    mechanism = _mechanism(noise, own, leads, momentum=(cell.momentum,)) if leads else None
    kpi = noise if mechanism is None else mechanism.kpi
    levels = np.exp(0.02 * np.column_stack([kpi, own]))
    shown = 100 * (levels[HISTORY:] / levels[HISTORY - cell.period : -cell.period] - 1)
    columns = Columns(shown=shown[:, 1:], planted=leads, sized=False)
    return built(rng, cell, kpi=shown[:, 0], columns=columns, dates=calendar(cell), mechanism=mechanism)


def null_year_on_year(rng: np.random.Generator, cell: Cell) -> Case:
    return _year_on_year(rng, cell, ())


def year_on_year(rng: np.random.Generator, cell: Cell) -> Case:
    return _year_on_year(rng, cell, tuple(leads_of(rng, cell, 3, 0.40, 0.90)))


# --- the list --------------------------------------------------------------------------------------------------------


def _family(
    number: int, make: object, base: Cell, *varied: Mapping[str, float], leads: bool = False, honest: bool = True
) -> Family:
    return Family(
        number=number, make=make, base=base, has_leads=leads, point=leads, honest=honest, varied=varied  # type: ignore[arg-type]
    )  # fmt: skip


DATED: Mapping[str, Family] = {
    "null_season_walk": _family(25, null_season_walk, MONTHS, {"n": 180}, _QUARTERS),
    "null_season_grows": _family(
        26, null_season_grows, Cell(period=12, n=96), {"n": 144}, {"period": 4, "n": 64, "max_lag": 8}, honest=False
    ),
    "null_holiday_weeks": _family(27, null_holiday_weeks, Cell(n=260), {"n": 156}, {"n_candidates": 10}, _KNOWN, honest=False),
    "null_holiday_months": _family(28, null_holiday_months, MONTHS, {"n": 96}, {"n": 180}, _KNOWN, honest=False),
    "null_lunar_months": _family(39, null_lunar_months, MONTHS, {"n": 96}, {"n": 180}, _KNOWN, honest=False),
    "null_working_days": _family(29, null_working_days, MONTHS, {"n": 72}, {"n": 180}, honest=False),
    "null_working_days_5": _family(30, null_working_days_5, MONTHS, {"n": 72}, {"n": 180}, honest=False),
    "null_fortnights": _family(31, null_fortnights, Cell(period=26, n=130), {"n": 104}, {"n": 208}),
    "null_28_days": _family(32, null_fortnights, Cell(period=13, n=104), {"n": 78}, {"n": 143}),
    "null_year_on_year": _family(33, null_year_on_year, MONTHS, {"n": 180}, _QUARTERS),
    "null_yearly_peak": _family(35, null_yearly_peak, Cell(n=260), {"n": 208}, {"n_candidates": 10}, honest=False),
    "season_walk": _family(71, season_walk, MONTHS, {"n": 180}, _QUARTERS, leads=True),
    "season_grows": _family(72, season_grows, Cell(period=12, n=96), {"n": 144}, {"strength": 1.4}, leads=True),
    "fortnights": _family(73, fortnights, Cell(period=26, n=130), {"n": 104}, {"n": 208}, leads=True),
    "28_days": _family(74, fortnights, Cell(period=13, n=104), {"n": 78}, {"n": 143}, leads=True),
    "year_on_year": _family(75, year_on_year, MONTHS, {"n": 180}, _QUARTERS, leads=True),
}
