"""What a regression says of one lead, against simulated responses, numeric derivatives and published series."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from leadlag.core.noise.arma import NoiseOrder
from leadlag.methods.regression.numbers.draws import own_draws
from leadlag.methods.regression.numbers.effects import _peaks, lead_effects, total_gradient
from leadlag.methods.regression.numbers.fit import LagFit, band_covariance, fit_lags
from leadlag.methods.regression.numbers.model import lag_model
from leadlag.methods.regression.numbers.profiles import ProfileFamily
from tests.methods.regression.numbers.test_fit import DELAYED, FREE, GEOMETRIC, sample
from tests.reference import columns, needs_reference, table

FAMILIES = {
    "free": FREE,
    "almon": ProfileFamily(kind="almon", lags=FREE.lags, degree=2),
    "geometric": GEOMETRIC,
    "delayed": DELAYED,
}


def fitted(name: str, own_lags: tuple[int, ...] = (), **options: object) -> LagFit:
    y, X = sample()
    return fit_lags(lag_model(y, X, [FAMILIES[name], FREE], own_lags=own_lags), **options)


def response(fit: LagFit, *, lasting: bool, horizon: int) -> np.ndarray:
    """The KPI after a rise of the first lead by one, by running the model forward."""
    model, family = fit.model, fit.model.families[0]
    unit = model.scale[0] / model.scale[model.base.shape[1] + 1]
    weights = family.weights(fit.hidden[model.hidden_of(0)], range(horizon + 1)) @ fit.params[model.columns_of(0)]
    own = fit.params[model.base.shape[1] : model.n_fixed]
    lead = np.ones(horizon + 1) if lasting else np.r_[1.0, np.zeros(horizon)]
    y = np.zeros(horizon + 1)
    for t in range(horizon + 1):
        y[t] = sum(weights[k] * lead[t - k] for k in range(t + 1))
        y[t] += sum(a * y[t - lag] for a, lag in zip(own, model.own_lags, strict=True) if lag <= t)
    return unit * y


@pytest.mark.parametrize("own_lags", [(), (1, 3)])
@pytest.mark.parametrize("name", list(FAMILIES))
def test_the_profile_is_what_follows_a_rise_of_one_period_and_the_sum_what_follows_one_that_stays(
    name: str, own_lags: tuple[int, ...]
) -> None:
    fit = fitted(name, own_lags)
    found = lead_effects(fit, 0, cov=np.nan_to_num(fit.cov.matrix), horizon=10)
    np.testing.assert_allclose(found.profile.estimate, response(fit, lasting=False, horizon=10)[1:], atol=1e-10)
    np.testing.assert_allclose(found.cumulative.estimate, response(fit, lasting=True, horizon=10)[1:], atol=1e-10)
    far = response(fit, lasting=True, horizon=300)
    assert found.total.value == pytest.approx(far[-1], rel=1e-8)
    once = response(fit, lasting=False, horizon=300)
    assert found.mean_delay.value == pytest.approx(np.arange(301) @ once / once.sum(), rel=1e-6)


@pytest.mark.parametrize("own_lags", [(), (1,)])
@pytest.mark.parametrize("name", list(FAMILIES))
def test_standard_errors_are_those_of_numeric_gradients(name: str, own_lags: tuple[int, ...]) -> None:
    fit = fitted(name, own_lags)
    fit = LagFit(**{**vars(fit), "hidden": np.array([0.6, 2.4])[: len(fit.hidden)]})  # inside the bounds
    cov, k = np.nan_to_num(fit.cov.matrix), len(fit.params)
    at = np.r_[fit.params, fit.hidden]

    def effects(theta: np.ndarray) -> np.ndarray:
        moved = LagFit(**{**vars(fit), "params": theta[:k], "hidden": theta[k:]})
        return np.r_[response(moved, lasting=False, horizon=8)[1:], response(moved, lasting=True, horizon=400)[-1]]

    jacobian = np.column_stack([(effects(at + step) - effects(at - step)) / 2e-6 for step in 1e-6 * np.eye(len(at))])
    expected = np.sqrt(np.diag(jacobian @ cov @ jacobian.T))
    found = lead_effects(fit, 0, cov=cov, horizon=8)
    np.testing.assert_allclose(found.profile.bse, expected[:-1], rtol=1e-4, atol=1e-8)
    assert found.total.bse == pytest.approx(expected[-1], rel=1e-4)
    unit = fit.model.scale[0] / fit.model.scale[2]
    np.testing.assert_allclose(unit * total_gradient(fit, 0), jacobian[-1], rtol=1e-4, atol=1e-6)


def test_the_set_of_peaks_holds_the_peak_and_one_lag_is_one() -> None:
    for name in FAMILIES:
        fit = fitted(name, cov_type="HAC")
        band = band_covariance(fit)
        found = lead_effects(fit, 0, cov=band.matrix, band=band, horizon=6)
        assert found.peak in found.peaks
    y, X = sample()
    one = fit_lags(lag_model(y, X[:, :1], [ProfileFamily(kind="free", lags=(2,))]))
    assert lead_effects(one, 0, cov=one.cov.matrix, horizon=2).peaks == (2,)


def test_the_set_of_peaks_shrinks_to_the_peak_as_errors_vanish() -> None:
    weights, lags = np.array([0.2, -1.0, -0.9, 0.0]), (1, 2, 3, 4)
    sets = [_peaks(weights, size * np.eye(4), lags, level=0.95, df=100.0, rng=0) for size in (1.0, 0.01, 0.0001, 0.0)]
    assert sets == [(1, 2, 3, 4), (2, 3), (2,), (2,)]


def test_half_lives_are_those_of_the_decay_and_read_between_the_lags() -> None:
    geometric, delayed, free = (fitted(name) for name in ("geometric", "delayed", "free"))
    lives = [lead_effects(fit, 0, cov=fit.cov.matrix, horizon=6).half_life for fit in (geometric, delayed)]
    assert geometric.hidden[0] ** lives[0] == pytest.approx(0.5)
    assert delayed.hidden[0] ** (lives[1] ** 2) == pytest.approx(0.5)
    found = lead_effects(free, 0, cov=free.cov.matrix, horizon=6)
    after = np.abs(found.profile.estimate)[found.peak - 1 :]
    assert np.interp(found.half_life, np.arange(len(after)), after) == pytest.approx(after[0] / 2)


def test_bands_of_a_decay_know_that_its_start_is_estimated() -> None:
    fit = fitted("geometric", cov_type="HAC")
    band = band_covariance(fit)
    drawn = lead_effects(fit, 0, cov=band.matrix, band=band, horizon=12)
    delta = lead_effects(fit, 0, cov=band.matrix, horizon=12)
    np.testing.assert_array_equal(drawn.profile.estimate, delta.profile.estimate)
    assert fit.model.families[0].start == drawn.first_lag == 2
    for bands in (drawn.profile, drawn.cumulative):
        assert (bands.low_all <= bands.low).all()
        assert (bands.low <= bands.estimate).all()
        assert (bands.estimate <= bands.high).all()
        assert (bands.high <= bands.high_all).all()
    # far from the jump both say the same, up to what the draws and the grid leave
    np.testing.assert_allclose(drawn.profile.bse[3:7], delta.profile.bse[3:7], rtol=0.4)
    assert drawn.total.low < drawn.total.value < drawn.total.high


def pulse_fit(n: int, weights: tuple[float, ...], own: float, seed: int, noise: float = 1.5) -> LagFit:
    """Lags 1 to 4 of an autocorrelated lead beside one own lag of the KPI."""
    rng = np.random.default_rng([9, seed])
    x = signal.lfilter([1.0], [1.0, -0.5], rng.standard_normal(n + 200))
    y = signal.lfilter([1.0], [1.0, -own], signal.lfilter([0.0, *weights], [1.0], x) + noise * rng.standard_normal(n + 200))
    return fit_lags(
        lag_model(y[200:], x[200:, None], [ProfileFamily(kind="free", lags=(1, 2, 3, 4))], own_lags=(1,)), cov_type="HAC"
    )


def test_bands_of_what_own_lags_carry_far_hold_as_often_as_they_say() -> None:
    truth, held = signal.lfilter([1.0], [1.0, -0.5], np.r_[0.0, 1.0, 0.5, 0.3, np.zeros(9)])[1:], []
    for seed in range(60):
        fit = pulse_fit(80, (1.0, 0.5, 0.3), 0.5, seed)
        band = band_covariance(fit)
        found = lead_effects(fit, 0, cov=band.matrix, band=band, horizon=12, rng=seed)
        held.append([(low <= truth) & (truth <= high) for low, high in
                     ((found.profile.low, found.profile.high), (found.profile.low_all, found.profile.high_all))])  # fmt: skip
    alone, together = np.array(held).transpose(1, 0, 2)
    # 60 samples: .95 with an error of .03; by the delta method the worst lag held in .74, all at once in .76
    assert alone.mean() > 0.91
    assert alone.mean(axis=0).min() > 0.86
    assert together.all(axis=1).mean() > 0.86


def test_draws_beside_own_lags_are_those_of_the_delta_method_where_errors_are_small() -> None:
    fit = pulse_fit(400, (1.0, 0.5, 0.3), 0.5, 0, noise=0.05)
    band = band_covariance(fit)
    drawn = lead_effects(fit, 0, cov=band.matrix, band=band, horizon=8)
    delta = lead_effects(fit, 0, cov=band.matrix, horizon=8)
    for part in ("profile", "cumulative"):
        by_draws, by_delta = getattr(drawn, part), getattr(delta, part)
        np.testing.assert_array_equal(by_draws.estimate, by_delta.estimate)
        np.testing.assert_allclose(by_draws.bse, by_delta.bse, rtol=0.05)
    assert drawn.mean_delay.bse == pytest.approx(delta.mean_delay.bse, rel=0.05)
    assert drawn.total == delta.total


def test_own_lags_that_may_not_settle_still_have_a_profile() -> None:
    fit = pulse_fit(60, (1.0, 0.5, 0.3), 0.97, 2)
    drawn = own_draws(fit, 0, band=band_covariance(fit), horizon=12)
    never = np.isnan(drawn.total)
    assert 0.0 < never.mean() < 1.0
    np.testing.assert_array_equal(np.isnan(drawn.mean_delay), never)
    assert np.isfinite(drawn.effects).all()
    assert np.isfinite(lead_effects(fit, 0, cov=fit.cov.matrix, band=band_covariance(fit), horizon=12).mean_delay.high)


@pytest.mark.parametrize("own_lags", [(), (1,)])
def test_a_short_horizon_cuts_what_is_shown_and_not_what_is_found(own_lags: tuple[int, ...]) -> None:
    rng = np.random.default_rng(4)
    x, e = rng.standard_normal((2, 200))
    y = np.r_[np.zeros(5), 2.0 * x[:-5]] + 0.5 * e
    fit = fit_lags(
        lag_model(y, x[:, None], [ProfileFamily(kind="free", lags=tuple(range(1, 9)))], own_lags=own_lags), cov_type="HAC"
    )
    band = band_covariance(fit)
    whole, short = (lead_effects(fit, 0, cov=band.matrix, band=band, horizon=horizon) for horizon in (8, 3))
    assert (short.peak, short.peaks, short.first_lag) == (5, (5,), 5)
    assert (short.half_life, short.mean_delay, short.total) == (whole.half_life, whole.mean_delay, whole.total)
    assert short.lags == (1, 2, 3)
    for part in ("profile", "cumulative"):
        for name in ("estimate", "bse", "low", "high", "low_all", "high_all"):
            np.testing.assert_array_equal(getattr(getattr(short, part), name), getattr(getattr(whole, part), name)[:3])


def test_a_decay_of_an_unrelated_lead_starts_nowhere() -> None:
    firsts = []
    for seed in range(20):
        y, x = np.random.default_rng([3, seed]).standard_normal((2, 80))
        fit = fit_lags(lag_model(y, x[:, None], [ProfileFamily(kind="geometric", lags=tuple(range(1, 9)))]), cov_type="HAC")
        band = band_covariance(fit)
        firsts.append(lead_effects(fit, 0, cov=band.matrix, band=band, horizon=8, rng=seed).first_lag)
    assert firsts.count(None) >= 16


@pytest.mark.parametrize(
    ("weights", "expected"), [((4.94, 1.01, 0.80, 0.63), 0.5 / (1 - 1.01 / 4.94)), ((1.0, 2.0, 1.6, 1.28), None)]
)
def test_the_half_life_is_that_of_the_decay_only_where_the_peak_is_its_begin(
    weights: tuple[float, ...], expected: float | None
) -> None:
    x = np.random.default_rng(8).standard_normal(300)
    far = [*weights, *(weights[-1] * 0.8**k for k in range(1, 40))]
    family = ProfileFamily(kind="geometric", lags=tuple(range(1, 9)), start=1, n_free=2)
    fit = fit_lags(lag_model(signal.lfilter([0.0, *far], [1.0], x), x[:, None], [family]))
    found = lead_effects(fit, 0, cov=np.nan_to_num(fit.cov.matrix), horizon=8)
    assert found.half_life == pytest.approx(np.log(0.5) / np.log(0.8) if expected is None else expected, rel=0.05)


@needs_reference
def test_gas_furnace_leads_from_lag_3_and_peaks_at_5() -> None:
    y, x = columns(table("gas_furnace"), "co2", "gas_rate")
    fit = fit_lags(lag_model(y, x[:, None], [ProfileFamily(kind="free", lags=tuple(range(1, 13)))]), noise_order=NoiseOrder(ar=2))
    found = lead_effects(fit, 0, cov=fit.cov.matrix, horizon=12)
    assert (found.first_lag, found.peak) == (3, 5)
    assert set(found.peaks) <= {3, 4, 5, 6}


@needs_reference
def test_series_m_jumps_at_lag_3_and_decays_at_rate_0_73() -> None:
    y, x = (np.diff(values) for values in columns(table("bjsales"), "sales", "lead_indicator"))
    fit = fit_lags(lag_model(y, x[:, None], [ProfileFamily(kind="geometric", lags=tuple(range(1, 13)))]), cov_type="HAC")
    band = band_covariance(fit)
    found = lead_effects(fit, 0, cov=band.matrix, band=band, horizon=12)
    assert (found.first_lag, found.peak, found.peaks) == (3, 3, (3,))
    assert found.hidden[0].value == pytest.approx(0.726, abs=0.005)
    assert found.profile.estimate[2] == pytest.approx(4.70, abs=0.05)
    assert found.profile.low_all[2] > 4.4
    assert (found.profile.high_all[:2] == 0).all()


@needs_reference
def test_diet_advertising_decays_from_lag_0_at_about_0_6() -> None:
    y, x = columns(table("diet_advertising"), "sales", "advertising")
    family = ProfileFamily(kind="geometric", lags=tuple(range(5)), start=0, presample="zero")
    fit = fit_lags(lag_model(y, x[:, None], [family]), noise_order=NoiseOrder(ar=3))
    assert fit.hidden[0] == pytest.approx(0.6, abs=0.06)
