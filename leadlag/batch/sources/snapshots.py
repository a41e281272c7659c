"""What a source held at the last run, to tell what was added, revised and taken away since."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from leadlag.batch.sources.reading import SourceRead

__all__ = ["Change", "Snapshot", "changes_since", "read_snapshot", "write_snapshot"]

_RUN = b"run_id"


@dataclass(frozen=True, kw_only=True)
class Change:
    """Values of a column that were added, have changed, and are no longer there."""

    n_added: int = 0
    n_revised: int = 0
    n_vanished: int = 0


@dataclass(frozen=True, kw_only=True, eq=False)
class Snapshot:
    """The values of a source by column, segment and period, and the run that read them."""

    run_id: str
    values: pd.Series


def read_snapshot(state: Path, source: str) -> Snapshot | None:
    """What the last run kept of a source; None if it kept nothing that can be read."""
    path = _path(state, source)
    try:
        table = pq.read_table(path)
        run_id = (table.schema.metadata or {})[_RUN].decode()
    except (OSError, pa.ArrowException, KeyError):
        return None
    frame = table.to_pandas()
    return Snapshot(run_id=run_id, values=frame.set_index(["column", "segment", "period"])["value"])


def write_snapshot(state: Path, read: SourceRead, run_id: str) -> None:
    """Keep what a run read of a source."""
    path = _path(state, read.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pa.Table.from_pandas(_values(read).reset_index(), preserve_index=False)
    beside = path.with_suffix(".part")
    pq.write_table(table.replace_schema_metadata({_RUN: run_id.encode()}), beside, compression="zstd")
    os.replace(beside, path)


def changes_since(before: Snapshot, read: SourceRead) -> dict[str, Change]:
    """What changed in each column; one that is new has added all of its values."""
    then, now = before.values, _values(read)
    both = now.index.intersection(then.index)
    revised = both[now.loc[both].to_numpy() != then.loc[both].to_numpy()]
    counts = [
        index.get_level_values("column").value_counts()
        for index in (now.index.difference(then.index), revised, then.index.difference(now.index))
    ]
    names = [] if read.sample is None else list(read.sample.all_names)
    return {
        name: Change(n_added=int(added), n_revised=int(changed), n_vanished=int(gone))
        for name in names
        for added, changed, gone in [[count.get(name, 0) for count in counts]]
    }


def _values(read: SourceRead) -> pd.Series:
    """All known values of a source."""
    rows = []
    for part in () if read.sample is None else read.sample.cadences:
        values = part.values if part.values.ndim == 3 else part.values[None]
        segment, period, column = np.nonzero(np.isfinite(values))
        names = np.array(part.segments or ("",), dtype=object)
        rows.append(
            pd.DataFrame(
                {
                    "column": np.array(part.names, dtype=object)[column], "segment": names[segment],
                    "period": np.array(part.calendar.labels, dtype=object)[period], "value": values[segment, period, column],
                }
            )
        )  # fmt: skip
    empty = pd.DataFrame({"column": [], "segment": [], "period": [], "value": []})
    return (pd.concat(rows) if rows else empty).set_index(["column", "segment", "period"])["value"]


def _path(state: Path, source: str) -> Path:
    return state / "sources" / f"{hashlib.sha256(source.encode()).hexdigest()[:16]}.parquet"
