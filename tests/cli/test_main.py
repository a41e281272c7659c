"""The command line: data on standard output, talk on standard error, and an exit code that says what happened."""

from __future__ import annotations

import datetime as dt
import io
import json
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import leadlag as ll
import leadlag.ranking.rank
from leadlag import __version__
from leadlag.cli.main import main
from leadlag.ranking.rank import rank_leads
from leadlag.ranking.result import COLUMNS
from leadlag.report.export import csv_text, file_name
from leadlag.sample import read_file
from tests import rankings
from tests.commands import Answer, Run
from tests.hazards import Hazard, good_frame, hazards


@pytest.fixture
def sales(tmp_path: Path) -> Path:
    """A good table as a file."""
    path = tmp_path / "sales.csv"
    good_frame().to_csv(path, index=False)
    return path


def _process(*words: str | Path, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "leadlag", *map(str, words)], capture_output=True, text=True, **options)  # type: ignore[call-overload]


# Help


def test_help_answers_without_loading_what_takes_long() -> None:
    heavy = "{'pandas', 'numpy', 'scipy', 'statsmodels', 'sklearn', 'matplotlib', 'jinja2'}"
    code = f"import sys; from leadlag.cli.main import main; main(['rank', '--help']); main([]); print({heavy} & set(sys.modules))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.endswith("set()\n")


@pytest.mark.parametrize("command", ["rank", "check"])
def test_help_of_a_command_has_examples(run: Run, command: str) -> None:
    answer = run(command, "--help")
    assert answer.code == 0
    assert f"  leadlag {command} sales.csv --kpi revenue" in answer.out


