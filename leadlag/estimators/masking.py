"""`MaskedRegressor`: any regressor, on the rows that are complete."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, MetaEstimatorMixin, RegressorMixin, clone
from sklearn.metrics import r2_score
from sklearn.utils.validation import check_is_fitted

from leadlag._validation import as_option, known_arguments
from leadlag.core.arrays import Floats
from leadlag.errors import UsageError
from leadlag.estimators.features import read_features, read_features_and_outcome

__all__ = ["MaskedRegressor"]


@known_arguments
class MaskedRegressor(MetaEstimatorMixin, RegressorMixin, BaseEstimator):
    """Fit a regressor on the rows that have all their values, such as those behind `LagTransformer`; fill nothing.

    Parameters
    ----------
    estimator : regressor
        Any regressor of scikit-learn's form; it is cloned and sees arrays of complete rows only.
    incomplete : {"nan", "mean"}, default "nan"
        What is predicted for a row that lacks a value: nothing, or the mean of y over the rows of fit. With "nan" such rows do
        not count in `score`, and scikit-learn's other scores refuse them; with "mean" every row counts, at the error of knowing
        nothing.

    Attributes
    ----------
    estimator_ : regressor
        The fitted one.
    n_used_, n_dropped_ : int
        Rows of fit that were complete, and rows that were not.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Only where X had names.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LinearRegression
    >>> regressor = MaskedRegressor(LinearRegression()).fit([[np.nan], [1.0], [2.0]], [5.0, 1.0, 2.0])
    >>> regressor.predict([[3.0], [np.nan]]).round(6), regressor.n_dropped_
    (array([ 3., nan]), 1)
    """

    def __init__(self, estimator: Any, *, incomplete: str = "nan") -> None:
        self.estimator = estimator
        self.incomplete = incomplete

    def fit(self, X: Any, y: Any) -> Self:
        """Fit the regressor on complete rows.

        Parameters
        ----------
        X : array or frame, shape (n, p)
            NaN allowed.
        y : array_like, shape (n,)
            NaN allowed.

        Returns
        -------
        MaskedRegressor
        """
        as_option(self.incomplete, "incomplete", ("nan", "mean"))
        values, outcome = read_features_and_outcome(self, X, y)
        complete = ~np.isnan(values).any(axis=1) & ~np.isnan(outcome)
        if not complete.any():
            raise UsageError(f"none of the {len(values)} rows of X and y is complete: give shorter lags or fewer columns.")
        with np.errstate(over="ignore"):  # what almost any regressor takes
            sums = [(outcome[complete] ** 2).sum(), *(values[complete] ** 2).sum(axis=0)]
        if not np.isfinite(sums).all():
            raise UsageError("X or y holds values so large that their squares add up to no number: give them in another unit.")
        self.estimator_ = clone(self.estimator).fit(values[complete], outcome[complete])
        self.n_used_, self.n_dropped_ = int(complete.sum()), int((~complete).sum())
        self._instead = float(np.mean(outcome[complete])) if self.incomplete == "mean" else np.nan
        return self

    def predict(self, X: Any) -> Floats:
        """Predictions, shape (n,); NaN or the mean where a row is not complete, as `incomplete` says."""
        check_is_fitted(self)
        values = read_features(self, X, reset=False)
        complete = ~np.isnan(values).any(axis=1)
        predicted = np.full(len(values), self._instead)
        if complete.any():
            predicted[complete] = self.estimator_.predict(values[complete])
        return predicted

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """R2 of the predictions, over the rows that have one."""
        predicted = self.predict(X)
        outcome = np.asarray(y)
        there = ~np.isnan(predicted) & ~pd.isna(outcome)
        if not there.any():
            raise UsageError(f"none of the {len(there)} rows of X and y is complete, so no prediction can be scored.")
        weight = None if sample_weight is None else np.asarray(sample_weight)[there]
        return float(r2_score(outcome[there], predicted[there], sample_weight=weight))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags
