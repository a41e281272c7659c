"""What a wrong argument is told: its name, what was given, what is allowed."""

from __future__ import annotations

import numpy as np
import pytest

from leadlag._validation import as_generator, as_name, as_names, once_each
from leadlag.errors import UnknownNameError, UsageError


@pytest.mark.parametrize("rng", [None, -1, 1.5, "x", True, np.random.RandomState(0)])
def test_a_seed_is_a_whole_number_or_a_generator(rng: object) -> None:
    with pytest.raises(UsageError, match=r"rng=.* is not allowed: give a whole number of at least 0, or a numpy Generator"):
        as_generator(rng)
    assert as_generator(np.int64(3)).integers(10**9) == as_generator(3).integers(10**9)


@pytest.mark.parametrize("names", [5, True, 1.5])
def test_names_are_a_name_or_a_list_of_names(names: object) -> None:
    with pytest.raises(UsageError, match=r"log=.* is not allowed: give a column name or a list of column names"):
        as_names(names, "log", ["visits"])


def test_an_unknown_name_is_told_what_there_is() -> None:
    with pytest.raises(UnknownNameError, match=r"segment='X' is not among the segments\. The segments are: 'N', 'S'\."):
        as_name("X", "segment", ["N", "S"], owner="segment")
    with pytest.raises(UnknownNameError, match=r"kpi='X' is not a column of the data\. The data have: 'N'\."):
        as_name("X", "kpi", ["N"])


@pytest.mark.parametrize("twice", [{"lead": "sales"}, {"controls": ["visits"]}, {"controls": ["price", "price"]}])
def test_a_column_has_one_role(twice: dict[str, object]) -> None:
    roles = {"kpi": "sales", "lead": "visits", "controls": "price", **twice}
    with pytest.raises(UsageError, match=r"kpi='sales', lead=.* and controls=\[.*\] name a column twice"):
        once_each(**roles)


def test_controls_that_were_not_given_are_not_named() -> None:
    with pytest.raises(UsageError, match=r"^kpi='sales', lead='sales' name a column twice"):
        once_each(kpi="sales", lead="sales", controls=None)


def test_a_role_of_one_column_takes_no_list() -> None:
    with pytest.raises(UsageError, match=r"lead=\['visits'\] is not allowed: give one column name\."):
        once_each(kpi="sales", lead=["visits"], controls=None)
