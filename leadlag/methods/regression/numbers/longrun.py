"""The long-run effect of a lead: what a lasting rise by one unit adds up to, and between which limits.

A lasting rise works through the lead's own lags and, where the model holds lags of the KPI, again through those:
``theta = w'g / (1 - sum a)``. The limits come from the delta method and from a wild bootstrap in which everything is
estimated again in every draw.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from leadlag._validation import as_generator, as_int, as_real
from leadlag.core.arrays import Flags, Floats, Ints
from leadlag.core.linear.leastsquares import leverage_adjusted, orthonormal_basis
from leadlag.core.noise.momentum import largest_root
from leadlag.core.noise.refits import FixedColumns, Recursion, Refits, refit
from leadlag.core.noise.sieve import Sieve
from leadlag.core.search.resample import rademacher_signs
from leadlag.core.time.lags import places_of
from leadlag.errors import UsageError

__all__ = ["LongRun", "long_run"]


#: Values of one array that are worked on at once; more of them fall out of the cache.
_AT_ONCE = 65_536


@dataclass(frozen=True, kw_only=True)
class LongRun:
    """Long-run effects with their limits; the shapes are () for one weight vector and (m,) for m of them.

    Parameters
    ----------
    estimate : ndarray
        Units of the KPI per unit of the lead. NaN where it is not identified, or where the own lags are not stable.
    bse : ndarray
        Standard error by the delta method, from innovations divided by one minus their leverage (HC3).
    low, high : ndarray
        Delta method, Student's t with `df` degrees of freedom.
    boot_low, boot_high : ndarray
        Bootstrap: symmetric percentile-t.
    own_sum : float
        Sum of the coefficients of the own lags; 0 without them.
    df : int
        Rows minus estimated columns.
    level : float
    n_draws : int
    share_unit_root : float
        Share of the draws in which the coefficients of the own lags add up to 1 or more, so that no long run exists. Where it
        is not small the limits of the bootstrap deserve more trust than those of the delta method, and neither much.
    """

    estimate: Floats
    bse: Floats
    low: Floats
    high: Floats
    boot_low: Floats
    boot_high: Floats
    own_sum: float
    df: int
    level: float
    n_draws: int
    share_unit_root: float


@dataclass(frozen=True, kw_only=True)
class _Drawn:
    """What the limits are made of.

    Parameters
    ----------
    estimate, bse : ndarray, shape (m,)
    studentiser : ndarray, shape (m,)
        Standard errors that are made as those of the draws are.
    size : ndarray, shape (m, n_draws)
        ``|t|`` of each draw.
    own_sum, share_unit_root : float
    """

    estimate: Floats
    bse: Floats
    studentiser: Floats
    size: Floats
    own_sum: float = 0.0
    share_unit_root: float = 0.0


def long_run(
    y: ArrayLike,
    X: ArrayLike,
    *,
    weights: ArrayLike,
    own: Sequence[tuple[int, int]] = (),
    phi: ArrayLike = (),
    periods: ArrayLike | None = None,
    level: float = 0.95,
    rng: int | np.random.Generator = 0,
    n_draws: int = 999,
) -> LongRun:
    """Long-run effects of a least-squares regression on lags, by the delta method and by the bootstrap.

    Parameters
    ----------
    y : array_like, shape (n,)
        KPI on complete rows, oldest first.
    X : array_like, shape (n, k)
        The whole design: intercept and controls, lags of leads, own lags of the KPI.
    weights : array_like, shape (k,) or (m, k)
        How much each coefficient adds to the numerator: 1 for a free lag, the column sum of the basis for a shape; 0 elsewhere.
    own : sequence of (column, lag)
        Columns of X that hold the KPI itself `lag` periods earlier.
    phi : array_like, shape (p,)
        AR coefficients of the noise, without own lags; empty for innovations that are independent.
    periods : array_like of int, shape (n,), optional
        Period number of each row, increasing; consecutive if None. After a gap the draws start again from observed values.
    level : float
    rng : int or Generator
    n_draws : int
        At least 99.

    Returns
    -------
    LongRun

    Raises
    ------
    UsageError
        If shapes, own lags or periods do not fit together, or too few rows are left (LL204).

    Notes
    -----
    ``theta = w'g / (1 - sum a)``. Delta method: row t moves theta by ``z_t e_t``, ``z = X (X'X)^-1 c / (1 - sum a)``, c = w in
    the columns of the numerator and theta in own lags, so ``var = sum z_t^2 e_t^2 / (1 - h_t)^2`` (MacKinnon & White 1985,
    J. Econometrics 29:305). Under AR noise ``z = F^-T X (X'X)^-1 w``, with F the filter of the noise and e its innovations.

    Wild bootstrap with Rademacher signs (Liu 1988, Ann. Stat. 16:1696). With own lags the KPI is rebuilt from its starting
    values (recursive design: Goncalves & Kilian 2004, J. Econometrics 123:89), its own lags corrected for small-sample bias
    (Kilian 1998, Rev. Econ. Stat. 80:218). Under AR noise the noise is rebuilt from its innovations, and the AR coefficients
    behind each draw's standard error are estimated again. The limits are the symmetric percentile-t ones (Hall 1988, J. R.
    Stat. Soc. B 50:35): where own lags add up to nearly 1 they cover nearer to their level than equal tails do.

    Examples
    --------
    >>> draws = np.random.default_rng(0)
    >>> x, e = draws.standard_normal((2, 200))
    >>> y = np.zeros(200)
    >>> for t in range(1, 200):
    ...     y[t] = 0.5 * y[t - 1] + x[t - 1] + 0.1 * e[t]
    >>> found = long_run(y[1:], np.column_stack([np.ones(199), x[:-1], y[:-1]]), weights=[0, 1, 0], own=[(2, 1)])
    >>> round(float(found.estimate), 1), bool(found.boot_low < 2.0 < found.boot_high)
    (2.0, True)
    """
    outcome, design, table = _checked(y, X, weights, own)
    rows = places_of(periods, outcome.size)
    ar = np.asarray(phi, dtype=np.float64).reshape(-1)
    if own and ar.size:
        raise UsageError("phi goes with a model without own lags: give own or phi, not both.")
    if ar.size and not largest_root(ar) < 1.0:
        raise UsageError(f"phi={ar.tolist()!r} is not stable: give the AR coefficients of noise that dies away, or none.")
    level = as_real(level, "level", low=0.0, high=1.0)
    n_draws = as_int(n_draws, "n_draws", low=99)
    at = np.array([column for column, _ in own], dtype=np.intp)
    others = np.setdiff1d(np.arange(design.shape[1]), at)
    whole = orthonormal_basis(design[:, np.r_[others, at]])
    df = outcome.size - whole.rank
    if df < 1:
        message = f"{outcome.size} rows for {whole.rank} coefficients leave nothing to judge them by: give more rows."
        raise UsageError(message, code="LL204")
    basis = whole.leading(others.size)
    known = ~np.any(table[:, others[~basis.kept]] != 0.0, axis=1) & bool(whole.kept[others.size :].all())
    fixed = FixedColumns(q=basis.q, numerator=basis.r_inverse().T @ table[np.ix_(known, others[basis.kept])].T)
    generator = as_generator(rng)
    if not known.any():
        drawn = None
    elif own:
        lags = np.array([lag for _, lag in own], dtype=np.intp)
        recursion = Recursion(lags=lags, source=_source(rows, lags), start=design[:, at])
        drawn = _with_own_lags(outcome, fixed, recursion, generator, n_draws)
    else:
        drawn = _with_noise(outcome, fixed, Sieve.of(ar, rows, design[:, others[basis.kept]]), generator, n_draws)
    return _result(drawn, known, df=df, level=level, n_draws=n_draws, shape=np.shape(weights)[:-1])


def _result(drawn: _Drawn | None, known: Flags, *, df: int, level: float, n_draws: int, shape: tuple[int, ...]) -> LongRun:
    """The limits; NaN for an effect that is not known."""
    columns = np.full((6, known.size), np.nan)
    if drawn is not None:
        delta = float(special.stdtrit(df, (1.0 + level) / 2.0)) * drawn.bse
        boot = np.quantile(drawn.size, level, axis=1) * drawn.studentiser
        middle = drawn.estimate
        columns[:, known] = middle, drawn.bse, middle - delta, middle + delta, middle - boot, middle + boot
    estimate, bse, low, high, boot_low, boot_high = (column.reshape(shape) for column in columns)
    return LongRun(
        estimate=estimate,
        bse=bse,
        low=low,
        high=high,
        boot_low=boot_low,
        boot_high=boot_high,
        own_sum=np.nan if drawn is None else drawn.own_sum,
        df=df,
        level=level,
        n_draws=n_draws,
        share_unit_root=np.nan if drawn is None else drawn.share_unit_root,
    )


def _with_own_lags(y: Floats, fixed: FixedColumns, recursion: Recursion, rng: np.random.Generator, n_draws: int) -> _Drawn:
    """Recursive wild bootstrap of a model with own lags; the KPI is rebuilt with own lags corrected for their bias."""
    if fixed.holds_constant():  # a level far from zero would cost digits, and the intercept takes it up
        y, recursion = y - y.mean(), replace(recursion, start=recursion.start - y.mean())
    real = refit(y[:, None], list(recursion.start.T[:, :, None]), fixed)
    own, own_sum = real.own[:, 0], float(real.own.sum())
    if not recursion.is_stable(own):
        unknown = np.full(real.effect.shape, np.nan)
        return _Drawn(estimate=unknown[:, 0], bse=unknown[:, 0], studentiser=unknown[:, 0], size=unknown, own_sum=own_sum)

    def redrawn(own: Floats, coordinates: Floats, innovations: Floats) -> Iterator[Refits]:
        """The model with these coefficients, simulated and refitted."""
        middle = fixed.q @ coordinates
        for signs in _portions(rademacher_signs(rng, n=y.size, n_draws=n_draws)):
            rebuilt = recursion.paths(own, middle[:, None] + innovations[:, None] * signs)
            yield refit(rebuilt, recursion.lagged(rebuilt), fixed)

    first = redrawn(own, real.coordinates[:, 0], real.innovations[:, 0])
    bias = np.concatenate([refits.own for refits in first], axis=1).mean(axis=1) - own
    corrected = recursion.corrected(own, bias)
    answered = y - recursion.start @ corrected
    coordinates = fixed.q.T @ answered
    innovations = leverage_adjusted(answered - fixed.q @ coordinates, leverage=fixed.leverage)
    truth = (coordinates @ fixed.numerator / (1.0 - corrected.sum()))[:, None]
    refitted = list(redrawn(corrected, coordinates, innovations))
    sizes = [_ratio(np.abs(refits.effect - truth) * np.abs(refits.phi_at_one), refits.errors()) for refits in refitted]
    bse = (real.errors() / real.phi_at_one)[:, 0]
    return _Drawn(
        estimate=real.effect[:, 0],
        bse=bse,
        studentiser=bse,
        size=np.concatenate(sizes, axis=1),
        own_sum=own_sum,
        share_unit_root=float(np.mean(np.concatenate([refits.phi_at_one for refits in refitted]) <= 0.0)),
    )


def _with_noise(y: Floats, fixed: FixedColumns, sieve: Sieve, rng: np.random.Generator, n_draws: int) -> _Drawn:
    """Wild bootstrap of the innovations of AR noise, in a model without own lags: the effects are linear in the KPI."""
    influence = fixed.influence
    resid = fixed.outside(fixed.outside(y[:, None]))
    innovations = leverage_adjusted(sieve.filtered(resid), leverage=sieve.basis.leverage()[:, None])
    bse = np.sqrt((sieve.carried(influence) ** 2).T @ innovations[:, 0] ** 2)
    sizes = []
    for signs in _portions(rademacher_signs(rng, n=y.size, n_draws=n_draws)):
        noise = sieve.noise(innovations * signs)
        sizes.append(_ratio(np.abs(influence.T @ noise), sieve.errors(fixed.outside(noise), influence)))
    return _Drawn(
        estimate=influence.T @ y, bse=bse, studentiser=sieve.errors(resid, influence)[:, 0], size=np.concatenate(sizes, axis=1)
    )


def _portions(signs: Floats) -> Iterator[Floats]:
    """The draws, as many at once as stay in the cache."""
    width = max(_AT_ONCE // len(signs), 1)
    for first in range(0, signs.shape[1], width):
        yield signs[:, first : first + width]


def _ratio(distance: Floats, error: Floats) -> Floats:
    """Distances in standard errors; 0 where there is no error at all."""
    return np.divide(distance, error, out=np.zeros_like(distance), where=error > 0.0)


def _source(periods: Ints, lags: Ints) -> Ints:
    """Row that holds each own lag, shape (n, p); -1 where a gap or the first row lies between."""
    rows = np.arange(periods.size)[:, None] - lags
    whole = (rows >= 0) & (periods[:, None] - periods[np.maximum(rows, 0)] == lags)
    return np.asarray(np.where(whole, rows, -1), dtype=np.intp)


def _checked(y: ArrayLike, X: ArrayLike, weights: ArrayLike, own: Sequence[tuple[int, int]]) -> tuple[Floats, Floats, Floats]:
    """KPI (n,), design (n, k) and weights (m, k), or a `UsageError`."""
    outcome, design, table = (np.asarray(values, dtype=np.float64) for values in (y, X, weights))
    if outcome.ndim != 1 or design.ndim != 2 or len(design) != outcome.size:
        raise UsageError(f"y has shape {outcome.shape} and X {design.shape}: give y (n,) and X (n, k) with the same n.")
    if not (np.isfinite(outcome).all() and np.isfinite(design).all()):
        raise UsageError("y or X holds missing or infinite values: keep complete rows only.")
    k = design.shape[1]
    if table.ndim not in (1, 2) or table.shape[-1] != k:
        raise UsageError(f"weights has shape {table.shape}: give ({k},) or (m, {k}), one number for each column of X.")
    columns = [column for column, _ in own]
    if len(set(columns)) < len(columns) or any(not 0 <= column < k or lag < 1 for column, lag in own):
        raise UsageError(
            f"own={tuple(own)!r} is not allowed: give each column once, from 0 to {k - 1}, with a lag of at least 1."
        )
    if np.any(table[..., columns] != 0.0):
        raise UsageError("weights of own lags are not 0: they belong to the denominator, give 0 for them.")
    return outcome, design, np.atleast_2d(table)
