"""A KPI that is an average, and candidates that are averages as it is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.signal import lfilter

import leadlag as ll
from leadlag.core.series.averages import averaged_over, moving_average_widths

N = 120


def flows(*, first: int = 0, width: int = 12) -> pd.DataFrame:
    """Months of a KPI that answers to demos two months later, and of two others, with the history that averages need."""
    steps = np.random.default_rng(first).normal(size=(N + width, 4))
    demos, visits, calls = steps[:, :3].T
    kpi = 0.9 * np.r_[0.0, 0.0, demos[:-2]] + steps[:, 3]
    return pd.DataFrame({"kpi": kpi, "demos": demos, "visits": visits, "calls": calls})


def averages(data: pd.DataFrame, width: int) -> pd.DataFrame:
    """The same as averages over some periods, by month."""
    rolled = data.rolling(width).mean().iloc[width:].reset_index(drop=True)
    return rolled.set_axis(pd.period_range("2014-01", periods=len(rolled), freq="M"))


def year_on_year(data: pd.DataFrame) -> pd.DataFrame:
    """Changes in per cent on the year before of levels that grow by the flows."""
    levels = np.exp(0.02 * data.cumsum())
    shown = (100 * (levels / levels.shift(12) - 1)).iloc[12:].reset_index(drop=True)
    return shown.set_axis(pd.period_range("2014-01", periods=len(shown), freq="M"))


def reasons(found: ll.LeadRanking) -> dict[str, str]:
    frame = found.to_frame().set_index("lead")
    return frame.loc[frame["verdict"] == "untestable", "reason"].to_dict()


@pytest.mark.parametrize("shown", [lambda data: averages(data, 12), year_on_year], ids=["average", "year on year"])
def test_averages_are_not_ranked_beside_an_averaged_kpi_and_both_are_undone_on_request(shown) -> None:
    table = shown(flows())
    as_reported = ll.rank_leads(table, kpi="kpi", max_lag=6)
    assert set(reasons(as_reported)) == {"demos", "visits", "calls"}
    assert "undo='rolling' undoes both" in " ".join(as_reported.summary().split())
    undone = ll.rank_leads(table, kpi="kpi", max_lag=6, undo="rolling")
    frame = undone.to_frame()
    assert frame.loc[frame["verdict"] == "lead", ["lead", "delay"]].to_numpy().tolist() == [["demos", 2]]


def test_a_lead_of_single_periods_stays_beside_an_averaged_kpi() -> None:
    data = flows()
    table = averages(data, 4).assign(demos=data["demos"].iloc[4:].to_numpy()[: len(averages(data, 4))])
    assert set(reasons(ll.rank_leads(table, kpi="kpi", max_lag=6))) == {"visits", "calls"}


def test_averages_over_another_width_are_not_ranked_beside_an_averaged_kpi() -> None:
    data = flows()
    table = averages(data, 12).assign(visits=averages(data, 4)["visits"].iloc[-N:].to_numpy()[: len(averages(data, 12))])
    assert "one over 4" in reasons(ll.rank_leads(table, kpi="kpi", max_lag=6, undo="rolling"))["visits"]


def test_beside_a_kpi_that_is_none_an_average_is_a_candidate_like_others() -> None:
    data = flows()
    table = averages(data, 4).assign(kpi=data["kpi"].iloc[4:].to_numpy())
    assert not reasons(ll.rank_leads(table, kpi="kpi", max_lag=6))


def test_series_that_are_no_averages_are_hardly_ever_taken_for_ones() -> None:
    steps = np.random.default_rng(5).normal(size=(N + 50, 250))
    season = 3 * np.sin(2 * np.pi * np.arange(N) / 12)[:, None]
    momentum = [lfilter([1.0], [1.0, -phi], steps, axis=0)[50:] for phi in (0.0, 0.5, 0.9)]
    for X in (*momentum, steps.cumsum(axis=0)[50:], momentum[1] + season):
        frequencies = [cycle / 12 for cycle in range(1, 7)]
        assert averaged_over(X, 12, frequencies=frequencies).mean() <= 0.01
        assert (moving_average_widths(X, frequencies=frequencies) > 0).mean() <= 0.01


def test_a_likely_width_needs_less_evidence() -> None:
    X = np.column_stack([averages(flows(first=first), 12).iloc[:62].to_numpy() for first in range(20)])
    likely, alone = averaged_over(X, 12), moving_average_widths(X) == 12
    assert likely.mean() > 0.9 > alone.mean()
    assert likely[alone].all()
