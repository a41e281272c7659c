"""leadlag fit writes a model and nothing else; leadlag score prints the schema, and refuses with 2 or 3."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import leadlag as ll
from leadlag.cli.main import main
from tests.commands import Answer, Run
from tests.forecast.test_scoring import MORE, N, rows

KEYS = ["schema", "kpi", "unit", "kpi_unit", "as_of", "origin", "model_sha256", "stale", "notes", "forecasts"]
ROW = [
    "segment", "kpi_last", "horizon", "period", "point", "low_80", "high_80", "low_95", "high_95", "own_history", "leads",
    "capped", "reason",
]  # fmt: skip


def written(table: pd.DataFrame, path: Path) -> Path:
    table.to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data, later rows, and a model of the data."""
    path = tmp_path_factory.mktemp("model")
    written(rows()[:N], path / "sales.csv")
    written(rows()[60 : N + 3], path / "new.csv")
    (path / "known.toml").write_text(
        'version = 1\n[metrics.new_mrr]\nlabel = "New recurring revenue"\nunit = "EUR"\n', encoding="utf-8"
    )
    assert main(["fit", str(path / "sales.csv"), *words_of(path), "--out", str(path / "mrr.json"), "-q"]) == 0
    return path


def words_of(path: Path) -> list[str]:
    """What the model is fitted with."""
    return ["--kpi", "new_mrr", "--horizons", "1,4", "--catalogue", str(path / "known.toml"), "--note", "agreed"]


@pytest.fixture
def scored(run: Run, folder: Path) -> Answer:
    return run("score", folder / "mrr.json", folder / "new.csv", "--json")


# fit


def test_fit_writes_the_model_and_nothing_else_and_prints_a_summary(run: Run, tmp_path: Path) -> None:
    data = written(rows()[:N], tmp_path / "sales.csv")
    answer = run("fit", data, "--kpi", "new_mrr", "--leads", "demos", "--horizons", "1,2", "--out", tmp_path / "m.json")
    assert answer.code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m.json", "sales.csv"]
    assert "Where new_mrr will be" in answer.out
    assert "Fitted on  140 weeks, 2023-01-02 to 2025-09-01" in answer.out
    assert ll.load_model(tmp_path / "m.json").horizons == (1, 2)


def test_the_model_is_the_one_that_python_fits(folder: Path) -> None:
    model = ll.load_model(folder / "mrr.json")
    found = ll.forecast_kpi(pd.read_csv(folder / "sales.csv"), kpi="new_mrr", horizons=[1, 4])
    pd.testing.assert_frame_equal(model.score(pd.read_csv(folder / "sales.csv")).to_frame(), found.to_frame())
    assert (model.note, model.kpi_unit) == ("agreed", "EUR")


def test_the_same_words_write_the_same_bytes(run: Run, folder: Path, tmp_path: Path) -> None:
    assert run("fit", folder / "sales.csv", *words_of(folder), "--out", tmp_path / "again.json").code == 0
    assert (tmp_path / "again.json").read_bytes() == (folder / "mrr.json").read_bytes()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--out", "none/model.json"], "folder that does not exist"),
        (["--out", "."], "is a folder"),
        (["--out", "sales.csv"], "holds the data"),
        (["--out", "m.json", "--horizons", "1,x"], "give periods ahead such as 1,4,12"),
        (["--out", "m.json", "--horizons", "0"], "give periods ahead such as 1,4,12"),
        (["--out", "m.json", "--horizons", "5000"], "from 1 to 1,000"),
        ([], "Missing option"),
    ],
)
def test_a_wrong_call_of_fit_is_refused(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], says: str
) -> None:
    monkeypatch.chdir(folder)
    before = sorted(folder.iterdir())
    answer = run("fit", "sales.csv", "--kpi", "new_mrr", *words)
    assert answer.code == 2
    assert says in answer.err
    assert sorted(folder.iterdir()) == before


def test_one_file_holds_the_models_of_all_segments(run: Run, tmp_path: Path) -> None:
    parts = [rows(N, seed=seed).assign(region=name) for seed, name in enumerate(("north", "south"))]
    table = pd.concat([*parts, rows(N).assign(region="flat", new_mrr=1.0)], ignore_index=True)
    data, model = written(table, tmp_path / "regions.csv"), tmp_path / "m.json"
    words = ("--kpi", "new_mrr", "--segment", "region", "--horizons", "1,2", "--out", model)
    answer = run("fit", data, *words)
    assert answer.code == 0
    assert "None       flat: LL313" in answer.out
    found = run("score", model, data, "--json").content["forecasts"]
    assert [row["segment"] for row in found] == ["north"] * 2 + ["south"] * 2 + ["flat"] * 2  # type: ignore[attr-defined]
    assert found[-1]["point"] is None  # type: ignore[index]
    assert found[-1]["reason"].startswith("LL313")  # type: ignore[index]


