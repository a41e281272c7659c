"""Files are read as they were written, and the same gate reads their numbers."""

from __future__ import annotations

import io
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

from leadlag.errors import DataContractError, LeadLagError, UsageError
from leadlag.sample import as_sample, from_wide, read_file
from tests.hazards import Hazard, good_frame, hazards


def _csv(text: str) -> pd.DataFrame:
    return read_file(io.StringIO(text))


def test_a_csv_is_the_same_sample_as_the_frame_it_came_from(tmp_path: Path) -> None:
    frame = good_frame(9)
    frame.loc[3, "ads"] = np.nan
    expected = from_wide(frame)
    dated = frame.set_index(pd.to_datetime(frame["date"]).rename(None)).drop(columns="date")
    for number, text in enumerate(
        (frame.to_csv(index=False), frame.to_csv(), frame.to_csv(index=False, sep=";"), dated.to_csv())
    ):
        path = tmp_path / f"{number}.csv"
        path.write_text(text, encoding="utf-8-sig")
        sample = as_sample(read_file(path))
        assert (sample.names, sample.periods) == (expected.names, expected.periods)
        assert_array_equal(sample.values, expected.values)


def test_a_parquet_file_keeps_every_digit(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    frame = good_frame(9).assign(
        date=lambda f: pd.to_datetime(f["date"]), whole=pd.array([2**53 - 1, None] + [1] * 7, dtype="Int64")
    )
    frame.to_parquet(tmp_path / "a.parquet")
    sample = as_sample(read_file(tmp_path / "a.parquet"))
    assert sample.periods == from_wide(frame).periods
    assert_array_equal(sample.values, from_wide(frame).values)
    frame.set_index("date").to_parquet(tmp_path / "b.pq")
    assert as_sample(read_file(tmp_path / "b.pq")).names == sample.names


@pytest.mark.parametrize("hazard", hazards(in_csv=True), ids=lambda hazard: hazard.name)
def test_a_hazard_in_a_csv_fares_as_in_a_frame(hazard: Hazard) -> None:
    frame = _csv(hazard.build().to_csv(index=False))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            codes = {note.code for note in as_sample(frame, **hazard.options).notes}
        except LeadLagError as error:
            codes = {error.code}
    assert hazard.code in codes or hazard.code.startswith("LL2")


def test_that_a_file_is_text_is_no_news() -> None:
    assert [note.code for note in as_sample(_csv("date,a\n2024-01-01,1\n2024-01-02,2\n")).notes] == ["LL116"]


def test_decimal_commas_are_read_and_told() -> None:
    sample = as_sample(_csv("date;a\n2024-01-01;1,5\n2024-01-02;2,5\n"))
    assert sample.column("a").tolist() == [1.5, 2.5]
    assert [note.code for note in sample.notes] == ["LL116", "LL139"]


def test_missing_cells_are_missing() -> None:
    assert np.isnan(as_sample(_csv("a,b\n1,x\nNA,y\n,z\nnull,\nNaN,w\n")).column("a")).tolist() == [False, True, True, True, True]


def test_names_that_occur_twice_are_not_renamed_silently() -> None:
    with pytest.raises(DataContractError, match="LL306"):
        as_sample(_csv("a,a\n1,2\n"))


def test_ragged_lines_are_refused_by_number() -> None:
    with pytest.raises(DataContractError, match=r"1 line does not have the 2 fields.*line 3 has 3"):
        _csv("a,b\n1,2\n1,2,3\n")


def test_what_cannot_be_read_is_a_usage_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "latin.csv").write_bytes("a,caf\u00e9\n1,2\n".encode("latin-1"))
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "broken.parquet").write_bytes(b"PAR0")
    for name, words in {
        "no.csv": "does not exist",
        "a.xlsx": ".csv or .parquet",
        "latin.csv": "UTF-8",
        "empty.csv": "is empty",
        "broken.parquet": "cannot be read",
    }.items():
        with pytest.raises(UsageError, match=words):
            read_file(tmp_path / name)
    monkeypatch.setitem(sys.modules, "pyarrow.lib", None)
    with pytest.raises(UsageError, match=r"leadlag-kpi\[parquet\]") as caught:
        read_file(tmp_path / "broken.parquet")
    assert caught.value.code == "LL405"
