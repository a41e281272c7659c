"""How much of the KPI's forecast error a lead saves on periods that the forecast had not seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from leadlag._blas import one_thread
from leadlag._validation import as_generator, as_horizons, as_int, only_data_positional, seed_words
from leadlag.catalogue import Catalogue, Metric, Missing, Moment, as_catalogue, as_moment
from leadlag.core.arrays import Floats
from leadlag.core.forecasts.origins import RollingForecasts
from leadlag.core.search.shapes import STANDARD
from leadlag.core.series.scales import unit_of
from leadlag.core.series.trend import runs_by_itself
from leadlag.decision.backing import Gain
from leadlag.errors import DataContractError, UsageError
from leadlag.methods.gain import words
from leadlag.methods.gain.numbers.gains import PairGain, pair_gains, selected_columns
from leadlag.methods.gain.result import ForecastGain, GainAhead, Walk, gain_of
from leadlag.prepare.edges import edges_told
from leadlag.prepare.origins.learned import Learner, RealTimeData
from leadlag.prepare.origins.publication import unrevised_data
from leadlag.prepare.origins.rolling import default_origin, rolling_forecasts
from leadlag.prepare.origins.scaled import in_units
from leadlag.prepare.origins.snapshots import Snapshots
from leadlag.prepare.refusals import refuse_beyond
from leadlag.prepare.regressors import may_be_sums
from leadlag.prepare.repairs import REPAIRS, as_repairs, repaired
from leadlag.prepare.reported import reported_kpi
from leadlag.prepare.scale import named_log
from leadlag.prepare.transforms import take_log
from leadlag.prepare.untestable import untestable_leads
from leadlag.results import Provenance, Search
from leadlag.sample import Sample, Vintages
from leadlag.sample.dates import row_of
from leadlag.sample.known import known_rows, trimmed
from leadlag.sample.roles import longest_lag, with_roles
from leadlag.wording.untestable import untestable

__all__ = ["HORIZONS", "forecast_gain", "lead_gains"]

#: What is told in the KPI's units.
_IN_UNITS = ("rmse_own", "rmse_lead", "mae_own", "mae_lead")


#: Periods ahead that are asked for.
HORIZONS = (1, 2, 4, 8, 12)


@only_data_positional
def forecast_gain(
    data: Any,
    *,
    kpi: str,
    leads: str | Sequence[str] | None = None,
    horizons: int | Iterable[int] = HORIZONS,
    max_lag: int | None = None,
    first_origin: Moment | None = None,
    rng: int | np.random.Generator = 0,
    time: str | None = None,
    controls: str | Sequence[str] | None = None,
    catalogue: Catalogue | Iterable[Metric] | None = None,
    missing: Missing = "mask",
    log: str | Sequence[str] = (),
    repair: Sequence[str] = REPAIRS,
) -> ForecastGain:
    """Measure how much of the KPI's forecast error each lead saves on periods that the forecast had not seen.

    Parameters
    ----------
    data : Sample, data frame or Vintages
        One row per period; see `leadlag.from_wide`. With snapshots (`leadlag.from_snapshots`) each forecast is made from the
        values as they stood then, before any revision, and compared with those that are known now.
    kpi : str
    leads : str or sequence of str, optional
        All other columns if None.
    horizons : int or iterable of int
        Periods ahead, counted from the last period that has ended when the forecast is made.
    max_lag : int, optional
        Longest lag of a lead, in periods of the KPI; as in `rank_leads` if None.
    first_origin : int, str or date, optional
        Periods before the first forecast, or the last of them as a date; if None a third of all, and two of every season that
        the KPI or a lead shows.
    rng : int or Generator
        For the bootstrap of the Clark-West test at longer horizons with few origins.
    time : str, optional
        Time column of `data`.
    controls : str or sequence of str, optional
        Columns that stand in both models with their last known value.
    catalogue : Catalogue or iterable of Metric, optional
        What is known about the metrics; `available_after` says when a value is published, of the KPI too. Snapshots say it
        themselves.
    missing : {"mask", "error", "zero"} or ("ffill", n), default "mask"
        What happens to missing values.
    repair : sequence of {"rows", "scales", "sentinels"}
        What is repaired before anything is asked, each said in a note; ``()`` for nothing: see `docs/repairs.md`.
    log : str or sequence of str
        Columns to analyse in natural logs.

    Returns
    -------
    ForecastGain

    Raises
    ------
    UsageError
        If an argument is outside what is allowed, or no lead has a gain at any horizon (LL127).
    UnknownNameError
        If a column does not exist.
    DataContractError
        If the data are wrong, or no forecast can be made of the KPI (LL313).

    Notes
    -----
    From every origin o the KPI is forecast h periods on, once from its own history and once with the lead beside it: the direct
    model of `leadlag.core.forecasts.direct`, learned again from what was published at o. At horizon h a lead has lags from
    ``h + available_after`` on only. The tests are those of Clark & West (2007) and of Diebold & Mariano with the correction of
    Harvey, Leybourne & Newbold (1997), see `leadlag.methods.gain.numbers.comparison`. What is learned
    when is told in ``docs/gain.md``.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(0)
    >>> visits = rng.normal(size=120)
    >>> sales = np.r_[np.zeros(3), visits[:-3]] + rng.normal(size=120)
    >>> found = forecast_gain(pd.DataFrame({"visits": visits, "sales": sales}), kpi="sales", horizons=[1, 4], max_lag=8)
    >>> table = found.to_frame().set_index("horizon")
    >>> bool(table.loc[1, "rmse_saved"] > 0.1), bool(table.loc[4, "rmse_saved"] > 0.1)
    (True, False)
    """
    asked, generator = as_horizons(horizons), as_generator(rng)
    vintages = data if isinstance(data, Vintages) else None
    if vintages is not None:
        if missing != "mask":
            raise UsageError(f"missing={missing!r} is not allowed with snapshots, in which what is not out yet is missing.")
        data = vintages.latest
    sample, names = with_roles(
        data, kpi=kpi, leads=leads, controls=controls, time=time, catalogue=catalogue, missing=missing, ends=True
    )
    if vintages is not None and (ahead := [name for name in names.leads if name in sample.ahead]):
        raise UsageError(words.ahead_in_snapshots(ahead[0]), argument="catalogue")
    kpi, candidates, kept = names.kpi, names.leads, names.controls
    first = _first_row(sample, first_origin)
    if vintages is None:  # snapshots have a row for every period, and say themselves what comes late
        first = None if first is None else max(first - known_rows(sample).start, 0)
        sample = trimmed(sample)
        longest = longest_lag(sample, max_lag)
        sample = edges_told(sample, names.names, max_lag=longest, metrics=as_catalogue(catalogue))
    repairs = as_repairs(repair)
    sample = repaired(sample, names.names, repairs)
    longest, logged = longest_lag(sample, max_lag), named_log(log, names.names)
    with one_thread():
        y, unit, why = _analysed_kpi(sample, kpi, names.leads, log=logged, undo=None)
        known: RealTimeData
        if vintages is None:
            known = unrevised_data(
                sample, y, kpi=kpi, leads=candidates, controls=kept, log=logged, metrics=as_catalogue(catalogue)
            )
        else:
            known = Snapshots(vintages=vintages, kpi=kpi, leads=candidates, controls=kept, log=logged)
        forecasts = why or _forecasts(
            sample, known, y, unit, kpi=kpi, leads=candidates, max_lag=longest, horizons=asked, first=first
        )
        if isinstance(forecasts, str):
            raise DataContractError(words.refused(kpi, forecasts), code="LL313")
        gains = _gains(forecasts, rng=generator)
    if all(row.missing for row in gains):
        raise UsageError(words.nothing(asked, (row.missing for row in gains)), code="LL127")
    settings: dict[str, Any] = {"kpi": kpi, "horizons": asked, "max_lag": longest, "first_origin": first_origin}
    settings |= {"rng": seed_words(rng), "controls": kept}
    settings |= {"missing": missing, "repair": repairs, "log": logged, "time": time}
    return _result(sample, forecasts, gains, kpi=kpi, controls=kept, log=logged, settings=settings)


def lead_gains(
    sample: Sample,
    *,
    kpi: str,
    leads: Sequence[str],
    controls: Sequence[str],
    max_lag: int,
    log: Sequence[str],
    undo: str | None,
    metrics: Mapping[str, Metric],
    horizons: Sequence[int] = HORIZONS,
) -> dict[str, Gain]:
    """What leads save of the KPI's forecast error, each alone beside the KPI's own history.

    Parameters
    ----------
    sample : Sample
        Around the KPI.
    kpi : str
    leads, controls : sequence of str
    max_lag : int
    log : sequence of str
    undo : {"rolling", "ytd"}, optional
    metrics : Mapping from str to Metric
        `available_after` of these is kept to.
    horizons : sequence of int

    Returns
    -------
    dict from str to Gain
        A lead without numbers says why.
    """
    (y, unit, why), names = _analysed_kpi(sample, kpi, leads, log=log, undo=undo), tuple(leads)
    known = unrevised_data(sample, y, kpi=kpi, leads=names, controls=tuple(controls), log=log, metrics=metrics)
    forecasts = why or _forecasts(
        sample, known, y, unit, kpi=kpi, leads=names, max_lag=max_lag, horizons=tuple(horizons), first=None
    )
    if isinstance(forecasts, str):
        return dict.fromkeys(leads, Gain.none(horizons, forecasts))
    found = _gains(forecasts, rng=np.random.default_rng(0))
    return {name: gain_of([one for one in found if one.lead == name]) for name in leads}


@dataclass(frozen=True, kw_only=True, eq=False)
class _Forecasts:
    """The forecasts in units of `unit`, with the names of the leads; `reasons` are those of leads without numbers."""

    leads: tuple[str, ...]
    rolling: RollingForecasts
    unit: float
    reasons: Mapping[str, str]


def _forecasts(
    sample: Sample,
    known: RealTimeData,
    y: Floats,
    unit: float,
    *,
    kpi: str,
    leads: tuple[str, ...],
    max_lag: int,
    horizons: tuple[int, ...],
    first: int | None,
) -> _Forecasts | str:
    """The forecasts of all leads from all origins, or why there are none."""
    if not np.isfinite(y).any():
        return words.TOO_SHORT
    n = len(y)
    fixed, X = np.column_stack([np.ones(n), np.arange(n) / n]), known.at(n - 1).X
    if runs_by_itself(y, fixed):
        return words.EXACT
    reasons = {one.lead: untestable(one.code, one.detail) for one in untestable_leads(y, X, leads, fixed=fixed)}
    start = default_origin(sample.calendar, y / unit, X) if first is None else first
    if first is None and isinstance(known, Snapshots):
        start = known.first_origin(start)
    sums = may_be_sums(sample, (kpi, *leads))
    learner = Learner(known=in_units(known, unit, last=n - 1), calendar=sample.calendar, max_lag=max_lag, sums=sums)
    found = rolling_forecasts(learner, y / unit, horizons=horizons, first=start)
    return _Forecasts(leads=leads, rolling=found, unit=unit, reasons=reasons) if np.isfinite(found.own).any() else words.TOO_SHORT


def _gains(forecasts: _Forecasts, *, rng: np.random.Generator) -> tuple[GainAhead, ...]:
    """Errors with each lead and without, by the names of the leads."""
    tested = np.array([name not in forecasts.reasons for name in forecasts.leads], dtype=bool)
    found = pair_gains(forecasts.rolling, tested=tested, rng=rng)
    return tuple(
        GainAhead(
            lead=name, horizon=horizon, missing=_reason(forecasts, lead, horizon, one),
            **{field: value for field, value in vars(one).items() if field not in ("missing", "fewest", *_IN_UNITS)},
            **{field: forecasts.unit * getattr(one, field) for field in _IN_UNITS},
        )
        for lead, name in enumerate(forecasts.leads)
        for horizon, one in zip(forecasts.rolling.horizons, found[lead], strict=True)
    )  # fmt: skip


def _reason(forecasts: _Forecasts, lead: int, horizon: int, found: PairGain) -> str:
    """Why there are no numbers of a lead at a horizon."""
    if found.missing == "untested":
        return forecasts.reasons[forecasts.leads[lead]]
    if found.missing == "no lag":
        return words.no_lag(horizon, int(forecasts.rolling.lead_delays[lead]), forecasts.rolling.max_lag)
    return words.few_origins(found.n_origins, found.fewest) if found.missing else ""


def _analysed_kpi(
    sample: Sample, kpi: str, leads: Sequence[str], *, log: Sequence[str], undo: str | None
) -> tuple[Floats, float, str]:
    """The KPI that is forecast, the unit in which it is analysed, and why it cannot be; empty if it can."""
    level = sample.column(kpi)
    refuse_beyond(kpi, level)
    unit = float(unit_of(level))
    reported = reported_kpi(level / unit, sample, leads, undo=undo)
    values = reported.values * unit
    if reported.refused or reported.waves.shape[1]:
        return values, unit, words.REPORTED
    return (take_log(values, kpi), 1.0, "") if kpi in log else (values, unit, "")


def _result(
    sample: Sample,
    forecasts: _Forecasts,
    gains: tuple[GainAhead, ...],
    *,
    kpi: str,
    controls: tuple[str, ...],
    log: tuple[str, ...],
    settings: dict[str, Any],
) -> ForecastGain:
    """The public answer: horizons without numbers for any lead are dropped."""
    every = forecasts.rolling.horizons
    kept = [place for place, one in enumerate(every) if any(not row.missing for row in gains if row.horizon == one)]
    found = forecasts.rolling.of(kept).times(forecasts.unit)
    told = next(name for name in forecasts.leads if name not in forecasts.reasons)
    dropped = tuple((row.horizon, row.missing) for row in gains if row.lead == told and row.horizon not in found.horizons)
    lag, shape = selected_columns(found)
    untested = np.array([name in forecasts.reasons for name in forecasts.leads], dtype=bool)
    walk = Walk(
        periods=sample.periods, origins=found.origins, actual=found.actual, own=found.own, naive=found.naive,
        seasonal=found.seasonal, with_lead=np.where(untested, np.nan, found.own[:, :, None] + found.added), lag=lag,
        shape=np.array([*(each.label for each in STANDARD), ""], dtype=object)[shape],
    )  # fmt: skip
    notes = [(note.code, note.text) for note in sample.notes] + [("LL127", words.dropped(*one)) for one in dropped]
    folded = tuple(name for name in forecasts.leads if sample.finer(name) is not None)
    notes += [("LL128", words.folded(name)) for name in folded]
    search = Search(
        n_leads=len(forecasts.leads) - len(forecasts.reasons), n_lags=len(found.horizons), lag_word="horizon", correction="none",
        family="each lead and horizon has a p of its own; lag and shape are chosen again at each origin, on its past alone",
    )  # fmt: skip
    return ForecastGain(
        kpi=kpi, leads=forecasts.leads, controls=controls, unit=sample.calendar.unit, log=kpi in log, horizons=found.horizons,
        dropped=dropped, folded=folded, gains=tuple(row for row in gains if row.horizon in found.horizons), walk=walk,
        max_lag=found.max_lag, provenance=Provenance.of("forecast_gain", warnings=notes, search=search, **settings),
    )  # fmt: skip


def _first_row(sample: Sample, first_origin: Moment | None) -> int | None:
    """Row of the first origin."""
    if first_origin is None:
        return None
    last = sample.n_periods - 1
    moment = as_moment(first_origin, "first_origin")
    if isinstance(moment, int):
        return as_int(moment, "first_origin", low=1, high=last) - 1
    named = isinstance(moment, str) and moment in sample.periods
    row = sample.periods.index(str(moment)) if named else row_of(sample.calendar, moment, "first_origin", last=True)
    if not 0 <= row < last:
        span = f"{sample.periods[0]} to {sample.periods[-1]}"
        raise UsageError(f"first_origin={first_origin!r} leaves no period on one side of it: give one inside {span}.")
    return row