def test_reading_options_are_kept_and_used_by_score(run: Run, tmp_path: Path) -> None:
    table = rows()[: N + 2].assign(week=lambda frame: frame["week"].dt.strftime("%d.%m.%Y"))
    file, model = tmp_path / "umsatz.csv", tmp_path / "m.json"
    file.write_text("Bericht\n" + table.to_csv(index=False, sep=";", decimal=","), encoding="utf-8")
    options = ("--sep", ";", "--skip-rows", "1", "--decimal", ",", "--time", "week", "--date-format", "%d.%m.%Y")
    assert run("fit", file, "--kpi", "new_mrr", *options, "--horizons", "1", "--out", model).code == 0
    answer = run("score", model, file, "--json")
    assert answer.code == 0
    plain = ll.load_model(model).score(table).to_dict()
    assert answer.content["forecasts"] == plain["forecasts"]


def test_a_long_table_is_scored_as_one(run: Run, tmp_path: Path) -> None:
    long = rows()[:N].melt(id_vars="week", var_name="metric")
    file, model = written(long, tmp_path / "long.csv"), tmp_path / "m.json"
    options = ("--time", "week", "--metric", "metric", "--value", "value")
    assert run("fit", file, "--kpi", "new_mrr", *options, "--horizons", "1", "--out", model).code == 0
    assert run("score", model, file).code == 0


# score


def test_score_prints_exactly_the_schema(scored: Answer) -> None:
    content = scored.content
    assert list(content) == KEYS
    assert content["schema"] == "leadlag-score-1"
    assert (content["kpi"], content["unit"], content["kpi_unit"]) == ("new_mrr", "week", "EUR")
    assert (content["as_of"], content["origin"], content["stale"]) == (None, "2025-09-22", False)
    found: list[dict[str, object]] = content["forecasts"]  # type: ignore[assignment]
    assert [list(row) for row in found] == [ROW, ROW]
    assert [(row["horizon"], row["period"], row["leads"]) for row in found] == [
        (1, "2025-09-29", ["demos"]),
        (4, "2025-10-20", []),
    ]
    assert all(list(note) == ["code", "text"] for note in content["notes"])  # type: ignore[attr-defined]


def test_the_sha256_of_a_score_is_that_of_the_file(scored: Answer, folder: Path) -> None:
    import hashlib

    model = json.loads((folder / "mrr.json").read_text(encoding="utf-8"))
    told = model.pop("sha256")
    text = json.dumps(model, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    assert hashlib.sha256(text.encode("utf-8")).hexdigest() == told == scored.content["model_sha256"]
    assert set(told) <= set("0123456789abcdef")


def test_another_process_prints_the_very_same_json(scored: Answer, folder: Path) -> None:
    words = [sys.executable, "-m", "leadlag", "score", str(folder / "mrr.json"), str(folder / "new.csv"), "--json"]
    assert subprocess.run(words, capture_output=True, text=True, check=True).stdout == scored.out


def test_score_writes_two_files_named_after_the_model(run: Run, folder: Path, scored: Answer, tmp_path: Path) -> None:
    answer = run("score", folder / "mrr.json", folder / "new.csv", "--out", tmp_path / "out")
    assert answer.code == 0
    assert "Where New recurring revenue (EUR) will be" in answer.out
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["mrr.score.csv", "mrr.score.json"]
    assert (tmp_path / "out" / "mrr.score.json").read_text(encoding="utf-8") == scored.out
    table = pd.read_csv(tmp_path / "out" / "mrr.score.csv")
    assert list(table) == ROW
    assert table["leads"].fillna("").tolist() == ["demos", ""]


def test_as_of_is_said_and_cuts_the_rows(run: Run, folder: Path, scored: Answer) -> None:
    answer = run("score", folder / "mrr.json", folder / "new.csv", "--as-of", "2025-09-15", "--json").content
    assert (answer["as_of"], answer["origin"]) == ("2025-09-15", "2025-09-08")
    assert answer["model_sha256"] == scored.content["model_sha256"]


def test_a_value_outside_the_range_is_said_and_no_refusal(run: Run, folder: Path, tmp_path: Path) -> None:
    table = rows()[60 : N + 3]
    table.loc[table.index[-1], "demos"] = 99.0
    answer = run("score", folder / "mrr.json", written(table, tmp_path / "new.csv"), "--json")
    assert answer.code == 0
    assert "LL173" in [note["code"] for note in answer.content["notes"]]  # type: ignore[attr-defined]
    assert "note: demos was 99.0, outside" in answer.err


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        (lambda table: table.rename(columns={"demos": "Demos"}), "LL323", "Did you mean 'Demos'?"),
        (lambda table: table.assign(week=pd.date_range("2025-01-01", periods=len(table))), "LL319", "periods of one day"),
        (lambda table: table.assign(new_mrr=table["new_mrr"] * 1e3), "LL322", "unit changed?"),
        (lambda table: table.assign(week=table["week"] + pd.Timedelta(weeks=13)), "LL321", "--stale-ok"),
        (
            lambda table: table.assign(**dict.fromkeys(("demos", "new_mrr"), table["mails"].where(table.index < N))),
            "LL320",
            "nothing is known of now",
        ),
    ],
)
def test_rows_that_are_not_those_of_the_model_end_with_3(
    run: Run, folder: Path, tmp_path: Path, change: Callable[[pd.DataFrame], pd.DataFrame], code: str, words: str
) -> None:
    table = rows()[60 : N + 3]
    if code == "LL320":
        last = table.index >= N
        table = table.assign(demos=table["demos"].where(~last), new_mrr=table["new_mrr"].where(~last))
    else:
        table = change(table)
    answer = run("score", folder / "mrr.json", written(table, tmp_path / "new.csv"), "--json")
    assert answer.code == 3
    told = answer.content
    assert (told["schema"], told["exit"], told["code"]) == ("leadlag-error-1", 3, code)
    assert words in str(told["message"])


