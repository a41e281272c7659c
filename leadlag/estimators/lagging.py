"""`LagTransformer`: columns as they stood some periods earlier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import _check_feature_names_in, check_consistent_length, check_is_fitted

from leadlag._validation import as_int, as_lags, known_arguments
from leadlag.core.arrays import Floats
from leadlag.errors import UnknownNameError, UsageError
from leadlag.estimators.features import feature_names, lag_names, names_by_label, read_features, refused_by_name
from leadlag.estimators.periods import time_of
from leadlag.estimators.rows import Past

__all__ = ["LagTransformer"]


@known_arguments
class LagTransformer(TransformerMixin, BaseEstimator):
    """Turn each column into its lags: what was known some periods earlier, and nothing of later ones.

    The number of rows does not change: where a lag lies before the first row, or in a period that has no row, the value is NaN.
    `MaskedRegressor` leaves such rows out.

    Parameters
    ----------
    lags : int, sequence of int, or mapping from column name to these, default 1
        In periods: n means 1..n, a sequence exactly those. Lag 0, the period itself, has to be asked for. A mapping such as
        ``{"visits": 3, "price": [0]}`` names every column.
    hold_back : int, optional
        Rows that lack one of so many periods before them are NaN whatever their lags are. Give the longest lag of a search,
        and all its candidates are fitted and scored on the same rows.
    freq : {"hour", "day", "business_day", "week", "month", "quarter", "year", "period"}, optional
        Cadence of the time; None infers it from the most frequent step.

    Attributes
    ----------
    lags_ : tuple of tuple of int
        Lags of each column.
    n_lost_ : int
        Rows of fit of which at least one lag lies before the first row of their segment or in a period without a row.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Only where X had names.

    Notes
    -----
    Time is given as `time=` in fit and transform (routed metadata), or by the dated index of a pandas frame. With it lags
    count periods, not rows, and fit remembers its rows: new rows that follow them have their lags, so that in `TimeSeriesSplit`
    the first rows of a test fold are whole. Without time nothing says that new rows follow those of fit, and the first rows of
    each table are NaN. Segments are given as `groups=`; no lag crosses from one to another.

    Examples
    --------
    >>> import pandas as pd
    >>> weeks = pd.period_range("2024-01-01", periods=4, freq="W")
    >>> visits = pd.DataFrame({"visits": [10.0, 20.0, 30.0, 40.0]}, index=weeks)
    >>> lagged = LagTransformer(lags=[1, 2]).set_output(transform="pandas").fit(visits[:3])
    >>> lagged.transform(visits[:3])
                           visits_lag1  visits_lag2
    2024-01-01/2024-01-07          NaN          NaN
    2024-01-08/2024-01-14         10.0          NaN
    2024-01-15/2024-01-21         20.0         10.0
    >>> lagged.transform(visits[3:])
                           visits_lag1  visits_lag2
    2024-01-22/2024-01-28         30.0         20.0
    """

    def __init__(
        self,
        *,
        lags: int | Sequence[int] | Mapping[str, int | Sequence[int]] = 1,
        hold_back: int | None = None,
        freq: str | None = None,
    ) -> None:
        self.lags = lags
        self.hold_back = hold_back
        self.freq = freq

    def fit(self, X: Any, y: Any = None, *, time: Any = None, groups: Any = None) -> Self:  # noqa: ARG002  (scikit-learn passes y)
        """Learn columns and cadence, and remember dated rows.

        Parameters
        ----------
        X : array or frame, shape (n, p)
            Columns of numbers, NaN allowed, oldest row first.
        y : ignored
        time : array_like, shape (n,), optional
            Dates, periods, ISO text, years or a counter; increasing in each segment.
        groups : array_like, shape (n,), optional
            Segment of each row.

        Returns
        -------
        LagTransformer
        """
        values = read_features(self, X, reset=True)
        when = time_of(X, time)
        with refused_by_name(X):
            check_consistent_length(values, when, groups)
        known = names_by_label(self, X)
        lags = {known.get(name, name): own for name, own in self.lags.items()} if isinstance(self.lags, Mapping) else self.lags
        self.lags_ = _lags_by_column(lags, feature_names(self))
        self._past = Past.of(values, time=when, groups=groups, freq=self.freq)
        self._hold_back = 0 if self.hold_back is None else as_int(self.hold_back, "hold_back", low=0)
        self.n_lost_ = self._past.n_lost(self.lags_, hold_back=self._hold_back)
        return self

    def transform(self, X: Any, *, time: Any = None, groups: Any = None) -> Floats:
        """Lags of the columns of X, those of the first column first.

        Parameters
        ----------
        X : array or frame, shape (n, p)
        time, groups : array_like, shape (n,), optional
            As in fit: given there, given here.

        Returns
        -------
        ndarray, shape (n, number of lags of all columns)
            Or a frame, after ``set_output``.
        """
        check_is_fitted(self)
        values = read_features(self, X, reset=False)
        when = time_of(X, time)
        with refused_by_name(X):
            check_consistent_length(values, when, groups)
        return self._past.lagged_columns(values, self.lags_, hold_back=self._hold_back, time=when, groups=groups)

    def fit_transform(self, X: Any, y: Any = None, *, time: Any = None, groups: Any = None) -> Floats:
        """Fit, then the lags of the same rows; parameters and result are those of `fit` and `transform`."""
        return self.fit(X, y, time=time, groups=groups).transform(X, time=time, groups=groups)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Names of the lagged columns: ``visits_lag3`` is `visits` three periods earlier."""
        check_is_fitted(self)
        return lag_names(_check_feature_names_in(self, input_features), self.lags_)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


def _lags_by_column(given: Any, names: Sequence[str]) -> tuple[tuple[int, ...], ...]:
    """Lags of each column, in order."""
    if not isinstance(given, Mapping):
        return (_lags(given, "lags"),) * len(names)
    if unknown := [name for name in given if name not in names]:
        raise UnknownNameError(f"lags names columns that X does not have: {unknown}. X has {list(names)}.")
    if absent := [name for name in names if name not in given]:
        raise UsageError(f"lags says nothing for {absent}: name every column of X; [0] keeps one as it is.")
    return tuple(_lags(given[name], f"lags[{name!r}]") for name in names)


def _lags(given: Any, name: str) -> tuple[int, ...]:
    """A sequence may ask for lag 0, a number n means 1..n."""
    return as_lags(given, name, low=0 if hasattr(given, "__iter__") and not isinstance(given, str) else 1)
