"""The rows of a source: of its files read whole, or of large Parquet files folded by time and segment."""

from __future__ import annotations

import glob
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from leadlag.batch.config import Config, MetricOfSource
from leadlag.batch.sources.parquet import MANY, folded, folded_metric
from leadlag.batch.sources.sql import queried
from leadlag.catalogue import Metric, Ratio
from leadlag.errors import UsageError
from leadlag.sample import read_file

__all__ = ["Rows", "columns_of", "metrics_of", "rows_of"]

Metrics = Mapping[str, MetricOfSource]


def metrics_of(source: str, config: Config) -> dict[str, MetricOfSource]:
    """The metrics that come from a source."""
    return {name: metric for name, metric in config.metrics.items() if metric.source == source}


def columns_of(metrics: Metrics) -> Iterator[str]:
    """The columns that metrics are made of."""
    for one in metrics.values():
        rule = one.metric.aggregate
        yield from (rule.num, rule.den) if isinstance(rule, Ratio) else (one.column,)


@dataclass(frozen=True, kw_only=True, eq=False)
class WholeRows:
    """Rows as they stand in files.

    Parameters
    ----------
    frame : DataFrame
    keys : tuple of str
        Columns of the time and the segment.
    """

    frame: pd.DataFrame
    keys: tuple[str, ...]

    @property
    def n_rows(self) -> int:
        """How many there are."""
        return len(self.frame)

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""
        return [str(column) for column in self.frame.columns]

    @property
    def n_twice(self) -> int:
        """Rows with a time and segment that an earlier one has."""
        return int(self._twice.sum())

    @property
    def example(self) -> str:
        """The first of them."""
        return _told(self.frame.loc[self._twice, list(self.keys)].iloc[0])

    @cached_property
    def _twice(self) -> pd.Series:
        return self.frame.duplicated(list(self.keys))

    def named(self, metrics: Metrics) -> tuple[pd.DataFrame, list[Metric]]:
        """Times, segments and what metrics are made of, under the names of metrics; and what is known of them."""
        made = [(one.metric, _parts(name, one)) for name, one in metrics.items()]
        return _renamed(self.frame, self.keys, made), [metric for metric, _ in made]


@dataclass(frozen=True, kw_only=True, eq=False)
class FoldedRows:
    """Rows of large files, one a time and segment.

    Parameters
    ----------
    paths : tuple of path
    keys : tuple of str
        Columns of the time and the segment.
    columns : list of str
        Names of all columns.
    numbers : tuple of str
        Columns that metrics are made of.
    n_rows : int
    """

    paths: tuple[Path, ...]
    keys: tuple[str, ...]
    columns: list[str]
    numbers: tuple[str, ...]
    n_rows: int

    @cached_property
    def _frame(self) -> pd.DataFrame:
        return folded(self.paths, self.keys, self.numbers)

    @property
    def n_twice(self) -> int:
        """Rows with a time and segment that an earlier one has."""
        return self.n_rows - len(self._frame)

    @property
    def example(self) -> str:
        """One of them."""
        counts = self._frame[[f"{name} (count)" for name in self.numbers]].max(axis=1)
        return _told(self._frame[list(self.keys)].iloc[int(counts.argmax())])

    def named(self, metrics: Metrics) -> tuple[pd.DataFrame, list[Metric]]:
        """Times, segments and what metrics are made of, under the names of metrics; and what is known of them here."""
        made = [folded_metric(one) for one in metrics.values()]
        return _renamed(self._frame, self.keys, made), [metric for metric, _ in made]


Rows = WholeRows | FoldedRows


def rows_of(source: str, config: Config) -> Rows:
    """The rows of a source.

    Raises
    ------
    UsageError
        If there is no file, or one cannot be read, or a database refuses the query.
    DatabaseError
        If a database cannot be reached.
    """
    asked = config.sources[source]
    keys = tuple(column for column in (asked.time, asked.segment) if column is not None)
    if asked.url_env is not None:
        return WholeRows(frame=queried(asked.url_env, config.base / str(asked.query_file)), keys=keys)
    paths = _paths(str(asked.path), config.base)
    heads = [_head(path) for path in paths]
    n_rows = sum(n for _, n in heads)
    if n_rows > MANY:
        columns = heads[0][0]
        for path, (others, _) in zip(paths, heads, strict=True):
            _refuse_other_columns(paths[0], columns, path, others)
        numbers = tuple(dict.fromkeys(columns_of(metrics_of(source, config))))
        return FoldedRows(paths=paths, keys=keys, columns=columns, numbers=numbers, n_rows=n_rows)
    tables = [read_file(path, **config.opening(source)) for path in paths]
    for path, table in zip(paths, tables, strict=True):
        _refuse_other_columns(paths[0], [*tables[0].columns], path, [*table.columns])
    return WholeRows(frame=tables[0] if len(tables) == 1 else pd.concat(tables, ignore_index=True), keys=keys)


def _paths(text: str, base: Path) -> tuple[Path, ...]:
    """The files that a path stands for, in the order of their names."""
    if not glob.has_magic(text) or (base / text).is_file():
        return (base / text,)
    found = sorted(glob.glob(text, root_dir=base, recursive=True))
    if not found:
        raise UsageError(f"path={text!r} is no file: there is none of that form. Look at the folder, and at the ending.")
    return tuple(base / each for each in found)


def _head(path: Path) -> tuple[list[str], int]:
    """Columns and rows of a Parquet file; nothing of any other, which is read whole."""
    if path.suffix.casefold() not in (".parquet", ".pq") or not path.is_file():
        return [], 0
    try:
        with pq.ParquetFile(path) as file:
            return list(file.schema_arrow.names), file.metadata.num_rows
    except (pa.ArrowException, OSError) as error:
        raise UsageError(f"file={path.name!r} cannot be read as Parquet: {error}.") from None


def _refuse_other_columns(first: Path, columns: Sequence[object], path: Path, others: Sequence[object]) -> None:
    """Files of one source have the same columns."""
    if list(columns) == list(others):
        return
    lacks = [str(name) for name in columns if name not in others]
    more = [str(name) for name in others if name not in columns]
    told = [f"without {', '.join(map(repr, lacks[:5]))}"] * bool(lacks) + [f"with {', '.join(map(repr, more[:5]))}"] * bool(more)
    raise UsageError(
        f"path={path.name!r} has other columns than {first.name!r}: {' and '.join(told) or 'in another order'}. Give the files "
        "of one source the same columns, or make two sources of them."
    )


def _parts(name: str, one: MetricOfSource) -> Mapping[str, str]:
    rule = one.metric.aggregate
    return {part: part for part in (rule.num, rule.den)} if isinstance(rule, Ratio) else {name: one.column}


def _renamed(frame: pd.DataFrame, keys: Sequence[str], made: Sequence[tuple[Metric, Mapping[str, str]]]) -> pd.DataFrame:
    """The columns that are needed under the names under which they are needed."""
    by_text = {str(column): column for column in frame.columns}
    wanted = {key: key for key in keys}
    for metric, parts in made:
        for each, column in parts.items():
            if wanted.setdefault(each, column) != column:
                text = f"metric {metric.name!r} asks for {each!r}, which is the name of another column here: rename the metric."
                raise UsageError(text)
    found = pd.DataFrame({each: frame[by_text[column]] for each, column in wanted.items()})
    found.attrs = dict(frame.attrs)
    return found


def _told(row: pd.Series) -> str:
    return ", ".join(f"{key} {value}" for key, value in row.items())
