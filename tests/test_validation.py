"""What a wrong argument is told: its name, what was given, what is allowed."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator

import leadlag as ll
from leadlag._validation import as_generator, as_name, as_names, once_each
from leadlag.catalogue import Metric
from leadlag.decision import Policy
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


ASKED_OF_DATA = [
    function
    for name in dir(ll)
    if inspect.isfunction(function := getattr(ll, name)) and next(iter(inspect.signature(function).parameters)) == "data"
]


@pytest.mark.parametrize("function", ASKED_OF_DATA, ids=lambda function: function.__name__)
def test_only_data_is_positional_and_a_call_that_names_nothing_is_told_how_to(function: Callable[..., object]) -> None:
    first, second, third = list(inspect.signature(function).parameters.values())[:3]
    assert (first.kind, second.kind) == (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    told = f"write {function.__name__}\\(data, {second.name}='sales', {third.name}=\\.\\.\\.\\)\\."
    with pytest.raises(UsageError, match=told):
        function(pd.DataFrame(), "sales", "a name that is far too long for an example of a call, as anyone can see at a glance")


def test_there_are_functions_that_are_asked_of_data() -> None:
    assert len(ASKED_OF_DATA) >= 18


def test_a_call_that_cannot_be_told_is_not_made_up() -> None:
    with pytest.raises(UsageError, match=r"name every argument, since data is given by position and by name"):
        ll.granger_test("sales", "visits", 2, data=pd.DataFrame())
    with pytest.raises(UsageError, match=r"since kpi is given by position and by name"):
        ll.granger_test(pd.DataFrame(), "sales", kpi="sales", lead="visits", order=2)
    with pytest.raises(UsageError, match=r"rank_kpis has \d+ arguments, and 40 values were given"):
        ll.rank_kpis(pd.DataFrame(), *["sales"] * 39)


def test_a_long_or_odd_value_in_the_call_to_write_is_cut() -> None:
    class Odd:
        def __repr__(self) -> str:
            raise RuntimeError("no repr")

    with pytest.raises(UsageError, match=r"write granger_test\(data, kpi=\.\.\., lead=\.\.\.\)"):
        ll.granger_test(pd.DataFrame(), Odd(), ["visits"] * 300_000)


def _takes_names(item: object) -> bool:
    """Whether users call it: functions, and classes that they make themselves."""
    made_here = isinstance(item, type) and not issubclass(item, (Metric, BaseEstimator, Policy))
    return callable(item) and not made_here


@pytest.mark.parametrize("item", [*filter(_takes_names, (getattr(ll, name) for name in ll.__all__)), Policy])
def test_an_argument_that_is_misspelt_is_refused_with_the_nearest_everywhere(item: Callable[..., object]) -> None:
    parameters = inspect.signature(item).parameters.values()
    required = [each.name for each in parameters if each.default is each.empty and each.kind is each.KEYWORD_ONLY]
    handed_on = any(each.kind is each.VAR_KEYWORD for each in parameters)
    longest = max(required if handed_on else [each.name for each in parameters if each.name != "_"], key=len)
    with pytest.raises(UsageError, match=rf"has no argument '{longest}s'\. Did you mean '{longest}'\?") as refused:
        item(**{f"{longest}s": 1})
    assert isinstance(refused.value, TypeError)


def test_an_option_of_reading_is_shown_where_it_belongs() -> None:
    with pytest.raises(UsageError, match="rank_leads has no argument 'dates_at', which is one of from_wide") as refused:
        ll.rank_leads(pd.DataFrame(), kpi="sales", dates_at="end")  # type: ignore[call-arg]  # this is what is tested
    assert refused.value.call == "rank_leads(from_wide(data, dates_at='end'), kpi='sales')"
    with pytest.raises(UsageError, match=r"rank_kpis has no argument 'maxlag'\. Did you mean 'max_lag'"):
        ll.rank_kpis(pd.DataFrame(), kpis="sales", maxlag=3)
    with pytest.raises(UsageError, match="Metric has no argument 'zzz'; it has name, unit, available_after"):
        ll.Metric("sales", zzz=1)  # type: ignore[call-arg]  # this is what is tested
