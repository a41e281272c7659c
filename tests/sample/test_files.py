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
    assert [note.code for note in sample.notes] == ["LL116", "LL140"]


def test_missing_cells_are_missing() -> None:
    assert np.isnan(as_sample(_csv("a,b\n1,x\nNA,y\n,z\nnull,\nNaN,w\n")).column("a")).tolist() == [False, True, True, True, True]


def test_names_that_occur_twice_are_not_renamed_silently() -> None:
    with pytest.raises(DataContractError, match="LL306"):
        as_sample(_csv("a,a\n1,2\n"))


def test_ragged_lines_are_refused_by_number() -> None:
    with pytest.raises(DataContractError, match=r"1 line does not have the 2 fields.*line 3 has 3"):
        _csv("a,b\n1,2\n1,2,3\n")


HEAD = "week;visits;note\n"
BODY = "".join(f"2024-01-{day:02};{day};x\n" for day in range(1, 31))


def _parts(error: LeadLagError) -> tuple[str, list[str]]:
    """What is wrong, and the options of the command line that settle it."""
    first = error.first
    return str(error), [fix.flags for fix in first.fixes]


@pytest.mark.parametrize(
    ("before", "told"),
    [
        ("sep=;\n", ""),
        ('"sep=;"\r\n', ""),
        ("Report of May\n\n", "line 1 'Report of May'"),
        ("Report;;\n;;\nmade by us;;\n", "2 lines above the header were left out: line 1 'Report', line 3 'made by us'"),
        ("# exported on Monday\n# by us; and them\n#\n", "3 comment lines were left out: 1, 2, 3"),
        ("\n\n", ""),
    ],
    ids=["sep", "quoted sep", "title", "padded titles", "comments", "blank"],
)
def test_lines_above_the_header_that_say_what_they_are_are_read(before: str, told: str) -> None:
    frame = _csv(before + HEAD + BODY)
    assert frame.to_dict("list") == _csv(HEAD + BODY).to_dict("list")
    sample = from_wide(frame)
    assert (told or "LL116") in "".join(f"{note.code} {note.text}" for note in sample.notes)
    with pytest.raises(DataContractError, match=f"line {(before + HEAD).count(chr(10)) + 31}"):
        from_wide(_csv(before + HEAD + BODY + "tbd;5;x\n"))


@pytest.mark.parametrize(
    ("text", "words", "flags"),
    [
        ("by;us\non;Monday\n" + HEAD + BODY, "line 1 .* seems to be no part of the table: it has 2 cells, and line 3", "2"),
        ("#" + HEAD + BODY, "line 1 .* can be its header or a comment", "1,"),
        (HEAD + BODY + "Source: us\n", "line 32 has 1", "32,"),
        (HEAD + BODY + '2024-02-01;"5;x\n' + BODY, "line 32 .* opens a quote that is never closed", "32,"),
        (HEAD + BODY + '2024-02-01;"5" inch";x\n', "line 32 .* has a quote inside a cell", "32,"),
        (HEAD + BODY + f"2024-02-01;{'5' * 140_000};x\n", "line 32 .* a cell of more than 131,072 characters", "32,"),
    ],
    ids=["preamble", "comment or header", "footer", "open quote", "inner quote", "long cell"],
)
def test_other_lines_are_refused_by_number_with_the_option_that_reads_the_file(text: str, words: str, flags: str) -> None:
    with pytest.raises(LeadLagError, match=words) as caught:
        _csv(text)
    (found,) = caught.value.violations if isinstance(caught.value, DataContractError) else (caught.value.first,)
    (fix,) = found.fixes
    assert fix.flags.split(" if ")[0] == f"--skip-rows {flags}"
    assert found.call == f"read_file(path, {fix.python.split(' if ')[0]})"
    read_file(io.StringIO(text), **dict(fix.options))


def test_comment_lines_in_the_middle_are_left_out_and_a_column_called_hash_is_none() -> None:
    assert len(_csv(HEAD + BODY[:45] + "# a holiday\n" + BODY[45:])) == len(_csv(HEAD + BODY))
    assert list(_csv("#;week\n1;2024-01-01\n2;2024-01-02\n").columns) == ["#", "week"]


@pytest.mark.parametrize("sep", [",", ";", "\t", "|"])
def test_the_sign_between_cells_is_the_one_by_which_all_lines_have_the_same_number_of_cells(sep: str) -> None:
    rows = [["Title, 1; 2 | 3"], ["week", "a", "b"], *([f"2024-01-{day:02}", "1,5", "x;y|z"] for day in range(1, 9))]
    text = "\n".join(sep.join(f'"{cell}"' if sep in cell else cell for cell in row) for row in rows)
    assert _csv(text)["a"].tolist() == ["1,5"] * 8
    assert read_file(io.StringIO(text), sep=sep, skip_rows=1)["b"].tolist() == ["x;y|z"] * 8


