"""A model in a file is the model that was fitted, or the file is refused."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from leadlag.forecast import stored
from leadlag.forecast.kinds import Given, Many, Record
from leadlag.forecast.model import ForecastModel
from leadlag.forecast.modelfile import load_model, model_text, save_model, sha256_of
from leadlag.forecast.question import forecast_kpi


def weekly(n: int = 140, *, seed: int = 0) -> pd.DataFrame:
    """A KPI that follows demos by three weeks, and noise."""
    draws = np.random.default_rng(seed).normal(size=(n, 3))
    demos = 40.0 + 6.0 * draws[:, 0]
    kpi = 500.0 + 12.0 * np.r_[np.zeros(3), demos[:-3] - 40.0] + 15.0 * draws[:, 1]
    week = pd.date_range("2023-01-02", periods=n, freq="7D")
    return pd.DataFrame({"week": week, "demos": demos, "mails": draws[:, 2], "new_mrr": kpi})


@pytest.fixture(scope="module")
def model() -> ForecastModel:
    return forecast_kpi(weekly(), kpi="new_mrr", horizons=[1, 2, 4], n_draws=199).model


def test_a_model_is_read_back_as_it_was(model: ForecastModel, tmp_path: Path) -> None:
    again = load_model(save_model(model, tmp_path / "model.json"))
    assert model_text(again) == model_text(model)
    assert sha256_of(again) == sha256_of(model) == json.loads(model_text(model))["sha256"]
    assert again.score(weekly()).to_frame().equals(model.score(weekly()).to_frame())


def records(kind: object) -> list[Record]:
    if isinstance(kind, Given | Many):
        return records(kind.kind)
    return [kind, *(each for one in kind.fields.values() for each in records(one))] if isinstance(kind, Record) else []


def test_every_field_of_a_model_stands_in_its_file() -> None:
    for record in records(stored.MODEL):
        assert set(record.fields) == {field.name for field in fields(record.made) if field.init}, record.made  # type: ignore[arg-type]
