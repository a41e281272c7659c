"""The scan: for every lead the largest |t| over lags and shapes, and its p-value under "no lead".

Each column is one regressor (one lead, one shape, one start) beside the base, in the regression filtered by
the KPI's momentum. The null distribution of the largest |t| comes from a wild bootstrap whose draws of signs are
shared by all leads and shapes; it keeps the size of each residual at its row, so changing variance is allowed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from leadlag.core.arrays import Flags, Floats, Ints
from leadlag.core.linear.leastsquares import Basis, residualise
from leadlag.core.noise.momentum import Whitener, filtered_fit
from leadlag.core.search.asked import best_columns, gains
from leadlag.core.search.columns import raw_columns
from leadlag.core.search.maxima import largest_scores
from leadlag.core.search.otherscale import OtherScale
from leadlag.core.search.problem import Problem, refitted
from leadlag.core.search.resample import SharedSigns, Tail, fit_tail
from leadlag.core.search.shapes import STANDARD, Shape, search_weights

__all__ = [
    "CHUNK",
    "BaseFit",
    "Columns",
    "Scan",
    "column_of",
    "filtered",
    "fit_base",
    "lead_chunks",
    "regressors",
    "scan",
    "scan_each",
    "scan_with",
    "shared_signs",
    "t_of_share",
    "with_columns",
]


#: Leads scanned together, and columns of theirs; they bound the memory of one step.
CHUNK, _COLUMNS_TOGETHER = 32, 6_400
#: A column needs this many filtered rows with a value, beyond the columns of the base.
_FEWEST_ROWS = 10
#: Least share of a row that a column leaves free, for the leverage in its variance.
_LEAST_FREE = 0.05
#: A filtered column whose part outside the base is smaller than this share of it is base, not lead.
_COLLINEAR = 1e-6
#: Ridge in the cross products of a base whose rows are not all there.
_RIDGE = 1e-11


@dataclass(frozen=True, kw_only=True)
class BaseFit:
    """The filtered regression without any lead.

    Parameters
    ----------
    filter_ : Whitener
    basis : Basis
        Of the filtered base, rows n_used.
    residual : ndarray, shape (n_used,)
        Filtered KPI less the base.
    df : int
        Rows less base columns less AR coefficients, less one for the lead.
    """

    filter_: Whitener
    basis: Basis
    residual: Floats
    df: int


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Filtered regressors of some leads, less the base, zero on masked rows.

    Parameters
    ----------
    values : ndarray, shape (n_used, m, s)
        s runs over shapes, within them over lags.
    norm : ndarray, shape (m, s)
        Length of each column; 0 where it cannot be used.
    nobs : ndarray, shape (m, s)
        Rows not masked.
    """

    values: Floats
    norm: Floats
    nobs: Ints


@dataclass(frozen=True, kw_only=True)
class Scan:
    """Result of a scan of m leads over s = shapes x lags columns.

    Parameters
    ----------
    statistic, pvalue, log_pvalue : ndarray, shape (m,)
        Largest |t| of each lead; NaN where no column could be used.
    tvalue, coefficient, bse : ndarray, shape (m, s)
        Of every column, in working units; NaN where it could not be used.
    gain : ndarray, shape (m, s)
        Fall of the sum of squares by each column; 0 where its effect has not the sign that is asked for.
    variance : ndarray, shape (m,)
        Residual variance with the best column in the model.
    best : ndarray of int, shape (m,)
        Column with the largest gain.
    nobs : ndarray of int, shape (m, s)
    df : int
    tail : Tail
        Null distribution of the tested leads' statistics.
    unshifted : ndarray, shape (m,)
        Log p without the KPI's level shift in the model; the same as `log_pvalue` where there is none.
    """

    statistic: Floats
    pvalue: Floats
    log_pvalue: Floats
    tvalue: Floats
    coefficient: Floats
    bse: Floats
    gain: Floats
    variance: Floats
    best: Ints
    nobs: Ints
    df: int
    tail: Tail
    unshifted: Floats


def fit_base(problem: Problem) -> BaseFit:
    """The filtered regression of the KPI on the base alone."""
    without = filtered_fit(problem.y, problem.mean, problem.momentum)
    left = without.regression
    return BaseFit(
        filter_=without.filter_, basis=left.basis, residual=left.resid, df=left.df_resid - len(problem.momentum.phi) - 1
    )


