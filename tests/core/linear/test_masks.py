"""Columns with the same rows stand together, and none is lost."""

from __future__ import annotations

import numpy as np

from leadlag.core.linear.masks import columns_by_rows


def test_every_column_with_rows_is_in_one_group_with_its_own_rows() -> None:
    present = np.random.default_rng(0).random((3, 40)) < 0.5
    groups = columns_by_rows(present)
    assert sorted(np.concatenate([columns for _, columns in groups])) == np.flatnonzero(present.any(axis=0)).tolist()
    for rows, columns in groups:
        assert (present[:, columns] == np.isin(np.arange(3), rows)[:, None]).all()
    assert len(groups) == len(np.unique(present[:, present.any(axis=0)], axis=1).T)


def test_whole_columns_are_one_group_and_nothing_is_none() -> None:
    ((rows, columns),) = columns_by_rows(np.ones((4, 3), dtype=bool))
    assert (rows.tolist(), columns.tolist()) == ([0, 1, 2, 3], [0, 1, 2])
    assert columns_by_rows(np.zeros((4, 3), dtype=bool)) == columns_by_rows(np.empty((0, 0), dtype=bool)) == []
