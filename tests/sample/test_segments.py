"""Wide tables with one row per period and segment: read by segment, and said so where a table seems to be one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

import leadlag as ll
from leadlag.errors import DataContractError, UsageError
from leadlag.sample import from_long, from_wide, read_file
from tests.hazards import good_frame


def panel(n: int = 120) -> pd.DataFrame:
    """The good weekly table in two regions, the north beginning five weeks later."""
    parts = [good_frame(n, seed).assign(region=region) for seed, region in ((7, "south"), (8, "north"))]
    parts[1] = parts[1].iloc[5:]
    return pd.concat(parts, ignore_index=True)[["date", "region", "sales", "visits", "ads"]]


def test_each_segment_is_the_table_of_its_rows_on_one_calendar() -> None:
    table = panel()
    sample = from_wide(table.sample(frac=1, random_state=1), segment="region")
    assert (sample.segments, sample.names, sample.n_periods) == (("north", "south"), ("sales", "visits", "ads"), 120)
    for name, first in (("north", 5), ("south", 0)):
        alone = from_wide(table[table["region"] == name].drop(columns="region"))
        assert_array_equal(sample.segment(name).values[first:], alone.values)
        assert np.isnan(sample.segment(name).values[:first]).all()


def test_a_wide_table_of_segments_is_the_same_sample_as_the_long_one() -> None:
    table = panel()
    long = table.melt(id_vars=["date", "region"], var_name="metric", value_name="value")
    expected = from_long(long, time="date", metric="metric", value="value", segment="region")
    found = from_wide(table[["date", "region", "ads", "sales", "visits"]], segment="region")
    assert (found.names, found.segments, found.periods) == (expected.names, expected.segments, expected.periods)
    assert_array_equal(found.values, expected.values)


def test_one_segment_is_a_table_like_any_other() -> None:
    sample = from_wide(good_frame().assign(region="south"), segment="region")
    assert (sample.segments, sample.values.shape) == (("south",), (120, 3))


def test_metrics_of_a_slower_step_are_known_in_segments_too() -> None:
    months = pd.date_range("2018-01-01", periods=72, freq="MS")
    parts = [
        pd.DataFrame(
            {"month": months, "plan": plan, "visits": np.arange(72.0), "gdp": np.where(months.month % 3 == 1, 1.0, np.nan)}
        )
        for plan in ("free", "paid")
    ]
    sample = from_wide(pd.concat(parts), segment="plan")
    assert [(part.calendar.unit, part.names, part.segments) for part in sample.cadences] == [
        ("quarter", ("gdp",), ("free", "paid")),
        ("month", ("visits",), ("free", "paid")),
    ]


def test_rows_of_one_period_and_segment_add_up_as_the_catalogue_says() -> None:
    table = pd.DataFrame(
        {"week": ["2024-01-01", "2024-01-01", "2024-01-08", "2024-01-15"], "region": ["a", "a", "a", "b"], "sales": [1, 2, 4, 8]}
    )
    with pytest.raises(DataContractError, match=r"LL301.*in one segment"):
        from_wide(table, segment="region")
    sample = from_wide(table, segment="region", catalogue=[ll.Metric("sales", aggregate="sum")])
    assert_array_equal(sample.values[..., 0], [[3, 4, np.nan], [np.nan, np.nan, 8]])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"segment": "country"}, "segment='country' is not a column"),
        ({"segment": "date", "time": "date"}, "named as time too"),
    ],
)
def test_a_segment_is_a_column_of_its_own(options: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        from_wide(panel(), **options)
    with pytest.raises(UsageError, match="needs times"):
        from_wide(panel().drop(columns="date"), segment="region")
    with pytest.raises(UsageError, match="is for one table"):
        from_wide([panel(), good_frame()], segment="region")
    with pytest.raises(DataContractError, match="1 row has no segment"):
        from_wide(panel().assign(region=lambda frame: frame["region"].where(frame.index != 3)), segment="region")


def test_repeats_that_one_column_of_texts_tells_apart_name_it_and_the_call_that_ranks_by_it() -> None:
    table = panel()
    with pytest.raises(
        DataContractError, match=r"Column 'region' tells their rows apart \(2 values: 'south', 'north'\)"
    ) as caught:
        ll.rank_leads(table, kpi="sales", evidence=False, n_draws=99)
    call = caught.value.first.call
    assert call == "rank_kpis(from_wide(data, segment='region'), kpis='sales', evidence=False, n_draws=99)"
    found = eval(call, {"rank_kpis": ll.rank_kpis, "from_wide": from_wide, "data": table})  # noqa: S307 - the advice is under test
    assert [(item.segment, item.ranking["visits"].verdict) for item in found] == [("north", "lead"), ("south", "lead")]


def test_with_one_column_of_numbers_it_can_be_a_long_table_too() -> None:
    long = good_frame().melt(id_vars="date", var_name="metric", value_name="value")
    with pytest.raises(DataContractError, match="LL301") as caught:
        from_wide(long)
    assert [fix.python for fix in caught.value.first.fixes] == [
        "from_long(data, time='date', metric='metric', value='value') if it names metrics",
        "segment='metric' if it names segments",
    ]
    assert caught.value.first.call == "from_long(data, time='date', metric='metric', value='value')"


def test_repeats_that_nothing_tells_apart_name_no_column() -> None:
    table = pd.concat([panel(), panel().iloc[:3]])
    with pytest.raises(DataContractError, match="drop the copies") as caught:
        from_wide(table.assign(note=[f"row {row}" for row in range(len(table))]))
    assert caught.value.first.fixes == ()


def test_the_shared_table_of_segments(shared_cases: Path) -> None:
    table = read_file(shared_cases / "panel_wide.csv")
    found = ll.rank_kpis(from_wide(table, segment="region"), kpis="deals", evidence=False, n_draws=199)
    assert [(item.segment, item.ranking["demos"].verdict, item.ranking["demos"].delay.peak) for item in found] == [
        ("east", "lead", 2), ("north", "lead", 2), ("south", "lead", 2),
    ]  # fmt: skip
