"""The chance to reach a goal is that of the forecast's own law; known periods count as they are."""

from __future__ import annotations

import datetime as dt
import json
import math
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import special

import leadlag as ll
from leadlag.core.arrays import Floats
from leadlag.errors import DataContractError, UsageError
from leadlag.forecast.numbers.chances import Event, chances_of, expected_of, threshold
from leadlag.forecast.numbers.intervals import Law
from leadlag.forecast.numbers.paths import JointLaw
from leadlag.forecast.numbers.scales import KpiScale
from leadlag.forecast.target_result import mislabelled
from leadlag.simulate import PlantedSeries

PLANTED = [PlantedSeries(name="visits", effect=1.2, delay=3)]
LEVEL = KpiScale()


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return ll.simulate_leads(series=PLANTED, n_noise=1, rng=4).data


@pytest.fixture(scope="module")
def found(table: pd.DataFrame) -> ll.Forecast:
    return ll.forecast_kpi(table, kpi="kpi", max_lag=6, horizons=[1, 2, 3, 4], n_draws=199)


@pytest.fixture(scope="module")
def periods(found: ll.Forecast) -> list[str]:
    return [str(period) for period in found.to_frame()["period"]]


def law(correlated: Floats, *, df: float = 1e4) -> JointLaw:
    """A law of standard normal errors at each step, or of a t, whose order has this factor."""
    steps = len(correlated)
    zeros = np.zeros(steps)
    return JointLaw(
        point=zeros, sd=zeros + 1.0, laws=(Law(scale=1.0, df=df, capped=False),) * steps, doubt=np.zeros((steps, 1)),
        chance=correlated, estimates=np.zeros((steps, 1)), n_scores=100,
    )  # fmt: skip


def event(kind: str, steps: int, *, up: bool = True, known: float = math.nan) -> Event:
    known = 0.0 if kind == "sum" and math.isnan(known) else known
    return Event(kind=kind, steps=np.arange(steps), weights=np.ones(steps), known=known, up=up)  # type: ignore[arg-type]


def chance(law_: JointLaw, asked: Event, goal: float) -> float:
    return chances_of(law_, asked, LEVEL, [goal])[0].chance


# Numbers


@pytest.mark.parametrize("goal", [-1.0, 0.5, 2.0])
def test_of_independent_periods_the_chances_have_closed_forms(goal: float) -> None:
    white = law(np.eye(5))
    below = special.ndtr(goal)
    assert_allclose(chance(white, event("by", 5), goal), 1.0 - below**5, atol=0.012)
    assert_allclose(chance(white, event("by", 5, up=False), goal), 1.0 - (1.0 - below) ** 5, atol=0.012)
    assert_allclose(chance(white, event("sum", 5), goal), special.ndtr(-goal / math.sqrt(5.0)), atol=0.012)
    assert chance(law(np.eye(1)), event("at", 1), goal) == pytest.approx(1.0 - below, abs=1e-4)


def test_of_a_random_walk_they_are_those_of_its_paths() -> None:
    steps = 6
    sd = np.sqrt(np.arange(1.0, steps + 1))
    walk = law(np.tril(np.ones((steps, steps))) / sd[:, None])
    walk = JointLaw(**{**vars(walk), "sd": sd})
    paths = np.cumsum(np.random.default_rng(0).standard_normal((100_000, steps)), axis=1)
    assert_allclose(chance(walk, event("by", steps), 2.0), (paths.max(axis=1) >= 2.0).mean(), atol=0.015)
    assert_allclose(chance(walk, event("sum", steps), 5.0), (paths.sum(axis=1) >= 5.0).mean(), atol=0.015)


def test_paths_have_the_law_of_each_step_and_the_order_of_the_model() -> None:
    factor = np.array([[1.0, 0.0], [0.9, math.sqrt(0.19)]])
    paths = law(factor, df=3.0).paths()
    wanted = Law(scale=1.0, df=3.0, capped=False).quantiles([0.1, 0.5, 0.95])
    assert_allclose(np.quantile(paths, [0.1, 0.5, 0.95], axis=0).T, [wanted, wanted], atol=0.01)
    ranks = paths.argsort(axis=0).argsort(axis=0)
    assert np.corrcoef(ranks.T)[0, 1] == pytest.approx(6.0 / math.pi * math.asin(0.45), abs=0.02)


