"""The accuracy benchmark: its scorer on rows made by hand, and the truth of its families by brute force."""

from __future__ import annotations

import importlib
import math
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.signal import lfilter

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"
if not (BENCHMARKS / "accuracy.py").is_file():
    pytest.skip("benchmarks/accuracy.py is not part of this installation", allow_module_level=True)
sys.path.insert(0, str(BENCHMARKS))
cases, families, overlays, scoring = map(importlib.import_module, ("cases", "families", "overlays", "scoring"))
ceiling, rivals, accuracy, against = map(importlib.import_module, ("ceiling", "rivals", "accuracy", "against"))
rival_methods = importlib.import_module("rival_methods")
grades = importlib.import_module("grades")
Said, Truth, Part = scoring.Said, cases.Truth, scoring.Part

WITH_LEADS = [name for name, family in families.FAMILIES.items() if family.has_leads]
LINEAR = [name for name in WITH_LEADS if name not in families.NONLINEAR and families.FAMILIES[name].fixed]
FLAT, BEYOND = ("flat_lags",), ("edge_1", "edge_2")  # no single peak; a peak beyond the lags that are searched
OWN_LAGS, LAGS, REACH = 3, 24, 60


def truth(role: str, **known: object) -> Truth:
    return Truth(name=role, role=role, **known)


def figures(parts: dict) -> dict[str, float]:
    return {
        metric.name: scoring.estimate([parts[metric.name]], metric).value for metric in scoring.METRICS if metric.name in parts
    }


# --- the scorer ------------------------------------------------------------------------------------------------------


def test_selected_false_and_found_follow_from_role_and_verdict() -> None:
    truths = [
        Truth(name=f"{role}{i}", role=role, peak=2, sign=1, effect=1.0)
        for i, role in enumerate(("lead", "lead", "proxy", "noise"))
    ]
    verdicts = ("indirect", "none", "lead", "lead")
    said = [Said(name=t.name, verdict=v, rank=r) for t, v, r in zip(truths, verdicts, (3, 4, 1, 2), strict=True)]
    parts = figures(scoring.score(truths, said))
    assert parts["any_false"] == 1
    assert parts["false_share"] == pytest.approx(1 / 3)  # the proxy is neither false nor found
    assert parts["found"] == 0.5
    assert parts["average_precision"] == pytest.approx((1 / 3 + 2 / 4) / 2)
    assert parts["first_true"] == 0
    assert parts["direct_called_direct"] == 0
    assert parts["upstream_called_direct"] == 1


@pytest.mark.parametrize("role", ["noise", "follower", "coincident"])
@pytest.mark.parametrize(("verdict", "wrong"), [("lead", True), ("indirect", True), ("reverse", False), ("untestable", False)])
def test_only_what_does_not_lead_can_be_false(role: str, verdict: str, wrong: bool) -> None:
    assert scoring.is_false(truth(role), Said(name=role, verdict=verdict)) is wrong
    assert not scoring.is_false(truth("proxy"), Said(name="proxy", verdict=verdict))


def test_nothing_selected_has_no_false_share_and_finds_nothing() -> None:
    parts = figures(scoring.score([truth("lead", peak=1)], [Said(name="lead", verdict="none", rank=1.0)]))
    assert (parts["any_false"], parts["false_share"], parts["found"], parts["first_true"]) == (0, 0, 0, 1)
    assert math.isnan(parts["delay_exact"])


@pytest.mark.parametrize(
    ("delay", "delays", "exact", "near", "covers", "size"),
    [(4, (4,), 1, 1, 1, 1), (5, (4, 5, 6), 0, 1, 1, 3), (2, (1, 2), 0, 0, 0, 2), (math.nan, (), 0, 0, math.nan, math.nan)],
)
def test_delays_count_among_the_found(
    delay: float, delays: tuple[int, ...], exact: float, near: float, covers: float, size: float
) -> None:
    said = Said(name="lead", verdict="lead", delay=delay, delays=delays)
    parts = figures(scoring.score([truth("lead", peak=4, sign=1, effect=1.0)], [said]))
    told = [parts[name] for name in ("delay_exact", "delay_within_one", "set_covers", "set_size")]
    assert told == pytest.approx([exact, near, covers, size], nan_ok=True)


