"""What each lead saves, on arrays: the errors by hand, and why there are no numbers."""

from __future__ import annotations

import numpy as np
import pytest

from leadlag.core.forecasts.origins import RollingForecasts
from leadlag.methods.gain.numbers.gains import PairGain, pair_gains, saved_so_far, selected_columns

N, H, M = 30, 2, 3


def walk() -> RollingForecasts:
    """Thirty origins, one and six periods ahead; the second lead is published too late for the longer horizon."""
    rng = np.random.default_rng(0)
    actual, own, naive, added = (rng.normal(size=shape) for shape in [(N, H)] * 3 + [(N, H, M)])
    column = np.zeros((N, H, M), dtype=np.intp)
    column[0, 0, 0], column[:, 1, 1] = 1, -1
    added[:25, 0, 2] = np.nan
    return RollingForecasts(
        origins=np.arange(40, 40 + N), horizons=(1, 6), actual=actual, own=own, naive=naive, seasonal=np.full((N, H), np.nan),
        added=added, column=column, kpi_delay=0, lead_delays=np.array([0, 3, 0]), max_lag=8,
    )  # fmt: skip


def gains(forecasts: RollingForecasts, *, tested: tuple[bool, ...] = (True,) * M) -> list[list[PairGain]]:
    return pair_gains(forecasts, tested=np.array(tested), rng=np.random.default_rng(1))


def test_the_errors_are_those_by_hand() -> None:
    forecasts = walk()
    found = gains(forecasts)[0][0]
    without, beside = (
        forecasts.actual[:, 0] - forecasts.own[:, 0],
        forecasts.actual[:, 0] - forecasts.own[:, 0] - forecasts.added[:, 0, 0],
    )
    last = np.sqrt(np.mean((forecasts.actual[:, 0] - forecasts.naive[:, 0]) ** 2))
    assert found.n_origins == N
    assert found.rmse_saved == pytest.approx(1.0 - np.sqrt(np.mean(beside**2) / np.mean(without**2)))
    assert found.mae_saved == pytest.approx(1.0 - np.mean(np.abs(beside)) / np.mean(np.abs(without)))
    assert found.skill_naive == pytest.approx(1.0 - np.sqrt(np.mean(beside**2)) / last)
    assert np.isnan(found.skill_seasonal)
    assert found.lag == 1.0


def test_why_there_are_no_numbers_is_a_code() -> None:
    found = gains(walk(), tested=(False, True, True))
    assert [one.missing for one in found[0]] == ["untested", "untested"]
    assert [one.missing for one in found[1]] == ["", "no lag"]
    assert (found[2][0].missing, found[2][0].n_origins, found[2][0].fewest) == ("few origins", 5, 8)


def test_a_pair_does_not_depend_on_the_others() -> None:
    both, one = gains(walk()), gains(walk().of([1]))
    assert str([row[1] for row in both]) == str([row[0] for row in one])


def test_the_column_that_was_chosen_has_a_lag_and_a_shape() -> None:
    lag, shape = selected_columns(walk())
    assert (lag[0, 0, 0], lag[1, 0, 0], lag[0, 0, 1], lag[0, 1, 0]) == (2.0, 1.0, 4.0, 6.0)
    assert np.isnan(lag[:, 1, 1]).all()
    assert (shape[:, 1, 1] == -1).all()
    assert (shape[:, :, 0] == 0).all()


def test_what_is_saved_in_the_end_is_what_is_saved() -> None:
    forecasts = walk()
    rmse, mae = saved_so_far(forecasts.actual[:, 0], forecasts.own[:, 0], forecasts.own[:, 0] + forecasts.added[:, 0, 0])
    found = gains(forecasts)[0][0]
    assert (rmse[-1], mae[-1]) == pytest.approx((found.rmse_saved, found.mae_saved))