def test_what_is_doubted_widens_the_interval_and_leaves_the_chance() -> None:
    sure = law(np.eye(3))
    doubted = JointLaw(**{**vars(sure), "doubt": np.full((3, 1), 0.6), "chance": 0.8 * np.eye(3)})
    for kind in ("by", "sum"):
        first, second = (chances_of(one, event(kind, 3), LEVEL, [1.0])[0] for one in (sure, doubted))
        assert second.high - second.low > 2.0 * (first.high - first.low)
        assert second.low < second.chance < second.high


def test_what_is_known_counts_as_it_is() -> None:
    white = law(np.eye(2))
    assert chance(white, event("by", 2, known=3.0), 2.5) == 1.0
    assert chance(white, event("by", 2, known=3.0, up=False), -2.0) == pytest.approx(1.0 - special.ndtr(2.0) ** 2, abs=0.01)
    assert chance(white, event("sum", 2, known=10.0), 10.0) == pytest.approx(0.5, abs=0.01)
    assert expected_of(white, event("sum", 2, known=10.0), LEVEL).middle == pytest.approx(10.0, abs=0.05)


@pytest.mark.parametrize(
    ("scale", "goal", "up", "wanted"),
    [
        (KpiScale(kind="log"), -1.0, True, -math.inf), (KpiScale(kind="logit"), 1.0, True, math.inf),
        (KpiScale(kind="logit"), 0.0, False, -math.inf), (KpiScale(kind="sqrt"), 0.0, True, -math.inf),
        (KpiScale(kind="sqrt"), 4.2, True, math.sqrt(4.875)), (KpiScale(kind="sqrt"), 5.0, True, math.sqrt(4.875)),
        (KpiScale(kind="sqrt"), 5.0, False, math.sqrt(5.875)), (KpiScale(unit=10.0), 25.0, True, 2.5),
    ],
)  # fmt: skip
def test_a_goal_that_the_kpi_cannot_miss_or_reach_is_certain(scale: KpiScale, goal: float, up: bool, wanted: float) -> None:
    assert threshold(scale, goal, up=up) == pytest.approx(wanted)


def test_a_tier_is_mislabelled_only_where_the_interval_leaves_its_range() -> None:
    assert mislabelled("committed", 0.2, 0.69)
    assert not mislabelled("committed", 0.2, 0.71)
    assert mislabelled("Stretch", 0.71, 0.9)
    assert mislabelled("moonshot", 0.31, 0.5)
    assert not mislabelled("plan", 0.0, 0.1)


# Forecasts


def test_the_chance_at_a_period_is_read_off_its_intervals(found: ll.Forecast, periods: list[str]) -> None:
    row = found.to_frame().iloc[2]
    for goal, above in (("point", 0.5), ("high_80", 0.1), ("low_80", 0.9), ("high_95", 0.025), ("low_95", 0.975)):
        asked = found.target(float(row[goal]), by=periods[2]).tiers[0]
        assert asked.chance == pytest.approx(above, abs=1e-9)
        assert asked.chance_low <= asked.chance <= asked.chance_high
        assert found.target(float(row[goal]), by=periods[2], wanted="down").tiers[0].chance == pytest.approx(
            1.0 - above, abs=1e-9
        )
    frame = found.target(1.0, by=periods[2]).to_frame()
    assert frame.loc[0, ["expected", "expected_low", "expected_high"]].tolist() == pytest.approx(
        row[["point", "low_80", "high_80"]].tolist()
    )


def test_its_table_has_the_columns_of_the_contract(found: ll.Forecast, periods: list[str]) -> None:
    asked = found.target({"committed": 0.0, "stretch": 2.0}, by=periods[1])
    assert list(asked.to_frame()) == [
        "tier", "goal", "kind", "since", "by", "chance", "chance_low", "chance_high", "expected", "expected_low", "expected_high",
        "mislabelled",
    ]  # fmt: skip
    assert list(asked.progress()) == ["period", "actual", "straight", "expected", "expected_low", "expected_high"]
    assert list(asked.needed()) == ["lead", "answer", "low", "high", "seen_low", "seen_high"]
    assert json.loads(asked.to_json())["tiers"][0]["tier"] == "committed"


