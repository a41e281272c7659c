"""The question: where the KPI will be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import joblib
import numpy as np

from leadlag._blas import one_thread
from leadlag._validation import as_generator, as_int, as_real, only_data_positional, seed_words
from leadlag.catalogue import Catalogue, Metric, Missing, as_catalogue, known_of
from leadlag.core.search.shapes import STANDARD
from leadlag.errors import DataContractError, UsageError
from leadlag.forecast import words
from leadlag.forecast.asked import ForecastCall, as_levels, asked_horizons
from leadlag.forecast.model import ForecastModel, SegmentModel
from leadlag.forecast.periods import Timeline, counting
from leadlag.forecast.refusals import few_past
from leadlag.forecast.result import Forecast
from leadlag.forecast.rows import rows_until
from leadlag.forecast.scale import kpi_scale
from leadlag.forecast.scoring import forecast_result, judged, label_of, parts_of
from leadlag.forecast.segments import FittedSegment, fitted_segment
from leadlag.prepare.repairs import REPAIRS, as_repairs
from leadlag.prepare.scale import AUTO, NamedLog, as_log, resolved_log
from leadlag.ranking.result import RankedData
from leadlag.results import Provenance, Search
from leadlag.sample import Sample
from leadlag.sample.roles import Roles, longest_lag, with_roles

__all__ = ["forecast_kpi", "forecast_ranked", "forecast_samples"]


@only_data_positional
def forecast_kpi(
    data: Any,
    *,
    kpi: str,
    leads: Sequence[str] | None = None,
    horizons: int | Iterable[int] | None = None,
    level: float | Sequence[float] = (0.8, 0.95),
    max_lag: int | None = None,
    rng: int | np.random.Generator = 0,
    time: str | None = None,
    controls: Sequence[str] | None = None,
    catalogue: Catalogue | Iterable[Metric] | None = None,
    missing: Missing = "mask",
    log: str | Sequence[str] = (),
    repair: Sequence[str] = REPAIRS,
    fdr: float = 0.10,
    n_draws: int = 1999,
    note: str = "",
) -> Forecast:
    """Forecast a KPI from its own history and from the leads that a ranking would name.

    Parameters
    ----------
    data : Sample or data frame
        One row per period; see `leadlag.from_wide`. A Sample of several segments has a model for each, in one.
    kpi : str
    leads : sequence of str, optional
        Candidates; every other column of numbers if None. Only those that are found to lead the KPI are used, and no value of
        theirs after the origin is needed.
    horizons : int or iterable of int, optional
        Periods ahead, counted from the last period that has ended; 1, 2, 4, 8 and 12 if None.
    level : float or sequence of float
        Chance with which the KPI lies in each interval.
    max_lag : int, optional
        Longest lag of a lead, in periods of the KPI; as in `rank_leads` if None.
    rng : int or Generator
        The same value gives the same forecast.
    time : str, optional
        Time column of `data`.
    controls : sequence of str, optional
        Columns that stand in every model in the same period; beyond their last value what their own persistence carries on.
    catalogue : Catalogue or iterable of Metric, optional
        What is known about the metrics: unit, publication delay, aggregation.
    missing : {"mask", "error", "zero"} or ("ffill", n)
        What happens to missing values.
    log : sequence of str, or "auto"
        Columns to take in natural logs; "auto" takes a KPI that grows, and the candidates that grow too, in logs where its own
        history fits better so. A KPI that is not among them is forecast on the scale that its values ask for: a share as
        log odds, small counts by their square root, an amount above zero in logs where that fits better.
    repair : sequence of {"rows", "scales", "sentinels"}
        What is repaired before anything is asked; ``()`` for nothing: see `docs/repairs.md`.
    fdr : float
        Share of false leads among those used that is accepted on average.
    n_draws : int
        Bootstrap draws behind the choice of leads.
    note : str
        Kept with the model.

    Returns
    -------
    Forecast
        `to_frame` has one row a horizon; `model` scores new rows without a new fit.

    Raises
    ------
    UsageError
        If an argument is outside what is allowed.
    UnknownNameError
        If a column does not exist.
    DataContractError
        If the data are wrong, or no forecast can be made of the KPI (LL313).

    Notes
    -----
    The model is ``y_t = c_t' d + sum_j b_j z_jt + u_t`` with the leads, lags and shapes that `rank_leads` chooses and the KPI's
    own momentum in u (`leadlag.forecast.numbers.model`). At horizon h a lead is used as far as its lags are known, from
    ``h + available_after`` on; where none is, the forecast is that of own history. The same is done at many origins of the past,
    each with what was known then, leads chosen anew as history grows: the errors of these forecasts set the size of the intervals
    (`leadlag.forecast.numbers.intervals`). See ``docs/forecast.md``.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(0)
    >>> visits = rng.normal(size=120)
    >>> sales = np.r_[np.zeros(3), visits[:-3]] + rng.normal(size=120)
    >>> found = forecast_kpi(pd.DataFrame({"visits": visits, "sales": sales}), kpi="sales", horizons=[1, 3, 6], max_lag=8)
    >>> found.to_frame()[["horizon", "leads"]].values.tolist()
    [[1, ('visits',)], [3, ('visits',)], [6, ()]]
    """
    asked = ForecastCall(
        horizons=asked_horizons(horizons), level=as_levels(level), max_lag=max_lag, log=(), repair=as_repairs(repair),
        missing=missing,
        fdr=as_real(fdr, "fdr", low=0.0, high=1.0), n_draws=as_int(n_draws, "n_draws", low=99, high=99_999),
        seeds=tuple(int(seed) for seed in as_generator(rng).integers(2**63, size=8)), metrics=as_catalogue(catalogue), note=note,
    )  # fmt: skip
    read = [
        with_roles(part, kpi=kpi, leads=leads, controls=controls, time=time, catalogue=catalogue, missing=missing, ends=True)
        for part in _by_segment(data)
    ]
    roles = read[0][1]
    settings = {"rng": seed_words(rng), "time": time}
    samples = [sample for sample, _ in read]
    asked = replace(asked, log=_named(samples, roles, as_log(log, roles.names), metrics=asked.metrics))
    return forecast_samples(samples, roles, asked, settings=settings)


def _by_segment(data: Any) -> list[Any]:
    """The Sample of each of several segments; the data as they are if there is one, or none."""
    several = isinstance(data, Sample) and len(data.segments) > 1
    return [data.segment(name) for name in data.segments] if several else [data]


def forecast_ranked(ranking: Any, *, horizons: int | Iterable[int] | None, level: float | Sequence[float]) -> Forecast:
    """Forecast from the rows of a ranking, with its settings and seeds."""
    data: RankedData | None = ranking.data
    if data is None:
        raise UsageError("this ranking does not hold its data, so it cannot be forecast from: call forecast_kpi with the data.")
    policy, family = ranking.context.policy, ranking.family
    call = ForecastCall(
        horizons=asked_horizons(horizons), level=as_levels(level), max_lag=data.max_lag, log=data.log, repair=data.repair,
        missing=data.missing, fdr=policy.fdr, n_draws=family.n_draws, seeds=data.seeds, metrics=as_catalogue(data.metrics),
    )  # fmt: skip
    settings = dict(ranking.provenance.settings)
    return forecast_samples([data.sample], data.roles, call, settings={name: settings[name] for name in ("rng", "time")})


def forecast_samples(samples: Sequence[Sample], roles: Roles, asked: ForecastCall, *, settings: Mapping[str, Any]) -> Forecast:
    """Forecast from Samples around the KPI, one a segment; one that cannot be forecast keeps its rows, with the reason."""
    if len(samples) == 1:
        tried: list[FittedSegment | tuple[str, str]] = [fitted_segment(samples[0], roles, asked)]
    else:
        tried = joblib.Parallel()(joblib.delayed(_fitted_or_why)(sample, roles, asked) for sample in samples)
    fitted = [(one, sample) for one, sample in zip(tried, samples, strict=True) if isinstance(one, FittedSegment)]
    failed = tuple(one for one in tried if not isinstance(one, FittedSegment))
    if not fitted:
        raise DataContractError(words.no_segment(failed), code="LL313")
    first = fitted[0][0].sample
    model = model_of(first, roles, asked, [one.model for one, _ in fitted], failed, settings=settings)
    line = Timeline(calendar=first.calendar, cadence=model.cadence, last=model.last + max(model.horizons))
    # the rows are made as those of a score are, so that a score of the same table has the same numbers
    rows = rows_until(model, [(one.model, sample) for one, sample in fitted], line=line, origin=model.last)
    with one_thread():
        found = [judged(model, one.model, part, line=line, past=one.past) for (one, _), part in zip(fitted, rows, strict=True)]
    made = parts_of(model, found, line=line, origin=model.last)
    notes = [note for one, _ in fitted for note in _notes(one.sample, one.model)]
    return forecast_result(model, made, origin=label_of(first.calendar, model.cadence, model.last), notes=notes)


def _fitted_or_why(sample: Sample, roles: Roles, asked: ForecastCall) -> FittedSegment | tuple[str, str]:
    """One of many segments, or its name and why it has no model: what is wrong with its values stops no other."""
    try:
        return fitted_segment(sample, roles, asked)
    except DataContractError as error:
        return sample.segments[0], f"{error.code}: {' '.join(error.first.text.split())}"


def model_of(
    sample: Sample,
    roles: Roles,
    asked: ForecastCall,
    fitted: Sequence[SegmentModel],
    failed: tuple[tuple[str, str], ...],
    *,
    settings: Mapping[str, Any],
) -> ForecastModel:
    """The model of all segments."""
    metrics, kpi = asked.metrics, roles.kpi
    used = dict.fromkeys(name for one in fitted for name in one.leads)
    search = Search(
        n_segments=len(fitted), n_leads=len(roles.leads), n_lags=longest_lag(sample, asked.max_lag),
        n_shapes=len(STANDARD),
        correction="Benjamini-Hochberg", family="the leads, as in a ranking; chosen again as history grows",
    )  # fmt: skip
    provenance = Provenance.of(
        "forecast_kpi", search=search, kpi=kpi, leads=roles.leads, horizons=asked.horizons, level=asked.level,
        max_lag=asked.max_lag,
        controls=roles.controls, missing=asked.missing, repair=asked.repair, log=asked.log, fdr=asked.fdr, n_draws=asked.n_draws,
        **settings,
    )  # fmt: skip
    return ForecastModel(
        kpi=kpi, controls=roles.controls, beside=tuple(name for name in roles.leads if name not in used),
        log=tuple(name for name in asked.log if name in used or name in roles.controls),
        horizons=asked.horizons, level=asked.level, max_lag=longest_lag(sample, asked.max_lag), cadence=counting(sample.calendar),
        unit=sample.calendar.unit, kpi_unit=(metrics[kpi].unit or "") if kpi in metrics else "",
        reading=(
            ("time", settings.get("time")), ("missing", asked.missing), ("repair", asked.repair),
            ("catalogue", Catalogue({metric.name: metric for metric in known_of(metrics, (kpi, *used, *roles.controls))})),
        ),
        holidays=sample.calendar.holidays, segments=tuple(fitted), unmodelled=failed, note=asked.note, provenance=provenance,
    )  # fmt: skip


def _named(samples: Sequence[Sample], roles: Roles, log: NamedLog, *, metrics: Mapping[str, Metric]) -> tuple[str, ...]:
    """Columns in logs, as named; for "auto" those that grow in every segment, where the KPI's history fits better in logs."""
    if log != AUTO:
        return log
    found = []
    for sample in samples:
        grows = resolved_log(sample, kpi=roles.kpi, leads=roles.leads, log=AUTO, metrics=metrics)
        found.append(grows if kpi_scale(sample, roles.kpi, log=False, metrics=metrics).kind == "log" else ())
    return tuple(name for name in found[0] if all(name in each for each in found))


def _notes(sample: Sample, fitted: SegmentModel) -> Iterable[tuple[str, str]]:
    yield from ((note.code, note.text) for note in sample.notes)
    yield from few_past(fitted)