def test_the_option_in_a_question_about_numbers_answers_it(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "besuche.csv"
    frame = good_frame().assign(visits=lambda table: [f"{v:,}".replace(",", ".") for v in (table["visits"] + 800).astype(int)])
    frame.to_csv(file, index=False, sep=";")
    asked = run("rank", file, "--kpi", "sales", "--no-evidence")
    assert asked.code == 3
    assert "Next: say which; columns in which" in asked.err
    assert "--thousands . if it is 1" in " ".join(asked.err.split())
    answer = run("rank", file, "--kpi", "sales", "--no-evidence", "--thousands", ".")
    assert answer.code == 0
    assert "visits" in answer.out


def test_segments_are_ranked_one_by_one(run: Run, tmp_path: Path) -> None:
    file, out = tmp_path / "regions.csv", tmp_path / "out"
    table = pd.concat([good_frame(seed=seed).assign(region=name) for seed, name in ((7, "north"), (8, "south"))])
    table.to_csv(file, index=False)
    asked = run("rank", file, "--kpi", "sales")
    assert asked.code == 3
    assert "--segment region" in asked.err
    words = ["rank", file, "--kpi", "sales", "--no-evidence", "--segment", "region"]
    answer = run(*words, "--out", out)
    assert answer.code == 0
    assert "2 rankings of 1 KPI in 2 segments" in answer.out
    assert sorted(path.name for path in out.glob("*.json")) == [
        f"regions.sales.{name}.ranking.json" for name in ("north", "south")
    ]
    expected = ll.rank_kpis(ll.from_wide(ll.read_file(file), segment="region"), kpis="sales", evidence=False)
    assert json.loads(run(*words, "--json").out)["rankings"] == expected.to_dict()["rankings"]
    assert "Segments   2: north, south" in run("check", file, "--kpi", "sales", "--segment", "region").out


def test_a_long_file_is_ranked_as_its_wide_one(run: Run, sales: Path, tmp_path: Path) -> None:
    file = tmp_path / "long.csv"
    good_frame().melt(id_vars="date", var_name="what", value_name="n").to_csv(file, index=False)
    words = ["--kpi", "sales", "--no-evidence"]
    long = run("rank", file, *words, "--time", "date", "--metric", "what", "--value", "n")
    assert long.code == 0
    assert long.out.split("Note")[0] == run("rank", sales, *words).out.split("Note")[0]
    assert run("check", file, "--time", "date", "--metric", "what", "--value", "n").code == 0
    refused = run("rank", file, *words, "--metric", "what")
    assert refused.code == 2
    assert "--time, --metric and --value" in refused.err


def test_a_ranking_of_a_file_is_that_of_read_file_to_the_byte(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "export.csv"
    text = good_frame().assign(date=lambda frame: [f"{day[8:10]}.{day[5:7]}.{day[:4]}" for day in frame["date"]])
    file.write_bytes(("Bericht Süd;;;\n" + text.to_csv(index=False, sep=";", decimal=",")).encode("cp1252"))
    words = ["--kpi", "sales", "--no-evidence", "--date-format", "%d.%m.%Y", "--json"]
    sample = ll.from_wide(ll.read_file(file), date_format="%d.%m.%Y")
    assert run("rank", file, *words).out == ll.rank_leads(sample, kpi="sales", evidence=False).to_json() + "\n"


def test_version(run: Run) -> None:
    assert run("--version") == Answer(0, f"leadlag {__version__}\n", "")


# rank


def test_rank_prints_the_table_and_nothing_else(run: Run, sales: Path) -> None:
    answer = run("rank", sales, "--kpi", "sales")
    assert answer.code == 0
    assert answer.out.startswith("1 of 2 candidates leads sales: visits by 2 weeks.\n")
    assert answer.err == ""


def test_rank_takes_the_options_of_rank_leads(run: Run, sales: Path) -> None:
    options = [
        "--leads",
        "ads,visits",
        "--time",
        "date",
        "--max-lag",
        "3",
        "--fdr",
        "0.05",
        "--missing",
        "zero",
        "--rng",
        "7",
        "--nonlinear",
        "--no-evidence",
        "--json",
    ]
    told = json.loads(run("rank", sales, "--kpi", "sales", *options).out)
    used = dict(told["provenance"]["settings"])
    assert used["leads"] == ["ads", "visits"]
    assert (used["max_lag"], used["fdr"], used["missing"], used["rng"]) == (3, 0.05, "zero", 7)
    assert (used["nonlinear"], used["evidence"]) == (True, False)


def test_what_is_known_of_a_candidate_is_told_by_name(run: Run, sales: Path) -> None:
    told = run(
        "rank", sales, "--kpi", "sales", "--no-evidence", "--json", "--expected", "visits=+,ads=-", "--delays", "visits=1:3"
    )
    used = dict(json.loads(told.out)["provenance"]["settings"])
    assert (used["expected"], used["delays"]) == ({"ads": "-", "visits": "+"}, {"visits": [1, 3]})
    beyond = run("rank", sales, "--kpi", "sales", "--delays", "visits=2:20")
    assert (beyond.code, "--max-lag 20" in beyond.err) == (2, True)
    assert "give demos=2:8" in run("rank", sales, "--kpi", "sales", "--delays", "2:8").err
    assert "delays['visits']='soon' is not allowed" in run("rank", sales, "--kpi", "sales", "--delays", "visits=soon").err


def test_log_auto_asks_both_scales_and_names_stay_names(run: Run, sales: Path) -> None:
    def asked(log: str) -> dict[str, object]:
        return json.loads(run("rank", sales, "--kpi", "sales", "--no-evidence", "--json", "--log", log).out)["provenance"]

    assert dict(asked("sales,visits")["settings"])["log"] == ["sales", "visits"]  # type: ignore[call-overload]
    assert "LL168" in dict(asked("auto")["warnings"])  # type: ignore[call-overload]


def test_dates_zones_and_cadence_are_read_as_the_options_say(run: Run, tmp_path: Path) -> None:
    frame = good_frame()
    frame["date"] = pd.to_datetime(frame["date"]).dt.strftime("%d.%m.%Y")
    frame.loc[3, "ads"] = float("inf")
    frame.to_csv(tmp_path / "german.csv", index=False)
    reading = ["--date-format", "%d.%m.%Y", "--freq", "week", "--tz", "Europe/Berlin", "--infinite", "missing"]
    answer = run("rank", tmp_path / "german.csv", "--kpi", "sales", "--no-evidence", *reading)
    assert answer.code == 0
    assert [line.partition(":")[0] for line in answer.err.splitlines()] == ["note", "note"]
    assert answer.out.startswith("1 of 2 candidates leads sales: visits by 2 weeks.")
    assert "read in Europe/Berlin" in answer.out
    assert run("check", tmp_path / "german.csv", "--kpi", "sales", *reading).code == 0


def test_next_steps_name_the_options_of_the_command_line(run: Run, tmp_path: Path) -> None:
    frame = good_frame().assign(ads=float("inf"))
    frame["date"] = pd.to_datetime(frame["date"]).dt.strftime("%d.%m.%Y")
    frame.to_csv(tmp_path / "german.csv", index=False)
    told = run("rank", tmp_path / "german.csv", "--kpi", "sales").err
    assert "--date-format %d.%m.%Y" in told
    assert "--infinite missing" in told
    assert "from_wide" not in told
    assert "--infinite missing" in run("check", tmp_path / "german.csv", "--json").out


def test_json_has_rows_context_family_and_provenance(run: Run, sales: Path) -> None:
    told = json.loads(run("rank", sales, "--kpi", "sales", "--json", "-q").out)
    assert told["schema"] == "leadlag-ranking-1"
    assert told["leads"] == ["visits"]
    assert [tuple(row) for row in told["rows"]] == [COLUMNS, COLUMNS]
    assert told["rows"][0]["delay"] == 2
    assert (told["rows"][0]["grade"], told["rows"][1]["grade"]) == ("strong", None)
    assert told["context"]["unit"] == "week"
    assert told["family"]["n_tested"] == 2
    assert told["provenance"]["versions"][0] == ["leadlag", __version__]


def test_standard_input_is_a_table_too(run: Run, sales: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from_file = run("rank", sales, "--kpi", "sales", "--no-evidence")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(sales.read_bytes())))
    assert run("rank", "-", "--kpi", "sales", "--no-evidence").out == from_file.out


def test_standard_input_in_another_encoding_is_refused(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("umsätze\n1\n".encode("latin-1"))))
    answer = run("rank", "-", "--kpi", "umsätze")
    assert answer.code == 2
    assert "not UTF-8" in answer.err


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Answer]:
    """The files of one ranking, in a folder that had to be made, and what was said."""
    data = tmp_path_factory.mktemp("written")
    good_frame().to_csv(data / "sales.csv", index=False)
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
        code = main(["rank", str(data / "sales.csv"), "--kpi", "sales", "--out", str(data / "a" / "b"), "--verbose"])
    return data / "a" / "b", Answer(code, out.getvalue(), err.getvalue())


