"""Columns that end before the others: false alarms in tables of which none is late, and how many that are late are named.

    python benchmarks/ragged_edges.py [tables]

Tables of 120 rows and 6 columns of noise. Prints, for several kinds of gaps, the tables in which a column is named as published
late (LL151), and, for one column that is late by 1, 2 and 3 rows, how often it is named.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np
import pandas as pd

from leadlag.core.arrays import Floats
from leadlag.prepare.edges import edges_told
from leadlag.sample import from_wide

ROWS, COLUMNS, MAX_LAG = 120, 6, 12


def at_random(share: float) -> Callable[[np.random.Generator], Floats]:
    """Each cell is missing with this chance."""

    def table(rng: np.random.Generator) -> Floats:
        values = rng.normal(size=(ROWS, COLUMNS))
        values[rng.random(values.shape) < share] = np.nan
        return values

    return table


def one_cell(rng: np.random.Generator) -> Floats:
    """One cell of the table is missing; in one table of 120 the last of a column, which nothing tells from a late column."""
    values = rng.normal(size=(ROWS, COLUMNS))
    values[rng.integers(ROWS), rng.integers(COLUMNS)] = np.nan
    return values


def in_runs(rng: np.random.Generator) -> Floats:
    """Five gaps of one to four rows in each column."""
    values = rng.normal(size=(ROWS, COLUMNS))
    for column in values.T:
        for first in rng.integers(ROWS, size=5):
            column[first : first + rng.integers(1, 5)] = np.nan
    return values


def campaigns(rng: np.random.Generator) -> Floats:
    """All columns but the first have values in eight campaigns of three rows only."""
    values = rng.normal(size=(ROWS, COLUMNS))
    for column in values.T[1:]:
        on = (rng.integers(ROWS, size=8)[:, None] + np.arange(3)).ravel()
        column[~np.isin(np.arange(ROWS), on)] = np.nan
    return values


def named(values: Floats) -> str:
    """What the note on late columns would have declared; empty if there is none."""
    sample = from_wide(pd.DataFrame(values, columns=[f"c{place}" for place in range(values.shape[1])]))
    told = edges_told(sample, sample.names, max_lag=MAX_LAG, metrics={})
    return next((note.call for note in told.notes if note.code == "LL151"), "")


def main(n_tables: int) -> None:
    """Print false alarms, then how often a late column is named."""
    kinds = {f"{share:.0%} of cells missing": at_random(share) for share in (0.0, 0.01, 0.05, 0.15, 0.4)}
    kinds |= {"one cell missing": one_cell, "gaps of one to four rows": in_runs, "campaigns": campaigns}
    print(f"tables of {n_tables:,} in which a column is named though none is late")
    for kind, make in kinds.items():
        print(f"  {kind:28} {sum(bool(named(make(np.random.default_rng(seed)))) for seed in range(n_tables)):5}")
    print("share of late columns that are named")
    for share in (0.0, 0.01, 0.05):
        found = []
        for late in (1, 2, 3):
            count = 0
            for seed in range(n_tables):
                values = at_random(share)(np.random.default_rng(seed))
                values[-late:, 3] = np.nan
                count += "'c3'" in named(values)
            found.append(f"{late} late {count / n_tables:.2f}")
        print(f"  {share:4.0%} of cells missing: {', '.join(found)}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000)
