"""Granger F tests of every order for many KPIs and many leads, from lag products instead of designs.

Pairs go through `leadlag.methods.screen.numbers.elimination`, all leads together. Pairs that are ill-conditioned, where lag
products lose digits, and pairs with gaps are fitted by QR instead, one by one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leadlag.core.arrays import Flags, Floats
from leadlag.core.linear.leastsquares import EXACT, fit, is_affine_copy, is_constant, rows_needed, standardise
from leadlag.core.linear.wald import f_sf
from leadlag.core.series.trend import exact_lines
from leadlag.core.time.lags import lag_matrix
from leadlag.methods.screen.numbers.elimination import CHUNK, Kpi, explained, prepare_kpi, prepare_leads

__all__ = ["REASONS", "ScreenNumbers", "screen"]

IntArray = NDArray[np.int64]

#: Why a test has no number, or one that deserves a look; `ScreenNumbers.reason` holds places in this tuple.
REASONS: tuple[str, ...] = ("", "LL118", "LL119", "LL201", "LL203", "LL204", "LL205", "LL207", "LL313")

#: Windows of rows for which each KPI's factorisation is kept.
_KEPT_WINDOWS = 4


@dataclass(frozen=True, kw_only=True)
class ScreenNumbers:
    """What `screen` finds; arrays have shape (n_kpis, n_leads, max_order).

    Parameters
    ----------
    statistic : ndarray
        F; NaN where there is none, infinite where the full model fits exactly.
    pvalue, log_pvalue : ndarray
        Probability of a larger F under the null, and its natural logarithm.
    df_num, df_den, nobs : ndarray of int
        Tested lags that are no combination of other columns; rows minus coefficients, not below 0; rows.
    reason : ndarray of uint8
        Place in `REASONS`; 0 for an ordinary number.
    n_qr, n_gaps : int
        Pairs that went through QR because they are ill-conditioned, and because values are missing between others.
    """

    statistic: Floats
    pvalue: Floats
    log_pvalue: Floats
    df_num: IntArray
    df_den: IntArray
    nobs: IntArray
    reason: NDArray[np.uint8]
    n_qr: int
    n_gaps: int


@dataclass(frozen=True, kw_only=True)
class _Setup:
    """What all pairs share.

    deepest: longest order. hold_back: periods not predicted, None if each order uses its own rows. base (n, c): intercept and
    controls. start, stop: rows in which the controls are known; gaps: whether they are missing between.
    """

    deepest: int
    hold_back: int | None
    base: Floats
    start: int
    stop: int
    gaps: bool

    def firsts(self, start: int) -> list[int]:
        """First row predicted at order 1, 2, ..., counted from `start`, where KPI and lead are both there."""
        least = max(self.hold_back or 0, self.start)
        shared = self.hold_back is not None
        return [max(start + (self.deepest if shared else order), least) - start for order in range(1, self.deepest + 1)]


@dataclass(frozen=True, kw_only=True)
class _Windows:
    """The KPIs (n, n_kpis), and what was prepared of them for the windows used last."""

    kpis: Floats
    setup: _Setup
    prepared: dict[tuple[int, int, int], Kpi] = field(default_factory=dict)

    def kpi(self, place: int, window: tuple[int, int], firsts: list[int]) -> Kpi:
        """One KPI in one window."""
        key = (place, *window)
        if key not in self.prepared:
            if len(self.prepared) >= _KEPT_WINDOWS * self.kpis.shape[1]:
                self.prepared.pop(next(iter(self.prepared)))
            rows = slice(*window)
            self.prepared[key] = prepare_kpi(self.kpis[rows, place], self.setup.base[rows], firsts)
        return self.prepared[key]


@dataclass(frozen=True, kw_only=True)
class _Sums:
    """What F is made of, for each pair and order, shape (n_kpis, n_leads, max_order); filled in as pairs are done.

    restricted, full, explained: sums of squares of the residuals without and with the lead, and their difference. total: of
    the KPI. rank: coefficients of the full model. df_num: tested lags. nobs: rows.
    """

    restricted: Floats
    full: Floats
    explained: Floats
    total: Floats
    rank: IntArray
    df_num: IntArray
    nobs: IntArray

    @classmethod
    def empty(cls, n_kpis: int, n_leads: int, setup: _Setup) -> _Sums:
        """Sums of pairs without rows."""
        shape = (n_kpis, n_leads, setup.deepest)
        orders = np.arange(1, setup.deepest + 1)
        restricted, full, explained, total = (np.ones(shape) for _ in range(4))
        rank = np.broadcast_to(setup.base.shape[1] + 2 * orders, shape).copy()
        df_num = np.broadcast_to(orders, shape).copy()
        nobs = np.zeros(shape, dtype=np.int64)
        return cls(restricted=restricted, full=full, explained=explained, total=total, rank=rank, df_num=df_num, nobs=nobs)


@dataclass(frozen=True, kw_only=True)
class _Part:
    """Statistic, df_num, df_den, nobs and reason of some leads, and the counts of `ScreenNumbers`."""

    arrays: tuple[Floats, IntArray, IntArray, IntArray, NDArray[np.uint8]]
    n_qr: int
    n_gaps: int


def screen(
    Y: ArrayLike, X: ArrayLike, *, max_order: int, hold_back: int | None, controls: ArrayLike | None = None
) -> ScreenNumbers:
    """Test for every pair and every order p whether lags 1..p of x help to predict y beyond lags 1..p of y.

    Parameters
    ----------
    Y, X : array_like, shapes (n, n_kpis) and (n, n_leads)
        KPIs and leads on one complete period grid, oldest period first; NaN where missing.
    max_order : int
        Longest order.
    hold_back : int or None
        Periods at the start that are not predicted, at least `max_order`: all orders use the rows that have every lag up
        to `max_order`. None: each order uses every row that has its own lags.
    controls : array_like, shape (n, c), optional
        Columns in both models, taken in the same period as the KPI. The intercept is always there.

    Returns
    -------
    ScreenNumbers

    Notes
    -----
    ``F = ((R - U) / q) / (U / (nobs - rank))`` with R and U the sums of squared residuals without and with the q lags of the lead
    (Granger 1969, Econometrica 37:424). R - U is computed as a sum of squares, not as a difference, where lag products
    are used. A test with fewer rows than 3 a coefficient and 10 is left out.
    """
    kpis, leads = np.asarray(standardise(Y).values), np.asarray(X, dtype=np.float64)
    setup = _setup(kpis.shape[0], max_order, hold_back, controls)
    windows = _Windows(kpis=kpis, setup=setup)
    # a chunk of leads at a time from here on, so that all steps find it in the cache of the core
    return _joined([_some_leads(kpis, leads[:, begin : begin + CHUNK], windows) for begin in range(0, leads.shape[1], CHUNK)])


def _some_leads(kpis: Floats, X: Floats, windows: _Windows) -> _Part:
    """All tests of some leads."""
    setup, leads = windows.setup, standardise(X).values
    sums = _Sums.empty(kpis.shape[1], leads.shape[1], setup)
    flat_kpis, flat_leads = np.atleast_1d(is_constant(kpis), is_constant(leads))
    varies = np.outer(~flat_kpis, ~flat_leads)
    gaps = _by_products(sums, leads, windows) & varies
    ill = varies & ~gaps & np.isnan(sums.explained).any(axis=2)
    same = np.zeros(varies.shape, dtype=bool)
    for kpi, lead in np.argwhere(ill | gaps):
        _by_qr(sums, (kpi, lead), kpis[:, kpi], leads[:, lead], setup)
        same[kpi, lead] = not sums.df_num[kpi, lead].all() and is_affine_copy(leads[:, lead], kpis[:, kpi])
    empty = np.asarray(~np.isfinite(leads).any(axis=0))
    lines = exact_lines(leads)
    reason = _reasons(sums, same=same, flat_kpis=flat_kpis, flat_leads=flat_leads, lines=lines, empty_leads=empty)
    df_den = np.maximum(sums.nobs - sums.rank, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = (sums.explained / sums.df_num) / (sums.full / df_den)
    statistic[reason == REASONS.index("LL118")] = np.inf
    statistic[reason > REASONS.index("LL119")] = np.nan
    arrays = (statistic, sums.df_num, df_den, sums.nobs, reason)
    return _Part(arrays=arrays, n_qr=int(ill.sum()), n_gaps=int(gaps.sum()))


def _joined(parts: list[_Part]) -> ScreenNumbers:
    """The tests of all leads side by side, with their p."""
    statistic, df_num, df_den, nobs, reason = (
        np.concatenate(same, axis=1) for same in zip(*(part.arrays for part in parts), strict=True)
    )
    pvalue, log_pvalue = f_sf(statistic, df_num, df_den)
    return ScreenNumbers(
        statistic=statistic,
        pvalue=pvalue,
        log_pvalue=log_pvalue,
        df_num=df_num,
        df_den=df_den,
        nobs=nobs,
        reason=reason,
        n_qr=sum(part.n_qr for part in parts),
        n_gaps=sum(part.n_gaps for part in parts),
    )


def _setup(n: int, max_order: int, hold_back: int | None, controls: ArrayLike | None) -> _Setup:
    """The arguments as all pairs need them."""
    others = np.empty((n, 0)) if controls is None else standardise(np.asarray(controls, dtype=np.float64)).values
    known = np.where(np.isfinite(others).all(axis=1), 1.0, np.nan)
    start, stop, gaps = _spans(known[:, None])
    base = np.column_stack([np.ones(n), others])
    return _Setup(deepest=max_order, hold_back=hold_back, base=base, start=int(start[0]), stop=int(stop[0]), gaps=bool(gaps[0]))


def _spans(values: Floats) -> tuple[IntArray, IntArray, Flags]:
    """First known row of each column, the row after its last, and whether values are missing between."""
    known = np.isfinite(values)
    n, count = values.shape[0], known.sum(axis=0)
    if bool((count == n).all()):
        return np.zeros_like(count), count, np.zeros(count.shape, dtype=bool)
    start = known.argmax(axis=0)
    stop = np.where(count > 0, n - known[::-1].argmax(axis=0), 0)
    return start, stop, stop - start > count


def _by_products(sums: _Sums, leads: Floats, windows: _Windows) -> Flags:
    """Fill in every pair without gaps; NaN where products would lose digits. Returns which pairs have gaps."""
    setup, (y_start, y_stop, y_gaps) = windows.setup, _spans(windows.kpis)
    x_start, x_stop, x_gaps = _spans(leads)
    for span in sorted(set(zip(y_start.tolist(), y_stop.tolist(), strict=True))):
        mine = np.flatnonzero((y_start == span[0]) & (y_stop == span[1]) & ~y_gaps)
        starts = np.maximum(x_start, span[0])
        # the lead itself is not used in the period that is predicted, so one row more than it has
        stops = np.minimum(np.minimum(x_stop + 1, span[1]), setup.stop)
        for start, stop in sorted(set(zip(starts.tolist(), stops.tolist(), strict=True))):
            group = np.flatnonzero((starts == start) & (stops == stop) & ~x_gaps)
            if not setup.gaps and mine.size and group.size and stop > start:
                x = leads[start:stop] if group.size == x_start.size else leads[start:stop, group]
                _one_window(sums, (mine, group), _less_last(x), windows, (start, stop))
    return np.logical_or.outer(y_gaps | setup.gaps, x_gaps)


def _less_last(x: Floats) -> Floats:
    """The leads, without missing values in the last row, which no lag reaches but every product is taken over."""
    return x if bool(np.isfinite(x[-1]).all()) else np.vstack([x[:-1], np.zeros(x.shape[1])])


def _one_window(sums: _Sums, places: tuple[IntArray, IntArray], x: Floats, windows: _Windows, window: tuple[int, int]) -> None:
    """Fill in the pairs of KPIs and leads that are both known in the same rows."""
    kpi_places, lead_places = places
    setup, firsts = windows.setup, windows.setup.firsts(window[0])
    nobs = np.maximum(x.shape[0] - np.asarray(firsts), 0)
    sums.nobs[np.ix_(kpi_places, lead_places)] = nobs
    # two coefficients and one for each order are the fewest that a test of this order can have
    firsts = firsts[: int((nobs >= rows_needed(np.arange(1, setup.deepest + 1) + 2)).sum())]
    if not firsts:
        return
    ready = prepare_leads(x, firsts)
    for place in kpi_places:
        kpi = windows.kpi(place, window, firsts)
        _fill(sums, place, lead_places, kpi, explained(kpi, ready))


def _fill(sums: _Sums, place: int, chunk: IntArray, kpi: Kpi, gained: Floats) -> None:
    """Write one KPI and some leads down."""
    depth, ssr = slice(0, gained.shape[0]), kpi.ssr
    sums.restricted[place, chunk, depth] = ssr
    sums.explained[place, chunk, depth] = gained.T
    sums.full[place, chunk, depth] = ssr - gained.T
    sums.total[place, chunk, depth] = kpi.total
    sums.rank[place, chunk, depth] = kpi.base_rank + 2 * np.arange(1, gained.shape[0] + 1)


def _by_qr(sums: _Sums, place: tuple[int, int], y: Floats, x: Floats, setup: _Setup) -> None:
    """Fill in one pair by QR of its own complete rows."""
    n_base = setup.base.shape[1]
    lags = range(1, setup.deepest + 1)
    # y1, x1, y2, x2, ...: the columns of every order stand first, so that one factorisation serves all that share their rows
    pairs = np.stack([lag_matrix(y, lags), lag_matrix(x, lags)], axis=2).reshape(y.size, -1)
    for orders in [range(1, setup.deepest + 1)] if setup.hold_back is not None else [range(p, p + 1) for p in lags]:
        design = np.hstack([setup.base, pairs[:, : 2 * orders[-1]]])
        present = np.isfinite(y) & np.isfinite(design).all(axis=1)
        present[: setup.hold_back or 0] = False
        nobs = int(present.sum())
        for order in orders:
            sums.nobs[(*place, order - 1)] = nobs
        if nobs >= rows_needed(n_base + 1):
            _nested(sums, place, y[present], design[present], orders, n_base)


def _nested(sums: _Sums, place: tuple[int, int], y: Floats, design: Floats, orders: range, n_base: int) -> None:
    """Sums of squares of every order from two factorisations, with the lead and without."""
    both = fit(y, design)
    own = fit(y, np.delete(design, np.s_[n_base + 1 :: 2], axis=1))
    for order in orders:
        at = (*place, order - 1)
        n_both, n_own = int(both.kept[: n_base + 2 * order].sum()), int(own.kept[: n_base + order].sum())
        sums.restricted[at] = own.ssr + float(np.sum(own.scores[n_own:] ** 2))
        sums.full[at] = both.ssr + float(np.sum(both.scores[n_both:] ** 2))
        sums.explained[at] = max(sums.restricted[at] - sums.full[at], 0.0)
        sums.total[at], sums.rank[at], sums.df_num[at] = both.tss, n_both, n_both - n_own


def _reasons(
    sums: _Sums, *, same: Flags, flat_kpis: Flags, flat_leads: Flags, lines: Flags, empty_leads: Flags
) -> NDArray[np.uint8]:
    """Place in `REASONS` of every test; where several hold, the one that is written last here."""
    reason = np.zeros(sums.nobs.shape, dtype=np.uint8)
    orders = np.arange(1, sums.nobs.shape[2] + 1)
    found = (
        ("LL119", sums.df_num < orders),
        ("LL118", sums.full <= EXACT * sums.total),
        ("LL207", (sums.df_num == 0) | lines[None, :, None]),
        ("LL205", (sums.df_num == 0) & same[:, :, None]),
        ("LL204", sums.nobs < rows_needed(sums.rank)),
        ("LL313", sums.restricted <= EXACT * sums.total),
        ("LL203", flat_leads[None, :, None]),
        ("LL201", empty_leads[None, :, None]),
        ("LL313", flat_kpis[:, None, None]),
    )
    for code, where in found:
        np.copyto(reason, np.uint8(REASONS.index(code)), where=where)
    return reason