def test_out_writes_page_table_and_json(written: tuple[Path, Answer]) -> None:
    folder, answer = written
    files = sorted(path.name for path in folder.iterdir())
    assert answer.code == 0
    assert files == ["sales.sales.ranking.csv", "sales.sales.ranking.html", "sales.sales.ranking.json"]
    assert all(f"wrote {folder / name}" in answer.err for name in files)
    frame = pd.read_csv(folder / "sales.sales.ranking.csv")
    assert tuple(frame.columns) == COLUMNS
    assert frame["lead"].tolist() == ["visits", "ads"]
    assert json.loads((folder / "sales.sales.ranking.json").read_text(encoding="utf-8"))["leads"] == ["visits"]


def test_out_writes_the_same_bytes_again(run: Run, written: tuple[Path, Answer], sales: Path, tmp_path: Path) -> None:
    run("rank", sales, "--kpi", "sales", "--out", tmp_path / "again")
    for path in written[0].iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes()


def test_out_never_writes_over_the_data(run: Run, sales: Path) -> None:
    before = sales.read_bytes()
    assert run("rank", sales, "--kpi", "sales", "--no-evidence", "--out", sales.parent).code == 0
    assert sales.read_bytes() == before
    link = sales.with_name("sales.sales.ranking.csv")
    link.unlink()
    link.hardlink_to(sales)
    answer = run("rank", sales, "--kpi", "sales", "--no-evidence", "--out", sales.parent)
    assert answer.code == 2
    assert "holds the data, give another folder" in answer.err
    assert sales.read_bytes() == before


