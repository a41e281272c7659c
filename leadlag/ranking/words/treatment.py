"""What was done to a series before it was ranked, and what about it deserves a look, in words."""

from __future__ import annotations

from collections.abc import Sequence

from leadlag.prepare.regressors import HOLIDAYS
from leadlag.wording.shown import joined, number, periods

__all__ = [
    "clipped",
    "both_scales",
    "common_calendar",
    "growing_kpi",
    "kpi_treatment",
    "lead_treatment",
    "made_of_later",
    "moved_copy",
    "moving_delay",
    "no_scale",
    "slow_kpi",
    "slow_lead",
]


def kpi_treatment(
    *, log: bool, differenced: bool, n_clipped: int, seasons: Sequence[str], inside: Sequence[str] = (), order: int, unit: str
) -> str:
    """What was done to the KPI: log, difference, season and trend, what lies inside its periods, clipping, its own momentum.

    Examples
    --------
    >>> given = {"log": False, "differenced": False, "n_clipped": 0, "order": 1, "unit": "month"}
    >>> kpi_treatment(seasons=["yearly season"], inside=["working days", "length"], **given)
    'trend, yearly season, working days and length of each month in every model, own momentum AR(1)'
    """
    declared, days = [name for name in inside if name == HOLIDAYS], [name for name in inside if name != HOLIDAYS]
    days = [*days[:-1], f"{days[-1]} of each {unit}"] if days else []
    fixed = joined(["trend", *seasons, *declared, *days])
    words = [
        "natural log" if log else "",
        "differenced (it looks integrated)" if differenced else "",
        f"{fixed} in every model",
        f"{periods(n_clipped, unit)} clipped as outliers" if n_clipped else "",
        f"own momentum AR({order})" if order else "no momentum of its own",
    ]
    return ", ".join(filter(None, words))


def lead_treatment(
    *, log: bool, differenced: bool, with_kpi: bool, surprises: bool, n_clipped: int, unit: str, part: bool = False, held: int = 0
) -> str:
    """What was done to one lead; `with_kpi`: it was differenced because the KPI was, `held`: periods for which a value stands."""
    words = [
        "natural log" if log else "",
        "differenced like the KPI" if with_kpi else "differenced (it looks integrated)" if differenced else "",
        "an arithmetic part of the KPI" if part else "",
        f"each value stands for about {periods(held, unit)}" if held else "",
        "tested by its surprises (persistent, and they coincide with the KPI's)" if surprises else "",
        f"isolated spikes in {periods(n_clipped, unit)} smoothed" if n_clipped else "",
    ]
    return ", ".join(filter(None, words)) or "as given"


def clipped(count: int) -> str:
    """How many values of the KPI were clipped.

    Examples
    --------
    >>> clipped(1)
    '1 value of the KPI lay far from what its past told and was clipped'
    """
    were = "was" if count == 1 else "were"
    return f"{periods(count, 'value')} of the KPI lay far from what its past told and {were} clipped"


def both_scales(*, tried: Sequence[str], log: Sequence[str], asked: bool) -> str:
    """What log="auto" did, and the call that does it without asking.

    Examples
    --------
    >>> both_scales(tried=["sales", "visits"], log=["sales", "visits"], asked=True)
    "the KPI grows, so levels and logs were asked: logs show a lead more clearly; log=['sales', 'visits'] asks them alone"
    >>> both_scales(tried=[], log=[], asked=False)
    "log='auto': the KPI does not grow from values above zero, or is a rate or a share, so it was ranked in levels"
    """
    if not tried:
        return "log='auto': the KPI does not grow from values above zero, or is a rate or a share, so it was ranked in levels"
    if not asked:
        return "log='auto': the KPI grows, but trend, season and controls tell its logs exactly, so it was ranked in levels"
    taken = "logs show" if log else "levels show"
    return f"the KPI grows, so levels and logs were asked: {taken} a lead more clearly; log={list(log)!r} asks them alone"


def growing_kpi() -> str:
    """That logs may suit a KPI better, and the call that asks."""
    return "the KPI grows, and what acts on it may act in per cent of its level: log='auto' asks levels and logs"


def no_scale(kind: str) -> str:
    """Why neither levels nor logs suit a KPI, and what to give in its place."""
    if kind == "share":
        why = "many values of the KPI lie near 0 or 1, where a share has little room to move"
        return f"{why}: give log(p / (1 - p)), or the numbers behind it"
    return "many values of the KPI are zero: it has no log, and its surprises are not of one size; give longer periods"


