"""Leads whose delay moves: found at the end of the search, with how it moves, and nothing else."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from leadlag import rank_leads
from leadlag.core.search.columns import raw_columns
from leadlag.core.search.drifting import Drift, aligned, drifting_columns
from leadlag.core.search.shapes import Shape
from leadlag.ranking.result import LeadRanking
from tests.core.search.test_scan import problem

N = 240


def table(rng: int, *, n: int = N, moves: int = 2, effect: float = 0.5) -> pd.DataFrame:
    """Sales that follow visits after a delay of 5 in the middle, shorter before and longer after; nothing else leads."""
    draw = np.random.default_rng(rng)
    series = draw.standard_normal((n, 6))
    delays = 5 + moves * (np.minimum(np.arange(n) * 3 // n, 2) - 1)
    rows = np.arange(n) - delays
    sales = effect * np.where(rows >= 0, series[np.maximum(rows, 0), 0], 0.0) + draw.standard_normal(n)
    names = ["visits", "calls", "posts", "mails", "fairs", "price"]
    days = pd.date_range("2019-01-07", periods=n, freq="7D")
    return pd.DataFrame({"week": days, "sales": sales} | dict(zip(names, series.T, strict=True)))


def ranked(data: pd.DataFrame, **options: object) -> LeadRanking:
    return rank_leads(data, kpi="sales", evidence=False, n_draws=499, **options)  # type: ignore[arg-type]


def moving(ranking: LeadRanking) -> dict[str, str]:
    """What is said of delays that move, by lead."""
    return {item.evidence.lead: text for item in ranking.decisions for code, text in item.evidence.notes if code == "LL155"}


@pytest.mark.parametrize("moves", [2, -2, 1])
def test_a_lead_whose_delay_moves_is_found_with_how_it_moves(moves: int) -> None:
    said = [ranked(table(rng, moves=moves)) for rng in range(5)]
    named = [ranking for ranking in said if ranking["visits"].verdict == "lead"]
    assert len(named) >= 4
    told = [moving(ranking)["visits"] for ranking in named if "visits" in moving(ranking)]
    words = f"{5 - moves} weeks in the first third of the rows, 5 in the second, {5 + moves} in the last"
    assert len(told) >= 3
    assert sum(words in text for text in told) > len(told) / 2
    assert all(ranking["visits"].delay.peak == 5 for ranking in named if words in moving(ranking).get("visits", ""))


def test_a_delay_that_stays_is_not_said_to_move() -> None:
    assert not any(moving(ranked(table(rng, moves=0))) for rng in range(5))


def test_what_does_not_lead_has_no_delay_that_moves() -> None:
    assert not any(moving(ranked(table(rng, effect=0.0))) for rng in range(8))


def test_it_is_not_asked_of_few_rows_nor_of_what_is_expected() -> None:
    assert "visits" in moving(ranked(table(1)))
    assert not moving(ranked(table(1, n=88, effect=0.9)))
    assert "visits" not in moving(ranked(table(1), delays={"visits": (2, 8)}))


def test_a_lead_moved_in_time_has_the_column_of_its_path() -> None:
    given = problem(n=90, lags=8)
    for step in (-2, 1):
        drift = Drift(lag=4, step=step, log_pvalue=-9.0)
        path = drifting_columns(given, 1, [(drift.lag, step)])[:, 0]
        moved = raw_columns(aligned(given, 1, drift), [1], [Shape("point")])[:, 0, 0, drift.lag - 1]
        assert_allclose(moved[12:], path[12:])
