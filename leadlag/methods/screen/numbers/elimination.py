"""What the lags of many leads explain of one KPI, by block elimination on lag products.

Base and own lags of a KPI are factorised once (QR), and turn the products with a lead's lags into products with orthonormal
columns and with residuals. A Cholesky factorisation of what is left, for all leads together, gives the sum of squares that each
order explains. Orders that share their rows share it: in the order y1, x1, y2, x2, ... the columns of every order stand first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from leadlag.core.arrays import Floats
from leadlag.core.linear.leastsquares import Basis, orthonormal_basis
from leadlag.core.time.lags import cross_products, lag_matrix, lead_products, rows_before, shifted_rows

__all__ = ["CHUNK", "Kpi", "Leads", "explained", "prepare_kpi", "prepare_leads"]


#: Leads that go through each step together: enough that a step is arithmetic, few enough for the cache of a core.
CHUNK = 256

#: A pivot or residual below this share of the series' own sum of squares may have lost digits: above it log p is good to 1e-10.
_SMALL = 1e-4


@dataclass(frozen=True, kw_only=True)
class OwnPast:
    """One KPI before any lead, for the orders lowest..highest, which share their rows.

    Parameters
    ----------
    lowest, highest : int
        Orders. Either they are the same, or the lowest is 1.
    first : int
        First row predicted.
    rank : int
        Columns of [base, own lags up to `lowest`].
    to_scores : ndarray, shape (rank + highest - lowest + 1, c + 1 + highest)
        Turns products with [base, KPI, own lags] into products with orthonormal columns of base and own lags up to `lowest`, and
        with what these leave of the further own lags and, last, of the KPI.
    products : ndarray, shape (highest - lowest + 1, same)
        Products of these residuals with one another.
    ssr : ndarray, shape (highest - lowest + 1,)
        Sum of squared residuals of the KPI at each order without a lead.
    sound : bool
        No pivot is small.
    """

    lowest: int
    highest: int
    first: int
    rank: int
    to_scores: Floats
    products: Floats
    ssr: Floats
    sound: bool


@dataclass(frozen=True, kw_only=True)
class Kpi:
    """One KPI in one window of n rows.

    Parameters
    ----------
    y : ndarray, shape (n,)
        The KPI.
    current : ndarray, shape (n, c + 1)
        Base, and the KPI.
    rows : ndarray
        See `leadlag.core.time.lags.shifted_rows`.
    total : float
        Sum of squares of y.
    base_rank : int
        Coefficients of the base.
    pasts : tuple of OwnPast
        One, or one for each order.
    """

    y: Floats
    current: Floats
    rows: Floats
    total: float
    base_rank: int
    pasts: tuple[OwnPast, ...]

    @property
    def ssr(self) -> Floats:
        """Sum of squared residuals without a lead, at order 1, 2, ..."""
        return np.concatenate([past.ssr for past in self.pasts])


@dataclass(frozen=True, kw_only=True)
class Leads:
    """Some leads in one window.

    Parameters
    ----------
    x : ndarray, shape (n, m)
        The leads; the last row is never used.
    products : list of ndarray
        See `leadlag.core.time.lags.lead_products`.
    totals : ndarray, shape (m,)
        Sums of squares.
    """

    x: Floats
    products: list[Floats]
    totals: Floats


def prepare_leads(x: Floats, firsts: list[int]) -> Leads:
    """What all KPIs share; `firsts` are the first rows predicted at order 1, 2, ..."""
    return Leads(x=x, products=lead_products(x, firsts), totals=np.einsum("tb,tb->b", x, x))


def prepare_kpi(y: Floats, base: Floats, firsts: list[int]) -> Kpi:
    """What all leads share; y (n,), base (n, c), `firsts` as for the leads."""
    total = float(y @ y)
    design = np.hstack([base, lag_matrix(y, range(1, len(firsts) + 1), fill=0.0)])
    pasts = tuple(_own_pasts(y, design, firsts, n_base=base.shape[1], total=total))
    current = np.column_stack([base, y])
    rows = shifted_rows(current, y, first=firsts[-1], deepest=len(firsts))
    return Kpi(y=y, current=current, rows=rows, total=total, base_rank=pasts[0].rank - pasts[0].lowest, pasts=pasts)


def explained(kpi: Kpi, leads: Leads) -> Floats:
    """Sum of squares that the lags of each lead explain beyond the KPI's own.

    Returns
    -------
    ndarray, shape (max_order, m)
        NaN where a pivot or what is left of the KPI is small, so that digits may be lost.
    """
    n_current, last = kpi.current.shape[1], kpi.pasts[-1]
    sums = cross_products(kpi.rows, kpi.y, leads.x, first=last.first, deepest=last.highest)
    found = np.full((last.highest, leads.totals.size), np.nan)
    first = last.first
    for past in reversed(kpi.pasts):
        order = past.highest
        if past.first < first:
            first = past.first
            entering = np.concatenate([kpi.current[first], rows_before(kpi.y, first, order)])
            sums[:order, : entering.size] += rows_before(leads.x, first, order)[:, None] * entering[:, None]
        if past.sound:
            with np.errstate(invalid="ignore", divide="ignore"):  # the root of a pivot that rounding made negative is NaN
                gained = _gained(past, sums[:order, : n_current + order], leads, kpi.total)
            found[past.lowest - 1 : order] = np.where(past.ssr[:, None] - gained > _SMALL * kpi.total, gained, np.nan)
    return found


def _own_pasts(y: Floats, design: Floats, firsts: list[int], *, n_base: int, total: float) -> Iterator[OwnPast]:
    """One for all orders where they share their rows, else one for each."""
    deepest = len(firsts)
    groups = [(1, deepest)] if firsts[0] == firsts[-1] else [(order, order) for order in range(1, deepest + 1)]
    for lowest, highest in groups:
        first = firsts[highest - 1]
        basis = orthonormal_basis(design[first:, : n_base + highest])
        yield _own_past(y[first:], basis, n_base=n_base, lowest=lowest, highest=highest, first=first, total=total)


def _own_past(y: Floats, basis: Basis, *, n_base: int, lowest: int, highest: int, first: int, total: float) -> OwnPast:
    """Factor of [base, own lags], cut behind lag `lowest`; without numbers where an own lag is a combination of others."""
    base_rank = int(basis.kept[:n_base].sum())
    rank, further = base_rank + lowest, highest - lowest + 1
    if not basis.kept[n_base:].all():
        nothing = np.full((further, further), np.nan)
        return OwnPast(
            lowest=lowest,
            highest=highest,
            first=first,
            rank=rank,
            to_scores=nothing,
            products=nothing,
            ssr=nothing[0],
            sound=False,
        )
    scores = basis.q.T @ y
    resid = y - basis.q @ scores
    ssr_left = float(resid @ resid)
    left = np.column_stack([basis.r[rank:, rank:], scores[rank:]])
    products = left.T @ left
    products[-1, -1] += ssr_left
    later = np.cumsum(scores[rank:][::-1] ** 2)[::-1]
    pivots = np.diag(basis.r)[base_rank:] ** 2
    return OwnPast(
        lowest=lowest,
        highest=highest,
        first=first,
        rank=rank,
        to_scores=_to_scores(basis, scores, n_base=n_base, rank=rank),
        products=products,
        ssr=ssr_left + np.append(later, 0.0),
        sound=bool(min(ssr_left, *pivots) > _SMALL * total),
    )


def _to_scores(basis: Basis, scores: Floats, *, n_base: int, rank: int) -> Floats:
    """See `OwnPast.to_scores`; its columns are base, KPI, own lags."""
    column = np.flatnonzero(basis.kept)
    column = column + (column >= n_base)
    inverse = basis.leading(int(column[rank - 1])).r_inverse()
    on_leading = inverse @ np.column_stack([basis.r[:rank, rank:], scores[:rank]])
    found = np.zeros((rank + on_leading.shape[1], basis.kept.size + 1))
    found[:rank, column[:rank]] = inverse.T
    found[rank:, column[:rank]] = -on_leading.T
    found[np.arange(rank, found.shape[0]), np.append(column[rank:], n_base)] = 1.0
    return found


def _gained(past: OwnPast, sums: Floats, leads: Leads, total: float) -> Floats:
    """Sum of squares explained at orders lowest..highest, (orders, m); NaN or nonsense where a pivot is small: then NaN.

    Columns are x1 .. x_lowest, then y, x, y, x, ..., and last the KPI's residual.
    """
    rank, step = past.rank, 1 if past.lowest == past.highest else 2
    n_columns = past.highest + past.highest - past.lowest
    of_x, of_y = (slice(0, -1), slice(-1, None)) if step == 1 else (slice(0, None, 2), slice(1, None, 2))
    # row l of the factor holds every column's share in direction l: first the orthonormal ones, then one for each column
    factor = np.empty((rank + n_columns, n_columns + 1, leads.totals.size))
    np.matmul(past.to_scores[:rank], sums, out=factor[:rank, of_x].transpose(1, 0, 2))
    factor[:rank, of_y] = 0.0
    with_resid = np.matmul(past.to_scores[rank:], sums)
    products = leads.products[past.highest - 1]
    for column in range(n_columns):
        lag, done = column // step, rank + column
        rest = factor[done, column:]
        np.einsum("lb,ljb->jb", factor[:done, column], factor[:done, column:], out=rest)
        if column % step == 0:
            np.subtract(products[lag, lag:], rest[of_x], out=rest[of_x])
            np.subtract(with_resid[lag, lag if step == 2 else 0 :], rest[of_y], out=rest[of_y])
        else:
            np.subtract(past.products[lag, lag:, None], rest[::2], out=rest[::2])
            np.subtract(with_resid[lag + 1 :, lag], rest[1::2], out=rest[1::2])
        rest *= 1.0 / np.sqrt(rest[0])
    pivots = np.diagonal(factor[rank:, :n_columns]).T ** 2
    small = (pivots[of_x if step == 2 else slice(None)] <= _SMALL * leads.totals).any(axis=0)
    if step == 2:
        small |= (pivots[of_y] <= _SMALL * total).any(axis=0)
    with_kpi = np.cumsum(factor[rank:, -1] ** 2, axis=0)[past.lowest - 1 :: step]
    beyond_lowest = (past.ssr[0] - past.ssr)[:, None]
    return np.where(small | np.isnan(pivots).any(axis=0), np.nan, np.maximum(with_kpi - beyond_lowest, 0.0))
