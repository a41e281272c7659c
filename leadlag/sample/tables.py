"""Any eager frame as a pandas frame of the same values: nothing rounded, nothing shared with the caller changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from leadlag.errors import UsageError
from leadlag.sample.periods import business_periods_allowed

__all__ = [
    "AS_WRITTEN",
    "LINES",
    "NATIVE",
    "NOTES",
    "SEPARATOR",
    "SOURCE",
    "FileLines",
    "as_pandas",
    "kinds_of",
    "row_words",
    "without_attrs",
]

#: Attribute of a frame whose cells are the text of a file, so that numbers written as text are no news.
AS_WRITTEN = "leadlag_cells_as_written"
#: Attribute of a frame that came from a file: the file, which tells tables apart in messages.
SOURCE = "leadlag_source"

#: Attribute of a frame that was made of one of another package.
NATIVE = "leadlag_not_pandas"
#: Attribute of a frame that came from a file: notes on how it was read.
NOTES = "leadlag_notes"
#: Attribute of a frame that came from a file of text: the sign between its cells.
SEPARATOR = "leadlag_separator"
#: Attribute of a frame that came from a file with lines: the line of each row.
LINES = "leadlag_lines"

#: Extension type of Arrow that keeps periods of pandas.
_PERIODS = "pandas.period"

#: Whole numbers that have no type in numpy.
_WIDER = ("Int128", "UInt128")

_ALLOWED = "give a wide table: a pandas, polars or Arrow frame with one column per metric, or a Sample"


class FileLines:
    """Line of a file in which each row stands; shared, never copied, however often pandas copies what a frame carries.

    Parameters
    ----------
    numbers : sequence of int
    """

    def __init__(self, numbers: Sequence[int]) -> None:
        self._numbers = tuple(numbers)

    def __getitem__(self, row: int) -> int:
        return self._numbers[row]

    def __len__(self) -> int:
        return len(self._numbers)

    def __deepcopy__(self, memo: object) -> FileLines:
        return self

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FileLines) and self._numbers == other._numbers

    def __hash__(self) -> int:
        return hash(self._numbers)


def kinds_of(frame: pd.DataFrame) -> list[str]:
    """The kind of every column as numpy has them (``"f"``, ``"i"``, ``"M"``, ...), and ``"O"`` where its type says none.

    Examples
    --------
    >>> kinds_of(pd.DataFrame({"visits": [1.5], "city": ["Bonn"]}).astype({"city": object}))
    ['f', 'O']
    """
    return [getattr(dtype, "kind", "O") for dtype in frame.dtypes.tolist()]


def without_attrs(frame: pd.DataFrame) -> pd.DataFrame:
    """The same table without what it carries, which pandas copies with every column that is taken from it."""
    bare = frame.copy(deep=False)
    bare.attrs = {}
    return bare


def row_words(frame: pd.DataFrame) -> Callable[[int], str]:
    """How messages name a row: by its number, counted from 0, and by its line if the table came from a file."""
    lines = frame.attrs.get(LINES)
    if lines is None or len(lines) != len(frame):  # a table made of the one that came from a file
        return lambda row: f"row {row}"
    return lambda row: f"row {row}, line {lines[row]}"


def as_pandas(data: Any, argument: str = "data") -> pd.DataFrame:
    """The table as a pandas frame; pandas frames come back as they are and must not be written to.

    Parameters
    ----------
    data : pandas.DataFrame, polars.DataFrame, pyarrow.Table or another eager frame that narwhals reads
    argument : str
        Name for the error message.

    Returns
    -------
    pandas.DataFrame
        Whole numbers with gaps are nullable integers here, never floats, so that no digit is lost on the way.

    Raises
    ------
    UsageError
        If it is no frame, or a lazy one.
    """
    if isinstance(data, pd.DataFrame):
        return data
    _refuse_look_alikes(data, argument)
    import narwhals as nw  # noqa: PLC0415  (only frames that are not pandas need it)

    labels = getattr(data, "column_names", None)
    if isinstance(labels, list) and hasattr(data, "rename_columns"):  # Arrow allows a name twice, narwhals does not
        data = data.rename_columns([str(place) for place in range(len(labels))])
    try:
        frame = nw.from_native(data)
    except TypeError:
        raise UsageError(f"{argument} is a {type(data).__name__}, which is not a table: {_ALLOWED}.") from None
    if isinstance(frame, nw.LazyFrame):
        raise UsageError(f"{argument} is a lazy frame, which has no rows yet: call .collect() on it first.")
    periods = _periods_of(data)
    columns = {place: _as_series(frame.get_column(label), periods.get(place)) for place, label in enumerate(frame.columns)}
    table = pd.DataFrame(columns, index=pd.RangeIndex(len(frame)))
    table.columns = pd.Index(labels if isinstance(labels, list) else frame.columns, dtype=object)
    table.attrs[NATIVE] = True
    return table


def _refuse_look_alikes(data: Any, argument: str) -> None:
    """Things that look like tables, each with the way to make it one."""
    name = type(data).__name__
    if isinstance(data, pd.Series):
        raise UsageError(f"{argument} is a pandas Series, one column only: {_ALLOWED}, for example {argument}.to_frame().")
    if isinstance(data, dict) and any(hasattr(value, "columns") for value in data.values()):
        raise UsageError(f"{argument} is a dict of tables: give them as a list, list({argument}.values()).")
    if isinstance(data, dict):
        raise UsageError(f"{argument} is a dict: {_ALLOWED}, for example pd.DataFrame({argument}).")
    if isinstance(data, np.ndarray):
        raise UsageError(
            f"{argument} is an array, which has no names: {_ALLOWED}, for example pd.DataFrame(array, columns=[...])."
        )
    if isinstance(data, (list, tuple)):
        raise UsageError(f"{argument} is a {name}: {_ALLOWED}.")
    if hasattr(data, "known_at"):
        raise UsageError(f"{argument} is a {name} of many moments: take {argument}.latest, or {argument}.known_at('2024-06-30').")
    if isinstance(data, str) or hasattr(data, "__fspath__"):
        raise UsageError(f"{argument} is a path or text, not a table: give leadlag.read_file({str(data)!r}) in its place.")


def _periods_of(data: Any) -> dict[int, str]:
    """pandas' name of the frequency of columns that hold its periods as whole numbers: in Arrow, and in Parquet and polars."""
    if hasattr(data, "get_columns"):  # polars
        kinds = [(getattr(kind, "ext_name", str)(), getattr(kind, "ext_metadata", str)()) for kind in data.dtypes]
    elif hasattr(data, "schema") and hasattr(data, "column_names"):
        kinds = [_extension(field) for field in data.schema]
    else:
        return {}
    return {place: str(json.loads(told)["freq"]) for place, (name, told) in enumerate(kinds) if name == _PERIODS and told}


