"""Tests of leadlag.prepare.edges: columns that end before the others."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from leadlag.catalogue import Metric
from leadlag.prepare.edges import edges_told
from leadlag.sample import Note, Sample, from_wide

N = 60


def table(**late: int) -> Sample:
    """Columns of noise, each with so many periods missing at its end."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({name: rng.normal(size=N) for name in late})
    for name, count in late.items():
        frame.loc[N - count :, name] = np.nan
    frame.insert(0, "month", pd.period_range("2020-01", periods=N, freq="M").astype(str))
    return from_wide(frame)


def told(sample: Sample, *, max_lag: int = 12, metrics: Mapping[str, Metric] | None = None) -> list[Note]:
    found = edges_told(sample, sample.names, max_lag=max_lag, metrics=metrics or {})
    return [note for note in found.notes if note.code in ("LL151", "LL152")]


def test_what_ends_early_is_named_with_what_declares_it():
    (note,) = told(table(kpi=2, visits=0, demos=0, survey=3))
    assert note.code == "LL151"
    assert note.call == "catalogue=[Metric('survey', available_after=3), Metric('kpi', available_after=2)]"
    assert "survey by 3 months and kpi by 2 months" in note.text


def test_what_was_declared_is_not_named_again():
    known = {"survey": Metric("survey", available_after=3)}
    assert told(table(kpi=0, visits=0, survey=3), metrics=known) == []


def test_of_a_delay_declared_too_short_the_whole_is_named():
    (note,) = told(table(kpi=0, visits=0, survey=3), metrics={"survey": Metric("survey", available_after=1)})
    assert note.call == "catalogue=[Metric('survey', available_after=3)]"


def test_a_delay_that_the_table_does_not_show_makes_no_other_late():
    assert told(table(kpi=0, visits=0, survey=0), metrics={"survey": Metric("survey", available_after=3)}) == []


def test_one_column_that_goes_on_makes_no_others_late():
    assert told(table(kpi=2, visits=2, demos=2, starts=0)) == []


def test_a_lead_that_ended_further_back_than_the_longest_lag_cannot_be_used_now():
    (note,) = told(table(kpi=0, visits=0, dead=13))
    assert (note.code, note.column, note.text) == ("LL152", "dead", "dead cannot be used now: its last value is of 2023-11")
    assert [note.code for note in told(table(kpi=0, visits=0, dead=12))] == ["LL151"]


def test_a_gap_at_the_end_is_no_delay_where_such_gaps_are_inside():
    rng = np.random.default_rng(0)
    named = 0
    for _ in range(400):
        frame = pd.DataFrame(np.where(rng.random((N, 6)) < 0.15, np.nan, rng.normal(size=(N, 6))), columns=list("kabcde"))
        named += bool(told(from_wide(frame)))
    assert named <= 4


def test_weeks_that_began_before_the_month_ended_are_not_late():
    months = pd.DataFrame({"month": pd.period_range("2020-01", periods=36, freq="M").astype(str), "kpi": np.arange(36.0) % 5})
    weeks = pd.DataFrame({"week": pd.date_range("2019-12-30", periods=150, freq="W-MON"), "visits": np.arange(150.0) % 7})
    assert told(from_wide([months, weeks]).around("kpi")) == []


def test_the_table_is_not_changed():
    sample = table(kpi=0, visits=0, survey=3)
    values = sample.values.copy()
    edges_told(sample, sample.names, max_lag=6, metrics={})
    assert np.array_equal(sample.values, values, equal_nan=True)
    whole = table(kpi=0, visits=0)
    assert edges_told(whole, whole.names, max_lag=6, metrics={}) is whole