# Files


def test_csv_texts_are_no_formulas() -> None:
    frame = rankings.ranking_of([rankings.found(name) for name in ("=1+1", "+x", "-x", "@x", "\tx", "\rx", "x=1")]).to_frame()
    frame["effect"] = -frame["effect"]
    read = pd.read_csv(io.StringIO(csv_text(frame)))
    assert {name[0] for name in read["lead"]} == {"'", "x"}
    assert (read["effect"] < 0).all()
    assert "\n=1+1," in csv_text(frame, raw=True)


@pytest.mark.parametrize("name", ["../../x", "CON", "nul", "a" * 300, "売上", "a/b", "a\\b", "..", "x\x00", "a b"])
def test_file_names_stay_in_their_folder_and_apart(name: str) -> None:
    safe = file_name(name)
    assert safe != name
    assert len(safe) <= 49
    assert safe.isascii()
    assert not set(safe) & set("/\\.: \x00")
    assert file_name(name + "!") != safe


# Several files


@pytest.fixture
def by_cadence(tmp_path: Path) -> tuple[Path, Path]:
    """A quarterly KPI, and months of which the last but one before a quarter moves it."""
    rng = np.random.default_rng(0)
    months = pd.DataFrame({"month": pd.period_range("2000-01", periods=240, freq="M").astype(str)})
    months = months.assign(visits=rng.normal(size=240), noise=rng.normal(size=240))
    pushed = np.concatenate([[0.0], months["visits"].to_numpy()[1::3][:-1]])
    quarters = pd.DataFrame({"quarter": pd.period_range("2000Q1", periods=80, freq="Q").astype(str)})
    quarters["gdp"] = (pushed + 0.5 * rng.normal(size=80)).round(6)
    paths = tmp_path / "gdp.csv", tmp_path / "monthly.csv"
    for frame, path in zip((quarters, months), paths, strict=True):
        frame.to_csv(path, index=False)
    return paths


def test_files_of_different_cadence_are_ranked_together(run: Run, by_cadence: tuple[Path, Path], tmp_path: Path) -> None:
    answer = run("rank", *by_cadence, "--kpi", "gdp", "--out", tmp_path / "out")
    assert answer.code == 0
    assert "1 of 2 candidates leads gdp: visits" in answer.out
    assert "3 months to a quarter" in " ".join(answer.out.split())
    assert (tmp_path / "out" / "gdp.gdp.ranking.html").exists()
    again = run("rank", *reversed(by_cadence), "--kpi", "gdp", "--leads", "noise,visits", "--json")
    first = json.loads((tmp_path / "out" / "gdp.gdp.ranking.json").read_text(encoding="utf-8"))["rows"]
    assert json.loads(again.out)["rows"] == first


def test_check_tells_each_cadence_and_names_the_file_of_each_violation(
    run: Run, by_cadence: tuple[Path, Path], tmp_path: Path
) -> None:
    answer = run("check", *by_cadence, "--kpi", "gdp")
    assert answer.code == 0
    assert "no violations: 80 quarters, 2000Q1 to 2019Q4" in answer.out
    assert "Beside     240 months, 2000-01 to 2019-12" in answer.out
    bad = tmp_path / "bad.csv"
    bad.write_text("month,leads\n2000-01,1\n2000-01,2\n2000-02,3\n", encoding="utf-8")
    told = json.loads(run("check", *by_cadence, bad, "--json").out)["violations"]
    assert [(item["code"], item["argument"]) for item in told] == [("LL301", f"time of {bad}")]
    bad.write_text("month,leads\n2000-01,1,2\n", encoding="utf-8")
    told = json.loads(run("check", *by_cadence, bad, "--json").out)["violations"]
    assert [(item["code"], item["argument"]) for item in told] == [("LL303", str(bad))]