def test_one_period_is_the_same_question_in_all_three_kinds(found: ll.Forecast, periods: list[str]) -> None:
    at = found.target(1.0, by=periods[2])
    for kind in ("by", "sum"):
        same = found.target(1.0, by=periods[2], since=periods[2], kind=kind)
        assert same.tiers[0] == at.tiers[0]
        assert (same.expected, same.expected_low) == pytest.approx((at.expected, at.expected_low))


def test_some_period_is_at_least_as_likely_as_the_likeliest(found: ll.Forecast, periods: list[str]) -> None:
    for goal in (-1.0, 1.0, 3.0):
        alone = [found.target(goal, by=period).tiers[0].chance for period in periods]
        assert found.target(goal, by=periods[-1], since=periods[0], kind="by").tiers[0].chance >= max(alone)


def test_the_past_is_known(found: ll.Forecast, table: pd.DataFrame) -> None:
    last = [str(day)[:10] for day in table.index[-3:]]
    total = float(table["kpi"].iloc[-3:].sum())
    for goal, chance_ in ((total - 0.01, 1.0), (total + 0.01, 0.0)):
        row = found.target(goal, by=last[-1], since=last[0], kind="sum").to_frame().iloc[0]
        assert row[["chance", "chance_low", "chance_high"]].tolist() == [chance_] * 3
        assert row["expected"] == pytest.approx(total)
    assert found.target(float(table["kpi"].iloc[-2]), by=last[1]).tiers[0].chance == 1.0


def test_a_value_that_cannot_be_on_the_scale_is_known_all_the_same(table: pd.DataFrame) -> None:
    amounts = table.assign(kpi=np.exp(3.0 + table["kpi"] / table["kpi"].std()))
    model = ll.forecast_kpi(amounts[:-1], kpi="kpi", log=["kpi"], max_lag=6, horizons=[1], n_draws=99).model
    scored = model.score(amounts.assign(kpi=np.r_[amounts["kpi"][:-1], 0.0]))
    last, first = (str(amounts.index[place])[:10] for place in (-1, -3))
    asked = scored.target(1.0, by=last, since=first, kind="sum")
    assert asked.expected == pytest.approx(amounts["kpi"].iloc[-3:-1].sum())
    assert asked.expected_high == asked.expected
    assert asked.progress()["actual"].iloc[-1] == pytest.approx(asked.expected)


def test_the_first_and_the_last_period_of_a_sum_count_by_their_days(found: ll.Forecast, table: pd.DataFrame) -> None:
    monday = table.index[-3]
    since, by = (monday + pd.Timedelta(days=2)).date(), (table.index[-1] + pd.Timedelta(days=1)).date()
    asked = found.target(0.0, since=since, by=by, kind="sum")
    kpi = table["kpi"].to_numpy()
    assert asked.expected == pytest.approx(5 / 7 * kpi[-3] + kpi[-2] + 2 / 7 * kpi[-1])
    assert (asked.since, asked.by) == (str(since), str(by))


def test_text_that_is_a_label_names_the_whole_period_and_a_day_is_a_day(found: ll.Forecast, table: pd.DataFrame) -> None:
    label = str(table.index[-1])[:10]
    whole = found.target(0.0, since=label, by=label, kind="sum").expected
    day = found.target(0.0, since=table.index[-1].date(), by=table.index[-1].date(), kind="sum").expected
    assert (whole, day) == pytest.approx((table["kpi"].iloc[-1], table["kpi"].iloc[-1] / 7))
    year = found.target(0.0, since="2022-01-01", by="2022", kind="sum").expected
    assert year == pytest.approx(found.target(0.0, since=dt.date(2022, 1, 1), by=dt.date(2022, 12, 31), kind="sum").expected)


