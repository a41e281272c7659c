"""A season that is there is found, one that is not is found as often as said, and no series tells on another."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from leadlag.core.series.cycles import candidate_cycles, candidate_month_ends, month_ends, season_grows, selected_cycles
from leadlag.core.series.season import harmonics

WEEKS = 365.25 / 7.0


@pytest.mark.parametrize(("n", "period", "n_pairs", "whole"), [
    (60, 12.0, 6, True), (30, 12.0, 3, False), (20, 12.0, None, False), (156, WEEKS, 11, False), (260, WEEKS, 26, False),
    (40, 4.0, 2, True), (90, 7.0, 3, True), (200, 24.0, 12, True),
])  # fmt: skip
def test_how_many_cycles_a_sample_allows(n: int, period: float, n_pairs: int | None, whole: bool) -> None:
    asked = candidate_cycles(n, period=period)
    if n_pairs is None:
        assert asked is None
    else:
        assert asked is not None
        assert (len(asked.pairs), asked.whole) == (n_pairs, whole)


def test_the_cycles_of_a_season_are_its_harmonics() -> None:
    asked = candidate_cycles(60, period=12.0)
    assert asked is not None
    np.testing.assert_allclose(asked.columns(6), harmonics(60, period=12.0, count=6))


def test_a_season_is_found_where_it_is_and_rarely_where_it_is_not() -> None:
    rng = np.random.default_rng(0)
    noise = rng.normal(size=(120, 400))
    asked = candidate_cycles(120, period=12.0)
    assert asked is not None
    with_season = noise[:, :50] + 1.5 * harmonics(120, period=12.0, count=1)[:, :1]
    assert (selected_cycles(with_season, asked).n_kept == 6).all()
    assert (selected_cycles(noise, asked).n_kept > 0).mean() < 0.10


def test_what_is_found_in_a_series_does_not_depend_on_its_company() -> None:
    rng = np.random.default_rng(1)
    X = rng.normal(size=(156, 6)) + harmonics(156, period=WEEKS, count=2) @ rng.normal(size=(4, 6))
    X[5:40, 2] = np.nan
    asked = candidate_cycles(156, period=WEEKS)
    assert asked is not None
    together = selected_cycles(X, asked)
    alone = [selected_cycles(X[:, [j]], asked) for j in range(6)]
    np.testing.assert_array_equal(together.n_kept, [item.n_kept[0] for item in alone])
    np.testing.assert_allclose(together.pvalues, [item.pvalues[0] for item in alone], rtol=1e-6)


def test_month_ends_are_the_weeks_before_and_after_a_new_month() -> None:
    days = np.array(["2021-01-18", "2021-01-25", "2021-02-01", "2021-02-08"], dtype="datetime64[D]")
    np.testing.assert_array_equal(month_ends(days), [[0, 0], [1, 0], [0, 1], [0, 0]])
    assert candidate_month_ends(days) is None


def test_a_season_that_grows_is_told_from_one_that_stands() -> None:
    rng = np.random.default_rng(20)
    n = 96
    columns = harmonics(n, period=12, count=6)
    pattern = columns @ rng.normal(size=columns.shape[1])
    grown = pattern / pattern.std() * np.linspace(1.0, 3.0, n)
    X = signal.lfilter([1.0], [1.0, -0.5], rng.normal(size=(n + 100, 400)), axis=0)[100:] + pattern[:, None]
    assert season_grows(X, columns, n_seasons=8.0).mean() < 0.05 + 4 * np.sqrt(0.05 * 0.95 / 400)
    assert season_grows(X[:, :100] + 1.5 * grown[:, None], columns, n_seasons=8.0).mean() > 0.9
    assert not season_grows(X[:80], columns[:80], n_seasons=80 / 12).any()  # too few rows for eleven columns more
