"""Lag profiles with few coefficients: how the weights of a lead's lags depend on what is estimated.

A profile is ``w_k = sum_i M_ki(hidden) g_i``: linear in the coefficients g of its columns, and for a decay also a function of
hidden parameters (its rate, its peak). Everything else (columns, sums, derivatives) follows from M. Lags are those of the lead:
periods of the KPI, or where the lead is seen more often, which its `Clock` says, own periods.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from scipy import signal, special

from leadlag.core.arrays import Flags, Floats, Ints
from leadlag.core.search.shapes import first_autocorrelation
from leadlag.core.time.clock import Clock
from leadlag.core.time.pace import lagged

__all__ = ["ENDPOINTS", "KINDS", "LARGEST_RATE", "PRESAMPLES", "Endpoints", "ProfileFamily", "Kind", "Presample", "moved_by_one"]

Kind = Literal["free", "almon", "exp_almon", "geometric", "delayed"]
Endpoints = Literal["none", "near", "far", "both"]
Presample = Literal["backcast", "zero"]
KINDS: tuple[str, ...] = get_args(Kind)
ENDPOINTS: tuple[str, ...] = get_args(Endpoints)
PRESAMPLES: tuple[str, ...] = get_args(Presample)

#: Rates of decay up to this are looked at; beyond it a sum to date is meant.
LARGEST_RATE = 0.98
#: Rates tried before the best one is polished.
_RATES = (0.0, 0.15, 0.3, 0.45, 0.6, 0.7, 0.8, 0.88, 0.94)
#: At its most narrow the weight of an exponential Almon profile falls by exp(-8) from its peak to the next lag: a single lag.
_NARROWEST = 8.0
#: The bend (-theta2) of one that is just seen, bends that are tried for the best, and halvings of the range of theta1.
_SEEN, _BENDS, _HALVINGS = 0.5, 8, 45
#: Step of numerical derivatives: the cube root of rounding, for central differences.
_STEP = 6e-6


@dataclass(frozen=True, kw_only=True)
class ProfileFamily:
    """One lead's family of lag profiles.

    Parameters
    ----------
    kind : {"free", "almon", "exp_almon", "geometric", "delayed"}
        A weight for each lag; a polynomial of the lag; ``exp(theta1 s + theta2 s^2)`` over its sum, s the lag from -1 at the
        first to 1 at the last, so that the coefficient is the sum of the effects; free weights at `n_free` lags from the start
        on and a decay after them; or ``rate^((lag - peak)^2)``, which rises to a peak of its own and falls from it.
    lags : tuple of int
        Consecutive lags (free weights: any that rise), in the lead's own periods. A decay begins at one of them and goes on
        beyond the last.
    degree : int
        Of an Almon polynomial.
    endpoints : {"none", "near", "far", "both"}
        Where an Almon polynomial is zero: one period before the first lag, one after the last, or both.
    n_free : int
        Weights of a decay, from its start on, that are free of it.
    start : int or None
        Where a decay starts; None where it is still to be found.
    presample : {"backcast", "zero"}
        What a decay takes for the lead before its first value: what an AR(1) would guess, or zero, as adstock tools do.
    """

    kind: Kind
    lags: tuple[int, ...]
    degree: int = 2
    endpoints: Endpoints = "none"
    n_free: int = 1
    start: int | None = None
    presample: Presample = "backcast"

    @property
    def n_hidden(self) -> int:
        """Parameters in which the weights are not linear: none, the rate, or two."""
        return {"geometric": 1, "delayed": 2, "exp_almon": 2}.get(self.kind, 0)

    @property
    def hidden_names(self) -> tuple[str, ...]:
        """Their names."""
        return ("theta1", "theta2") if self.kind == "exp_almon" else ("decay", "peak")[: self.n_hidden]

    @property
    def bounds(self) -> tuple[tuple[float, float], ...]:
        """Lowest and highest value of each hidden parameter; an exponential Almon profile has no trough (theta2 <= 0)."""
        if self.kind == "exp_almon":
            most = _NARROWEST * self._half**2
            return ((-2.0 * most, 2.0 * most), (-most, 0.0))
        return ((0.0, LARGEST_RATE), (float(self.lags[0]), float(self.lags[-1])))[: self.n_hidden]

    @property
    def longest(self) -> int:
        """The lag that every row used has to have."""
        return self.start + self.n_free - 1 if self.kind == "geometric" and self.start is not None else self.lags[-1]

    @property
    def starts(self) -> tuple[int, ...]:
        """Lags at which a decay may start: its free weights end by the last lag, so that every start has the same rows."""
        return self.lags[: len(self.lags) + 1 - self.n_free] if self.start is None else (self.start,)

    @property
    def n_columns(self) -> int:
        """Columns, each with a coefficient."""
        if self.kind == "almon":
            return self.degree + 1 - {"none": 0, "both": 2}.get(self.endpoints, 1)
        return {"free": len(self.lags), "geometric": self.n_free}.get(self.kind, 1)

    def weights(self, hidden: Floats, lags: Sequence[int] | None = None) -> Floats:
        """The matrix M: weight that each column's coefficient gives each lag, shape (len(lags), n_columns)."""
        shown = np.asarray(self.lags if lags is None else lags)
        inside = (shown >= self.lags[0]) & (shown <= self.lags[-1])
        if self.kind == "free":
            return (shown[:, None] == np.asarray(self.lags)).astype(np.float64)
        if self.kind == "almon":
            return np.where(inside[:, None], self._polynomials(shown), 0.0)
        if self.kind == "exp_almon":
            exponents = self._exponents(hidden, shown)
            every = exponents if lags is None else self._exponents(hidden, np.asarray(self.lags))
            return np.exp(np.where(inside, exponents - _log_sum_exp(every), -np.inf))[:, None]
        if self.kind == "delayed":
            away = (shown - hidden[1]) ** 2
            return np.where(inside, _power(hidden[0], away), 0.0)[:, None]
        after = shown[:, None] - (self._begin + np.arange(self.n_free))
        return np.where(after >= 0, _power(hidden[0], np.maximum(after, 0)), 0.0)

    def totals(self, hidden: Floats) -> Floats:
        """Sum of each column of M over all lags, also those beyond the last, shape (n_columns,)."""
        if self.kind == "geometric":
            return np.full(self.n_free, 1.0 / (1.0 - hidden[0]))
        return np.asarray(self.weights(hidden).sum(axis=0))

    def moments(self, hidden: Floats) -> Floats:
        """Sum of lag times weight of each column of M over all lags, shape (n_columns,)."""
        if self.kind == "geometric":
            left = 1.0 - hidden[0]
            return (self._begin + np.arange(self.n_free)) / left + hidden[0] / left**2
        return np.asarray(np.asarray(self.lags, dtype=np.float64) @ self.weights(hidden))

    def columns(self, x: Floats, hidden: Floats, clock: Clock | None = None) -> Floats:
        """Regressors of one lead, shape (n, n_columns); NaN where a lag that `longest` or the profile needs is missing.

        A decay takes every value up to its row; one that is missing further back than the last lag counts as zero, so `x` has to
        be centred unless `presample` is "zero". With a `clock` x is the own series of a lead that is seen more often.
        """
        if self.kind != "geometric":
            return np.asarray(lagged(x, self.lags, clock) @ self.weights(hidden))
        starts = (self._begin + np.arange(self.n_free)).tolist()
        return np.where(self._has_all(x, clock)[:, None], lagged(self._carried(x, hidden[0]), starts, clock), np.nan)

    def candidates(self, x: Floats, clock: Clock | None = None) -> tuple[list[tuple[ProfileFamily, Floats]], list[Floats]]:
        """Families with a start, and hidden parameters, from which a search begins; beside each the columns it has."""
        rates, peaks = np.array(_RATES), np.array(self.lags, dtype=np.float64)
        if self.kind in ("delayed", "exp_almon"):
            delayed = np.column_stack([np.tile(rates, len(peaks)), np.repeat(peaks, len(rates))])
            hidden = delayed if self.kind == "delayed" else self.forms(np.linspace(0.0, 1.0, _BENDS), peaks)
            lags = lagged(x, self.lags, clock)
            return [(self, point) for point in hidden], [lags @ self.weights(point) for point in hidden]
        placed = [replace(self, start=start) for start in self.starts]
        points = [(family, np.array([rate])) for family in placed for rate in rates]
        return points, [family.columns(x, hidden, clock) for family, hidden in points]

    def forms(self, curved: Floats, means: Floats) -> Floats:
        """Hidden parameters of exponential Almon profiles, shape (len(curved) * len(means), 2), the means changing fastest.

        Parameters
        ----------
        curved : ndarray
            From 0, an exponential, to 1, a single lag or two: even steps are even in theta2 up to a bend that is just seen, and
            in its logarithm beyond.
        means : ndarray
            Mean lags; the nearest that is allowed stands for one out of reach.
        """
        (low, high), (narrowest, _) = self.bounds
        lags = np.asarray(self.lags)
        place = self._places(lags)
        theta2 = np.repeat(-_SEEN * np.expm1(curved * np.log1p(-narrowest / _SEEN)), len(means))
        wanted, ends = np.tile(means, len(curved)), np.tile([[low], [high]], len(theta2))
        for _ in range(_HALVINGS):  # the mean rises with theta1
            middle = ends.mean(axis=0)
            short = special.softmax(middle[:, None] * place + theta2[:, None] * place**2, axis=1) @ lags < wanted
            ends = np.where([short, ~short], middle, ends)
        return np.column_stack([ends.mean(axis=0), theta2])

    @property
    def _begin(self) -> int:
        return self.lags[0] if self.start is None else self.start

    @property
    def _half(self) -> float:
        """Lags from the middle to either end."""
        return max((self.lags[-1] - self.lags[0]) / 2.0, 0.5)

    def _places(self, shown: Ints) -> Floats:
        """Lags from -1 at the first to 1 at the last."""
        return np.asarray((shown - (self.lags[0] + self.lags[-1]) / 2.0) / self._half)

    def _exponents(self, hidden: Floats, shown: Ints) -> Floats:
        place = self._places(shown)
        return np.asarray(hidden[0] * place + hidden[1] * place**2)

    def _polynomials(self, shown: Ints) -> Floats:
        """Polynomials with the end-point constraints as factors, orthonormal over the lags."""
        low, high, width = self.lags[0], self.lags[-1], self._half

        def raw(lags: Ints) -> Floats:
            place = (lags - (low + high) / 2.0) / width
            factor = np.ones(len(lags))
            if self.endpoints in ("near", "both"):
                factor = factor * (lags - (low - 1)) / width
            if self.endpoints in ("far", "both"):
                factor = factor * ((high + 1) - lags) / width
            return np.polynomial.legendre.legvander(place, self.n_columns - 1) * factor[:, None]

        _, r = np.linalg.qr(raw(np.asarray(self.lags)))
        # the sign of a column is a convention: the last lag counts positive
        sign = np.sign(np.linalg.solve(r.T, raw(np.asarray([high])).T)[:, 0])
        return np.asarray(np.linalg.solve(r.T, raw(shown).T).T * np.where(sign == 0, 1.0, sign))

    def _has_all(self, x: Floats, clock: Clock | None) -> Flags:
        """Rows that have every value from a decay's start to the last lag, as far as the sample reaches back."""
        present = np.isfinite(x)
        first = int(present.argmax()) if present.any() else len(x)
        known = present | (np.arange(len(x)) < first)
        needed = range(self._begin, max(self.lags[-1], self.longest) + 1)
        has = lagged(known.astype(np.float64), needed, clock, fill=1.0)
        reached = lagged((np.arange(len(x)) >= first).astype(np.float64), [self.longest], clock, fill=0.0)[:, 0]
        # what lies beyond the last own period is not there
        return np.asarray((has > 0).all(axis=1) & (reached > 0))

    def _carried(self, x: Floats, rate: float) -> Floats:
        """``x_t + rate x_(t-1) + rate^2 x_(t-2) + ...``, the past before the first value as `presample` says."""
        present = np.isfinite(x)
        if not present.any():
            return np.full(len(x), np.nan)
        first, filled = int(present.argmax()), np.where(present, x, 0.0)
        rho = float(first_autocorrelation(x[:, None])[0]) if self.presample == "backcast" else 0.0
        before = rate * rho / (1.0 - rate * rho) * filled[first]
        carried = np.zeros(len(x))
        carried[first:], _ = signal.lfilter([1.0], [1.0, -rate], filled[first:], zi=np.array([before]))
        return carried