def test_effects_are_compared_for_one_unit_and_only_where_the_response_is_linear() -> None:
    said = Said(name="lead", verdict="lead", effect=-3.0, effect_low=-4.0, effect_high=-2.5)
    linear = figures(scoring.score([truth("lead", peak=1, sign=-1, effect=-2.0)], [said]))
    assert (linear["sign_right"], linear["effect_ratio"], linear["effect_covers"]) == (1, 1.5, 0)
    bent = figures(scoring.score([truth("lead", peak=1, sign=0, effect=math.nan)], [said]))
    assert all(math.isnan(bent[name]) for name in ("sign_right", "effect_ratio", "effect_covers"))


def test_pvalues_of_unrelated_candidates_only_in_units_of_the_level() -> None:
    truths = [Truth(name=str(i), role="noise") for i in range(4)] + [truth("follower")]
    said = [Said(name=str(i), verdict="none", pvalue=p) for i, p in enumerate((0.004, 0.3, 0.06, math.nan))]
    parts = figures(scoring.score(truths, [*said, Said(name="follower", verdict="reverse", pvalue=0.0)]))
    assert parts["p<0.1"] == pytest.approx(2 / 3 / 0.1)
    assert parts["p<0.005"] == pytest.approx(1 / 3 / 0.005)
    assert parts["p<0.0005"] == 0
    assert parts["follower_called_reverse"] == 1


def test_the_error_of_a_figure_takes_draws_as_independent() -> None:
    share = scoring.Metric(name="x", title="x")
    found = scoring.estimate(
        [Part(total=2, count=2), Part(total=0, count=2), Part(total=2, count=2), Part(total=0, count=2)], share
    )
    assert (found.value, found.error) == (0.5, pytest.approx(0.5 / math.sqrt(3)))
    never = scoring.estimate([Part(total=0, count=1)] * 20, share)
    assert never.error == pytest.approx(math.sqrt(1 / 22 * 21 / 22 / 22))
    middle = scoring.estimate([Part(values=(1.0, 9.0)), Part(values=(2.0,))], share)
    assert (middle.value, middle.count) == (2.0, 3)


def test_the_error_of_a_difference_is_that_of_the_paired_draws() -> None:
    now = [Part(total=total, count=2) for total in (2, 1, 0, 1)]
    same = scoring.paired(list(zip(now, now, strict=True)))
    assert (same.value, same.error) == (0.0, 0.0)
    before = [Part(total=total, count=2) for total in (1, 1, 0, 0)]
    moved = scoring.paired(list(zip(now, before, strict=True)))
    assert moved.value == 0.25
    assert moved.error == pytest.approx(np.std([0.5, 0, 0, 0.5], ddof=1) / 2)  # both figures have two leads a draw


@pytest.mark.parametrize(
    ("verdict", "is_open", "peak", "short"),
    [("lead", False, 7, 1), ("lead", True, 7, 0), ("none", False, 7, 0), ("lead", False, 6, math.nan)],
)
def test_a_lead_beyond_the_search_is_wrong_only_with_a_closed_set(verdict: str, is_open: bool, peak: int, short: float) -> None:
    said = Said(name="lead", verdict=verdict, delay=6.0, delays=(6,), is_open=is_open)
    parts = figures(scoring.score([truth("lead", peak=peak)], [said], max_lag=6))
    assert parts["closed_short"] == pytest.approx(short, nan_ok=True)
    if verdict == "lead":
        assert parts["set_covers"] == (peak <= 6 or is_open)


