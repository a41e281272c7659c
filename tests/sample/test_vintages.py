"""Snapshots: what was published when, and the Sample as it stood at any moment."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import leadlag as ll
from leadlag import Vintages, from_snapshots, from_wide
from leadlag.errors import DataContractError, UsageError

MONTHS = pd.date_range("2023-01-01", periods=12, freq="MS")
NEXT = MONTHS + pd.offsets.MonthEnd()


def monthly(*, late: int = 1) -> pd.DataFrame:
    """Orders come out on the 10th `late` months after the end of their month, and two months later again, 5 higher."""
    first = pd.DataFrame({"month": MONTHS, "known": MONTHS + pd.DateOffset(months=late, days=9), "orders": np.arange(12.0)})
    second = first.assign(known=first["known"] + pd.DateOffset(months=2), orders=first["orders"] + 5.0)
    return pd.concat([second, first])


def read(frame: Any, **options: Any) -> Vintages:
    return from_snapshots(frame, time="month", as_of="known", **options)


def test_a_revised_value_is_seen_from_its_own_moment_on() -> None:
    vintages = read(monthly())
    assert vintages.known_at("2023-02-09").to_frame()["orders"].isna().all()
    assert vintages.known_at("2023-02-10").column("orders")[0] == 0.0
    assert vintages.known_at("2023-04-09").column("orders")[0] == 0.0
    assert vintages.known_at("2023-04-10").column("orders")[0] == 5.0
    np.testing.assert_array_equal(vintages.latest.column("orders"), np.arange(12.0) + 5.0)


def test_a_period_that_is_not_out_is_missing_and_one_that_has_not_ended_is_not_there() -> None:
    vintages = read(monthly())
    june = vintages.known_at("2023-06-15")
    assert june.periods[-1] == "2023-05"
    np.testing.assert_array_equal(june.column("orders"), [5.0, 6.0, 7.0, 3.0, 4.0])
    np.testing.assert_array_equal(vintages.known_at("2023-06-09").column("orders"), [5.0, 6.0, 2.0, 3.0, np.nan])
    np.testing.assert_array_equal(vintages.table_at(4)[:, 0], vintages.known_at("2023-05-31").column("orders"))


def test_delays_are_those_of_the_first_publication() -> None:
    assert read(monthly()).delays == (1,)
    assert read(monthly(late=3)).delays == (3,)
    at_once = monthly().iloc[12:].assign(known=NEXT)
    assert read(at_once).delays == (0,)


def test_history_that_was_loaded_in_one_go_does_not_count_as_late() -> None:
    frame = monthly().iloc[12:]
    frame.loc[frame["month"] < "2023-08-01", "known"] = pd.Timestamp("2023-08-10")
    assert read(frame).delays == (1,)


def test_what_was_known_at_once_is_the_sample_of_from_wide() -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"month": MONTHS, "orders": rng.normal(size=12), "visits": rng.normal(size=12)}).drop(index=4)
    vintages = read(table.assign(known="2024-01-31"))
    plain = from_wide(table, time="month")
    for sample in (vintages.latest, vintages.known_at("2024-01-31")):
        pd.testing.assert_frame_equal(sample.to_frame(), plain.to_frame())
        assert sample.calendar.freq == plain.calendar.freq


def test_what_came_at_the_end_of_each_period_is_from_wide_as_of() -> None:
    table = pd.DataFrame({"month": MONTHS, "orders": np.arange(12.0)})
    vintages = read(table.assign(known=NEXT))
    for moment in ("2023-03-31", "2023-04-15", "2023-12-31"):
        theirs = from_wide(table, time="month", as_of=moment).to_frame()
        pd.testing.assert_frame_equal(vintages.known_at(moment).to_frame(), theirs)


@given(order=st.permutations(range(24)), column=st.sampled_from(["2023-05-31", "2023-09-10", "2023-12-31"]))
def test_the_order_of_the_rows_does_not_matter(order: list[int], column: str) -> None:
    shuffled = read(monthly().iloc[order])
    pd.testing.assert_frame_equal(shuffled.known_at(column).to_frame(), read(monthly()).known_at(column).to_frame())


def test_wide_long_and_polars_tables_say_the_same() -> None:
    wide = monthly().assign(visits=lambda frame: 2.0 * frame["orders"])
    long = wide.melt(id_vars=["month", "known"], var_name="what", value_name="n")
    one = read(wide)
    for other in (read(long, metric="what", value="n"), read(pl.from_pandas(wide))):
        assert other.names == one.names
        np.testing.assert_array_equal(other.table_at(9), one.table_at(9))


def test_an_empty_cell_says_nothing_and_the_value_before_still_holds() -> None:
    frame = monthly().assign(visits=1.0)
    frame.loc[frame["known"] == frame["known"].max(), "orders"] = np.nan
    assert read(frame).latest.column("orders")[-1] == 11.0


def test_counters_have_counts_as_moments() -> None:
    frame = pd.DataFrame({"t": [1, 2, 3, 2], "known": [2, 2, 4, 3], "sales": [1.0, 2.0, 3.0, 2.5]})
    vintages = from_snapshots(frame, time="t", as_of="known")
    np.testing.assert_array_equal(vintages.table_at(1)[:, 0], [1.0, 2.0])
    np.testing.assert_array_equal(vintages.known_at(3).column("sales"), [1.0, 2.5, np.nan])


def test_moments_of_a_zone_are_read_on_the_clock_of_the_periods() -> None:
    frame = pd.DataFrame({"day": ["2024-03-01", "2024-03-02"], "orders": [1.0, 2.0]})
    known = pd.DatetimeIndex(["2024-03-01T23:30:00Z", "2024-03-03T12:00:00Z"])
    vintages = from_snapshots(frame.assign(known=known), time="day", as_of="known", tz="Europe/Berlin", freq="day")
    assert np.isnan(vintages.table_at(0)[0, 0])  # half past midnight in Berlin: the first of March was over
    np.testing.assert_array_equal(vintages.table_at(1)[:, 0], [1.0, np.nan])


def test_values_of_a_running_period_are_left_out_with_a_note() -> None:
    frame = pd.concat([monthly(), pd.DataFrame({"month": [MONTHS[3]], "known": ["2023-04-20"], "orders": [1.5]})])
    frame["known"] = pd.to_datetime(frame["known"])
    vintages = read(frame)
    assert [note.code for note in vintages.notes] == ["LL110"]
    assert np.isnan(vintages.known_at("2023-04-30").column("orders")[3])


def test_one_error_lists_what_is_wrong_with_the_moments() -> None:
    frame = monthly()
    wrong = pd.concat([frame, frame.iloc[:2], frame.iloc[[5]].assign(known=pd.Timestamp("2023-05-20"))])
    with pytest.raises(DataContractError) as refused:
        read(wrong)
    assert len(refused.value.violations) == 2
    assert all(words in str(refused.value) for words in ("LL301", "LL315", "2023-06 of 'orders'"))


def test_values_that_were_all_recorded_too_early_are_an_error() -> None:
    with pytest.raises(DataContractError, match="before its period had ended"):
        read(monthly().iloc[12:].assign(known=MONTHS))


@pytest.mark.parametrize(
    ("change", "options", "match"),
    [
        ({}, {"metric": "what"}, "metric and value go together"),
        ({}, {"metric": "orders", "value": "orders"}, "named twice"),
        ({}, {"metric": "kind", "value": "orders"}, "kind"),
        ({"known": range(24)}, {}, "a counter and time='month' dates"),
    ],
)
def test_wrong_use_names_the_argument(change: dict[str, Any], options: dict[str, Any], match: str) -> None:
    with pytest.raises(UsageError, match=match):
        read(monthly().assign(**change), **options)


def test_moments_that_cannot_be_read_name_their_own_argument() -> None:
    with pytest.raises(DataContractError, match="LL305 as_of, column 'known'"):
        read(monthly().assign(known="soon"))


def test_metrics_of_different_cadence_are_refused() -> None:
    months = pd.date_range("2020-01-01", periods=48, freq="MS")
    frame = pd.DataFrame({"month": months, "known": "2024-01-10", "orders": 1.0, "gdp": np.where(np.arange(48) % 3, np.nan, 2.0)})
    with pytest.raises(UsageError, match="once a quarter: 'gdp'"):
        read(frame)


def test_a_moment_before_all_periods_and_no_moment_at_all_are_refused() -> None:
    vintages = read(monthly())
    with pytest.raises(DataContractError, match="2023-01"):
        vintages.known_at("2022-12-31")
    with pytest.raises(UsageError, match="moment"):
        vintages.known_at("yesterday")


def test_other_questions_say_how_to_pick_a_moment() -> None:
    with pytest.raises(UsageError, match=r"data\.latest"):
        ll.rank_leads(read(monthly()), kpi="orders")


def test_metrics_are_chosen_in_the_order_asked() -> None:
    vintages = read(monthly().assign(visits=lambda frame: 2.0 * frame["orders"], price=1.0)).select(["visits", "orders"])
    assert vintages.names == ("visits", "orders")
    np.testing.assert_array_equal(vintages.latest.column("visits"), 2.0 * vintages.latest.column("orders"))
