"""Checks of stationarity in words: why a series has none, their table and their explanation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from leadlag.wording.layout import labelled, lines_of, page
from leadlag.wording.searched import searched_facts, searched_lines
from leadlag.wording.shown import Prose, among, cut, joined, number, percent, periods, pvalue, shown, wrap
from leadlag.wording.table import Column, table
from leadlag.wording.units import season

if TYPE_CHECKING:
    from leadlag.methods.stationarity.result import SeasonTest, SeriesStationarity, StationarityResult

__all__ = ["axes", "corners", "explain", "explain_series", "kpss_p", "label", "summary", "summary_of_series", "untestable"]

_NAME = 24
_COLUMNS = (
    Column("metric", 19, "left", most=18), Column("verdict", 17, "left"), Column("DF-GLS p", 8), Column("ADF p", 8),
    Column("KPSS p", 8), Column("suggested", 20),
)  # fmt: skip
_MOST_ROWS = 40
_SHORT: Mapping[str, str] = MappingProxyType({"difference": "diff"})
_LOWEST, _HIGHEST = 0.01, 0.10

_VERDICTS: Mapping[str, str] = MappingProxyType(
    {
        "stationary": "returns to a fixed level",
        "trend-stationary": "returns to a straight line",
        "integrated": "wanders, with no level to return to",
        "inconclusive": "is not clearly one or the other, because the tests do not agree",
    }
)


def untestable(code: str, *, detail: str = "", n_values: int = 0) -> str:
    """Code and words why a series cannot be tested.

    Examples
    --------
    >>> untestable("LL204", n_values=7)
    'LL204: 7 values are too few for these tests'
    """
    why = {
        "LL201": "it has no values",
        "LL203": detail or "all its values are the same, up to rounding",
        "LL204": f"{periods(n_values, 'value')} {'is' if n_values == 1 else 'are'} too few for these tests",
        "LL207": "it is exactly its trend and season: nothing is left to test",
    }
    return f"{code}: {why[code]}"


def label(series: SeriesStationarity, most: int = _NAME) -> str:
    """The series' name, with its segment if it has one."""
    return cut(shown(f"{series.metric} [{series.segment}]" if series.segment else series.metric), most)


def axes() -> tuple[str, str]:
    """What the two axes of the picture say."""
    return "p of the unit-root tests (the smaller of two)", "KPSS over its critical value"


def corners() -> tuple[str, str, str, str]:
    """What the four corners of the picture say: unit root rejected or not, stationarity kept or not."""
    return "stationary\n(or beside a trend)", "inconclusive: both rejected", "inconclusive: neither rejected", "integrated"


def kpss_p(p: float) -> str:
    """A p of KPSS, which is known between 0.01 and 0.10 only.

    Examples
    --------
    >>> kpss_p(0.01), kpss_p(0.034), kpss_p(0.1)
    ('<0.01', '0.034', '>0.10')
    """
    return "<0.01" if p <= _LOWEST else ">0.10" if p >= _HIGHEST else pvalue(p)


def _among(p: float) -> str:
    """The same for a sentence, after its letter."""
    text = kpss_p(p)
    return f"{text[0]} {text[1:]}" if text[0] in "<>" else f"= {text}"


def summary(result: StationarityResult) -> Prose:
    """Verdicts, p-values and suggestions as text of at most 80 columns."""
    series = result.series
    counts = Counter(item.verdict for item in series)
    told = joined([f"{counts[verdict]:,} {verdict}" for verdict in (*_VERDICTS, "untestable") if counts[verdict]])
    head = wrap(f"Stationarity of {len(series):,} series at {percent(result.alpha)}: {told or 'nothing to check'}")
    lines = table(_COLUMNS, [_row(item) for item in series[:_MOST_ROWS]])
    if len(series) > _MOST_ROWS:
        lines.append(f"and {len(series) - _MOST_ROWS:,} more: to_frame() has them all.")
    foot = wrap(
        "DF-GLS and ADF: a small p speaks against a unit root. KPSS: a small p speaks against stationarity. Seasons stand beside "
        "the tests. Suggestions are never carried out unasked.",
    )
    return page(head, lines, searched_lines(result.provenance), foot)


def _row(item: SeriesStationarity) -> tuple[str, ...]:
    name = label(item)
    if item.verdict == "untestable":
        return (name, item.verdict, "-", "-", "-", item.reason.split(":")[0])
    steps = "+".join(_SHORT.get(step, step) for step in item.transform.steps) or "none"
    return (name, item.verdict, pvalue(item.dfgls_pvalue), pvalue(item.adf_pvalue), kpss_p(item.kpss_pvalue), steps)


def explain(result: StationarityResult) -> Prose:
    """What the verdicts mean and what to do, in plain sentences."""
    told = []
    for verdict, meaning in _VERDICTS.items():
        mine = [item for item in result.series if item.verdict == verdict]
        if not mine:
            continue
        names = joined([label(item) for item in mine[:8]]) + (f" and {len(mine) - 8:,} more" if len(mine) > 8 else "")
        which = "Each of these" if len(mine) > 1 else "It"
        told.append(f"{verdict.capitalize()}: {names}. {which} {meaning}.")
    untested = [item for item in result.series if item.verdict == "untestable"]
    if untested:
        more = f"; and {len(untested) - 8:,} more" if len(untested) > 8 else ""
        told.append(f"Untestable: {'; '.join(f'{label(item)} ({item.reason})' for item in untested[:8])}{more}.")
    logs = [item for item in result.series if item.log_verdict]
    if logs:
        told.append(f"Steps that grow with the level: {joined([label(item) for item in logs[:8]])}. {_LOG}")
    if any(season.n_pairs for item in result.series for season in item.seasons):
        told.append(_SEASON)
    told.append(_CARE)
    return lines_of(told)


