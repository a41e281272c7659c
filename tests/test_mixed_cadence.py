"""Leads of another cadence in one call: found at their own lags, told in the KPI's periods, and nothing known too early."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot

from leadlag.catalogue import Metric
from leadlag.ranking.rank import rank_leads
from leadlag.ranking.result import LeadRanking
from leadlag.sample import as_sample

N_DRAWS = 299
QUARTERS = 90


def tables(
    seed: int, *, effect: float = 0.8, lag: int = 4, persistence: float = 0.5, n: int = QUARTERS
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A quarterly KPI that follows one month of `demos`, so many months before its own last, and four columns of noise."""
    rng = np.random.default_rng(seed)
    months = pd.period_range("2000-01", periods=3 * n, freq="M")
    values = rng.standard_normal((3 * n, 5))
    for row in range(1, len(values)):
        values[row] += persistence * values[row - 1]
    lead = np.r_[np.zeros(lag), values[:-lag, 0]][2::3]  # the value that many months before each quarter's last month
    kpi = 100.0 + effect * lead + rng.standard_normal(n)
    names = ["demos", "a", "b", "c", "d"]
    slow = pd.DataFrame({"quarter": pd.period_range("2000Q1", periods=n, freq="Q").start_time, "sales": kpi})
    return slow, pd.DataFrame(values, columns=names).assign(month=months.start_time)


def ranked(data: list[pd.DataFrame], **options: object) -> LeadRanking:
    """What is found; what backs it is asked for by the ranking that is looked at from all sides."""
    return rank_leads(data, kpi="sales", **{"max_lag": 4, "n_draws": N_DRAWS, "evidence": False} | options)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def both() -> list[pd.DataFrame]:
    return list(tables(1))


@pytest.fixture(scope="module")
def ranking(both: list[pd.DataFrame]) -> LeadRanking:
    return ranked(both, evidence=True)


def test_a_month_is_found_at_its_own_lag_and_told_in_quarters(ranking: LeadRanking) -> None:
    assert ranking.leads == ("demos",)
    row = ranking.to_frame().set_index("lead").loc["demos"]
    assert row["delay"] == pytest.approx(4 / 3)
    assert row["delay_low"] <= row["delay"] <= row["delay_high"]
    assert row["actionable_delay"] == row["delay"]
    assert row["effect_low"] < row["effect"] < row["effect_high"]


def test_the_profile_is_in_months(ranking: LeadRanking) -> None:
    found = ranking["demos"].decision.evidence.profile
    assert found is not None
    assert found.own_unit == "month"
    assert found.own_lags == tuple(range(3, 15))
    assert found.own_lags[int(np.argmax(np.abs(found.tvalue)))] == 4


def test_averaging_the_months_first_loses_what_one_of_them_tells() -> None:
    found = {"as they are": 0, "averaged": 0}
    for seed in range(12):
        data = list(tables(100 + seed, effect=0.7, persistence=0.0))
        averaged = as_sample(data).around("sales").to_frame()
        found["as they are"] += "demos" in ranked(data, n_draws=199).leads
        found["averaged"] += "demos" in ranked(averaged, n_draws=199).leads
    assert found["as they are"] >= found["averaged"] + 4


def test_noise_of_another_cadence_is_seldom_a_lead() -> None:
    named = [bool(ranked(list(tables(200 + seed, effect=0.0)), n_draws=199).leads) for seed in range(25)]
    assert sum(named) <= 6  # of 25 at 10 %: a share of .10 goes beyond it in 1 of 100


def test_a_lead_that_only_moves_with_the_quarter_itself_is_coincident(both: list[pd.DataFrame]) -> None:
    slow, fast = both
    same = fast["a"].to_numpy().reshape(-1, 3).mean(axis=1)
    moved = slow.assign(sales=slow["sales"] + 3.0 * same)
    assert ranked([moved, fast])["a"].verdict == "coincident"


def test_the_order_of_tables_and_columns_and_their_units_change_nothing(both: list[pd.DataFrame], ranking: LeadRanking) -> None:
    slow, fast = both
    changed = fast[["c", "month", "b", "demos", "d", "a"]].assign(demos=fast["demos"] * 1e6 + 1e8)
    other = ranked([changed, slow])
    ours, theirs = (one.to_frame().set_index("lead") for one in (ranking, other))
    theirs = theirs.loc[ours.index]
    assert ours["verdict"].tolist() == theirs["verdict"].tolist()
    np.testing.assert_allclose(theirs["pvalue"], ours["pvalue"], rtol=1e-6)
    np.testing.assert_allclose(theirs["delay"], ours["delay"])
    assert theirs.loc["demos", "lead_sd"] == pytest.approx(1e6 * ours.loc["demos", "lead_sd"])
    assert theirs.loc["demos", "effect"] == pytest.approx(ours.loc["demos", "effect"], rel=1e-6)


