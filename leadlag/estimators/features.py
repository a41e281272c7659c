"""Columns of numbers with their names, as scikit-learn sees them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.utils.validation import validate_data

from leadlag.core.arrays import Floats
from leadlag.errors import LeadLagError, UsageError
from leadlag.sample.names import clean_names
from leadlag.sample.violations import ViolationList, raise_violations

__all__ = [
    "feature_names",
    "lag_names",
    "names_by_label",
    "plain_columns",
    "read_features",
    "read_features_and_outcome",
    "refused_by_name",
]

#: Columns that a message names.
_MOST_SHOWN = 5


def plain_columns(X: Any) -> Any:
    """X with each column name once, levels of names joined to text, which scikit-learn alone would drop without a word.

    Raises
    ------
    UsageError
        If a column holds dates or durations, which scikit-learn alone would take for numbers.

    Examples
    --------
    >>> plain_columns(pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("web", "visits"), ("web", "leads")]))).columns
    Index(['web / visits', 'web / leads'], dtype='object')
    """
    if times := _times_in(X):
        shown = ", ".join(map(repr, times))
        raise UsageError(f"X has columns of dates or durations: {shown}. Take them out of X; dates go into time= or the index.")
    if isinstance(X, pd.DataFrame):
        X = _plain_cells(X)
    if not isinstance(X, pd.DataFrame) or (X.columns.nlevels == 1 and X.columns.is_unique and _plain(X.columns)):
        return X
    violations = ViolationList()
    names = clean_names(list(X.columns), violations, argument="X").names
    if len(violations):
        raise_violations(violations)
    return X.set_axis(pd.Index(names, dtype=object), axis=1)


def _plain_cells(X: pd.DataFrame) -> pd.DataFrame:
    """A frame with NaN for whatever stands for a missing number, so that decimals and nulls of Arrow are read beside floats."""
    others = [place for place, kind in enumerate(X.dtypes) if kind.kind == "O" or not isinstance(kind, np.dtype)]
    read = {place: floats for place in others if (floats := _as_floats(X.iloc[:, place])) is not None}
    if not read:
        return X
    columns = [pd.Series(read[place], index=X.index) if place in read else X.iloc[:, place] for place in range(X.shape[1])]
    return pd.concat(columns, axis=1).set_axis(X.columns, axis=1)


def _plain(labels: pd.Index) -> bool:
    """Whether scikit-learn knows what to do with labels: texts are names, numbers are places."""
    return all(isinstance(label, str) for label in labels) or labels.dtype.kind in "iuf"


def names_by_label(estimator: Any, X: Any) -> dict[Hashable, str]:
    """The name in the estimator of each label of a frame that is no text; to be asked after fit has read X."""
    if not isinstance(X, pd.DataFrame):
        return {}
    labels: list[Any] = X.columns.tolist()
    pairs = zip(labels, feature_names(estimator), strict=True)
    return {label: name for label, name in pairs if not isinstance(label, str)}


def _times_in(X: Any) -> list[Any]:
    """Columns of a frame that hold dates, periods or durations."""
    if isinstance(X, pd.DataFrame):
        kinds = zip(X.columns, X.dtypes, strict=True)
        return [name for name, kind in kinds if kind.kind in "mM" or isinstance(kind, pd.PeriodDtype)]
    frame = nw.from_native(X, eager_only=True, pass_through=True)
    if not isinstance(frame, nw.DataFrame):
        return []
    return [name for name, kind in frame.schema.items() if kind in (nw.Date, nw.Datetime, nw.Duration)]


class _TypeRefusedError(UsageError, TypeError):
    """Cells that are no numbers, which scikit-learn expects to be a TypeError."""


@contextmanager
def refused_by_name(X: Any) -> Iterator[None]:
    """What scikit-learn refuses of X and y is refused as leadlag does, with the columns that it is about."""
    try:
        with np.errstate(
            invalid="ignore"
        ):  # scikit-learn looks for infinite values by a sum, of which opposite ones make no number
            yield
    except LeadLagError:
        raise
    except (TypeError, ValueError, OverflowError) as error:
        names = _no_numbers(X)
        step = (
            f" Columns of X that hold other things than numbers: {', '.join(map(repr, names))}; leave them out." if names else ""
        )
        refusal = _TypeRefusedError if isinstance(error, TypeError) else UsageError
        raise refusal(f"{str(error).rstrip('.')}.{step}") from error


def _no_numbers(X: Any) -> list[Any]:
    """The first columns of a frame that cannot be taken for numbers."""
    columns: Iterable[tuple[Any, Any]] = []
    if isinstance(X, pd.DataFrame):
        columns = X.items()
    elif isinstance(frame := nw.from_native(X, eager_only=True, pass_through=True), nw.DataFrame):
        columns = [(column.name, column) for column in frame.iter_columns()]
    return [name for name, column in columns if not _are_numbers(column.to_list())][:_MOST_SHOWN]


def _are_numbers(cells: Sequence[Any]) -> bool:
    try:
        [float(cell) for cell in cells if cell is not None and cell is not pd.NA]
    except (TypeError, ValueError, OverflowError):
        return False
    return True


def read_features(estimator: Any, X: Any, *, reset: bool) -> Floats:
    """Values of X in float64, shape (n, p), NaN allowed; `reset` learns number and names of columns, else they are compared."""
    with refused_by_name(X):
        read = validate_data(estimator, plain_columns(X), reset=reset, dtype=np.float64, ensure_all_finite="allow-nan")
    values: Floats = read
    return values


def read_features_and_outcome(estimator: Any, X: Any, y: Any, **checks: Any) -> tuple[Floats, Floats]:
    """Values of X as in `read_features`, and of y, shape (n,), NaN where it has none; further `checks` go to scikit-learn."""
    outcome, gaps = _as_floats(y), None
    if outcome is not None:  # scikit-learn knows no gaps in y
        gaps = np.isnan(outcome)
        y = np.where(gaps, 0.0, outcome)
    with refused_by_name(X):
        values, read = validate_data(
            estimator, plain_columns(X), y, dtype=np.float64, ensure_all_finite="allow-nan", y_numeric=True, **checks
        )
    return values, read if gaps is None else np.where(gaps.reshape(read.shape), np.nan, read)


def _as_floats(y: Any) -> Floats | None:
    """An outcome in float64, NaN for whatever stands for a missing value; None for what scikit-learn has to refuse."""
    if isinstance(y, np.ndarray) and y.dtype.kind in "fiu":
        return np.asarray(y, dtype=np.float64)
    cells = np.asarray(y, dtype=object)
    if y is None or cells.ndim not in (1, 2) or cells.size == 0:
        return None
    missing = pd.isna(cells)
    if any(isinstance(cell, (str, bytes, complex)) for cell in cells.flat):
        return None
    try:
        return np.where(missing, np.nan, cells).astype(np.float64)
    except (TypeError, ValueError, OverflowError):
        return None


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