def test_shares_of_strong_are_among_what_is_named() -> None:
    said = [
        grades.Said(role=role, clear=False, verdict=verdict, grade=grade, failed=())
        for role, verdict, grade in (
            ("lead", "lead", "strong"), ("lead", "indirect", "moderate"), ("lead", "none", ""), ("proxy", "lead", "strong"),
            ("noise", "lead", "strong"), ("follower", "lead", "weak"), ("coincident", "indirect", ""), ("noise", "none", ""),
        )
    ]  # fmt: skip
    parts = grades.strong_parts(said)
    told = {name: (part.total, part.count) for name, part in parts.items()}
    assert told == {"false among strong": (1, 3), "false named: strong": (1, 3), "true named: strong": (1, 2)}


@pytest.mark.parametrize(("value", "error", "missed"), [(0.09, 0.01, False), (0.11, 0.01, None), (0.15, 0.01, True)])
def test_a_target_is_missed_only_where_the_interval_excludes_it(value: float, error: float, missed: bool | None) -> None:
    figure = scoring.Estimate(value=value, error=error, count=300, draws=300)
    assert scoring.is_missed(figure, scoring.Target(high=0.10)) is missed


def test_targets_follow_the_family() -> None:
    figure = {
        name: scoring.Estimate(value=0.5, error=0.1, count=9, draws=9)
        for name in ("any_false", "found", "beyond", "p<0.01", "delay_exact")
    }
    assert set(accuracy.targets_of("null_ar", figure)) >= {"any_false", "p<0.01"}
    assert "p<0.01" not in accuracy.targets_of("null_common_shift", figure)
    assert set(accuracy.targets_of("point", figure)) == {"beyond", "delay_exact"}
    assert set(accuracy.targets_of("spread_delayed", figure)) == {"beyond"}
    assert accuracy.targets_of("quadratic", figure)["found"].low == 0.80


# --- the truth of the families ---------------------------------------------------------------------------------------


def lagged(values: np.ndarray, lags: range) -> np.ndarray:
    return np.column_stack([np.r_[np.zeros(lag), values[: len(values) - lag]] for lag in lags])


def answered_weights(case: object, names: list[str]) -> dict[str, np.ndarray]:
    """How the KPI answers to one unit of each column at lags 0, 1, ..., from one regression on own lags and all columns' lags."""
    how, order = case.mechanism, [item.name for item in case.truth]
    used = [
        *names,
        *(item.name for item in case.truth if item.role == "coincident" and how.planted[order.index(item.name)].at_once),
    ]
    columns = [lagged(how.candidates[:, order.index(name)], range(LAGS + 1)) for name in used]
    memory = max(OWN_LAGS, len(how.momentum))
    design = np.column_stack([np.ones(len(how.kpi)), lagged(how.kpi, range(1, memory + 1)), *columns])[REACH:]
    params = np.linalg.lstsq(design, how.kpi[REACH:], rcond=None)[0]
    own, blocks = np.r_[1.0, -params[1 : memory + 1]], params[memory + 1 :].reshape(len(used), LAGS + 1)
    return {name: lfilter(block, own, np.eye(1, 80)[0]) for name, block in zip(used, blocks, strict=True)}


@pytest.mark.parametrize("name", LINEAR)
def test_the_kpi_answers_to_the_leads_as_the_truth_says_and_to_their_shadows_not_at_all(name: str) -> None:
    base = families.FAMILIES[name].base
    case = families.case_of(name, replace(base, n=2500, n_candidates=min(base.n_candidates, 20)), 2)
    shadows = [*case.named("proxy"), *case.named("earlier link")]
    found = answered_weights(case, [*case.named("lead"), *shadows])
    blurred = 0.3 if shadows else 0.15  # what moves together is told apart less well
    for lead in case.named("lead"):
        weights, size = np.zeros(80), np.abs(found[lead])
        known = case[lead].weights[:80]
        weights[: len(known)] = known
        assert np.abs(found[lead] - weights).max() < blurred
        assert size.argmax() == case[lead].peak or name in FLAT
        assert (case[lead].peak <= case.max_lag) is (name not in BEYOND)
        assert np.sign(found[lead][case[lead].peak]) == case[lead].sign
        in_logs = name in ("money", "year_on_year")  # the effect of one unit of the data hangs on the level there
        assert math.isnan(case[lead].effect) if in_logs else sum(case[lead].weights) == pytest.approx(case[lead].effect)
        assert case[lead].first <= case[lead].peak
    for shadow in shadows:
        assert np.abs(found[shadow]).max() < blurred


