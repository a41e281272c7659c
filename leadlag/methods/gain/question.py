"""How much of the KPI's forecast error a lead saves on periods that the forecast had not seen."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadlag._blas import one_thread
from leadlag._validation import as_generator, as_int, as_lags, as_names, seed_words
from leadlag.catalogue import Metric, Missing, Moment, as_catalogue, as_moment
from leadlag.core.forecasts.direct import shaped_lags
from leadlag.core.search.shapes import STANDARD
from leadlag.decision.backing import Gain
from leadlag.errors import DataContractError, UsageError
from leadlag.methods.gain import words
from leadlag.methods.gain.result import ForecastGain, GainAhead, Walk, Walked, compared, gain_of
from leadlag.prepare.origins.learned import AsOf, Learner, Published
from leadlag.prepare.origins.rolling import rolled
from leadlag.prepare.origins.snapshots import Snapshots
from leadlag.prepare.reported import as_reported
from leadlag.prepare.season import seasons_asked
from leadlag.prepare.transforms import take_log
from leadlag.prepare.untestable import untestable_leads
from leadlag.results import Provenance, Search
from leadlag.sample import Sample, Vintages
from leadlag.sample.dates import row_of
from leadlag.sample.roles import longest_lag, with_roles
from leadlag.wording.untestable import untestable

__all__ = ["HORIZONS", "forecast_gain", "lead_gains"]

Floats = NDArray[np.float64]

#: Periods ahead that are asked for.
HORIZONS = (1, 2, 4, 8, 12)
#: Share of the periods that lie before the first origin.
_BEFORE = 1.0 / 3.0
#: Seasons that lie before it: with fewer none can be found.
_SEASONS_BEFORE = 2.0


def forecast_gain(
    data: Any,
    kpi: str,
    leads: str | Sequence[str] | None = None,
    *,
    horizons: int | Iterable[int] = HORIZONS,
    max_lag: int | None = None,
    first_origin: Moment | None = None,
    rng: int | np.random.Generator = 0,
    time: str | None = None,
    controls: str | Sequence[str] | None = None,
    catalogue: Iterable[Metric] | None = None,
    missing: Missing = "mask",
    log: str | Sequence[str] = (),
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
    catalogue : iterable of Metric, optional
        What is known about the metrics; `available_after` says when a value is published, of the KPI too. Snapshots say it
        themselves.
    missing : {"mask", "error", "zero"} or ("ffill", n), default "mask"
        What happens to missing values.
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
    Harvey, Leybourne & Newbold (1997), see `leadlag.methods.gain.numbers`. What is learned when is told in ``docs/gain.md``.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(0)
    >>> visits = rng.normal(size=120)
    >>> sales = np.r_[np.zeros(3), visits[:-3]] + rng.normal(size=120)
    >>> found = forecast_gain(pd.DataFrame({"visits": visits, "sales": sales}), "sales", horizons=[1, 4], max_lag=8)
    >>> table = found.to_frame().set_index("horizon")
    >>> bool(table.loc[1, "rmse_saved"] > 0.1), bool(table.loc[4, "rmse_saved"] > 0.1)
    (True, False)
    """
    asked, generator = _horizons(horizons), as_generator(rng)
    vintages = data if isinstance(data, Vintages) else None
    if vintages is not None:
        if missing != "mask":
            raise UsageError(f"missing={missing!r} is not allowed with snapshots, in which what is not out yet is missing.")
        data = vintages.latest
    sample, names = with_roles(data, kpi=kpi, leads=leads, controls=controls, time=time, catalogue=catalogue, missing=missing)
    kpi, candidates, kept = names.kpi, names.leads, names.controls
    longest, logged = longest_lag(sample, max_lag), as_names(log, "log", names.names)
    first = _first_row(sample, first_origin)
    with one_thread():
        y = _analysed(sample, kpi, log=logged, undo=None)
        known: AsOf
        if vintages is None:
            known = _published(sample, y, kpi=kpi, leads=candidates, controls=kept, log=logged, metrics=as_catalogue(catalogue))
        else:
            known = Snapshots(vintages=vintages, kpi=kpi, leads=candidates, controls=kept, log=logged)
        walked = _walked(sample, known, y, leads=candidates, max_lag=longest, horizons=asked, first=first)
        if isinstance(walked, str):
            raise DataContractError(words.refused(kpi, walked), code="LL313")
        gains = compared(walked, rng=generator)
    if all(row.missing for row in gains):
        raise UsageError(words.nothing(asked, (row.missing for row in gains)), code="LL127")
    settings: dict[str, Any] = {"kpi": kpi, "horizons": asked, "max_lag": longest, "first_origin": first_origin}
    settings |= {"rng": seed_words(rng), "controls": kept}
    settings |= {"missing": missing, "log": logged, "time": time}
    return _result(sample, walked, gains, kpi=kpi, controls=kept, log=logged, settings=settings)


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
    y, names = _analysed(sample, kpi, log=log, undo=undo), tuple(leads)
    known = _published(sample, y, kpi=kpi, leads=names, controls=tuple(controls), log=log, metrics=metrics)
    walked = _walked(sample, known, y, leads=names, max_lag=max_lag, horizons=tuple(horizons), first=None)
    if isinstance(walked, str):
        nothing = (math.nan,) * len(horizons)
        none = Gain(
            horizons=tuple(horizons), rmse=nothing, mae=nothing, pvalue=nothing, n_origins=(0,) * len(horizons), missing=walked
        )
        return dict.fromkeys(leads, none)
    found = compared(walked, rng=np.random.default_rng(0))
    return {name: gain_of([one for one in found if one.lead == name]) for name in leads}


