"""Cross-correlations by matrix products: their definition, and the variance that unrelated series have."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import toeplitz
from scipy.signal import lfilter

from leadlag.methods.correlation.numbers.allpairs import REASONS, pairs
from leadlag.methods.correlation.numbers.arfilter import ar_filter, implied, most_order
from leadlag.methods.correlation.numbers.crosscorr import Plan, block, lag_correlation, without

RAW, WHITE = Plan(max_lag=6, prewhiten=False), Plan(max_lag=6, prewhiten=True)


def walks(rng: np.random.Generator, n: int, count: int, phi: float) -> np.ndarray:
    return lfilter([1.0], [1.0, -phi], rng.normal(size=(n + 100, count)), axis=0)[100:]


def by_hand(y: np.ndarray, x: np.ndarray, max_lag: int) -> np.ndarray:
    """The definition with gaps: products of what is there, divided as R's na.pass does."""
    both = np.isfinite(y) & np.isfinite(x)
    n = both.sum()
    y, x = (np.where(both, v - v[both].mean(), np.nan) for v in (y, x))
    found = []
    for lag in range(-max_lag, max_lag + 1):
        products = [y[t + lag] * x[t] for t in range(len(x)) if 0 <= t + lag < len(y)]
        there = np.array([each for each in products if np.isfinite(each)])
        found.append(there.sum() / (len(there) + abs(lag)))
    return np.array(found) / np.sqrt(np.nansum(y**2) / n * np.nansum(x**2) / n)


class TestFilter:
    def test_the_order_of_a_long_autoregression_is_found(self) -> None:
        x = lfilter([1.0], [1.0, -0.5, 0.0, 0.4], np.random.default_rng(0).normal(size=2000))
        assert ar_filter(x, most=12)[:3] == pytest.approx([0.5, 0.0, -0.4], abs=0.06)

    def test_white_noise_mostly_needs_no_filter(self) -> None:
        rng = np.random.default_rng(1)
        orders = [len(ar_filter(rng.normal(size=156), most=most_order(156))) for _ in range(60)]
        assert np.mean(np.array(orders) == 0) > 0.6

    def test_no_lag_reaches_over_a_gap(self) -> None:
        x = walks(np.random.default_rng(2), 120, 1, 0.6)[:, 0]
        gap = x.copy()
        gap[60] = np.nan
        rows = [t for t in range(2, 120) if t not in (60, 61, 62)]
        X = np.column_stack([np.ones(len(rows)), x[np.array(rows) - 1], x[np.array(rows) - 2]])
        assert ar_filter(gap, order=2) == pytest.approx(np.linalg.lstsq(X, x[rows], rcond=None)[0][1:], rel=1e-10)

    def test_too_few_periods_give_no_filter(self) -> None:
        assert np.isnan(ar_filter(np.arange(20.0) % 3, order=5)).all()

    @pytest.mark.parametrize("phi", [[0.6], [0.5, 0.3], [-0.7], []])
    def test_implied_autocorrelations_are_those_of_the_process(self, phi: list[float]) -> None:
        found = implied(np.array(phi), 40, mean_removed=False)
        psi = lfilter([1.0], np.r_[1.0, -np.array(phi)], np.eye(1, 3000)[0])
        exact = np.array([psi[: 3000 - j] @ psi[j:] for j in range(40)])
        assert found == pytest.approx(exact / exact[0], abs=1e-10)

    def test_the_mean_of_the_sample_takes_its_part(self) -> None:
        covariance = toeplitz(0.8 ** np.arange(30))
        centring = np.eye(30) - 1 / 30
        about_mean = centring @ covariance @ centring
        exact = np.array([np.trace(about_mean, j) / (30 - j) for j in range(30)])
        assert implied(np.array([0.8]), 30) == pytest.approx(exact / exact[0], abs=1e-10)


