"""Every row of the list of data hazards, through `rank_leads` and through the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import leadlag as ll
from leadlag.cli.main import main
from leadlag.errors import DataContractError, DataWarning, UsageError
from tests.hazards import HAZARDS, Hazard, good_frame

DRAWS = 199
BY_NAME = {hazard.name: hazard for hazard in HAZARDS}
#: Options that a call of `rank_leads` has itself; the others belong to the door.
OF_THE_RANKING = {"time", "missing", "catalogue"}


def verdicts(data: Any) -> ll.LeadRanking:
    """The ranking of a table, without what backs its leads."""
    return ll.rank_leads(data, kpi="sales", max_lag=4, n_draws=DRAWS, evidence=False)


def rank(hazard: Hazard) -> ll.LeadRanking:
    """The hazard's table through the public call, by way of the door where the door has the option; the verdicts alone."""
    options = dict(hazard.options)
    data = hazard.build()
    if not set(options) <= OF_THE_RANKING:
        data, options = ll.from_wide(data, **options), {}
    return ll.rank_leads(data, kpi="sales", max_lag=4, n_draws=DRAWS, evidence=False, **options)


def names(family: str, *, in_csv: bool = False) -> list[str]:
    return [hazard.name for hazard in HAZARDS if hazard.code.startswith(family) and (hazard.in_csv or not in_csv)]


def as_file(hazard: Hazard, folder: Path) -> str:
    path = folder / "table.csv"
    hazard.build().to_csv(path, index=False)
    return str(path)


@pytest.mark.parametrize("name", names("LL3"))
def test_wrong_values_stop_the_ranking_with_one_error_that_lists_them(name: str) -> None:
    hazard = BY_NAME[name]
    with pytest.raises(DataContractError) as caught:
        rank(hazard)
    assert hazard.code in str(caught.value)
    assert all(word in str(caught.value) for word in hazard.words)


@pytest.mark.parametrize("name", names("LL4"))
def test_wrong_calls_stop_the_ranking_with_the_next_step(name: str) -> None:
    hazard = BY_NAME[name]
    with pytest.raises(UsageError) as caught:
        rank(hazard)
    assert all(word in str(caught.value) for word in hazard.words)


@pytest.mark.parametrize("name", names("LL2"))
def test_an_untestable_lead_keeps_its_row_and_stops_no_other(name: str) -> None:
    hazard = BY_NAME[name]
    table = rank(hazard).to_frame().set_index("lead")
    row = table.loc["visits"]
    assert row["verdict"] == "untestable"
    assert row["reason"].startswith(hazard.code)
    assert row["rank"] == len(table)
    assert row[["delay", "effect", "pvalue", "qvalue"]].isna().all()
    assert np.isfinite(table.loc["ads", "pvalue"])


@pytest.mark.filterwarnings("ignore::leadlag.errors.DataWarning")
@pytest.mark.parametrize("name", [name for name in names("LL1") if name != "names_that_are_no_text"])
def test_what_was_mended_is_noted_and_the_lead_is_found_all_the_same(name: str) -> None:
    hazard = BY_NAME[name]
    if len(hazard.build()) < 60:
        pytest.skip("a table too short to find a lead in")
    ranking = rank(hazard)
    noted = [text for code, text in ranking.provenance.warnings if code == hazard.code]
    assert any(all(word in text for word in hazard.words) for text in noted)
    assert name == "whole_numbers_beyond_2_53" or ranking.leads == ("visits",)


def test_whole_numbers_beyond_2_53_are_also_warned_of() -> None:
    with pytest.warns(DataWarning, match="LL104"):
        rank(BY_NAME["whole_numbers_beyond_2_53"])


def test_names_that_are_no_text_are_joined_and_found_by_their_label() -> None:
    frame = good_frame().set_index("date")
    frame.columns = pd.MultiIndex.from_tuples([("web", "sales"), ("web", "visits"), ("tv", "ads")])
    ranking = ll.rank_leads(frame, kpi=("web", "sales"), max_lag=4, n_draws=DRAWS, evidence=False)  # type: ignore[arg-type]
    assert ranking.leads == ("web / visits",)