def regressors(problem: Problem, base_fit: BaseFit, leads: Sequence[int], shapes: Sequence[Shape] = STANDARD) -> Columns:
    """Regressors of some leads, less the base.

    Notes
    -----
    A masked row is left out of that column's projection on the base and is zero in it, so that the coefficient is
    that of the regression without the row, while the KPI's rows stay common to all columns.
    """
    raw = raw_columns(problem, leads, shapes)
    n, m = raw.shape[:2]
    return filtered(raw.reshape(n, m, raw.shape[2] * raw.shape[3]), base_fit, asked=_asked(problem, leads, shapes))


def filtered(raw: Floats, base_fit: BaseFit, *, asked: Flags | None = None) -> Columns:
    """Columns before the KPI's filter, shape (n, m, s) and NaN where there is no value, as `regressors` has them.

    `asked` of shape (m * s,) says which can be used at all.
    """
    raw = base_fit.filter_.apply(raw)
    n, m, s = raw.shape
    flat = raw.reshape(n, -1)
    present = np.isfinite(flat)
    values = np.where(present, flat, 0.0)
    before = np.sqrt((values**2).sum(axis=0))
    whole = present.all(axis=0)
    values[:, whole] = residualise(values[:, whole], base_fit.basis)
    partly = ~whole & present.any(axis=0)
    values[:, partly] = _residualise_present(values[:, partly], present[:, partly], base_fit.basis.q)
    norm = np.sqrt((values**2).sum(axis=0))
    nobs = present.sum(axis=0)
    usable = (norm > _COLLINEAR * before) & (nobs >= base_fit.basis.rank + _FEWEST_ROWS) & (True if asked is None else asked)
    values[:, ~usable] = 0.0
    return Columns(values=values.reshape(n, m, s), norm=np.where(usable, norm, 0.0).reshape(m, s), nobs=nobs.reshape(m, s))


def _asked(problem: Problem, leads: Sequence[int], shapes: Sequence[Shape]) -> Flags:
    """Columns that are asked of some leads, shape (len(leads) * s,): those of its lags, with a sign none of its square."""
    kept = np.ones((len(leads), len(shapes), problem.n_slots), dtype=bool)
    for place, lead in enumerate(leads):
        if (asked := problem.asked_of(lead)) is not None:
            signed = [asked.sign == 0 or shape.response != "square" for shape in shapes]
            kept[place] = np.array(signed)[:, None] & np.isfinite(problem.delays(lead))
    return kept.ravel()


def column_of(problem: Problem, lead: int, column: int, shapes: Sequence[Shape]) -> Floats:
    """One column of a scan before the KPI's filter: a lead at one lag in one shape, zero where it has no value, shape (n,)."""
    shape, slot = divmod(column, problem.n_slots)
    return np.nan_to_num(raw_columns(problem, [lead], [shapes[shape]])[:, 0, 0, slot])


def with_columns(problem: Problem, best: Mapping[int, int], shapes: Sequence[Shape]) -> Problem:
    """The problem with columns of some leads, lead by lead, in its base and the KPI's momentum fitted again."""
    if not best:
        return problem
    columns = [column_of(problem, lead, column, shapes) for lead, column in best.items()]
    return refitted(problem, base=np.column_stack([problem.base, *columns]))


def _residualise_present(values: Floats, present: Flags, q: Floats) -> Floats:
    """Columns, zero where missing, less their projection on an orthonormal basis over the rows that each of them has.

    Rows that a column lacks are taken out of the basis' cross products: ``I - Q_d' Q_d``. A direction of the basis that lives in
    those rows alone has nothing to project, and a ridge below the rounding of the rest keeps it out of the way.
    """
    k = q.shape[1]
    lacking = (~present).astype(np.float64).T @ (q[:, :, None] * q[:, None, :]).reshape(len(q), k * k)
    inner = (1.0 + _RIDGE) * np.eye(k) - lacking.reshape(-1, k, k)
    for _ in range(2):  # the second time takes off what rounding left the first time
        values = np.where(present, values - q @ np.linalg.solve(inner, (q.T @ values).T[:, :, None])[:, :, 0].T, 0.0)
    return values


