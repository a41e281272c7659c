"""A column of names, of metrics or segments: each once, and which of them every row has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from leadlag.sample.names import clean_names
from leadlag.sample.violations import ViolationList, counted

__all__ = ["Labels", "labels_of"]


@dataclass(frozen=True, kw_only=True)
class Labels:
    """Labels of a column: the cleaned names in order, the original of each, and the code of every row."""

    names: tuple[str, ...]
    originals: Mapping[str, Any]
    codes: np.ndarray

    def at(self, rows: np.ndarray) -> Labels:
        """The same names, of some rows."""
        return replace(self, codes=self.codes[rows])


def labels_of(column: pd.Series, argument: str, violations: ViolationList) -> Labels:
    """Names in a column, sorted, so that the order of the rows does not matter.

    Examples
    --------
    >>> found = labels_of(pd.Series(["north", "east", "north"]), "segment", ViolationList())
    >>> found.names, found.codes.tolist()
    (('east', 'north'), [1, 0, 1])
    """
    codes, uniques = pd.factorize(column.astype(object), use_na_sentinel=True)
    missing = np.flatnonzero(codes < 0)
    if len(missing):
        rows = [f"row {row}" for row in missing[:5]]
        step = "fill in the names, or drop these rows."
        text = f"{counted(len(missing), 'row has', 'rows have')} no {argument} (rows count from 0)."
        violations.add("LL303", text, argument=argument, column=str(column.name), examples=rows, next_step=step)
    clean = clean_names(list(uniques), violations, argument=argument, what=argument)
    order = sorted(range(len(clean.names)), key=clean.names.__getitem__)
    rank = np.argsort(np.array(order, dtype=np.int64), kind="stable")
    names = tuple(clean.names[place] for place in order)
    originals = {clean.names[place]: clean.labels[place] for place in order}
    return Labels(names=names, originals=originals, codes=rank[codes] if len(rank) else codes)
