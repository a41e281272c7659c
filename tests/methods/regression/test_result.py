"""A fitted regression under its names: terms, profiles, tables, and what all views say."""

from __future__ import annotations

import json
from dataclasses import fields

import numpy as np
import pandas as pd
import pytest
from scipy.signal import lfilter

import leadlag as ll
from leadlag.errors import UnknownNameError
from leadlag.methods.regression.numbers.units import RegressionNumbers
from leadlag.methods.regression.profile import LagProfile
from tests.methods.regression.test_question import SHAPES, frame, regressed


@pytest.mark.parametrize(
    ("options", "terms"),
    [
        ({}, ["visits.L1", "visits.L2"]),
        ({"shape": "almon", "degree": 1}, ["visits.almon0", "visits.almon1"]),
        ({"shape": "geometric", "start": 2}, ["visits.L2", "visits.decay"]),
        ({"shape": "delayed"}, ["visits.at_peak", "visits.decay", "visits.peak"]),
        ({"shape": "exp_almon", "min_lag": 0}, ["visits.total", "visits.theta1", "visits.theta2"]),
        ({"own_lags": [2], "controls": "price", "trend": "linear"}, ["trend", "price", "sales.L2", "visits.L1", "visits.L2"]),
        ({"season": 4}, ["season4.1", "season4.2", "season4.3", "visits.L1", "visits.L2"]),
        ({"noise_order": (1, 0, 1)}, ["visits.L1", "visits.L2", "ar.L1", "ma.L1"]),
        ({"seasonal_order": (1, 0, 1, 4)}, ["visits.L1", "visits.L2", "ar.S.L4", "ma.S.L4"]),
    ],
)
def test_every_term_has_a_name(options: dict, terms: list[str]) -> None:
    found = regressed(max_lag=2, **options)
    assert list(found.params.index) == ["const", *terms]
    assert list(found.coefficients()["term"]) == ["const", *terms]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_frame_has_a_row_for_each_lag_of_each_lead(shape: str) -> None:
    found = regressed(leads=["visits", "price"], shape=shape, min_lag=0, horizon=9)
    table = found.to_frame()
    assert list(table.groupby("lead", sort=False)["lag"].agg(list)) == [list(range(10))] * 2
    assert (table["low_all"] <= table["low"]).all()
    assert (table["high"] <= table["high_all"]).all()
    np.testing.assert_allclose(table.groupby("lead")["effect"].cumsum(), table["cumulative"], rtol=1e-9, atol=1e-9)
    assert found["price"].lags == tuple(range(10))


def test_a_lead_is_asked_for_by_its_name() -> None:
    assert isinstance(regressed()["visits"], LagProfile)
    with pytest.raises(UnknownNameError, match="visits"):
        regressed()["visit"]


def test_own_lags_carry_an_effect_beyond_the_last_lag() -> None:
    profile = regressed(max_lag=4, own_lags=1)["visits"]
    assert profile.lags[-1] == 12
    assert profile.through_own
    assert "through its own past" in profile.explain()
    assert regressed(max_lag=4)["visits"].lags[-1] == 4


def test_the_effect_is_the_long_run_of_one_sd_of_the_rows_used() -> None:
    found = regressed()
    profile, used = found["visits"], frame()["visits"].iloc[6:]
    assert profile.lead_sd == pytest.approx(used.std(), rel=1e-12)
    assert profile.effect == pytest.approx(profile.long_run.value * used.std(), rel=1e-12)
    logged = regressed(np.exp(frame() / 10), log="sales")["visits"]
    assert logged.effect == pytest.approx(100 * np.expm1(logged.long_run.value * logged.lead_sd), rel=1e-12)


@pytest.mark.parametrize(
    ("options", "said"),
    [({"cov_type": "HC1"}, "HC1"), ({"own_lags": 1}, "HC3"), ({"noise_order": 1}, "HC3"), ({}, "AR(1)")],
)
def test_what_the_printed_errors_rest_on_is_said(options: dict, said: str) -> None:
    found = regressed(**options)
    assert found.band_errors == said
    assert f"Errors      {said}" in found.summary()
    assert ("as in statsmodels" in " ".join(found.summary().split())) == (found.cov_type == "HAC")


