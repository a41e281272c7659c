"""One evidence, one verdict; and an order that does not depend on how the candidates came in."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadlag.decision import (
    VERDICTS,
    Decision,
    Delay,
    Effect,
    Evidence,
    Gain,
    Policy,
    Quality,
    Reason,
    ResidualPolicy,
    Stability,
    Weakening,
    decide,
    in_order,
    is_identified,
    residual_checks,
)
from leadlag.methods.regression.numbers.diagnostics import Diagnostics, ResidualTest

POLICY = Policy(fdr=0.10, wide_delay=3)


def evidence(name: str = "visits", *, lags: tuple[int, ...] = (3,), available_after: int = 0, qvalue: float = 0.01) -> Evidence:
    delay = Delay(peak=lags[0], lags=lags, level=0.9)
    return Evidence(
        lead=name, pvalue=qvalue, log_pvalue=math.log(qvalue), qvalue=qvalue, delay=delay, available_after=available_after
    )


def status(decision: Decision, code: str) -> str:
    return next(check.status for check in decision.checks if check.code == code)


def test_what_cannot_be_tested_is_untestable_whatever_else_is_known() -> None:
    decision = decide(Evidence(lead="visits", qvalue=0.001, untestable=Reason(code="LL203")), POLICY)
    assert (decision.verdict, decision.reason) == ("untestable", Reason(code="LL203"))


def said(**numbers: Any) -> tuple[str, str]:
    """Verdict, and code of the reason."""
    decision = decide(Evidence(lead="visits", **numbers), POLICY)
    return decision.verdict, decision.reason.code if decision.reason else ""


@pytest.mark.parametrize(
    ("numbers", "verdict", "reason"),
    [
        ({"qvalue": 0.10}, "lead", ""),
        ({"qvalue": 0.10, "explained_by": "demos"}, "indirect", ""),
        ({"qvalue": 0.1000001, "explained_by": "demos"}, "none", "not_significant"),
        ({"qvalue": 0.5, "reverse_qvalue": 0.10}, "reverse", ""),
        ({"qvalue": 0.5, "coincident_qvalue": 0.10}, "coincident", ""),
        ({"qvalue": 0.5, "reverse_qvalue": 0.11, "coincident_qvalue": 0.11}, "none", "not_significant"),
        ({"qvalue": 0.5, "one_event": True}, "none", "one_event"),
        ({"qvalue": math.nan, "pvalue": 0.01}, "none", "not_significant"),
        ({"qvalue": 0.01, "unconfirmed": True}, "none", "unconfirmed"),
        ({"qvalue": 0.01, "few_events": ("2020-03 to 2020-05",)}, "none", "few_events"),
        ({"qvalue": 0.01, "few_events": ("2020-03 to 2020-05",), "explained_by": "demos"}, "none", "few_events"),
        ({"qvalue": 0.01, "few_events": ("2020-03 to 2020-05",), "reverse_qvalue": 0.10}, "reverse", ""),
        ({"qvalue": 0.01, "unconfirmed": True, "one_event": True}, "none", "unconfirmed"),
        ({"qvalue": 0.01, "unconfirmed": True, "reverse_qvalue": 0.10}, "reverse", ""),
        ({"qvalue": 0.01, "unconfirmed": True, "coincident_qvalue": 0.10}, "coincident", ""),
    ],
)
def test_every_verdict_has_its_numbers(numbers: dict[str, Any], verdict: str, reason: str) -> None:
    assert said(**numbers) == (verdict, reason)


def test_the_stronger_claim_comes_first() -> None:
    everything = {"reverse_qvalue": 0.0, "coincident_qvalue": 0.0, "one_event": True}
    assert said(qvalue=0.0, **everything) == ("lead", "")
    assert said(qvalue=0.0, explained_by="demos", **everything) == ("indirect", "")
    assert said(qvalue=0.5, **everything) == ("reverse", "")
    assert said(qvalue=0.5, **everything | {"reverse_qvalue": 0.5}) == ("coincident", "")


@pytest.mark.parametrize(
    ("reverse_qvalue", "explained_by", "answer"), [(0.01, "", "review"), (0.5, "", "pass"), (0.01, "demos", "pass")]
)
def test_a_lead_that_follows_too_is_feedback(reverse_qvalue: float, explained_by: str, answer: str) -> None:
    found = replace(evidence(), reverse_qvalue=reverse_qvalue, reverse_pvalue=0.004, explained_by=explained_by)
    decision = decide(found, POLICY)
    assert status(decision, "feedback") == answer
    assert decision.verdict == ("indirect" if explained_by else "lead")


def test_feedback_that_could_not_be_asked_is_not_passed() -> None:
    assert status(decide(replace(evidence(), reverse_pvalue=math.nan), POLICY), "feedback") == "not applicable"


def backed(
    *,
    gain: float = 0.1,
    gain_pvalue: float = 0.01,
    stable: float = 0.6,
    targeted: float = math.nan,
    lags: int = 1,
    nobs: int = 156,
    selected: str = "left out",
    qvalue: float = 0.01,
    ahead: float = 0.1,
    available_after: int = 0,
    unusable: str = "",
) -> Evidence:
    """A lead by three periods that was put to every test; `ahead` is its gain at two periods, and at four it has a large loss."""
    saved = (gain, ahead, -0.5)
    return replace(
        evidence(lags=tuple(range(3, 3 + lags)), qvalue=qvalue, available_after=available_after),
        unusable=unusable,
        gain=Gain(horizons=(1, 2, 4), rmse=saved, mae=saved, pvalue=(gain_pvalue,) * 3, n_origins=(60,) * 3),
        stability=Stability(pvalue=stable, weakening=Weakening(since="2024-01", pvalue=targeted, selected=selected)),
        quality=Quality(nobs=nobs),
    )


@pytest.mark.parametrize(
    ("changed", "grade"),
    [
        ({}, "strong"),
        ({"qvalue": 0.0101}, "moderate"),  # named, and chance may have made it
        ({"gain": -0.02, "ahead": 0.04}, "strong"),  # 1 % over the horizons that the delay leaves
        ({"gain": -0.02, "ahead": 0.039}, "moderate"),
        ({"gain": 0.1, "ahead": -0.001}, "moderate"),  # worse at the longest of them
        ({"gain": 0.04, "ahead": -0.01, "available_after": 1}, "moderate"),  # two periods are left
        ({"gain": 0.04, "ahead": -0.01, "available_after": 2}, "strong"),  # one is
        ({"available_after": 3}, "moderate"),  # none is
        ({"unusable": "ended in 2019"}, "moderate"),
        ({"unusable": "ended in 2019", "available_after": 3}, "moderate"),  # one question, asked twice
        ({"gain_pvalue": 0.5}, "strong"),  # of the gain its size counts
        ({"gain": math.nan, "ahead": math.nan}, "moderate"),  # not asked is not passed
        ({"gain": math.nan, "ahead": 0.2}, "strong"),  # a horizon without numbers does not count
        ({"stable": 0.05}, "moderate"),
        ({"stable": 0.10}, "moderate"),  # sent for review is not passed
        ({"targeted": 0.01}, "moderate"),
        ({"targeted": 0.01, "selected": ""}, "strong"),  # it was chosen because it looked best
        ({"targeted": 0.01, "stable": 0.01}, "moderate"),  # one question, asked twice
        ({"lags": 4}, "moderate"),
        ({"lags": 4, "stable": 0.01}, "weak"),
        ({"nobs": 39}, "weak"),  # a failed check of the data
        ({"nobs": 59}, "strong"),
    ],
)
def test_what_gives_a_lead_its_grade(changed: dict[str, Any], grade: str) -> None:
    found = backed(**changed)
    assert decide(found, POLICY).grade == grade
    assert decide(replace(found, explained_by="demos"), POLICY).grade == grade


def test_a_grade_is_for_leads_only_and_only_where_it_was_asked_for() -> None:
    assert decide(replace(backed(), qvalue=0.5), POLICY).grade is None
    assert decide(evidence(), POLICY).grade is None


def test_a_candidate_that_leads_nothing_has_the_checks_of_its_data_only() -> None:
    decision = decide(replace(backed(), qvalue=0.5), POLICY)
    assert decision.checks
    assert all(check.code.startswith("data_") for check in decision.checks)


@pytest.mark.parametrize(
    ("quality", "answers"),
    [
        (Quality(nobs=156), {"pass", "not applicable"}),
        (Quality(nobs=50, missing=0.06, clipped=0.04, held=3, part=True, reported=True, n_seasons=4), {"review", "pass"}),
        (Quality(nobs=39, missing=0.3, clipped=0.2, moved=2, n_seasons=1.9), {"fail", "pass"}),
        (Quality(nobs=156, rescaled=True), {"pass", "fail", "not applicable"}),
    ],
)
def test_the_data_are_judged_before_the_fit(quality: Quality, answers: set[str]) -> None:
    decision = decide(replace(evidence(), quality=quality), POLICY)
    assert {check.status for check in decision.checks if check.code.startswith("data_")} == answers


@pytest.mark.parametrize(("lags", "answer"), [((3,), "pass"), ((3, 4, 5), "pass"), ((2, 3, 4, 5), "review")])
def test_a_wide_delay_set_is_sent_for_review(lags: tuple[int, ...], answer: str) -> None:
    assert status(decide(evidence(lags=lags), POLICY), "delay_set") == answer


def test_a_delay_set_without_an_end_is_sent_for_review() -> None:
    found = backed()
    assert found.delay is not None
    decision = decide(replace(found, delay=replace(found.delay, longer=18)), POLICY)
    assert status(decision, "delay_set") == "review"
    assert decision.grade == "moderate"


def test_a_delay_that_is_not_identified_is_sent_for_review_however_few_lags_there_are() -> None:
    found = evidence(lags=(1, 2))
    assert found.delay is not None
    assert status(decide(replace(found, delay=replace(found.delay, identified=False)), POLICY), "delay_set") == "review"


@pytest.mark.parametrize(
    ("kept", "searched", "pvalue", "level", "answer"),
    [
        (9, 12, 0.001, 0.9, True),
        (10, 12, 0.001, 0.9, False),  # nearly all lags
        (1, 12, 0.11, 0.9, False),  # the lead may have no effect
        (1, 12, 0.11, 0.8, True),
        (1, 1, 0.001, 0.9, False),  # no other lag to tell it from
        (1, 2, 0.001, 0.9, True),
    ],
)
def test_when_a_delay_is_identified(kept: int, searched: int, pvalue: float, level: float, answer: bool) -> None:
    assert is_identified(kept, searched, pvalue=pvalue, level=level, policy=POLICY) is answer


def test_without_a_delay_its_checks_do_not_apply() -> None:
    decision = decide(Evidence(lead="visits", pvalue=0.005, qvalue=0.06), POLICY)
    assert status(decision, "delay_set") == "not applicable"
    assert math.isnan(decision.actionable_delay)


@pytest.mark.parametrize(("available_after", "left", "answer"), [(0, 3, "pass"), (2, 1, "pass"), (3, 0, "fail"), (5, -2, "fail")])
def test_a_lead_published_too_late_leaves_no_time_to_act(available_after: int, left: float, answer: str) -> None:
    decision = decide(evidence(available_after=available_after), POLICY)
    assert decision.actionable_delay == left
    assert status(decision, "time_to_act") == answer


def decided(name: str, verdict: str, log_pvalue: float, effect: float | None, conditional: float = math.nan) -> Decision:
    size = None if effect is None else Effect(value=effect, low=effect, high=effect, level=0.9, lead_sd=1.0)
    found = Evidence(lead=name, log_pvalue=log_pvalue, effect=size, conditional_log_pvalue=conditional)
    return Decision(evidence=found, verdict=verdict)  # type: ignore[arg-type]


def names(decisions: tuple[Decision, ...]) -> list[str]:
    return [item.evidence.lead for item in decisions]


def test_the_order_is_verdict_conditional_p_p_size_of_effect_name_and_nan_last() -> None:
    nan = math.nan
    best_first = [
        decided("beside_the_others", "lead", -2.0, 0.1, conditional=-950.0),
        decided("beside_them_less", "lead", -999.0, 9.0, conditional=-2.0),
        decided("beside_them_too", "lead", -1.0, 9.0, conditional=-2.0),
        decided("p_of_1e-400", "lead", -921.0, 0.1),
        decided("p_of_1e-300", "lead", -690.0, 9.0),
        decided("down_by_5", "lead", -3.0, -5.0),
        decided("up_by_2", "lead", -3.0, 2.0),
        decided("a_no_effect", "lead", -3.0, None),
        decided("b_no_effect", "lead", -3.0, nan),
        decided("no_p", "lead", nan, 99.0),
        decided("indirect", "indirect", -50.0, 9.0),
        decided("reverse", "reverse", -50.0, 9.0),
        decided("coincident", "coincident", -50.0, 9.0),
        decided("none", "none", -50.0, 9.0),
        decided("untestable", "untestable", nan, None),
    ]
    found = in_order(reversed(best_first))
    assert names(found) == names(tuple(best_first))
    assert [item.rank for item in found] == list(range(1, 16))


ROWS = st.lists(
    st.tuples(
        st.sampled_from(VERDICTS),
        st.sampled_from([-700.0, -2.0, -0.0, 0.0, math.nan]),
        st.sampled_from([None, -1.0, 1.0, math.nan]),
    ),
    max_size=12,
)


@given(ROWS, st.integers(0, 2**31))
def test_the_order_does_not_depend_on_the_order_given(rows: list[tuple[str, float, float | None]], seed: int) -> None:
    decisions = [decided(f"m{place}", *row) for place, row in enumerate(rows)]
    shuffled = decisions.copy()
    random.Random(seed).shuffle(shuffled)
    assert names(in_order(shuffled)) == names(in_order(decisions))


def residuals(*, nobs: int = 156, **pvalues: float) -> Diagnostics:
    """Diagnostics with the p-values given, 0.5 elsewhere."""
    codes = ("autocorrelation", "heteroscedasticity", "normality", "stability")
    tests = {
        code: ResidualTest(statistic=9.0, df=4, pvalue=pvalues.get(code, 0.5), log_pvalue=math.log(pvalues.get(code, 0.5)))
        for code in codes
    }
    return Diagnostics(**tests, durbin_watson=2.0, skewness=0.1, kurtosis=3.1, shift=80, order=4, nobs=nobs)


def answers(
    found: Diagnostics, *, cov_type: str = "nonrobust", has_own_lags: bool = False, noise: str = "white"
) -> dict[str, str]:
    checks = residual_checks(found, cov_type=cov_type, has_own_lags=has_own_lags, noise=noise)
    return {check.code: check.status for check in checks}


@pytest.mark.parametrize("code", ["autocorrelation", "heteroscedasticity", "normality", "stability"])
@pytest.mark.parametrize(("pvalue", "answer"), [(0.05, "pass"), (0.049, "review"), (0.01, "review"), (0.0099, "fail")])
def test_residuals_pass_are_reviewed_or_fail_by_their_p(code: str, pvalue: float, answer: str) -> None:
    assert answers(residuals(nobs=60, **{code: pvalue}))[code] == answer


@pytest.mark.parametrize(
    ("code", "model", "answer"),
    [
        ("autocorrelation", {"cov_type": "HAC"}, "review"),
        ("autocorrelation", {"cov_type": "HAC", "has_own_lags": True}, "fail"),
        ("autocorrelation", {"cov_type": "HAC", "noise": "arma"}, "fail"),
        ("autocorrelation", {"cov_type": "HC3"}, "fail"),
        ("heteroscedasticity", {"cov_type": "HC0"}, "review"),
        ("heteroscedasticity", {"cov_type": "HAC"}, "review"),
        ("normality", {}, "review"),
        ("stability", {"cov_type": "HAC"}, "fail"),
    ],
)
def test_what_the_model_allows_for_does_not_fail(code: str, model: dict[str, Any], answer: str) -> None:
    assert answers(residuals(**{code: 1e-9}), **model)[code] == answer


def test_instability_beside_autocorrelation_may_be_that_and_is_reviewed() -> None:
    assert answers(residuals(stability=1e-9, autocorrelation=0.04))["stability"] == "review"


def test_a_diagnostic_without_p_does_not_apply_and_the_thresholds_can_be_moved() -> None:
    assert answers(residuals(autocorrelation=math.nan, stability=1e-9)) == {
        "autocorrelation": "not applicable", "heteroscedasticity": "pass", "normality": "pass", "stability": "fail",
    }  # fmt: skip
    strict = ResidualPolicy(review=0.6, fail=0.55, many_rows=157)
    found = residual_checks(residuals(), cov_type="nonrobust", has_own_lags=False, noise="white", policy=strict)
    assert [check.status for check in found] == ["fail", "fail", "fail", "review"]