def test_months_after_the_last_quarter_of_the_kpi_are_kept_and_change_nothing(
    both: list[pd.DataFrame], ranking: LeadRanking
) -> None:
    slow, fast = both
    later = pd.DataFrame(np.full((2, 5), 50.0), columns=["demos", "a", "b", "c", "d"])
    later["month"] = pd.period_range("2022-07", periods=2, freq="M").start_time
    longer = ranked([slow, pd.concat([fast, later])])
    assert longer.leads == ranking.leads
    assert longer["demos"].delay == ranking["demos"].delay


def test_nothing_of_the_kpis_own_quarter_or_later_reaches_a_row(both: list[pd.DataFrame]) -> None:
    slow, fast = both
    changed = fast.copy()
    changed.loc[changed.index >= 3 * (QUARTERS - 1), "demos"] += 3.0  # the months of the last quarter only
    first, second = (ranked([slow, table])["demos"].decision.evidence.profile for table in (fast, changed))
    assert first is not None
    assert second is not None
    np.testing.assert_allclose(second.tvalue, first.tvalue, atol=0.15)  # its own mean and trend move a little


def test_publication_counts_in_the_leads_own_periods(both: list[pd.DataFrame]) -> None:
    late = ranked(both, catalogue=[Metric("demos", available_after=1)])["demos"].decision
    assert late.actionable_delay == pytest.approx(1.0)


def test_a_slower_lead_enters_by_its_last_value(both: list[pd.DataFrame]) -> None:
    slow, fast = both
    monthly = fast.assign(sales=fast["a"]).drop(columns=["a", "demos"])
    found = ranked([monthly, slow.rename(columns={"sales": "survey"})], max_lag=6)
    assert {"survey", "b", "c", "d"} == set(found.to_frame()["lead"])
    assert "each value stands for about 3 months" in found["survey"].decision.evidence.treatment
    assert found["survey"].decision.evidence.nobs > 250


def test_every_view_of_a_mixed_ranking_can_be_read(ranking: LeadRanking, tmp_path: Path) -> None:
    text = ranking.summary()
    assert max(map(len, text.splitlines())) <= 80
    assert "1.33" in text
    assert "1.33 quarters" in ranking["demos"].explain()
    labels = [ranking["demos"].plot().get_xlabel(), ranking.plot(kind="heatmap").get_xlabel()]
    pyplot.close("all")
    assert [label.partition(")")[0] for label in labels] == ["Lag (months", "Lag (quarters"]
    assert "1.33" in ranking.report(tmp_path / "mixed.html").read_text(encoding="utf-8")


def test_weeks_lead_a_monthly_kpi() -> None:
    rng = np.random.default_rng(3)
    weeks = pd.period_range("2012-01-02", periods=520, freq="W-SUN")
    fast = pd.DataFrame({"visits": rng.standard_normal(520), "noise": rng.standard_normal(520), "date": weeks.start_time})
    months = pd.period_range("2012-06", "2021-10", freq="M")
    slow = pd.DataFrame({"date": months.start_time, "sales": 0.0})
    finer = as_sample([slow, fast]).around("sales").finer("visits")
    assert finer is not None
    lag = finer.clock.per + 2
    slow["sales"] = finer.clock.lagged(finer.values, [lag])[:, 0] + rng.standard_normal(len(months))
    found = ranked([slow, fast])
    assert found.leads == ("visits",)
    assert found["visits"].delay is not None
    assert found["visits"].delay.peak == pytest.approx(1 + 2 / 4.348, abs=1e-3)


def test_monthly_claims_lead_quarterly_output(shared_data: Path) -> None:
    gdp, months = (pd.read_csv(shared_data / name) for name in ("us_macro_quarterly.csv", "us_macro_monthly.csv"))
    leads = ["industrial_production", "initial_claims"]
    found = rank_leads([gdp, months], kpi="realgdp", leads=leads, time="date", evidence=False)
    assert found.leads == ("initial_claims",)
    delay = found["initial_claims"].delay
    assert delay is not None
    assert delay.peak == 1.0
    assert found["initial_claims"].effect is not None
    assert found["initial_claims"].effect.high < 0
    assert found["industrial_production"].verdict in ("lead", "coincident")
