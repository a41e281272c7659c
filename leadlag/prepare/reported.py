"""A KPI that is reported as a moving average or as a sum to date, and leads that are averages as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from leadlag.core.arrays import Floats, Ints
from leadlag.core.series.averages import averaged_over, likely_widths, moving_average_width, moving_average_widths
from leadlag.core.series.reported import cumulative_blocks
from leadlag.core.series.robust import few_values
from leadlag.core.series.scales import unit_of
from leadlag.core.series.season import harmonics
from leadlag.errors import UsageError
from leadlag.prepare.transforms import undo_rolling, undo_ytd
from leadlag.prepare.untestable import Untestable, on_kpi_periods
from leadlag.sample import Calendar, Sample

__all__ = ["ReportedKpi", "ReportedLeads", "reported_kpi", "reported_leads"]


#: Rows from which an average is looked for.
_FEWEST = 40
#: Candidates of which half can tell how the KPI is reported.
_SEVERAL = 3


@dataclass(frozen=True, kw_only=True, eq=False)
class ReportedKpi:
    """The KPI as it is analysed.

    Parameters
    ----------
    values : ndarray, shape (n,)
    waves : ndarray, shape (n, k)
        Columns that an undone average needs in every model, since its start is not known; else none.
    text : str
        What was found and done, empty if nothing.
    refused : bool
        Whether nothing can be ranked before it is undone.
    width : int
        Periods of which it is the average; 0 if it is none.
    undone : bool
        Whether `values` are what was averaged.
    """

    values: Floats
    waves: Floats
    text: str = ""
    refused: bool = False
    width: int = 0
    undone: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class ReportedLeads:
    """The leads beside a KPI that may be an average.

    Parameters
    ----------
    X : ndarray, shape (n, m)
        What was averaged, where the KPI is undone and a lead is an average over as many periods; else as it was.
    untestable : tuple of Untestable
        Those that were known, and averages beside an averaged KPI: what two averages share can be the averaging. All leads, where
        nothing can be ranked before the KPI is undone.
    text : str
        What was found and done, empty if nothing.
    """

    X: Floats
    untestable: tuple[Untestable, ...] = ()
    text: str = ""


def reported_kpi(y: Floats, sample: Sample, leads: Sequence[str], *, undo: str | None) -> ReportedKpi:
    """Find out whether the KPI is an average or a sum to date, and undo it if asked.

    Parameters
    ----------
    y : ndarray, shape (n,)
    sample : Sample
    leads : sequence of str
        Candidates: if most of them are averages over some periods, less evidence is enough that the KPI is one too.
    undo : {"rolling", "ytd"} or None

    Returns
    -------
    ReportedKpi

    Raises
    ------
    UsageError
        If something is to be undone that is not there.
    """
    none = np.empty((len(y), 0))
    if np.isfinite(y).sum() < _FEWEST or few_values(y):
        if undo is None:
            return ReportedKpi(values=y, waves=none)
        raise UsageError(f"undo={undo!r} needs a KPI of at least {_FEWEST} values, most of them different.")
    calendar = sample.calendar
    year = pd.DatetimeIndex(calendar.starts).year.to_numpy() if calendar.dated else None
    blocks = cumulative_blocks(y, year=year)
    if undo == "ytd" or (undo is None and blocks is not None):
        return _sum_to_date(y, blocks, none, undo=undo)
    width = _width(y, sample, leads)
    if undo is None:
        text = f"the KPI looks like an average over {width} periods: ask again with undo='rolling'" if width else ""
        return ReportedKpi(values=y, waves=none, text=text, width=width)
    if not width:
        raise UsageError("undo='rolling' is not possible: the KPI does not look like a moving average. Leave undo out.")
    waves = harmonics(len(y), period=width, count=width // 2)
    text = f"the average of the KPI over {width} periods was undone"
    return ReportedKpi(values=undo_rolling(y, width), waves=waves, text=text, width=width, undone=True)


def reported_leads(
    sample: Sample, X: Floats, leads: Sequence[str], *, reported: ReportedKpi, known: Sequence[Untestable]
) -> ReportedLeads:
    """Find the leads that are averages beside a KPI that is one; undo those over as many periods if the KPI is undone.

    Parameters
    ----------
    sample : Sample
    X : ndarray, shape (n, m)
    leads : sequence of str
        Names of the columns of X; those on the KPI's periods are looked at.
    reported : ReportedKpi
    known : sequence of Untestable
        Those that are not looked at, since they are untestable already.

    Returns
    -------
    ReportedLeads
    """
    if reported.refused:
        return ReportedLeads(X=X, untestable=tuple(Untestable(lead=lead, code="LL108", detail="") for lead in leads))
    asked = on_kpi_periods(sample, leads, known=known)
    if not reported.width or not asked:
        return ReportedLeads(X=X, untestable=tuple(known))
    frequencies, scaled, undone = _frequencies(sample.calendar), X[:, asked] / unit_of(X[:, asked]), X.copy()
    alike = averaged_over(scaled, reported.width, frequencies=frequencies)
    widths = np.where(alike, reported.width, moving_average_widths(scaled, frequencies=frequencies))
    for place in np.array(asked)[alike] if reported.undone else ():
        undone[:, place] = undo_rolling(X[:, place], reported.width)
    found = tuple(
        Untestable(lead=leads[place], code="LL108", detail=_averaged_detail(int(width), reported.width))
        for place, width, same in zip(asked, widths, alike, strict=True)
        if width and not (same and reported.undone)
    )
    return ReportedLeads(X=undone, untestable=(*known, *found), text=_averaged_text(int(alike.sum()), reported))


def _averaged_detail(width: int, of_kpi: int) -> str:
    """Why an average cannot stand beside the KPI."""
    if width == of_kpi:
        return f"KPI and lead are averages over {width} periods, or changes over them: what they share can come of that"
    return f"the KPI is an average over {of_kpi} periods, the lead one over {width}: what they share can come of that"


def _averaged_text(count: int, reported: ReportedKpi) -> str:
    """What was done with leads that are averages over as many periods as the KPI."""
    if not count:
        return ""
    many = "one candidate is" if count == 1 else f"{count} candidates are"
    done = "was undone too" if reported.undone else "cannot be ranked beside it before undo='rolling' undoes both"
    return f"{many} an average over {reported.width} periods as the KPI is, and {done}"


def _width(y: Floats, sample: Sample, leads: Sequence[str]) -> int:
    """Periods of which the KPI is the average, 0 if of none; less evidence is enough for what most candidates are too."""
    frequencies = _frequencies(sample.calendar)
    possible = likely_widths(y, frequencies=frequencies)
    if not possible:
        return 0
    width = moving_average_width(y, frequencies=frequencies) or 0
    same = on_kpi_periods(sample, leads)
    if width or len(same) < _SEVERAL:
        return width
    X = np.column_stack([sample.column(leads[place]) for place in same])
    counts = np.bincount(moving_average_widths(X / unit_of(X), frequencies=frequencies))
    likely = int(np.argmax(np.r_[0, counts[1:]]))
    return likely if likely in possible and 2 * counts[likely] >= len(same) else 0


def _frequencies(calendar: Calendar) -> list[float]:
    """Cycles that a season of the calendar may hold."""
    return [cycle / length for length in calendar.season_lengths for cycle in range(1, 7)]


def _sum_to_date(y: Floats, blocks: Ints | None, none: Floats, *, undo: str | None) -> ReportedKpi:
    """The KPI as a sum to date that was found, or has to be there."""
    if blocks is None:
        raise UsageError("undo='ytd' is not possible: the KPI does not look like a sum to date. Leave undo out.")
    if undo is None:
        text = "the KPI is a sum to date that starts anew: ask again with undo='ytd'"
        return ReportedKpi(values=y, waves=none, text=text, refused=True)
    return ReportedKpi(values=undo_ytd(y, blocks), waves=none, text="the KPI's sum to date was undone")
