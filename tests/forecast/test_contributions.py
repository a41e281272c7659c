"""What moved adds up to what changed, in every unit and on every scale."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import leadlag as ll
from leadlag.core.noise.momentum import Momentum
from leadlag.errors import DataContractError, UsageError
from leadlag.forecast.numbers.model import MeanModel
from leadlag.forecast.numbers.parts import ColumnGroup, change_parts
from leadlag.simulate import PlantedSeries

PLANTED = [PlantedSeries(name="visits", effect=1.2, delay=3), PlantedSeries(name="price", at_once=0.9)]


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return ll.simulate_leads(series=PLANTED, n_noise=1, rng=7).data


@pytest.fixture(scope="module")
def early(table: pd.DataFrame) -> ll.Forecast:
    return forecast(table[:-2])


def forecast(table: pd.DataFrame, **options: object) -> ll.Forecast:
    return ll.forecast_kpi(table, kpi="kpi", controls=["price"], max_lag=6, horizons=[1, 2, 3, 4], n_draws=199, **options)  # type: ignore[arg-type]


def test_parts_of_a_change_are_told_by_hand() -> None:
    model = MeanModel(
        momentum=Momentum(phi=np.array([0.5]), unit_root=False, variance=1.0), params=np.array([1.0, 2.0]),
        covariance=np.diag([0.0, 0.04]), df=50,
    )  # fmt: skip
    lead = np.array([0.0, 1.0, 1.0, 3.0])
    u = np.array([0.0, 1.0, 2.0, -1.0])
    groups = [ColumnGroup(name="visits", kind="lead", columns=(1,)), ColumnGroup(name="season", kind="season", columns=(0,))]
    found = change_parts(model, 1.0 + 2.0 * lead + u, np.column_stack([np.ones(4), lead]), groups, since=1, clip=None)
    values = {part.name: part.value for part in found}
    assert values == pytest.approx({"visits": 4.0, "season": 0.0, "momentum": 0.25 - 1.0, "rest": -1.0 - 0.25})
    assert float(np.linalg.norm(found[0].doubt)) == pytest.approx(2.0 * 0.2)
    assert_allclose(np.sum([part.doubt for part in found], axis=0), 0.0, atol=1e-12)


def test_parts_add_up_to_the_change_of_the_kpi(early: ll.Forecast, table: pd.DataFrame) -> None:
    kpi = table["kpi"].iloc[:-2]
    for back in (1, 2, 5, 30):
        parts = early.contributions(since=str(table.index[len(kpi) - 1 - back])[:10])
        assert list(parts) == ["part", "kind", "value", "low", "high"]
        assert parts["kind"].tolist() == ["lead", "control", "season", "momentum", "rest"]
        assert abs(parts["value"].sum() - (kpi.iloc[-1] - kpi.iloc[-1 - back])) <= 1e-9
        assert (parts["low"] <= parts["value"]).all()
        assert (parts["value"] <= parts["high"]).all()
    same = early.contributions()
    pd.testing.assert_frame_equal(same, early.contributions(since=str(table.index[len(kpi) - 5])[:10]))


def test_a_lead_and_a_control_move_the_kpi_by_what_they_did(early: ll.Forecast, table: pd.DataFrame) -> None:
    since, last = len(table) - 11, len(table) - 3
    parts = early.contributions(since=str(table.index[since])[:10]).set_index("part")["value"]
    moved = table["visits"].iloc[last - 3] - table["visits"].iloc[since - 3]
    assert parts["visits"] / moved == pytest.approx(1.2, abs=0.35)
    assert parts["price"] / (table["price"].iloc[last] - table["price"].iloc[since]) == pytest.approx(0.9, abs=0.35)


def test_the_unit_of_the_kpi_is_that_of_its_parts(early: ll.Forecast, table: pd.DataFrame) -> None:
    other = forecast(table[:-2].assign(kpi=1e3 * table["kpi"]))
    assert_allclose(other.contributions()["value"], 1e3 * early.contributions()["value"], rtol=1e-5, atol=1e-5)


def test_on_another_scale_parts_keep_their_shares_and_add_up(table: pd.DataFrame) -> None:
    grown = table.assign(kpi=np.exp(0.3 * table["kpi"]))
    found = forecast(grown, log=["kpi"])
    parts = found.contributions(since=str(table.index[-9])[:10])
    change = grown["kpi"].iloc[-1] - grown["kpi"].iloc[-9]
    assert abs(parts["value"].sum() - change) <= 1e-9
    straight = forecast(table).contributions(since=str(table.index[-9])[:10])
    logs = 0.3 * (table["kpi"].iloc[-1] - table["kpi"].iloc[-9])
    assert_allclose(parts["value"] / change, 0.3 * straight["value"] / logs, rtol=1e-4)


def test_a_forecast_is_moved_by_what_became_known(early: ll.Forecast, table: pd.DataFrame) -> None:
    later = early.model.score(table)
    for period in sorted(set(later.to_frame()["period"]) & set(early.to_frame()["period"])):
        parts = later.compare(early, period=period)
        before, after = (one.to_frame().set_index("period").loc[period] for one in (early, later))
        assert abs(parts["value"].sum() - (after["point"] - before["point"])) <= 1e-9
        if before["leads"] == after["leads"]:  # else one of them is by own history
            assert parts.set_index("part").loc["season", "value"] == pytest.approx(0.0, abs=1e-12)
    assert later.compare(later)["value"].abs().max() <= 1e-12


def test_forecasts_of_two_models_add_up_too(early: ll.Forecast, table: pd.DataFrame) -> None:
    later = forecast(table)
    parts = later.compare(early)
    period = early.to_frame()["period"].iloc[-1]
    before, after = (one.to_frame().set_index("period").loc[period, "point"] for one in (early, later))
    assert abs(parts["value"].sum() - (after - before)) <= 1e-9


def test_what_cannot_be_split_is_refused(early: ll.Forecast, table: pd.DataFrame) -> None:
    last = str(table.index[-3])[:10]
    with pytest.raises(UsageError, match="give a period from"):
        early.contributions(since=last)
    gap = table[:-2].copy()
    gap.iloc[-4, gap.columns.get_loc("kpi")] = np.nan
    with pytest.raises(DataContractError, match="has no value in"):
        early.model.score(gap).contributions(since=str(gap.index[-4])[:10])
    with pytest.raises(UsageError, match="no period is forecast by both"):
        early.compare(early.model.score(table[:-20]))
    with pytest.raises(UsageError, match="earlier=int is not allowed"):
        early.compare(3)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="compare forecasts of the same"):
        early.compare(ll.forecast_kpi(table, kpi="visits", leads=["noise_01"], horizons=[1], n_draws=99))