def _walked(
    sample: Sample,
    known: AsOf,
    y: Floats | str,
    *,
    leads: tuple[str, ...],
    max_lag: int,
    horizons: tuple[int, ...],
    first: int | None,
) -> Walked | str:
    """The forecasts of all leads from all origins, or why there are none."""
    if isinstance(y, str):
        return y
    if not np.isfinite(y).any():
        return words.TOO_SHORT
    n = len(y)
    fixed, X = np.column_stack([np.ones(n), np.arange(n) / n]), known.at(n - 1).X
    reasons = {one.lead: untestable(one.code, one.detail) for one in untestable_leads(y, X, leads, fixed=fixed, n_controls=0)}
    start = _default_first(sample, y, X) if first is None else first
    if first is None and isinstance(known, Snapshots):
        start = known.first_origin(start)
    learner = Learner(known=known, calendar=sample.calendar, max_lag=max_lag)
    found = rolled(learner, y, horizons=horizons, first=start)
    if not np.isfinite(found.own).any():
        return words.TOO_SHORT
    return Walked(
        leads=leads, horizons=horizons, rolled=found, delays=known.lead_delays, kpi_delay=known.kpi_delay, reasons=reasons,
        max_lag=max_lag,
    )  # fmt: skip


def _analysed(sample: Sample, kpi: str, *, log: Sequence[str], undo: str | None) -> Floats | str:
    """The KPI that is forecast, or why it cannot be."""
    reported = as_reported(sample.column(kpi), sample.calendar, undo=undo)
    if reported.refused or reported.waves.shape[1]:
        return words.REPORTED
    return take_log(reported.values, kpi) if kpi in log else reported.values


def _published(
    sample: Sample,
    y: Floats | str,
    *,
    kpi: str,
    leads: tuple[str, ...],
    controls: tuple[str, ...],
    log: Sequence[str],
    metrics: Mapping[str, Metric],
) -> Published:
    """What was known when, if no value was revised and the catalogue says how late each is published."""
    delays = {name: _delay(sample, metrics, name) for name in (kpi, *leads, *controls)}
    X, Z = (_columns(sample, names, log) for names in (leads, controls))
    return Published(
        y=np.full(sample.n_periods, np.nan) if isinstance(y, str) else y, X=X, Z=Z, kpi_delay=delays[kpi],
        lead_delays=np.array([delays[name] for name in leads], dtype=np.intp),
        control_delays=np.array([delays[name] for name in controls], dtype=np.intp),
    )  # fmt: skip


def _columns(sample: Sample, names: Sequence[str], log: Sequence[str]) -> Floats:
    """Columns of the sample, logged where asked, shape (n, len(names))."""
    places = [sample.names.index(name) for name in names]
    values = sample.values[:, places].astype(np.float64)
    for place, name in enumerate(names):
        finer = sample.finer(name)
        if finer is not None and finer.clock.straddles:  # a week of two months tells, in the first, what comes in the second
            values[:, place] = finer.clock.ended_within(finer.values)
        if name in log:
            values[:, place] = take_log(values[:, place], name)
    return values