def common_calendar(*, n_leads: int, n_asked: int, correlation: float, dated: bool, declared: bool) -> str:
    """That KPI and candidates swing together, why that may be, and what to declare.

    Examples
    --------
    >>> told = common_calendar(n_leads=7, n_asked=9, correlation=0.6, dated=True, declared=False)
    >>> told.split(",")[0]
    'the KPI and 7 of 9 candidates swing together in the same period (surprises correlate by 0.60)'
    """
    terms = "season, working days nor the declared holidays" if declared else "season nor working days"
    days = "Declare further holidays= when" if declared else "Declare holidays= when"
    ways = f"{days} the table is read, and campaigns, prices or weather as controls="
    if not dated:
        ways = "Give the table its times, and campaigns, prices or weather as controls="
    together = f"the KPI and {n_leads} of {n_asked} candidates swing together in the same period"
    how = f"(surprises correlate by {number(correlation, digits=2)}), which neither {terms} explain"
    return f"{together} {how}: they may follow one calendar, by which a lead can be false. {ways}"


def slow_lead(name: str, *, held: int, unit: str) -> str:
    """That a lead is a slower metric on this grid, and what that means for its delay.

    Examples
    --------
    >>> slow_lead("survey", held=4, unit="week")
    'survey changes only every 4 weeks: its rows repeat each value, so its delay is known only to within 4 weeks'
    """
    every = periods(held, unit)
    return f"{name} changes only every {every}: its rows repeat each value, so its delay is known only to within {every}"


def slow_kpi(*, held: int, unit: str) -> str:
    """That the KPI is a slower metric on this grid, what that means, and the next step."""
    every = periods(held, unit)
    return (
        f"the KPI changes only every {every}: its rows repeat each value, so every delay is known only to within {every}. "
        "Better rank one row for each of its values, the leads summed up or averaged to match"
    )


def moving_season(*, period: int, unit: str) -> str:
    """That the KPI's season moves, and what was done about it.

    Examples
    --------
    >>> moving_season(period=12, unit="month")
    'the season of the KPI (12 months) moves: each month is compared with the same one of the seasons before'
    """
    return (
        f"the season of the KPI ({periods(period, unit)}) moves: each {unit} is compared with the same one of the seasons before"
    )


def season_still_there(*, period: int, unit: str, pvalue: float) -> str:
    """That what the model leaves of the KPI is alike from one season to the next, and the next step."""
    return (
        f"what the model leaves of the KPI is alike {periods(period, unit)} apart (p = {pvalue:.2g}): its season is not told in "
        "full, and p-values may be too small. Name what returns with it (holidays, campaigns) as controls="
    )


def uneven_season(*, pvalue: float) -> str:
    """That the KPI's surprises are larger at one time of the year than at another."""
    return (
        f"surprises of the KPI are larger at some times of its season than at others (p = {pvalue:.2g}): the tests allow "
        "for that, forecasts are less sure then than they say. Where it grows and falls by shares of its level, try log="
    )


def moved_copy(name: str, *, moved: int, unit: str) -> str:
    """That a lead is the KPI itself, moved.

    Examples
    --------
    >>> moved_copy("orders", moved=2, unit="week")
    'orders is the KPI itself, 2 weeks early (up to unit, sign and offset): check that it was known at that time'
    """
    early = f"{periods(moved, unit)} early (up to unit, sign and offset)"
    return f"{name} is the KPI itself, {early}: check that it was known at that time"


def moving_delay(name: str, *, delays: Sequence[float], unit: str) -> str:
    """That the delay of a lead moves, from where to where, and which one is told.

    Examples
    --------
    >>> moving_delay("demos", delays=(3, 4, 5), unit="week")  # doctest: +ELLIPSIS
    'the delay of demos moves: 3 weeks in the first third of the rows, 4 in the second, 5 in the last; delay and effect ...'
    """
    first, second, last = delays
    moves = f"{periods(first, unit)} in the first third of the rows, {second:g} in the second, {last:g} in the last"
    return f"the delay of {name} moves: {moves}; delay and effect told are those of the second third, plan with the last"


def made_of_later(name: str) -> str:
    """That a lead is made of the KPI's own later values."""
    return (
        f"{name} is made of the KPI's own values before and after each row, as a centred average is: take the series as it stood "
        "at each date"
    )