def test_wrong_calls_with_several_files_say_which(run: Run, by_cadence: tuple[Path, Path], tmp_path: Path) -> None:
    gdp, monthly = by_cadence
    assert "'visits': the metric is in 2 tables" in run("rank", gdp, monthly, monthly, "--kpi", "gdp").err
    assert "leave it out" in run("rank", gdp, monthly, "--kpi", "gdp", "--freq", "month").err
    assert "Did you mean 'visits'" in run("rank", gdp, monthly, "--kpi", "visit").err
    missing = run("check", gdp, tmp_path / "monthy.csv")
    assert missing.code == 2
    assert "Did you mean" in missing.err


@pytest.fixture
def weeks_and_days(tmp_path: Path) -> tuple[Path, Path]:
    """Weeks as pandas makes them, named by their Sundays, and days of which those of two weeks before moved them."""
    rng = np.random.default_rng(1)
    days = pd.DataFrame(
        {"visits": rng.normal(size=1_092), "noise": rng.normal(size=1_092)}, index=pd.date_range("2021-01-04", periods=1_092)
    )
    weeks = days[["visits"]].resample("W").sum().shift(2).rename(columns={"visits": "orders"}).iloc[2:]
    paths = tmp_path / "orders.csv", tmp_path / "days.csv"
    (weeks + rng.normal(size=weeks.shape)).to_csv(paths[0], index_label="date")
    days.to_csv(paths[1], index_label="date")
    return paths


def test_what_the_dates_of_a_file_name_is_asked_and_told_by_file(run: Run, weeks_and_days: tuple[Path, Path]) -> None:
    orders, days = weeks_and_days
    call = ("rank", orders, days, "--kpi", "orders", "--no-evidence")
    asked = run(*call)
    assert asked.code == 3
    assert "--dates-at end if it is the last, --dates-at start if it is the first" in asked.err
    answers = [run(*call, "--dates-at", told) for told in ("end", f"{orders}=end", "orders.csv=end")]
    assert {answer.code for answer in answers} == {0}
    assert "Sample     2021-01-24 to 2023-12-31, 154 weeks (Monday to Sunday)" in answers[0].out
    assert "visits by 2" in answers[0].out
    assert len({answer.out for answer in answers}) == 1
    assert run(*call, "--dates-at", "start").out != answers[0].out
    wrong = [
        run(*call, *told)
        for told in (("--dates-at", "last"), ("--dates-at", "x.csv=end"), ("--dates-at", "end", "--dates-at", "start"))
    ]
    assert [answer.code for answer in wrong] == [2, 2, 2]


def test_check_asks_it_too_and_says_what_the_dates_were_taken_for(run: Run, weeks_and_days: tuple[Path, Path]) -> None:
    found = json.loads(run("check", *weeks_and_days, "--json").out)
    assert [(item["code"], item["argument"]) for item in found["violations"]] == [("LL309", str(weeks_and_days[0]))]
    assert found["violations"][0]["call"] == "from_wide(data, dates_at='end')"
    told = json.loads(run("check", *weeks_and_days, "--dates-at", "orders.csv=end", "--json").out)
    assert [entry["time"]["dates_at"] for entry in told["read"]] == ["end", None]
    alone = run("check", weeks_and_days[0])
    assert "(weeks Sunday to" in alone.out
    assert json.loads(run("check", weeks_and_days[0], "--json").out)["read"][0]["time"]["dates_at"] == "start"