class TestBlock:
    @pytest.mark.parametrize("share_missing", [0.0, 0.15])
    def test_correlations_are_those_of_the_definition(self, share_missing: float) -> None:
        rng = np.random.default_rng(3)
        y, x = walks(rng, 90, 2, 0.5).T.copy()
        y[rng.random(90) < share_missing] = np.nan
        both = np.isfinite(y)
        found = block(without(y[:, None], None), without(np.where(both, x, np.nan)[:, None], None), RAW)
        assert found.correlation[:, 0, 0] == pytest.approx(by_hand(y, x, 6), abs=1e-12)

    @pytest.mark.parametrize("plan", [RAW, WHITE])
    def test_a_pair_in_a_block_is_the_pair_alone(self, plan: Plan) -> None:
        rng = np.random.default_rng(4)
        Y, X = walks(rng, 130, 4, 0.7), walks(rng, 130, 5, 0.8)
        together = pairs(Y, X, None, plan)
        alone = pairs(Y[:, [2]], X[:, [3]], None, plan)
        assert together.correlation[:, 2, 3] == pytest.approx(alone.correlation[:, 0, 0], abs=1e-12)
        assert together.bse[:, 2, 3] == pytest.approx(alone.bse[:, 0, 0], abs=1e-12)

    def test_the_variance_of_raw_correlations_is_bartletts(self) -> None:
        rng = np.random.default_rng(5)
        n = 4000
        y, x = (walks(rng, n, 1, 0.8) for _ in range(2))
        found = block(without(y, None), without(x, None), RAW)
        exact = (1 + 0.8**2) / (1 - 0.8**2) / n  # sum over j of 0.8^|2j|
        assert found.bse[:, 0, 0] ** 2 == pytest.approx(np.full(13, exact), rel=0.2)

    def test_bands_hold_where_both_are_turbulent_at_once(self) -> None:
        """Volatility that the two share: a band of 1/sqrt(n) is exceeded several times too often at lag 0."""
        rng = np.random.default_rng(6)
        outside, naive = [], []
        for _ in range(300):
            loud = np.where(rng.random(156) < 0.1, 4.0, 1.0)[:, None]
            y, x = (loud * rng.normal(size=(156, 1)) for _ in range(2))
            found = block(without(y, None), without(x, None), Plan(max_lag=1, prewhiten=False))
            outside.append(abs(found.correlation[1, 0, 0]) > 1.96 * found.bse[1, 0, 0])
            naive.append(abs(found.correlation[1, 0, 0]) > 1.96 / np.sqrt(156))
        assert np.mean(outside) < 0.09
        assert np.mean(naive) > 0.2

    @pytest.mark.parametrize("plan", [RAW, WHITE])
    def test_five_percent_of_unrelated_persistent_series_lie_outside(self, plan: Plan) -> None:
        rng = np.random.default_rng(7)
        found = pairs(walks(rng, 156, 25, 0.9), walks(rng, 156, 25, 0.9), None, plan)
        assert 0.03 < np.mean(np.abs(found.correlation) > 1.96 * found.bse) < 0.07

    @pytest.mark.parametrize("share_missing", [0.0, 0.1])
    def test_five_percent_of_unrelated_series_of_opposite_sign_lie_outside(self, share_missing: float) -> None:
        """One swings smoothly, the other to and fro: the sum in Bartlett's formula takes most of its first term away."""
        rng = np.random.default_rng(12)
        Y, X = walks(rng, 80, 25, 0.7), walks(rng, 80, 25, -0.7)
        X[rng.random(80) < share_missing] = np.nan
        found = pairs(Y, X, None, RAW)
        assert 0.03 < np.mean(np.abs(found.correlation) > 1.96 * found.bse) < 0.07

    def test_what_a_filter_too_short_leaves_widens_the_band(self) -> None:
        rng = np.random.default_rng(8)
        y, x = (lfilter([1.0], np.poly([0.9, 0.8]), rng.normal(size=(400, 1)), axis=0) for _ in range(2))
        short, enough = (block(without(y, None), without(x, None), Plan(max_lag=6, prewhiten=True, order=p)) for p in (1, 2))
        assert short.bse.mean() > 1.3 * enough.bse.mean()

    def test_neighbouring_lags_correlate_as_bartlett_says(self) -> None:
        rng = np.random.default_rng(9)
        y, x = (without(walks(rng, 5000, 1, phi), None)[:, 0] for phi in (0.6, 0.0))
        assert lag_correlation(y, x, np.empty(0), 2)[0, 1:3] == pytest.approx([0.6, 0.36], abs=0.06)


class TestReasons:
    def test_a_pair_without_numbers_has_its_reason_and_stops_no_other(self) -> None:
        rng = np.random.default_rng(10)
        n = 80
        y, control = rng.normal(size=(2, n))
        late = np.where(np.arange(n) < 75, np.nan, 1.0) * rng.normal(size=n)
        leads = np.column_stack([rng.normal(size=n), np.full(n, np.nan), np.ones(n), late, -2 * y + 7, 3 * control - 1])
        found = pairs(np.column_stack([y, np.ones(n)]), leads, control[:, None], RAW)
        assert [REASONS[code] for code in found.reason[0]] == ["", "LL201", "LL203", "LL204", "LL205", "LL207"]
        assert REASONS[found.reason[1, 0]] == "LL313"
        assert np.isfinite(found.correlation[:, 0, 0]).all()
        assert np.isnan(found.correlation[:, found.reason > 0]).all()

    def test_a_lead_that_its_own_past_predicts_exactly_leaves_nothing(self) -> None:
        rng = np.random.default_rng(11)
        found = pairs(rng.normal(size=(90, 1)), np.sin(np.arange(90.0))[:, None], None, Plan(max_lag=4, prewhiten=True, order=2))
        assert REASONS[found.reason[0, 0]] == "LL203"
