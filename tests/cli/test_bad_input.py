"""Series that hold nothing to test, fits without error and tables too small, through `rank_leads` and the command line.

What the list of data hazards has already is in `tests/test_hazards_end_to_end.py`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
from scipy import signal

import leadlag as ll
from leadlag.cli.main import main
from leadlag.errors import DataContractError, UsageError
from tests.hazards import N_WEEKS, good_frame

DRAWS = 199
Options = Mapping[str, Any]
NONE: Options = MappingProxyType({})


def noise(seed: int = 3, n: int = N_WEEKS) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=n)


def where(rows: Any, values: Any, other: Any = np.nan) -> np.ndarray:
    """`values` on some rows, `other` on the rest."""
    chosen = np.zeros(N_WEEKS, dtype=bool)
    chosen[rows] = True
    return np.where(chosen, values, other)


def table(bad: Any, **columns: Any) -> pd.DataFrame:
    """The good weekly table, some of its columns replaced or added, and the candidate `bad`."""
    return good_frame().assign(**columns, bad=bad)


def in_memory(frame: pd.DataFrame, options: Options) -> ll.LeadRanking:
    return ll.rank_leads(frame, kpi="sales", **{"max_lag": 4, "n_draws": DRAWS} | dict(options))


def command(frame: pd.DataFrame, folder: Path, options: Options, *words: str) -> list[str]:
    """The same call as words of the command line, for the verdicts alone: what backs a lead is asked in memory."""
    file = folder / "table.csv"
    frame.to_csv(file, index=False)
    asked = {"max_lag": 4} | dict(options)
    texts = {name: ",".join(value) if isinstance(value, list) else str(value) for name, value in asked.items()}
    return [
        "rank",
        str(file),
        "--kpi",
        "sales",
        "--no-evidence",
        *(f"--{k.replace('_', '-')}={v}" for k, v in texts.items()),
        *words,
    ]


def printed(text: str) -> dict[str, Any]:
    """JSON without any NaN or infinity in it."""

    def refuse(word: str) -> None:
        raise AssertionError(word)

    found = json.loads(text, parse_constant=refuse)
    assert isinstance(found, dict)
    return found


def notes(ranking: ll.LeadRanking, code: str) -> list[str]:
    return [text for each, text in ranking.provenance.warnings if each == code]


def assert_all_finite_or_missing(ranking: ll.LeadRanking) -> None:
    numbers = ranking.to_frame().select_dtypes("number").to_numpy(dtype=float, na_value=np.nan)
    assert not np.isinf(numbers).any()
    tested = [item.evidence for item in ranking.decisions if item.verdict != "untestable"]
    assert np.isfinite([[each.pvalue, each.log_pvalue, each.qvalue, each.statistic] for each in tested]).all()
    assert len(printed(ranking.to_json())["rows"]) == len(ranking)


class Lost(NamedTuple):
    """A candidate `bad` that keeps its row without numbers."""

    name: str
    build: Callable[[], pd.DataFrame]
    code: str
    said: str
    options: Options = NONE


def autoregression() -> np.ndarray:
    return 50 + signal.lfilter([1.0], [1.0, -0.6, -0.25], noise(n=N_WEEKS + 100))[100:]


LOST = [
    Lost("constant", lambda: table(1e12), "LL203", "all its values are the same"),
    Lost("nearly_constant", lambda: table(1e8 * (1 + 1e-15 * noise())), "LL203", "differ by rounding only"),
    Lost("one_week_apart", lambda: table(where([40], 9.0, 5.0)), "LL203", "one period differs"),
    Lost("one_change", lambda: table(where(slice(70, None), 9.0, 5.0)), "LL203", "changes only once"),
    Lost("one_change_at_the_end", lambda: table(where([118, 119], 9.0, 5.0)), "LL203", "changes only once"),
    Lost("copy_turned", lambda: table(3 - 1e6 * good_frame()["sales"]), "LL205", "up to unit, sign and offset"),
    Lost("copy_with_gaps", lambda: table(good_frame()["sales"].where(np.arange(N_WEEKS) % 3 > 0)), "LL205", "copy of the KPI"),
    Lost("control_renamed", lambda: table(noise(), c=2 * noise() + 7), "LL207", "the controls", {"controls": ["c"]}),
    Lost(
        "sum_of_controls",
        lambda: table(2 * noise(4) - 3 * noise(5) + 7, c=noise(4), d=noise(5)),
        "LL207",
        "nothing is left of it",
        {"controls": ["c", "d"]},
    ),
    Lost("straight_line", lambda: table(1e6 + 2.5 * np.arange(N_WEEKS)), "LL207", "the trend"),
    Lost("short", lambda: table(where(slice(99, None), noise())), "LL204", "21 periods have a value of it and of the KPI, 22"),
    Lost(
        "short_beside_controls",
        lambda: table(where(slice(93, None), noise()), c=noise(4), d=noise(5)),
        "LL204",
        "27 periods have a value of it and of the KPI, 28",
        {"controls": ["c", "d"]},
    ),
    Lost(
        "no_week_in_common",
        lambda: table(where(slice(60), noise()), sales=where(slice(60, None), good_frame()["sales"])),
        "LL204",
        "0 periods have",
    ),
    Lost(
        "every_other_week",
        lambda: table(where(slice(1, None, 2), noise()), sales=autoregression()),
        "LL204",
        "its gaps leave",
    ),
    Lost("no_values", lambda: table(np.nan), "LL201", "has no values"),
]


@pytest.mark.parametrize("bad", LOST, ids=lambda bad: bad.name)
def test_a_candidate_that_holds_nothing_to_test_keeps_its_row_and_stops_no_other(bad: Lost) -> None:
    ranking = in_memory(bad.build(), bad.options)
    rows = ranking.to_frame().set_index("lead")
    row = rows.loc["bad"]
    assert (row["verdict"], row["rank"], row["nobs"], row["n_dropped"]) == ("untestable", len(rows), 0, N_WEEKS)
    assert row["reason"].startswith(f"{bad.code}: ")
    assert bad.said in row["reason"]
    assert row[["delay", "effect", "effect_low", "effect_high", "pvalue", "qvalue", "granger_pvalue"]].isna().all()
    assert np.isfinite(rows.loc[["visits", "ads"], "pvalue"]).all()
    assert bad.said in " ".join(ranking["bad"].why_not().split())
    assert_all_finite_or_missing(ranking)


@pytest.mark.parametrize("bad", LOST, ids=lambda bad: bad.name)
def test_the_command_line_says_the_same_and_ends_with_0(bad: Lost, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(command(bad.build(), tmp_path, bad.options, "--json")) == 0
    rows = {row["lead"]: row for row in printed(capsys.readouterr().out)["rows"]}
    assert (rows["bad"]["verdict"], rows["bad"]["pvalue"]) == ("untestable", None)
    assert rows["bad"]["reason"].startswith(f"{bad.code}: ")
    assert bad.said in rows["bad"]["reason"]
    assert all(rows[other]["verdict"] != "untestable" for other in ("visits", "ads"))


def test_a_table_of_nothing_but_untestable_candidates_is_ranked_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = good_frame()
    frame = good[["date", "sales"]].assign(flat=1.0, blank=np.nan, again=good["sales"])
    assert in_memory(frame, {}).to_frame()["verdict"].tolist() == ["untestable"] * 3
    assert main(command(frame, tmp_path, {})) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "None of the 3 candidates for sales could be tested." in said
    assert all(f"[{code}]" in said for code in ("LL201", "LL203", "LL205"))


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (lambda: 2 * good_frame()["visits"] + 1, "same"),
        (lambda: 2 * good_frame()["visits"] - 3 * good_frame()["ads"] + 7, "made up"),
    ],
    ids=["copy_of_a_lead", "sum_of_leads"],
)
def test_of_collinear_leads_one_is_the_lead_and_the_other_is_explained_by_it(
    bad: Callable[[], pd.Series], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    frame = table(bad())
    ranking = in_memory(frame, {})
    rows = ranking.to_frame().set_index("lead")
    first, second = rows.index[:2]
    assert {first, second} == {"visits", "bad"}
    assert rows.loc[[first, second], "verdict"].tolist() == ["lead", "indirect"]
    assert rows.loc[second, "explained_by"] == first
    assert rows.loc[[first, second], "group"].notna().all() == (words == "same")
    assert_all_finite_or_missing(ranking)
    assert main(command(frame, tmp_path, {}, "--json")) == 0
    assert printed(capsys.readouterr().out)["leads"] == [first]


class Exact(NamedTuple):
    """A KPI that its leads predict without error: what a rise of `bad` by one brings, and by how many weeks it leads."""

    name: str
    build: Callable[[], pd.DataFrame]
    effect: float
    delay: int
    is_the_kpi: bool


def led(*leads: tuple[float, int, int]) -> pd.Series:
    """Sum of noise series by effect, delay and seed; missing in the first weeks."""
    return sum((effect * pd.Series(noise(seed)).shift(delay) for effect, delay, seed in leads), 4 + pd.Series(np.zeros(N_WEEKS)))


EXACT = [
    Exact("alone", lambda: table(noise(), sales=led((5.0, 2, 3))), 5.0, 2, True),
    Exact("one_of_two", lambda: table(noise(), visits=noise(4), sales=led((5.0, 2, 3), (-2.0, 1, 4))), 5.0, 2, False),
    Exact("tiny_beside_large", lambda: table(1e8 + noise(), sales=1e-8 * led((5.0, 2, 3))), 5e-8, 2, True),
    Exact("turned_walk", lambda: table(np.cumsum(noise()), sales=-2 * pd.Series(np.cumsum(noise())).shift(3)), -2.0, 3, True),
]


@pytest.mark.parametrize("exact", EXACT, ids=lambda exact: exact.name)
def test_a_perfect_fit_is_a_lead_with_finite_numbers_and_the_true_effect(exact: Exact) -> None:
    ranking = in_memory(exact.build(), {})
    assert ranking.leads[0] == "bad" or set(ranking.leads) == {"bad", "visits"}
    assert_all_finite_or_missing(ranking)
    found = ranking["bad"].decision.evidence
    assert found.delay is not None
    assert (found.delay.peak, found.delay.lags) == (exact.delay, (exact.delay,))
    assert found.effect is not None
    true = exact.effect * found.effect.lead_sd
    assert found.effect.value == pytest.approx(true, rel=0.02)
    assert found.effect.low <= found.effect.value <= found.effect.high
    assert found.effect.high - found.effect.low < 0.1 * abs(true)
    assert found.log_pvalue < np.log(0.001)
    assert bool(notes(ranking, "LL118")) == exact.is_the_kpi
    if exact.is_the_kpi:
        assert f"{exact.delay} weeks early" in notes(ranking, "LL118")[0]
        assert "[LL118]" in ranking["bad"].explain()


@pytest.mark.parametrize("exact", EXACT, ids=lambda exact: exact.name)
def test_the_command_line_ranks_a_perfect_fit(exact: Exact, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(command(exact.build(), tmp_path, {}, "--json")) == 0
    told = printed(capsys.readouterr().out)
    rows = {row["lead"]: row for row in told["rows"]}
    assert (rows["bad"]["verdict"], rows["bad"]["delay"]) == ("lead", exact.delay)
    assert ("LL118" in [code for code, _ in told["provenance"]["warnings"]]) == exact.is_the_kpi


class Refused(NamedTuple):
    """A call that has no answer: the error, its code, the exit code and what the message says."""

    name: str
    build: Callable[[], pd.DataFrame]
    error: type[Exception]
    code: str
    exit_code: int
    said: tuple[str, ...]
    options: Options = NONE


def kpi(values: Any) -> Callable[[], pd.DataFrame]:
    return lambda: table(noise(), sales=values)


NO_DATA, NO_CALL = (DataContractError, "LL313", 3), (UsageError, "LL401", 2)
REFUSED = [
    Refused("too_few_rows", lambda: good_frame(21), *NO_DATA, ("has 21 values", "at least 22", "longer history"), {"max_lag": 3}),
    Refused("too_few_values", kpi(where(slice(21), noise())), *NO_DATA, ("has 21 values", "at least 22")),
    Refused("no_values", kpi(np.nan), *NO_DATA, ("has 0 values",)),
    Refused("constant", kpi(4.0), *NO_DATA, ("is constant", "another KPI")),
    Refused("one_week_apart", kpi(where([60], 9.0, 5.0)), *NO_DATA, ("one period differs", "one event")),
    Refused("one_change", kpi(where(slice(60, None), 9.0, 5.0)), *NO_DATA, ("changes only once", "longer history")),
    Refused("straight_line", kpi(2.5 * np.arange(N_WEEKS)), *NO_DATA, ("exactly its trend",)),
    Refused(
        "copy_of_a_control",
        lambda: table(noise(), c=1 - 2 * good_frame()["sales"]),
        *NO_DATA,
        ("exactly its trend", "fewer controls"),
        {"controls": ["c"]},
    ),
    Refused(
        "empty_control",
        lambda: table(noise(), c=noise(4), d=np.nan),
        *NO_DATA,
        ("has 0 values", "at least 28", "where all controls have one", "'d', which has 0"),
        {"controls": ["c", "d"]},
    ),
    Refused(
        "more_controls_than_rows_allow",
        lambda: table(noise(), **{f"c{place:02d}": noise(place) for place in range(40)}),
        *NO_DATA,
        ("has 120 values", "at least 142", "leave out some"),
        {"controls": [f"c{place:02d}" for place in range(40)]},
    ),
    Refused("lag_beyond_the_data", good_frame, *NO_CALL, ("max_lag=120", "at most 98"), {"max_lag": 120}),
    Refused("lag_that_few_rows_have", good_frame, *NO_CALL, ("max_lag=99", "at most 98", "fewer than 22"), {"max_lag": 99}),
    Refused("lag_in_a_short_table", lambda: good_frame(30), *NO_CALL, ("max_lag=12", "at most 8", "30 periods"), {"max_lag": 12}),
]


@pytest.mark.parametrize("bad", REFUSED, ids=lambda bad: bad.name)
def test_what_has_no_answer_is_refused_with_what_was_given_and_the_next_step(bad: Refused) -> None:
    with pytest.raises(bad.error) as caught:
        in_memory(bad.build(), bad.options)
    assert str(caught.value).endswith(f"[{bad.code}]")
    assert all(word in str(caught.value) for word in bad.said)


@pytest.mark.parametrize("bad", REFUSED, ids=lambda bad: bad.name)
def test_the_command_line_refuses_it_too(bad: Refused, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(command(bad.build(), tmp_path, bad.options)) == bad.exit_code
    told = capsys.readouterr()
    assert told.out == ""
    assert all(word in told.err for word in (*bad.said, f"[{bad.code}]"))


@pytest.mark.parametrize("n", [22, 24, 30])
def test_the_default_lags_are_allowed_in_every_table_that_is_long_enough(n: int) -> None:
    ranking = ll.rank_leads(good_frame(n), kpi="sales", n_draws=DRAWS)
    assert ranking.context.max_lag == n // 6
    assert_all_finite_or_missing(ranking)


def test_a_thousand_leads_on_thirty_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    many = pd.DataFrame(np.random.default_rng(0).normal(size=(30, 998)), columns=[f"x{place:03d}" for place in range(998)])
    frame = pd.concat([good_frame(30), many], axis=1)
    ranking = in_memory(frame, {"max_lag": 2})
    assert (len(ranking), ranking.family.n_tested) == (1000, 1000)
    assert ranking.leads[0] == "visits"
    assert len(ranking.leads) <= 3
    assert_all_finite_or_missing(ranking)
    assert main(command(frame, tmp_path, {"max_lag": 2})) == 0
    told = capsys.readouterr().out
    assert "1,000 candidates" in told
    assert "and 960 more" in told


def months(seed: int = 4) -> np.ndarray:
    """Thirty values, each carried on over four weeks."""
    return np.repeat(noise(seed, 30), 4)


def test_a_slow_metric_on_a_fast_grid_is_ranked_with_a_note_on_its_cadence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    survey = months()
    frame = table(survey, sales=50 + 2 * np.r_[np.zeros(3), survey[:-3]] + 0.5 * noise(5))
    ranking = in_memory(frame, {})
    assert ranking.leads[0] == "bad"
    assert notes(ranking, "LL121") == [
        "bad changes only every 4 weeks: its rows repeat each value, so its delay is known only to within 4 weeks"
    ]
    told = " ".join(ranking["bad"].explain().split())
    assert "each value stands for about 4 weeks" in told
    assert "known only to within 4 weeks [LL121]" in told
    assert "LL121" not in ranking["visits"].explain()
    assert main(command(frame, tmp_path, {})) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "bad changes only every 4 weeks" in said
    assert "[LL121]" in said


def test_a_slow_kpi_on_a_fast_grid_is_ranked_with_a_note_and_a_way_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    frame = good_frame().assign(sales=months())
    ranking = in_memory(frame, {})
    assert [text.startswith("the KPI changes only every 4 weeks") for text in notes(ranking, "LL121")] == [True]
    assert "one row for each of its values" in notes(ranking, "LL121")[0]
    assert_all_finite_or_missing(ranking)
    assert main(command(frame, tmp_path, {}, "--json")) == 0
    assert "LL121" in [code for code, _ in printed(capsys.readouterr().out)["provenance"]["warnings"]]


def test_what_every_week_has_of_its_own_gets_no_note_on_its_cadence() -> None:
    ranking = in_memory(good_frame(), {})
    assert notes(ranking, "LL121") == notes(ranking, "LL118") == []


def test_one_far_value_of_a_lead_leaves_the_rest_of_it_to_be_tested(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = good_frame()
    frame = good.assign(visits=where([40], 1e15, good["visits"]))
    assert in_memory(frame, {}).leads == ("visits",)
    assert main(command(frame, tmp_path, {}, "--json")) == 0
    assert printed(capsys.readouterr().out)["leads"] == ["visits"]


def test_what_passes_alone_only_is_not_called_insignificant() -> None:
    frame = table(where([50, 70], 9.0, 5.0))
    ranking = in_memory(frame, {})
    row = ranking.to_frame().set_index("lead").loc["bad"]
    assert row["reason"].startswith("unconfirmed")
    said = " ".join(ranking["bad"].why_not().split())
    assert "not beside the leads that were chosen" in said
    assert "would have to be" not in said


def test_feedback_of_a_lead_with_a_gap_in_every_other_week_is_not_passed_unasked() -> None:
    visits = good_frame()["visits"].where(np.arange(N_WEEKS) % 2 == 0)
    found = in_memory(good_frame().assign(visits=visits), {})["visits"].decision
    assert found.verdict == "lead"
    assert found.evidence.nobs < 0.6 * N_WEEKS
    assert np.isnan(found.evidence.reverse_pvalue)
    assert {check.code: check.status for check in found.checks}["feedback"] == "not applicable"


def test_what_may_be_the_time_is_asked_and_the_options_answer_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, frame = tmp_path / "table.csv", good_frame().rename(columns={"date": "label"}).iloc[::-1]
    frame.assign(label=pd.to_datetime(frame["label"]).dt.strftime("%Y-%j")).to_csv(file, index=False)
    assert main(["check", str(file)]) == 3
    told = " ".join(capsys.readouterr().out.split())
    assert "--date-format %Y-%j" in told
    assert "--freq period if 'label' holds no times" in told
    assert main(["check", str(file), "--date-format", "%Y-%j"]) == 0
    assert f"{N_WEEKS} weeks, 2022-01-03" in capsys.readouterr().out
    assert main(["check", str(file), "--freq", "period"]) == 0
    assert "without times, rows in their order" in " ".join(capsys.readouterr().out.split())
    frame.assign(label=range(45_292, 45_292 + 7 * N_WEEKS, 7)).rename(columns={"label": "Invoice date"}).to_csv(file, index=False)
    assert main(["check", str(file)]) == 2
    assert "--time 'Invoice date' --date-format excel" in capsys.readouterr().err
    assert main(["check", str(file), "--time", "Invoice date", "--date-format", "excel"]) == 0