def scan(problem: Problem, *, rng: np.random.Generator, n_draws: int, shapes: Sequence[Shape] = STANDARD) -> Scan:
    """Largest |t| of every lead over lags and shapes, with p-values that cover the search.

    Parameters
    ----------
    problem : Problem
    rng : Generator
    n_draws : int
        Draws of signs.
    shapes : sequence of Shape

    Returns
    -------
    Scan

    Notes
    -----
    A column x (less the base) explains the share ``r^2 = (x'e)^2 / (x'x e'e)``; the statistic of a lead is
    ``sqrt(df r^2 / (1 - r^2))`` of its best column, the largest absolute t, r less by a twentieth for what is not a single lag
    (`leadlag.core.search.shapes.search_weights`). Its null distribution is right under changing
    variance because a draw keeps the size of each residual at its row. A robust t costs power instead (found 0.77 against
    0.90 of two leads among twelve at 72 rows, false share 0.09 against 0.05): its variance is estimated from few rows where
    a lead moves rarely. The standard error reported beside each coefficient is robust:
    ``sum x^2 (e - b x)^2 / (1 - h)^2 / (x'x)^2`` with ``h = x^2 / x'x`` (HC3: MacKinnon & White 1985), times ``n / df``.
    A draw is the null residual, divided by ``sqrt(1 - leverage)`` of the base,
    times signs, projected on the base again (Davidson & Flachaire 2008; the largest over many statistics as in
    White 2000). Where the KPI has a level shift, p is the larger of the one with it in the model and the one
    without: one event is one observation, and a lead that needs it has only that one.
    """
    return next(scan_each([problem], rng=rng, n_draws=n_draws, shapes=shapes))


def scan_each(
    problems: Iterable[Problem], *, rng: np.random.Generator, n_draws: int, shapes: Sequence[Shape] = STANDARD
) -> Iterator[Scan]:
    """The scan of one problem after the other, all with the same signs."""
    signs = shared_signs(rng, n_draws=n_draws)
    for problem in problems:
        yield scan_with(problem, signs, shapes)


def shared_signs(rng: np.random.Generator, *, n_draws: int, length: int = 0) -> SharedSigns:
    """The signs that a scan with this generator draws, so that what follows it needs no draws of its own."""
    return SharedSigns(seed=int(rng.integers(2**63)), n_draws=n_draws, length=length)


def scan_with(problem: Problem, signs: SharedSigns, shapes: Sequence[Shape], *, other: OtherScale | None = None) -> Scan:
    """The scan of one problem with these signs, with the level shift and without.

    Parameters
    ----------
    problem : Problem
    signs : SharedSigns
    shapes : sequence of Shape
    other : OtherScale, optional
        The scale beside which that of the problem was chosen, of the same leads: p-values cover the choice.
    """
    found = _scan_once(problem, signs, shapes, other)
    if problem.shift is None:
        return found
    without = _scan_once(refitted(problem, shift=None), signs, shapes, other)
    # a lead that is nothing but the shift cannot be tested: it must not be left with the p of the model without
    larger = np.fmax(found.log_pvalue, without.log_pvalue)
    log_pvalue = np.where(np.isfinite(found.statistic), larger, np.nan)
    return replace(found, log_pvalue=log_pvalue, pvalue=np.exp(log_pvalue), unshifted=without.log_pvalue)


def _scan_once(problem: Problem, signs: SharedSigns, shapes: Sequence[Shape], other: OtherScale | None) -> Scan:
    """The scan of one model."""
    base_fit = fit_base(problem)
    leverage = np.minimum(base_fit.basis.leverage(), 0.95)
    spread = base_fit.residual / np.sqrt(1.0 - leverage)
    drawn = spread[:, None] * signs.of(len(spread))
    # the columns are free of the base, so only the size of a draw has to be taken without what the base explains of it
    size = np.maximum(spread @ spread - np.square(base_fit.basis.q.T @ drawn).sum(axis=0), np.finfo(float).tiny)
    chunks = lead_chunks(problem, n_shapes=len(shapes))
    found = [_scan_chunk(problem, base_fit, drawn, size, chunk, shapes) for chunk in chunks]
    back = np.argsort(np.concatenate(chunks), kind="stable")
    tvalue, coefficient, bse, gain, nobs, largest = (np.concatenate(part)[back] for part in zip(*found, strict=True))
    usable = np.isfinite(gain).any(axis=1)
    best = best_columns(np.where(np.isfinite(gain), gain, -1.0), np.nan_to_num(tvalue))
    weights = search_weights(shapes, n_lags=problem.n_slots)
    explained = np.where(usable, np.where(np.isfinite(gain), gain, 0.0).max(axis=1), np.nan)
    searched = np.where(usable, np.where(np.isfinite(gain), gain * weights * weights, 0.0).max(axis=1), np.nan)
    total = float(base_fit.residual @ base_fit.residual)
    statistic = t_of_share(searched / total if total > 0 else 0.0 * searched, base_fit.df)
    tested = np.isfinite(statistic)
    tail = fit_tail(largest[tested], df_most=float(max(base_fit.df, 3)))
    if other is not None:
        tail = tail.raised(other.with_draws(tail.draws, np.flatnonzero(tested)))
    log_pvalue = np.full(len(statistic), np.nan)
    log_pvalue[tested] = tail.log_pvalues(statistic[tested])
    return Scan(
        statistic=statistic, pvalue=np.exp(log_pvalue), log_pvalue=log_pvalue, tvalue=tvalue, coefficient=coefficient,
        bse=bse, gain=gain, best=best, nobs=nobs, df=base_fit.df, tail=tail,
        unshifted=log_pvalue,
        variance=np.maximum(total - np.nan_to_num(explained), 0.0) / max(base_fit.df, 1),
    )  # fmt: skip


