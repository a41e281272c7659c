"""A model in a file is the model that was fitted, or the file is refused."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import leadlag as ll
from leadlag.errors import LeadLagError, UsageError
from leadlag.forecast import stored
from leadlag.forecast.kinds import Given, Many, Record
from leadlag.forecast.modelfile import load_model, model_text, read_model, save_model, sha256_of
from leadlag.wording.shown import Labelled
from tests.forecast.mutations import changed_values, resigned, torn

HERE = Path(__file__).parent
SALES = HERE / "model-1.csv"


def sales() -> pd.DataFrame:
    return pd.read_csv(SALES)


@pytest.fixture(scope="module")
def kept() -> bytes:
    """A model file of the first schema, as it was written when that was new."""
    return (HERE / "model-1.json").read_bytes()


@pytest.fixture(scope="module")
def model(kept: bytes) -> ll.ForecastModel:
    return read_model(kept, name="model-1.json")


def refused(content: bytes) -> UsageError:
    with pytest.raises(UsageError) as caught:
        read_model(content, name="model.json")
    return caught.value


# The same model


def test_a_model_is_read_back_as_it_was(tmp_path: Path) -> None:
    table = sales().rename(columns={"new_mrr": "KPI ü"})
    known = [ll.Metric("demos", label="Demos booked", available_after=1), ll.Metric("KPI ü", unit="EUR")]
    model = ll.forecast_kpi(table, kpi="KPI ü", horizons=[1, 2], n_draws=199, time="week", catalogue=known, note="agreed").model
    again = load_model(save_model(model, tmp_path / "model.json"))
    assert model_text(again) == model_text(model) == (tmp_path / "model.json").read_text(encoding="utf-8")
    assert sha256_of(again) == json.loads(model_text(model))["sha256"]
    assert (again.note, again.kpi, again.kpi_unit) == ("agreed", "KPI ü", "EUR")
    assert [name.label for name in again.leads if isinstance(name, Labelled)] == ["Demos booked"]
    pd.testing.assert_frame_equal(again.score(table).to_frame(), model.score(table).to_frame(), check_exact=True)


def test_a_fresh_process_scores_the_very_same_numbers(model: ll.ForecastModel, tmp_path: Path) -> None:
    path = save_model(model, tmp_path / "model.json")
    score = "print(load_model(sys.argv[1]).score(pd.read_csv(sys.argv[2])).to_json())"
    code = f"import sys, pandas as pd; from leadlag import load_model; {score}"
    said = subprocess.run([sys.executable, "-c", code, str(path), str(SALES)], capture_output=True, text=True, check=True).stdout
    assert json.loads(said) == model.score(sales()).to_dict()


def test_the_file_of_the_first_schema_is_read_and_scores_as_when_it_was_written(model: ll.ForecastModel, kept: bytes) -> None:
    assert model_text(model).encode() == kept
    rows = model.score(sales()).to_frame()
    expected = pd.read_csv(HERE / "model-1.scored.csv", keep_default_na=False)
    numbers = ["point", "low_80", "high_80", "low_95", "high_95", "own_history"]
    np.testing.assert_allclose(rows[numbers].to_numpy(), expected[numbers].to_numpy(float), rtol=1e-10)
    assert [";".join(leads) for leads in rows["leads"]] == expected["leads"].tolist()
    assert rows[["segment", "period", "reason"]].values.tolist() == expected[["segment", "period", "reason"]].values.tolist()


def records(kind: object) -> list[Record]:
    if isinstance(kind, Given | Many):
        return records(kind.kind)
    return [kind, *(each for one in kind.fields.values() for each in records(one))] if isinstance(kind, Record) else []


def test_every_field_of_a_model_stands_in_its_file() -> None:
    for record in records(stored.MODEL):
        assert set(record.fields) == {field.name for field in fields(record.made) if field.init}, record.made  # type: ignore[arg-type]


def test_nothing_of_the_machine_stands_in_the_file(kept: bytes) -> None:
    assert str(Path.home()).encode() not in kept
    assert sys.executable.encode() not in kept


def test_a_model_is_written_whole_or_not_at_all(model: ll.ForecastModel, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="folder that does not exist"):
        save_model(model, tmp_path / "none" / "model.json")
    with pytest.raises(UsageError, match="model=str is not allowed"):
        save_model("model", tmp_path / "model.json")  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


# Files that are refused


@pytest.mark.parametrize(
    ("content", "code", "says"),
    [
        (b"", "LL601", "was cut off"),
        (b"week,demos\n1,2\n", "LL601", "is no model of leadlag: it is no JSON"),
        (b"\xff\xfe", "LL601", "is no UTF-8"),
        (b"[1, 2]", "LL601", "holds no object"),
        (b'{"schema": "leadlag-ranking-3"}', "LL601", "says that it is 'leadlag-ranking-3'"),
        (b'{"kpi": "sales"}', "LL601", "does not say so"),
        (b'{"schema": "leadlag-model-2"}', "LL603", "install a newer leadlag"),
        (b'{"schema": "leadlag-model-1"}', "LL605", "has no 'sha256'"),
        (b'{"schema": "leadlag-model-1", "sha256": "0", "x": 1e999}', "LL605", "not finite"),
        (b'{"schema": "leadlag-model-1", "sha256": "0", "x": NaN}', "LL605", "holds NaN"),
        (b'{"schema": "leadlag-model-1", "sha256": "0", "x": ' + b"9" * 10_000 + b"}", "LL605", "thousands of digits"),
        (b'{"schema": "leadlag-model-1", "sha256": "0", "x": 1, "x": 2}', "LL605", "a field twice"),
        (b'{"schema": "leadlag-model-1", "sha256": "0", "x": "\\ud800"}', "LL601", "half a character"),
        (b"[" * 33 + b"]" * 33, "LL602", "nested deeper than 32"),
        (b'{"a":' * 1_000_000, "LL602", "nested deeper than 32"),
        (b'"' + b'\\"' * 1_000_000, "LL601", "was cut off"),
        (b'["' + b"\\" * 1_000_001, "LL601", "was cut off"),
    ],
)
def test_what_is_no_model_is_refused_by_what_it_is(content: bytes, code: str, says: str) -> None:
    error = refused(content)
    assert (error.code, error.argument) == (code, "path")
    assert says in str(error)


def test_brackets_in_a_text_are_no_nesting(model: ll.ForecastModel) -> None:
    deep = replace(model, note='[{"' * 50 + "\\")
    assert read_model(model_text(deep).encode(), name="m").note == deep.note


def test_a_file_over_64_mib_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    with path.open("wb") as file:
        file.truncate(64 * 1024 * 1024 + 1)
    with pytest.raises(UsageError, match=r"larger than 64 MiB.*LL602"):
        load_model(path)


def test_a_path_without_a_file_is_refused(tmp_path: Path) -> None:
    for path, says in ((tmp_path / "none.json", "does not exist: check the path"), (tmp_path, "is a folder")):
        with pytest.raises(UsageError, match=says):
            load_model(path)


def test_a_changed_number_is_refused_and_a_space_is_not(kept: bytes, model: ll.ForecastModel) -> None:
    content = json.loads(kept)
    content["segments"][0]["scale"]["unit"] *= 1.0000001
    assert refused(json.dumps(content).encode()).code == "LL604"
    spaced = json.dumps(json.loads(kept), indent=2).encode()
    assert model_text(read_model(spaced, name="m")) == model_text(model)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda one: one.pop("kpi"), "model has no 'kpi'"),
        (lambda one: one.update(extra=1), "a field 'extra' that this leadlag does not know"),
        (lambda one: one.update(kpi=3), "model.kpi is no text"),
        (lambda one: one.update(horizons=[2, 1]), "horizons are not in order"),
        (lambda one: one.update(horizons=[1.0]), r"model.horizons\[0\] is no whole number"),
        (lambda one: one.update(level=[1.5]), r"model.level\[0\]=1.5"),
        (lambda one: one["segments"][0]["model"].update(size=0.0), "size=0.0 is not above 0"),
        (lambda one: one["segments"][0]["model"].update(size=10**400), "size is no finite number"),
        (lambda one: one["segments"][0]["model"]["joint"]["covariance"].pop(), "make no triangle"),
        (lambda one: one["segments"][0]["model"]["joint"]["momentum"].update(phi=[1.2]), "momentum does not die out"),
        (lambda one: one["segments"][0]["model"]["joint"]["params"].append(1.0), "not of one size"),
        (lambda one: one["segments"][0]["model"]["leads"][0].update(place=1), "not in order"),
        (lambda one: one["segments"][0]["model"]["seasons"].append([52.0, 3, False, []]), "columns of the calendar"),
        (lambda one: one["segments"][0].update(first=10**12), "lie in no year"),
        (lambda one: one["cadence"].update(freq="fortnight"), "none of hour, day"),
        (lambda one: one["cadence"].update(year_start=1), "year begins in no month"),
        (lambda one: one["reading"].update(date_order="dmy"), "'date_order' that this leadlag does not know"),
    ],
)
def test_a_field_that_no_model_has_is_named(kept: bytes, change: Any, says: str) -> None:
    content = json.loads(kept)
    change(content)
    with pytest.raises(UsageError, match=says) as caught:
        read_model(resigned(content), name="model.json")
    assert caught.value.code == "LL605"


# Files that something happened to


def every(kind: Any, kept: bytes, count: int) -> Iterator[bytes]:
    chance = random.Random(17)
    return (kind(kept, chance) for _ in range(count))


def test_a_damaged_file_is_refused_or_is_the_same_model(kept: bytes, model: ll.ForecastModel) -> None:
    for content in every(torn, kept, 700):
        try:
            found = read_model(content, name="model.json")
        except LeadLagError as error:
            assert error.code.startswith("LL6")  # noqa: PT017  most are refused, and some are the same model
        else:
            assert model_text(found) == model_text(model)


def test_a_forged_file_is_refused_or_scores(kept: bytes) -> None:
    table, refusals = sales(), 0
    for content in every(changed_values, kept, 300):
        try:
            found = read_model(content, name="model.json").score(table, stale_ok=True)
        except LeadLagError:
            refusals += 1
        else:
            assert "NaN" not in found.to_json()
    assert refusals > 100
