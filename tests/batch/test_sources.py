"""A source gives a job the very rows that the door gives for its table, and says what stands against it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from leadlag.batch import read_config
from leadlag.batch.config import Config
from leadlag.batch.sources import (
    TOTAL,
    SourceRead,
    changes_since,
    job_sha256,
    read_snapshot,
    read_source,
    sample_of,
    untestable_why,
    write_snapshot,
)
from leadlag.catalogue import Metric, ratio
from leadlag.errors import UsageError
from leadlag.sample import as_sample
from tests.batch.conftest import CONFIG, night, sales

AS_OF = "2026-11-30"
NAMES = ("new_mrr", "demos", "win_rate")


def read(folder: Path, *, table: pd.DataFrame | None = None, config: str = CONFIG, settings: tuple[str, ...] = ()) -> SourceRead:
    """The source of a night."""
    return read_source("sales", read_config(night(folder, table=table, config=config), settings=settings), as_of=AS_OF)


def test_a_segment_is_what_the_door_reads_of_its_rows_alone(tmp_path: Path) -> None:
    table = sales()
    found = sample_of(NAMES, "south", {"sales": read(tmp_path)})
    known = [
        Metric("new_mrr", aggregate="sum"),
        Metric("demos", aggregate="sum"),
        Metric("win_rate", aggregate=ratio("wins", "deals")),
    ]
    alone = as_sample(table[table["region"] == "south"].drop(columns="region"), time="week", catalogue=known)
    for name in NAMES:
        np.testing.assert_array_equal(found.column(name), alone.column(name))
    assert found.periods == alone.periods
    assert found.segments == ("south",)


def test_a_total_adds_up_and_a_rate_is_the_sum_over_the_sum(tmp_path: Path) -> None:
    table = sales()
    found = sample_of(NAMES, TOTAL, {"sales": read(tmp_path)})
    by_week = table.groupby("week")[["new_mrr", "demos", "wins", "deals"]].sum()
    np.testing.assert_allclose(found.column("new_mrr"), by_week["new_mrr"])
    np.testing.assert_allclose(found.column("win_rate"), by_week["wins"] / by_week["deals"])


def test_a_total_is_missing_where_a_segment_is_and_not_before_it_began(tmp_path: Path) -> None:
    table = sales()
    south = table["region"] == "south"
    table.loc[south & (table["week"] == table["week"].iloc[50]), "demos"] = np.nan
    table = table[~(south & (table["week"] < table["week"].iloc[10]))]
    found = sample_of(("new_mrr", "demos"), TOTAL, {"sales": read(tmp_path, table=table)}).column("demos")
    assert np.flatnonzero(np.isnan(found)).tolist() == [50]


def test_what_does_not_add_up_has_no_total(tmp_path: Path) -> None:
    text = CONFIG.replace("demos: {source: sales, aggregate: sum", "demos: {source: sales, aggregate: mean")
    with pytest.raises(UsageError, match="'demos' cannot be added up over segments"):
        sample_of(NAMES, TOTAL, {"sales": read(tmp_path, config=text)})


def test_a_source_without_segments_goes_with_each_segment_of_another(tmp_path: Path) -> None:
    text = CONFIG.replace("sources:\n", 'sources:\n  weather: {path: "weather.csv", time: week}\n').replace(
        "jobs:", "  rain: {source: weather}\njobs:"
    )
    rain = sales(regions=("all",))[["week", "demos"]].rename(columns={"demos": "rain"})
    config = read_config(night(tmp_path, config=text))
    rain.to_csv(tmp_path / "weather.csv", index=False)
    reads = {name: read_source(name, config, as_of=AS_OF) for name in config.sources}
    found = sample_of(("new_mrr", "rain"), "north", reads)
    np.testing.assert_array_equal(found.column("rain"), rain["rain"])
    assert found.segments == ("north",)


def test_a_parquet_file_is_read_as_the_same_csv_file(tmp_path: Path) -> None:
    config: Config = read_config(night(tmp_path), settings=["sources.sales.path=sales.parquet"])
    sales().to_parquet(tmp_path / "sales.parquet")
    whole, text = (read_source("sales", one, as_of=AS_OF) for one in (config, read_config(tmp_path / "night.yaml")))
    assert [one.sha256 for one in whole.columns()] == [one.sha256 for one in text.columns()]


def test_a_large_parquet_file_is_folded_to_what_the_whole_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    days = pd.date_range("2024-12-02", periods=7 * 104, freq="D")
    rows = pd.DataFrame({"week": rng.choice(days, 20_000), "region": rng.choice(["north", "south"], 20_000)})
    rows["new_mrr"], rows["demos"] = rng.integers(0, 50, 20_000), rng.normal(size=20_000)
    rows["wins"], rows["deals"] = rng.integers(0, 3, 20_000), 3.0
    rows.loc[7, "new_mrr"] = 2**60  # beyond what float64 counts one by one
    rows.loc[rng.random(20_000) < 0.003, "demos"] = np.nan
    rows.to_parquet(tmp_path / "sales.parquet", row_group_size=700)
    for rule in ("sum", "mean", "last"):
        text = CONFIG.replace("demos: {source: sales, aggregate: sum", f"demos: {{source: sales, aggregate: {rule}")
        config = read_config(night(tmp_path, config=text), settings=[
            "sources.sales.path=sales.parquet", "contract.sales.duplicates=aggregate",
        ])  # fmt: skip
        whole = read_source("sales", config, as_of=AS_OF)
        with monkeypatch.context() as patch:
            patch.setattr("leadlag.batch.sources.rows.MANY", 1000)
            parts = read_source("sales", config, as_of=AS_OF)
        assert whole.sample is not None
        assert parts.sample is not None
        assert parts.n_rows == whole.n_rows == 20_000
        assert (parts.sample.periods, parts.sample.segments) == (whole.sample.periods, whole.sample.segments)
        assert parts.sample.aggregates == whole.sample.aggregates
        np.testing.assert_allclose(parts.sample.values, whole.sample.values, rtol=1e-12, atol=1e-13)


def test_files_of_one_source_follow_each_other_and_have_the_same_columns(tmp_path: Path) -> None:
    table = sales()
    night(tmp_path, table=table[table["region"] == "north"])
    table[table["region"] == "south"].to_csv(tmp_path / "data" / "south.csv", index=False)
    both = read_source("sales", read_config(tmp_path / "night.yaml"), as_of=AS_OF)
    assert [one.sha256 for one in both.columns()] == [one.sha256 for one in read(tmp_path / "whole").columns()]
    table.drop(columns="demos").to_csv(tmp_path / "data" / "third.csv", index=False)
    problem = read_source("sales", read_config(tmp_path / "night.yaml"), as_of=AS_OF).problem
    assert problem is not None
    assert problem.code == "LL504"
    assert "without 'demos'" in problem.message


@pytest.mark.parametrize(
    ("setting", "code", "said"),
    [
        ("sources.sales.path=nothing.csv", "LL504", "nothing.csv"),
        ("sources.sales.path=none/*.csv", "LL504", "is no file"),
        ("sources.sales.time=month", "LL324", "it has no column 'month'"),
        ("contract.sales.required=[margin]", "LL324", "it has no column 'margin'"),
        ("contract.sales.min_rows=1000", "LL324", "208 rows, fewer than min_rows 1,000"),
        ("metrics.demos.column=region", "LL303", "demos"),
    ],
)
def test_what_stands_against_a_source_is_said_by_code(tmp_path: Path, setting: str, code: str, said: str) -> None:
    problem = read(tmp_path, settings=(setting,)).problem
    assert problem is not None
    assert said in problem.message
    assert problem.code == code


def test_the_same_time_and_segment_twice_breaks_the_promise_unless_it_is_added_up(tmp_path: Path) -> None:
    table = sales()
    twice = pd.concat([table, table.iloc[[5]]], ignore_index=True)
    problem = read(tmp_path / "a", table=twice).problem
    assert problem is not None
    assert "1 rows have a time and segment that another has (week 2025-01-06, region north)" in problem.message
    added = read(tmp_path / "b", table=twice, settings=("contract.sales.duplicates=aggregate",))
    assert sample_of(NAMES, "north", {"sales": added}).column("demos")[5] == pytest.approx(2 * table["demos"][5])


def test_a_source_is_late_by_the_day_on_which_its_last_period_ended(tmp_path: Path) -> None:
    table = sales()  # its last week begins on 2026-11-23 and ends on 2026-11-29
    assert read(tmp_path, settings=("contract.sales.freshness=1d",)).late is None
    older = table[table["week"] < "2026-11-16"]  # ends on 2026-11-15, 15 days before
    late = read(tmp_path, table=older, settings=("contract.sales.freshness=14d",)).late
    assert late is not None
    assert "ended 15 days before 2026-11-30" in late.message


def test_periods_that_end_after_the_day_of_the_run_are_left_out(tmp_path: Path) -> None:
    config = read_config(night(tmp_path))
    assert read_source("sales", config, as_of="2026-11-28").last == "2026-11-16"


def test_promises_on_the_rows_of_a_job(tmp_path: Path) -> None:
    table = sales()
    table.loc[table["week"].isin(table["week"].iloc[20:24]), "new_mrr"] = np.nan
    settings = ("contract.sales.min_periods=104", "contract.sales.max_gap=3")
    config = read_config(night(tmp_path, table=table), settings=settings)
    sample = sample_of(NAMES, "north", {"sales": read_source("sales", config, as_of=AS_OF)})
    assert "100 known periods, fewer than min_periods 104" in untestable_why(sample, "new_mrr", config.contract["sales"])
    gap = config.contract["sales"].model_copy(update={"min_periods": None})
    assert "a gap of 4 periods, more than max_gap 3" in untestable_why(sample, "new_mrr", gap)


def test_a_fingerprint_changes_with_a_number_that_the_job_reads_and_with_no_other(tmp_path: Path) -> None:
    table = sales()
    before = read(tmp_path / "a", table=table)
    table.loc[0, "demos"] += 1.0  # in the north
    after = read(tmp_path / "b", table=table)
    prints = [
        [job_sha256(sample_of(names, segment, {"sales": one}), names) for one in (before, after)]
        for names, segment in ((NAMES, "north"), (NAMES, "south"), (("new_mrr", "win_rate"), "north"))
    ]
    assert [first == then for first, then in prints] == [False, True, True]


def test_what_was_added_revised_and_taken_away_is_counted_by_column(tmp_path: Path) -> None:
    table = sales()
    before = read(tmp_path / "a", table=table)
    write_snapshot(tmp_path, before, "2026-11-29-00000000")
    kept = read_snapshot(tmp_path, "sales")
    assert kept is not None
    assert kept.run_id == "2026-11-29-00000000"
    table.loc[3, "demos"] += 1.0
    changed = read(tmp_path / "b", table=table.drop(index=[200, 207]))
    counts = {name: (one.n_added, one.n_revised, one.n_vanished) for name, one in changes_since(kept, changed).items()}
    assert counts == {"new_mrr": (0, 0, 2), "demos": (0, 1, 2), "win_rate": (0, 0, 2)}
    assert read_snapshot(tmp_path, "other") is None


def test_leads_of_a_source_that_lacks_the_segment_have_no_values_in_it(tmp_path: Path) -> None:
    text = CONFIG.replace("sources:\n", 'sources:\n  ads: {path: "ads.csv", time: week, segment: region}\n').replace(
        "jobs:", "  clicks: {source: ads, aggregate: sum}\njobs:"
    )
    config = read_config(night(tmp_path, config=text))
    clicks = sales(regions=("south",))[["week", "region", "demos"]].rename(columns={"demos": "clicks"})
    clicks.to_csv(tmp_path / "ads.csv", index=False)
    reads = {name: read_source(name, config, as_of=AS_OF) for name in config.sources}
    found = sample_of(("new_mrr", "clicks"), "north", reads)
    assert np.isnan(found.column("clicks")).all()
    assert found.n_periods == 104
    with pytest.raises(UsageError, match="none of those of source 'ads'"):
        sample_of(("clicks", "new_mrr"), "north", reads)


def test_sources_of_another_cadence_come_beside_the_kpi(tmp_path: Path) -> None:
    text = CONFIG.replace("sources:\n", 'sources:\n  ads: {path: "ads.csv", time: day, freq: day}\n').replace(
        "jobs:", "  clicks: {source: ads, aggregate: sum}\njobs:"
    )
    config = read_config(night(tmp_path, config=text))
    days = pd.date_range("2024-12-02", periods=7 * 104, freq="D").strftime("%Y-%m-%d")
    pd.DataFrame({"day": days, "clicks": np.arange(7 * 104)}).to_csv(tmp_path / "ads.csv", index=False)
    reads = {name: read_source(name, config, as_of=AS_OF) for name in config.sources}
    found = sample_of(("new_mrr", "clicks"), "north", reads)
    clicks = found.around("new_mrr").column("clicks")
    np.testing.assert_array_equal(clicks, np.arange(7 * 104).reshape(104, 7).sum(axis=1))
    assert job_sha256(found, ("new_mrr", "clicks")) != job_sha256(found, ("new_mrr",))


def test_the_days_that_a_date_stands_for_are_part_of_what_a_job_reads(tmp_path: Path) -> None:
    """A week by its last day has the same label and the same numbers, and its season is that of other days."""
    prints = [
        job_sha256(sample_of(NAMES, "south", {"sales": read(tmp_path, settings=settings)}), NAMES)
        for settings in ((), ("sources.sales.dates_at=start",), ("sources.sales.dates_at=end",))
    ]
    assert prints[0] == prints[1] != prints[2]
