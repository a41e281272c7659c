"""Leads with several periods to one of the KPI's: their regressions against dense least squares, and identities."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import optimize, signal

from leadlag.core.time.clock import Clock
from leadlag.methods.regression.numbers.effects import lead_effects
from leadlag.methods.regression.numbers.fit import LagFit, band_covariance, fit_lags
from leadlag.methods.regression.numbers.model import LagModel, lag_model
from leadlag.methods.regression.numbers.profiles import ProfileFamily

LAGS = tuple(range(3, 15))
N = 100
MONTHS = Clock(ended=np.arange(N) * 3, begun=np.arange(N) * 3, per=3, ratio=3.0)
EXP = ProfileFamily(kind="exp_almon", lags=LAGS)
PLACE = (np.array(LAGS) - 8.5) / 5.5


def exp_weights(theta: np.ndarray, place: np.ndarray = PLACE) -> np.ndarray:
    exponent = theta[0] * place + theta[1] * place**2
    weights = np.exp(exponent - exponent.max())
    return weights / weights.sum()


def months(theta: tuple[float, float] = (-2.0, -3.0), seed: int = 0, *, noise: float = 0.4) -> tuple[np.ndarray, np.ndarray]:
    """A quarterly KPI on twelve months of a lead that end before the quarter begins, and the months."""
    rng = np.random.default_rng(seed)
    x = signal.lfilter([1.0], [1.0, -0.6], rng.normal(size=3 * N))
    led = np.nan_to_num(MONTHS.lagged(x, LAGS)) @ exp_weights(np.array(theta))
    return 1.5 * led + noise * rng.normal(size=N), x


def fitted(y: np.ndarray, x: np.ndarray, family: ProfileFamily, **options: object) -> LagFit:
    return fit_lags(lag_model(y, [x], [family], clocks=[MONTHS], **options))  # type: ignore[arg-type]


def in_data(found: LagFit) -> np.ndarray:
    return found.model.to_original(found.hidden, found.params)[0]


def squares(model: LagModel, y: np.ndarray, x: np.ndarray, theta: np.ndarray) -> float:
    """What least squares on one weighted column leaves."""
    column = MONTHS.lagged(x, LAGS)[model.rows] @ exp_weights(theta)
    design = np.column_stack([np.ones(len(column)), column])
    return float(np.linalg.lstsq(design, y[model.rows], rcond=None)[1][0])


@pytest.mark.parametrize("theta", [(-2.0, -3.0), (3.0, -1.0), (0.0, -8.0), (-6.0, 0.0)])
def test_an_exponential_almon_fit_is_the_least_of_dense_least_squares(theta: tuple[float, float]) -> None:
    y, x = months(theta)
    found = fitted(y, x, EXP)
    left = found.regression.ssr * found.model.scale[0] ** 2
    grid = [np.array([one, two]) for one in np.linspace(-12, 12, 25) for two in np.linspace(-12, 0, 13)]
    assert left <= min(squares(found.model, y, x, point) for point in grid) * (1 + 1e-12)
    starts = np.random.default_rng(1).uniform([-15, -15], [15, 0], size=(8, 2))
    others = [
        optimize.minimize(lambda at: squares(found.model, y, x, at), start, method="L-BFGS-B", bounds=found.model.bounds)
        for start in starts
    ]
    best = min(others, key=lambda one: one.fun)
    assert left == pytest.approx(best.fun, rel=1e-9)
    np.testing.assert_allclose(exp_weights(found.hidden), exp_weights(best.x), atol=1e-4)


def test_its_errors_are_those_of_the_numerical_derivative() -> None:
    y, x = months()
    found = fitted(y, x, EXP)
    lags, at = MONTHS.lagged(x, LAGS)[found.model.rows], in_data(found)

    def mean(theta: np.ndarray) -> np.ndarray:
        return theta[0] + theta[1] * (lags @ exp_weights(theta[2:]))

    slopes = np.column_stack([(mean(at + step) - mean(at - step)) / 2e-6 for step in 1e-6 * np.eye(4)])
    left = y[found.model.rows] - mean(at)
    expected = np.sqrt(np.diag(np.linalg.inv(slopes.T @ slopes)) * (left @ left) / (len(left) - 4))
    _, matrix = found.model.to_original(found.hidden, found.params)
    np.testing.assert_allclose(np.sqrt(np.diag(matrix @ found.cov.matrix @ matrix.T)), expected, rtol=1e-6)


def test_with_both_parameters_zero_it_is_the_plain_mean() -> None:
    y, x = months()
    model = lag_model(y, [x], [EXP], clocks=[MONTHS])
    np.testing.assert_allclose(EXP.weights(np.zeros(2))[:, 0], np.full(12, 1 / 12))
    np.testing.assert_allclose(
        model.design(np.zeros(2))[model.rows, -1], MONTHS.lagged(model.series[0], LAGS).mean(axis=1)[model.rows], rtol=1e-12
    )


@pytest.mark.parametrize("lags", [(1, 2, 3), tuple(range(12)), tuple(range(3, 28)), tuple(range(52))])
def test_exponential_almon_weights_reach_from_flat_to_every_single_lag(lags: tuple[int, ...]) -> None:
    family = ProfileFamily(kind="exp_almon", lags=lags)
    ends = family.forms(np.array([0.0, 1.0]), np.array(lags, dtype=float))
    weights = np.column_stack([family.weights(point)[:, 0] for point in ends])
    np.testing.assert_allclose(weights.sum(axis=0), 1.0, rtol=1e-12)
    narrow = weights[:, len(lags) :]
    assert (narrow.argmax(axis=0) == np.arange(len(lags))).all()
    assert narrow.max(axis=0).min() > 0.99
    inside = slice(1, len(lags) - 1)
    np.testing.assert_allclose((np.array(lags) @ weights[:, : len(lags)])[inside], lags[inside], atol=0.02)


def test_a_finer_lead_in_columns_of_its_own_is_the_same_regression() -> None:
    """Three columns a quarter, one for each month, at the lags of the KPI."""
    y, x = months()
    columns = x.reshape(N, 3)[:, ::-1]
    one = fitted(y, x, ProfileFamily(kind="free", lags=tuple(range(3, 9))), own_lags=(1,))
    three = fit_lags(lag_model(y, columns, [ProfileFamily(kind="free", lags=(1, 2))] * 3, own_lags=(1,)))
    np.testing.assert_array_equal(one.used, three.used)
    # lags 1 and 2 of month 3 are own lags 3 and 6
    np.testing.assert_allclose(in_data(one), in_data(three)[[0, 1, 2, 4, 6, 3, 5, 7]], rtol=1e-9)
    assert one.llf == pytest.approx(three.llf, rel=1e-12)


@pytest.mark.parametrize(
    "family",
    [
        ProfileFamily(kind="almon", lags=LAGS, degree=2),
        ProfileFamily(kind="geometric", lags=LAGS),
        ProfileFamily(kind="geometric", lags=LAGS, presample="zero", n_free=2),
        ProfileFamily(kind="delayed", lags=LAGS),
        EXP,
    ],
    ids=lambda family: family.kind,
)
@pytest.mark.parametrize("own_lags", [(), (1, 2)])
def test_one_own_period_to_one_is_the_lead_of_the_same_cadence(family: ProfileFamily, own_lags: tuple[int, ...]) -> None:
    y, x = months()
    x, family = x[:N], replace(family, lags=tuple(range(1, 7)))
    same = Clock(ended=np.arange(N), begun=np.arange(N), per=1, ratio=1.0)
    plain = fit_lags(lag_model(y, x[:, None], [family], own_lags=own_lags))
    paced = fit_lags(lag_model(y, [x], [family], clocks=[same], own_lags=own_lags))
    np.testing.assert_array_equal(plain.used, paced.used)
    # what is searched is found to about the root of rounding
    close = 1e-5 if family.n_hidden else 1e-9
    np.testing.assert_allclose(in_data(paced), in_data(plain), rtol=close, atol=close)
    one, other = (
        lead_effects(each, 0, cov=band.matrix, band=band, horizon=9)
        for each, band in ((each, band_covariance(each)) for each in (plain, paced))
    )
    np.testing.assert_allclose(one.profile.high_all, other.profile.high_all, atol=1e-5)


@pytest.mark.parametrize("kind", ["geometric", "delayed"])
def test_a_decay_of_a_finer_lead_goes_on_in_its_own_periods(kind: str) -> None:
    y, x = months(noise=0.0)
    rate, start = 0.8, 4
    weights = rate ** (np.arange(200.0) - start) * (np.arange(200) >= start)
    if kind == "delayed":
        weights = np.where(np.isin(np.arange(200), LAGS), rate ** (np.arange(200.0) - 5.0) ** 2, 0.0)
    y = MONTHS.lagged(np.r_[np.zeros(300), x], range(200), first=300) @ weights
    found = fitted(y, x, ProfileFamily(kind=kind, lags=LAGS, presample="zero" if kind == "geometric" else "backcast"))  # type: ignore[arg-type]
    assert found.exact
    np.testing.assert_allclose(found.hidden, [rate, 5.0][: len(found.hidden)], rtol=1e-5)
    effects = lead_effects(found, 0, cov=found.cov.matrix, horizon=14)
    np.testing.assert_allclose(effects.profile.estimate, weights[3:15], atol=1e-6)


def test_own_lags_of_the_kpi_carry_a_month_on_by_three() -> None:
    y, x = months(noise=0.1)
    found = fitted(y, x, ProfileFamily(kind="free", lags=(3, 4)), own_lags=(1,))
    effects = lead_effects(found, 0, cov=found.cov.matrix, horizon=11)
    _, a, first, second = in_data(found)
    direct = np.array([first, second, 0.0, *np.zeros(6)])
    expected = signal.lfilter([1.0], [1.0, 0.0, 0.0, -a], direct)
    np.testing.assert_allclose(effects.profile.estimate, expected, rtol=1e-9, atol=1e-12)
    assert effects.total.value == pytest.approx((first + second) / (1 - a))
    long = signal.lfilter([1.0], [1.0, 0.0, 0.0, -a], np.r_[first, second, np.zeros(900)])
    assert effects.mean_delay.value == pytest.approx((np.arange(3, 905) @ long) / long.sum())


def test_rows_are_those_whose_own_lags_are_there() -> None:
    y, x = months()
    x[30], y[50] = np.nan, np.nan
    model = lag_model(y, [x[:-4]], [ProfileFamily(kind="free", lags=(3, 4, 5))], clocks=[MONTHS])
    assert np.flatnonzero(~model.rows).tolist() == [0, 11, 50, 99]
    early = Clock(ended=MONTHS.ended + 6, begun=MONTHS.begun + 6, per=3, ratio=3.0)
    begun = lag_model(y, [np.r_[np.ones(6), x]], [ProfileFamily(kind="free", lags=(3, 4, 5))], clocks=[early])
    assert begun.rows[0]


def test_the_set_of_likely_profiles_of_an_exponential_almon_lead_holds_the_truth() -> None:
    y, x = months()
    found = fit_lags(lag_model(y, [x], [EXP], clocks=[MONTHS]), cov_type="HAC")
    band = band_covariance(found)
    effects = lead_effects(found, 0, cov=band.matrix, band=band, horizon=14)
    truth = 1.5 * exp_weights(np.array([-2.0, -3.0]))
    assert ((effects.profile.low_all <= truth) & (truth <= effects.profile.high_all)).all()
    assert effects.total.low < 1.5 < effects.total.high
    assert (effects.profile.high > effects.profile.low).all()
    assert np.linalg.norm(effects.profile.high - effects.profile.low) < 0.5
    assert set(effects.peaks) <= {5, 6, 7, 8}