def moved_by_one(function: Callable[[Floats], Floats], at: Floats, bounds: Sequence[tuple[float, float]]) -> list[Floats]:
    """Derivative of an array by each parameter, by differences that keep inside the bounds.

    Parameters
    ----------
    function : callable
        Of the parameters.
    at : ndarray, shape (h,)
    bounds : sequence of (low, high)

    Returns
    -------
    list of ndarray
        One of the function's shape for each parameter.
    """
    slopes = []
    for place, (low, high) in enumerate(bounds):
        down, up = at.copy(), at.copy()
        down[place], up[place] = max(at[place] - _STEP, low), min(at[place] + _STEP, high)
        slopes.append((function(up) - function(down)) / (up[place] - down[place]))
    return slopes


def _log_sum_exp(exponents: Floats) -> float:
    """Logarithm of a sum of exponentials, the largest of them taken out; the digits of `scipy.special.logsumexp`, much faster."""
    largest = exponents.max()
    top = exponents == largest
    count = top.sum()
    rest = np.exp(np.where(top, -np.inf, exponents - largest)).sum()
    return float(np.log1p(rest / count) + np.log(count) + largest)


def _power(rate: float, exponent: Floats) -> Floats:
    """``rate^exponent`` with 0^0 = 1, and no warning where it underflows."""
    with np.errstate(under="ignore"):
        return np.asarray(np.power(float(rate), exponent))