def test_a_target_may_lie_beyond_the_longest_horizon(found: ll.Forecast, table: pd.DataFrame) -> None:
    day = table.index[-1].date()
    far = found.target(0.0, by=day + dt.timedelta(weeks=30))
    spread = [far.expected_high - far.expected_low, *(found.to_frame()[["high_80", "low_80"]].diff(axis=1).iloc[:, 1] * -1)]
    assert 0.0 < far.tiers[0].chance < 1.0
    assert spread[0] >= spread[1]


def test_the_unit_of_the_kpi_changes_no_chance(table: pd.DataFrame, found: ll.Forecast, periods: list[str]) -> None:
    other = ll.forecast_kpi(table.assign(kpi=1e3 * table["kpi"]), kpi="kpi", max_lag=6, horizons=[1, 2, 3, 4], n_draws=199)
    for kind in ("at", "by", "sum"):
        first = found.target(1.5, by=periods[3], kind=kind).tiers[0]
        second = other.target(1500.0, by=periods[3], kind=kind).tiers[0]
        assert second.chance == pytest.approx(first.chance, abs=2e-3)


def test_a_scored_model_gives_the_same_chances(found: ll.Forecast, table: pd.DataFrame, periods: list[str]) -> None:
    again = found.model.score(table)
    for kind in ("at", "by", "sum"):
        pd.testing.assert_frame_equal(
            again.target(1.5, by=periods[3], kind=kind).to_frame(), found.target(1.5, by=periods[3], kind=kind).to_frame()
        )


def test_a_lead_that_is_given_acts_after_its_delay(found: ll.Forecast, table: pd.DataFrame, periods: list[str]) -> None:
    most = float(table["visits"].max())
    early, late = (found.target(1.0, by=periods[place]).tiers[0].chance for place in (1, 3))
    held = [found.target(1.0, by=periods[place], given={"visits": most}) for place in (1, 3)]
    assert held[0].tiers[0].chance == pytest.approx(early, abs=1e-6)
    assert held[1].tiers[0].chance > late + 0.1
    assert not held[1].given[0].beyond
    far = found.target(1.0, by=periods[3], given={"visits": 3.0 * most})
    assert far.given[0].beyond
    assert "leaves the data" in far.summary()
    with pytest.raises(UsageError, match="noise_01"):
        found.target(1.0, by=periods[3], given={"noise_01": 1.0})


@pytest.mark.parametrize("kind", ["at", "sum"])
def test_the_chance_is_even_between_the_levels_that_are_needed(found: ll.Forecast, periods: list[str], kind: str) -> None:
    asked = found.target(2.0, by=periods[3], kind=kind)
    level = asked.needed().iloc[0]
    low, high = (
        found.target(2.0, by=periods[3], kind=kind, given={"visits": level[end]}).tiers[0].chance for end in ("low", "high")
    )
    assert (level["lead"], level["answer"]) == ("visits", "finite")
    assert low < 0.5 < high


def test_a_level_that_was_never_seen_is_a_finding_and_a_lead_too_late_is_not_identified(
    found: ll.Forecast, periods: list[str]
) -> None:
    assert found.target(1.0, by=periods[1]).needed().loc[0, "answer"] == "not identified"
    far = found.target(60.0, by=periods[3])
    assert far.needed().loc[0, "answer"] == "none seen"
    assert "No level of visits seen before reaches" in " ".join(far.explain().split())


def test_progress_goes_from_the_baseline_to_the_goal(found: ll.Forecast, table: pd.DataFrame, periods: list[str]) -> None:
    since = str(table.index[-4])[:10]
    rows = found.target(4.0, by=periods[3], since=since, baseline=1.0).progress()
    assert rows["period"].tolist() == [str(day)[:10] for day in table.index[-4:]] + periods
    assert rows["straight"].to_numpy() == pytest.approx(np.arange(1, 9) / 8)
    assert rows["actual"].to_numpy()[:4] == pytest.approx((table["kpi"].iloc[-4:] - 1.0) / 3.0)
    assert rows["actual"].isna().sum() == 4
    total = found.target(10.0, by=periods[3], since=since, kind="sum").progress()
    assert total["actual"].iloc[3] == pytest.approx(table["kpi"].iloc[-4:].sum() / 10.0)
    with pytest.raises(UsageError, match="another baseline"):
        found.target(1.0, by=periods[3], baseline=1.0).progress()


