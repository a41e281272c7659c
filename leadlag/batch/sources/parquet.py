"""Many rows of a Parquet file as one row a time and segment, of which few are in memory at a time."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from leadlag.batch.config import MetricOfSource
from leadlag.catalogue import Metric, Ratio
from leadlag.errors import UsageError

__all__ = ["MANY", "folded", "folded_metric"]

#: A file with more rows is folded; one with fewer is read whole.
MANY = 200_000
_BATCH = 131_072
_NUMBERS = (pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean, pa.types.is_decimal)
_FOLDS = ("sum", "known", "count", "last")


def folded(paths: Sequence[Path], keys: Sequence[str], columns: Sequence[str]) -> pd.DataFrame:
    """Sums, counts and last values of columns by time and segment.

    Parameters
    ----------
    paths : sequence of path
        Files of the same columns, one after the other.
    keys : sequence of str
        Columns of the time and the segment.
    columns : sequence of str
        Columns of numbers.

    Returns
    -------
    DataFrame
        Time, segment, and of each column ``c`` four: ``c (sum)``, missing where a part is; ``c (known)``, the sum of what is
        there; ``c (count)``, how many values that is; ``c (last)``, the last of them.

    Raises
    ------
    UsageError
        If a file is no Parquet, or a column is none of numbers in it.
    """
    whole: pa.Table | None = None
    for path in paths:
        try:
            with pq.ParquetFile(path) as file:
                _refuse_texts(file.schema_arrow, columns)
                empty = file.schema_arrow.empty_table().select([*keys, *columns])
                for table in itertools.chain([empty], _batches(file, [*keys, *columns])):
                    part = _by_key(table, keys, columns)
                    whole = part if whole is None else _together(pa.concat_tables([whole, part]), keys, columns)
        except (pa.ArrowException, OSError) as error:
            raise UsageError(f"file={path.name!r} cannot be read as Parquet: {error}.") from None
    found: pd.DataFrame = pd.DataFrame() if whole is None else whole.to_pandas()
    return found


def folded_metric(metric: MetricOfSource) -> tuple[Metric, Mapping[str, str]]:
    """A metric for rows that are folded, and the columns that it is made of there: a mean is its sum over its count."""
    rule, column = metric.metric.aggregate, metric.column
    if isinstance(rule, Ratio):
        return metric.metric, {part: f"{part} (sum)" for part in (rule.num, rule.den)}
    if rule in ("sum", "last"):
        return metric.metric, {metric.metric.name: f"{column} ({rule})"}
    parts = (f"{column} (known)", f"{column} (count)")
    return replace(metric.metric, aggregate=Ratio(*parts)), {part: part for part in parts}


def _batches(file: pq.ParquetFile, columns: list[str]) -> Iterator[pa.Table]:
    for batch in file.iter_batches(batch_size=_BATCH, columns=columns, use_threads=False):
        yield pa.Table.from_batches([batch])


def _refuse_texts(schema: pa.Schema, columns: Sequence[str]) -> None:
    """Numbers of a large file have to be numbers in it: texts would have to be read one by one."""
    for name in columns:
        kind = schema.field(name).type
        if not any(is_one(kind) for is_one in _NUMBERS):
            raise UsageError(
                f"column {name!r} holds {kind} and no numbers: in a Parquet file of more than {MANY:,} rows they are "
                "numbers as such. Write it with a type of numbers."
            )


def _by_key(table: pa.Table, keys: Sequence[str], columns: Sequence[str]) -> pa.Table:
    """Some rows as one a time and segment."""
    arrays: dict[str, Any] = {key: table.column(key) for key in keys}
    for name in columns:
        numbers = pc.fill_null(pc.cast(table.column(name), pa.float64(), safe=False), math.nan)  # whole numbers beyond 2**53 too
        missing = pc.is_nan(numbers)
        arrays[f"{name} (sum)"] = numbers  # one that is missing makes the sum missing
        arrays[f"{name} (known)"] = pc.if_else(missing, 0.0, numbers)
        arrays[f"{name} (count)"] = pc.cast(pc.invert(missing), pa.float64())
        arrays[f"{name} (last)"] = pc.if_else(missing, pa.scalar(None, pa.float64()), numbers)
    return _together(pa.table(arrays), keys, columns)


def _together(table: pa.Table, keys: Sequence[str], columns: Sequence[str]) -> pa.Table:
    """Rows of the same time and segment as one: sums of sums and of counts, the last that is known."""
    names = [f"{name} ({fold})" for name in columns for fold in _FOLDS]
    asked = [(name, "last" if name.endswith("(last)") else "sum") for name in names]
    found = table.group_by(list(keys), use_threads=False).aggregate(asked)
    return found.select([*keys, *(f"{name}_{fold}" for name, fold in asked)]).rename_columns([*keys, *names])