def test_stale_ok_scores_and_says_so(run: Run, folder: Path, tmp_path: Path) -> None:
    late = written(rows(N + MORE)[80 : N + 20], tmp_path / "late.csv")
    refused = run("score", folder / "mrr.json", late, "--json")
    assert (refused.code, refused.content["code"]) == (3, "LL321")
    assert str(refused.content["next_step"]).endswith("--stale-ok.")
    assert str(refused.content["call"]) == "load_model('mrr.json').score(read_file('late.csv'), stale_ok=True)"
    answer = run("score", folder / "mrr.json", late, "--json", "--stale-ok")
    assert answer.code == 0
    assert answer.content["stale"] is True
    assert "LL174" in [note["code"] for note in answer.content["notes"]]  # type: ignore[attr-defined]
    assert answer.err.count("the model is older than") == 1


def test_a_model_file_that_is_none_ends_with_2(run: Run, folder: Path, tmp_path: Path) -> None:
    content = (folder / "mrr.json").read_text(encoding="utf-8")
    for text, code in (
        (content[:-5], "LL601"),
        (content.replace('"kpi":"new_mrr"', '"kpi":"demos"'), "LL604"),
        (content.replace("leadlag-model-1", "leadlag-model-9"), "LL603"),
        ("[" * 40, "LL602"),
    ):
        (tmp_path / "m.json").write_text(text, encoding="utf-8")
        answer = run("score", tmp_path / "m.json", folder / "new.csv", "--json")
        assert (answer.code, answer.content["code"], answer.content["exit"]) == (2, code, 2)
        assert str(tmp_path) not in answer.out
    assert run("score", tmp_path / "none.json", folder / "new.csv").code == 2


def test_score_takes_no_reading_option_and_says_where_they_belong(run: Run, folder: Path, tmp_path: Path) -> None:
    assert run("score", folder / "mrr.json", folder / "new.csv", "--time", "week").code == 2
    table = rows()[60 : N + 3].assign(week=lambda frame: frame["week"].dt.strftime("%d/%m/%Y"))
    answer = run("score", folder / "mrr.json", written(table[:20], tmp_path / "odd.csv"))
    if answer.code == 3:  # days and months that could be either
        assert "in leadlag fit, as the model keeps how tables are read" in answer.err


def test_the_files_that_were_read_are_not_written_over(run: Run, folder: Path, tmp_path: Path) -> None:
    data = tmp_path / "mrr.score.csv"
    data.write_bytes((folder / "new.csv").read_bytes())
    before = data.read_bytes()
    answer = run("score", folder / "mrr.json", data, "--out", tmp_path)
    assert answer.code == 2
    assert "was read, give another folder" in answer.err
    assert data.read_bytes() == before
    assert np.array_equal(sorted(path.name for path in tmp_path.iterdir()), ["mrr.score.csv"])