def _periods(ordinals: Sequence[int], freq: str) -> pd.Series:
    """Periods of pandas by their numbers."""
    with business_periods_allowed():
        return pd.Series(pd.PeriodIndex.from_ordinals(np.array(ordinals, dtype=np.int64), freq=freq))  # type: ignore[attr-defined]


def _extension(field: Any) -> tuple[str, str]:
    """Name and text of the extension type of an Arrow field, which pyarrow gives as a type only where pandas told it of it."""
    if getattr(field.type, "extension_name", "") == _PERIODS:
        return _PERIODS, json.dumps({"freq": field.type.freq})
    told = field.metadata or {}
    return tuple(told.get(f"ARROW:extension:{key}".encode(), b"").decode() for key in ("name", "metadata"))


def _as_series(column: Any, period: str | None = None) -> pd.Series:
    """One narwhals column as pandas, exactly; `period` is the frequency of whole numbers that are periods."""
    kind = column.dtype
    if period is not None:
        return _periods([np.iinfo(np.int64).min if value is None else int(value) for value in column.to_list()], period)
    if str(kind) in _WIDER:
        return pd.Series(column.to_list(), dtype=object)
    if kind.is_float():
        return pd.Series(np.asarray(column.to_numpy(), dtype=np.float64))
    if kind.is_integer():
        if column.null_count() == 0:
            return pd.Series(np.asarray(column.to_numpy()))
        nullable = "UInt64" if kind.is_unsigned_integer() else "Int64"
        return pd.Series(pd.array(column.to_list(), dtype=nullable))
    name = str(kind)
    if name.startswith("Datetime"):
        return _as_stamps(column, getattr(kind, "time_zone", None))
    if name.startswith("Duration"):
        return pd.Series(np.array(column.to_list(), dtype="timedelta64[us]"))
    return pd.Series(column.to_list(), dtype=object)


def _as_stamps(column: Any, zone: str | None) -> pd.Series:
    """Stamps as microseconds, in their zone."""
    instants = column.dt.timestamp("us").to_list()
    stamps = np.array(
        [np.datetime64("NaT") if value is None else np.datetime64(value, "us") for value in instants], dtype="datetime64[us]"
    )
    series = pd.Series(stamps)
    return series if zone is None else series.dt.tz_localize("UTC").dt.tz_convert(zone)
