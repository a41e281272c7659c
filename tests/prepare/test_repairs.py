"""What a table hides is repaired before anything is asked, said in one line, and left alone on request."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import leadlag as ll
from leadlag.catalogue import Metric, as_catalogue
from leadlag.decision.checks import Check, grade_of
from leadlag.errors import DataContractError, UsageError
from leadlag.prepare.repairs import REPAIRS, all_repaired, repaired
from leadlag.sample import from_wide
from leadlag.sample.ahead import moved_ahead
from leadlag.sample.known import trimmed

N = 156


def table(*, seed: int = 0, n_noise: int = 4) -> pd.DataFrame:
    """demos lead deals by two weeks; all columns are positive."""
    rng = np.random.default_rng(seed)
    demos = rng.normal(size=N + 2)
    columns = {"deals": 400 + 40 * demos[:-2] + 20 * rng.normal(size=N), "demos": 60 + 6 * demos[2:]}
    columns |= {f"other_{k}": 900 + 80 * rng.normal(size=N) for k in range(n_noise)}
    return pd.DataFrame(columns, index=pd.date_range("2021-01-04", periods=N, freq="7D", name="week"))


def ranked(frame: pd.DataFrame, **options: Any) -> ll.LeadRanking:
    return ll.rank_leads(frame, kpi="deals", evidence=False, **options)


def notes(ranking: ll.LeadRanking) -> dict[str, str]:
    return dict(ranking.provenance.warnings)


def test_a_clean_table_is_the_same_to_the_byte() -> None:
    frame = table()
    with_repairs, without = ranked(frame), ranked(frame, repair=())
    pd.testing.assert_frame_equal(with_repairs.to_frame(), without.to_frame())


def test_a_last_week_that_is_not_whole_makes_no_metric_coincident() -> None:
    frame = table()
    frame.iloc[-1] *= 3 / 7
    before = frame.copy()
    ranking = ranked(frame)
    assert ranking["demos"].verdict == "lead"
    assert set(ranking.to_frame().set_index("lead")["verdict"].drop("demos")) == {"none"}
    assert "2023-12-25: the last period may not be whole" in notes(ranking)["LL145"]
    pd.testing.assert_frame_equal(frame, before)
    assert "LL145" not in notes(ranked(frame, repair=()))


def test_a_table_too_narrow_to_tell_names_as_of() -> None:
    frame = table(n_noise=0)
    frame.iloc[-1] *= 3 / 7
    assert "as_of=" in notes(ranked(frame))["LL149"]


def test_a_common_change_of_unit_is_undone_in_the_unit_of_today() -> None:
    frame = table()
    changed = frame.copy()
    changed.loc[:"2022-03-01", ["deals", "demos", "other_0"]] *= 1000.0
    ranking, plain = ranked(changed), ranked(frame)
    assert ranking["demos"].effect.value == pytest.approx(plain["demos"].effect.value)
    assert "0.001 times" in notes(ranking)["LL146"]


def test_a_value_for_missing_is_missing() -> None:
    frame = table()
    frame.iloc[[5, 50, 100], 1] = -999.0
    assert "-999 stands 3 times" in notes(ranked(frame))["LL147"]
    empty = frame.replace(-999.0, np.nan)
    pd.testing.assert_frame_equal(ranked(frame).to_frame(), ranked(empty).to_frame())


def test_one_column_alone_is_named_and_fails_a_check() -> None:
    frame = table()
    frame.loc["2022-03-01":, "demos"] *= 100.0
    ranking = ll.rank_leads(frame, kpi="deals", log=["demos"])
    assert "100 times what it was" in notes(ranking)["LL148"]
    answers = ranking["demos"].checks().set_index("check")["status"]
    assert answers["data_unit"] == "fail"


def test_a_change_of_unit_leaves_no_grade_but_weak() -> None:
    passed = [Check(code=code, status="pass") for code in ("gain", "sure", "stable", "delay_set", "time_to_act")]
    assert grade_of([*passed, Check(code="data_unit", status="fail")]) == "weak"
    worse = replace(passed[0], status="fail", value=-0.05)
    assert (grade_of([worse, *passed[1:]]), grade_of([worse, *passed[1:]], harmful=-0.02)) == ("moderate", "weak")


def test_a_kpi_of_two_kinds_of_values_is_refused_with_what_they_are() -> None:
    frame = table()
    frame["deals"] = 46 + (frame["deals"] - 400) / 1000
    frame.iloc[np.random.default_rng(5).choice(N, 12, replace=False), 0] = -999.0
    with pytest.raises(DataContractError, match="-999 stands in it 12 times") as caught:
        ranked(frame, repair=())
    assert caught.value.call.endswith("repair=('rows', 'scales', 'sentinels'))")
    assert ranked(frame)["demos"].verdict == "lead"


def test_repairs_that_do_not_exist_are_refused() -> None:
    with pytest.raises(UsageError, match="'scales'"):
        ranked(table(), repair=["scale"])


@pytest.mark.parametrize(
    "ask",
    [
        lambda data, **options: ll.delay_set(data, kpi="deals", lead="demos", n_draws=99, **options),
        lambda data, **options: ll.forecast_gain(data, kpi="deals", leads=["demos"], **options),
        lambda data, **options: ll.refutation_test(data, kpi="deals", lead="demos", **options),
        lambda data, **options: ll.stability_test(data, kpi="deals", lead="demos", **options),
        lambda data, **options: ll.detectable_effect(data, kpi="deals", leads=["demos"], **options),
    ],
    ids=["delay_set", "forecast_gain", "refutation_test", "stability_test", "detectable_effect"],
)
def test_every_question_of_the_engine_repairs_and_says_so(ask: Any) -> None:
    frame = table()
    frame.iloc[[5, 50, 100], 1] = -999.0
    assert "LL147" in dict(ask(frame).provenance.warnings)
    assert "LL147" not in dict(ask(frame, repair=()).provenance.warnings)


OTHERS = [f"other_{k}" for k in range(4)]


def screened(data: pd.DataFrame, **options: Any) -> Any:
    found = ll.granger_screen(data, kpis="deals", leads=["demos", *OTHERS], max_order=2, **options)
    return found, [tuple(note) for note in found.attrs["notes"]]


def told(result: Any, numbers: Any) -> Any:
    return numbers, result.provenance.warnings


def correlated(data: pd.DataFrame, **options: Any) -> Any:
    result = ll.cross_correlations(data, kpis="deals", leads=["demos", *OTHERS], **options)
    return told(result, result.to_frame())


PAIR: dict[str, Any] = {"kpi": "deals", "lead": "demos"}
#: Questions about columns as they are given, each with the numbers of its answer and the notes.
BESIDE: dict[str, Any] = {
    "granger_test": lambda data, **options: told(
        result := ll.granger_test(data, **PAIR, order=2, controls=OTHERS, **options), result.to_frame()
    ),
    "lagged_regression": lambda data, **options: told(
        result := ll.lagged_regression(data, kpi="deals", leads=["demos", *OTHERS], max_lag=2, n_draws=99, **options),
        result.to_frame(),
    ),
    "local_projection": lambda data, **options: told(
        result := ll.local_projection(data, **PAIR, horizons=3, controls=OTHERS, **options), result.to_frame()
    ),
    "cross_correlation": lambda data, **options: told(
        result := ll.cross_correlation(data, **PAIR, controls=OTHERS, **options), result.to_frame()
    ),
    "cross_correlations": correlated,
    "granger_screen": screened,
}


@pytest.fixture(params=BESIDE)
def beside(request: pytest.FixtureRequest) -> Any:
    """A question, always with all that is repaired unless it is told otherwise."""
    return lambda data, repair=REPAIRS: BESIDE[request.param](data, repair=repair)


def test_questions_beside_the_engine_repair_what_was_hit_as_if_it_were_missing(beside: Any) -> None:
    frame = table()
    frame.iloc[80] *= 0.1
    frame.iloc[[5, 50, 100], 1] = -999.0
    by_hand = frame.copy()
    by_hand.iloc[80], by_hand.iloc[[5, 50, 100], 1] = np.nan, np.nan
    (numbers, notes), (expected, _), (plain, unsaid) = beside(frame), beside(by_hand), beside(frame, repair=())
    assert {"LL145", "LL147"} <= dict(notes).keys()
    pd.testing.assert_frame_equal(numbers, expected)
    assert not {"LL145", "LL147"} & dict(unsaid).keys()
    assert not numbers.equals(plain)


def test_they_undo_a_change_of_unit(beside: Any) -> None:
    frame = table()
    changed = frame.copy()
    changed.iloc[:60, [0, 1, 2]] *= 1000.0
    (numbers, notes), (expected, _) = beside(changed), beside(frame)
    assert "2022-02-28" in dict(notes)["LL146"]
    pd.testing.assert_frame_equal(numbers, expected, rtol=1e-8)


def test_where_nothing_was_hit_they_are_the_same_to_the_byte(beside: Any) -> None:
    pd.testing.assert_frame_equal(beside(table())[0], beside(table(), repair=())[0], check_exact=True)


def test_a_screen_is_of_the_columns_as_they_are_unless_it_is_told_otherwise() -> None:
    frame = table()
    frame.iloc[[5, 50, 100], 1] = -999.0
    pd.testing.assert_frame_equal(screened(frame)[0], screened(frame, repair=())[0])


def test_a_centred_mean_of_the_kpi_keeps_its_row_and_no_grade_but_weak() -> None:
    frame = table()
    frame["smoothed"] = frame["deals"].rolling(5, center=True).mean()
    ranking = ll.rank_leads(frame, kpi="deals", evidence=False)
    assert "smoothed is made of the KPI's own values" in notes(ranking)["LL160"]
    answers = ranking["smoothed"].checks().set_index("check")["status"]
    assert answers["data_origin"] == "fail"
    assert ranking["demos"].verdict == "lead"


def test_months_interpolated_from_quarters_are_no_months() -> None:
    rng = np.random.default_rng(6)
    months = pd.period_range("2014-01", periods=N, freq="M")
    frame = pd.DataFrame({"sales": rng.normal(100, 5, N), "gdp": np.interp(np.arange(N), 3 * np.arange(60), rng.normal(size=60))})
    frame.index = months
    row = ll.rank_leads(frame, kpi="sales", evidence=False)["gdp"]
    assert row.verdict == "untestable"
    assert "data=[slower, faster]" in row.explain()
    reason = str(ll.rank_leads(frame, kpi="sales", evidence=False).to_frame().iloc[0]["reason"])
    assert "LL209" in reason
    assert "one value every quarter gives all the others" in reason
    with pytest.raises(DataContractError, match="looks interpolated: one value every quarter") as caught:
        ll.rank_leads(frame, kpi="gdp", evidence=False)
    assert caught.value.code == "LL313"
    quarters = pd.DataFrame({"gdp": frame["gdp"].iloc[::3].to_numpy()}, index=pd.period_range("2014Q1", periods=N // 3, freq="Q"))
    assert ll.rank_leads([quarters, frame[["sales"]]], kpi="gdp", evidence=False)["sales"].verdict == "none"


def test_what_is_known_ahead_is_judged_in_the_row_that_it_is_for_and_keeps_its_last_values() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(100 + rng.normal(size=(90, 6)), columns=list("kabcde"))
    frame.iloc[40] /= 2
    metrics = as_catalogue([Metric("e", available_after=-3)])
    sample = moved_ahead(from_wide(frame), metrics, kpi="k", controls=())
    told = repaired(sample, sample.names, REPAIRS)
    assert np.isnan(told.values[40, :5]).all()
    missing = np.flatnonzero(np.isnan(told.column("e"))).tolist()
    assert missing == [37, 87, 88, 89]
    plan = pd.DataFrame({"k": np.r_[frame["k"], [np.nan] * 3], "e": np.r_[frame["e"], 1.0, 2.0, 999.0]})
    sample = trimmed(moved_ahead(from_wide(plan), metrics, kpi="k", controls=()))
    values = repaired(sample, sample.names, REPAIRS).column("e")
    assert np.array_equal(values[-3:], [1.0, 2.0, 999.0])


def test_segments_that_are_repaired_together_are_repaired_as_each_alone() -> None:
    parts = [table(seed=seed) for seed in range(6)]
    parts[1].loc[parts[1].index[[20, 50, 90]], "demos"] = -999.0
    parts[2].iloc[:80] *= 1000.0
    parts[3].iloc[-1] *= 3 / 7
    parts[4].iloc[30:44, 1] = np.nan
    parts[5].iloc[60, :4] *= 0.1
    whole = from_wide(
        pd.concat([part.assign(shop=f"s{place}") for place, part in enumerate(parts)]).reset_index(), time="week", segment="shop"
    )
    samples = [whole.segment(name) for name in whole.segments]
    season = np.column_stack([f(2 * np.pi * np.arange(N) / 52.18) for f in (np.sin, np.cos)])
    together = all_repaired(samples, whole.names, REPAIRS, season=season)
    codes = [[note.code for note in sample.notes if note.code.startswith("LL14")] for sample in together]
    assert codes == [[], ["LL147"], ["LL146"], ["LL145"], [], ["LL145"]]
    assert (together[0] is samples[0], together[4] is samples[4]) == (True, True)
    for sample, one in zip(samples, together, strict=True):
        (alone,) = all_repaired([sample], whole.names, REPAIRS, season=season)
        np.testing.assert_array_equal(one.values, alone.values)
        assert one.notes == alone.notes