def test_out_writes_over_none_of_several_files(run: Run, by_cadence: tuple[Path, Path], tmp_path: Path) -> None:
    gdp, monthly = by_cadence
    clash = monthly.rename(tmp_path / "gdp.gdp.ranking.csv")
    answer = run("rank", gdp, clash, "--kpi", "gdp", "--no-evidence", "--out", tmp_path)
    assert answer.code == 2
    assert "holds the data" in answer.err


# check


WEEKS = [dt.date(2022, 1, 3) + dt.timedelta(weeks=row) for row in range(120)]


def test_check_of_good_data_says_what_was_read(run: Run, sales: Path) -> None:
    answer = run("check", sales, "--kpi", "sales")
    assert answer.code == 0
    assert "no violations: 120 weeks, 2022-01-03 to 2024-04-15" in answer.out
    assert "3: sales, visits, ads" in answer.out
    assert "LL103" not in answer.out


def test_check_lists_all_violations_at_once(run: Run, tmp_path: Path) -> None:
    frame = good_frame().astype({"visits": object, "ads": object})
    frame.loc[3, "visits"] = "n/a?"
    frame.loc[5, "ads"] = "inf"
    frame.loc[7, "date"] = frame.loc[6, "date"]
    frame.to_csv(tmp_path / "bad.csv", index=False)
    answer = run("check", tmp_path / "bad.csv")
    assert answer.code == 3
    assert all(code in answer.out for code in ("LL301", "LL302", "LL303"))
    assert answer.out.endswith("3 violations: the data cannot be used as they are.\n")
    assert max(map(len, answer.out.split("\n"))) <= 80
    assert run("check", tmp_path / "bad.csv", "--kpi", "visits").out.endswith(
        "3 violations: the data cannot be used as they are.\n"
    )
    told = json.loads(run("check", tmp_path / "bad.csv", "--json").out)
    assert sorted(item["code"] for item in told["violations"]) == ["LL301", "LL302", "LL303"]


def test_check_says_as_json_how_each_file_was_read(run: Run, sales: Path, tmp_path: Path) -> None:
    good_frame().assign(date=[f"KW {day.isocalendar()[1]}/{day.isocalendar()[0]}" for day in WEEKS], city="Bonn").to_csv(
        tmp_path / "weeks.csv", index=False
    )
    told = json.loads(run("check", tmp_path / "weeks.csv", "--kpi", "sales", "--json").out)
    assert list(told) == ["schema", "ok", "violations", "read", "untestable", "notes"]
    assert (told["schema"], told["ok"], told["violations"]) == ("leadlag-check-2", True, [])
    (read,) = told["read"]
    assert read["time"] == {"column": "date", "form": "KW 5/2024", "dates_at": "start"}
    assert (read["rows"], read["cadence"], read["first"]) == (120, "week", "2022-01-03")
    assert (read["n_periods"], read["n_empty"]) == (120, 0)
    assert (read["metrics"], [item["name"] for item in read["left_out"]]) == (["sales", "visits", "ads"], ["city"])
    assert {"LL116", "LL138"} <= {note["code"] for note in told["notes"]}


def test_a_refusal_is_json_too_where_json_was_asked_for(run: Run, sales: Path, tmp_path: Path) -> None:
    good_frame().assign(date=[f"{day:%d.%m.%Y}" for day in WEEKS]).to_csv(tmp_path / "german.csv", index=False)
    answer = run("rank", tmp_path / "german.csv", "--kpi", "sales", "--max-lag", 5, "--json")
    told = json.loads(answer.out)
    assert (answer.code, told["schema"], told["exit"]) == (3, "leadlag-error-1", 3)
    assert (told["code"], told["argument"]) == ("LL305", "time")
    assert told["next_step"].endswith("--date-format %d.%m.%Y.")
    assert told["call"] == "rank_leads(from_wide(read_file('german.csv'), date_format='%d.%m.%Y'), kpi='sales', max_lag=5)"
    assert told["message"] in answer.err
    for wrong in (("--kpi", "sale"), ("--kpi", "sales", "--colour"), ("--kpi", "sales", "--fdr", "2")):
        answer = run("rank", sales, *wrong, "--json")
        assert (answer.code, json.loads(answer.out)["exit"]) == (2, 2)


