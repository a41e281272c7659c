"""Local projections equal least squares by hand, do not depend on units, and find the response of a known process."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
import statsmodels.tsa.api as tsa
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import lfilter

from leadlag.core.time.lags import lag_matrix
from leadlag.errors import UsageError
from leadlag.methods.projection.numbers.projection import projection

#: Against other implementations of the same least squares.
SAME = 1e-9
#: The same in other units, and after a shift by 1e8 (which itself costs eight digits of the data).
OTHER_UNITS, SHIFTED = 1e-9, 1e-5

needs_local_projections = pytest.mark.skipif(
    not hasattr(tsa, "LocalProjections"), reason="statsmodels has LocalProjections from 0.15 on"
)


def pair(seed: int = 0, n: int = 160, *, effect: float = 0.5) -> tuple[np.ndarray, np.ndarray]:
    """KPI ``y = .6 y(-1) + effect x(-2) + e`` and its lead ``x = .7 x(-1) + v``."""
    v, e = np.random.default_rng(seed).normal(size=(2, n + 50))
    x = lfilter([1.0], [1.0, -0.7], v)
    y = lfilter([1.0], [1.0, -0.6], effect * lfilter([0.0, 0.0, 1.0], [1.0], x) + e)
    return y[50:], x[50:]


def by_hand(y: np.ndarray, x: np.ndarray, *, horizon: int, lags: list[int], own: list[int], beside: tuple = ()) -> tuple:
    """Later KPI and design of one horizon on its complete rows, the lead in the last column."""
    later = np.concatenate([y[horizon:], np.full(horizon, np.nan)])
    X = np.column_stack([np.ones(len(y)), *beside, lag_matrix(y, own), lag_matrix(x, lags), x])
    rows = np.isfinite(later) & np.isfinite(X).all(axis=1)
    return later[rows], X[rows], np.flatnonzero(rows)


class TestAgainstOthers:
    @needs_local_projections
    @pytest.mark.parametrize("trend", ["none", "linear"])
    def test_points_equal_statsmodels_at_every_horizon(self, trend: str) -> None:
        y, x = pair()
        found = projection(y, x, longest=8, lags=[1, 2], trend=trend)
        for horizon in range(9):  # its rows are those of its longest horizon
            theirs = tsa.LocalProjections(
                np.column_stack([x, y]), shock_idx=0, lags=3, horizons=horizon, trend={"none": "c", "linear": "ct"}[trend]
            ).fit()
            assert found.uncorrected[horizon] == pytest.approx(theirs.irfs[horizon, 1, 0], rel=SAME)
            assert found.nobs[horizon] == theirs.nobs

    @pytest.mark.parametrize("cov_type", ["HC0", "HC1", "HC3"])
    def test_points_and_errors_equal_regressions_by_hand(self, cov_type: str) -> None:
        y, x = pair()
        z = np.random.default_rng(5).normal(size=y.size)
        found = projection(
            y,
            x,
            longest=5,
            lags=[1, 4],
            own_lags=[1, 2],
            augment=2,
            controls=z[:, None],
            cov_type=cov_type,
            bias_correction="none",
        )
        for horizon in range(6):
            later, X, _ = by_hand(y, x, horizon=horizon, lags=[1, 4, 5, 6], own=[1, 2, 3, 4], beside=(z,))
            theirs = sm.OLS(later, X).fit(cov_type=cov_type)
            assert found.response[horizon] == pytest.approx(theirs.params[-1], rel=SAME)
            assert np.sqrt(found.cov[horizon, horizon]) == pytest.approx(theirs.bse[-1], rel=SAME)
            assert found.nobs[horizon] == theirs.nobs

    def test_hac_errors_equal_statsmodels(self) -> None:
        y, x = pair()
        found = projection(y, x, longest=3, lags=[1], cov_type="HAC", bandwidth=4, bias_correction="none")
        for horizon in range(4):
            later, X, _ = by_hand(y, x, horizon=horizon, lags=[1, 2], own=[1, 2])
            theirs = sm.OLS(later, X).fit(cov_type="HAC", cov_kwds={"maxlags": 4})
            assert np.sqrt(found.cov[horizon, horizon]) == pytest.approx(theirs.bse[-1], rel=SAME)

    def test_horizons_covary_by_the_periods_they_share(self) -> None:
        y, x = pair()
        found = projection(y, x, longest=4, lags=[1], cov_type="HC0", bias_correction="none")
        moved = np.zeros((2, y.size))
        for place, horizon in enumerate((1, 4)):
            later, X, rows = by_hand(y, x, horizon=horizon, lags=[1, 2], own=[1, 2])
            resid = later - X @ np.linalg.lstsq(X, later, rcond=None)[0]
            moved[place, rows] = np.linalg.pinv(X)[-1] * resid
        assert found.cov[1, 4] == pytest.approx(moved[0] @ moved[1], rel=1e-8)

    def test_the_chosen_order_has_the_lowest_aic_of_a_vector_autoregression(self) -> None:
        y, x = pair(3, 240)
        orders = tsa.VAR(np.column_stack([y, x])).select_order(12)
        assert projection(y, x, longest=6).lags == tuple(range(1, orders.aic + 1))


class TestIdentities:
    def test_horizon_one_is_the_coefficient_of_lag_one_given_the_lags_before(self) -> None:
        y, x = pair()
        found = projection(y, x, longest=1, lags=[1, 2], own_lags=[1, 2], augment=0, bias_correction="none")
        X = np.column_stack([np.ones(y.size), lag_matrix(x, [1, 2, 3]), lag_matrix(y, [2, 3])])
        model = sm.OLS(y[3:], X[3:]).fit()
        assert found.response[1] == pytest.approx(model.params[1], rel=SAME)

    def test_without_a_bias_to_correct_the_first_response_stays(self) -> None:
        y, x = pair()
        found = projection(y, x, longest=6)
        assert found.response[0] == found.uncorrected[0]
        assert (found.response[1:] != found.uncorrected[1:]).all()

    def test_the_sd_of_surprises_is_the_residual_sd_of_the_lead(self) -> None:
        y, x = pair()
        found = projection(y, x, longest=2, lags=[1, 2])
        _, X, rows = by_hand(y, x, horizon=0, lags=[1, 2, 3], own=[1, 2, 3])
        assert found.surprise_sd == pytest.approx(np.sqrt(sm.OLS(X[:, -1], X[:, :-1]).fit().scale), rel=SAME)
        assert found.lead_sd == pytest.approx(np.std(x[rows], ddof=1), rel=SAME)

    @settings(max_examples=20, deadline=None)
    @given(st.integers(0, 10_000), st.floats(-9, 9), st.floats(-9, 9))
    def test_units_only_change_the_units(self, seed: int, kpi_digits: float, lead_digits: float) -> None:
        y, x = pair(seed, 80)
        kpi_unit, lead_unit = 10.0**kpi_digits, -(10.0**lead_digits)
        plain, other = projection(y, x, longest=4), projection(y * kpi_unit, x * lead_unit, longest=4)
        unit = kpi_unit / lead_unit
        np.testing.assert_allclose(other.response, plain.response * unit, rtol=OTHER_UNITS, atol=1e-12 * abs(unit))
        np.testing.assert_allclose(other.cov, plain.cov * unit**2, rtol=OTHER_UNITS, atol=1e-12 * unit**2)
        np.testing.assert_allclose(other.df, plain.df, rtol=OTHER_UNITS)
        assert other.lags == plain.lags

    @settings(max_examples=10, deadline=None)
    @given(st.integers(0, 10_000), st.sampled_from([1e8, -1e8]))
    def test_offsets_do_not_matter(self, seed: int, offset: float) -> None:
        y, x = pair(seed, 80)
        plain, other = projection(y, x, longest=4, lags=[1]), projection(y + offset, x - offset, longest=4, lags=[1])
        np.testing.assert_allclose(other.response, plain.response, rtol=SHIFTED, atol=1e-6)
        np.testing.assert_allclose(other.cov, plain.cov, rtol=SHIFTED, atol=1e-6)

    def test_neither_a_lag_nor_a_horizon_reaches_over_a_gap(self) -> None:
        y, x = pair()
        y[70], x[71] = np.nan, np.nan
        found = projection(y, x, longest=3, lags=[1, 2], augment=0, bias_correction="none")
        for horizon in range(4):
            later, X, rows = by_hand(y, x, horizon=horizon, lags=[1, 2], own=[1, 2])
            assert not {70 - horizon, 71, 72, 73} & set(rows)
            assert found.nobs[horizon] == len(rows) < y.size - 2 - horizon
            assert found.response[horizon] == pytest.approx(np.linalg.lstsq(X, later, rcond=None)[0][-1], rel=1e-8)

    def test_it_changes_nothing_that_it_is_given(self) -> None:
        y, x = pair()
        before = y.copy(), x.copy()
        projection(y, x, longest=4)
        np.testing.assert_array_equal((y, x), before)


class TestTruth:
    def test_the_response_of_a_known_process_is_found(self) -> None:
        y, x = pair(1, 20_000)
        pulse = np.zeros(9)
        pulse[2] = 0.5
        truth = lfilter([1.0], np.convolve([1.0, -0.7], [1.0, -0.6]), pulse)
        found = projection(y, x, longest=8, lags=[1, 2])
        assert np.abs(found.response - truth).max() < 0.07
        assert (np.abs(found.response - truth) < 4.0 * np.sqrt(np.diag(found.cov))).all()

    def test_the_correction_takes_most_of_the_bias_of_small_samples_away(self) -> None:
        pulse = np.zeros(9)
        pulse[2] = 0.5
        truth = lfilter([1.0], np.convolve([1.0, -0.7], [1.0, -0.6]), pulse)
        draws = [projection(*pair(seed, 60), longest=8, lags=[1, 2]) for seed in range(120)]
        bias = np.mean([draw.response for draw in draws], axis=0)[4:].sum() - truth[4:].sum()
        bias_before = np.mean([draw.uncorrected for draw in draws], axis=0)[4:].sum() - truth[4:].sum()
        assert bias_before < -0.3  # of 2.2
        assert abs(bias) < 0.5 * abs(bias_before)

    def test_errors_that_hang_together_leave_fewer_degrees_of_freedom(self) -> None:
        found = projection(*pair(2, 400), longest=8, lags=[1, 2])
        assert found.df[0] == pytest.approx(400 / 3, rel=0.25)  # 1 / kurtosis of the surprises
        assert found.df[8] < 0.8 * found.df[0]


class TestRefusals:
    def test_a_horizon_with_too_few_rows_is_refused_with_the_longest_that_has_enough(self) -> None:
        y, x = pair(n=60)
        with pytest.raises(UsageError, match=r"27 complete rows at horizon 31 .* longest horizon with enough is 30") as error:
            projection(y, x, longest=40, lags=[1])
        assert error.value.code == "LL204"
        assert projection(y, x, longest=30, lags=[1]).nobs[-1] == 28

    def test_the_chosen_order_leaves_rows_for_the_longest_horizon(self) -> None:
        y, x = pair(3, 80)
        assert max(projection(y, x, longest=4).lags) > max(projection(y, x, longest=45).lags) == 1

    @pytest.mark.parametrize(
        ("spoil", "code"),
        [
            (lambda y, x: (y, np.full_like(x, np.nan)), "LL201"),
            (lambda y, x: (y, np.full_like(x, 7.0)), "LL203"),
            (lambda y, x: (np.full_like(y, 7.0), x), "LL313"),
            (lambda y, x: (y, 3.0 - 2.0 * y), "LL205"),
            (lambda y, x: (y, np.sin(np.arange(y.size) * 0.3)), "LL207"),  # two lags of itself predict a sine
            (lambda y, x: (y, (np.arange(y.size) == 60).astype(float)), "LL204"),  # one event
        ],
        ids=["empty", "constant", "constant KPI", "copy", "spanned", "one event"],
    )
    def test_what_cannot_be_answered_is_refused_with_its_code(self, spoil, code: str) -> None:
        with pytest.raises(UsageError) as error:
            projection(*spoil(*pair()), longest=4)
        assert error.value.code == code

    @pytest.mark.parametrize(
        "wrong",
        [
            {"cov_type": "nonrobust"},
            {"trend": "ct"},
            {"bias_correction": "full"},
            {"bandwidth": 3},
            {"cov_type": "HAC", "bandwidth": -1},
        ],
    )
    def test_options_that_do_not_exist_are_refused(self, wrong: dict) -> None:
        with pytest.raises(UsageError, match=r"bandwidth|trend|cov_type|bias_correction"):
            projection(*pair(), longest=2, **wrong)
