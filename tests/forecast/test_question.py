"""A forecast uses the leads that a ranking names, as far as they are known, and nothing of later rows."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import leadlag as ll
from leadlag.errors import DataContractError, UsageError
from leadlag.simulate import PlantedSeries

PLANTED = [PlantedSeries(name="visits", effect=1.2, delay=3), PlantedSeries(name="demos", effect=-1.0, delay=6)]
HORIZONS = [1, 3, 4, 6, 8]


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return ll.simulate_leads(series=PLANTED, n_noise=3, rng=4).data


@pytest.fixture(scope="module")
def found(table: pd.DataFrame) -> ll.Forecast:
    return ll.forecast_kpi(table, kpi="kpi", max_lag=8, horizons=HORIZONS, n_draws=199)


def by_horizon(forecast: ll.Forecast) -> pd.DataFrame:
    return forecast.to_frame().set_index("horizon")


def test_its_table_has_the_columns_of_the_contract(found: ll.Forecast) -> None:
    assert list(found.to_frame()) == [
        "segment", "kpi_last", "horizon", "period", "point", "low_80", "high_80", "low_95", "high_95", "own_history", "leads",
        "capped", "reason",
    ]  # fmt: skip


def test_a_lead_is_used_up_to_its_delay_and_own_history_after_it(found: ll.Forecast) -> None:
    rows = by_horizon(found)
    assert [set(rows.loc[h, "leads"]) for h in HORIZONS] == [{"visits", "demos"}] * 2 + [{"demos"}] * 2 + [set()]
    assert rows.loc[8, "point"] == rows.loc[8, "own_history"]
    assert rows.loc[8, "reason"] == "own history: no lead is known so early"
    assert (rows.loc[[1, 3, 4, 6], "reason"] == "").all()


def test_a_lead_that_is_published_late_is_used_less_far(table: pd.DataFrame) -> None:
    late = ll.forecast_kpi(
        table, kpi="kpi", max_lag=8, horizons=[1, 2], n_draws=199, catalogue=[ll.Metric("visits", available_after=2)]
    )
    assert [("visits" in leads) for leads in by_horizon(late)["leads"]] == [True, False]


def test_intervals_are_finite_and_hold_the_forecast(found: ll.Forecast) -> None:
    rows = found.to_frame()
    inside = rows[["low_95", "low_80", "point", "high_80", "high_95"]].to_numpy()
    assert np.isfinite(inside).all()
    assert (np.diff(inside, axis=1) > 0).all()


def test_the_order_of_columns_and_the_units_of_leads_change_nothing(table: pd.DataFrame, found: ll.Forecast) -> None:
    other = table[table.columns[::-1]].assign(visits=1e6 * table["visits"] + 5.0, demos=-table["demos"] / 1e12)
    again = ll.forecast_kpi(other, kpi="kpi", max_lag=8, horizons=HORIZONS, n_draws=199)
    assert_allclose(by_horizon(again)["point"], by_horizon(found)["point"], rtol=1e-6, atol=1e-6)
    assert_allclose(by_horizon(again)["low_95"], by_horizon(found)["low_95"], rtol=1e-6, atol=1e-6)


def test_the_unit_of_the_kpi_is_that_of_its_forecast(table: pd.DataFrame, found: ll.Forecast) -> None:
    other = ll.forecast_kpi(table.assign(kpi=1e3 * table["kpi"]), kpi="kpi", max_lag=8, horizons=HORIZONS, n_draws=199)
    assert_allclose(by_horizon(other)["high_80"], 1e3 * by_horizon(found)["high_80"], rtol=1e-6)


def test_its_model_makes_the_same_forecasts_from_the_same_rows(table: pd.DataFrame, found: ll.Forecast) -> None:
    pd.testing.assert_frame_equal(found.model.score(table).to_frame(), found.to_frame())
    pd.testing.assert_frame_equal(found.model.score(table[-80:]).to_frame(), found.to_frame())


def test_new_rows_are_scored_without_a_new_fit(table: pd.DataFrame) -> None:
    early = ll.forecast_kpi(table[:-4], kpi="kpi", max_lag=8, horizons=[1], n_draws=199)
    later = early.model.score(table)
    assert later.origin == str(table.index[-1])[:10]
    assert later.model is early.model


def test_a_ranking_forecasts_by_its_own_leads(table: pd.DataFrame, found: ll.Forecast) -> None:
    ranking = ll.rank_leads(table, kpi="kpi", max_lag=8, n_draws=199, evidence=False)
    forecast = ranking.forecast(horizons=HORIZONS)
    assert set(forecast.model.leads) == set(ranking.leads)
    pd.testing.assert_frame_equal(forecast.to_frame(), found.to_frame())
    assert "data" not in ranking.to_dict()
    assert pickle.loads(pickle.dumps(ranking)).leads == ranking.leads  # noqa: S301


def test_no_interval_of_a_share_or_a_count_leaves_what_it_can_be() -> None:
    rng = np.random.default_rng(2)
    logit = 3.5 + 0.8 * rng.normal(size=150)
    data = pd.DataFrame({"uptime": 1.0 / (1.0 + np.exp(-logit)), "tickets": rng.poisson(1.5, size=150).astype(float)})
    for kpi, low, high in (("uptime", 0.0, 1.0), ("tickets", 0.0, np.inf)):
        rows = ll.forecast_kpi(data, kpi=kpi, n_draws=99).to_frame()
        assert (rows["low_95"] >= low).all()
        assert (rows["high_95"] <= high).all()


def test_a_kpi_that_is_missing_at_the_end_is_forecast_from_its_last_value(table: pd.DataFrame) -> None:
    late = table.copy()
    late.loc[late.index[-2:], "kpi"] = np.nan
    forecast = ll.forecast_kpi(late, kpi="kpi", max_lag=8, horizons=[1, 4], n_draws=199)
    rows = by_horizon(forecast)
    assert (forecast.origin, rows.loc[1, "kpi_last"]) == (str(table.index[-1])[:10], str(table.index[-3])[:10])
    assert set(rows.loc[1, "leads"]) == {"visits", "demos"}


def test_where_no_lead_says_anything_it_is_own_history_with_its_own_spread(table: pd.DataFrame) -> None:
    follows = table.assign(rate=table["kpi"].to_numpy() + np.random.default_rng(3).normal(size=len(table)).cumsum())
    found = ll.forecast_kpi(follows, kpi="kpi", leads=["visits"], controls=["rate"], max_lag=8, horizons=[8], n_draws=199)
    state = found.segments[0].state
    assert state is not None
    model = replace(state.one.model, leads=(), joint=state.one.model.own)
    own = replace(state, one=replace(state.one, leads=(), model=model), now=replace(state.now, X=state.now.X[:, :0]))
    both, alone = state.seen(8), own.seen(8)
    used = both.used.any(axis=1)
    assert used.any()
    assert not used.all()
    assert_allclose(both.point[~used], alone.point[~used])
    assert_allclose(both.sd[~used], alone.sd[~used])


def test_what_cannot_be_forecast_is_refused_with_the_reason() -> None:
    weeks = pd.date_range("2024-01-01", periods=60, freq="7D")
    line = pd.DataFrame({"kpi": np.arange(60.0), "visits": np.random.default_rng(0).normal(size=60)}, index=weeks)
    with pytest.raises(DataContractError, match="exactly its trend"):
        ll.forecast_kpi(line, kpi="kpi")
    with pytest.raises(DataContractError, match="is constant"):
        ll.forecast_kpi(line.assign(kpi=3.0), kpi="kpi")
    with pytest.raises(UsageError, match="level=2"):
        ll.forecast_kpi(line, kpi="visits", level=2)


def test_a_last_week_that_is_not_whole_is_left_out_by_the_fit_and_by_a_score_alike() -> None:
    planted = [PlantedSeries(name="visits", effect=1.2, delay=3)]
    cut = 100.0 + 10.0 * ll.simulate_leads(series=planted, n_noise=7, rng=4).data
    cut.iloc[-1] *= 3 / 7
    found = ll.forecast_kpi(cut, kpi="kpi", max_lag=8, horizons=[1, 3], n_draws=199)
    scored = found.model.score(cut)
    assert found.segments[0].kpi_last == str(cut.index[-2])[:10]
    pd.testing.assert_frame_equal(scored.to_frame(), found.to_frame())
    assert "LL145" in dict(scored.provenance.warnings)


def test_every_key_of_the_contract_is_there_whatever_the_levels(table: pd.DataFrame) -> None:
    row = ll.forecast_kpi(table, kpi="kpi", max_lag=8, horizons=[1], level=0.9, n_draws=99).to_dict()["forecasts"][0]
    assert (row["low_80"], row["high_95"]) == (None, None)
    assert row["low_90"] < row["point"] < row["high_90"]