def test_a_profile_of_free_weights_and_its_terms_have_the_same_errors() -> None:
    found = regressed(leads=["visits", "price"], max_lag=3)
    for profile in found.profiles:
        bands = profile.effects.profile
        np.testing.assert_allclose(found.band_bse[[f"{profile.lead}.L{lag}" for lag in (1, 2, 3)]], bands.bse, rtol=1e-10)


def test_under_other_covariances_the_printed_errors_are_those_of_the_fit() -> None:
    found = regressed(cov_type="HC1")
    np.testing.assert_allclose(found.band_bse, found.bse, rtol=1e-12)
    np.testing.assert_allclose(found.band_pvalues, found.pvalues, rtol=1e-9)
    assert found.joint_test("visits").pvalue == found.joint_test("visits", errors="fit").pvalue


@pytest.mark.filterwarnings("ignore:.*integrated")
def test_one_useless_lag_is_rejected_as_often_as_its_level_says() -> None:
    rng, rejected = np.random.default_rng(6), []
    for _ in range(100):
        noise = lfilter([1.0], [1.0, -0.7], rng.standard_normal((160, 2)), axis=0)[80:]
        found = ll.lagged_regression(pd.DataFrame(noise, columns=["kpi", "lead"]), kpi="kpi", leads="lead", max_lag=1)
        rejected.append((found.pvalues["lead.L1"] < 0.05, found.band_pvalues["lead.L1"] < 0.05))
    hac, bands = np.mean(rejected, axis=0)
    assert bands < 0.09 < hac


@pytest.mark.parametrize("shape", SHAPES)
def test_a_dictionary_is_plain_and_says_which_lead_and_how_it_was_made(shape: str) -> None:
    found = regressed(leads=["visits", "price"], shape=shape, own_lags=1)
    content = json.loads(found.to_json())
    assert [profile["lead"] for profile in content["profiles"]] == ["visits", "price"]
    assert content["coefficients"]["term"] == list(found.params.index)
    assert {check["code"] for check in content["checks"]} == {check.code for check in found.checks}
    assert content["provenance"]["method"] == "lagged_regression"
    assert not [name for name in content if name.startswith("_")]
    assert dict(found["price"].provenance.settings)["profile_of"] == "price"


def test_a_dictionary_names_first_what_the_numbers_are_about() -> None:
    names = ["kpi", "leads", "controls", "unit", "shape", "lags", "own_lags", "lead_units"]
    numbers = [field.name for field in fields(RegressionNumbers)]
    shown = ["level", "horizon", "provenance", "coefficients", "profiles", "checks"]
    assert list(regressed().to_dict()) == [*names, *numbers, *shown]


def test_a_row_of_a_table_in_a_notebook_cannot_be_a_tag() -> None:
    data = frame().rename(columns={"sales": "<b>&|x", "visits": "$_`*|<script>"})
    found = ll.lagged_regression(data, kpi="<b>&|x", leads="$_`*|<script>", max_lag=3)
    for view in (found, found.profiles[0]):
        assert "<script>" not in view._repr_html_()
        header, _, *rows = view.to_markdown().splitlines()
        assert {line.replace("\\|", "").count("|") for line in rows} == {header.count("|")}
    assert repr(found) == "LaggedRegressionResult(kpi='<b>&|x', nobs=137)"


def test_lags_of_columns_that_others_span_are_open_and_not_zero() -> None:
    data = frame().assign(visits=np.arange(140) % 2.0)
    with pytest.warns(UserWarning, match="exact combinations"):
        profile = regressed(data, max_lag=3)["visits"]
    assert np.isfinite(profile.weights).tolist() == [True, False, False]
    assert np.isfinite(profile.long_run.value)
    assert pd.isna(profile.to_frame().loc[1, ["low", "high", "low_all", "high_all"]]).all()


