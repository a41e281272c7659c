"""What is known about a metric is checked when it is written down."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from typing import Any

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
        ({"name": 3}, "name=3"),
        ({"unit": 3}, "unit=3"),
        ({"available_after": -1}, "available_after=-1"),
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
