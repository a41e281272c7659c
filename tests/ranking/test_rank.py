"""The whole walk: what is planted is found, what is not is not, and nothing depends on units, order or luck."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot

from leadlag.datasets import load_sample
from leadlag.errors import DataContractError, UnknownNameError, UsageError
from leadlag.ranking.rank import rank_leads
from leadlag.ranking.result import COLUMNS, LeadRanking
from leadlag.simulate import PlantedSeries, simulate_leads
from tests.hazards import Hazard, good_frame, hazards

N_DRAWS = 299


def ranked(data: pd.DataFrame, *, kpi: str = "kpi", **options: object) -> LeadRanking:
    """What is found; what backs it costs time, and is asked for by tests that look at it."""
    return rank_leads(data, kpi=kpi, **{"max_lag": 8, "n_draws": N_DRAWS, "evidence": False} | options)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def planted() -> pd.DataFrame:
    """Weeks with leads at delays 2 and 5, and four columns of noise; dates in a column."""
    leads = (PlantedSeries(name="lead_a", effect=0.8, delay=2), PlantedSeries(name="lead_b", effect=-0.8, delay=5))
    data = simulate_leads(series=leads, n_noise=4, rng=11).data
    return data.rename_axis("week").reset_index()


@pytest.fixture(scope="module")
def found(planted: pd.DataFrame) -> LeadRanking:
    """The ranking of the planted weeks, for all who compare with it or look at it."""
    return ranked(planted)


@pytest.fixture(scope="module")
def whole(planted: pd.DataFrame) -> LeadRanking:
    """The same with what backs its leads."""
    return ranked(planted, evidence=True)


def same_ranking(one: LeadRanking, other: LeadRanking, *, rtol: float) -> None:
    ours, theirs = (each.to_frame().set_index("lead") for each in (one, other))
    theirs = theirs.loc[ours.index]
    assert ours["verdict"].tolist() == theirs["verdict"].tolist()
    np.testing.assert_allclose(theirs[["pvalue", "qvalue"]].astype(float), ours[["pvalue", "qvalue"]].astype(float), rtol=rtol)
    pd.testing.assert_frame_equal(theirs[["delay", "delay_low", "delay_high"]], ours[["delay", "delay_low", "delay_high"]])


def test_planted_leads_come_first_with_their_delays_and_signs(planted: pd.DataFrame, found: LeadRanking) -> None:
    table = found.to_frame().set_index("lead")
    assert set(table.index[:2]) == {"lead_a", "lead_b"} <= set(found.leads)
    for lead, delay, sign in (("lead_a", 2, 1), ("lead_b", 5, -1)):
        row = table.loc[lead]
        assert row["delay_low"] <= delay <= row["delay_high"]
        assert np.sign(row["effect_low"]) == np.sign(row["effect_high"]) == sign
        assert row["effect_low"] <= row["effect"] <= row["effect_high"]
        assert row["nobs"] + row["n_dropped"] == len(planted)


def test_the_effect_of_a_planted_lead_lies_within_its_interval_as_often_as_it_says() -> None:
    inside, delays = [], []
    for seed in range(25):
        lead = PlantedSeries(name="lead", effect=1.0, delay=3, persistence=0.3)
        simulation = simulate_leads(series=[lead], n_noise=2, rng=seed)
        row = ranked(simulation.data, rng=seed, n_draws=199).to_frame().set_index("lead").loc["lead"]
        planted_effect = simulation["lead"].effect * row["lead_sd"] / np.std(simulation.data["lead"])
        inside.append(row["effect_low"] <= planted_effect <= row["effect_high"])
        delays.append(row["delay_low"] <= 3 <= row["delay_high"])
    assert np.mean(inside) > 0.9 - 4 * math.sqrt(0.9 * 0.1 / 25)
    assert np.mean(delays) > 0.9 - 4 * math.sqrt(0.9 * 0.1 / 25)


def test_traps_are_called_what_they_are() -> None:
    """A chain upstream -> lead -> KPI, a series that follows the KPI, one that moves with it, and two that do neither."""
    series = (
        PlantedSeries(name="lead", effect=1.2, delay=2, driver="upstream", driver_lag=1, driver_share=0.8),
        PlantedSeries(name="upstream", persistence=0.3),
        PlantedSeries(name="follower", driver="kpi", driver_lag=2, driver_share=0.8),
        PlantedSeries(name="together", surprise=0.7, persistence=0.2),
    )
    tables = [ranked(simulate_leads(series=series, n_noise=2, rng=seed).data).to_frame().set_index("lead") for seed in range(6)]
    verdicts = pd.DataFrame([table["verdict"] for table in tables]).mode().iloc[0]
    expected = {"lead": "lead", "upstream": "indirect", "follower": "reverse", "together": "coincident"}
    assert verdicts[list(expected)].to_dict() == expected
    for table in tables:
        chosen, indirect = table[table["verdict"] == "lead"], table[table["verdict"] == "indirect"]
        assert chosen["conditional_pvalue"].is_monotonic_increasing
        assert chosen["conditional_pvalue"].notna().all()
        assert table.drop(chosen.index)["conditional_pvalue"].isna().all()
        assert set(indirect["explained_by"]) <= set(chosen.index)
        assert (table.drop(indirect.index)["explained_by"] == "").all()
        passes = (table["qvalue"] <= 0.10) & ~table["reason"].str.startswith("unconfirmed")
        assert passes.tolist() == table["verdict"].isin(["lead", "indirect"]).tolist()


def test_what_moved_once_with_the_kpi_is_no_lead_and_says_so() -> None:
    """All shift once, the candidates some weeks before the KPI, and have nothing else to do with it."""
    weeks, n_leads, reasons = np.arange(156), [], []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        early = {f"x{k}": rng.normal(size=156) + 4.0 * (weeks >= 79 - k) for k in range(4)}
        ranking = ranked(pd.DataFrame({"kpi": rng.normal(size=156) + 4.0 * (weeks >= 80), **early}))
        n_leads.append(len(ranking.leads))
        reasons += ranking.to_frame()["reason"].tolist()
    assert sum(n > 0 for n in n_leads) <= 2
    assert any(reason.startswith("one_event") for reason in reasons)


def test_the_table_is_the_contracts(found: LeadRanking) -> None:
    table = found.to_frame()
    assert tuple(table.columns) == COLUMNS
    assert table["rank"].tolist() == list(range(1, 7))


def test_the_same_rng_gives_the_same_ranking(planted: pd.DataFrame) -> None:
    first, again = (ranked(planted, rng=rng, evidence=True).to_frame() for rng in (5, np.random.default_rng(5)))
    pd.testing.assert_frame_equal(first, again)
    assert not ranked(planted, rng=6).to_frame()["pvalue"].equals(first["pvalue"])


def test_units_do_not_matter(planted: pd.DataFrame, whole: LeadRanking) -> None:
    scaled = planted.assign(kpi=planted["kpi"] * 1e12, lead_a=planted["lead_a"] * 1e-3, lead_b=planted["lead_b"] * -1.0)
    ours, theirs = whole, ranked(scaled, evidence=True)
    same_ranking(ours, theirs, rtol=1e-6)
    table, scaled_table = (each.to_frame().set_index("lead") for each in (ours, theirs))
    backing = ["grade", "gain", "stability_pvalue"]
    pd.testing.assert_frame_equal(table[backing], scaled_table[backing], rtol=1e-6)
    effect, scaled_effect = table["effect"], scaled_table["effect"]
    assert scaled_effect["lead_a"] == pytest.approx(effect["lead_a"] * 1e12)
    assert scaled_effect["lead_b"] == pytest.approx(effect["lead_b"] * -1e12)


def test_a_constant_offset_does_not_matter(planted: pd.DataFrame, found: LeadRanking) -> None:
    moved = planted.assign(**{name: planted[name] + 1e8 for name in ("kpi", "lead_a", "noise_01")})
    same_ranking(found, ranked(moved), rtol=1e-5)


def test_the_order_of_columns_does_not_matter(planted: pd.DataFrame, found: LeadRanking) -> None:
    turned = ranked(planted[planted.columns[::-1]])
    same_ranking(found, turned, rtol=1e-8)
    pd.testing.assert_index_equal(pd.Index(found.to_frame()["lead"]), pd.Index(turned.to_frame()["lead"]))


def test_the_order_of_rows_does_not_matter(planted: pd.DataFrame, found: LeadRanking) -> None:
    same_ranking(found, ranked(planted.sample(frac=1.0, random_state=3)), rtol=1e-12)


def test_names_do_not_matter(planted: pd.DataFrame, found: LeadRanking) -> None:
    names = {"lead_a": "zz", "lead_b": "a", "kpi": "<b>sales</b>"}
    ours = found.to_frame().replace({"lead": names}).set_index("lead")
    theirs = ranked(planted.rename(columns=names), kpi="<b>sales</b>").to_frame().set_index("lead")
    np.testing.assert_allclose(theirs.loc[ours.index, "pvalue"], ours["pvalue"], rtol=1e-6)


def test_the_callers_table_is_not_changed(planted: pd.DataFrame) -> None:
    before = planted.copy(deep=True)
    ranked(planted, controls=["noise_01"])
    pd.testing.assert_frame_equal(planted, before)


def test_candidates_that_cannot_be_tested_stand_last_with_their_reason(planted: pd.DataFrame) -> None:
    n = len(planted)
    table = ranked(planted.assign(a_flat=4.0, a_line=np.arange(n) * 2.0, a_copy=3 - planted["kpi"], a_blank=np.nan)).to_frame()
    last = table.tail(4).set_index("lead")
    assert {name: reason[:5] for name, reason in last["reason"].items()} == {
        "a_flat": "LL203",
        "a_line": "LL207",
        "a_copy": "LL205",
        "a_blank": "LL201",
    }
    assert (last["verdict"] == "untestable").all()
    assert last[["delay", "effect", "pvalue", "qvalue"]].isna().all(axis=None)
    assert (table["verdict"].head(6) != "untestable").all()


@pytest.mark.parametrize("hazard", hazards("LL2"), ids=lambda item: item.name)
def test_every_bad_lead_of_the_hazard_list_keeps_its_row(hazard: Hazard) -> None:
    row = ranked(hazard.build(), kpi="sales", **hazard.options).to_frame().set_index("lead").loc["visits"]
    assert (row["verdict"], row["reason"][:5]) == ("untestable", hazard.code)


def test_controls_are_in_every_model_and_never_ranked(planted: pd.DataFrame, found: LeadRanking) -> None:
    rng = np.random.default_rng(1)
    price = rng.normal(size=len(planted))
    disturbed = planted.assign(kpi=planted["kpi"] + 8 * price, price=price)
    with_price, clean = ranked(disturbed, controls="price"), found
    assert "price" not in set(with_price.to_frame()["lead"])
    assert {"lead_a", "lead_b"} <= set(with_price.leads)
    effect, expected = (each.to_frame().set_index("lead")["effect"] for each in (with_price, clean))
    assert effect["lead_a"] == pytest.approx(expected["lead_a"], rel=0.25)
    without = ranked(disturbed, leads=["lead_a", "lead_b"]).to_frame().set_index("lead")
    assert (without["pvalue"] > with_price.to_frame().set_index("lead").loc[without.index, "pvalue"]).all()


def test_a_logged_kpi_gives_percent(planted: pd.DataFrame, found: LeadRanking) -> None:
    logged = planted.assign(kpi=np.exp(0.01 * planted["kpi"]))
    effect = ranked(logged, log=["kpi"]).to_frame().set_index("lead")["effect"]
    straight = found.to_frame().set_index("lead")["effect"]
    np.testing.assert_allclose(effect[straight.index], 100 * np.expm1(0.01 * straight), rtol=1e-6)


def test_all_columns_of_numbers_are_candidates_unless_leads_are_named(planted: pd.DataFrame) -> None:
    with_text = planted.assign(region="north")
    ranking = ranked(with_text)
    assert set(ranking.to_frame()["lead"]) == set(planted.columns) - {"kpi", "week"}
    assert [name for name, _ in ranking.left_out] == ["region"]
    assert ranked(with_text, leads=["lead_b"]).to_frame()["lead"].tolist() == ["lead_b"]


def test_one_lead_is_asked_for_by_name(found: LeadRanking) -> None:
    assert found["lead_a"].decision.evidence.lead == "lead_a"
    with pytest.raises(UnknownNameError, match=r"Did you mean 'lead_a'\?"):
        found["leada"]


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"kpi": "kpis"}, UnknownNameError, "Did you mean 'kpi'"),
        ({"leads": ["lead_a", "lead_c"]}, UnknownNameError, "lead_c"),
        ({"leads": ["kpi"]}, UsageError, "KPI 'kpi'"),
        ({"leads": []}, UsageError, "leads is empty"),
        ({"leads": ["lead_a"], "controls": ["lead_a"]}, UsageError, "both name 'lead_a'"),
        ({"log": ["lead_z"]}, UnknownNameError, "lead_z"),
        ({"log": ["lead_a"]}, UsageError, "zero or below"),
        ({"fdr": 1.5}, UsageError, "fdr=1.5"),
        ({"max_lag": 0}, UsageError, "max_lag=0"),
        ({"max_lag": 500}, UsageError, "max_lag=500"),
        ({"n_draws": 10}, UsageError, "n_draws=10"),
        ({"rng": None}, UsageError, "rng=None"),
        ({"nonlinear": "yes"}, UsageError, "nonlinear='yes'"),
    ],
)
def test_a_wrong_call_is_refused_with_the_argument_named(
    planted: pd.DataFrame, options: dict[str, object], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        ranked(planted, **options)


def test_a_kpi_without_information_stops_everything(planted: pd.DataFrame) -> None:
    with pytest.raises(DataContractError, match="'kpi' is constant") as error:
        ranked(planted.assign(kpi=1.0))
    assert error.value.code == "LL313"


def test_a_perfect_lead_is_a_lead_and_not_a_p_of_one() -> None:
    frame = good_frame()
    row = ranked(frame.assign(sales=frame["visits"].shift(2)), kpi="sales").to_frame().iloc[0]
    assert (row["lead"], row["verdict"], row["delay"]) == ("visits", "lead", 2)
    assert row["pvalue"] < 1e-12


def test_missing_values_are_left_out_and_counted(planted: pd.DataFrame) -> None:
    holes = planted.assign(lead_a=planted["lead_a"].where(planted.index % 13 != 5), kpi=planted["kpi"].where(planted.index != 70))
    ranking = ranked(holes)
    table = ranking.to_frame().set_index("lead")
    assert {"lead_a", "lead_b"} <= set(ranking.leads)
    assert table.loc["lead_a", "nobs"] < table.loc["lead_b", "nobs"] < len(planted)
    assert table.loc["lead_a", "nobs"] + table.loc["lead_a", "n_dropped"] == len(planted)


def within_four_errors(shares: list[float], level: float) -> bool:
    """Whether a share is `level`, its error taken over tables: candidates of one table share their KPI."""
    return abs(np.mean(shares) - level) <= 4 * np.std(shares, ddof=1) / math.sqrt(len(shares))


def test_p_is_below_five_percent_in_five_percent_of_unrelated_candidates() -> None:
    shares = []
    for seed in range(25):
        data = simulate_leads(n_periods=104, series=(), n_noise=15, rng=seed).data
        shares.append(float(np.mean(ranked(data, rng=seed, n_draws=199).to_frame()["pvalue"] < 0.05)))
    assert within_four_errors(shares, 0.05)


def test_unrelated_random_walks_are_rarely_called_leads() -> None:
    """At an FDR of 0.10 one table in ten may hold a false lead; three standard errors of 30 tables are added."""
    any_false = []
    for seed in range(30):
        walks = simulate_leads(
            n_periods=120,
            series=(),
            n_noise=10,
            noise_persistence=(0.0, 0.0),
            kpi_momentum=(),
            integration="integrated",
            rng=seed,
        )
        any_false.append(len(ranked(walks.data, rng=seed, n_draws=199).leads) > 0)
    assert np.mean(any_false) <= 0.10 + 3 * math.sqrt(0.1 * 0.9 / 30)


# Effects that are not linear


@pytest.fixture(scope="module")
def curved() -> pd.DataFrame:
    """Weeks with a lead that acts by its square, one that acts above its mean only, and four columns of noise."""
    leads = (
        PlantedSeries(name="square", effect=-0.8, delay=2, response="quadratic"),
        PlantedSeries(name="kink", effect=0.8, delay=4, response="threshold"),
    )
    return simulate_leads(series=leads, n_noise=4, n_periods=156, rng=3).data


@pytest.fixture(scope="module")
def bent(curved: pd.DataFrame) -> LeadRanking:
    return ranked(curved, nonlinear=True)


def test_effects_that_are_not_linear_are_found_where_they_are_asked_for(curved: pd.DataFrame, bent: LeadRanking) -> None:
    assert "square" not in ranked(curved).leads
    table = bent.to_frame().set_index("lead")
    assert set(bent.leads) == {"square", "kink"}
    assert table.loc[["square", "kink"], "delay"].tolist() == [2, 4]
    assert [bent[name].decision.evidence.response for name in ("square", "kink")] == ["square", "above"]


def test_a_square_has_no_effect_of_one_sign_and_says_so(bent: LeadRanking) -> None:
    row = bent.to_frame().set_index("lead").loc["square"]
    assert row[["effect", "effect_low", "effect_high"]].isna().all()
    assert row["lead_sd"] > 0
    said = " ".join(bent["square"].explain().split())
    assert "A move of square by" in said
    assert "lower 2 weeks later (90 % interval:" in said
    assert "a rise has no effect of one sign" in said


def test_the_effect_of_a_lead_that_acts_above_its_mean_is_that_of_a_rise_at_any_time() -> None:
    """For normal leads of unit sd a rise by one adds 0.684 on average to what lies above zero."""
    ratios = []
    for seed in range(7):
        lead = PlantedSeries(name="kink", effect=1.0, delay=3, response="threshold")
        data = simulate_leads(series=[lead], n_noise=2, n_periods=200, rng=seed).data
        found = ranked(data, nonlinear=True, rng=seed, n_draws=199, leads=["kink"]).to_frame().loc[0]
        slope = 1.0 / math.sqrt(0.5 - 0.5 / math.pi)  # of a threshold response, planted with unit sd
        ratios.append(found["effect"] / (0.684 * slope * found["lead_sd"]))
    assert np.median(ratios) == pytest.approx(1.0, abs=0.15)


def test_the_shapes_that_are_not_linear_count_as_tests(
    curved: pd.DataFrame, bent: LeadRanking, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = ranked(curved)
    assert (plain.family.n_shapes, bent.family.n_shapes) == (5 * 8, 8 * 8)
    planned: dict[str, int] = {}
    monkeypatch.setattr("leadlag.prepare.searched.check_limits", lambda **asked: planned.update(n_tests=asked["n_tests"]))
    ranked(curved, nonlinear=True)
    assert planned["n_tests"] == bent.family.n_tests
    assert dict(bent.provenance.settings)["nonlinear"] is True


def test_off_is_the_default(planted: pd.DataFrame, found: LeadRanking) -> None:
    pd.testing.assert_frame_equal(ranked(planted, nonlinear=False).to_frame(), found.to_frame(), check_exact=True)


def test_every_view_of_a_ranking_takes_a_lead_without_an_effect(bent: LeadRanking, tmp_path: Path) -> None:
    rows = json.loads(bent.to_json())["rows"]
    assert next(row for row in rows if row["lead"] == "square")["effect"] is None
    assert "Nonlinear" in bent.summary()
    assert "acts by its square" in bent.report(tmp_path / "page.html").read_text(encoding="utf-8")
    for kind in (None, "heatmap"):
        bent.plot() if kind is None else bent.plot(kind=kind)
    bent["square"].plot()
    pyplot.close("all")
    assert bent.to_markdown().count("square") == 1


@pytest.mark.parametrize("rng", [0, 1])
def test_the_mean_duration_of_unemployment_follows_the_rate(rng: int) -> None:
    """It passes beside other leads, as the KPI's own past would, but not alone."""
    ranking = rank_leads(load_sample("us_unemployment"), kpi="unemployment_rate", rng=rng, n_draws=499, evidence=False)
    verdict = ranking.to_frame().set_index("lead")["verdict"]
    assert verdict["initial_claims"] == "lead"
    assert verdict["mean_unemployment_weeks"] == "reverse"


def test_without_the_evidence_beside_them_the_verdicts_are_the_same(found: LeadRanking, whole: LeadRanking) -> None:
    with_it, bare = whole.to_frame(), found.to_frame()
    beside = ["granger_pvalue", "grade", "gain", "gain_pvalue", "stability_pvalue"]
    assert bare[beside].isna().all(axis=None)
    assert with_it["granger_pvalue"].notna().all()
    assert with_it.loc[with_it["verdict"] == "lead", beside].notna().all(axis=None)
    pd.testing.assert_frame_equal(bare.drop(columns=beside), with_it.drop(columns=beside))