@pytest.mark.parametrize(
    ("leads", "options"),
    [
        (["visits"], {"noise_order": (1, 1, 0)}),
        (["visits"], {"controls": ["price", "again"]}),
        (["visits"], {"controls": ["price", "again"], "own_lags": 1}),
        (["visits", "twin"], {}),
        (["visits", "other"], {"shape": {"other": "geometric"}}),
    ],
)
@pytest.mark.filterwarnings("ignore:.*exact combination")
def test_a_column_that_is_set_aside_takes_the_bootstrap_from_its_own_lead_only(leads: list[str], options: dict) -> None:
    data = frame().assign(twin=lambda d: 2 * d["visits"] + 1, again=lambda d: 3 - d["price"])
    data["other"] = np.random.default_rng(4).normal(size=len(data))
    first, *others = regressed(data, leads, **options).profiles
    assert first.bootstrap_low < first.long_run.value < first.bootstrap_high
    width = (first.bootstrap_high - first.bootstrap_low) / (first.long_run.high - first.long_run.low)
    assert width == pytest.approx(1.0, abs=0.3)
    assert all(np.isnan([other.bootstrap_low, other.bootstrap_high]).all() for other in others)


def test_a_redundant_control_changes_no_bootstrap() -> None:
    plain = regressed(controls="price", own_lags=1)["visits"]
    with pytest.warns(UserWarning, match="exact combination"):
        more = regressed(frame().assign(again=lambda d: 3 - d["price"]), controls=["price", "again"], own_lags=1)["visits"]
    assert (more.bootstrap_low, more.bootstrap_high) == pytest.approx((plain.bootstrap_low, plain.bootstrap_high), rel=1e-8)


@pytest.mark.parametrize("shape", ["geometric", "delayed"])
def test_the_long_run_of_a_decay_has_an_interval_of_draws_and_no_bootstrap(shape: str) -> None:
    profile = regressed(shape=shape)["visits"]
    assert profile.long_run.low < profile.long_run.value < profile.long_run.high
    assert np.isnan([profile.bootstrap_low, profile.bootstrap_high]).all()
    assert "from draws; a decay has no bootstrap interval" in " ".join(profile.summary().split())


def test_the_delay_is_found_among_all_lags_of_the_model() -> None:
    short = regressed(horizon=2)["visits"]
    assert short.lags == (1, 2)
    assert (short.delay, short.delay_low, short.delay_high, short.first_lag) == (3, 3, 3, 3)
    assert "peak at week 3" in short.summary()


def test_a_lead_of_the_same_cadence_has_delays_that_are_its_lags() -> None:
    found = regressed()
    table = found.to_frame()
    assert table["delay"].tolist() == table["lag"].tolist()
    profile = found["visits"]
    assert (profile.own_unit, profile.unit, profile.delay) == ("week", "week", profile.peak)
    assert profile.mean_delay_estimate is profile.effects.mean_delay
    assert found.lags_by_unit == {"week": tuple(range(1, 7))}


@pytest.mark.parametrize("cov_type", ["nonrobust", "HC1", "HAC"])
def test_the_joint_test_of_a_lead_is_statsmodels(cov_type: str) -> None:
    found = regressed(leads=["visits", "price"], max_lag=3, own_lags=1, cov_type=cov_type)
    theirs = found.to_statsmodels()
    terms = [f"price.L{lag}" for lag in (1, 2, 3)]
    restriction = np.array([[float(name == term) for name in theirs.params.index] for term in terms])
    expected, mine = theirs.f_test(restriction), found.joint_test("price", errors="fit")
    np.testing.assert_allclose([mine.statistic, mine.pvalue], [float(expected.fvalue), float(expected.pvalue)], rtol=1e-8)
    assert (mine.df_num, mine.df_den) == (3, found.df_resid)
    with pytest.raises(UnknownNameError, match="prices"):
        found.joint_test("prices")