def test_what_is_expected_from_now_on_is_the_forecast(found: ll.Forecast, periods: list[str]) -> None:
    rows, wanted = found.target(4.0, by=periods[3], baseline=1.0).progress(), found.to_frame()
    assert_allclose(1.0 + 3.0 * rows[["expected", "expected_low", "expected_high"]], wanted[["point", "low_80", "high_80"]])
    total = found.target(4.0, by=periods[3], kind="sum")
    assert total.progress()["expected"].iloc[-1] == pytest.approx(total.expected / 4.0)


def test_what_was_expected_knows_nothing_of_later_rows(found: ll.Forecast, table: pd.DataFrame, periods: list[str]) -> None:
    since = str(table.index[-4])[:10]
    changed = table.copy()
    changed.iloc[-4:] += 3.0
    first, second = (
        one.target(4.0, by=periods[3], since=since, baseline=1.0).progress() for one in (found, found.model.score(changed))
    )
    assert_allclose(second["expected"], first["expected"])
    assert abs(second["actual"] - first["actual"]).iloc[0] > 0.5


def test_a_rate_over_several_periods_is_sum_over_sum() -> None:
    rng = np.random.default_rng(1)
    deals = rng.integers(20, 200, size=90).astype(float)
    wins = rng.binomial(deals.astype(int), 0.3).astype(float)
    index = pd.date_range("2023-01-02", periods=90, freq="7D")
    rate = [ll.Metric("win_rate", aggregate=ll.ratio("wins", "deals"))]
    data = pd.DataFrame({"wins": wins, "deals": deals, "visits": rng.normal(size=90)}, index=index)
    found = ll.forecast_kpi(data, kpi="win_rate", leads=["visits"], catalogue=rate, horizons=[1, 2], n_draws=99)
    first, last = (str(index[place])[:10] for place in (-10, -1))
    known = found.target(0.3, by=last, since=first, kind="sum")
    assert known.expected == pytest.approx(wins[-10:].sum() / deals[-10:].sum())
    ahead = found.target(0.3, by=found.to_frame()["period"].iloc[1], since=first, kind="sum")
    assert known.expected_low == known.expected
    assert ahead.expected == pytest.approx(known.expected, abs=0.05)
    alone = ll.forecast_kpi(
        data[["visits"]].assign(win_rate=wins / deals), kpi="win_rate", catalogue=rate, horizons=[1, 2], n_draws=99
    )
    with pytest.raises(UsageError, match="do not have 'deals'"):
        alone.target(0.3, by=last, since=first, kind="sum")


def test_a_period_without_any_deal_counts_nothing_in_a_rate_and_one_that_is_missing_is_named() -> None:
    rng = np.random.default_rng(1)
    deals = rng.integers(20, 200, size=90).astype(float)
    wins = rng.binomial(deals.astype(int), 0.3).astype(float)
    deals[-3] = wins[-3] = 0.0
    index = pd.date_range("2023-01-02", periods=90, freq="7D")
    rate = [ll.Metric("win_rate", aggregate=ll.ratio("wins", "deals"))]
    data = pd.DataFrame({"wins": wins, "deals": deals, "visits": rng.normal(size=90)}, index=index)
    first, last = (str(index[place])[:10] for place in (-10, -1))
    asked: dict[str, Any] = {"kpi": "win_rate", "leads": ["visits"], "catalogue": rate, "horizons": [1], "n_draws": 99}
    found = ll.forecast_kpi(data, **asked).target(0.3, by=last, since=first, kind="sum")
    assert found.expected == pytest.approx(wins[-10:].sum() / deals[-10:].sum())
    gap = data.assign(deals=data["deals"].where(np.arange(90) != 85))
    with pytest.raises(DataContractError, match=f"no value in {str(index[85])[:10]}"):
        ll.forecast_kpi(gap, **asked).target(0.3, by=last, since=first, kind="sum")


