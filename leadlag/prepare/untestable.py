"""Candidates that cannot be tested, each with why; and candidates that are the KPI itself at another time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from leadlag.core.arrays import Floats, Ints
from leadlag.core.linear.leastsquares import is_constant, rows_needed, standardise
from leadlag.core.series.ahead import interpolated_steps
from leadlag.core.series.scales import beyond_numbers, unit_of
from leadlag.core.series.trend import combinations_of
from leadlag.errors import UsageError
from leadlag.sample import Sample
from leadlag.wording.repairs import slower_period
from leadlag.wording.untestable import refused

__all__ = [
    "Untestable",
    "fewest_rows",
    "interpolated_leads",
    "moved_copies",
    "on_kpi_periods",
    "refuse_untestable",
    "single_event",
    "untestable_leads",
]


#: What is smaller than this share of a series is rounding.
_ROUNDING = 1e-6
#: A lead that correlates less than this with the KPI k periods on is not the KPI itself.
_LIKELY_COPY = 0.9


@dataclass(frozen=True, kw_only=True)
class Untestable:
    """A candidate that keeps its row without numbers: its name, the code of the reason and the detail."""

    lead: str
    code: str
    detail: str


def refuse_untestable(found: Iterable[Untestable], *, kpi: str) -> None:
    """Where a call asks of one lead: without numbers of it, or of one that stands beside it, there is no answer.

    Raises
    ------
    UsageError
        With the code of the first of them.
    """
    for item in found:
        raise UsageError(refused(kpi, item.lead, code=item.code, detail=item.detail), code=item.code)


def fewest_rows(n_columns: int) -> int:
    """Rows for a regression on the base of so many columns, one lead and one own lag."""
    return rows_needed(n_columns + 2)


def untestable_leads(y: Floats, X: Floats, leads: Sequence[str], *, fixed: Floats) -> tuple[Untestable, ...]:
    """Candidates without numbers, each with the first reason that holds.

    Parameters
    ----------
    y : ndarray, shape (n,)
    X : ndarray, shape (n, m)
    leads : sequence of str
        Names of the columns of X.
    fixed : ndarray, shape (n, q)
        Columns of every model, season apart: a lead that they make up, such as a straight line over time or a control by another
        name, says nothing that they do not say.

    Returns
    -------
    tuple of Untestable
    """
    needed = fewest_rows(fixed.shape[1])
    flat, made_up, beyond = is_constant(X), combinations_of(X, fixed), beyond_numbers(X)
    found = []
    for j, lead in enumerate(leads):
        x = X[:, j]
        present = x[np.isfinite(x)]
        n = int((np.isfinite(x) & np.isfinite(y)).sum())
        if not len(present):
            found.append(Untestable(lead=lead, code="LL201", detail=""))
        elif beyond[j]:
            detail = (
                f"its values, up to {np.abs(present).max():.3g}, are beyond what can be computed with: give it in another unit"
            )
            found.append(Untestable(lead=lead, code="LL203", detail=detail))
        elif flat[j]:
            detail = "all its values are the same" if np.ptp(present) == 0 else "its values differ by rounding only"
            found.append(Untestable(lead=lead, code="LL203", detail=detail))
        elif n < needed:
            detail = f"{n} periods have a value of it and of the KPI, {needed} are needed"
            found.append(Untestable(lead=lead, code="LL204", detail=detail))
        elif event := single_event(present):
            found.append(Untestable(lead=lead, code="LL203", detail=event))
        elif _is_rescaled_copy(y, x):
            found.append(Untestable(lead=lead, code="LL205", detail="same values up to unit, sign and offset"))
        elif made_up[j]:
            found.append(Untestable(lead=lead, code="LL207", detail="nothing is left of it beside them"))
    return tuple(found)


def interpolated_leads(sample: Sample, X: Floats, leads: Sequence[str], *, known: Sequence[Untestable]) -> tuple[Untestable, ...]:
    """Leads interpolated from a slower cadence, besides those that are untestable already.

    Parameters
    ----------
    sample : Sample
    X : ndarray, shape (n, m)
    leads : sequence of str
        Names of the columns of X; those on the KPI's periods are looked at.
    known : sequence of Untestable
    """
    asked = on_kpi_periods(sample, leads, known=known)
    found = zip(asked, interpolated_steps(X[:, asked] / unit_of(X[:, asked])), strict=True)
    unit = sample.calendar.unit
    return tuple(
        Untestable(lead=leads[j], code="LL209", detail=f"one value every {slower_period(unit, step)} gives all the others")
        for j, step in found if step
    )  # fmt: skip


def on_kpi_periods(sample: Sample, leads: Sequence[str], *, known: Sequence[Untestable] = ()) -> list[int]:
    """Places of the leads that are seen once in each of the KPI's periods, but for those that are untestable already."""
    told = {item.lead for item in known}
    return [j for j, lead in enumerate(leads) if lead not in told and sample.pace(lead) == 1.0]


def single_event(values: Floats) -> str:
    """Why a series without gaps holds no more than one event; empty if it holds more.

    Examples
    --------
    >>> single_event(np.array([0.0, 0, 1, 0])), single_event(np.array([0.0, 0, 1, 1])), single_event(np.array([0.0, 1, 0, 1]))
    ('one period differs from all others', 'it changes only once', '')
    """
    counts = np.unique(values, return_counts=True)[1]
    if len(values) - counts.max() <= 1:
        return "one period differs from all others"
    return "it changes only once" if np.count_nonzero(np.diff(values)) == 1 else ""


def moved_copies(y: Floats, X: Floats, *, max_lag: int) -> Ints:
    """By how many periods each lead is the KPI itself moved to an earlier time, 0 for one that is not, shape (m,).

    Parameters
    ----------
    y : ndarray, shape (n,)
    X : ndarray, shape (n, m)
    max_lag : int
        Moves by 1..max_lag periods are tried.
    """
    found = np.zeros(X.shape[1], dtype=np.intp)
    kpi, columns = np.nan_to_num(standardise(y).values), np.nan_to_num(standardise(X).values)
    for lag in range(1, min(max_lag, len(y) - 1) + 1):
        later, earlier = kpi[lag:], columns[:-lag]
        size = np.sqrt((later @ later) * np.einsum("ij,ij->j", earlier, earlier))
        likely = np.abs(later @ earlier) > _LIKELY_COPY * size
        for j in np.flatnonzero(likely & (found == 0)):
            if _is_rescaled_copy(y[lag:], X[:-lag, j]):
                found[j] = lag
    return found


def _is_rescaled_copy(y: Floats, x: Floats) -> bool:
    """Whether a lead is the KPI up to unit, sign and offset on the rows that have both, which vary."""
    both = np.isfinite(y) & np.isfinite(x)
    if both.sum() < fewest_rows(0) or is_constant(y[both]) or is_constant(x[both]):
        return False
    one, other = standardise(y[both]).values, standardise(x[both]).values
    return bool(min(np.abs(one - other).max(), np.abs(one + other).max()) < _ROUNDING)
