"""Gain from snapshots: every forecast is made from what was published then, before any revision."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from leadlag import Metric, Vintages, from_snapshots, ratio
from leadlag.errors import UsageError
from leadlag.methods.gain.question import forecast_gain

N, CUT = 66, 48
OPTIONS: dict[str, Any] = {"horizons": (1, 4), "max_lag": 8}


def months(seed: int = 3) -> pd.DataFrame:
    """Orders follow visits by 2 months."""
    rng = np.random.default_rng(seed)
    visits, noise = rng.normal(size=(2, N))
    orders = np.r_[np.zeros(2), visits[:-2]] + 0.7 * noise + 20.0
    return pd.DataFrame({"month": pd.date_range("2015-01-01", periods=N, freq="MS"), "orders": orders, "visits": visits})


def snapshots(table: pd.DataFrame, *, visits_late: int = 0, first_visits: Any = None) -> Vintages:
    """Orders are out at the end of their month, visits so many months later; with `first_visits` these come first, and the values
    of the table a year later."""
    ends = table["month"] + pd.offsets.MonthEnd()
    later = table["month"] + pd.DateOffset(months=visits_late) + pd.offsets.MonthEnd()
    parts = [
        table[["month", "orders"]].assign(known=ends),
        table[["month", "visits"]].assign(known=later if first_visits is None else later + pd.DateOffset(years=1)),
    ]
    if first_visits is not None:
        parts.append(table[["month"]].assign(visits=first_visits, known=later))
    return from_snapshots(pd.concat(parts), time="month", as_of="known")


def forecasts(data: Any, **options: Any) -> pd.DataFrame:
    return forecast_gain(data, kpi="orders", leads="visits", **OPTIONS, **options).forecasts()


def saved(data: Any, **options: Any) -> dict[int, float]:
    """Share of the RMSE saved by horizon; 0 where no known lag is left."""
    found = forecast_gain(data, kpi="orders", leads="visits", **OPTIONS, **options).to_frame()
    return dict(zip(found["horizon"], found["rmse_saved"], strict=True))


def test_snapshots_without_revisions_are_the_plain_table() -> None:
    table = months()
    pd.testing.assert_frame_equal(forecasts(snapshots(table)), forecasts(table, time="month"))


@pytest.mark.parametrize("late", [1, 4])
def test_what_snapshots_have_late_is_what_the_catalogue_says_is_late(late: int) -> None:
    table = months()
    told = forecasts(table, time="month", catalogue=[Metric("visits", available_after=late)])
    pd.testing.assert_frame_equal(forecasts(snapshots(table, visits_late=late)), told)


def test_a_lead_that_is_published_four_periods_late_saves_nothing() -> None:
    table = months()
    assert saved(snapshots(table))[1] > 0.2
    assert saved(snapshots(table, visits_late=4))[1] < 0.03


def test_a_lead_whose_first_figures_were_poor_saves_less_than_its_revised_ones() -> None:
    table = months()
    first = table["visits"] + 1.5 * np.random.default_rng(8).normal(size=N)
    as_known, revised = saved(snapshots(table, first_visits=first)), saved(table, time="month")
    assert revised[1] > 0.2
    assert as_known[1] < revised[1] - 0.1


@pytest.mark.parametrize("scrambled", [["orders"], ["visits"]])
def test_no_forecast_moves_when_all_that_was_published_later_is_scrambled(scrambled: list[str]) -> None:
    """The leak detector, of values and of revisions."""
    table, rng = months(), np.random.default_rng(1)
    ends = table["month"] + pd.offsets.MonthEnd()
    first = table.assign(known=ends, visits=table["visits"] + rng.normal(size=N))
    revised = table.assign(known=ends + pd.DateOffset(months=7))
    published = pd.concat([first, revised], ignore_index=True)
    later = published.index[published["known"] > ends[CUT]]
    changed = published.copy()
    for name in scrambled:
        changed.loc[later, name] = 100.0 + 9.0 * rng.permutation(published.loc[later, name].to_numpy())
    tables = [forecasts(from_snapshots(one, time="month", as_of="known")) for one in (published, changed)]
    assert not np.allclose(tables[0]["with_lead"], tables[1]["with_lead"])
    label = str(ends[CUT].strftime("%Y-%m"))
    columns = ["horizon", "origin", "own", "with_lead", "naive", "lag", "shape"]
    before, after = (one.loc[one["origin"] <= label, columns].reset_index(drop=True) for one in tables)
    assert len(before) > 40
    pd.testing.assert_frame_equal(before, after, rtol=1e-9, atol=1e-9)


def test_history_of_which_there_are_no_snapshots_gives_no_origin() -> None:
    table = months()
    ends = table["month"] + pd.offsets.MonthEnd()
    loaded = from_snapshots(table.assign(known=ends.where(ends > ends[40], ends[40])), time="month", as_of="known")
    made = forecasts(loaded)
    assert made["origin"].min() == ends[40].strftime("%Y-%m")
    plain = forecasts(table, time="month", first_origin=41)
    pd.testing.assert_frame_equal(made, plain)


def test_what_snapshots_cannot_say_is_refused_by_name() -> None:
    data = snapshots(months())
    with pytest.raises(UsageError, match="missing='zero'"):
        forecast_gain(data, kpi="orders", leads="visits", missing="zero")
    rate = Metric("per_visit", aggregate=ratio("orders", "visits"))
    with pytest.raises(UsageError, match="'per_visit' is computed"):
        forecast_gain(data, kpi="orders", leads=["visits", "per_visit"], catalogue=[rate])
