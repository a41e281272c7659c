"""Lists of events: refused for want of a cadence, with the call that makes a weekly column of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import leadlag as ll
from leadlag.errors import DataContractError
from leadlag.sample import Sample, from_wide, read_file
from tests.hazards import good_frame

DAYS = ["2022-01-05", "2022-01-11", "2022-01-13", "2022-03-02", "2022-06-30", "2022-07-01", "2023-02-02"]


def follow(data: Any, *, function: Any = from_wide, **options: Any) -> tuple[str, Any]:
    """The call in the error, and what it gives."""
    with pytest.raises(DataContractError, match="The rows seem to be events") as caught:
        function(data, **options)
    assert caught.value.code == "LL309"
    call = caught.value.first.call
    lines = call.split("\n")
    place: dict[str, Any] = {name: getattr(ll, name) for name in ll.__all__} | {"data": data}
    exec("\n".join(lines[:-1]), place)  # noqa: S102 - the advice is the thing under test
    return call, eval(lines[-1], place)  # noqa: S307


@pytest.mark.parametrize("column", [{"promo": 1}, {"promo": 1.0, "note": "spring"}, {"promo": [1, 1, 1, 0, 1, 1, 1]}])
def test_a_list_of_dates_with_ones_becomes_a_column_of_weeks(column: dict[str, Any]) -> None:
    call, sample = follow(pd.DataFrame({"day": DAYS, **column}))
    assert call == "from_wide(data, freq='week', catalogue=[Metric('promo', aggregate='sum', missing='zero')])"
    assert isinstance(sample, Sample)
    assert (sample.calendar.freq, sample.n_periods) == ("week", 57)
    total = sum(column["promo"]) if isinstance(column["promo"], list) else len(DAYS)
    assert (sample.column("promo")[:2].tolist(), sample.column("promo").sum()) == ([1, 2], total)
    assert not np.isnan(sample.values).any()


@pytest.mark.parametrize("column", [{}, {"what": "webinar"}])
def test_dates_alone_count_as_one_each(column: dict[str, Any]) -> None:
    data = pd.DataFrame({"day": DAYS, **column})
    call, sample = follow(data)
    assert call.startswith("data = data.assign(events=1)\n")
    assert sample.column("events").sum() == len(DAYS)
    assert list(data.columns) == ["day", *column]


def test_events_beside_a_table_are_made_weeks_in_their_place() -> None:
    events = pd.DataFrame({"day": DAYS, "promo": 1})
    call, ranking = follow([good_frame(), events], function=ll.rank_leads, kpi="sales", evidence=False, n_draws=99)
    assert call.split("\n")[0] == (
        "data = [*data[:1], from_wide(data[1], freq='week', "
        "catalogue=[Metric('promo', aggregate='sum', missing='zero')]), *data[2:]]"
    )
    assert ranking["promo"].verdict in ("none", "untestable")


def test_irregular_rows_of_numbers_are_no_events() -> None:
    with pytest.raises(DataContractError, match="the cadence cannot be told") as caught:
        from_wide(pd.DataFrame({"day": DAYS, "visits": range(7)}))
    assert "events" not in str(caught.value)


def test_the_shared_list_of_events(shared_cases: Path) -> None:
    _, sample = follow(read_file(shared_cases / "events_only.csv"))
    assert (sample.n_periods, sample.column("promo").sum()) == (147, 14)