def test_declared_options_open_what_nothing_says() -> None:
    odd = HEAD.replace(";", "~") + BODY.replace(";", "~")
    assert _csv(odd).shape[1] == 1
    assert read_file(io.StringIO(odd), sep="~").shape == (30, 3)
    assert read_file(io.StringIO("x\ny\n" + HEAD + BODY), skip_rows=[1, 2]).shape == (30, 3)
    for options, words in (({"sep": ";;"}, "one sign"), ({"skip_rows": -1}, "line numbers"), ({"sheet": "a"}, "leave it out")):
        with pytest.raises(UsageError, match=words):
            read_file(io.StringIO(HEAD + BODY), **options)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_encodings_that_the_file_tells_are_read(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "umsatz.csv"
    path.write_bytes("Woche;Umsätze;Größe in €\n2024-01-01;5;6\n2024-01-08;6;7\n".encode(encoding))
    frame = read_file(path)
    assert list(frame.columns) == ["Woche", "Umsätze", "Größe in €"]
    codes = [note.code for note in from_wide(frame).notes]
    assert codes == (["LL143", "LL116"] if encoding == "cp1252" else ["LL116"])
    with path.open("rb") as raw, path.open(encoding=encoding) as text:
        assert read_file(raw).equals(read_file(text))


@pytest.mark.parametrize(
    ("text", "encoding", "words", "flags"),
    [
        ("week;visits\n2024-01-01;5\n", "utf-16-le", "like UTF-16 without the mark", "--encoding utf-16-le"),
        ("week;visits\n2024-01-01;5\n", "utf-16-be", "like UTF-16 without the mark", "--encoding utf-16-be"),
        ("date;выручка\n2024-01-01;5\n", "cp1251", "line 1 has", "--encoding cp1251 if it says 'выручка'"),
        ("date;Umsätze\n2024-01-01;5\n", "mac_roman", "line 1 has", "--encoding mac_roman if it says 'Umsätze'"),
        ("week;売上\n2024-01-01;5\n", "cp932", "line 1 has", "--encoding cp932 if it says '売上'"),
    ],
)
def test_encodings_that_have_to_be_said_are_asked_about(text: str, encoding: str, words: str, flags: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode(encoding))
    with pytest.raises(UsageError, match=words) as caught:
        read_file(path)
    offered = _parts(caught.value)[1]
    assert flags in offered
    assert encoding == "cp932" or flags == offered[0]
    assert read_file(path, encoding=encoding).columns.tolist() == text.split("\n")[0].split(";")
    with pytest.raises(UsageError, match="not known"):
        read_file(path, encoding="latin-thirteen")


def test_a_workbook_is_read_as_excel_keeps_it(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    page = book.active
    page.append(["Report of May"])
    page.append([])
    page.append(["week", "visits", "note", "share"])
    for day in pd.date_range("2024-01-01", periods=9, freq="7D"):
        page.append([day.to_pydatetime(), day.day + 0.5, "x", None if day.day == 8 else day.day / 100])
    page.append(["Total", None, None])
    path = tmp_path / "a.xlsx"
    book.save(path)
    with pytest.raises(DataContractError, match="row 9, line 13: 'Total'"):
        from_wide(read_file(path))
    sample = from_wide(read_file(path, skip_rows=[13]))
    assert (sample.names, sample.n_periods, sample.calendar.unit) == (("visits", "share"), 9, "week")
    assert np.isnan(sample.column("share")[1])
    assert [note.code for note in sample.notes] == ["LL142", "LL116", "LL107"]
    book.create_sheet("Plan")["A1"] = "b"
    book.save(path)
    with pytest.raises(UsageError, match="2 sheets that are not empty") as caught:
        read_file(path)
    assert _parts(caught.value)[1] == ["--sheet Sheet", "--sheet Plan"]
    book["Plan"]["A2"] = "=1+1"
    book.save(path)
    with pytest.raises(UsageError, match=r"A2 .* formula without its result"):
        read_file(path, sheet="Plan")
    with pytest.raises(UsageError, match="Did you mean 'Plan'"):
        read_file(path, sheet="plans")


def test_a_path_as_data_is_answered_with_the_function_that_reads_it() -> None:
    with pytest.raises(UsageError, match=r"give leadlag.read_file\('sales.csv'\) in its place"):
        from_wide("sales.csv")


def test_what_cannot_be_read_is_a_usage_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "packed.csv").write_bytes(b"PK\x03\x04 and more")
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 and more")
    (tmp_path / "bytes.csv").write_bytes(b"a,b\n1,2\n\0\0,3\n")
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "broken.parquet").write_bytes(b"PAR0")
    for name, words in {
        "no.csv": "does not exist",
        "a.xls": "save it as .xlsx",
        "a.doc": "give a .csv, .xlsx or .parquet file",
        "packed.csv": "a workbook of Excel or a zip archive",
        "bytes.csv": "line 3 holds a zero byte",
        "empty.csv": "is empty",
        "broken.parquet": "cannot be read",
    }.items():
        with pytest.raises(UsageError, match=words):
            read_file(tmp_path / name)
    monkeypatch.setitem(sys.modules, "pyarrow.lib", None)
    with pytest.raises(UsageError, match=r"leadlag-kpi\[parquet\]") as caught:
        read_file(tmp_path / "broken.parquet")
    assert caught.value.code == "LL405"
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(UsageError, match=r"leadlag-kpi\[excel\]") as caught:
        read_file(tmp_path / "broken.xlsx")
    assert caught.value.code == "LL405"
