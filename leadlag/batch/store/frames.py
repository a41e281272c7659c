"""Rows of a run's tables as Parquet and as frames: one kind of column is one type in each, and no number is another."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from leadlag.batch.store import steps
from leadlag.batch.tables import TABLES, Kind

__all__ = ["Row", "frame_of", "in_groups", "plain_row", "rows_in", "write_rows"]

Row = tuple[object, ...]

_ARROW = MappingProxyType(
    {"text": pa.string(), "whole": pa.int64(), "number": pa.float64(), "flag": pa.bool_(), "texts": pa.list_(pa.string())}
)
#: Rows that are held and written at a time; those of rankings have a long text each.
_AT_A_TIME = MappingProxyType({"rankings": 32})
_MANY = 4096


def write_rows(path: Path, table: str, rows: Iterable[Row]) -> int:
    """Write the rows of a table as Parquet; the same rows are the same bytes.

    Returns
    -------
    int
        How many there are.
    """
    schema = pa.schema([(column.name, _ARROW[column.kind]) for column in TABLES[table]])
    kinds = [column.kind for column in TABLES[table]]
    count = 0
    with pq.ParquetWriter(path, schema, compression="zstd", compression_level=1, version="2.6", store_schema=False) as writer:
        for group in in_groups(rows, _AT_A_TIME.get(table, _MANY)):
            columns = zip(*(plain_row(row, kinds) for row in group), strict=True)
            arrays = [pa.array(list(values), type=field.type) for values, field in zip(columns, schema, strict=True)]
            steps.before("write", path)
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            count += len(group)
    return count


def rows_in(path: Path, table: str, *, kpi: str | None = None, segment: str | None = None) -> Iterator[Row]:
    """The rows of a table as they were written, few in memory at a time; of one KPI or segment, those alone."""
    names = [column.name for column in TABLES[table]]
    wanted = {name: value for name, value in (("kpi", kpi), ("segment", segment)) if value is not None}
    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            if wanted:  # a long text of another KPI is not even unpacked
                keys = file.read_row_group(group, columns=list(wanted), use_threads=False)
                places = [
                    at
                    for at, key in enumerate(zip(*(keys.column(name).to_pylist() for name in wanted), strict=True))
                    if key == tuple(wanted.values())
                ]
                if not places:
                    continue
            found = file.read_row_group(group, columns=names, use_threads=False)
            found = found.take(places) if wanted else found
            yield from zip(*(found.column(name).to_pylist() for name in names), strict=True)


def frame_of(rows: Iterable[Row], table: str) -> pd.DataFrame:
    """Rows as a frame: text as objects, whole numbers as Int64, flags as boolean, several texts as tuples."""
    columns = TABLES[table]
    values = list(zip(*rows, strict=True)) or [() for _ in columns]
    return pd.DataFrame({column.name: _series(list(each), column.kind) for column, each in zip(columns, values, strict=True)})


def plain_row(row: Row, kinds: Sequence[Kind]) -> Row:
    """A row of which NaN is nothing, and minus zero is zero."""
    return tuple(_plain(value, kind) for value, kind in zip(row, kinds, strict=True))


def in_groups(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    """The rows, so many at a time."""
    left = iter(rows)
    while group := list(islice(left, size)):
        yield group


def _plain(value: object, kind: Kind) -> object:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if kind == "number":
        return float(value) + 0.0  # type: ignore[arg-type]  # a number, by the kind of its column
    if kind == "whole":
        return int(value)  # type: ignore[call-overload]
    if kind == "texts":
        return [_text(one) for one in value]  # type: ignore[attr-defined]
    return _text(value) if kind == "text" else value


def _text(value: object) -> str:
    """A text that every file can hold: half a letter, which has no bytes, is written out."""
    text = str.__str__(value) if isinstance(value, str) else str(value)  # a name, not its label
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def _series(values: list[object], kind: Kind) -> pd.Series:
    if kind == "whole":
        return pd.Series(values, dtype="Int64")
    if kind == "flag":
        return pd.Series(values, dtype="boolean")
    if kind == "number":
        return pd.Series([np.nan if value is None else value for value in values], dtype="float64")
    kept = [tuple(value) if isinstance(value, (list, tuple)) else value for value in values]
    return pd.Series(kept, dtype="object")
