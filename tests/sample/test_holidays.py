"""Declared holidays: dates in any form, or those of a country, on the calendar of the sample."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from leadlag.cli import main
from leadlag.errors import DataContractError, UsageError
from leadlag.sample import from_long, from_wide
from leadlag.sample.holidays import as_holidays

WEEKS = pd.DataFrame({"week": pd.date_range("2022-01-03", periods=110, freq="7D"), "sales": np.arange(110.0)})
CHRISTMAS = (19351, 19716)


@pytest.mark.parametrize(
    "given",
    [
        ["2023-12-25", "2022-12-25", "2022-12-25"],
        [dt.date(2022, 12, 25), dt.date(2023, 12, 25)],
        pd.DatetimeIndex(["2022-12-25", "2023-12-25"]),
        np.array(["2022-12-25", "2023-12-25"], dtype="datetime64[D]"),
        pd.DataFrame({"name": ["Christmas"] * 2, "date": ["2022-12-25", "2023-12-25"]}),
        pd.DataFrame({"closed": ["2022-12-25", "2023-12-25"]}),
    ],
)
def test_dates_are_read_in_any_form(given: object) -> None:
    assert from_wide(WEEKS, holidays=given).calendar.holidays == CHRISTMAS


def test_long_tables_have_them_too() -> None:
    long = WEEKS.melt(id_vars="week", var_name="kind", value_name="n")
    sample = from_long(long, time="week", metric="kind", value="n", holidays=["2022-12-25", "2023-12-25"])
    assert sample.calendar.holidays == CHRISTMAS


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ([], UsageError, "holidays is empty"),
        (["2022-12-25", "soon"], DataContractError, "soon"),
        ([1, 2, 3], UsageError, "are numbers"),
        (pd.DataFrame({"a": ["2022-12-25"], "b": ["2023-12-25"]}), UsageError, "columns 'a', 'b'"),
        (5, UsageError, "holidays"),
    ],
)
def test_what_is_no_date_is_refused(given: object, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        from_wide(WEEKS, holidays=given)


def test_without_times_there_are_no_holidays() -> None:
    with pytest.raises(UsageError, match="needs times"):
        from_wide(pd.DataFrame({"sales": [1.0, 2.0, 4.0]}), holidays=["2022-12-25"])


def test_a_country_needs_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "holidays", None)
    with pytest.raises(UsageError, match=r"leadlag-kpi\[calendar\]") as refused:
        as_holidays("DE")
    assert refused.value.code == "LL405"


def test_a_country_has_its_holidays_in_all_years_of_the_calendar() -> None:
    pytest.importorskip("holidays", reason="the package holidays is not installed")
    days = from_wide(WEEKS, holidays="DE-BY").calendar.holidays
    assert set(CHRISTMAS) < set(days)
    assert np.datetime64("2023-01-06").astype(int) in days
    for code in ("XX", "DE-ZZ"):
        with pytest.raises(UsageError, match=f"{code!r} is no country"):
            as_holidays(code)


@pytest.mark.parametrize(("given", "code"), [("germny", "DE"), ("United States", "US"), ("de", "DE"), ("austria", "AT")])
def test_of_a_country_that_is_none_the_nearest_is_offered(
    given: str, code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("holidays", reason="the package holidays is not installed")
    with pytest.raises(UsageError, match="is no country of the package holidays") as refused:
        from_wide(WEEKS, holidays=given)
    assert refused.value.call == f"from_wide(data, holidays={code!r})"
    WEEKS.assign(calls=np.arange(110.0) ** 2).to_csv(tmp_path / "weeks.csv", index=False)
    words = ["rank", str(tmp_path / "weeks.csv"), "--kpi", "sales", "--holidays"]
    assert main([*words, given]) == 2
    assert f"--holidays {code} for" in capsys.readouterr().err
    assert main([*words, "holidays.csv"]) == 2
    assert "does not exist" in capsys.readouterr().err


def test_the_command_line_takes_a_file_or_a_country(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(0)
    WEEKS.assign(sales=rng.normal(size=110), calls=rng.normal(size=110)).to_csv(tmp_path / "weeks.csv", index=False)
    pd.DataFrame({"date": ["2022-12-25", "2023-12-25"]}).to_csv(tmp_path / "days.csv", index=False)
    words = ["rank", str(tmp_path / "weeks.csv"), "--kpi", "sales", "--no-evidence"]
    assert main([*words, "--holidays", str(tmp_path / "days.csv")]) == 0
    assert "holidays and the weeks around them in every model" in " ".join(capsys.readouterr().out.split())
    monkeypatch.setitem(sys.modules, "holidays", None)
    assert main([*words, "--holidays", "DE"]) == 2
    assert "leadlag-kpi[calendar]" in capsys.readouterr().err
