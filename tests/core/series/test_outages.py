"""Rows that hit most columns: found where a period is not whole, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from leadlag.core.arrays import Floats
from leadlag.core.series.outages import hit_rows

Draw = Callable[[np.random.Generator], Floats]
YEAR = 52


def noisy(rng: np.random.Generator, n: int = 104, m: int = 6) -> Floats:
    return np.asarray(100.0 * np.exp(0.1 * rng.normal(size=(n, m))))


def christmas(rng: np.random.Generator) -> Floats:
    X = noisy(rng, n=4 * YEAR)
    X[YEAR - 1 :: YEAR] *= 0.4
    return X


@pytest.mark.parametrize(("row", "place"), [(0, "first"), (103, "last"), (50, "between")])
def test_a_row_that_is_not_whole_is_found_with_its_columns(row: int, place: str) -> None:
    X = noisy(np.random.default_rng(0))
    X[row, :5] *= 0.3
    (hit,) = hit_rows(X, year=YEAR)
    assert (hit.row, hit.place, hit.columns.tolist()) == (row, place, [0, 1, 2, 3, 4])
    assert hit.change == pytest.approx(-0.7, abs=0.1)


def test_three_days_of_a_week_are_found_beside_noise_of_ten_percent() -> None:
    rng = np.random.default_rng(1)
    found = 0
    for _ in range(40):
        X = noisy(rng)
        X[-1] *= 3 / 7
        found += [hit.place for hit in hit_rows(X, year=YEAR)] == ["last"]
    assert found >= 38


UNTOUCHED: dict[str, Draw] = {
    "walks": lambda rng: 100 + rng.normal(size=(156, 6)).cumsum(axis=0),
    "counts": lambda rng: rng.poisson(5.0, size=(156, 6)).astype(float),
    "campaigns": lambda rng: np.where(rng.random((156, 1)) < 0.03, rng.uniform(100, 900, (156, 6)), 0.0),
    "one factor": lambda rng: 100 + 9 * rng.normal(size=(156, 1)) + 4 * rng.normal(size=(156, 6)),
    "every year": christmas,
    "a level that moved": lambda rng: 100 + 5 * rng.normal(size=(156, 6)) - 40.0 * (np.arange(156)[:, None] >= 80),
    "three columns": lambda rng: noisy(rng, m=3) * np.where(np.arange(104)[:, None] == 103, 0.2, 1.0),
}


@pytest.mark.parametrize("kind", UNTOUCHED)
def test_tables_without_such_a_row_are_left_alone(kind: str) -> None:
    rng = np.random.default_rng(2)
    assert sum(bool(hit_rows(UNTOUCHED[kind](rng), year=YEAR)) for _ in range(20)) == 0
