"""The question what each series is, a level that returns, a trend or a walk, and what to do before it is compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from leadlag._blas import one_thread
from leadlag._validation import as_list, as_real, only_data_positional
from leadlag.catalogue import Catalogue, Metric, Missing
from leadlag.core.arrays import Floats
from leadlag.core.linear.leastsquares import is_constant
from leadlag.core.series.cycles import selected_cycles
from leadlag.core.series.robust import few_values
from leadlag.core.series.stationary import StationarityVerdicts, enough_rows, nothing_left, stationarity_verdicts
from leadlag.errors import UsageError
from leadlag.methods.stationarity import words
from leadlag.methods.stationarity.numbers import SeriesSeason, has_trend, season_dummies, season_strength, spread_grows
from leadlag.methods.stationarity.result import SeasonTest, SeriesStationarity, StationarityResult
from leadlag.methods.stationarity.transform import SeriesTransform
from leadlag.prepare.season import candidate_seasons
from leadlag.prepare.untestable import single_event
from leadlag.results import Provenance, Search
from leadlag.sample import Calendar, Sample, as_sample
from leadlag.sample.known import trimmed

__all__ = ["SeasonTest", "SeriesStationarity", "StationarityResult", "check_stationarity"]

_TESTS = ("DF-GLS", "ADF", "KPSS")


@only_data_positional
def check_stationarity(
    data: Any,
    *,
    metrics: str | Sequence[str] | None = None,
    alpha: float = 0.05,
    time: str | None = None,
    catalogue: Catalogue | Iterable[Metric] | None = None,
    missing: Missing = "mask",
) -> StationarityResult:
    """Say of each series whether its level returns, follows a trend, or wanders, which season it has, and what to do about it.

    Parameters
    ----------
    data : Sample or data frame
        One row per period; see `leadlag.from_wide`.
    metrics : str or sequence of str, optional
        Columns; every column of numbers if None.
    alpha : float, default 0.05
        Level of every test, above 0.01 and at most 0.10.
    time : str, optional
        Time column of `data`.
    catalogue : Catalogue or iterable of Metric, optional
        What is known about the metrics.
    missing : {"mask", "error", "zero"} or ("ffill", n), default "mask"
        What happens to missing values; "mask" fills nothing, and no lag reaches over a gap.

    Returns
    -------
    StationarityResult
        One row a series, also for those that cannot be tested, with the reason. A row does not depend on the other columns.

    Raises
    ------
    UsageError
        If an argument is outside what is allowed.
    UnknownNameError
        If a column does not exist.
    DataContractError
        If the data are wrong; lists all that is wrong.

    Notes
    -----
    DF-GLS and ADF have the null of a unit root, KPSS that of stationarity. A verdict needs both sides to agree; where they do
    not, "inconclusive" is the answer. Whether a trend stands beside the tests is asked by a test that holds either way, and
    whether a line to which the series returns has a slope by its own; seasons of the calendar that are found stand there too.
    `leadlag.core.series.stationary.stationarity_verdicts` has the rule, docs/stationarity.md how often it is right.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> steps = np.random.default_rng(0).normal(size=(156, 2))
    >>> data = pd.DataFrame({"visits": steps[:, 0], "stock": np.cumsum(steps[:, 1])})
    >>> result = check_stationarity(data)
    >>> result.to_frame()[["metric", "verdict", "transform"]].to_numpy().tolist()
    [['visits', 'stationary', 'none'], ['stock', 'integrated', 'difference']]
    >>> result["stock"].transform.apply([10.0, 12.0, 11.0])
    array([nan,  2., -1.])
    """
    level = as_real(alpha, "alpha", low=0.01, high=0.1 + 1e-9)
    columns = None if metrics is None else {"metrics": as_list(metrics)}
    if columns == {"metrics": []}:
        raise UsageError("metrics is empty: name at least one column, or leave it out for all.")
    sample = as_sample(data, time=time, catalogue=catalogue, missing=missing, columns=columns)
    provenance = Provenance.of(
        "check_stationarity", warnings=((note.code, note.text) for note in sample.notes), search=_search(sample),
        metrics=sample.all_names, alpha=level, missing=missing,
    )  # fmt: skip
    with one_thread():
        found = {
            (item.metric, item.segment): item
            for one in map(trimmed, sample.cadences)
            for segment, values in _tables(one)
            for item in _checked(one, values, segment=segment, alpha=level, provenance=provenance)
        }
    order = {name: place for place, name in enumerate(sample.all_names)}
    series = sorted(found.values(), key=lambda item: order[item.metric])
    return StationarityResult(series=tuple(series), alpha=level, provenance=provenance)


def _search(sample: Sample) -> Search:
    """The tests of each series; those of a trend and of seasons decide what stands beside them."""
    n_series, n_segments = len(sample.all_names), max(len(sample.segments), 1)
    return Search(
        n_leads=n_series, lead_word="metric", n_segments=n_segments, n_tests=len(_TESTS) * n_series * n_segments,
        correction="none",
        family=f"{', '.join(_TESTS)}, of each series alone",
    )  # fmt: skip


def _tables(sample: Sample) -> Iterator[tuple[str, Floats]]:
    """Values of each segment, shape (n_periods, n_metrics), by its name."""
    if sample.values.ndim == 2:
        yield (sample.segments[0] if sample.segments else ""), sample.values
    else:
        yield from zip(sample.segments, sample.values, strict=True)


def _checked(sample: Sample, X: Floats, *, segment: str, alpha: float, provenance: Provenance) -> Iterator[SeriesStationarity]:
    """The series of one table; those with the same season go through the tests together."""
    n = len(X)
    reasons = [_untestable(x) for x in X.T]
    seasons = _seasons(X, [not reason for reason in reasons], sample.calendar)
    first_day = str(sample.calendar.starts[0])[:10] if sample.calendar.freq == "week" else ""
    groups: dict[tuple[int, ...], list[int]] = {}
    for column, shown in enumerate(seasons):
        groups.setdefault(tuple(item.n_kept for item in shown), []).append(column)
    for columns in groups.values():
        season = season_dummies(seasons[columns[0]])
        n_season = 0 if season is None else season.shape[1]
        empty = nothing_left(X[:, columns], season)
        for place, column in enumerate(columns):
            if not reasons[column]:
                reasons[column] = _too_little(X[:, column], n_season=n_season, empty=bool(empty[place]))
        tested = [column for column in columns if not reasons[column]]
        answers = stationarity_verdicts(X[:, tested], season=season, alpha=alpha)
        in_logs = [place for place, column in enumerate(tested) if _worth_a_log(X[:, column], season)]
        logs = stationarity_verdicts(np.log(X[:, [tested[place] for place in in_logs]]), season=season, alpha=alpha)
        for column in columns:
            x = X[:, column]
            fields: dict[str, Any] = {"verdict": "untestable", "reason": reasons[column], "transform": SeriesTransform(n_rows=n)}
            if not reasons[column]:
                place = tested.index(column)
                log = (logs, in_logs.index(place)) if place in in_logs else None
                fields = _fields(x, seasons[column], answers, place, log=log, first_day=first_day)
            nobs = int(np.isfinite(x).sum())
            yield SeriesStationarity(
                metric=sample.names[column], segment=segment, unit=sample.calendar.unit, nobs=nobs, n_missing=n - nobs,
                alpha=alpha, provenance=provenance, **fields,
            )  # fmt: skip


def _untestable(x: Floats) -> str:
    """Code and words why a series cannot be tested; empty if it may be."""
    present = x[np.isfinite(x)]
    if not len(present):
        return words.untestable("LL201")
    if bool(is_constant(x)):
        return words.untestable("LL203")
    if not enough_rows(len(present), 0):
        return words.untestable("LL204", n_values=len(present))
    event = single_event(present)
    return words.untestable("LL203", detail=event) if event else ""


def _too_little(x: Floats, *, n_season: int, empty: bool) -> str:
    """The same once the season is known."""
    n_values = int(np.isfinite(x).sum())
    if not enough_rows(n_values, n_season):
        return words.untestable("LL204", n_values=n_values)
    return words.untestable("LL207") if empty else ""


def _seasons(X: Floats, testable: Sequence[bool], calendar: Calendar) -> list[tuple[SeriesSeason, ...]]:
    """The seasons that each series is long enough for, and what it shows of them."""
    n_values = np.isfinite(X).sum(axis=0)
    found: list[tuple[SeriesSeason, ...]] = [() for _ in testable]
    for count in np.unique(n_values[list(testable)]):
        columns = np.flatnonzero((n_values == count) & testable)
        for season in candidate_seasons(calendar, len(X), n_values=int(count)):
            shown = selected_cycles(X[:, columns], season)
            for place, column in enumerate(columns):
                item = SeriesSeason(season=season, n_kept=int(shown.n_kept[place]), pvalue=float(shown.pvalues[place]))
                found[column] = (*found[column], item)
    return found


def _worth_a_log(x: Floats, season: Floats | None) -> bool:
    """Whether a log is worth a thought: a positive measure whose steps grow with its level."""
    return not few_values(x) and spread_grows(x, season)


def _fields(
    x: Floats,
    seasons: Sequence[SeriesSeason],
    answers: StationarityVerdicts,
    place: int,
    *,
    log: tuple[StationarityVerdicts, int] | None,
    first_day: str,
) -> dict[str, Any]:
    """What was found about one series that could be tested."""
    tests = answers.tests
    working, about = (answers, place) if log is None else log
    verdict = working.verdict[about]
    differenced = verdict == "integrated"
    values = x if log is None else np.log(x)
    return {
        "verdict": answers.verdict[place],
        "trend": "linear" if has_trend(answers, place) else "none",
        "tests_beside": "intercept and trend" if answers.about_trend[place] else "intercept",
        "trend_pvalue": float(answers.trend_pvalue[place]),
        **{name: float(getattr(answers, name)[place]) for name in ("dfgls_pvalue", "adf_pvalue", "kpss_pvalue")},
        **{name: float(getattr(tests, name)[place]) for name in ("dfgls", "adf", "kpss")},
        **{name: int(getattr(tests, name)[place]) for name in ("dfgls_lags", "adf_lags")},
        "kpss_bandwidth": int(tests.bandwidth[place]),
        "seasons": tuple(
            SeasonTest(
                period=item.season.period, n_pairs=item.n_kept, month_ends=item.season.dummies, n_seasons=item.season.n_seasons,
                pvalue=item.pvalue, strength=season_strength(values, item, differenced=differenced),
            )
            for item in seasons
        ),
        "transform": SeriesTransform.fit(
            x, log=log is not None, differenced=differenced, trend=has_trend(working, about), first_day=first_day,
            seasons=[(item.season, item.n_kept) for item in seasons if item.n_kept],
        ),
        "log_verdict": "" if log is None else verdict,
    }  # fmt: skip
