"""What is known about a metric is checked when it is written down."""

from __future__ import annotations

import datetime as dt
from dataclasses import FrozenInstanceError
from typing import Any

import numpy as np
import pandas as pd
import pytest

from leadlag.catalogue import Metric, Ratio, as_catalogue, ratio
from leadlag.errors import UsageError


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