def test_the_command_and_the_function_write_the_same_bytes(run: Run, sales: Path) -> None:
    answer = run("rank", sales, "--kpi", "sales", "--json", "--no-evidence")
    assert answer.out == rank_leads(read_file(sales), kpi="sales", evidence=False).to_json() + "\n"


def test_what_changes_a_number_is_said_on_standard_error(run: Run, tmp_path: Path) -> None:
    frame = good_frame()
    total = frame.sum(numeric_only=True).to_frame().T.assign(date="Total")
    pd.concat([frame, total]).to_csv(tmp_path / "totals.csv", index=False)
    assert "note: a row of totals" in run("rank", tmp_path / "totals.csv", "--kpi", "sales", "--no-evidence", "--json").err
    assert run("rank", tmp_path / "totals.csv", "--kpi", "sales", "--no-evidence", "--json", "-q").err == ""


def test_texts_that_begin_as_numbers_do_are_not_left_out_in_silence(run: Run, tmp_path: Path) -> None:
    frame = good_frame().assign(
        visits=[f"{52 + row / 10:.1f}K" for row in range(120)], signed=[f"{day:%d.%m.%Y}" for day in WEEKS]
    )
    frame.to_csv(tmp_path / "short.csv", index=False)
    said = run("rank", tmp_path / "short.csv", "--kpi", "sales", "--no-evidence").err
    assert said.count("[LL144]") == 1
    assert "'visits' was left out, since no cell is a plain number ('52.0K')" in said


def test_a_long_file_is_refused_by_check_as_by_rank(run: Run, tmp_path: Path) -> None:
    good_frame().melt(id_vars="date").to_csv(tmp_path / "long.csv", index=False)
    for command in ("check", "rank"):
        answer = run(command, tmp_path / "long.csv", "--kpi", "sales")
        assert answer.code == 3
        assert "LL301" in answer.out + answer.err


def test_check_of_a_kpi_that_cannot_be_analysed(run: Run, tmp_path: Path) -> None:
    good_frame().assign(sales=7).to_csv(tmp_path / "flat.csv", index=False)
    assert run("check", tmp_path / "flat.csv").code == 0
    answer = run("check", tmp_path / "flat.csv", "--kpi", "sales")
    assert answer.code == 3
    assert "LL313" in answer.out


def test_check_names_candidates_that_a_ranking_could_not_test(run: Run, tmp_path: Path) -> None:
    good_frame().assign(ads=1).to_csv(tmp_path / "flat.csv", index=False)
    answer = run("check", tmp_path / "flat.csv", "--kpi", "sales")
    assert answer.code == 0
    assert "ads: the lead is constant or nearly so" in answer.out
    assert "[LL203]" in answer.out


# Bad tables fare on the command line as in the library


def _in_file(hazard: Hazard, folder: Path) -> list[str | Path]:
    path = folder / "bad.csv"
    hazard.build().to_csv(path, index=False)
    return [path, *[word for name, value in hazard.options.items() for word in (f"--{name}", value)]]


#: Options of the door that have a flag on the command line.
_FLAGS = {"time", "missing"}
_CONTRACTS = [hazard for hazard in hazards("LL3", in_csv=True) if set(hazard.options) <= _FLAGS]


@pytest.mark.parametrize("hazard", _CONTRACTS, ids=lambda hazard: hazard.name)
def test_broken_contracts_end_with_3_and_their_code(hazard: Hazard, run: Run, tmp_path: Path) -> None:
    words = _in_file(hazard, tmp_path)
    for answer in (run("rank", *words, "--kpi", "sales"), run("check", *words)):
        told = answer.out + answer.err
        assert answer.code == 3
        assert hazard.code in told
        assert hazard.words[0] in told