def _delay(sample: Sample, metrics: Mapping[str, Metric], name: str) -> int:
    """Periods of the KPI after which a value is published."""
    return math.ceil(metrics[name].available_after / sample.pace(name) - 1e-9) if name in metrics else 0


def _result(
    sample: Sample,
    walked: Walked,
    gains: tuple[GainAhead, ...],
    *,
    kpi: str,
    controls: tuple[str, ...],
    log: tuple[str, ...],
    settings: dict[str, Any],
) -> ForecastGain:
    """The public answer: horizons without numbers for any lead are dropped."""
    kept = [place for place, one in enumerate(walked.horizons) if any(not row.missing for row in gains if row.horizon == one)]
    horizons = tuple(walked.horizons[place] for place in kept)
    told = next(name for name in walked.leads if name not in walked.reasons)
    dropped = tuple((row.horizon, row.missing) for row in gains if row.lead == told and row.horizon not in horizons)
    found = walked.rolled
    lag, shape = _chosen(walked, kept)
    untested = np.array([name in walked.reasons for name in walked.leads], dtype=bool)
    both = np.where(untested, np.nan, found.own[:, kept, None] + found.added[:, kept])
    walk = Walk(
        periods=sample.periods, origins=found.origins, actual=found.actual[:, kept], own=found.own[:, kept],
        naive=found.naive[:, kept], seasonal=found.seasonal[:, kept], with_lead=both, lag=lag, shape=shape,
    )  # fmt: skip
    notes = [(note.code, note.text) for note in sample.notes] + [("LL127", words.dropped(*one)) for one in dropped]
    folded = tuple(name for name in walked.leads if sample.finer(name) is not None)
    notes += [("LL128", words.folded(name)) for name in folded]
    search = Search(
        n_leads=len(walked.leads) - len(walked.reasons), n_lags=len(horizons), lag_word="horizon", correction="none",
        family="each lead and horizon has a p of its own; lag and shape are chosen again at each origin, on its past alone",
    )  # fmt: skip
    return ForecastGain(
        kpi=kpi, leads=walked.leads, controls=controls, unit=sample.calendar.unit, log=kpi in log, horizons=horizons,
        dropped=dropped, folded=folded, gains=tuple(row for row in gains if row.horizon in horizons), walk=walk,
        max_lag=walked.max_lag, provenance=Provenance.of("forecast_gain", warnings=notes, search=search, **settings),
    )  # fmt: skip


def _chosen(walked: Walked, kept: Sequence[int]) -> tuple[Floats, NDArray[np.str_]]:
    """Lag and shape of every column that was chosen, shape (o, len(kept), m)."""
    column = walked.rolled.column[:, kept]
    lag, shape = np.full(column.shape, np.nan), np.full(column.shape, "", dtype=object)
    for place, horizon in enumerate(walked.horizons[place] for place in kept):
        for lead, delay in enumerate(walked.delays.tolist()):
            if horizon + delay > walked.max_lag:
                continue
            columns = shaped_lags(range(horizon + delay, walked.max_lag + 1))
            used = column[:, place, lead] >= 0
            picked = column[used, place, lead]
            lag[used, place, lead] = np.array([peak for _, peak in columns], dtype=np.float64)[picked]
            shape[used, place, lead] = np.array([STANDARD[form].label for form, _ in columns], dtype=object)[picked]
    return lag, shape


def _default_first(sample: Sample, y: Floats, X: Floats) -> int:
    """Row of the first origin if none is asked for.

    A third of the periods lie before it, and two of every season that the KPI or a lead shows: a forecast from own history that
    cannot know the season yet is beaten by any lead that has one. No forecast knows what decides here.
    """
    present = np.flatnonzero(np.isfinite(y))
    begins = int(present[0])
    seasons = [_SEASONS_BEFORE * one.period for one in seasons_asked(sample.calendar, y, X)]
    return begins + math.ceil(max(_BEFORE * (len(y) - begins), *seasons, 0.0)) - 1


def _horizons(horizons: Any) -> tuple[int, ...]:
    """Horizons in their order; a single number is one horizon, not all up to it."""
    several = isinstance(horizons, Iterable) and not isinstance(horizons, str)
    return as_lags(horizons if several else [horizons], "horizons")


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
