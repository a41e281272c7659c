"""What a job reads is what it would read of its own rows alone, by the day of the run; and what stands against a source is said
in the words of its config."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from leadlag.batch import read_config
from leadlag.batch.job import answered
from leadlag.batch.plan import job_of, tasks_of
from leadlag.batch.sources import TOTAL, SourceRead, job_sha256, read_source, sample_of
from tests.batch.conftest import CONFIG, night, sales

AS_OF = "2026-11-30"
NAMES = ("new_mrr", "demos", "win_rate")


def read(
    folder: Path, *, table: pd.DataFrame | None = None, config: str = CONFIG, settings: tuple[str, ...] = (), as_of: str = AS_OF
) -> SourceRead:
    """The source of a night."""
    return read_source("sales", read_config(night(folder, table=table, config=config), settings=settings), as_of=as_of)


def test_a_segment_has_its_own_periods_whatever_others_have(tmp_path: Path) -> None:
    table = sales()
    south = table["region"] == "south"
    later = read(tmp_path / "a", table=table[~south | ((table["week"] >= "2025-06-02") & (table["week"] < "2026-11-16"))])
    alone = read(tmp_path / "b", table=table[south & (table["week"] >= "2025-06-02") & (table["week"] < "2026-11-16")])
    found, own = (sample_of(NAMES, "south", {"sales": each}) for each in (later, alone))
    assert (found.periods[0], found.periods[-1]) == ("2025-06-02", "2026-11-09")
    assert found.periods == own.periods
    assert job_sha256(found, NAMES) == job_sha256(own, NAMES)


def test_a_metric_that_is_known_ahead_keeps_the_rows_that_were_known_and_no_other_does(tmp_path: Path) -> None:
    text = CONFIG.replace("available_after: 1", "available_after: -2")
    found = sample_of(NAMES, "north", {"sales": read(tmp_path, config=text, as_of="2026-10-05")})
    last = {name: found.periods[np.flatnonzero(~np.isnan(found.column(name)))[-1]] for name in NAMES}
    assert last == {"new_mrr": "2026-09-28", "demos": "2026-10-12", "win_rate": "2026-09-28"}
    assert [note.code for note in found.notes].count("LL110") == 1


def test_the_last_period_of_a_source_is_the_last_that_has_ended(tmp_path: Path) -> None:
    text = CONFIG.replace("available_after: 1", "available_after: -2")
    assert read(tmp_path, config=text, as_of="2026-10-05").last == "2026-09-28"


def test_a_source_with_rows_of_days_to_come_is_as_late_as_its_values(tmp_path: Path) -> None:
    table = sales()
    table.loc[table["week"] > "2026-10-01", ["new_mrr", "demos", "wins", "deals"]] = np.nan
    found = read(tmp_path, table=table, settings=("contract.sales.freshness=14d",))
    assert found.late is not None
    assert "its last period, 2026-09-28, ended 57 days before 2026-11-30" in found.late.message


def test_a_day_before_all_periods_leaves_no_source(tmp_path: Path) -> None:
    problem = read(tmp_path, as_of="2024-12-07").problem
    assert problem is not None
    assert problem.code == "LL312"
    assert "had ended by 2024-12-07: the first is 2024-12-02" in problem.message


def test_counted_periods_have_no_days_and_are_read_whole(tmp_path: Path) -> None:
    table = sales(regions=("north",)).assign(week=range(1, 105))
    text = CONFIG.replace("calendar: {cadence: week, tz: Europe/Berlin}\n", "")
    found = read(tmp_path, table=table, config=text, settings=("contract.sales.freshness=1d",))
    assert (found.problem, found.late, found.last) == (None, None, "104")


def test_a_source_of_two_cadences_is_cut_at_both(tmp_path: Path) -> None:
    table = pd.DataFrame({"week": pd.date_range("2024-01-01", periods=730, freq="D").strftime("%Y-%m-%d")})
    table["new_mrr"] = np.arange(730.0)
    table["demos"] = np.where(table["week"].str.endswith("-01"), np.arange(730.0), np.nan)
    table["wins"], table["deals"], table["region"] = 1, 2, "north"
    text = CONFIG.replace("calendar: {cadence: week, tz: Europe/Berlin}\n", "")
    found = read(tmp_path, table=table, config=text, as_of="2025-06-15")
    assert found.sample is not None
    assert {part.calendar.freq: part.periods[-1] for part in found.sample.cadences} == {"month": "2025-05", "day": "2025-06-15"}
    assert (found.first, found.last) == ("2024-01", "2025-06-15")


@pytest.mark.parametrize("name", ["", " ", TOTAL])
def test_a_segment_may_not_be_called_as_the_total_or_as_none(tmp_path: Path, name: str) -> None:
    problem = read(tmp_path, table=sales(regions=(name, "south"))).problem
    assert problem is not None
    assert problem.code == "LL303"
    assert f"column 'region': {name!r} is no name of a segment" in problem.message


def test_what_is_said_of_a_source_names_no_folder_of_the_machine_and_all_that_is_wrong(tmp_path: Path) -> None:
    table = sales().astype({"new_mrr": object})
    table.loc[3, "demos"], table.loc[5, "new_mrr"] = np.inf, "abc"
    wrong = read(tmp_path / "a", table=table).problem
    gone = read(tmp_path / "b", settings=("sources.sales.path=data/gone.csv",)).problem
    assert wrong is not None
    assert gone is not None
    assert "(1) column 'new_mrr': 1 value is not a number" in wrong.message
    assert "(2) column 'demos': 1 infinite value" in wrong.message
    assert "file='data/gone.csv' does not exist" in gone.message
    for message in (wrong.message, gone.message):
        assert str(tmp_path) not in message
        assert "as_sample" not in message
        assert "\n" not in message


def test_a_way_out_is_told_as_a_key_of_the_source(tmp_path: Path) -> None:
    table = sales(regions=("north",)).assign(week=pd.date_range("2024-12-02", periods=104, freq="7D").strftime("%m/%d/%Y"))
    problem = read(tmp_path, table=table.iloc[:4]).problem
    assert problem is not None
    assert "date_format: %m/%d/%Y" in problem.message


def test_a_folder_with_signs_of_a_pattern_in_its_name_is_that_folder(tmp_path: Path) -> None:
    assert read(tmp_path / "of [2026] *").problem is None
    assert read(tmp_path / "b", settings=("sources.sales.path=data/sale[s].csv",)).problem is None


def test_a_kept_model_forecasts_from_the_last_period_that_has_ended(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    table = sales(regions=("north",))
    table["demos"] = rng.normal(50, 8, 104).round(2)
    table["new_mrr"] = (2 * table["demos"] + rng.normal(0, 4, 104)).round(2)
    text = CONFIG.replace("available_after: 1", "available_after: -2").replace("leads: [demos, win_rate]", "leads: [demos]")
    config = read_config(night(tmp_path, table=table, config=text), settings=("jobs.0.horizons=[1,2]",))
    reads = {"sales": read_source("sales", config, as_of="2026-11-15")}
    [task] = tasks_of(config, reads, lambda *_: "")
    job = job_of(config, task, reads, lambda *_: "")
    fitted = answered(job).outcome
    scored = answered(replace(job, model=fitted.model)).outcome
    assert [row[:3] for row in fitted.forecasts] == [("2026-11-09", 1, "2026-11-16"), ("2026-11-09", 2, "2026-11-23")]
    assert [row[:3] for row in scored.forecasts] == [row[:3] for row in fitted.forecasts]
    np.testing.assert_allclose([row[3] for row in scored.forecasts], [row[3] for row in fitted.forecasts])
    came = table["new_mrr"].to_numpy()[-2:]  # the plan for these weeks was known
    assert (np.abs(np.array([row[3] for row in fitted.forecasts]) - came) < 12).all()
