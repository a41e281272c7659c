"""New rows are scored by what the model knows, and refused where they are not those that it was made for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import leadlag as ll
from leadlag.errors import DataContractError, UsageError
from leadlag.forecast.modelfile import model_text, read_model

N, MORE = 140, 40


def rows(n: int = N + MORE, *, seed: int = 0) -> pd.DataFrame:
    """A KPI that follows demos by three weeks; more rows than the fit has."""
    draws = np.random.default_rng(seed).normal(size=(n, 3))
    demos = 40.0 + 6.0 * draws[:, 0]
    kpi = 500.0 + 12.0 * np.r_[np.zeros(3), demos[:-3] - 40.0] + 15.0 * draws[:, 1]
    week = pd.date_range("2023-01-02", periods=n, freq="7D")
    return pd.DataFrame({"week": week, "demos": demos, "mails": draws[:, 2], "new_mrr": kpi})


@pytest.fixture(scope="module")
def model() -> ll.ForecastModel:
    found = ll.forecast_kpi(rows()[:N], kpi="new_mrr", horizons=[1, 2, 4], n_draws=199).model
    assert found.leads == ("demos",)
    return found


@pytest.fixture(scope="module")
def two() -> ll.ForecastModel:
    """One model of two segments, of a third none."""
    return ll.forecast_kpi(regions(), kpi="new_mrr", horizons=[1, 2], n_draws=199).model


def regions(n: int = N) -> ll.Sample:
    parts = [rows(n, seed=seed).assign(region=name) for seed, name in enumerate(("north", "south"))]
    flat = rows(n, seed=2).assign(region="west", new_mrr=3.0)
    return ll.from_wide(pd.concat([*parts, flat], ignore_index=True), time="week", segment="region")


def refusal(model: ll.ForecastModel, table: Any, **options: Any) -> DataContractError:
    with pytest.raises(DataContractError) as caught:
        model.score(table, **options)
    return caught.value


def codes(forecast: ll.Forecast) -> list[str]:
    return [code for code, _ in forecast.provenance.warnings if code >= "LL17"]


# What is scored


def test_rows_may_begin_before_or_after_those_of_the_fit(model: ll.ForecastModel) -> None:
    late = ll.forecast_kpi(rows()[30:N], kpi="new_mrr", horizons=[1, 2], n_draws=199).model
    pd.testing.assert_frame_equal(late.score(rows()[:N]).to_frame(), late.score(rows()[30:N]).to_frame())
    pd.testing.assert_frame_equal(model.score(rows()[90:N]).to_frame(), model.score(rows()[:N]).to_frame())


def test_as_of_takes_what_had_ended_then_and_nothing_later(model: ll.ForecastModel) -> None:
    table = rows()[: N + 6]
    earlier = model.score(table, as_of=str(table.week[N])[:10])  # a Monday: the week before has ended
    assert earlier.origin == str(table.week[N - 1])[:10]
    pd.testing.assert_frame_equal(earlier.to_frame(), model.score(table[:N]).to_frame())
    odd = table.assign(new_mrr=table["new_mrr"].where(table.index < N, 1e9), demos=table["demos"].where(table.index < N, -1e9))
    pd.testing.assert_frame_equal(model.score(odd, as_of=earlier.as_of).to_frame(), earlier.to_frame())
    assert earlier.to_dict()["as_of"] == "2025-09-08"


def test_as_of_before_the_rows_and_rows_without_dates_are_refused(model: ll.ForecastModel) -> None:
    with pytest.raises(UsageError, match="no period of the data had ended"):
        model.score(rows()[:N], as_of="2022-06-01")
    table = rows()[:60].drop(columns="week")
    with pytest.raises(UsageError, match="needs rows with dates"):
        ll.forecast_kpi(table, kpi="new_mrr", horizons=1, n_draws=99).model.score(table, as_of="2024-01-01")


def test_a_column_that_the_model_does_not_use_may_be_missing(model: ll.ForecastModel) -> None:
    table = rows()[: N + 3]
    pd.testing.assert_frame_equal(model.score(table.drop(columns="mails")).to_frame(), model.score(table).to_frame())


def test_nothing_is_changed_in_the_rows(model: ll.ForecastModel) -> None:
    table = rows()[: N + 3]
    model.score(table)
    pd.testing.assert_frame_equal(table, rows()[: N + 3])


# What is refused


def test_a_missing_column_is_named_with_the_nearest(model: ll.ForecastModel) -> None:
    error = refusal(model, rows()[:N].rename(columns={"demos": "demo"}))
    assert (error.code, error.first.argument) == ("LL323", "leads")
    assert "Did you mean 'demo'?" in str(error)
    assert refusal(model, rows()[:N].drop(columns="new_mrr")).first.argument == "kpi"


@pytest.mark.parametrize("step", ["D", "MS", "W-SUN"])
def test_another_cadence_is_refused(model: ll.ForecastModel, step: str) -> None:
    table = rows()[:100].assign(week=pd.date_range("2025-01-05", periods=100, freq=step))
    error = refusal(model, table)
    assert error.code == "LL319"
    assert "fitted on periods of one week that begins on Monday" in str(error)


def test_a_gap_at_the_end_of_all_columns_is_refused_and_of_one_is_not(model: ll.ForecastModel) -> None:
    table = rows()[: N + 2]
    last = table.index[-1:]
    for column in ("new_mrr", "demos"):
        assert model.score(table.assign(**{column: table[column].drop(last)})).origin == str(table.week[N + 1])[:10]
    error = refusal(model, table.assign(new_mrr=table["new_mrr"].drop(last), demos=table["demos"].drop(last)))
    assert error.code == "LL320"
    assert "last 1 week have no value of new_mrr and demos" in str(error)


def test_rows_that_end_before_as_of_have_a_gap(model: ll.ForecastModel) -> None:
    assert refusal(model, rows()[:N], as_of="2025-10-01").code == "LL320"


def test_a_gap_that_the_fit_had_or_that_is_published_late_is_none() -> None:
    table = rows()[:N]
    table.loc[table.index[-1:], ["new_mrr", "demos"]] = np.nan
    fitted = ll.forecast_kpi(table, kpi="new_mrr", horizons=[1, 2], n_draws=199)
    pd.testing.assert_frame_equal(fitted.model.score(table).to_frame(), fitted.to_frame())


def test_an_old_model_is_refused_unless_that_is_said_to_be_right(model: ll.ForecastModel) -> None:
    assert not model.score(rows()[: N + 12]).stale
    error = refusal(model, rows()[: N + 13])
    assert error.code == "LL321"
    assert "13 weeks before the last one that has ended" in str(error)
    assert "stale_ok=True" in error.first.step
    assert error.first.step_by_flags.endswith("--stale-ok.")
    assert error.first.call == "model.score(data, stale_ok=True)"
    found = model.score(rows()[: N + 13], stale_ok=True)
    assert found.stale
    assert found.to_dict()["stale"] is True
    assert "LL174" in codes(found)


def test_a_model_may_be_as_old_as_its_longest_horizon() -> None:
    far = ll.forecast_kpi(rows()[:N], kpi="new_mrr", horizons=[20], n_draws=199).model
    assert not far.score(rows()[: N + 20]).stale
    assert refusal(far, rows()[: N + 21]).code == "LL321"


@pytest.mark.parametrize(("column", "factor"), [("new_mrr", 100.0), ("new_mrr", 0.01), ("demos", 1000.0), ("demos", 1e-3)])
def test_a_change_of_unit_is_refused(model: ll.ForecastModel, column: str, factor: float) -> None:
    table = rows()[: N + 5]
    changed = table.assign(**{column: table[column] * np.where(table.index >= N, factor, 1.0)})
    for each in (changed, changed[N - 60 :]):
        error = refusal(model, each)
        assert (error.code, error.first.column) == ("LL322", column)
        assert "unit changed?" in str(error)


def test_a_lead_that_is_switched_off_is_of_another_size_too(model: ll.ForecastModel) -> None:
    table = rows()[: N + 5]
    error = refusal(model, table.assign(demos=table["demos"].where(table.index < N, 0.0)))
    assert (error.code, error.first.column) == ("LL322", "demos")


def test_a_value_outside_the_range_seen_is_a_note(model: ll.ForecastModel) -> None:
    table = rows()[: N + 3]
    assert codes(model.score(table[:N])) == []
    found = model.score(table.assign(demos=table["demos"].where(table.index < N + 2, 99.0)))
    assert codes(found) == ["LL173"]
    assert found.to_dict()["notes"][-1]["text"].startswith("demos was 99.0, outside what the model was fitted on")


def test_all_that_is_wrong_is_said_at_once(model: ll.ForecastModel) -> None:
    table = rows()[: N + 5]
    error = refusal(model, table.assign(new_mrr=100 * table["new_mrr"], demos=table["demos"] / 1000))
    assert [item.column for item in error.violations] == ["new_mrr", "demos"]


# How tables are read


def test_a_table_is_read_as_that_of_the_fit_was() -> None:
    table = rows()[:N].rename(columns={"week": "Woche", "demos": "part"}).assign(
        den=50.0, other=pd.date_range("2020-01-06", periods=N, freq="7D")
    )  # fmt: skip
    known = [ll.Metric("rate", aggregate=ll.ratio("part", "den"), available_after=1)]
    fitted = ll.forecast_kpi(
        table, kpi="new_mrr", leads=["rate"], time="Woche", catalogue=known, horizons=[1, 3], n_draws=199, log=["rate"]
    )
    assert fitted.model.leads == ("rate",)
    again = read_model(model_text(fitted.model).encode(), name="m")
    pd.testing.assert_frame_equal(again.score(table).to_frame(), fitted.to_frame())


def test_a_lead_of_another_cadence_is_lined_up_as_in_the_fit() -> None:
    days = pd.date_range("2023-01-02", periods=7 * N, freq="D")
    visits = np.random.default_rng(5).normal(50.0, 5.0, size=7 * N)
    week = visits.reshape(N, 7).sum(axis=1)
    kpi = 100.0 + np.r_[np.zeros(2), week[:-2] - 350.0] + np.random.default_rng(6).normal(size=N)
    weeks = pd.DataFrame({"week": pd.PeriodIndex(days[::7], freq="W-SUN"), "kpi": kpi})
    tables = [weeks, pd.DataFrame({"day": days, "visits": visits})]
    known = [ll.Metric("visits", aggregate="sum")]
    fitted = ll.forecast_kpi(tables, kpi="kpi", catalogue=known, horizons=[1, 2], n_draws=199)
    assert fitted.model.leads == ("visits",)
    again = read_model(model_text(fitted.model).encode(), name="m")
    pd.testing.assert_frame_equal(again.score(tables).to_frame(), fitted.to_frame())


def four_four_five(n: int) -> pd.DatetimeIndex:
    return pd.to_datetime("2014-02-02") + pd.to_timedelta(7 * np.r_[0, np.cumsum(np.tile([4, 4, 5], n // 3 + 1))][:n], unit="D")


@pytest.mark.parametrize(
    ("times", "options"),
    [
        (pd.date_range("2001-01-01", periods=100, freq="h"), {}),
        (pd.date_range("2001-01-01", periods=100, freq="B"), {}),
        (pd.period_range("2010-01", periods=100, freq="M"), {}),
        (pd.period_range("2000Q1", periods=83, freq="Q-JAN"), {}),
        (pd.date_range("2001-01-01", periods=100, freq="14D"), {}),
        (np.arange(7, 107), {}),
        (four_four_five(100), {"calendar": pd.DataFrame({"start": four_four_five(140)})}),
        (pd.date_range("2015-01-05", periods=120, freq="7D"), {"holidays": [f"{year}-12-25" for year in range(2015, 2019)]}),
    ],
    ids=["hours", "business days", "months", "business quarters", "steps", "counted", "declared", "holidays"],
)
def test_a_model_of_any_calendar_scores_from_its_file_as_it_forecast(times: Any, options: dict[str, Any]) -> None:
    draws = np.random.default_rng(1).normal(size=(len(times), 2))
    kpi = 100.0 + 3.0 * np.r_[np.zeros(3), draws[:-3, 0]] + draws[:, 1]
    table = pd.DataFrame({"t": times, "lead": 10.0 + draws[:, 0], "kpi": kpi})
    sample = ll.from_wide(table, time="t", **options)
    fitted = ll.forecast_kpi(sample, kpi="kpi", horizons=[1, 2], n_draws=99)
    again = read_model(model_text(fitted.model).encode(), name="m")
    pd.testing.assert_frame_equal(again.score(sample).to_frame(), fitted.to_frame())
    pd.testing.assert_frame_equal(again.score(ll.from_wide(table[40:], time="t", **options)).to_frame(), fitted.to_frame())


# Segments


def test_a_segment_that_cannot_be_modelled_keeps_its_rows_with_the_reason(two: ll.ForecastModel) -> None:
    assert [one.segment for one in two.segments] == ["north", "south"]
    found = read_model(model_text(two).encode(), name="m").score(regions())
    table = found.to_frame()
    assert table["segment"].tolist() == ["north"] * 2 + ["south"] * 2 + ["west"] * 2
    west = table[table["segment"] == "west"]
    assert west["point"].isna().all()
    assert west["reason"].str.startswith("LL313: ").all()
    assert table.loc[table["segment"] != "west", "point"].notna().all()
    assert found.to_dict()["forecasts"][-1]["point"] is None
    assert "None       west: LL313" in found.summary()
    assert max(map(len, found.summary().splitlines())) <= 80


def test_each_segment_has_the_model_that_it_would_have_alone(two: ll.ForecastModel) -> None:
    alone = ll.forecast_kpi(regions().segment("south"), kpi="new_mrr", horizons=[1, 2], n_draws=199)
    both = two.score(regions()).to_frame()
    pd.testing.assert_frame_equal(both[both["segment"] == "south"].reset_index(drop=True), alone.to_frame())


def test_what_is_wrong_with_one_segment_stops_no_other(two: ll.ForecastModel) -> None:
    frame = regions().to_frame().reset_index(names=["region", "week"])
    frame["week"] = frame["week"].astype(str).str[:10]
    south = frame["region"] == "south"
    changed = frame.assign(new_mrr=frame["new_mrr"] * np.where(south, 1000.0, 1.0))
    found = two.score(ll.from_wide(changed, time="week", segment="region")).to_frame().set_index("segment")
    assert found.loc["south", "reason"].str.contains("unit changed").all()
    assert found.loc["north", "point"].notna().all()
    gone = two.score(ll.from_wide(frame[~south], time="week", segment="region")).to_frame().set_index("segment")
    assert (gone.loc["south", "reason"] == "the data have no rows of it").all()


def test_a_segment_that_has_ended_is_not_forecast_in_the_fit_nor_later() -> None:
    frame = pd.concat([rows(N).assign(region="north"), rows(N - 20, seed=1).assign(region="south")], ignore_index=True)
    sample = ll.from_wide(frame, time="week", segment="region")
    fitted = ll.forecast_kpi(sample, kpi="new_mrr", horizons=[1, 2], n_draws=199)
    assert fitted.to_frame().set_index("segment").loc["south", "reason"].str.startswith("the last 20 weeks of south").all()
    pd.testing.assert_frame_equal(fitted.model.score(sample).to_frame(), fitted.to_frame())


def test_a_segment_that_the_model_does_not_have_is_named(two: ll.ForecastModel) -> None:
    frame = pd.concat([rows(N).assign(region=name) for name in ("north", "south", "east")], ignore_index=True)
    found = two.score(ll.from_wide(frame, time="week", segment="region"))
    assert ("LL175", "no forecast of segments that the model does not have: east") in found.provenance.warnings


def test_if_no_segment_can_be_forecast_that_is_an_error() -> None:
    flat = pd.concat([rows(N).assign(region=name, new_mrr=3.0) for name in ("north", "south")], ignore_index=True)
    with pytest.raises(DataContractError, match="none of 2 segments can be forecast"):
        ll.forecast_kpi(ll.from_wide(flat, time="week", segment="region"), kpi="new_mrr", n_draws=99)


def test_a_lead_whose_values_lie_before_the_rows_is_not_said_to_be_used(model: ll.ForecastModel) -> None:
    there, late = (model.score(rows()[begin:N]).to_frame() for begin in (N - 40, N - 2))
    assert there["leads"].tolist() == [("demos",), ("demos",), ()]
    assert late["leads"].tolist() == [(), ("demos",), ()]
    assert late["point"][0] == late["own_history"][0]
    assert late["high_95"][0] - late["low_95"][0] > 2 * (there["high_95"][0] - there["low_95"][0])


def test_a_control_that_goes_on_does_not_hide_that_nothing_is_known_of_now() -> None:
    table = rows()[: N + 3].assign(price=np.arange(N + 3.0) % 7)
    model = ll.forecast_kpi(table[:N], kpi="new_mrr", leads=["demos"], controls=["price"], horizons=[1], n_draws=199).model
    ended = table.assign(**{name: table[name].where(table.index < N) for name in ("new_mrr", "demos")})
    error = refusal(model, ended)
    assert error.code == "LL320"
    assert "the last 3 weeks have no value of new_mrr and demos" in str(error)


@pytest.mark.parametrize("given", ["yesterday", 3])
def test_a_moment_that_cannot_be_read_names_its_argument(model: ll.ForecastModel, given: object) -> None:
    with pytest.raises(UsageError) as caught:
        model.score(rows()[:N], as_of=given)
    assert caught.value.argument == "as_of"
