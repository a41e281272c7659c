"""Columns of numbers with their names, as scikit-learn sees them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.utils.validation import validate_data

from leadlag.sample.names import clean_names
from leadlag.sample.violations import ViolationList, raise_violations

__all__ = ["feature_names", "lag_names", "read_features", "with_plain_names"]


def with_plain_names(X: Any) -> Any:
    """X with each column name once, levels of names joined to text, which scikit-learn alone would drop without a word.

    Examples
    --------
    >>> with_plain_names(pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("web", "visits"), ("web", "leads")]))).columns
    Index(['web / visits', 'web / leads'], dtype='object')
    """
    if not isinstance(X, pd.DataFrame) or (X.columns.nlevels == 1 and X.columns.is_unique):
        return X
    violations = ViolationList()
    names = clean_names(list(X.columns), violations, argument="X").names
    if len(violations):
        raise_violations(violations)
    return X.set_axis(pd.Index(names, dtype=object), axis=1)


def read_features(estimator: Any, X: Any, *, reset: bool) -> NDArray[np.float64]:
    """Values of X in float64, shape (n, p), NaN allowed; `reset` learns number and names of columns, else they are compared."""
    read = validate_data(estimator, with_plain_names(X), reset=reset, dtype=np.float64, ensure_all_finite="allow-nan")
    values: NDArray[np.float64] = read
    return values


def feature_names(estimator: Any) -> tuple[str, ...]:
    """Names of the columns of fit; ``x0``, ``x1``, ... where they had none, as scikit-learn has it."""
    names = getattr(estimator, "feature_names_in_", None)
    return tuple(names) if names is not None else tuple(f"x{place}" for place in range(estimator.n_features_in_))


def lag_names(names: Iterable[str], lags: Sequence[tuple[int, ...]]) -> NDArray[np.object_]:
    """Names of lagged columns; no two columns and lags have the same, because the last part is the lag.

    Examples
    --------
    >>> lag_names(["visits", "visits_lag1"], [(0, 1), (1,)]).tolist()
    ['visits_lag0', 'visits_lag1', 'visits_lag1_lag1']
    """
    return np.array([f"{name}_lag{lag}" for name, wanted in zip(names, lags, strict=True) for lag in wanted], dtype=object)
