"""Every advice works: the call that an error shows runs, or says something else that is wrong."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import leadlag as ll
from leadlag._calls import READING, Call, Fix
from leadlag.errors import DataContractError, LeadLagError
from leadlag.sample import as_sample, from_wide
from tests.hazards import Hazard, good_frame, hazards


def error_of(data: Any, **options: Any) -> LeadLagError:
    with pytest.raises(LeadLagError) as caught:
        ll.rank_leads(data, kpi="sales", evidence=False, n_draws=99, **options)
    return caught.value


def follow(call: str, data: Any) -> str:
    """The code of what is wrong after the advice was taken; empty if nothing is."""
    lines = call.split("\n")
    place = {**{name: getattr(ll, name) for name in ll.__all__}, "as_sample": as_sample, "pd": pd, "data": data}
    try:
        exec("\n".join(lines[:-1]), place)  # noqa: S102 - the advice is the thing under test
        eval(lines[-1], place)  # noqa: S307
    except LeadLagError as error:
        return error.code
    return ""


BREAKING = [hazard for kind in ("LL3", "LL4") for hazard in hazards(kind)]
ADVISED = {"infinity", "mixed_offsets", "aware_and_naive", "day_first_dates", "quarters_or_months", "irregular_times"}


@pytest.mark.parametrize("hazard", BREAKING, ids=lambda hazard: hazard.name)
def test_the_call_in_an_error_settles_it(hazard: Hazard) -> None:
    frame = hazard.build()
    with pytest.raises(LeadLagError) as caught:
        as_sample(frame, **hazard.options)
    error = caught.value
    found = error.violations if isinstance(error, DataContractError) else (error.first,)
    assert (hazard.name in ADVISED) <= any(item.call for item in found)
    for item in found:
        assert not item.call or follow(item.call, frame) != item.code, item.call


def test_the_call_repeats_what_the_caller_said_and_reads_the_table_first() -> None:
    frame = good_frame().rename(columns={"date": "tag"})
    frame["tag"] = [f"{day[8:10]}.{day[5:7]}.{day[:4]}" for day in frame["tag"].astype(str)]
    error = error_of(frame, time="tag", max_lag=6)
    assert error.first.call == (
        "rank_leads(from_wide(data, time='tag', date_format='%d.%m.%Y'), kpi='sales', evidence=False, n_draws=99, max_lag=6)"
    )
    assert follow(error.first.call, frame) == ""
    assert error.first.call in str(error)


def test_one_call_says_what_the_dates_of_every_table_name() -> None:
    sundays, fridays = (
        good_frame().rename(columns={name: f"{name}{day}" for name in ("sales", "visits", "ads")}).assign(
            date=lambda table, day=day: pd.to_datetime(table["date"]) + pd.Timedelta(days=day)
        )
        for day in (6, 4)
    )  # fmt: skip
    data = [sundays.rename(columns={"sales6": "sales"}), fridays]
    error = error_of(data)
    assert error.first.call == (
        "rank_leads(from_wide(data, dates_at={'data[0]': 'end', 'data[1]': 'end'}), kpi='sales', evidence=False, n_draws=99)"
    )
    assert follow(error.first.call, data) == ""


def test_reading_options_are_those_of_from_wide() -> None:
    call = Call.of(from_wide, {})
    assert call.takes[1:] == READING
    assert call.with_fix(Fix.of(leads=["x"])) == ""