@pytest.mark.parametrize("name", ["proxies", "chain", "traps"])
def test_shadows_followers_and_coincident_series_move_at_the_lag_of_the_truth(name: str) -> None:
    case = families.case_of(name, replace(families.FAMILIES[name].base, n=2500), 5)
    for item in case.truth:
        if item.role not in ("lead", "noise"):
            correlations = {lag: case.data[item.name].shift(lag).corr(case.data["kpi"]) for lag in range(-8, 13)}
            largest = max(correlations, key=lambda lag: abs(correlations[lag]))
            assert (largest, np.sign(correlations[largest])) == (item.peak, item.sign), item.name


@pytest.mark.parametrize("name", list(families.FAMILIES))
def test_every_family_makes_what_its_cell_asks_for(name: str) -> None:
    for cell in (*families.cells_of(name), families.cells_of(name, "all")[-1]):
        case = families.case_of(name, cell, 0)
        assert len(case.data) == cell.n
        assert len(case.truth) == cell.n_candidates
        assert set(case.data.columns) == {"kpi", *case.controls, *(item.name for item in case.truth)}
        family = families.FAMILIES[name]
        assert bool(case.named("lead")) == family.has_leads
        assert (case.mechanism is not None) == (family.has_leads and family.fixed)
        assert case.data["kpi"].notna().mean() > 0.9
    pd.testing.assert_frame_equal(case.data, families.case_of(name, cell, 0).data)
    assert not case.data.equals(families.case_of(name, cell, 1).data)


def test_every_family_has_a_seed_stream_of_its_own() -> None:
    numbers = [family.number for family in families.FAMILIES.values()]
    assert len(set(numbers)) == len(numbers)


def test_delays_are_the_same_for_twelve_and_twenty_six_lags() -> None:
    base = families.FAMILIES["point"].base
    short, long = (families.case_of("point", replace(base, max_lag=max_lag), 3) for max_lag in (12, 26))
    pd.testing.assert_frame_equal(short.data, long.data)
    assert short.truth == long.truth


def test_the_shown_table_is_the_mechanism_with_what_was_laid_over_it() -> None:
    plain, late = (families.case_of(name, families.FAMILIES[name].base, 4) for name in ("point", "late"))
    names = [item.name for item in plain.truth]
    assert np.array_equal(plain.data[names].to_numpy(), plain.mechanism.candidates[cases.HISTORY :])
    hidden = late.data[[item.name for item in late.truth]].isna().to_numpy()
    assert hidden.any()
    assert np.array_equal(hidden, late.mechanism.hidden[cases.HISTORY :])


def test_sums_start_again_each_year_and_averages_are_means_of_what_was() -> None:
    index = pd.date_range("2020-01-01", periods=36, freq="MS")
    case = cases.Case(data=pd.DataFrame({"kpi": np.ones(36)}, index=index), kpi="kpi", truth=(), max_lag=3)
    assert list(overlays.year_to_date(case, mean=1.0, drop=12).data["kpi"]) == [2.0 * month for month in range(1, 13)] * 2
    rising = replace(case, data=case.data.assign(kpi=np.arange(36.0)))
    assert overlays.averaged(rising, window=4, drop=12).data["kpi"].iloc[0] == np.mean([9, 10, 11, 12])


# --- the ceiling and the rivals --------------------------------------------------------------------------------------


