"""`LeadForecaster`: the KPI some periods ahead, as a scikit-learn regressor."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.metrics import r2_score
from sklearn.utils.validation import check_consistent_length, check_is_fitted

from leadlag._validation import as_int, as_lags, as_real, known_arguments
from leadlag.core.arrays import Floats
from leadlag.errors import StatisticsWarning, UnknownNameError, UsageError
from leadlag.estimators import LeadSelector
from leadlag.estimators.features import feature_names, names_by_label, read_features, read_features_and_outcome, refused_by_name
from leadlag.estimators.periods import time_of
from leadlag.estimators.rows import Past
from leadlag.forecast.numbers.direct import direct_fit

__all__ = ["LeadForecaster"]

#: Own lags up to this number are compared.
_OWN_LAGS = 4


@known_arguments
class LeadForecaster(RegressorMixin, BaseEstimator):
    """Forecast y some periods ahead from the columns that lead it, and from its own history.

    Row i of X is what is known of period i, and ``predict(X)[i]`` is the forecast of period ``i + horizon`` from rows up to i.
    Leads are chosen by `LeadSelector` on the rows of fit, so that inside a cross-validation each fold chooses its own.

    Parameters
    ----------
    horizon : int, default 1
        Periods ahead.
    kpi_column : str or int, optional
        The column of X that holds the KPI itself, whose last values are its own history. None: leads only.
    lags : int or sequence of int, optional
        Lags of a lead that are allowed, counted from the period that is forecast: n means 1..n, a sequence exactly those. None
        takes the default of the cadence. A lag shorter than ``horizon + available_after`` is never used.
    available_after : int or mapping from column name to int, optional
        Periods after its own at which a value is known; 0 if None.
    level : float or sequence of float
        Of `predict_interval` where it is asked for none.
    random_state : int, RandomState or None, default 0
        For the draws behind the choice of leads.

    Attributes
    ----------
    own_history_ : bool
        Whether X holds the KPI.
    leads_ : ndarray of str, shape (k,)
        Columns that are used.
    lags_ : ndarray of int, shape (k,)
        Lag of each, counted from the period that is forecast.
    own_lags_ : tuple of int
        Own lags that are used, counted likewise.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Only where X had names.

    Notes
    -----
    The regression is direct: ``y_(i+h)`` on a constant, own values up to i, and each lead at its delay, as far as that is known
    at i. Rows before the first lag take the column's mean. Intervals are those of the regression, their size corrected by its
    forecasts of rows that it had not seen (`leadlag.forecast.numbers.intervals`). For KPIs with a season, a trend, or a scale of
    their own, `forecast_kpi` does more.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(0)
    >>> visits = rng.normal(size=120)
    >>> sales = np.r_[np.zeros(3), visits[:-3]] + 0.5 * rng.normal(size=120)
    >>> X = pd.DataFrame({"sales": sales, "visits": visits})
    >>> model = LeadForecaster(horizon=2, kpi_column="sales", lags=8).fit(X, sales)
    >>> model.leads_.tolist(), model.lags_.tolist(), model.predict(X).shape
    (['visits'], [3], (120,))
    """

    def __init__(
        self,
        *,
        horizon: int = 1,
        kpi_column: str | int | None = None,
        lags: int | Sequence[int] | None = None,
        available_after: int | Mapping[str, int] | None = None,
        level: float | Sequence[float] = (0.8, 0.95),
        random_state: Any = 0,
    ) -> None:
        self.horizon = horizon
        self.kpi_column = kpi_column
        self.lags = lags
        self.available_after = available_after
        self.level = level
        self.random_state = random_state

    def fit(self, X: Any, y: Any, *, time: Any = None) -> Self:
        """Choose the leads and fit the regression.

        Parameters
        ----------
        X : array or frame, shape (n, p)
            What is known of each period, NaN allowed, oldest row first.
        y : array_like, shape (n,)
            The KPI of the same periods; it is shifted inside.
        time : array_like, shape (n,), optional
            Dates, periods, ISO text, years or a counter; increasing.

        Returns
        -------
        LeadForecaster
        """
        values, outcome = read_features_and_outcome(self, X, y, ensure_min_samples=2)
        when = time_of(X, time)
        with refused_by_name(X):
            check_consistent_length(values, when)
        self._ahead = as_int(self.horizon, "horizon", low=1)
        if np.isinf(outcome).any():
            raise UsageError(f"y has {int(np.isinf(outcome).sum())} infinite values: leave them out, or give NaN.", argument="y")
        names = feature_names(self)
        own = _place(self.kpi_column, names, names_by_label(self, X))
        self.own_history_ = own is not None
        late = _delays(self.available_after, names)
        self._past = Past.of(values, time=when, groups=None, freq=None)
        kept = self._chosen(values, outcome, when, own=own, late=late)
        self.leads_, self.lags_ = (
            np.array([names[place] for place, _ in kept], dtype=object),
            np.array([lag for _, lag in kept], int),
        )
        first = self._ahead + (0 if own is None else late[own])
        most = 0 if own is None else min(_OWN_LAGS, len(values) // 10)
        self._columns = [(own or 0, first + back) for back in range(most)] + kept
        target = self._past.later(outcome[:, None], self._ahead, time=when)[:, 0]
        if not np.isfinite(target).any():
            step = "give more rows, or a shorter horizon"
            raise UsageError(
                f"y has no value {self._ahead} rows after a row of X ({len(values)} rows, n_samples={len(values)}): {step}."
            )
        self._fit = direct_fit(self._lagged(values, when), target, n_own=most, gap=first)
        self.own_lags_ = tuple(lag for _, lag in self._columns[: self._fit.n_own])
        return self

    def predict(self, X: Any, *, time: Any = None) -> Floats:
        """Forecasts of the period `horizon` after each row, shape (n,).

        Parameters
        ----------
        X : array or frame, shape (n, p)
        time : array_like, shape (n,), optional
            As in fit: given there, given here.
        """
        return self._fit_of(X, time)[0]

    def predict_interval(self, X: Any, level: float | None = None, *, time: Any = None) -> Floats:
        """Interval of each forecast, shape (n, 2): where the KPI lies with a chance of `level`, the first of its own if None.

        Parameters
        ----------
        X : array or frame, shape (n, p)
        level : float, optional
        time : array_like, shape (n,), optional
        """
        several = self.level if isinstance(self.level, Iterable) else [self.level]
        asked = as_real(next(iter(several)) if level is None else level, "level", low=0.0, high=1.0)
        if not 0.0 < asked < 1.0:
            raise UsageError(f"level={asked:g} is not allowed: give a share between 0 and 1, such as 0.8.", argument="level")
        point, sd = self._fit_of(X, time)
        half = sd * float(self._fit.law.quantiles(0.5 + asked / 2.0))
        return np.column_stack([point - half, point + half])

    def score(self, X: Any, y: Any, sample_weight: Any = None, *, time: Any = None) -> float:
        """R2 of the forecasts, each beside the y of the period that it is for."""
        predicted = self.predict(X, time=time)
        outcome = np.asarray(y, dtype=np.float64)
        came = self._past.later(outcome[:, None], self._ahead, time=time_of(X, time))[:, 0]
        there = np.isfinite(came)
        if there.sum() < 2:
            raise UsageError(f"y has {int(there.sum())} values {self._ahead} rows after a row of X: give more rows to score.")
        weight = None if sample_weight is None else np.asarray(sample_weight)[there]
        return float(r2_score(came[there], predicted[there], sample_weight=weight))

    def _fit_of(self, X: Any, time: Any) -> tuple[Floats, Floats]:
        check_is_fitted(self)
        values = read_features(self, X, reset=False)
        when = time_of(X, time)
        with refused_by_name(X):
            check_consistent_length(values, when)
        return self._fit.predict(self._lagged(values, when))

    def _lagged(self, values: Floats, when: Any) -> Floats:
        """Columns of the regression, counted from the row that is known, shape (n, k)."""
        columns = [(place, lag - self._ahead) for place, lag in self._columns]
        if not columns:
            return np.empty((len(values), 0))
        lags = tuple(tuple(lag for place, lag in columns if place == one) for one in range(values.shape[1]))
        found = self._past.lagged_columns(values, lags, time=when, groups=None)
        by_place = [pair for one in range(values.shape[1]) for pair in columns if pair[0] == one]
        return found[:, [by_place.index(pair) for pair in columns]]

    def _chosen(self, values: Floats, y: Floats, when: Any, *, own: int | None, late: Sequence[int]) -> list[tuple[int, int]]:
        """Place and lag of each lead that is known early enough."""
        allowed = None if self.lags is None else as_lags(self.lags, "lags", low=1)
        candidates = [place for place in range(values.shape[1]) if place != own]
        if not candidates:
            return []
        selector = LeadSelector(
            max_lag=None if allowed is None else max(allowed), shift="delay_set", no_lead="empty", random_state=self.random_state
        )
        with warnings.catch_warnings():  # without leads the forecast is own history, or the mean
            warnings.simplefilter("ignore", StatisticsWarning)
            selector.fit(values[:, candidates], y, time=when)
        kept = []
        for name, delay, lags in zip(selector.leads_, selector.delays_, selector.lags_, strict=True):
            place = candidates[int(str(name)[1:])]
            open_lags = [lag for lag in lags if (allowed is None or lag in allowed) and lag >= self._ahead + late[place]]
            if open_lags:
                kept.append((place, min(open_lags, key=lambda lag: abs(lag - int(delay)))))
        return kept

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.regressor_tags.poor_score = True
        return tags


def _place(column: Any, names: Sequence[str], labels: Mapping[Any, str]) -> int | None:
    """Place of the KPI's own column."""
    if column is None:
        return None
    name = labels.get(column, column)
    if isinstance(name, (int, np.integer)) and not isinstance(name, bool):
        return as_int(name, "kpi_column", low=0, high=len(names) - 1)
    if name not in names:
        raise UnknownNameError(f"kpi_column={column!r} is no column of X, which has {list(names)}.")
    return list(names).index(name)


def _delays(given: Any, names: Sequence[str]) -> list[int]:
    """Publication delay of each column."""
    if not isinstance(given, Mapping):
        return [0 if given is None else as_int(given, "available_after", low=0)] * len(names)
    if unknown := [name for name in given if name not in names]:
        raise UnknownNameError(f"available_after names columns that X does not have: {unknown}. X has {list(names)}.")
    return [as_int(given.get(name, 0), f"available_after[{name!r}]", low=0) for name in names]
