"""Delays in words: the set of lags, the mean, and the time that is left to act."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadlag.wording.shown import among, lag_list, lag_number, percent, periods
from leadlag.wording.units import in_time

if TYPE_CHECKING:
    from leadlag.decision import Delay

__all__ = [
    "ask_longer", "at_own", "delay_set", "known_ahead", "mean_delay", "mean_missing", "not_identified", "or_more", "time_left",
    "time_to_act",
]  # fmt: skip


def at_own(peak: float, unit: str, *, more: str = "") -> str:
    """When the KPI moves, seen from the period that a lead's value is for; `more` is said of a peak that may be later.

    Examples
    --------
    >>> at_own(2, "month"), at_own(0, "month"), at_own(-1, "week"), at_own(12, "month", more=" or more")
    ('after 2 months', 'in the same month', '1 week (7 days) before', 'after 12 months or more')
    """
    if peak > 0:
        return f"after {in_time(peak, unit)}{more}"
    return f"{in_time(-peak, unit)} before" if peak < 0 else f"in the same {unit}"


def known_ahead(published: float, unit: str) -> str:
    """How far ahead a lead's values are known; empty for those that are not.

    Examples
    --------
    >>> known_ahead(-2, "week"), known_ahead(1, "week")
    ('known 2 weeks ahead', '')
    """
    return f"known {periods(-published, unit)} ahead" if published < 0 else ""


def or_more(ahead: Delay) -> str:
    """What is said after a peak that stands at the last lag searched and may be later; empty for any other."""
    return " or more" if ahead.is_open and ahead.peak == ahead.high else ""


def delay_set(ahead: Delay, unit: str) -> str:
    """The lags that the data do not reject as the delay."""
    told = f"{lag_list(ahead.lags, step=ahead.step)} {unit if ahead.lags == (1,) else unit + 's'}"
    return f"{told} or more" if ahead.is_open else told


def ask_longer(ahead: Delay) -> str:
    """What to do about a set that goes on where the lags end."""
    return f"It may act later than the longest lag searched: look again with max_lag={ahead.longer}."


_MEAN_MISSING = {
    "open": "the lead may act later than the last lag that was searched",
    "turns": "the weights of the lags change their sign, so that they have no centre",
    "changes": "the lead was tested by its changes or its surprises, whose effects last",
    "several": "only several lags together made it a lead, with weights of any sign",
    "square": "a lead that acts by its square has no weights of one sign",
}


def mean_delay(ahead: Delay, unit: str) -> str:
    """The mean delay with its interval."""
    digits = 1 if ahead.step >= 1 else 2
    mean, low, high = (f"{round(value, digits) + 0.0:.{digits}f}" for value in (ahead.mean, ahead.mean_low, ahead.mean_high))
    return f"{mean} {unit}s ({percent(ahead.level)} interval: {low} to {high})"


def mean_missing(ahead: Delay) -> str:
    """Why there is no mean delay."""
    return _MEAN_MISSING.get(ahead.mean_missing, "it could not be estimated")


def not_identified(ahead: Delay, pvalue: float, *, lead: str, kpi: str) -> str:
    """Why the delay is not identified."""
    if ahead.over_several:
        why = f"each of {periods(len(ahead.lags), 'lag')}, most of those that were tested together, may have the largest effect"
    elif pvalue > 1.0 - ahead.level:
        why = f"{lead} may have no effect on {kpi} at any lag searched (p {among(pvalue)})"
    else:
        why = f"{periods(len(ahead.lags), 'lag')}, nearly all that were searched, may be the peak"
    return f"The delay is not identified: {why}. Do not plan with it."


def time_to_act(ahead: Delay, published: float, unit: str) -> str:
    """Periods that are left once a lead's value is published, at the peak and over the set."""
    known = "at the end of its own period" if published == 0 else f"{periods(published, unit)} after its own period"
    known = f"{periods(-published, unit)} ahead of its own period" if published < 0 else known
    if not ahead.identified:
        return f"Its value is known {known}; how long is left to act is not known."
    if ahead.peak - published > 0:
        return f"Its value is known {known}: {time_left(ahead, published, unit)}."
    return f"Its value is known {known}, when the KPI has moved already: no time to act, useful only to know sooner."


def time_left(ahead: Delay, published: float, unit: str) -> str:
    """Periods left to act: over the set, and at the peak where that is one of several.

    A lead whose value comes after the KPI has moved leaves none.
    """
    least, at_peak, most = (max(lag - published, 0.0) for lag in (ahead.low, ahead.peak, ahead.high))
    more = " or more" if ahead.is_open else ""
    if least == most:
        return f"{periods(at_peak, unit)}{more} left to act"
    return f"{lag_number(least)} to {periods(most, unit)}{more} left to act ({lag_number(at_peak)}{or_more(ahead)} at the peak)"
