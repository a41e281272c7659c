"""A lead that is seen more often than the KPI: its own series, the own lags that are searched, and their regressors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leadlag.core.arrays import Floats
from leadlag.core.noise.momentum import Momentum
from leadlag.core.search.shapes import HUMP, Shape, acting_part, backcast, carried, feedback
from leadlag.core.time.clock import Clock

__all__ = ["ROWS_BEFORE", "FinerLead", "finer_columns", "finer_totals"]


#: Rows of the KPI before its first one, and before its longest lag, from which its momentum carries a lead's effect on.
ROWS_BEFORE = 24


@dataclass(frozen=True, kw_only=True, eq=False)
class FinerLead:
    """The own series of one lead with several periods to one of the KPI's.

    Parameters
    ----------
    values : ndarray, shape (n_own,)
        Working series on its own calendar, centred, in units of its `x_scale`; NaN where missing.
    clock : Clock
        How it lines up with the KPI's rows.
    lags : tuple of int
        Own lags searched, each with a delay of at least one period of the KPI.
    unit : str
        One own period in words.
    """

    values: Floats
    clock: Clock
    lags: tuple[int, ...]
    unit: str = "period"

    @property
    def delays(self) -> tuple[float, ...]:
        """The own lags in periods of the KPI."""
        return tuple(self.clock.delay(lag) for lag in self.lags)


def finer_columns(lead: FinerLead, *, shapes: Sequence[Shape], momentum: Momentum) -> Floats:
    """Regressors of one lead, every shape and own lag, before the KPI's noise filter.

    Parameters
    ----------
    lead : FinerLead
    shapes : sequence of Shape
    momentum : Momentum
        Gives the weights of the shape that the KPI's momentum carries on, over the KPI's periods.

    Returns
    -------
    ndarray, shape (n, len(shapes), len(lead.lags))
        NaN where a value that the column needs is missing, and before the lead's first value.

    Notes
    -----
    Lags and humps count own periods; a decay of rate r a period of the KPI is one of ``r^(1 / ratio)`` an own period; the block
    is the mean over `ratio` own periods from its own lag back, so that the lead folded to the KPI's periods is among the columns.
    Lags that reach before the first value take its backcast, as those of other leads do.
    """
    clock, lags = lead.clock, lead.lags
    most = lags[-1] + int(np.ceil(clock.ratio)) + max(HUMP)
    reach = most + int(np.ceil(ROWS_BEFORE * clock.ratio))
    columns = np.empty((len(clock.ended), len(shapes), len(lags)))
    for response in dict.fromkeys(shape.response for shape in shapes):
        padded, _, rho = backcast(acting_part(lead.values[:, None], response, unit_root=momentum.unit_root), reach)
        for place, shape in enumerate(shapes):
            if shape.response == response:
                columns[:, place] = _shaped(padded, rho, lead, shape, momentum, reach=reach)
    known = np.flatnonzero(np.isfinite(lead.values))
    begun = clock.ended - 1 >= (known[0] if len(known) else np.inf)
    return np.where(begun[:, None, None], columns, np.nan)


def _shaped(padded: Floats, rho: Floats, lead: FinerLead, shape: Shape, momentum: Momentum, *, reach: int) -> Floats:
    """One shape of a lead with `reach` values put before its first, shape (n, len(lags))."""
    clock, lags = lead.clock, lead.lags
    if shape.kind == "momentum":
        return _carried_by_the_kpi(padded[:, 0], rho[0], lead, momentum, reach=reach)
    if shape.kind == "decay":
        own = carried(padded, np.array([_own_rate(shape, clock)]), rho)[:, 0]
        return clock.lagged(own, lags, first=reach)
    total = np.zeros((len(clock.ended), len(lags)))
    for away, weight in _weights(shape, clock).items():
        ahead = [place for place, lag in enumerate(lags) if lag + away >= clock.per]
        total[:, ahead] += weight * clock.lagged(padded[:, 0], [lags[place] + away for place in ahead], first=reach)
    return total


def _weights(shape: Shape, clock: Clock) -> dict[int, float]:
    """Weights of the own lags around a start."""
    if shape.kind == "hump":
        return dict(HUMP)
    if shape.kind == "point":
        return {0: 1.0}
    whole = int(clock.ratio)
    left = clock.ratio - whole
    weights = dict.fromkeys(range(whole), 1.0 / clock.ratio)
    return weights | ({whole: left / clock.ratio} if left > 1e-9 else {})


def _own_rate(shape: Shape, clock: Clock) -> float:
    """A decay per own period."""
    return float(shape.rate ** (1.0 / clock.ratio))


def _carried_by_the_kpi(padded: Floats, rho: float, lead: FinerLead, momentum: Momentum, *, reach: int) -> Floats:
    """Single lags, carried on by the KPI's momentum from some rows before its first on."""
    clock = lead.clock
    before = np.round(clock.ratio * np.arange(-ROWS_BEFORE, 0)).astype(np.intp)
    longer = Clock(
        ended=np.r_[clock.ended[0] + before, clock.ended], begun=np.r_[clock.begun[0] + before, clock.begun], per=clock.per,
        ratio=clock.ratio,
    )  # fmt: skip
    single = longer.lagged(padded, lead.lags, first=reach)
    by_row = np.full(len(lead.lags), rho**clock.ratio)
    return carried(single, feedback(Shape("momentum"), momentum), by_row)[ROWS_BEFORE:]


def finer_totals(lead: FinerLead, shapes: Sequence[Shape], momentum: Momentum, *, most: float) -> Floats:
    """Sum of the weights of every column over all own lags, at most `most`, shape (len(shapes), len(lead.lags))."""
    totals = np.empty((len(shapes), len(lead.lags)))
    for place, shape in enumerate(shapes):
        if shape.kind in ("decay", "momentum"):
            left = 1.0 - (_own_rate(shape, lead.clock) if shape.kind == "decay" else float(momentum.phi.sum()))
            totals[place] = 1.0 / left if left > 0 else np.inf
        else:
            weights, per = _weights(shape, lead.clock).items(), lead.clock.per
            totals[place] = [sum(weight for away, weight in weights if lag + away >= per) for lag in lead.lags]
    return np.minimum(totals, most)