@pytest.mark.parametrize("hazard", hazards("LL2", in_csv=True), ids=lambda hazard: hazard.name)
def test_untestable_leads_keep_their_row_and_the_others_are_ranked(hazard: Hazard, run: Run, tmp_path: Path) -> None:
    told = json.loads(run("rank", *_in_file(hazard, tmp_path), "--kpi", "sales", "--no-evidence", "--json").out)
    rows = {row["lead"]: row for row in told["rows"]}
    assert rows["visits"]["verdict"] == "untestable"
    assert rows["visits"]["reason"].startswith(hazard.code)
    assert rows["visits"]["rank"] == 2
    assert rows["ads"]["pvalue"] is not None


# What goes wrong ends in a sentence


def test_missing_files_get_the_nearest_name(run: Run, sales: Path) -> None:
    answer = run("rank", sales.with_name("sale.csv"), "--kpi", "sales")
    assert answer.code == 2
    assert answer.out == ""
    assert f"Did you mean {str(sales)!r}?" in answer.err


def test_wrong_names_get_the_nearest_name(run: Run, sales: Path) -> None:
    for words in (("--kpi", "sale"), ("--kpi", "sales", "--leads", "visit")):
        answer = run("rank", sales, *words)
        assert answer.code == 2
        assert "Did you mean" in answer.err
        assert "LL402" in answer.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["rank", "sales.csv"], "Missing option '--kpi'. Next: leadlag rank --help"),
        (["rank", "sales.csv", "--kpi", "a", "--max-lag", "many"], "'many' is not a valid integer"),
        (["frobnicate"], "No such command 'frobnicate'"),
        (["rank", "sales.xlsx", "--kpi", "a"], "does not exist"),
    ],
)
def test_wrong_calls_end_with_2(run: Run, words: list[str], said: str) -> None:
    answer = run(*words)
    assert answer.code == 2
    assert answer.out == ""
    assert said in answer.err


def test_values_outside_what_is_allowed_end_with_2(run: Run, sales: Path) -> None:
    answer = run("rank", sales, "--kpi", "sales", "--fdr", "2")
    assert answer.code == 2
    assert "fdr=2.0 is not allowed" in answer.err


def test_messages_do_not_steer_the_terminal(run: Run, tmp_path: Path) -> None:
    good_frame().rename(columns={"ads": "ads\x1b[31m\u202e"}).to_csv(tmp_path / "odd.csv", index=False)
    for command in (("check",), ("rank", "--kpi", "sales")):
        answer = run(*command, tmp_path / "odd.csv")
        assert answer.code == 3
        assert "\x1b" not in answer.out + answer.err
        assert "\u202e" not in answer.out + answer.err


def test_interruption_ends_with_130(run: Run, sales: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(leadlag.ranking.rank, "rank_leads", interrupted)
    assert run("rank", sales, "--kpi", "sales").code == 130


def test_bugs_are_not_hidden(run: Run, sales: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(leadlag.ranking.rank, "rank_leads", broken)
    with pytest.raises(ZeroDivisionError):
        run("rank", sales, "--kpi", "sales")


def test_whoever_stops_reading_gets_no_traceback(sales: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "leadlag", "check", str(sales)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    assert process.wait() == 0
    assert said == ""


def test_exit_codes_reach_the_shell(tmp_path: Path) -> None:
    assert _process("rank", tmp_path / "none.csv", "--kpi", "x").returncode == 2


# demo


def test_demo_prints_the_table_writes_the_report_and_ends_with_its_path(run: Run, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    answer = run("demo")
    assert answer.code == 0
    assert answer.out.split("\n")[-2] == str(Path("leadlag-report") / "us_housing.html")
    page = tmp_path / "leadlag-report" / "us_housing.html"
    assert page.stat().st_size < 1_500_000
    row = next(line.split() for line in answer.out.split("\n") if line.split()[1:2] == ["building_permits"])
    assert "lead" in row[2:4]  # after its grade where the table has room for it
    assert "1" in row[3:5]