_LOG = "A log may help. It is never taken unasked, because an offset would change the answer: name the columns in log=."
_SEASON = (
    "A season that was found stood beside the tests. Leave it in the series and put it into the regression, as rank_leads does: "
    "taken out before, its coefficients are not counted, and p-values come out too small."
)
_CARE = (
    "A short series often fails to reject a unit root that it does not have: difference it only if the tests agree. rank_leads "
    "decides for itself and says what it did with each series."
)


def summary_of_series(item: SeriesStationarity) -> Prose:
    """The verdict and the tests behind it as text of at most 80 columns."""
    head = wrap(f"{label(item, 40)}: {item.verdict}")
    return page(head, labelled((*_facts(item), *searched_facts(item.provenance))))


def _facts(item: SeriesStationarity) -> Iterator[tuple[str, str]]:
    missing = f", {item.n_missing:,} missing" if item.n_missing else ""
    yield "Rows", f"{periods(item.nobs, item.unit)}{missing}"
    if item.verdict == "untestable":
        yield "Reason", item.reason
        return
    beside = item.tests_beside if "trend" in item.tests_beside else "an intercept"
    yield "Beside", f"{beside}; p of the test for a trend {among(item.trend_pvalue)}"
    yield "DF-GLS", f"{number(item.dfgls)}, p {among(item.dfgls_pvalue)}, {periods(item.dfgls_lags, 'lag')} (null: unit root)"
    yield "ADF", f"{number(item.adf)}, p {among(item.adf_pvalue)}, {periods(item.adf_lags, 'lag')} (null: unit root)"
    yield "KPSS", f"{number(item.kpss)}, p {_among(item.kpss_pvalue)}, bandwidth {item.kpss_bandwidth} (null: stationary)"
    for each in item.seasons:
        share = f", {percent(round(each.strength, 2))} of the variance" if each.n_pairs else ", not found"
        yield "Season", f"{_season(each, item.unit)}: p {among(each.pvalue)}{share}"
    yield "Suggested", item.suggestion


def _season(each: SeasonTest, unit: str) -> str:
    if each.month_ends:
        return "month ends"
    if each.n_pairs:
        return season(period=each.period, count=each.n_pairs, unit=unit)
    return f"{each.period:.4g} {unit}s"


def explain_series(item: SeriesStationarity) -> Prose:
    """What one series is, why, and what to do, in plain sentences."""
    name = label(item, 40)
    if item.verdict == "untestable":
        return lines_of([f"{name} cannot be tested. {item.reason}."])
    told = [f"{name} is {item.verdict}: it {_VERDICTS[item.verdict]}.", _tests(item), _beside(item)]
    told += [_season_told(each, item) for each in item.seasons if each.n_pairs]
    if item.log_verdict:
        told.append(f"Its steps grow with its level. {_LOG} In logs it is {item.log_verdict}, and so what follows is meant.")
    return lines_of([*told, _advice(item)])


def _tests(item: SeriesStationarity) -> str:
    rejected = [
        f"{test} (p {among(p)})" for test, p in (("DF-GLS", item.dfgls_pvalue), ("ADF", item.adf_pvalue)) if p < item.alpha
    ]
    root = f"{joined(rejected)} {'rejects' if len(rejected) == 1 else 'reject'} a unit root"
    if not rejected:
        root = f"Neither DF-GLS (p {among(item.dfgls_pvalue)}) nor ADF (p {among(item.adf_pvalue)}) rejects a unit root"
    moves = item.kpss_pvalue < item.alpha
    return f"{root}; KPSS {'rejects' if moves else 'does not reject'} stationarity (p {_among(item.kpss_pvalue)})."


def _beside(item: SeriesStationarity) -> str:
    p = among(item.trend_pvalue)
    if "trend" not in item.tests_beside:
        return f"No linear trend was found (p {p}), so the tests stand beside an intercept."
    if item.trend_pvalue < item.alpha:
        return f"It has a linear trend (p {p}), so the tests stand beside one."
    return f"The tests stand beside a trend, which it may not have (p {p})."


def _season_told(each: SeasonTest, item: SeriesStationarity) -> str:
    what = "changes" if item.transform.steps and "difference" in item.transform.steps else "level beside its trend"
    known = " It is known only roughly from so few." if each.n_seasons < 5 else ""
    share = percent(round(each.strength, 2))
    seasons = number(each.n_seasons, digits=2)
    head = f"{_season(each, item.unit).capitalize()} in it (p {among(each.pvalue)}, {share} of the variance of its {what}"
    return f"{head}), from {seasons} seasons.{known} Put it into the regression, do not take it out before."


def _advice(item: SeriesStationarity) -> str:
    steps = item.transform.steps
    if "difference" in steps:
        return "Compare its changes with the changes of others: levels that wander move together for no reason."
    if (item.log_verdict or item.verdict) == "inconclusive":
        beside = ", with a trend in the regression" if "detrend" in steps else ""
        told = f"{periods(item.nobs, item.unit)} do not tell"
        return f"Keep the level{beside}, and see whether its changes give the same answer: {told}."
    if "detrend" in steps:
        return "Keep the level, and put a trend into the regression."
    return "Keep the level." if "season" in steps else "Nothing has to be done."