def test_the_ceiling_finds_strong_leads_and_has_honest_pvalues() -> None:
    cell = replace(families.FAMILIES["point"].base, strength=3.0)
    drawn = [families.case_of("point", cell, draw) for draw in range(5)]
    assert all(set(case.named("lead")) <= set(ceiling.found_by_oracle(case, fdr=0.1)) for case in drawn)
    unrelated = [
        pvalue
        for case in drawn
        for item, pvalue in zip(case.truth, ceiling.oracle_pvalues(case), strict=True)
        if item.role == "noise"
    ]
    assert 0.4 < np.mean(unrelated) < 0.6
    assert 0.03 < np.mean(np.array(unrelated) < 0.1) < 0.2


def test_without_leads_there_is_no_ceiling() -> None:
    with pytest.raises(ValueError, match="no ceiling"):
        ceiling.oracle_pvalues(families.case_of("null_ar", families.FAMILIES["null_ar"].base, 0))


@pytest.fixture(scope="module")
def rivals_here() -> Iterator[object]:
    """The rivals that this environment can run itself."""
    with closing(rivals.Environment(Path(sys.executable))) as environment:
        yield environment


@pytest.mark.parametrize("name", ["ccf", "granger", "granger_diff", "lasso"])
def test_rivals_find_a_lead_that_cannot_be_missed(rivals_here: object, name: str) -> None:
    cell = replace(families.FAMILIES["point"].base, strength=3.0, n_candidates=6)
    case = families.case_of("point", cell, 1)
    said = {answer.name: answer for answer in rivals.said_by(case, rivals_here.ask(name, case))}
    strongest = max(case.named("lead"), key=lambda lead: abs(case[lead].effect))
    assert said[strongest].verdict == "lead"
    if name in ("ccf", "lasso"):
        assert said[strongest].delay == case[strongest].peak


def test_a_rival_that_refuses_a_table_names_nothing() -> None:
    case = families.case_of("point", replace(families.FAMILIES["point"].base, n_candidates=4), 0)
    parts = rivals.scored(case, {"refused": "too few rows", "seconds": 0.1})
    assert parts["refused"].total == 1
    assert parts["found"].total == 0
    assert parts["found"].count == 3


def test_every_package_of_the_rivals_is_pinned() -> None:
    lines = (BENCHMARKS / "requirements-rivals.txt").read_text(encoding="utf-8").splitlines()
    pinned = {line.partition("==")[0] for line in lines if "==" in line}
    assert set(rival_methods.NEEDS.values()) <= pinned
    assert set(rival_methods.NEEDS) < set(rival_methods.METHODS)


def test_one_draw_gives_every_figure_of_every_method_that_was_asked() -> None:
    cell = replace(families.FAMILIES["traps"].base, n=80, n_candidates=11)
    draws = [accuracy.one_draw("traps", cell, draw, accuracy.Plan(ceiling=True, options={"n_draws": 199})) for draw in range(2)]
    (row,) = accuracy.figures_of("traps", cell, draws)
    assert {"false_share", "found", "ceiling", "beyond", "follower_called_reverse", "seconds"} <= set(row.figures)
    assert row.figures["refused"].value == 0
    text = "\n".join(accuracy.report([row]))
    assert "families with leads" in text
    assert "traps" in text


def test_a_checkout_differs_from_itself_in_nothing() -> None:
    checkout = BENCHMARKS.parent
    case = families.case_of("point", replace(families.FAMILIES["point"].base, n=80, n_candidates=4), 0)
    question = accuracy.question_of(case, draw=0, options={"n_draws": 199, "an_option_of_later": True})
    with against.Pair(checkout, checkout) as pair:
        now, before = pair.ask(question)
    assert repr(now.rows) == repr(before.rows)  # there are NaN in both
    assert [row["lead"] for row in now.rows] == [row["lead"] for row in before.rows]
    assert {row["lead"] for row in now.rows} == {item.name for item in case.truth}
    here = accuracy.ranked(case, draw=0, options={"n_draws": 199})
    assert repr(list(map(accuracy.said_of, now.rows))) == repr(here)
