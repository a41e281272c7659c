"""On real series the lead that is known saves forecast error where it leads, and the one that is known for nothing saves none."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest

from leadlag import rank_leads
from leadlag.decision.backing import Gain
from leadlag.methods.gain.question import forecast_gain

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="module")
def months() -> pd.DataFrame:
    if not DATA.is_dir():
        pytest.skip("the real series are not part of this project: they lie beside it")
    table = pd.read_csv(DATA / "us_macro_monthly.csv")
    return table[table["date"] < "2020-01-01"]


def gain(table: pd.DataFrame, time: str, kpi: str, lead: str, *, horizons: tuple[int, ...], log: bool = False) -> Gain:
    """What the lead saves at each horizon."""
    logs = (kpi, lead) if log else ()
    return forecast_gain(table[[time, kpi, lead]], kpi=kpi, leads=lead, time=time, horizons=horizons, log=logs, max_lag=12)[lead]


def test_the_term_spread_foretells_recessions_a_year_ahead(months: pd.DataFrame) -> None:
    saved, pvalue = gain(months, "date", "nber_recession", "term_spread", horizons=(12,)).at(12)
    assert saved > 0.02
    assert pvalue < 0.05


def test_claims_foretell_unemployment(months: pd.DataFrame) -> None:
    found = gain(months, "date", "unemployment_rate", "initial_claims", horizons=(1, 2))
    assert min(found.rmse) > 0.01
    assert max(found.pvalue) < 0.05


@pytest.mark.parametrize(("kpi", "lead"), [("ftse", "dax"), ("dax", "ftse")])
def test_one_stock_index_foretells_nothing_of_another(kpi: str, lead: str) -> None:
    if not DATA.is_dir():
        pytest.skip("the real series are not part of this project: they lie beside it")
    days = pd.read_csv(DATA / "eu_stocks_daily.csv").tail(400)
    saved, pvalue = gain(days, "t", kpi, lead, horizons=(1,), log=True).at(1)
    assert saved < 0.005
    assert pvalue > 0.05


@pytest.mark.parametrize(("kpi", "lead"), [("ftse", "dax"), ("dax", "ftse")])
def test_a_ranking_calls_the_other_index_coincident_and_shows_no_gain(kpi: str, lead: str) -> None:
    if not DATA.is_dir():
        pytest.skip("the real series are not part of this project: they lie beside it")
    days = pd.read_csv(DATA / "eu_stocks_daily.csv").tail(500)
    (row,) = rank_leads(days[["t", kpi, lead]], kpi=kpi, time="t", log=[kpi, lead]).to_frame().to_dict("records")
    assert row["verdict"] == "coincident"
    assert math.isnan(row["gain"])
