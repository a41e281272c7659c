"""The columns of one call by role, and its longest lag."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from leadlag.errors import UsageError
from leadlag.sample.roles import longest_lag, with_lead, with_roles

READ = {"time": None, "catalogue": None, "missing": "mask"}


def table(names: str = "bdac", n: int = 40) -> pd.DataFrame:
    return pd.DataFrame(np.random.default_rng(0).normal(size=(n, len(names))), columns=list(names))


def test_candidates_are_told_by_name_and_are_all_others_if_none_is_named() -> None:
    _, every = with_roles(table(), kpi="c", leads=None, controls="d", **READ)
    assert every.names == ("c", "a", "b", "d")
    _, named = with_roles(table(), kpi="c", leads=["b", "a"], controls=None, **READ)
    assert named.leads == ("a", "b")


def test_one_lead_stands_before_those_beside_it() -> None:
    sample, names = with_lead(table(), kpi="c", lead="d", given=["b"], controls="a", **READ)
    assert (names.leads, names.names) == (("d", "b"), ("c", "d", "b", "a"))
    assert set(sample.names) == set(names.names)


@pytest.mark.parametrize(
    ("roles", "said"),
    [({"given": "b"}, "lead='b', given="), ({"given": None, "controls": "c"}, "controls="), ({"given": ["c"]}, "given=")],
)
def test_a_column_has_one_role(roles: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError, match=rf"{said}.*name a column twice"):
        with_lead(table(), kpi="c", lead="b", **{"controls": None} | roles, **READ)


def test_the_longest_lag_is_the_one_asked_for_or_that_of_the_calendar() -> None:
    sample, _ = with_lead(table(), kpi="c", lead="b", given=None, controls=None, **READ)
    assert longest_lag(sample, 7) == 7
    assert longest_lag(sample, None) == sample.calendar.default_max_lag(40)
    with pytest.raises(UsageError, match="max_lag=0"):
        longest_lag(sample, 0)
