"""What users know of a lead, its sign and when it acts, is what is asked of it; it is counted and said."""

from __future__ import annotations

import pandas as pd
import pytest
from matplotlib import pyplot

from leadlag.catalogue import Metric
from leadlag.errors import UnknownNameError, UsageError
from leadlag.ranking.kpis import rank_kpis
from leadlag.ranking.rank import rank_leads
from leadlag.ranking.result import LeadRanking
from leadlag.simulate import PlantedSeries, simulate_leads


def ranked(data: pd.DataFrame, **options: object) -> LeadRanking:
    return rank_leads(data, kpi="kpi", **{"max_lag": 8, "n_draws": 299, "evidence": False} | options)  # type: ignore[arg-type]


def told(ranking: LeadRanking) -> dict[str, object]:
    """All but the settings of the call."""
    return {name: value for name, value in ranking.to_dict().items() if name != "provenance"}


@pytest.fixture(scope="module")
def planted() -> pd.DataFrame:
    leads = (PlantedSeries(name="lead_a", effect=0.4, delay=2), PlantedSeries(name="lead_b", effect=-0.5, delay=5))
    return simulate_leads(series=leads, n_noise=3, rng=11).data


@pytest.fixture(scope="module")
def found(planted: pd.DataFrame) -> LeadRanking:
    return ranked(planted)


def test_knowing_nothing_changes_nothing(planted: pd.DataFrame, found: LeadRanking) -> None:
    assert ranked(planted, expected={}, delays={}).to_json() == found.to_json()


def test_all_lags_are_no_knowledge(planted: pd.DataFrame, found: LeadRanking) -> None:
    assert told(ranked(planted, delays={"lead_a": (1, 8)})) == told(found)


def test_a_lead_turned_round_with_the_other_sign_is_the_same_lead(planted: pd.DataFrame) -> None:
    one = ranked(planted, expected={"lead_a": "+"}, evidence=True).to_frame().set_index("lead")
    turned = planted.assign(lead_a=-planted["lead_a"])
    other = ranked(turned, expected={"lead_a": "-"}, evidence=True).to_frame().set_index("lead")
    other.loc["lead_a", ["effect", "effect_low", "effect_high"]] = -other.loc[
        "lead_a", ["effect", "effect_high", "effect_low"]
    ].to_numpy()
    pd.testing.assert_frame_equal(one, other, rtol=1e-9)


def test_the_right_sign_and_lags_make_a_lead_surer_and_the_wrong_sign_makes_it_none(
    planted: pd.DataFrame, found: LeadRanking
) -> None:
    known = ranked(planted, expected={"lead_a": "+", "lead_b": "+"}, delays={"lead_a": (1, 3)})
    before, after = (each.to_frame().set_index("lead") for each in (found, known))
    assert after.loc["lead_a", "pvalue"] < 0.6 * before.loc["lead_a", "pvalue"]
    assert before.loc["lead_b", "verdict"] == "lead"
    assert after.loc["lead_b", "verdict"] == "none"
    assert after.loc["lead_a", ["delay_low", "delay_high"]].between(1, 3).all()


def test_it_is_counted_and_said(planted: pd.DataFrame) -> None:
    known = ranked(planted, expected={"lead_a": "+"}, delays={"lead_a": (2, 4), "lead_b": 5}, evidence=True)
    assert known.family.n_tests == (3 + 1 + 3 * 8) * 5
    assert "Known      lead_a: searched over lags 2 to 4, positive effects only, as told" in known.summary()
    assert "Known      lead_b: searched over lag 5, as told" in known.summary()
    assert "covers the search over lags 2 to 4, positive effects only" in " ".join(known["lead_a"].explain().split())
    assert known["lead_a"].decision.evidence.profile.lags == (2, 3, 4)
    assert known["lead_a"].effect.passing_low > 0  # what one sign alone decided leaves out as much on either side
    settings = dict(known.provenance.settings)
    assert (settings["expected"], settings["delays"]) == ({"lead_a": "+"}, {"lead_a": (2, 4), "lead_b": (5, 5)})
    for picture in ("heatmap", "profile"):
        assert (known if picture == "heatmap" else known["lead_b"]).plot(kind=picture) is not None
        pyplot.close("all")


