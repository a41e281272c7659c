"""A Sample is what it says, and cannot be made wrong."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from leadlag.errors import UnknownNameError, UsageError
from leadlag.sample import Sample, from_wide
from tests.hazards import good_frame


def test_columns_are_chosen_by_name_in_the_order_asked() -> None:
    sample = from_wide(good_frame(9)).select(["visits", "sales"])
    assert sample.names == ("visits", "sales")
    assert sample.values.shape == (9, 2)
    assert sample.column("sales").tolist() == good_frame(9)["sales"].tolist()
    with pytest.raises(UnknownNameError, match="Did you mean 'visits'"):
        sample.column("visit")
    with pytest.raises(UsageError, match="more than once"):
        sample.select(["sales", "sales"])


def test_to_frame_gives_a_copy_on_the_calendar() -> None:
    sample = from_wide(good_frame(9))
    frame = sample.to_frame()
    frame.loc[:, "sales"] = 0.0
    assert not (sample.column("sales") == 0).any()
    assert frame.index.equals(sample.calendar.index)


def test_values_of_another_shape_are_refused() -> None:
    calendar = from_wide(good_frame(9)).calendar
    with pytest.raises(UsageError, match=r"shape \(8, 1\)"):
        Sample(calendar=calendar, names=("a",), values=np.zeros((8, 1)))


def test_the_makers_array_stays_writeable_and_is_not_shared() -> None:
    calendar = from_wide(good_frame(9)).calendar
    values = np.zeros((9, 1))
    sample = Sample(calendar=calendar, names=("a",), values=values)
    values[0, 0] = 1.0
    assert sample.column("a")[0] == 0.0


def test_one_of_a_kind_is_told_as_one() -> None:
    table = pd.DataFrame({"month": pd.date_range("2020-01", periods=24, freq="MS"), "sales": np.arange(24.0)})
    weeks = pd.DataFrame({"week": pd.date_range("2019-12-30", periods=110, freq="7D"), "visits": np.arange(110.0)})
    assert repr(from_wide(table)) == "Sample(24 periods of one month, 1 metric)"
    assert repr(from_wide([table, weeks])) == "Sample(24 periods of one month, 1 metric + 1 of one week)"
    assert repr(from_wide(table[:2].assign(calls=[1.0, 3.0]))) == "Sample(2 periods of one month, 2 metrics)"
