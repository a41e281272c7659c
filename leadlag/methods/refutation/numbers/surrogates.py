"""Stand-ins of candidates that can lead nothing: the candidates themselves shifted far in time, and series made like them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from leadlag.core.arrays import Floats, Ints
from leadlag.core.noise.momentum import largest_root
from leadlag.core.search.problem import Problem
from leadlag.core.time.lags import difference, lag_matrix

__all__ = ["Surrogates", "shifts_apart", "stand_ins"]

#: Own lags of a twin, at most, beside those a season back.
_ORDER = 4
#: A twin whose model would grow is drawn in to this root.
_LARGEST = 0.995
#: Rows, beyond two for each coefficient, that a model of a twin needs.
_FEWEST = 10
#: Periods a twin runs before its first value is used, and seasons of it.
_BEFORE, _SEASONS_BEFORE = 100, 4


class Surrogates(NamedTuple):
    """Stand-ins, shape (n, count), and the candidate that each stands for."""

    values: Floats
    sources: Ints


def stand_ins(
    problem: Problem,
    candidates: Sequence[int],
    *,
    seasons: Sequence[int],
    momentum_reach: int,
    count: int,
    rng: np.random.Generator,
) -> Surrogates:
    """Series of the candidates' own kind that have nothing to do with the KPI.

    Parameters
    ----------
    problem : Problem
    candidates : sequence of int
        Columns of its leads, less their own trend and season.
    seasons : sequence of int
        Periods of the seasons in the model.
    momentum_reach : int
        Periods after which the KPI's momentum has faded.
    count : int
    rng : Generator

    Returns
    -------
    Surrogates

    Notes
    -----
    The candidates take turns, in random order; every second stand-in is a shift, the others are twins, as is a shift of a
    candidate that has no room for one. A shift keeps all that a candidate is but when: its end is put before its beginning, so
    far that no lag of it meets its own time, and the seam is masked. A twin is drawn from an AR model of the candidate (order by
    AICc, at most 4, with the lags of a season where AICc takes them: what the season in the model leaves of one that moves), its
    innovations out of its own residuals. Of an integrated KPI's leads it is the changes that are shifted and drawn, and summed.
    """
    turns = np.concatenate([rng.permutation(np.asarray(candidates, dtype=np.intp)) for _ in range(-(-count // len(candidates)))])
    summed, values = problem.momentum.unit_root, np.full((len(problem.y), count), np.nan)
    nearest = max(problem.lags) + momentum_reach
    for place, lead in enumerate(turns[:count].tolist()):
        series = problem.X[:, lead]
        moved = difference(series) if summed else series
        shifted = _shifted(moved, nearest=nearest, lag=max(problem.lags), mask=not summed, rng=rng) if place % 2 == 0 else None
        drawn = _twin(moved, seasons=seasons, rng=rng) if shifted is None else shifted
        values[:, place] = np.where(np.isfinite(series), np.nancumsum(drawn), np.nan) if summed else drawn
    return Surrogates(values, turns[:count])


def shifts_apart(span: int, *, nearest: int, lag: int, fewest: int = 1) -> Ints:
    """Shifts of a series of so many values at which none of its lags meets its own time, nor its near future where there is room.

    Parameters
    ----------
    span : int
    nearest : int
        Least shift; at most a third of the values.
    lag : int
        Longest lag.
    fewest : int
        With fewer shifts the near future is let in.

    Examples
    --------
    >>> shifts_apart(30, nearest=8, lag=5).tolist()
    [8, 9, 10, 11, 12, 13, 14, 15, 16, 17]
    """
    least = max(lag + 1, min(nearest, span // 3))
    # nor may the lead's near future come into reach, which a KPI that moves the lead has to do with
    apart = np.arange(least, span - least - lag + 1)
    return apart if len(apart) >= fewest else np.arange(least, span - least + 1)


def _shifted(series: Floats, *, nearest: int, lag: int, mask: bool, rng: np.random.Generator) -> Floats | None:
    """A series shifted within its own values, the value at the seam missing where asked; None without room."""
    known = np.flatnonzero(np.isfinite(series))
    rows = np.arange(known[0], known[-1] + 1) if len(known) else np.empty(0, dtype=np.intp)
    possible = shifts_apart(len(rows), nearest=nearest, lag=lag)
    if not len(possible):
        return None
    shift = int(rng.choice(possible))
    moved = np.full(len(series), np.nan)
    moved[rows] = np.roll(series[rows], shift)
    if mask:  # what comes before the seam is no past of what comes after it
        moved[rows[shift]] = np.nan
    return moved


def _twin(series: Floats, *, seasons: Sequence[int], rng: np.random.Generator) -> Floats:
    """A series drawn from an AR model of another, missing where that is."""
    lags, phi, errors = _model(series, seasons)
    before = _BEFORE + _SEASONS_BEFORE * max(lags, default=0)
    drawn = rng.choice(errors, size=before + len(series))
    for row in range(max(lags, default=0), len(drawn)):
        drawn[row] += sum(weight * drawn[row - lag] for lag, weight in zip(lags, phi, strict=True))
    return np.where(np.isfinite(series), drawn[before:], np.nan)


def _model(series: Floats, seasons: Sequence[int]) -> tuple[tuple[int, ...], Floats, Floats]:
    """Lags, coefficients and centred residuals of the AR model with the least AICc; without lags the values themselves."""
    low = [tuple(range(1, order + 1)) for order in range(_ORDER + 1)]
    tried = [*low, *((*lags, s, s + 1) for s in seasons for lags in low if s > _ORDER)]
    known = series[np.isfinite(series)]
    tried = [lags for lags in tried if len(known) - max(lags, default=0) >= 2 * len(lags) + _FEWEST]
    longest = max((max(lags, default=0) for lags in tried), default=0)
    past = lag_matrix(series, range(1, longest + 1), fill=np.nan) if longest else np.empty((len(series), 0))
    rows = np.isfinite(series) & np.isfinite(past).all(axis=1)
    if rows.sum() < _FEWEST:
        return (), np.empty(0), known - known.mean()
    y, X = series[rows], past[rows]
    fitted = [_fit(y, X, lags) for lags in tried]
    best = fitted[int(np.argmin([one.aicc for one in fitted]))]
    return best.lags, _stable(best.lags, best.phi), best.errors


class _Fit(NamedTuple):
    """An AR model of some lags by least squares, its AICc and centred residuals."""

    aicc: float
    lags: tuple[int, ...]
    phi: Floats
    errors: Floats


def _fit(y: Floats, past: Floats, lags: tuple[int, ...]) -> _Fit:
    columns = past[:, [lag - 1 for lag in lags]]
    phi = np.asarray(np.linalg.lstsq(columns, y, rcond=None)[0], dtype=np.float64)
    left, k = y - columns @ phi, len(lags) + 1
    room, size = len(y) - k - 1, max(float(left @ left), np.finfo(float).tiny)
    aicc = len(y) * np.log(size) + 2.0 * k * len(y) / room if room > 0 else np.inf
    return _Fit(float(aicc), lags, phi, left - left.mean())


def _stable(lags: Sequence[int], phi: Floats) -> Floats:
    """Coefficients drawn in until no root is larger than one that fades."""
    dense = np.zeros(max(lags, default=0))
    dense[[lag - 1 for lag in lags]] = phi
    root = largest_root(dense)
    return phi * (_LARGEST / root) ** np.asarray(lags, dtype=float) if root > _LARGEST else phi