def test_few_outcomes_are_counted_and_many_are_judged(found: ll.Forecast, periods: list[str]) -> None:
    few, many = (found.target(1.0, by=periods[place]) for place in (3, 0))
    assert few.reliability.n_outcomes < 30
    assert f"{few.reliability.n_outcomes} outcomes so far, calibration cannot be judged" in few.summary()
    assert many.reliability.n_outcomes >= 30
    assert list(many.reliability.came) == sorted(many.reliability.came)
    assert "How often what had a chance came" in many.summary()


def test_its_words_fit_and_say_what_they_do_not_say(found: ll.Forecast, periods: list[str]) -> None:
    for kind in ("at", "by", "sum"):
        asked = found.target({"committed": 4.0, "moonshot": -9.0}, by=periods[3], kind=kind)
        said = asked.summary() + asked.explain()
        assert max(map(len, asked.summary().splitlines())) <= 80
        assert "mislabelled" in asked.summary()
        assert "cause" not in said
        assert "do not say what moving a lead would do" in " ".join(said.split())
        plt.close(asked.plot().figure)


def test_a_target_that_is_past_has_a_picture_too(found: ll.Forecast, table: pd.DataFrame) -> None:
    last = str(table.index[-2])[:10]
    for kind in ("at", "sum"):
        axes = found.target(1.0, by=last, since=str(table.index[-5])[:10], kind=kind).plot()
        assert last in axes.get_title(loc="left") + axes.get_title()
        plt.close(axes.figure)


def test_what_cannot_be_asked_is_refused(found: ll.Forecast, table: pd.DataFrame, periods: list[str]) -> None:
    for wrong, match in (
        ({"by": "soon"}, "by='soon'"), ({"by": periods[0], "kind": "until"}, "kind='until'"),
        ({"by": periods[0], "since": periods[1], "kind": "sum"}, "is not before"), ({"by": 5}, "by=5"),
        ({"by": "2200-01-01"}, "periods ahead"), ({"by": periods[0], "since": "1990-01-01", "kind": "sum"}, "before the first"),
        ({"by": periods[0], "wanted": "more"}, "wanted='more'"),
    ):  # fmt: skip
        with pytest.raises(UsageError, match=match):
            found.target(1.0, **wrong)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="tiers is empty"):
        found.target({}, by=periods[0])
    gap = table.copy()
    gap.iloc[-2, gap.columns.get_loc("kpi")] = np.nan
    with pytest.raises(DataContractError, match="has no value in"):
        found.model.score(gap).target(1.0, by=periods[0], since=str(table.index[-3])[:10], kind="sum")


def test_a_chance_that_no_path_reaches_is_not_known(found: ll.Forecast, periods: list[str], table: pd.DataFrame) -> None:
    asked = found.target(1e6, by=periods[3], kind="sum")
    assert "< 1 %" in asked.summary()
    assert "known  " not in asked.summary()
    assert "is < 1 %, < 1 % by what the data leave open" in " ".join(asked.explain().split())
    past = found.target(1e6, by=str(table.index[-1])[:10])
    assert "known" in past.summary().splitlines()[3]


def test_a_mislabelled_tier_is_told_what_its_name_means(found: ll.Forecast, periods: list[str]) -> None:
    said = " ".join(found.target({"Committed": 4.0}, by=periods[3]).summary().split())
    assert "Committed means a chance of 70 % to 100 %, and here it is " in said


def test_a_period_before_all_rows_is_refused(found: ll.Forecast) -> None:
    for kind in ("at", "by", "sum"):
        with pytest.raises(UsageError, match="is before the first period") as caught:
            found.target(1.0, by="1990-01-01", kind=kind)
        assert caught.value.argument == "by"


def test_a_goal_that_is_no_number_and_a_lead_that_is_none_are_refused(found: ll.Forecast, periods: list[str]) -> None:
    with pytest.raises(UsageError, match="give a finite number"):
        found.target("a", by=periods[0])
    with pytest.raises(UsageError, match="given='x' is not among the leads"):
        found.target(1.0, by=periods[0], given={"x": 1.0})
