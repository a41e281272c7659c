"""What stops everything: a KPI that cannot be analysed, and lags that are longer than the sample allows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from leadlag._calls import Fix
from leadlag.core.arrays import Floats
from leadlag.core.linear.leastsquares import is_constant, less_columns, standardise
from leadlag.core.series.ahead import interpolated_steps
from leadlag.core.series.rescaling import rescalings
from leadlag.core.series.scales import beyond_numbers
from leadlag.core.series.sentinels import sentinels
from leadlag.core.series.trend import runs_by_itself
from leadlag.errors import DataContractError, UsageError
from leadlag.prepare.leads import N_TREND
from leadlag.prepare.repairs import REPAIRS
from leadlag.prepare.untestable import fewest_rows, single_event
from leadlag.wording.repairs import clipped_away, slower_period

__all__ = [
    "longest_lag",
    "refuse_beyond",
    "refuse_clipped",
    "refuse_exact_kpi",
    "refuse_interpolated",
    "refuse_kpi",
    "refuse_lags",
]


#: More of the KPI's values than this share taken for outliers is no matter of outliers.
_MOST_CLIPPED = 0.2


def refuse_kpi(kpi: str, y: Floats, Z: Floats, controls: Sequence[str], *, n_columns: int) -> None:
    """A KPI that cannot be analysed stops everything: there is nothing to rank against."""
    known, needed = np.isfinite(y), fewest_rows(n_columns)
    if (n := int(known.sum())) < fewest_rows(n_columns - Z.shape[1]):
        raise DataContractError(f"{_has(kpi, n, needed)}: give a longer history.", code="LL313")
    # controls stand in every model, so a period without one is lost to all leads
    if (n := int((known & np.isfinite(Z).all(axis=1)).sum())) < needed:
        fewest = np.isfinite(Z).sum(axis=0)
        which = f"{controls[int(fewest.argmin())]!r}, which has {fewest.min()}" if fewest.min() < len(y) else "some of these"
        raise DataContractError(f"{_has(kpi, n, needed)} where all controls have one: leave out {which}.", code="LL313")
    if bool(is_constant(y)):
        raise DataContractError(f"kpi={kpi!r} is constant: there is nothing to predict. Name another KPI.", code="LL313")
    if event := single_event(y[known]):
        what = f"kpi={kpi!r} cannot be analysed: {event}, and from one event nothing can be learned."
        raise DataContractError(f"{what} Name another KPI, or give a longer history.", code="LL313")


def refuse_beyond(kpi: str, y: Floats) -> None:
    """A KPI so large, or so near zero, that its effects and errors are no numbers in its unit."""
    if bool(beyond_numbers(y)):
        largest = float(np.nanmax(np.abs(y)))
        what = f"kpi={kpi!r} has values up to {largest:.3g}, too {'large' if largest > 1 else 'small'} to be computed with"
        raise DataContractError(f"{what}: give it in another unit.", code="LL313")


def _has(kpi: str, n: int, needed: int) -> str:
    return f"kpi={kpi!r} has {n} values, and at least {needed} are needed"


def longest_lag(n_periods: int, *, n_beside: int = 0) -> int:
    """Longest lag that `n_periods` allow: enough of them have a value so far back; a sixth, the default, is always allowed.

    Parameters
    ----------
    n_periods : int
    n_beside : int
        Columns beside constant and trend in every model: controls, and what undoing a moving average needs.

    Examples
    --------
    >>> longest_lag(30), longest_lag(150), longest_lag(12)
    (8, 128, 2)
    """
    return max(n_periods - fewest_rows(N_TREND + n_beside), n_periods // 6, 1)


def refuse_lags(max_lag: int, *, n: int, n_beside: int) -> None:
    """No lag beyond the longest that is allowed."""
    most = longest_lag(n, n_beside=n_beside)
    if max_lag > most:
        needed = fewest_rows(N_TREND + n_beside)
        why = f"a longer lag leaves fewer than {needed} of the {n} periods with a value of the lead that far back"
        raise UsageError(f"max_lag={max_lag} is not allowed: give at most {most}, because {why}.")


def refuse_exact_kpi(kpi: str, y: Floats, base: Floats) -> None:
    """A KPI of which the base leaves rounding only: its tests would be tests of rounding."""
    left = less_columns(standardise(y).values, base)
    if not left[np.isfinite(left)].any() or runs_by_itself(y, base):
        what = f"kpi={kpi!r} is exactly its trend, its season and the controls: there is nothing left to predict."
        raise DataContractError(f"{what} Name another KPI, or fewer controls.", code="LL313")


def refuse_clipped(kpi: str, values: Floats, n_clipped: int, periods: Sequence[str]) -> None:
    """A KPI of which more than a fifth would be clipped holds two kinds of values: which, is said where it can be told.

    Parameters
    ----------
    kpi : str
    values : ndarray, shape (n,)
        In its own units, as they were analysed.
    n_clipped : int
    periods : sequence of str
        Label of each row.
    """
    n = int(np.isfinite(values).sum())
    if n_clipped <= _MOST_CLIPPED * n:
        return
    fixes: tuple[Fix, ...] = ()
    if standing := sentinels(values):
        count = int((values == standing[0]).sum())
        why = f"{standing[0]:g} stands in it {count} times, for missing values: leave these cells empty, or read them so"
        fixes = (Fix.of(repair=REPAIRS),)
    elif changes := rescalings(values[:, None]):
        date, factor = periods[changes[0].row], changes[0].factor
        why = f"from {date} on it is {factor:g} times what it was: put it in one unit."
    else:
        why = "Split the sample where its kind changes, analyse it in logs, or name another KPI."
    raise DataContractError(f"{clipped_away(kpi, n_clipped, n)} {why}", code="LL313", fixes=fixes)


def refuse_interpolated(kpi: str, y: Floats, *, unit: str) -> None:
    """A KPI interpolated from a slower cadence: between two values of that cadence it knows the later one."""
    (step,) = interpolated_steps(y[:, None])
    if step:
        raise DataContractError(
            f"kpi={kpi!r} looks interpolated: one value every {slower_period(unit, int(step))} gives all the others. Give the "
            "values of that cadence in a table of its own, beside the leads as they are: data=[slower, faster].",
            code="LL313",
        )
