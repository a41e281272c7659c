"""A delay set asked by name agrees with the ranking's, says when it says nothing, and refuses what it cannot judge."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

import leadlag
from leadlag import Metric
from leadlag.errors import DataContractError, UnknownNameError, UsageError
from leadlag.methods.delay.question import delay_set
from leadlag.methods.delay.result import DelaySet

N = 120


def weeks(seed: int = 0, *, effect: float = 0.8, n: int = N) -> pd.DataFrame:
    """Visits lead sales by 3 weeks, demos by 5; ads do nothing."""
    rng = np.random.default_rng(seed)
    visits, demos, ads = rng.normal(size=(3, n))
    sales = effect * np.r_[np.zeros(3), visits[:-3]] + effect * np.r_[np.zeros(5), demos[:-5]] + rng.normal(size=n)
    index = pd.date_range("2020-01-06", periods=n, freq="W-MON")
    return pd.DataFrame({"sales": sales, "visits": visits, "demos": demos, "ads": ads}, index=index)


@pytest.fixture(scope="module")
def found() -> DelaySet:
    known = [Metric("visits", available_after=1)]
    return delay_set(weeks(), kpi="sales", lead="visits", given="demos", max_lag=8, catalogue=known, n_draws=499)


def test_the_set_is_that_of_the_ranking_given_the_other_chosen_leads() -> None:
    for seed in range(3):
        data = weeks(seed, effect=0.8)
        ranking = leadlag.rank_leads(data, kpi="sales", max_lag=8, n_draws=499, evidence=False)
        assert set(ranking.leads) >= {"visits", "demos"}
        for lead in ranking.leads:
            others = [name for name in ranking.leads if name != lead]
            alone = delay_set(data, kpi="sales", lead=lead, given=others, max_lag=8, n_draws=499)
            theirs = ranking[lead].delay
            assert theirs is not None
            assert replace(alone.delay, mean=0.0, mean_low=0.0, mean_high=0.0) == replace(
                theirs, mean=0.0, mean_low=0.0, mean_high=0.0
            )
            np.testing.assert_allclose(alone.delay.mean, theirs.mean)
            assert alone.pvalue == pytest.approx(ranking[lead].decision.evidence.conditional_pvalue)


def test_a_clear_delay_is_one_lag_with_what_is_left_to_act(found: DelaySet) -> None:
    assert (found.delay.peak, found.delay.lags, found.identified) == (3, (3,), True)
    assert (found.available_after, found.actionable_delay) == (1, 2.0)
    assert found.delay.mean_low <= 3.0 <= found.delay.mean_high
    table = found.to_frame()
    assert table["lag"].tolist() == list(range(1, 9)) == table["own_lag"].tolist()
    assert table.loc[table["in_set"], "lag"].tolist() == [3.0]
    assert table.loc[2, "pvalue"] == 1.0
    assert table["pvalue"].drop(2).max() <= 0.10
    assert (table["effect_low"] < table["effect"]).all()
    assert table.loc[2, "effect"] == pytest.approx(0.8, abs=0.3)


def test_units_offsets_and_the_order_of_columns_do_not_matter(found: DelaySet) -> None:
    data = weeks()
    for changed in (data[["ads", "demos", "visits", "sales"]], data * 1e3 + 1e4):
        other = delay_set(changed, kpi="sales", lead="visits", given="demos", max_lag=8, n_draws=499)
        assert other.delay.lags == found.delay.lags
        np.testing.assert_allclose(other.pvalues, found.pvalues)
        np.testing.assert_allclose(other.delay.mean, found.delay.mean, rtol=1e-6)


def test_a_higher_level_has_a_larger_set() -> None:
    data = weeks(4, effect=0.2)
    sets = [
        set(delay_set(data, kpi="sales", lead="visits", max_lag=8, level=level, n_draws=199).delay.lags)
        for level in (0.5, 0.9, 0.99)
    ]
    assert sets[0] <= sets[1] <= sets[2]
    assert len(sets[0]) < len(sets[2])


def test_a_lead_without_an_effect_has_no_delay_and_says_so() -> None:
    for seed in range(3):
        nothing = delay_set(weeks(seed), kpi="sales", lead="ads", max_lag=8, n_draws=199)
        if nothing.pvalue > 0.10:
            assert not nothing.identified
            assert "not identified" in nothing.summary()
            assert "may have no effect" in " ".join(nothing.explain().split())


def test_numbers_are_told_in_periods_and_in_days(found: DelaySet) -> None:
    told = " ".join(found.explain().split())
    assert "its peak after 3 weeks (21 days)" in told
    assert "2 weeks left to act" in told
    assert "In the model beside it: demos." in told
    assert all(len(line) <= 80 for line in found.summary().splitlines())
    assert found._repr_html_()
    assert found.to_dict()["delay"]["peak"] == 3


def test_the_picture_has_a_stem_for_every_lag_and_the_level(found: DelaySet) -> None:
    ax = Figure().add_subplot()
    assert found.plot(ax=ax) is ax
    heads = sum(len(line.get_xdata()) for line in ax.lines if line.get_marker() == "o")
    assert heads == 8
    assert any(np.allclose(line.get_ydata(), 0.10) for line in ax.lines)


def test_a_lead_that_is_seen_more_often_has_its_own_lags() -> None:
    rng = np.random.default_rng(2)
    months = pd.DataFrame({"orders": rng.normal(size=240)}, index=pd.date_range("2000-01-31", periods=240, freq="ME"))
    quarters = pd.DataFrame(index=pd.date_range("2000-03-31", periods=80, freq="QE"))
    # orders of the last month before the quarter's last but one: own lag 4, 4/3 quarters
    place = 3 * np.arange(80) - 2
    quarters["gdp"] = np.where(place >= 0, months["orders"].to_numpy()[np.maximum(place, 0)], 0.0) + 0.4 * rng.normal(size=80)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = delay_set([quarters, months], kpi="gdp", lead="orders", max_lag=4, n_draws=199)
    assert found.delay.step == pytest.approx(1 / 3)
    assert found.delay.peak == pytest.approx(4 / 3)
    assert found.delay.mean == pytest.approx(4 / 3, abs=0.1)
    assert found.own_lags[found.lags.index(found.delay.peak)] == 4
    assert "(4 months)" in found.summary()


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"lead": "visit"}, UnknownNameError, "visits"),
        ({"lead": "sales"}, UsageError, "twice"),
        ({"given": ["visits"]}, UsageError, "twice"),
        ({"level": 1.0}, UsageError, "level"),
        ({"max_lag": 0}, UsageError, "max_lag"),
        ({"max_lag": 119}, UsageError, "at most"),
        ({"n_draws": 10}, UsageError, "n_draws"),
        ({"rng": None}, UsageError, "rng"),
        ({"log": ["ads"]}, UnknownNameError, "log"),
        ({"kpi": "flat", "lead": "visits"}, DataContractError, "constant"),
        ({"lead": "flat"}, UsageError, "constant"),
    ],
)
def test_what_is_wrong_is_refused_by_name(options: dict[str, object], error: type[Exception], said: str) -> None:
    data = weeks().assign(flat=1.0)
    with pytest.raises(error, match=said):
        delay_set(data, **{"kpi": "sales", "lead": "visits"} | options)