def lead_chunks(problem: Problem, *, n_shapes: int) -> list[Ints]:
    """Leads to be scanned together: at most so many that their columns are few, those with lags of the same kind together."""
    kinds = np.array([problem.finer_of(lead) is not None for lead in range(problem.X.shape[1])], dtype=bool)
    groups = [group for group in (np.flatnonzero(~kinds), np.flatnonzero(kinds)) if len(group)] or [np.flatnonzero(kinds)]
    size = max(1, min(CHUNK, _COLUMNS_TOGETHER // (n_shapes * problem.n_slots)))
    return [group[begin : begin + size] for group in groups for begin in range(0, max(len(group), 1), size)]


def _scan_chunk(
    problem: Problem, base_fit: BaseFit, drawn: Floats, size: Floats, leads: Ints, shapes: Sequence[Shape]
) -> tuple[Floats, Floats, Floats, Floats, Ints, Floats]:
    """t, coefficient, standard error, gain and rows of each column, and the draws' largest |t| of each lead."""
    columns = regressors(problem, base_fit, leads.tolist(), shapes)
    n, m, s = columns.values.shape
    usable = columns.norm > 0
    unit = (columns.values / np.where(usable, columns.norm, 1.0)).reshape(n, -1)
    scale = n / max(base_fit.df, 1)
    score, variance = _scores(unit, base_fit.residual, scale=scale)
    with np.errstate(invalid="ignore", divide="ignore"):
        tvalue = np.where(usable, (score / np.sqrt(variance)).reshape(m, s), np.nan)
        coefficient = np.where(usable, score.reshape(m, s) / columns.norm, np.nan)
        bse = np.where(usable, np.sqrt(variance).reshape(m, s) / columns.norm, np.nan)
    signs = problem.signs[leads]
    gain = np.where(usable, gains(score.reshape(m, s), signs), np.nan)
    weights = search_weights(shapes, n_lags=problem.n_slots) / np.where(usable, columns.norm, 1.0)
    used = usable.any(axis=0) | (m == 0)
    if not used.any():  # every lead is base: there is nothing to draw
        return tvalue, coefficient, bse, gain, columns.nobs, np.full((m, drawn.shape[1]), np.nan)
    values, weights = (columns.values, weights) if used.all() else (columns.values[:, :, used], weights[:, used])
    largest = largest_scores(values, weights, drawn, whole=(columns.nobs[:, used] == n).all(axis=1), signs=signs)
    share = np.square(largest) / size
    return tvalue, coefficient, bse, gain, columns.nobs, t_of_share(share, base_fit.df)


def t_of_share(share: Floats, df: int) -> Floats:
    """|t| of a column that explains this share of the sum of squares."""
    kept = np.clip(share, 0.0, 1.0 - 1e-12)
    return np.asarray(np.sqrt(max(df, 1) * kept / (1.0 - kept)))


def _scores(unit: Floats, errors: Floats, *, scale: float) -> tuple[Floats, Floats]:
    """Coefficient on each unit column and its robust variance.

    With ``w = x^2 / (1 - x^2)^2``, ``sum w (e - b x)^2 = w'e^2 - 2 b (w x)'e + b^2 sum w x^2``.
    """
    weight = unit * unit
    weight /= np.square(np.maximum(1.0 - weight, _LEAST_FREE))
    score = unit.T @ errors
    variance = weight.T @ (errors * errors)
    weight *= unit
    variance -= 2.0 * score * (weight.T @ errors)
    variance += score * score * (weight * unit).sum(axis=0)
    floor = 1e-12 * float(errors @ errors) / max(len(errors), 1)
    return score, np.maximum(variance * scale, floor)
