"""Forecast gains in words: what a lead saves at which horizon, how sure that is, and why there are no numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from leadlag.wording.layout import CAVEAT, labelled, lines_of, page
from leadlag.wording.searched import searched_facts
from leadlag.wording.shown import Prose, among, cut, joined, percent, periods, pvalue, shown, wrap
from leadlag.wording.table import Column, remainder, table

if TYPE_CHECKING:
    from leadlag.methods.gain.result import ForecastGain

__all__ = [
    "EXACT", "LEVEL", "REPORTED", "TOO_SHORT", "dropped", "explain", "few_origins", "folded", "no_lag", "nothing", "refused",
    "summary",
]  # fmt: skip

_NAME = 24
#: Lines of a summary's table.
_MOST_ROWS = 60
_COLUMNS = (
    Column("lead", 24, "left", most=23), Column("ahead", 8), Column("origins", 10), Column("RMSE saved", 11), Column("MAE", 9),
    Column("p", 9), Column("p equal", 9),
)  # fmt: skip
#: Reasons that a refusal tells.
_MOST_REASONS = 3
#: p up to which a gain is called more than chance.
LEVEL = 0.10

REPORTED = "the KPI is reported as a moving average or as a sum to date, of which what comes next is known in part already"
EXACT = "it is exactly its trend and its season, and follows from its own past"
TOO_SHORT = "there are too few periods for a forecast of the KPI from its own history"


def refused(kpi: str, why: str) -> str:
    """That no forecast can be made of the KPI, and what to do."""
    steps = {REPORTED: "take the figures of single periods", EXACT: "name another KPI"}
    step = steps.get(why, "give more periods, or ask for shorter horizons")
    return f"kpi={kpi!r} cannot be forecast: {why}; {step}."


def nothing(horizons: Sequence[int], why: Iterable[str]) -> str:
    """That no lead has a gain at any of the horizons, and what to do."""
    told = "; ".join(sorted(set(why))[:_MOST_REASONS])
    step = "Ask for shorter horizons, a longer max_lag, an earlier first_origin, or other leads."
    return f"horizons={list(horizons)} have no gain: {told}. {step}"


def no_lag(horizon: int, delay: int, max_lag: int) -> str:
    """That no lag is searched that is known so early."""
    late = f" and is published {delay} later" if delay else ""
    return f"a lead {horizon} ahead needs lags from {horizon} on{late}, and max_lag is {max_lag}"


def few_origins(n: int, fewest: int) -> str:
    """That too few forecasts can be compared."""
    return f"{periods(n, 'forecast')} can be compared, {fewest} are needed"


def dropped(horizon: int, why: str) -> str:
    """That a horizon has no numbers."""
    return f"horizon {horizon} has no numbers: {why}"


def folded(lead: str) -> str:
    """That a lead stands with one value a period."""
    return f"{shown(lead)} is seen more often than the KPI and stands with one value a period of it"


def summary(result: ForecastGain) -> Prose:
    """Share of the error saved, with its p, of every lead and horizon as text of at most 80 columns."""
    kpi = cut(shown(result.kpi), _NAME)
    head = wrap(f"What does a lead save of the error in forecasts of {kpi}, not seen before?")
    facts = labelled(_facts(result))
    return page(head, _table(result), facts, [CAVEAT])


def _table(result: ForecastGain) -> list[str]:
    rows = []
    told = [one for one in result.gains if not one.missing]
    for one in told[:_MOST_ROWS]:
        saved, mae = _share(one.rmse_saved), _share(one.mae_saved)
        tests = (pvalue(one.clark_west_pvalue), pvalue(one.diebold_mariano_pvalue))
        rows.append((shown(one.lead), str(one.horizon), str(one.n_origins), saved, mae, *tests))
    more = len(told) - _MOST_ROWS
    return [*table(_COLUMNS, rows), *remainder(more, f"{periods(more, 'row')} more")]


def _facts(result: ForecastGain) -> Iterator[tuple[str, str]]:
    in_logs = ", in logs" if result.log else ""
    yield "Saved", f"share of the error of the KPI's own history{in_logs}; negative: the lead makes it worse"
    yield "p", "that nothing is saved (Clark-West); p equal: that both are equally good (Diebold-Mariano)"
    yield "Lags", f"from the horizon on, up to {periods(result.max_lag, result.unit)}"
    yield from searched_facts(result.provenance)
    if result.controls:
        yield "Controls", f"{joined([cut(shown(name), _NAME) for name in result.controls])}, with the last value known"
    for horizon, why in result.dropped:
        yield "Left out", dropped(horizon, why)
    for name in result.folded:
        yield "Folded", folded(cut(name, _NAME))
    for lead, why in _missing(result):
        yield "Missing", f"{cut(shown(lead), _NAME)}: {why}"


def _missing(result: ForecastGain) -> Iterator[tuple[str, str]]:
    """Leads without any number, and why."""
    for lead in result.leads:
        rows = [one for one in result.gains if one.lead == lead]
        if rows and all(one.missing for one in rows):
            yield lead, rows[0].missing


def explain(result: ForecastGain) -> Prose:
    """What the gains say, in plain sentences."""
    kpi, unit = shown(result.kpi), result.unit
    told = [f"From each of many periods {kpi} was forecast from its own history, and again with one lead beside it."]
    told.append("Nothing was used that had not been published then.")
    told += [_of_one(result, lead, unit) for lead in result.leads]
    told += [f"{dropped(horizon, why).capitalize()}." for horizon, why in result.dropped]
    told += [f"{folded(name)}." for name in result.folded]
    told.append("A lead that saves nothing may still lead: an effect can be real and too small to pay for its own estimate.")
    return lines_of(told)


def _of_one(result: ForecastGain, lead: str, unit: str) -> str:
    rows = [one for one in result.gains if one.lead == lead and not one.missing]
    name = shown(lead)
    if not rows:
        why = next((one.missing for one in result.gains if one.lead == lead), "")
        return f"{name} has no numbers: {why}."
    clear = [one for one in rows if one.rmse_saved > 0 and one.clark_west_pvalue <= LEVEL]
    if not clear:
        best = max(rows, key=lambda one: one.rmse_saved if math.isfinite(one.rmse_saved) else -math.inf)
        return (
            f"{name} saves nothing that is more than chance: at best {_share(best.rmse_saved)} of the error "
            f"{periods(best.horizon, unit)} ahead (p {among(best.clark_west_pvalue)})."
        )
    saves = [
        f"{_share(one.rmse_saved)} of the error {periods(one.horizon, unit)} ahead (p {among(one.clark_west_pvalue)}, "
        f"{periods(one.n_origins, 'forecast')})"
        for one in clear
    ]
    worse = [periods(one.horizon, unit) for one in rows if one.rmse_saved <= 0]
    return f"{name} saves {joined(saves)}.{f' It saves nothing {joined(worse)} ahead.' if worse else ''}"


def _share(share: float) -> str:
    return "-" if not math.isfinite(share) else percent(round(share, 3))
