"""Cross-correlations in words: why there are none, their table and their explanation."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from leadlag.wording.layout import CAVEAT, labelled, lines_of, page
from leadlag.wording.notes import cadence_facts
from leadlag.wording.searched import searched_facts, searched_lines
from leadlag.wording.shown import Prose, among, cut, joined, lag_list, number, numbered, percent, periods, pvalue, shown, wrap
from leadlag.wording.table import Column, table

if TYPE_CHECKING:
    from leadlag.methods.correlation.result import CrossCorrelation
    from leadlag.results import Provenance

__all__ = ["axis", "explain", "explain_pairs", "integrated_text", "pair_reason", "refusal", "summary", "summary_of_pairs"]

_NAME = 26
#: One line a lag, the last cell its stars; and one line a pair.
_LAGS = (
    Column("lag", 6), Column("correlation", 13), Column("low", 11), Column("high", 9), Column("low_all", 13),
    Column("high_all", 9), Column("p", 10), Column("", 3),
)  # fmt: skip
_PAIRS = (
    Column("KPI", 26, "left", most=25),
    Column("lead", 26, "left", most=25),
    Column("lag", 6),
    Column("r", 10),
    Column("p", 10),
)
#: With more lags than this the table shows only those outside their band.
_MOST_ROWS = 33
_MOST_PAIRS = 15

_WHY: Mapping[str, str] = MappingProxyType(
    {
        "LL201": "the lead has no values",
        "LL203": "the lead does not vary, or its filter leaves nothing of it",
        "LL204": "too few periods in which both have values; take a shorter max_lag or order, or give more periods",
        "LL205": "the lead is a copy of the KPI, up to unit and offset",
        "LL207": "the lead is a straight line over time, or an exact combination of the controls",
        "LL313": "the KPI has no values, does not vary, or is an exact combination of the controls",
    }
)


def axis(unit: str) -> str:
    """What a lag axis says.

    Examples
    --------
    >>> axis("week")
    'Lag (weeks): to the right the lead moves first'
    """
    return f"Lag ({unit}s): to the right the lead moves first"


def pair_reason(code: str) -> str:
    """Why a pair has no correlations."""
    return _WHY[code]


def refusal(code: str, *, nobs: int, needed: int, prewhitened: bool) -> str:
    """Why a pair has no correlations, and what to do."""
    if code == "LL204":
        lower = "max_lag, order or difference" if prewhitened else "max_lag or difference"
        return (
            f"{periods(nobs, 'period')} in which all series have values are too few, at least {needed} without a gap between "
            f"them are needed: lower {lower}, drop controls, or give more periods."
        )
    if code == "LL203" and prewhitened:
        return (
            "the lead does not vary, or its own past predicts it exactly so that the filter leaves nothing: name another lead, "
            "or give prewhiten=False."
        )
    steps = {
        "LL201": "check that the column is filled",
        "LL203": "name another lead or give a longer window",
        "LL205": "name another lead",
        "LL207": "leave it out, or take out the control that repeats it",
        "LL313": "check the KPI and the controls",
    }
    return f"{_WHY[code]}: {steps[code]}."


def integrated_text(names: Sequence[str], *, prewhitened: bool, difference: int) -> str:
    """That levels that wander were correlated."""
    verb = "looks" if len(names) == 1 else "look"
    told = f"{joined([shown(name) for name in names])} {verb} integrated, and the level was correlated"
    if prewhitened:
        return f"{told}: the filter of the lead takes its wandering out of both; see whether difference={difference + 1} agrees"
    return f"{told}: levels that wander move together without any link; give difference={difference + 1}, and prewhiten=True"


def summary(result: CrossCorrelation) -> Prose:
    """Correlations and bands as text of at most 80 columns."""
    kpi, lead = cut(shown(result.kpi), _NAME), cut(shown(result.lead), _NAME)
    how = "prewhitened" if result.prewhitened else "not prewhitened"
    head = wrap(f"Cross-correlation of {kpi} with {lead}, {how}")
    return page(head, labelled(_facts(result)), _table(result), [CAVEAT])


def _facts(result: CrossCorrelation) -> Iterator[tuple[str, str]]:
    kpi, lead, unit = cut(shown(result.kpi), _NAME), cut(shown(result.lead), _NAME), result.unit
    yield "Lags", f"in {unit}s; at positive lags {lead} moves first, at negative ones {kpi}"
    if result.prewhitened:
        yield "Filter", f"AR({result.ar_order}) of {lead}, over both{_coefficients(result.ar)}"
    if result.difference:
        yield "Changes", f"all series differenced {_times(result.difference)}"
    if result.controls:
        yield "Controls", f"{joined([cut(shown(name), _NAME) for name in result.controls])} taken out of both"
    yield "Peak", _peak(result, result.peak_lag)
    if result.first_lag is not None and result.first_lag < result.peak_lag_ahead:
        yield "First", f"outside its band without a break from lag {result.first_lag} to lag {result.peak_lag_ahead}"
    if result.peak_lag < 1:
        yield "Ahead", f"of the lags at which the lead moves first: {_peak(result, result.peak_lag_ahead)}"
    yield "Rows", f"{periods(result.nobs, unit)} used, {result.n_dropped:,} not"
    level = percent(1.0 - result.alpha)
    yield "Bands", f"around zero, {level}: what unrelated series show at one lag (*), at all lags at once (**)"
    if result.integrated:
        yield "Look", integrated_text(result.integrated, prewhitened=result.prewhitened, difference=result.difference)
    yield from searched_facts(result.provenance)
    yield from cadence_facts(result.provenance)


def _coefficients(ar: Iterable[float]) -> str:
    told = ", ".join(number(float(each)) for each in list(ar)[:6])
    return f": {told}{', ...' if len(list(ar)) > 6 else ''}" if told else ""


def _peak(result: CrossCorrelation, lag: int) -> str:
    """Correlation at a lag, and who moves first there."""
    return f"r = {number(result.at(lag))} at lag {lag}: {_order(result, lag)}"


def _order(result: CrossCorrelation, lag: int) -> str:
    if lag == 0:
        return f"both in the same {result.unit}"
    first = cut(shown(result.lead if lag > 0 else result.kpi), _NAME)
    return f"{first} moves first, by {periods(abs(lag), result.unit)}"


def _table(result: CrossCorrelation) -> list[str]:
    """One line a lag."""
    rows = list(zip(result.lags, result.correlation, result.high, result.high_all, result.pvalues, strict=True))
    kept = rows if len(rows) <= _MOST_ROWS else [row for row in rows if abs(row[1]) > row[2]]
    cells = []
    for lag, r, high, high_all, p in kept:
        mark = "**" if abs(r) > high_all else "*" if abs(r) > high else ""
        bounds = [_decimals(each) for value in (float(high), float(high_all)) for each in (-value, value)]
        cells.append((str(lag), _decimals(float(r)), *bounds, pvalue(float(p)), mark))
    lines = table(_LAGS, cells)
    if len(kept) < len(rows):
        lines.append(f"The other {periods(len(rows) - len(kept), 'lag')} lie inside their bands.")
    return lines


def _decimals(value: float) -> str:
    """Three of them; "-" where there is no product at this lag."""
    return f"{round(value, 3) + 0.0:.3f}" if math.isfinite(value) else "-"


def explain(result: CrossCorrelation) -> Prose:
    """What the correlations say, in plain sentences."""
    told = [_how(result), _where(result), _ahead(result), _behind(result)]
    if result.integrated:
        told.append(integrated_text(result.integrated, prewhitened=result.prewhitened, difference=result.difference) + ".")
    kpi, lead = shown(result.kpi), shown(result.lead)
    told.append(f"That {lead} moves before {kpi} would not show that moving {lead} moves {kpi}.")
    return lines_of(text for text in told if text)


def _how(result: CrossCorrelation) -> str:
    """What was correlated, and what prewhitening did."""
    kpi, lead = shown(result.kpi), shown(result.lead)
    steps = f" Changes were used, not levels (differenced {_times(result.difference)})." if result.difference else ""
    others = (
        f" What {joined([shown(name) for name in result.controls])} explain was taken out of both." if result.controls else ""
    )
    if not result.prewhitened:
        return (
            f"{kpi} and {lead} were correlated as they are: a momentum of either smears one peak over neighbouring lags. The "
            "bands allow for the momentum, the place of the peak does not. They do not allow for a season that both have: "
            f"take it out of both with controls.{steps}{others}"
        )
    if not result.ar_order:
        return f"The filter of {lead} has order 0: it has no momentum to take out, and both went in as they are.{steps}{others}"
    return (
        f"{lead} was predicted from its own last {periods(result.ar_order, result.unit)}, and the same filter went over {kpi}. "
        f"What is left of {lead} are its surprises, so that its momentum does not smear one peak over neighbouring lags."
        f"{steps}{others}"
    )


def _where(result: CrossCorrelation) -> str:
    """The overall peak."""
    lag, kpi, lead = result.peak_lag, shown(result.kpi), shown(result.lead)
    p = next(float(p) for each, p in zip(result.lags, result.pvalues, strict=True) if int(each) == lag)
    found = f"The largest correlation is {number(result.at(lag))} at lag {lag} (p {among(p)} for this lag alone)"
    if lag not in result.significant_lags:
        return f"{found}. It lies inside its band: unrelated series show as much, so its place says nothing."
    all_lags = "outside" if lag in result.significant_lags_all else "inside"
    moves = f"{lead} and {kpi} move in the same {result.unit}"
    if lag:
        moves = f"{lead if lag > 0 else kpi} moves first, by {periods(abs(lag), result.unit)}"
    return f"{found}, {all_lags} the band for all lags: {moves}."


def _ahead(result: CrossCorrelation) -> str:
    """The lags at which the lead moves first."""
    lead = shown(result.lead)
    outside = [lag for lag in result.significant_lags if lag >= 1]
    if not outside:
        return f"At no lag at which {lead} moves first does the correlation lie outside its band: no sign that {lead} leads."
    strict = [lag for lag in result.significant_lags_all if lag >= 1]
    n_lags = len(list(result.lags))
    by_chance = f"of {n_lags} lags of unrelated series about {number(result.alpha * n_lags, digits=2)} do by chance"
    also = f"outside the band for all lags: {lag_list(strict)}" if strict else "none of them outside the band for all lags"
    peak = ""
    if result.peak_lag < 1:
        peak = f" The largest of them is {number(result.at(result.peak_lag_ahead))} at lag {result.peak_lag_ahead}."
    return f"Where {lead} moves first, outside their own band: {numbered('lag', outside)} ({by_chance}); {also}.{peak}"


def _behind(result: CrossCorrelation) -> str:
    """The lags at which the KPI moves first."""
    kpi, lead = shown(result.kpi), shown(result.lead)
    outside = [lag for lag in result.significant_lags_all if lag < 0]
    if not outside:
        return (
            f"There is no clear sign that {kpi} moves first: at negative lags all correlations lie inside the band for all lags."
        )
    earlier = lag_list([-lag for lag in outside])
    return f"{kpi} also moves before {lead}, by {earlier} {result.unit}s: {lead} may follow {kpi}, or answer it."


def summary_of_pairs(
    rows: Sequence[tuple[str, str, int, float, float]],
    *,
    unit: str,
    n_pairs: int,
    n_lags: int,
    without: Sequence[str],
    alpha: float,
    provenance: Provenance,
) -> Prose:
    """The pairs furthest outside their bands at lags at which the lead moves first: KPI, lead, lag, correlation, p."""
    head = [
        f"Cross-correlations of {periods(n_pairs, 'pair')} at {n_lags:,} lags; at positive lags the lead moves first",
        *wrap(f"Lags in {unit}s. Of unrelated pairs {percent(alpha)} of all numbers lie outside their band by chance."),
    ]
    head += [line for why in without for line in wrap(f"Without numbers: {why}.")]
    cells = [
        (shown(kpi), shown(lead), str(lag), number(r), pvalue(p))
        for kpi, lead, lag, r, p in rows[:_MOST_PAIRS]
        if math.isfinite(r)
    ]
    return page(head, table(_PAIRS, cells), searched_lines(provenance), [CAVEAT])


def explain_pairs(*, n_pairs: int, n_lags: int, share: float, alpha: float, prewhitened: bool, without: Sequence[str]) -> Prose:
    """How a table of many pairs is to be read."""
    how = "after the filter of each lead" if prewhitened else "as they are, not prewhitened"
    told = [
        f"Correlated: {periods(n_pairs, 'pair')} at {n_lags} lags, {how}. At positive lags the lead moves first.",
        *(f"Without numbers: {why}." for why in without),
    ]
    if not math.isnan(share):
        share = round(share, 4)
        told += [
            f"{percent(share)} of the numbers lie outside their band; of unrelated pairs {percent(alpha)} do by chance.",
            "The largest of so many correlations are large by chance too: rank_leads says which leads to believe.",
        ]
    return lines_of(told)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
