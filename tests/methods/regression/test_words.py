"""A lagged regression in words: no line too wide, nothing said that was not found, and no claim of cause."""

from __future__ import annotations

import re

import numpy as np
import pytest

import leadlag as ll
from leadlag.methods.regression.words import aliased_text
from leadlag.wording.shown import width
from tests.methods.regression.test_question import SHAPES, frame, regressed

LONG = {"sales": "売上高の合計金額（税込み・全国・週次）とその他", "visits": "a\u202eb" + "x" * 80, "price": "$a_1$ | <b>" * 6}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("options", [{}, {"own_lags": 2}, {"noise_order": 1}, {"season": 13, "trend": "linear"}])
def test_no_line_of_a_summary_is_wider_than_80_columns(shape: str, options: dict) -> None:
    found = ll.lagged_regression(
        frame().rename(columns=LONG), kpi=LONG["sales"], leads=[LONG["visits"], LONG["price"]], max_lag=4, shape=shape, **options
    )
    for text in (found.summary(), *(profile.summary() for profile in found.profiles)):
        assert max(width(line) for line in text.splitlines()) <= 80
        assert "\u202e" not in text


def test_lags_of_a_long_name_are_told_apart() -> None:
    text = ll.lagged_regression(frame().rename(columns=LONG), kpi=LONG["sales"], leads=LONG["visits"], max_lag=4).summary()
    assert all(f"….L{lag} " in text for lag in (1, 2, 3, 4))


def test_many_terms_and_leads_are_left_to_the_table() -> None:
    data = frame(400).assign(**{f"lead{k}": np.random.default_rng(k).normal(size=400) for k in range(8)})
    text = regressed(data, [f"lead{k}" for k in range(8)]).summary()
    assert "25 more terms: coefficients()" in text
    assert "2 more leads: result['name'].summary()" in text


def test_a_profile_says_which_view_it_is_and_that_it_is_no_cause() -> None:
    profile = regressed()["visits"]
    for text in (profile.summary(), profile.explain()):
        assert "lag profile (distributed lag)" in text.lower()
        assert "cause" in text or "would not show" in text
    assert "local projection" in profile.explain()


def test_the_peak_is_named_only_where_a_lag_stands_out() -> None:
    found = regressed()
    assert "peak at week 3" in found.summary()
    assert "peaks after 3 weeks" in found["visits"].explain()
    nothing = regressed(frame().assign(visits=np.random.default_rng(9).normal(size=140)))
    assert "no lag stands out from zero" in nothing.summary()
    assert "no single lag stands out from zero" in nothing.explain().replace("\n", " ")
    assert "Mean delay  not clear" in nothing["visits"].summary()
    assert "peaks" not in nothing["visits"].explain()


def test_a_decay_of_an_unrelated_lead_has_no_first_effect() -> None:
    data = frame().assign(visits=np.random.default_rng(9).normal(size=140))
    found = regressed(data, shape="geometric")
    assert found["visits"].first_lag is None
    assert "first effect" not in found.summary() + found["visits"].summary()
    assert "no lag stands out from zero" in found.summary()
    assert "peaks after" not in found["visits"].explain()
    assert "first effect at week 3" in " ".join(regressed(shape="geometric").summary().split())


def test_a_long_run_without_a_bootstrap_says_so() -> None:
    with pytest.warns(UserWarning, match="exact combination"):
        found = regressed(frame().assign(visits=np.arange(140) % 2.0), max_lag=2)
    assert "no bootstrap interval" in " ".join(found.summary().split())


def test_lag_zero_is_no_lead() -> None:
    data = frame().assign(visits=lambda d: d["sales"] + np.random.default_rng(3).normal(size=140))
    found = regressed(data, min_lag=0)
    assert "lag 0 is the same week, no lead" in " ".join(found.summary().split())
    assert "moving together, not leading" in " ".join(found["visits"].explain().split())
    assert "largest in the same week" in " ".join(found.explain().split())


@pytest.mark.parametrize(
    ("log", "said"),
    [
        (["sales", "visits"], "One percent more of visits that stays goes with a change of sales by"),
        ("sales", "A rise of visits by one that stays goes with a change of sales by .*; sales is in logs"),
        ((), "A rise of visits by one that stays goes with a change of sales by"),
    ],
)
def test_units_of_the_long_run(log: object, said: str) -> None:
    text = " ".join(regressed(np.exp(frame() / 10), log=log)["visits"].explain().split())
    assert re.search(said, text)


def test_columns_that_others_span_are_listed_up_to_six() -> None:
    assert aliased_text(["x.L1"]).startswith("x.L1 is an exact combination of other columns, so it has no coefficient")
    assert "x.L6 and 3 more are exact combinations" in aliased_text([f"x.L{lag}" for lag in range(1, 10)])