@pytest.mark.parametrize("name", names("LL3", in_csv=True))
def test_the_command_line_checks_and_refuses_wrong_values_with_exit_3(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hazard = BY_NAME[name]
    file = as_file(hazard, tmp_path)
    options = [f"--{option.replace('_', '-')}={value}" for option, value in hazard.options.items()]
    assert main(["check", file, "--json", *options]) == 3
    assert hazard.code in [item["code"] for item in json.loads(capsys.readouterr().out)["violations"]]
    assert main(["rank", file, "--kpi", "sales", *options]) == 3
    printed = capsys.readouterr()
    assert printed.out == ""
    assert hazard.code in printed.err


@pytest.mark.parametrize("name", names("LL2", in_csv=True))
def test_the_command_line_ranks_on_beside_an_untestable_lead(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hazard = BY_NAME[name]
    assert main(["rank", as_file(hazard, tmp_path), "--kpi", "sales", "--max-lag", "4", "--no-evidence", "--json"]) == 0
    rows = {row["lead"]: row for row in json.loads(capsys.readouterr().out)["rows"]}
    assert rows["visits"]["verdict"] == "untestable"
    assert rows["visits"]["reason"].startswith(hazard.code)
    assert rows["visits"]["pvalue"] is None
    assert rows["ads"]["verdict"] != "untestable"


# The rows of the list that are not one bad table but a rule.


def test_hazard_nan_in_the_middle_is_masked_not_filled() -> None:
    frame = good_frame()
    frame.loc[60:62, "visits"] = np.nan
    with_gap, whole = (verdicts(data) for data in (frame, good_frame()))
    assert with_gap.leads == ("visits",)
    rows = [item.to_frame().set_index("lead")["nobs"] for item in (with_gap, whole)]
    assert rows[0]["visits"] < rows[1]["visits"]
    assert rows[0]["ads"] == rows[1]["ads"]


def test_hazard_near_constant_lead() -> None:
    frame = good_frame().assign(ads=1.0 + 1e-17)
    frame.loc[5, "ads"] = 2.0
    row = verdicts(frame).to_frame().set_index("lead").loc["ads"]
    assert row["reason"].startswith("LL203")


def test_hazard_perfect_fit_is_a_lead_with_a_finite_log_p() -> None:
    frame = good_frame()
    frame["early"] = frame["sales"].shift(-2)
    ranking = verdicts(frame)
    best = ranking.decisions[0]
    assert (best.evidence.lead, best.evidence.delay.peak if best.evidence.delay else None) == ("early", 2)
    assert np.isfinite(best.evidence.log_pvalue)
    assert best.evidence.log_pvalue < -20


def test_hazard_unsigned_numbers_do_not_wrap_around() -> None:
    frame = good_frame()
    whole = frame.assign(visits=frame["visits"].round())
    small = whole.assign(visits=whole["visits"].astype("uint8"))
    first, second = (ll.rank_leads(data, kpi="sales", max_lag=4, n_draws=DRAWS).to_frame() for data in (whole, small))
    pd.testing.assert_frame_equal(first, second)


def test_hazard_resolution_and_index_kind_do_not_matter() -> None:
    frame = good_frame().set_index("date")
    stamps = pd.DatetimeIndex(pd.to_datetime(frame.index))
    kinds = [stamps.as_unit("s"), stamps.as_unit("ns"), stamps.to_period("W-SUN")]
    tables = [ll.rank_leads(frame.set_axis(kind), kpi="sales", max_lag=4, n_draws=DRAWS).to_frame() for kind in kinds]
    for table in tables[1:]:
        pd.testing.assert_frame_equal(tables[0], table)


def test_hazard_names_with_percent_braces_and_markup_are_only_names() -> None:
    odd = "100% of {x} <b>%s</b> | `$a_1$`"
    ranking = ll.rank_leads(good_frame().rename(columns={"visits": odd}), kpi="sales", max_lag=4, n_draws=DRAWS)
    assert ranking.leads == (odd,)
    assert odd in ranking[odd].explain()
    assert "<b>" not in ranking._repr_html_()


def test_hazard_ties_are_broken_by_name() -> None:
    frame = good_frame()
    frame = frame.assign(zeta=frame["visits"], alpha=frame["visits"]).drop(columns="visits")
    table = ll.rank_leads(frame, kpi="sales", max_lag=4, n_draws=DRAWS).to_frame()
    assert table["lead"].tolist() == ["alpha", "zeta", "ads"]


def test_hazard_several_segments_are_refused_with_how_to_pick_one() -> None:
    north, south = (good_frame(seed=seed).assign(region=name) for seed, name in ((1, "north"), (2, "south")))
    table = pd.concat([north, south]).melt(["date", "region"], var_name="metric")
    sample = ll.from_long(table, time="date", metric="metric", value="value", segment="region")
    with pytest.raises(UsageError, match=r"segment\('north'\)"):
        ll.rank_leads(sample, kpi="sales")
    assert verdicts(sample.segment("north")).leads == ("visits",)


def test_the_callers_frame_is_never_changed() -> None:
    frame = good_frame()
    before = frame.copy(deep=True)
    ll.rank_leads(frame, kpi="sales", max_lag=4, n_draws=DRAWS, log=("visits",))
    pd.testing.assert_frame_equal(frame, before)
