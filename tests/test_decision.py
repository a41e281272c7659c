"""One evidence, one verdict; and an order that does not depend on how the candidates came in."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadlag.decision import VERDICTS, Decision, Delay, Effect, Evidence, Policy, Reason, decide, in_order

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


def test_a_q_value_within_the_policy_makes_a_lead() -> None:
    decision = decide(evidence(qvalue=0.10), POLICY)
    assert (decision.verdict, decision.reason) == ("lead", None)


@pytest.mark.parametrize("qvalue", [0.1000001, math.nan])
def test_any_other_q_value_does_not(qvalue: float) -> None:
    decision = decide(Evidence(lead="visits", pvalue=0.01, qvalue=qvalue), POLICY)
    assert decision.verdict == "none"
    assert decision.reason is not None
    assert decision.reason.code == "not_significant"


@pytest.mark.parametrize(("lags", "answer"), [((3,), "pass"), ((3, 4, 5), "pass"), ((2, 3, 4, 5), "review")])
def test_a_wide_delay_set_is_sent_for_review(lags: tuple[int, ...], answer: str) -> None:
    assert status(decide(evidence(lags=lags), POLICY), "delay_set") == answer


def test_without_a_delay_its_checks_do_not_apply() -> None:
    decision = decide(Evidence(lead="visits", pvalue=0.5, qvalue=0.6), POLICY)
    assert status(decision, "delay_set") == "not applicable"
    assert math.isnan(decision.actionable_delay)


@pytest.mark.parametrize(("available_after", "left", "answer"), [(0, 3, "pass"), (2, 1, "pass"), (3, 0, "fail"), (5, -2, "fail")])
def test_a_lead_published_too_late_leaves_no_time_to_act(available_after: int, left: float, answer: str) -> None:
    decision = decide(evidence(available_after=available_after), POLICY)
    assert decision.actionable_delay == left
    assert status(decision, "time_to_act") == answer


def decided(name: str, verdict: str, log_pvalue: float, effect: float | None) -> Decision:
    size = None if effect is None else Effect(value=effect, low=effect, high=effect, level=0.9, lead_sd=1.0)
    found = Evidence(lead=name, log_pvalue=log_pvalue, effect=size)
    return Decision(evidence=found, verdict=verdict)  # type: ignore[arg-type]


def names(decisions: tuple[Decision, ...]) -> list[str]:
    return [item.evidence.lead for item in decisions]


def test_the_order_is_verdict_p_size_of_effect_name_and_nan_last() -> None:
    nan = math.nan
    best_first = [
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
    assert [item.rank for item in found] == list(range(1, 13))


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