def test_a_catalogue_says_the_same_and_the_call_goes_first(planted: pd.DataFrame) -> None:
    call = ranked(planted, expected={"lead_a": "+"}, delays={"lead_a": (2, 4)})
    assert told(ranked(planted, catalogue=[Metric("lead_a", expected="+", delay=(2, 4))])) == told(call)
    other = [Metric("lead_a", expected="-", delay=(3, 5)), Metric("kpi", expected="+")]
    assert told(ranked(planted, catalogue=other, expected={"lead_a": "+"}, delays={"lead_a": (2, 4)})) == told(call)


def test_a_catalogue_is_taken_as_far_as_the_search_reaches(planted: pd.DataFrame) -> None:
    assert dict(ranked(planted, catalogue=[Metric("lead_a", delay=(2, 30))]).provenance.settings)["delays"] == {"lead_a": (2, 8)}
    with pytest.raises(UsageError, match=r"the delay=\(9, 12\) of 'lead_a' in the catalogue reaches beyond max_lag=8"):
        ranked(planted, catalogue=[Metric("lead_a", delay=(9, 12))])


def test_delays_of_a_lead_known_ahead_are_counted_from_the_period_it_is_for() -> None:
    table = simulate_leads(series=(PlantedSeries(name="lead_a", effect=0.9, delay=2),), n_noise=2, rng=5).data
    plan = table.assign(lead_a=table["lead_a"].shift(3))  # it acts one period before the one that it is for
    ahead = [Metric("lead_a", available_after=-3)]
    known = ranked(plan.iloc[3:], catalogue=ahead, delays={"lead_a": (-2, 0)}).to_frame().set_index("lead").loc["lead_a"]
    assert (known["verdict"], known["delay"]) == ("lead", -1)
    with pytest.raises(UsageError, match=r"begins before lag -2, the first of a metric known 3 ahead"):
        ranked(plan.iloc[3:], catalogue=ahead, delays={"lead_a": (-3, 0)})


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"expected": {"lead_x": "+"}}, UnknownNameError, "lead_x"),
        ({"expected": {"lead_a": "up"}}, UsageError, r"expected\['lead_a'\]='up'.*'\+', '-'"),
        ({"expected": ["lead_a"]}, UsageError, "give a mapping of candidates"),
        ({"expected": {"kpi": "+"}}, UsageError, "names the KPI 'kpi'"),
        ({"controls": ["lead_b"], "delays": {"lead_b": 2}}, UsageError, "names a control 'lead_b'"),
        ({"delays": {"lead_a": (0, 3)}}, UsageError, r"like \(1, 3\)"),
        ({"delays": {"lead_a": (5, 2)}}, UsageError, "ends before it begins"),
        ({"delays": {"lead_a": (2, 12)}}, UsageError, "max_lag=12"),
    ],
)
def test_a_wrong_expectation_is_refused_with_what_is_allowed(
    planted: pd.DataFrame, options: dict[str, object], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        ranked(planted, **options)


def test_of_many_kpis_each_takes_what_is_told_of_its_candidates(planted: pd.DataFrame, found: LeadRanking) -> None:
    options = {"max_lag": 8, "n_draws": 299, "evidence": False, "expected": {"lead_a": "+"}}
    both = rank_kpis(planted, kpis=["kpi", "lead_a"], **options)  # type: ignore[arg-type]
    assert not both.failures
    assert told(both["kpi"]) == told(ranked(planted, expected={"lead_a": "+"}))
    with pytest.raises(UnknownNameError, match="expected names columns"):
        rank_kpis(planted, kpis=["kpi"], leads=["lead_b"], **options)  # type: ignore[arg-type]
