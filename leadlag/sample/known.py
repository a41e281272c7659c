"""A Sample without the periods before and after all that is known in it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from leadlag.sample.model import Sample

__all__ = ["known_rows", "only_rows", "trimmed"]


def known_rows(sample: Sample) -> slice:
    """Periods from the first to the last in which anything is known; all of them if nothing is."""
    seen = np.isfinite(sample.values).any(axis=(*range(sample.values.ndim - 2), -1))
    for finer in sample.faster.values():
        own = np.flatnonzero(np.isfinite(finer.values))
        seen |= np.isin(np.arange(len(seen)), np.searchsorted(finer.clock.ended, own, side="right") - 1)
    rows = np.flatnonzero(seen)
    return slice(int(rows[0]), int(rows[-1]) + 1) if len(rows) else slice(0, sample.n_periods)


def trimmed(sample: Sample) -> Sample:
    """The same without the periods before and after all that is known: they say nothing, and must not move a number.

    Examples
    --------
    >>> import pandas as pd
    >>> from leadlag.sample import from_wide
    >>> days = pd.date_range("2024-01-01", periods=4)
    >>> trimmed(from_wide(pd.DataFrame({"visits": [None, 1.0, None, 2.0]}, index=days))).periods
    ('2024-01-02', '2024-01-03', '2024-01-04')
    """
    return only_rows(sample, known_rows(sample))


def only_rows(sample: Sample, rows: slice) -> Sample:
    """The same with some of its periods, one after the other; itself if these are all."""
    if rows == slice(0, sample.n_periods):
        return sample
    calendar = replace(sample.calendar, index=sample.calendar.index[rows])
    return replace(
        sample, calendar=calendar, values=sample.values[..., rows, :],
        parts={name: values[..., rows] for name, values in sample.parts.items()},
        faster={name: finer.along(calendar) for name, finer in sample.faster.items()},
    )  # fmt: skip
