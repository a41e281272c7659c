"""What is known about a metric is checked when it is written down."""

from __future__ import annotations

import copy
import datetime as dt
import json
import pickle
from dataclasses import FrozenInstanceError, fields, replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from leadlag.catalogue import Metric, Ratio, as_catalogue, is_said, ratio
from leadlag.catalogue.fields import CADENCES
from leadlag.catalogue.metric import metric_of
from leadlag.errors import UsageError
from leadlag.sample.periods import WORDS


def test_a_metric_has_the_defaults_of_the_contract() -> None:
    metric = Metric("visits")
    assert (metric.unit, metric.available_after, metric.aggregate, metric.missing) == (None, 0, "mean", "mask")
    with pytest.raises(FrozenInstanceError):
        metric.unit = "EUR"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": ""}, "name=''"),
        ({"name": None}, "name=None"),
        ({"unit": 3}, "unit=3"),
        ({"available_after": -10_000}, "available_after=-10000.*at least -9999"),
        ({"available_after": 0.5}, "available_after=0.5"),
        ({"aggregate": "median"}, r"aggregate='median'.*ratio\(num, den\)"),
        ({"missing": "ffill"}, r"missing='ffill'.*\('ffill', n\)"),
        ({"missing": ("ffill", 0)}, r"missing\[1\]=0"),
        ({"aggregate": Ratio("visits", "seen")}, "name of its own"),
    ],
)
def test_what_is_wrong_is_named(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        Metric(**{"name": "visits", **wrong})


def test_a_ratio_needs_two_columns() -> None:
    assert ratio("won", "seen") == Ratio("won", "seen")
    with pytest.raises(UsageError, match="always 1"):
        ratio("won", "won")


def test_names_are_kept_in_one_unicode_form() -> None:
    assert Metric("cafe\u0301").name == "caf\u00e9"
    assert ratio("cafe\u0301", "b").num == "caf\u00e9"


def test_a_catalogue_names_each_metric_once() -> None:
    by_name = as_catalogue([Metric("a"), Metric("b")])
    assert list(by_name) == ["a", "b"]
    assert as_catalogue(by_name) == by_name
    assert dict(as_catalogue(None)) == {}
    for wrong, words in (
        ([Metric("a"), Metric("a")], "more than once"),
        (["a"], "not a Metric"),
        (Metric("a"), "list of Metric"),
        (3, "catalogue=3"),
    ):
        with pytest.raises(UsageError, match=words):
            as_catalogue(wrong)


def test_a_target_has_its_dates_in_any_form_that_the_data_may_have() -> None:
    plain = Metric("visits")
    assert (plain.targeted_since, plain.selected_on) == (None, None)
    known = Metric("visits", targeted_since="2024Q3", selected_on=["2023-01", dt.date(2023, 12, 31)])  # type: ignore[arg-type]
    assert (known.targeted_since, known.selected_on) == ("2024Q3", ("2023-01", dt.date(2023, 12, 31)))
    assert type(Metric("visits", targeted_since=np.int64(40)).targeted_since) is int  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"targeted_since": 3.5}, "targeted_since=3.5"),
        ({"targeted_since": " "}, "targeted_since=' '"),
        ({"targeted_since": pd.NaT}, "targeted_since=NaT"),
        ({"targeted_since": True}, "targeted_since=True"),
        ({"selected_on": "2024"}, "selected_on='2024'.*first and its last"),
        ({"selected_on": ("2024", None)}, r"selected_on\[1\]=None"),
    ],
)
def test_what_is_no_date_is_refused_when_it_is_written_down(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        Metric("visits", **wrong)


FIELDS: dict[str, Any] = {
    "label": "Demos booked", "unit": "demos", "aggregate": "sum", "available_after": 1, "missing": ("ffill", 2),
    "cadence": "week", "expected": "+", "delay": (2, 8), "kind": "lead", "stage": "output", "influence": "controllable",
    "perspective": "business",
    "team": "sales", "owner": "A. B.", "definition": "demos held", "wanted": "up", "healthy_range": (20, 80.5),
    "targeted_since": "2026-07-01", "selected_on": ("2024-01", "2026-06"), "selected_from": 12,
}  # fmt: skip


def test_a_mean_that_was_said_is_told_from_one_that_nobody_said() -> None:
    said, unsaid = Metric("demos", aggregate="mean"), Metric("demos", label="Demos")
    for metric, known in ((said, True), (unsaid, False)):
        again = metric_of("demos", metric.to_mapping())
        for one in (metric, again, replace(metric, unit="EUR"), pickle.loads(pickle.dumps(metric)), copy.deepcopy(metric)):  # noqa: S301
            assert is_said(one.aggregate) is known
        assert (again, again.aggregate, json.dumps(again.aggregate)) == (metric, "mean", '"mean"')
    assert said == Metric("demos")


def test_every_field_is_kept_and_told_back() -> None:
    metric = Metric("demos", **FIELDS)
    assert {name: getattr(metric, name) for name in FIELDS} == FIELDS
    assert set(FIELDS) | {"name"} == {field.name for field in fields(Metric)}
    assert metric_of("demos", metric.to_mapping()) == metric
    told: dict[str, Any] = {"Metric": Metric, "ratio": ratio}
    for one in (metric, Metric("rate", aggregate=ratio("won", "seen")), Metric("plain")):
        assert eval(repr(one), told) == one  # noqa: S307
        assert metric_of(one.name, one.to_mapping()) == one
    assert repr(Metric("plain")) == "Metric('plain')"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"label": "  "}, "label=''"),
        ({"cadence": "weekly"}, "cadence='weekly'.*'week'.*Did you mean 'week'"),
        ({"expected": "positive"}, r"expected='positive'.*'\+', '-'"),
        ({"kind": "kpis"}, "Did you mean 'kpi'"),
        ({"stage": "outpt"}, "Did you mean 'output'"),
        ({"influence": "control"}, "Did you mean 'controllable'"),
        ({"wanted": "higher"}, "give one of 'up', 'down'"),
        ({"owner": 3}, "owner=3"),
        ({"delay": (8, 2)}, "ends before it begins"),
        ({"delay": (2, 4, 6)}, r"like \(2, 8\)"),
        ({"delay": 0}, "delays of at least 1"),
        ({"delay": (-3, 4), "available_after": -2}, "known 2 ahead of at least -1"),
        ({"healthy_range": (80, 20)}, "no range"),
        ({"healthy_range": (None, None)}, "None for no limit"),
        ({"healthy_range": (float("nan"), 3)}, r"healthy_range\[0\]=nan"),
        ({"selected_on": ("2024-06", "2023")}, "ends before it begins"),
        ({"aggregate": {"ratio": ["a"]}}, "two columns"),
    ],
)
def test_a_field_that_says_nothing_is_refused(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        Metric("visits", **wrong)


def test_all_that_is_wrong_with_a_metric_is_said_at_once() -> None:
    with pytest.raises(UsageError) as caught:
        metric_of("demos", {"stage": "outpt", "labl": "Demos", "wanted": "high", "unit": "demos"})
    text = str(caught.value)
    assert "3 things are wrong" in text
    for words in ("Did you mean 'label'?", "stage='outpt'", "wanted='high'"):
        assert words in text


def test_ends_and_forms_that_are_allowed() -> None:
    assert Metric("a", delay=3).delay == (3, 3)  # type: ignore[arg-type]
    assert Metric("a", delay=(-1, 2), available_after=-2).delay == (-1, 2)
    assert Metric("a", healthy_range=(None, 80)).healthy_range == (None, 80)
    assert Metric("a", selected_on=("2024", "2024-06")).selected_on == ("2024", "2024-06")
    assert Metric("a", aggregate={"ratio": ["b", "c"]}).aggregate == Ratio("b", "c")  # type: ignore[arg-type]


def test_the_words_for_cadences_are_those_of_freq() -> None:
    assert CADENCES == WORDS


def test_two_metrics_that_readers_could_not_tell_apart_are_refused() -> None:
    for other in (Metric("b", label="Sales"), Metric("Sales")):
        with pytest.raises(UsageError, match=r"'a' and 'b'|'Sales' and 'a'"):
            as_catalogue([Metric("a", label="Sales"), other])
