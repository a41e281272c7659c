"""A lead that acts at the last lag has a closed set, one that acts later an open one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import leadlag as ll
from leadlag.methods.delay.numbers.edge import longer_search

LAST = 8


def weeks(delay: int, *, persistence: float = 0.0, seed: int = 0) -> pd.DataFrame:
    rng, n = np.random.default_rng(seed), 220
    visits = rng.normal(size=n)
    for row in range(1, n):
        visits[row] += persistence * visits[row - 1]
    sales = 1.5 * np.r_[np.zeros(delay), visits[:-delay]] + rng.normal(size=n)
    data = {"sales": sales[20:], "visits": visits[20:]}
    return pd.DataFrame(data, index=pd.date_range("2020-01-06", periods=n - 20, freq="7D"))


def axes() -> Axes:
    return Figure().subplots()


def legend(drawn: Axes) -> list[str]:
    return [each.get_text() for each in drawn.get_legend().get_texts()]


#: White noise that acts two lags too late is hardly found.
CASES = [(delay, persistence) for delay in (3, LAST - 1, LAST, LAST + 1) for persistence in (0.0, 0.7)] + [(LAST + 2, 0.7)]


@pytest.mark.parametrize(("delay", "persistence"), CASES)
def test_a_set_is_open_where_the_lead_acts_later_than_was_searched(delay: int, persistence: float) -> None:
    longer = 12 if delay > LAST else 0
    found = ll.delay_set(weeks(delay, persistence=persistence), kpi="sales", lead="visits", max_lag=LAST, n_draws=499).delay
    assert (found.longer, found.is_open) == (longer, longer > 0)
    assert found.high == min(delay, LAST) or persistence
    if longer:
        assert LAST in found.lags
        again = ll.delay_set(weeks(delay, persistence=persistence), kpi="sales", lead="visits", max_lag=longer, n_draws=499)
        assert (again.delay.peak, again.delay.is_open) == (delay, False)


def test_an_open_set_says_so_everywhere_and_is_not_sharp() -> None:
    ranking = ll.rank_leads(weeks(LAST + 1), kpi="sales", max_lag=LAST, n_draws=499)
    one = ranking["visits"]
    assert {each.code: each.status for each in one.decision.checks}["delay_set"] == "review"
    assert one.decision.grade in ("moderate", "weak")
    text = " ".join(one.explain().split())
    assert "8 weeks or more" in text
    assert text.startswith("visits leads sales by 8 weeks or more (90 % set: 8 weeks or more)")
    assert "The effect peaks after 8 weeks (56 days) or more; no mean delay: the lead may act later" in text
    assert "It may act later than the longest lag searched: look again with max_lag=12." in text
    assert "8 weeks or more left to act" in text
    assert ranking.summary().startswith("visits leads sales by 8 weeks or more.")
    assert "8 [8+]" in ranking.summary()
    assert "+: may act later than was searched, ask again with max_lag=12: visits" in " ".join(ranking.summary().split())
    assert ranking.to_frame().loc[0, ["delay", "delay_high"]].tolist() == [8, 8]  # columns of the contract are numbers


def test_an_open_set_asked_by_name_says_so_in_its_texts_and_its_picture() -> None:
    found = ll.delay_set(weeks(LAST + 1), kpi="sales", lead="visits", max_lag=LAST, n_draws=499)
    assert "By 8 weeks (56 days) or more." in found.summary()
    for text in (found.summary(), found.explain()):
        assert "look again with max_lag=12" in " ".join(text.split())
    assert found.delay.mean_missing == "open"
    assert found.to_dict()["delay"]["longer"] == 12
    assert "in the 90 % set, or later" in legend(found.plot(ax=axes()))
    closed = ll.delay_set(weeks(LAST), kpi="sales", lead="visits", max_lag=LAST, n_draws=499)
    assert "or more" not in closed.summary()
    assert "in the 90 % set" in legend(closed.plot(ax=axes()))


def test_pictures_of_a_ranking_show_an_open_end() -> None:
    for delay, said in ((LAST + 1, True), (LAST, False)):
        ranking = ll.rank_leads(weeks(delay), kpi="sales", max_lag=LAST, n_draws=499, evidence=False)
        assert ("arrow: or later" in ranking.plot(ax=axes(), kind="heatmap").get_xlabel()) is said
        assert ("delay set, 90 %, or later" in legend(ranking["visits"].plot(ax=axes(), kind="profile"))) is said


@pytest.mark.parametrize("max_lag", [6, LAST, 12])
def test_the_end_of_lags_that_the_user_chose_is_no_edge(max_lag: int) -> None:
    chosen = {"visits": (2, 6)}
    one = ll.rank_leads(weeks(7, persistence=0.7), kpi="sales", max_lag=max_lag, delays=chosen, n_draws=499, evidence=False)[
        "visits"
    ]
    assert one.delay is not None
    assert (one.delay.peak, one.delay.is_open) == (6, False)


def test_a_faster_lead_is_asked_beyond_its_own_lags() -> None:
    rng, n = np.random.default_rng(1), 120
    days = pd.DataFrame({"visits": rng.normal(size=n * 7)}, index=pd.date_range("2020-01-06", periods=n * 7, freq="D"))
    weekly = days["visits"].rolling(7).sum()[6::7].to_numpy()
    for delay, longer in ((2, 0), (4, 7)):
        sales = np.r_[np.zeros(delay), weekly[:-delay]] + rng.normal(size=n)
        table = pd.DataFrame({"sales": sales}, index=pd.date_range("2020-01-06", periods=n, freq="7D"))
        assert ll.delay_set([table, days], kpi="sales", lead="visits", max_lag=3, n_draws=199).delay.longer == longer


def test_the_search_to_try_is_longer_than_what_was_asked() -> None:
    assert [longer_search(last) for last in (1, 3, 12, 40)] == [5, 7, 18, 60]
