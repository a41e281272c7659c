"""Tables with a column for each period: refused, and the lines in the message read them."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import leadlag as ll
from leadlag.errors import DataContractError
from leadlag.sample import Sample, from_wide, read_file

METRICS = ("ads", "sales", "visits")


def upright(periods: list[Any]) -> pd.DataFrame:
    """The table as it should be, one row a period."""
    values = np.random.default_rng(1).normal(50, 5, size=(len(periods), len(METRICS))).round(3)
    return pd.DataFrame(values, columns=list(METRICS)).assign(period=periods)


def turned(table: pd.DataFrame) -> pd.DataFrame:
    """The same with a column for each period, and the names of the metrics in the first."""
    frame = table.set_index("period").T.rename_axis("name").reset_index()
    frame.columns = pd.Index(frame.columns, dtype=object, name=None)
    return frame


def world_bank() -> tuple[pd.DataFrame, Any]:
    table = upright([str(year) for year in range(1960, 2024)])
    frame = turned(table).rename(columns={"name": "Indicator Name"})
    frame.insert(0, "Country Name", "Germany")
    frame.insert(1, "Country Code", "DEU")
    return table, frame.assign(**{"Indicator Code": ["A.B", "C.D", "E.F"]})


def data_bank() -> tuple[pd.DataFrame, Any]:
    table = upright([f"{year} [YR{year}]" for year in range(1990, 2024)])
    table.loc[3, "ads"] = np.nan
    return table, turned(table).astype(object).fillna("..")


def eurostat() -> tuple[pd.DataFrame, Any]:
    table = upright([f"{year}-Q{quarter}" for year in range(2005, 2020) for quarter in (1, 2, 3, 4)])
    table.loc[5, "visits"] = np.nan
    lines = ["freq,unit,geo\\TIME_PERIOD\t" + "\t".join(f"{period} " for period in table["period"])]
    for name in METRICS:
        cells = [": c" if np.isnan(value) else f"{value} {'p' if at % 7 == 0 else ''}" for at, value in enumerate(table[name])]
        lines.append("\t".join([name, *cells]))
    return table, read_file(io.StringIO("\n".join(lines)))


def months() -> tuple[pd.DataFrame, Any]:
    names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    table = upright([f"{year}-{month:02}" for year in range(2010, 2020) for month in range(1, 13)])
    frames = [
        pd.DataFrame(table[name].to_numpy().reshape(10, 12), columns=names).assign(Year=range(2010, 2020), item=name)
        for name in METRICS
    ]
    frame = pd.concat(frames, ignore_index=True)
    return table, frame.assign(Annual=frame[names].mean(axis=1))


def stamps() -> tuple[pd.DataFrame, Any]:
    table = upright(list(pd.date_range("2022-01-03", periods=80, freq="7D")))
    return table, turned(table)


def american() -> tuple[pd.DataFrame, Any]:
    days = pd.date_range("2020-01-22", periods=60)
    table = upright(list(days))
    frame = turned(table.assign(period=[f"{day.month}/{day.day}/{day:%y}" for day in days]))
    return table, frame


def indexed() -> tuple[pd.DataFrame, Any]:
    table = upright(list(pd.date_range("2022-01-03", periods=80, freq="7D")))
    return table, table.set_index("period").T


def keyed() -> tuple[pd.DataFrame, Any]:
    table = upright([f"KW {week}/2024" for week in range(1, 53)])
    return table, turned(table).assign(name=[1, 2, 3])


LAYOUTS = [world_bank, data_bank, eurostat, months, stamps, american, indexed, keyed]


def follow(frame: pd.DataFrame) -> tuple[str, Sample]:
    """The lines of the message, and the Sample that they give."""
    with pytest.raises(DataContractError, match="the periods stand in columns") as caught:
        from_wide(frame)
    assert caught.value.code == "LL318"
    call = caught.value.first.call
    lines = call.split("\n")
    place: dict[str, Any] = {"data": frame, "from_long": ll.from_long}
    exec("\n".join(lines[:-1]), place)  # noqa: S102 - the advice is the thing under test
    return call, eval(lines[-1], place)  # noqa: S307


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.__name__)
def test_the_lines_in_the_message_read_the_table(layout: Any) -> None:
    table, frame = layout()
    before = frame.copy(deep=True)
    call, sample = follow(frame)
    expected = from_wide(table, time="period")
    assert sample.periods == expected.periods
    assert_allclose(sample.values, expected.select(METRICS).values)
    assert ".melt(id_vars=[" in call
    pd.testing.assert_frame_equal(frame, before)


def test_several_places_are_segments() -> None:
    table, frame = world_bank()
    call, sample = follow(pd.concat([frame, frame.assign(**{"Country Name": "France", "Country Code": "FRA"})]))
    assert "segment='Country Name'" in call
    assert (sample.segments, sample.n_periods) == (("France", "Germany"), len(table))


def test_polars_and_arrow_tables_are_turned_as_pandas() -> None:
    polars = pytest.importorskip("polars")
    pytest.importorskip("pyarrow")
    table, frame = world_bank()
    call, sample = follow(polars.from_pandas(frame))
    assert call.startswith("data = data.to_pandas()\n")
    assert sample.n_periods == len(table)


def test_rows_that_nothing_tells_apart_are_refused_without_lines() -> None:
    frame = world_bank()[1].drop(columns=["Indicator Name", "Indicator Code"])
    with pytest.raises(DataContractError, match="give one row per period, for example with") as caught:
        from_wide(frame)
    assert caught.value.first.call == ""


def test_metrics_with_a_year_in_their_name_are_metrics() -> None:
    table = upright(list(pd.date_range("2022-01-03", periods=80, freq="7D")))
    table = table.rename(columns={"ads": "plan 2024", "sales": "Q1", "visits": "M2"})
    assert from_wide(table).names == ("plan 2024", "Q1", "M2")
    assert from_wide(table.rename(columns={"plan 2024": "2024", "Q1": "2025"})).names == ("2024", "2025", "M2")


def test_a_flag_is_taken_off_a_number_and_nothing_else() -> None:
    frame = turned(upright([str(year) for year in range(1990, 2010)])).astype(object)
    frame.loc[0, ["1990", "1991", "1992"]] = ["1,234.5 p", "-2.5e", "1.5E"]
    sample = follow(frame)[1]
    assert sample.column("ads")[:3].tolist() == [1234.5, -2.5, 1.5]
