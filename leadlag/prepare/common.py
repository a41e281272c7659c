"""Whether KPI and candidates swing together in the same period, as what follows one calendar does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from leadlag.core.arrays import Flags, Floats
from leadlag.core.noise.momentum import prewhitened
from leadlag.core.time.lags import difference

__all__ = ["SharedSwings", "shared_swings"]


#: Level at which two series move together, and the fewest candidates of which most can.
_LEVEL, _FEWEST = 0.01, 3
#: Order of each candidate's own AR model, and rows that two series have in common at least.
_ORDER, _ROWS = 2, 20


@dataclass(frozen=True, kw_only=True)
class SharedSwings:
    """Of how many candidates the surprises come with the KPI's, and how closely (median of the correlations without sign)."""

    n_leads: int
    n_asked: int
    correlation: float


def shared_swings(surprise: Floats, X: Floats, *, unit_root: bool) -> SharedSwings | None:
    """The swings that the KPI and most candidates have in common in the same period; None if there are none.

    Parameters
    ----------
    surprise : ndarray, shape (n,)
        The KPI's innovations beside all that is in every model; NaN where there is none.
    X : ndarray, shape (n, m)
        Leads as they are tested, less trend, season and calendar; NaN where missing.
    unit_root : bool
        Their changes are compared.

    Notes
    -----
    Candidates that move with the KPI each for its own reason are not meant: most of them also have to move with one another.
    """
    own = prewhitened(difference(X) if unit_root else X, order=_ORDER)
    n_asked = own.shape[1]
    if n_asked < _FEWEST:
        return None
    correlations = _correlations(np.column_stack([surprise, own]))
    together = _clear(correlations[0, 1:], surprise, own)
    shared = np.flatnonzero(together)
    if 2 * len(shared) <= n_asked or len(shared) < _FEWEST:
        return None
    between = np.abs(correlations[np.ix_(1 + shared, 1 + shared)])[np.triu_indices(len(shared), 1)]
    rows = int(np.isfinite(own[:, shared]).sum(axis=0).min())
    if not np.nanmedian(between) > _least(rows):
        return None
    middle = float(np.nanmedian(np.abs(correlations[0, 1 + shared])))
    return SharedSwings(n_leads=len(shared), n_asked=n_asked, correlation=middle)


def _clear(correlations: Floats, surprise: Floats, own: Floats) -> Flags:
    """Which of the correlations with the KPI differ from zero."""
    rows = (np.isfinite(own) & np.isfinite(surprise)[:, None]).sum(axis=0)
    least = np.array([_least(int(count)) for count in rows])
    return np.asarray((rows >= _ROWS) & (np.abs(np.nan_to_num(correlations)) > least))


def _least(rows: int) -> float:
    """The smallest correlation that is clear on so many rows."""
    df = max(rows - 2, 1)
    t = float(stats.t.isf(_LEVEL / 2, df))
    return t / float(np.sqrt(df + t**2))


def _correlations(Z: Floats) -> Floats:
    """Correlations of columns, each pair over the rows that both have."""
    present = np.isfinite(Z)
    filled = np.where(present, Z - np.nanmean(np.where(present.any(axis=0), Z, 0.0), axis=0), 0.0)
    squares = (filled**2).T @ present
    size = np.sqrt(squares * squares.T)
    return np.asarray(np.divide(filled.T @ filled, size, out=np.zeros_like(size), where=size > 0))
